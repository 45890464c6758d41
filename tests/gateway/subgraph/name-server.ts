// The smallest name server that answers questions for SRV records (RFC 1035, RFC 2782), on loopback.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export interface Service {
  readonly host: string
  readonly port: number
  readonly priority?: number
  readonly weight?: number
}

const SRV = 33
const NO_SUCH_NAME = 3

export async function startNameServer() {
  const services = new Map<string, readonly Service[]>()
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const { name, end } = readName(query)
    socket.send(answer(query.subarray(0, end + 4), services.get(name) ?? []), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  let isOpen = true
  return {
    port: socket.address().port,
    srv: (name: string, found: readonly Service[]) => void services.set(name, found),
    async [Symbol.asyncDispose]() {
      if (!isOpen) return
      isOpen = false
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** @param asked the header and the question */
function answer(asked: Buffer, found: readonly Service[]): Buffer {
  const head = Buffer.from(asked.subarray(0, 12))
  // A response, with recursion; one question, these answers, nothing else.
  head.writeUInt16BE(0x8180 | (found.length === 0 ? NO_SUCH_NAME : 0), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(found.length, 6)
  head.writeUInt32BE(0, 8)
  return Buffer.concat([head, asked.subarray(12), ...found.map(record)])
}

function record({ host, port, priority = 0, weight = 0 }: Service): Buffer {
  const data = Buffer.concat([Buffer.alloc(6), writeName(host)])
  data.writeUInt16BE(priority, 0)
  data.writeUInt16BE(weight, 2)
  data.writeUInt16BE(port, 4)
  const head = Buffer.alloc(12)
  // The name is the one of the question, at byte 12.
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(SRV, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), end: at + 1 }
}

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`\0${label}`, 'latin1'))
  for (const label of labels) label[0] = label.length - 1
  return Buffer.concat([...labels, Buffer.from([0])])
}
