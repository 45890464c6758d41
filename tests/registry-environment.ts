/**
 * The environment of this machine for npm: the way out of its network and whose certificates are believed are said there. What
 * `npm run` adds about itself stays behind. While npm's cache is full nothing is asked, so what is missing shows elsewhere first.
 */
export function registryEnvironment(): Record<string, string> {
  const own = /^npm_(?!config_(registry|cache|ca|cafile|proxy|https_proxy|noproxy|strict_ssl)$)/i
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !own.test(name)) env[name] = value
  return env
}
