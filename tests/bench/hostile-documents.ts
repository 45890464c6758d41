// What a document that was never seen costs the loop: families that are dear by design, each text another, from text to the end of
// the answer, but for what a subgraph would send. CPU time of the loop's own thread, which other work on the machine does not add to.
//
//   NODE_ENV=production npx tsx --conditions=sallyport-source tests/bench/hostile-documents.ts       on Node 24
import { Cancellation } from '../../gateway/cancellation.ts'
import { contextFor, startGraph } from '../gateway/graph-fixture.ts'
import {
  families,
  type HostileDocument,
  hostileDocument,
  hostileGraph,
} from '../gateway/hostile/families.ts'

/** Node 23.9 and later. */
interface ThreadClock {
  threadCpuUsage?: () => { user: number; system: number }
}

const { threadCpuUsage } = process as ThreadClock
if (threadCpuUsage === undefined) throw new Error('this needs Node 24')

const SIZES = [10_000, 100_000]
/** The clock ticks some 4 ms at a time: the mean of many tells less than that. */
const TURNS = 20

const fixture = await startGraph({
  auth: { sdl: 'type Query { hello: String @public }' },
  main: { sdl: hostileGraph.main, settings: { access: 'authenticated' } },
  second: { sdl: hostileGraph.second, settings: { access: 'authenticated' } },
})
/** Nobody waits any more: a fetch ends where it would be sent. */
const left = new Cancellation()
left.cancel()

let turn = 0
for (const family of Object.keys(families)) await spend(family, 10_000, 3)
console.log('family | bytes | CPU ms of the loop, mean | outcome')
for (const family of Object.keys(families)) {
  let before = 0
  for (const size of SIZES) {
    const { bytes, ms, outcome } = await spend(family, size, TURNS)
    // A family that cannot grow is measured once.
    if (bytes !== before) console.log(`${family} | ${bytes} | ${ms.toFixed(1)} | ${outcome}`)
    before = bytes
  }
}
await fixture[Symbol.asyncDispose]()

async function spend(family: string, size: number, turns: number) {
  let bytes = 0
  let outcome = ''
  let spent = 0
  for (let count = 0; count < turns; count += 1) {
    turn += 1
    const document = hostileDocument(family, size, 1000 + turn)
    bytes = Buffer.byteLength(document.query)
    const start = now()
    outcome = await run(document)
    spent += now() - start
  }
  return { bytes, ms: spent / turns, outcome }
}

function now(): number {
  const { user = 0, system = 0 } = threadCpuUsage?.call(process) ?? {}
  return (user + system) / 1000
}

async function run({ query, variables = {} }: HostileDocument): Promise<string> {
  try {
    const prepared = fixture.graph.operations.prepare(query, null)
    const context = contextFor(undefined, { cancellation: left })
    const checked = prepared.checkVariables(variables)
    await fixture.graph.engine.execute(prepared, { variables: checked, context })
    return 'taken'
  } catch (error) {
    return (error as Error).message.slice(0, 90)
  }
}
