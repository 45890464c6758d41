// A folder with a supergraph.yaml and two subgraphs in it, for the access commands.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessCommands } from '../../scripts/access/commands.ts'
import type { Given, Outcome } from '../../scripts/operator/command.ts'
import { header } from '../gateway/graph-fixture.ts'

export interface Files {
  readonly auth: string
  readonly shop: string
  /** Keys of the shop's entry. */
  readonly settings?: string
  /** Keys of the YAML. */
  readonly yaml?: string
}

export interface AccessFolder extends Disposable {
  readonly config: string
  readonly path: string
  write(files: Files): void
}

export function createAccessFolder(files: Files): AccessFolder {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-access-test-'))
  const folder = join(path, 'graph')
  mkdirSync(folder)
  const config = join(folder, 'supergraph.yaml')
  const write = ({ auth, shop, settings = '', yaml = '' }: Files) => {
    writeFileSync(join(folder, 'auth.graphql'), `${header}${auth}`)
    writeFileSync(join(folder, 'shop.graphql'), `${header}${shop}`)
    writeFileSync(
      config,
      `subgraphs:
  auth: { routing_url: "\${AUTH_URL}", schema: { file: auth.graphql }, mayDeclarePublic: true }
  shop:
    routing_url: http://127.0.0.1:1/graphql
    schema: { file: shop.graphql }
    mayDeclarePublic: true
${settings}
${yaml}`,
    )
  }
  write(files)
  return { path, config, write, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

export function run(name: keyof typeof accessCommands, given: Given): Promise<Outcome> {
  return accessCommands[name].run(given)
}

/** The line of a file at which a text stands. */
export function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length
}
