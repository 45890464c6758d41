// A swap holds up nobody: composing and comparing happen in another process, which gives way, and what is left is done a few types at a time.
import { execFileSync } from 'node:child_process'
import { getPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createJudgeApart, memoryForComposing } from '../../../gateway/changes/judge-apart.ts'
import { SHOP, startChanging, startSources } from './changing-graph.ts'

/** Of work, not of waiting: other programs of a busy machine do not count. */
const LONGEST_MS = 50

const fields = Array.from({ length: 20 }, (_, at) => `f${at}: String @public`).join(' ')
const LARGE = Array.from(
  { length: 150 },
  (_, at) => `type Large${at} @key(fields: "id") { id: ID! @public ${fields} }`,
).join('\n')

test('a swap of a graph with 3000 fields takes no turn of the event loop for more than 50 ms', async () => {
  const sources = await startSources()
  await using gateway = await startChanging(sources)
  await gateway.send('{ product { id name } sale }')
  await swap(`${SHOP} ${LARGE}`)
  // What runs for the first time has to be compiled.
  const held = await heldMs(() =>
    swap(`${SHOP} ${LARGE} type One @key(fields: "id") { id: ID! @public }`),
  )
  expect(held).toBeLessThan(LONGEST_MS)
  expect(await gateway.statusOf('{ product { id name } sale }')).toBe(200)
  await sources.stop()

  async function swap(text: string): Promise<void> {
    const before = (await gateway.status()).version?.id
    gateway.write('shop.graphql', text)
    for (let tries = 0; (await gateway.status()).version?.id === before; tries += 1) {
      if (tries > 600) throw new Error(JSON.stringify((await gateway.status()).held))
      await sleep(100)
    }
  }
})

test('the process that composes gives way to the gateway that serves', async () => {
  const judgeApart = createJudgeApart()
  const contents = { yaml: 'subgraphs: {}', sdls: {}, supergraph: null, others: '' }
  const question = { contents, origins: {}, before: null, policies: [], opened: [], asked: null }
  const verdict = judgeApart(question)
  const listed = execFileSync('ps', ['--ppid', String(process.pid), '-o', 'ni=,args='], {
    encoding: 'utf8',
  })
  const line = listed.split('\n').find((one) => one.includes('judge-process'))
  expect(Number.parseInt(line ?? '', 10)).toBe(Math.min(getPriority() + 5, 19))
  judgeApart.stop()
  await verdict
})

test('the process that composes takes half of the memory of a container at most, and one that needs more ends alone, with that reason', async () => {
  const GIB = 1024 ** 3
  expect(memoryForComposing(GIB, 1)).toBe(512)
  expect(memoryForComposing(8 * GIB, 2)).toBe(2048)
  // As little as it can do with, however many workers there are.
  expect(memoryForComposing(GIB, 8)).toBe(256)
  // No container, and one without a limit.
  expect(memoryForComposing(0, 1)).toBe(2048)
  expect(memoryForComposing(2 ** 64, 1)).toBe(2048)
  const contents = { yaml: 'subgraphs: {}', sdls: {}, supergraph: null, others: '' }
  const question = { contents, origins: {}, before: null, policies: [], opened: [], asked: null }
  expect(await createJudgeApart({ memoryMb: 16 })(question)).toEqual({
    problems: ['composing needs more than 16 MB of memory'],
  })
})

/** The longest turn while something is done, in processor time of this process. */
async function heldMs(work: () => Promise<void>): Promise<number> {
  let longest = 0
  let isOver = false
  let before = process.cpuUsage()
  const look = () => {
    const { user, system } = process.cpuUsage(before)
    before = process.cpuUsage()
    longest = Math.max(longest, (user + system) / 1000)
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  await work()
  isOver = true
  return longest
}
