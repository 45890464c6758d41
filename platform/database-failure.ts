// Why a database could not be used, in a sentence for anyone who set its URL. Never with its password, nor with SQL.

/** What PostgreSQL calls it (SQLSTATE), and what there is to do. */
const REASONS: Readonly<Record<string, (found: Found) => string>> = {
  '28P01': ({ user }) =>
    `refuses the password of "${user}": check it, with special characters percent-encoded`,
  '28000': ({ user, detail }) => `does not let "${user}" in (${detail})`,
  '3D000': ({ name }) => `has no database "${name}": create it, or name another`,
  '42501': ({ user, detail }) =>
    `does not let "${user}" do this (${detail}): run it as the owner of the tables`,
  '25006': () => 'is read-only: name the primary server',
}

const UNREACHABLE =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|Connection terminated|connection error/

const TLS = /SSL|TLS|certificate|self.signed|altname/i

interface Found {
  readonly user: string
  readonly name: string
  readonly detail: string
}

/**
 * @param setting the one that has the URL
 * @returns an error whose message is that sentence, or `error` itself where it says something else
 */
export function describeDatabaseFailure(
  error: unknown,
  url: string,
  setting = 'DATABASE_URL',
): Error {
  const cause = error instanceof AggregateError ? (error.errors.at(-1) as unknown) : error
  if (!(cause instanceof Error)) return new Error(String(cause))
  const { code, severity } = cause as { readonly code?: unknown; readonly severity?: unknown }
  const detail = withoutStatement(cause.message)
  const { host, username, pathname } = new URL(url)
  const found = { user: username || 'this user', name: pathname.slice(1), detail }
  const say = (what: string) =>
    new Error(`${setting}: the server at ${host} ${what}.`, { cause: error })
  const reason = typeof code === 'string' ? REASONS[code] : undefined
  if (reason !== undefined) return say(reason(found))
  if (severity !== undefined) return say(`refused: ${detail}`)
  if (TLS.test(`${String(code)} ${cause.message}`)) {
    return say(`and this process do not agree on TLS (${detail}): check sslmode in it`)
  }
  // The library guesses at a pool that is full: what it waited for is a connection.
  if (cause.name === 'KnexTimeoutError' || /timeout expired/.test(cause.message)) {
    return say(
      'cannot be reached (timeout): check host and port, whether it runs or hangs, and whether it has connections left',
    )
  }
  if (UNREACHABLE.test(`${String(code)} ${cause.name} ${cause.message}`)) {
    return say(`cannot be reached (${detail}): check host and port, and whether it runs`)
  }
  return cause
}

/** knex writes the statement before what went wrong. */
function withoutStatement(message: string): string {
  const end = message.lastIndexOf(' - ')
  return end === -1 ? message : message.slice(end + 3)
}
