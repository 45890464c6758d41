# What the tests need beside Node: sourced by `run` and `long`, which set `cluster`, an empty folder, before.

postgres_bin() {
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$found" ] && { echo "$found"; return; }
  dirname "$(readlink -f "$(command -v initdb)")" 2>/dev/null
}

# PostgreSQL refuses to run as root: a user of its own gets the folder.
as_server() {
  if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi
}

install_postgres() {
  [ -n "$(postgres_bin)" ] && id postgres >/dev/null 2>&1 && return
  echo "== install PostgreSQL"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
}

# The suite starts servers and a browser of its own; a missing one is a failure.
install_servers() {
  local missing=()
  for server in nats-server redis-server nginx haproxy chromium prometheus; do command -v "$server" >/dev/null || missing+=("$server"); done
  # Nothing is started by it: it judges the units of deploy/systemd.
  command -v systemd-analyze >/dev/null || missing+=(systemd)
  [ ${#missing[@]} -eq 0 ] && return
  echo "== install ${missing[*]}"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# Judge the chart and the compose file of deploy: Debian has neither. Built from their Go modules once, kept outside the repository.
helm_version=v3.22.0
compose_version=v2.16.2
install_judges() {
  install_from_go helm "helm.sh/helm/v3/cmd/helm@$helm_version" &&
    install_from_go compose-spec "github.com/compose-spec/compose-go/v2/cmd@$compose_version"
}

# install_from_go <name> <package>@<version>: on the path under that name, whatever the package calls it.
install_from_go() {
  command -v "$1" >/dev/null && return
  local folder=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/sallyport/$1-${2##*@}
  local program=${2%@*}
  PATH=$PATH:$folder
  command -v "$1" >/dev/null && return
  echo "== build $2"
  command -v go >/dev/null || { echo "$1 is not installed, and there is no Go to build it with"; return 1; }
  GOBIN=$folder/new go install "$2" && mv "$folder/new/${program##*/}" "$folder/$1"
}

# A process that is killed loses nothing without fsync, only a machine does; `long/database-crashes` has a server of its own.
start_postgres() {
  local bin; bin=$(postgres_bin)
  port=$(node -e "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})")
  [ "$(id -u)" = 0 ] && chown postgres "$cluster"
  as_server "'$bin/initdb' -D '$cluster/data' -A trust -U sallyport >/dev/null &&
    '$bin/pg_ctl' -D '$cluster/data' -l '$cluster/log' -w -o '-p $port -k $cluster -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off' start >/dev/null"
}

stop_postgres() {
  as_server "'$(postgres_bin)/pg_ctl' -D '$cluster/data' -m immediate stop >/dev/null 2>&1" || true
  rm -rf "$cluster"
}
