// Removes from folders of the image what no process of it can load: `node scripts/prune-image.js node_modules dist claims`.
// Where no rule below is sure, the file stays.
import { readdirSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'

/** TypeScript's own files, in every form: Node refuses to run those of packages. */
const TYPESCRIPT = /\.[cm]?ts$/
/** Source maps of code that runs without `--enable-source-maps`, and pages for people; a licence stays with what it covers. */
const READ_BY_NOBODY = /\.map$|\.(md|markdown|flow)$/i
const LICENCE = /licen[cs]e|notice|copying/i
/** The part of a native addon's name that says where it runs, as `linux-x64`. */
const PLATFORM = /(?:^|[./_-])(darwin|linux|win32|freebsd|android)-(x64|arm64|arm|ia32)(?=[./_-]|$)/
/** Altair is for development, where every listener is on loopback: nobody could reach it in a container. */
const PACKAGES = [join('node_modules', 'altair-static'), join('node_modules', '@types')]

const folders = process.argv.slice(2)
for (const folder of folders) prune(folder)

/** @param {string} folder */
function prune(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && PACKAGES.some((one) => path.endsWith(one)))
      rmSync(path, { recursive: true })
    else if (entry.isDirectory()) prune(path)
    else if (entry.isFile() && isUseless(path, entry.name)) rmSync(path)
  }
}

/** @param {string} path @param {string} name */
function isUseless(path, name) {
  if (LICENCE.test(name)) return false
  if (TYPESCRIPT.test(name) || READ_BY_NOBODY.test(name)) return true
  if (!name.endsWith('.node')) return false
  const [, platform, arch] = PLATFORM.exec(path.split(sep).slice(-2).join('/')) ?? []
  return platform !== undefined && (platform !== process.platform || arch !== process.arch)
}
