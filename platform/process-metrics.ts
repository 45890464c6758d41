// What a process is made of, under the names that every Prometheus client has for it. Read when somebody asks: those that
// prom-client brings watch the garbage collector and the event loop all the time.
import { readdir } from 'node:fs/promises'
import { Counter, Gauge, type Registry } from 'prom-client'

export function readProcess(registry: Registry): void {
  const registers = [registry]
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time, of the program and of the system for it.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When it began, in seconds since the epoch.',
    // Of several workers the youngest: one that ends over and over is seen.
    aggregator: 'max',
    registers,
    // Written down by Node at the start: worked out from the time of now it would move with the clock, and look like another start.
  }).set(Math.round(performance.timeOrigin / 1000))
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory that it holds.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  new Gauge({
    name: 'process_open_fds',
    help: 'Open files and connections; only on Linux.',
    registers,
    async collect() {
      const open = await readdir('/proc/self/fd').catch(() => null)
      if (open !== null) this.set(open.length)
    },
  })
  new Gauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'Memory of objects.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed)
    },
  })
  new Gauge({
    name: 'nodejs_external_memory_bytes',
    help: 'Memory of buffers and of native parts.',
    registers,
    collect() {
      this.set(process.memoryUsage().external)
    },
  })
  new Gauge({
    name: 'nodejs_version_info',
    help: 'The Node that runs it.',
    labelNames: ['version'],
    aggregator: 'first',
    registers,
  }).set({ version: process.version }, 1)
}
