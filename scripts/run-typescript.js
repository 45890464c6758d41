// `node --import ./scripts/run-typescript.js`: runs the TypeScript of this repository, and starts faster the second time.
// Node does both by itself from 22.18 on, and compiles anew what has changed; before that tsx does the first.
import * as nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'

const cache = fileURLToPath(new URL('../node_modules/.cache/sallyport', import.meta.url))

if (Reflect.get(process.features, 'typescript')) {
  // NODE_COMPILE_CACHE goes before it, NODE_DISABLE_COMPILE_CACHE turns it off, and a folder that cannot be written is let be.
  Reflect.get(nodeModule, 'enableCompileCache')(cache)
} else {
  const { register } = await import('tsx/esm/api')
  register()
}
