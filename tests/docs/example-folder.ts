// A folder with examples of a page in files, as a reader has them: with the project's packages, and ports that are free.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

export interface ExampleFolder extends AsyncDisposable {
  readonly path: string
  /** Writes a file; `replaced` are ports and the like that no reader could keep either. */
  write(name: string, code: string, replaced?: Readonly<Record<string, string>>): string
  /** Runs a TypeScript file to its end and returns what it prints. */
  run(name: string): Promise<string>
  /** Starts a TypeScript file and waits until it answers there. */
  serve(name: string, url: string): Promise<void>
  /** Ends what was started. */
  stop(): Promise<void>
  /** Compiles every TypeScript file in it, strictly; rejects with what the compiler says. */
  compile(names: readonly string[]): Promise<void>
}

const TSX = ['--import', 'tsx', '--conditions=sallyport-source'] as const
const TSC = resolve('node_modules/.bin/tsc')

export function createExampleFolder(): ExampleFolder {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-examples-'))
  symlinkSync(resolve('node_modules'), join(path, 'node_modules'))
  writeFileSync(join(path, 'package.json'), '{ "type": "module" }')
  const running: ChildProcess[] = []

  async function stop(): Promise<void> {
    for (const child of running.splice(0)) {
      if (child.exitCode !== null) continue
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    }
  }

  return {
    path,
    stop,
    write: (name, code, replaced = {}) => {
      const written = Object.entries(replaced).reduce(
        (text, [from, to]) => text.replaceAll(from, to),
        code,
      )
      writeFileSync(join(path, name), written)
      return join(path, name)
    },
    run: async (name) => {
      return (await promisify(execFile)(process.execPath, [...TSX, name], { cwd: path })).stdout
    },
    serve: async (name, url) => {
      const child = spawn(process.execPath, [...TSX, name], {
        cwd: path,
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      running.push(child)
      for (let waited = 0; waited < 60_000; waited += 50) {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
        if ((await fetch(url, { method: 'POST' }).catch(() => null)) !== null) return
        await sleep(50)
      }
      throw new Error(`${name} does not answer at ${url}`)
    },
    compile: async (names) => {
      const config = {
        extends: resolve('tsconfig.json'),
        compilerOptions: {
          noEmit: true,
          types: ['node'],
          typeRoots: [resolve('node_modules/@types')],
        },
        files: names,
        include: [],
      }
      writeFileSync(join(path, 'tsconfig.json'), JSON.stringify(config))
      await promisify(execFile)(TSC, ['-p', path]).catch(({ stdout }) => {
        throw new Error(`the examples do not compile:\n${stdout}`)
      })
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
      rmSync(path, { recursive: true, force: true })
    },
  }
}
