// Writes a small file in MaxMind's format (MaxMind DB File Format Specification 2.0), for IPv4 networks.

type Value = string | number | readonly Value[] | { readonly [key: string]: Value }

export interface Net {
  /** As `192.0.2.0/24`. */
  readonly network: string
  readonly data: Value
}

const RECORD_BITS = 24
const MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex')

export function writeMmdb(nets: readonly Net[]): Buffer {
  const nodes: [number | Net | null, number | Net | null][] = [[null, null]]
  for (const net of nets) insert(nodes, net)
  const data: Buffer[] = []
  const offsets = new Map<Net, number>()
  let length = 0
  for (const net of nets) {
    const encoded = encode(net.data)
    offsets.set(net, length)
    data.push(encoded)
    length += encoded.length
  }
  const tree = Buffer.concat(
    nodes.flatMap((sides) =>
      sides.map((side) => {
        const record = Buffer.alloc(RECORD_BITS / 8)
        // Nothing is known: the number of nodes. Data begins 16 bytes behind the tree.
        const value =
          side === null
            ? nodes.length
            : typeof side === 'number'
              ? side
              : nodes.length + 16 + (offsets.get(side) ?? 0)
        record.writeUIntBE(value, 0, 3)
        return record
      }),
    ),
  )
  const metadata = encode({
    node_count: nodes.length,
    record_size: RECORD_BITS,
    ip_version: 4,
    database_type: 'Test-City',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    description: { en: 'for tests' },
  })
  return Buffer.concat([tree, Buffer.alloc(16), ...data, MARKER, metadata])
}

function insert(nodes: [number | Net | null, number | Net | null][], net: Net): void {
  const [address = '', size = '32'] = net.network.split('/')
  const bits = address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
    .slice(0, Number(size))
  let at = 0
  for (const [index, bit] of [...bits].entries()) {
    const node = nodes[at] ?? [null, null]
    const side = bit === '1' ? 1 : 0
    if (index === bits.length - 1) {
      node[side] = net
      return
    }
    const next = node[side]
    if (typeof next === 'number') at = next
    else {
      nodes.push([null, null])
      at = nodes.length - 1
      node[side] = at
    }
  }
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([control(2, text.length), text])
  }
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0) {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return Buffer.concat([control(6, 4), bytes])
    }
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return Buffer.concat([control(3, 8), bytes])
  }
  if (Array.isArray(value)) {
    const items = value as readonly Value[]
    return Buffer.concat([control(11, items.length), ...items.map(encode)])
  }
  const pairs = Object.entries(value)
  return Buffer.concat([
    control(7, pairs.length),
    ...pairs.flatMap(([key, item]) => [encode(key), encode(item)]),
  ])
}

/** Types above 7 have a byte of their own; sizes here are below 29. */
function control(type: number, size: number): Buffer {
  if (size > 28) throw new Error('too long for a test')
  return type <= 7 ? Buffer.from([(type << 5) | size]) : Buffer.from([size, type - 7])
}

export function city(country: string, latitude: number, longitude: number): Value {
  return { country: { iso_code: country }, location: { latitude, longitude } }
}

/** Of a network of which nothing but the country is known: the middle of that, as MaxMind's own files have it. */
export function wholeCountry(country: string, latitude: number, longitude: number): Value {
  return {
    country: { iso_code: country },
    location: { latitude, longitude, accuracy_radius: 1000 },
  }
}
