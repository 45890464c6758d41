// An operator's command as it is typed, without a terminal.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

export async function sallyport(
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
  cwd = process.cwd(),
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      resolve('scripts/run-typescript.js'),
      '--conditions=sallyport-source',
      resolve('scripts/sallyport.ts'),
      ...args,
    ],
    {
      cwd,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr }
}
