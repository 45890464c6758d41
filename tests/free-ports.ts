import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below what systems hand out on their own (Linux 32768, others 49152): a port that was free a moment
// ago would otherwise be taken by any connection that another test opens before its server listens.
const FIRST = 10_000
const LAST = 32_000

const given = new Set<number>()

/** Ports on 127.0.0.1 that nobody listens on, each given once by this process: for anyone who must know a port before its server starts. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  return ports
}

export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
