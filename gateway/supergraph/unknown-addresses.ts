/**
 * What `${NAME}` stands for on a machine that asks nobody: addresses do not matter where a graph is only composed or looked at.
 *
 * @param known Those that are known all the same.
 */
export function unknownAddresses(
  yaml: string,
  known: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const named = [...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)
  // An entry of auth that is absent has an address too.
  return Object.fromEntries(
    [...named, 'AUTH_URL'].map((name) => [name, known[name] || 'http://subgraph.invalid/graphql']),
  )
}
