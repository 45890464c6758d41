// The graph with which `sallyport dev` begins, where none is composed already.
import { existsSync } from 'node:fs'
import type { FoundSupergraph } from '../../../gateway/supergraph/open.ts'
import { supergraphPathOf } from '../composed-files.ts'

/** @throws SchemaError with every problem: nothing is started on a graph that cannot be served */
export async function composeFirst(
  configPath: string,
  tell: (step: string) => void,
): Promise<FoundSupergraph | undefined> {
  if (existsSync(supergraphPathOf(configPath))) return undefined
  tell('composing the graph')
  const { composeForParent } = await import('./compose-for-parent.ts')
  const answer = await composeForParent(configPath)
  if ('problems' in answer) {
    const { SchemaError } = await import('../../../gateway/supergraph/schema-error.ts')
    throw new SchemaError(answer.problems)
  }
  const { writeLock } = await import('./lock.ts')
  writeLock(configPath, answer.opened)
  return answer
}
