// What has to hold for a native planner to be the default: graphs that come and go leave nothing behind, whatever a document
// says ends neither our process nor its loop, and token checks do not wait for plans.
import { readdirSync, readFileSync } from 'node:fs'
import { composeServices } from '@apollo/composition'
import { type DocumentNode, parse, print } from 'graphql'
import { generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { createHivePlanner } from '../../gateway/engine/planners/hive.ts'
import { testGraphs } from '../gateway/engine/graphs.ts'
import { createPick, type Pick } from '../gateway/engine/monolith/random.ts'
import { drawOperation } from '../gateway/engine/operations.ts'
import { header } from '../gateway/graph-fixture.ts'

const MINUTES = 60_000

function supergraphOf(name: string): string {
  const graph = testGraphs.find((one) => one.name === name)
  const services = Object.entries(graph?.subgraphs ?? {}).map(([own, sdl]) => ({
    name: own,
    url: `http://${own}`,
    typeDefs: parse(`${header}${sdl}`),
  }))
  const { supergraphSdl, errors } = composeServices(services)
  if (supergraphSdl === undefined) throw new Error(String(errors))
  return supergraphSdl
}

const inputOf = (document: DocumentNode) => ({
  document,
  text: print(document),
  operationName: null,
})

test(
  'memory and processes stay as they are over 200 graphs that go with plans under way',
  async () => {
    const supergraphSdl = supergraphOf('media')
    const swap = async (seed: number) => {
      const planner = await createHivePlanner(supergraphSdl)
      const pick = createPick(seed)
      const plans = Array.from({ length: 8 }, () =>
        planner.plan(inputOf(parse(drawOperation(planner.schema, pick).query)), 0),
      )
      const settled = Promise.allSettled(plans)
      if (seed % 2 === 0) await plans[0]?.catch(() => undefined)
      await planner.stop()
      await settled
    }
    for (let seed = 0; seed < 60; seed += 1) await swap(seed)
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    for (let seed = 60; seed < 260; seed += 1) await swap(seed)
    globalThis.gc?.()
    const grown = (process.memoryUsage().rss - before) / 1024 / 1024
    expect(grown).toBeLessThan(60)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(children()).toBe(0)
  },
  20 * MINUTES,
)

test(
  'hostile documents end no process of ours',
  async () => {
    const planner = await createHivePlanner(supergraphOf('shop'))
    let planned = 0
    for (let seed = 0; seed < 400; seed += 1) {
      const document = hostileDocument(createPick(seed))
      if (document === null) continue
      await planner.plan(inputOf(document), 0).then(
        () => {
          planned += 1
        },
        () => undefined,
      )
    }
    expect(planned).toBeGreaterThan(50)
    // It is alive, and plans.
    await expect(planner.plan(inputOf(parse('{ me { id } }')), 0)).resolves.toBeDefined()
    await planner.stop()
  },
  20 * MINUTES,
)

test(
  'token checks take as long beside plans as they do without',
  async () => {
    const planner = await createHivePlanner(supergraphOf('shop'))
    const checks = await createChecks()
    const alone = await checks.p99()
    let isOver = false
    const planning = (async () => {
      for (let seed = 0; !isOver; seed += 2) {
        const plans = [seed, seed + 1].map((one) =>
          planner.plan(inputOf(parse(drawOperation(planner.schema, createPick(one)).query)), 0),
        )
        await Promise.allSettled(plans)
      }
    })()
    const beside = await checks.p99()
    isOver = true
    await planning
    await planner.stop()
    // Another process takes its share of the cores; a full pool would make it hundreds.
    expect(beside / alone).toBeLessThan(8)
  },
  5 * MINUTES,
)

async function createChecks() {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const token = await new SignJWT({ sub: 'usr_1' })
    .setProtectedHeader({ alg: 'ES256' })
    .sign(privateKey)
  return {
    async p99(): Promise<number> {
      const times: number[] = []
      for (let count = 0; count < 3000; count += 1) {
        const begun = performance.now()
        await jwtVerify(token, publicKey)
        times.push(performance.now() - begun)
      }
      return times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0
    },
  }
}

/** Null for a text that does not parse: such a one never comes to a planner. */
function hostileDocument(pick: Pick): DocumentNode | null {
  const families = [deep, wide, aliased, spread, mutated]
  const text = families[pick(families.length)]?.(pick) ?? ''
  try {
    return parse(text.slice(0, 100_000))
  } catch {
    return null
  }
}

const HOP = 'reviews { product { '

function deep(pick: Pick): string {
  const depth = 1 + pick(400)
  return `{ me { ${HOP.repeat(depth)} id ${'} } '.repeat(depth)} } }`
}

function wide(pick: Pick): string {
  const fields = ['id', 'name', 'reviews { id body }', 'friends { id }', 'birthday']
  const all = Array.from({ length: 1 + pick(1500) }, () => fields[pick(fields.length)])
  return `{ me { ${all.join(' ')} } }`
}

function aliased(pick: Pick): string {
  const all = Array.from(
    { length: 1 + pick(800) },
    (_, at) => `a${at}: user(id: "${at}") { id reviews { stars } }`,
  )
  return `{ ${all.join(' ')} }`
}

function spread(pick: Pick): string {
  const count = 1 + pick(14)
  const fragments = Array.from(
    { length: count },
    (_, at) => `fragment F${at} on User { id friends { ...F${at + 1} ...F${at + 1} } }`,
  )
  return `{ me { ...F0 } } ${fragments.join(' ')} fragment F${count} on User { id name }`
}

function mutated(pick: Pick): string {
  const text = wide(pick)
  const at = pick(text.length)
  const inserted = [
    '@skip(if: true)',
    '... { id }',
    '... on User { id }',
    'x: id',
    '__typename',
    '"',
    '(a: 1)',
    '{',
    '}',
  ]
  return `${text.slice(0, at)} ${inserted[pick(inserted.length)]} ${text.slice(at)}`
}

/** Processes that are planners of ours. */
function children(): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [, parent] =
          /^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return Number(parent) === process.pid && command.includes('hive-process')
      } catch {
        return false
      }
    }).length
}
