// graphql-shield and graphql-middleware, touched here alone.
import { createRequire } from 'node:module'

type Shield = typeof import('graphql-shield')
type Middleware = typeof import('graphql-middleware')

const require = createRequire(import.meta.url)

// graphql-shield 7.6 reads util.isUndefined while it loads; Node 23 removed that function.
const util = require('node:util') as { isUndefined?: (value: unknown) => boolean }
util.isUndefined ??= (value) => value === undefined

const shieldPackage = require('graphql-shield') as Shield
const middlewarePackage = require('graphql-middleware') as Middleware

export const rule: Shield['rule'] = shieldPackage.rule
export const shield: Shield['shield'] = shieldPackage.shield
export const applyMiddleware: Middleware['applyMiddleware'] = middlewarePackage.applyMiddleware
