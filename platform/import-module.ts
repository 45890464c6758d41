// A module of a deployment's own beside supergraph.yaml: its policies, its hooks.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { pathToFileURL } from 'node:url'

/** @throws Error that says why it cannot be loaded, in which line, and what to do */
export async function importModule(path: string): Promise<{ readonly default?: unknown }> {
  try {
    // A module is loaded once for each address: other text is another one.
    const text = createHash('sha256').update(readFileSync(path)).digest('base64url')
    return (await import(`${pathToFileURL(path).href}?${text}`)) as { readonly default?: unknown }
  } catch (cause) {
    throw new Error(`${path} cannot be loaded: ${await describeFailure(cause, path)}`, { cause })
  }
}

/** @param thrown By node, or by the module itself, which may throw anything. */
export async function describeFailure(thrown: unknown, path: string): Promise<string> {
  return `${messageOf(thrown)}${await placeOf(thrown, path)}${hintFor(thrown, path)}`
}

function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const { code, message } = thrown as NodeJS.ErrnoException
  return code === 'ENOENT' ? 'there is no such file' : message
}

/** Behind the path or the address that was asked for, in the stack. */
async function placeOf(thrown: unknown, path: string): Promise<string> {
  const { stack = '' } = Object(thrown) as Partial<Error>
  const behind = (start: string, line: RegExp) => {
    const at = stack.indexOf(start)
    return at < 0 ? undefined : line.exec(stack.slice(at + start.length))?.[1]
  }
  const address = pathToFileURL(path).href
  const line =
    behind(`${address}?`, /^[\w-]{43}:(\d+)/) ??
    behind(`${path}:`, /^(\d+)/) ??
    (thrown instanceof SyntaxError ? await lineOfSyntaxError(path) : undefined)
  return line === undefined ? '' : ` (${basename(path)}:${line})`
}

/**
 * Node keeps it to itself, unless it prints the error: nothing is run, and what reads TypeScript here has no part in it. A gateway that
 * serves goes on meanwhile.
 */
async function lineOfSyntaxError(path: string): Promise<string | undefined> {
  const printed = await new Promise<string>((resolve) => {
    const options = { encoding: 'utf8', env: {}, timeout: 5000 } as const
    execFile(process.execPath, ['--check', path], options, (_, __, stderr) => resolve(stderr))
  })
  return /^[^\n]*:(\d+)\n/.exec(printed)?.[1]
}

/** What node says of a file that it takes for CommonJS, and of one that it cannot read at all. */
function hintFor(thrown: unknown, path: string): string {
  const { code, message } = Object(thrown) as NodeJS.ErrnoException
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return ' (node reads TypeScript from version 22.18 on)'
  const [, kind] = /^\.([jt]s)$/.exec(extname(path)) ?? []
  const isTakenForCommonJs =
    /^(Unexpected token 'export'|Cannot use (import statement|'import\.meta') outside a module)/
  if (kind === undefined || !isTakenForCommonJs.test(String(message))) return ''
  const name = basename(path, `.${kind}`)
  return `; name it ${name}.m${kind}, or write "type": "module" in package.json`
}
