import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The packages that are installed here, for another tree: each by itself, so that the workspace is that tree's own. */
export function linkModules(root: string): void {
  const modules = join(root, 'node_modules')
  mkdirSync(join(modules, '@sallyport'), { recursive: true })
  symlinkSync('../../claims', join(modules, '@sallyport/claims'))
  for (const entry of readdirSync('node_modules'))
    if (entry !== '@sallyport') symlinkSync(resolve('node_modules', entry), join(modules, entry))
}
