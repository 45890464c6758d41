/**
 * What npm needs to reach the registry from a process that has an environment of its own: the way out of this network, and whose
 * certificates are believed. While the cache is full nothing is asked, so that what is missing shows first on another machine.
 */
export function registryEnvironment(): Record<string, string> {
  const network =
    /^(node_extra_ca_certs|ssl_cert_(file|dir)|(https?|no)_proxy|npm_config_(registry|cache|cafile|https?_proxy|noproxy))$/i
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && (name === 'PATH' || name === 'HOME' || network.test(name)))
      env[name] = value
  return env
}
