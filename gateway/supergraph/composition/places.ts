// Where something stands in a subgraph's SDL, as people are told: `reviews.graphql:12`.
import { type ASTNode, getLocation } from 'graphql'

/** `null` for a node that was written in, or printed anew. */
export function placeOf(node: ASTNode | undefined): string | null {
  const { loc } = node ?? {}
  if (loc === undefined) return null
  return `${loc.source.name}:${getLocation(loc.source, loc.start).line}`
}

/** The problem with its place behind it. */
export function withPlace(problem: string, node: ASTNode | undefined): string {
  const place = placeOf(node)
  return place === null ? problem : `${problem} (${place})`
}
