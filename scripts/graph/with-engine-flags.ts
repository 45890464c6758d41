// What the gateway wants of node (docs/performance.md, "things that no profile names"). Node takes it on its command line alone, so the
// process begins once more with it, in its own place: same id, same files, same parent.
import process from 'node:process'

export const ENGINE_FLAGS: readonly string[] = [
  '--max-semi-space-size=32',
  '--no-allocation-site-pretenuring',
  // Node 26 takes it and does nothing; a later one may not know it, and would not start.
  ...(process.allowedNodeEnvironmentFlags.has('--use-largepages')
    ? ['--use-largepages=silent']
    : []),
]

/** Node 20 has none. */
type Execve = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never

interface Started {
  readonly execPath: string
  readonly execArgv: readonly string[]
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/**
 * Does not return where the process can be replaced (Node 22.15 and later, not on Windows) and nobody chose otherwise: elsewhere
 * the gateway runs as well, and large answers take a third longer.
 */
export function beginAgainWithEngineFlags(): void {
  const command = withEngineFlags(process)
  const { execve } = process as { execve?: Execve }
  if (command === null || execve === undefined) return
  execve.call(process, process.execPath, command, process.env)
}

/** The command line with the flags, or null when it has them, or when whoever started it set that size by another one. */
export function withEngineFlags({ execPath, execArgv, argv, env }: Started): string[] | null {
  const given = [...execArgv, env.NODE_OPTIONS ?? ''].join(' ').replaceAll('_', '-')
  if (given.includes('--max-semi-space-size')) return null
  return [execPath, ...ENGINE_FLAGS, ...execArgv, ...argv.slice(1)]
}
