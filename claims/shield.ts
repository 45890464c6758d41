// graphql-shield and graphql-middleware, touched here alone.
import { createRequire } from 'node:module'

type Shield = typeof import('graphql-shield')
type Middleware = typeof import('graphql-middleware')

const require = createRequire(import.meta.url)

// graphql-shield 7.6 reads util.isUndefined while it loads; Node 23 removed that function.
const util = require('node:util') as { isUndefined?: (value: unknown) => boolean }
util.isUndefined ??= (value) => value === undefined

const shieldPackage = load<Shield>('graphql-shield')
const middlewarePackage = load<Middleware>('graphql-middleware')

export const rule: Shield['rule'] = shieldPackage.rule
export const shield: Shield['shield'] = shieldPackage.shield
export const applyMiddleware: Middleware['applyMiddleware'] = middlewarePackage.applyMiddleware

/** Both are optional peers: a subgraph that guards nothing does without them. */
function load<Package>(name: string): Package {
  try {
    return require(name) as Package
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw error
    throw new Error(
      `@sallyport/claims/rules needs ${name}: npm install graphql@16 graphql-shield@7 graphql-middleware@6`,
      { cause: error },
    )
  }
}
