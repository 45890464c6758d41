// Loads the graph of a folder a few times, and tells how long the event loop was held meanwhile. A program of `bench:start`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createAdmission } from '../../gateway/admission.ts'
import { createDeadlines } from '../../gateway/deadlines.ts'
import { createCors } from '../../gateway/http/cors.ts'
import { loadSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { createSupergraph } from '../../gateway/supergraph.ts'

const TIMES = 6

const [folder = '.'] = process.argv.slice(2)
const sdl = readFileSync(join(folder, 'supergraph.graphql'), 'utf8')
const config = loadSupergraphConfig(join(folder, 'supergraph.yaml'), { variables: {} })
const nothing = () => undefined
const supergraph = createSupergraph({
  logger: { debug: nothing, info: nothing, warn: nothing, error: console.error },
  traffic: { deadlines: createDeadlines(), admission: createAdmission() },
  createCors: () => createCors({ publicUrl: 'http://127.0.0.1', corsOrigins: [] }),
})

console.log('| load | ms | CPU ms | longest hold of the loop, ms | the same by CPU, ms |')
console.log('| ---: | ---: | ---: | ---: | ---: |')
for (let time = 1; time <= TIMES; time += 1) {
  const turns = watchTurns()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  await supergraph.load({ sdl, config })
  const ms = performance.now() - began
  delay.disable()
  const cells = [time, ms, sumOf(process.cpuUsage(cpu)), delay.max / 1e6, turns.stop()]
  console.log(`| ${cells.map((cell) => cell.toFixed(0)).join(' | ')} |`)
}
await supergraph.stop()

/** CPU time of the dearest turn of the loop: what others do on the machine counts for less in it. Threads of V8 count too. */
function watchTurns() {
  let dearest = 0
  let before = process.cpuUsage()
  let next = setImmediate(turn)
  return {
    stop() {
      clearImmediate(next)
      return dearest
    },
  }

  function turn(): void {
    const now = process.cpuUsage()
    dearest = Math.max(dearest, sumOf(now) - sumOf(before))
    before = now
    next = setImmediate(turn)
  }
}

function sumOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000
}
