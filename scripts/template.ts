// Makes the folder that a new embedded database begins as: `npm run template`, after PGlite's version has changed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'sallyport-template-'))
try {
  const database = await PGlite.create({ dataDir: join(folder, 'pg') })
  // An embedded database makes no others: what they would be copied from is two thirds of the folder.
  await database.exec("update pg_database set datistemplate = false where datname like 'template_'")
  for (const name of ['template0', 'template1']) await database.exec(`drop database ${name}`)
  await database.exec('checkpoint')
  await database.close()
  // Opened once more, so that it is dumped as it was closed.
  const closed = await PGlite.create({ dataDir: join(folder, 'pg') })
  const tar = Buffer.from(await (await closed.dumpDataDir('none')).arrayBuffer())
  await closed.close()
  writeFileSync(join(root, 'platform/embedded/template.tar.br'), compress(tar))
  const installed = JSON.parse(
    readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8'),
  ) as { version: string }
  console.log(
    `Made platform/embedded/template.tar.br for PGlite ${installed.version}: TEMPLATE_PGLITE in platform/embedded/template.ts says so.`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function compress(tar: Buffer): Buffer {
  const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT, BROTLI_PARAM_QUALITY } = constants
  return brotliCompressSync(tar, {
    params: {
      [BROTLI_PARAM_QUALITY]: 11,
      [BROTLI_PARAM_LGWIN]: 24,
      [BROTLI_PARAM_SIZE_HINT]: tar.length,
    },
  })
}
