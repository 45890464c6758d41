// A password that is never an argument: other users of the machine can read those. Nor is it shown as it is typed.
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** @throws Error that says where a password can come from, when there is none */
export async function readPassword(): Promise<string> {
  const given = process.env.SALLYPORT_PASSWORD || (await ask())
  if (given) return given
  throw new Error(
    'create-admin needs a password: set SALLYPORT_PASSWORD, or run it in a terminal, where it is asked for.',
  )
}

/** The first line of the input, a terminal or not. @returns an empty text when there is none */
async function ask(): Promise<string> {
  const isTerminal = process.stdin.isTTY === true
  // On a terminal readline does the echo itself, and writes it where nobody sees it.
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: isTerminal })
  // Only now: a terminal echoes by itself until readline has it.
  if (isTerminal) process.stderr.write('Password for the admin: ')
  try {
    return await new Promise<string>((resolve) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(''))
    })
  } finally {
    lines.close()
    if (isTerminal) process.stderr.write('\n')
  }
}
