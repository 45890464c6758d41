// A process that composes and judges one graph for the gateway that serves another, and ends. It has no secret and no network.
import { judge } from './judge.ts'

process.once('message', (question) => {
  process.send?.(judge(/** @type {any} */ (question)), () => process.disconnect())
})
