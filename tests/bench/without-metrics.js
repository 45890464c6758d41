// `node --import ./without-metrics.js dist/gateway/main.js`: a gateway that counts nothing, to be compared with one that does.
import * as nodeModule from 'node:module'

const stub = new URL('./no-metrics.ts', import.meta.url).href

/** @typedef {(specifier: string, context: object) => { url: string }} Resolve */

// Of Node 24, which gateways are measured on; the types are those of the oldest Node that Sallyport runs on.
Reflect.get(
  nodeModule,
  'registerHooks',
)({
  /**
   * @param {string} specifier
   * @param {object} context
   * @param {Resolve} next
   */
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    return found.url.endsWith('/dist/gateway/metrics.js') ? next(stub, context) : found
  },
})
