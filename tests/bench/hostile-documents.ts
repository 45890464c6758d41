// What a document that was never seen costs the loop: families that are dear by design, each text another, from text to the end of
// the answer, but for what a subgraph would send. CPU time of the loop's own thread, which other work on the machine does not add to,
// and the longest turn that others waited for, by the wall clock: the median of all tries.
//
//   NODE_ENV=production node --conditions=sallyport-source --import ./scripts/run-typescript.js tests/bench/hostile-documents.ts    on Node 24
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
console.log('family | bytes | CPU ms of the loop, mean | longest turn, ms | outcome')
for (const family of Object.keys(families)) {
  let before = 0
  for (const size of SIZES) {
    const { bytes, ms, heldMs, outcome } = await spend(family, size, TURNS)
    // A family that cannot grow is measured once.
    const figures = `${bytes} | ${ms.toFixed(1)} | ${heldMs.toFixed(1)}`
    if (bytes !== before) console.log(`${family} | ${figures} | ${outcome}`)
    before = bytes
  }
}
await fixture[Symbol.asyncDispose]()

async function spend(family: string, size: number, turns: number) {
  let bytes = 0
  let outcome = ''
  let spent = 0
  const held: number[] = []
  for (let count = 0; count < turns; count += 1) {
    turn += 1
    const document = hostileDocument(family, size, 1000 + turn)
    bytes = Buffer.byteLength(document.query)
    const start = now()
    outcome = await run(document)
    spent += now() - start
    // Another text of the same kind: whoever watches takes time as well.
    const others = watchTurns()
    await run(hostileDocument(family, size, 100_000 + turn))
    held.push(await others.end())
  }
  held.sort((one, other) => one - other)
  return { bytes, ms: spent / turns, heldMs: held[held.length >> 1] ?? 0, outcome }
}

/** What somebody else would wait for at most: the longest time between two turns of the loop. */
function watchTurns() {
  let longest = 0
  let before = performance.now()
  let isOver = false
  const seen = new Promise<void>((resolve) => {
    const look = () => {
      longest = Math.max(longest, performance.now() - before)
      before = performance.now()
      if (isOver) resolve()
      else setImmediate(look)
    }
    setImmediate(look)
  })
  return {
    async end() {
      isOver = true
      await seen
      return longest
    },
  }
}

function now(): number {
  const { user = 0, system = 0 } = threadCpuUsage?.call(process) ?? {}
  return (user + system) / 1000
}

async function run({ query, variables = {} }: HostileDocument): Promise<string> {
  try {
    const prepared = await fixture.graph.operations.prepareInTurns(query, null)
    const context = contextFor(undefined, { cancellation: left })
    const checked = prepared.checkVariables(variables)
    await fixture.graph.engine.execute(prepared, { variables: checked, context })
    return 'taken'
  } catch (error) {
    return (error as Error).message.slice(0, 90)
  }
}
