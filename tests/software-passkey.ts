// An authenticator for tests: WebAuthn's arithmetic on node's own crypto, CBOR by hand, so that the library is checked by something else.
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest()
const base64url = (bytes: Buffer) => bytes.toString('base64url')

const UP = 0x01
const UV = 0x04
const BE = 0x08
const BS = 0x10
const AT = 0x40

export interface SoftwarePasskey {
  readonly id: string
  readonly userHandle: string
  readonly privateKey: string
  /** What it says at its next use; one that synchronises always says 0. */
  counter: number
}

/** What goes wrong, or is otherwise than a browser of ours would do it. */
export interface Deviation {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly challenge?: string
  readonly flags?: number
  readonly counter?: number
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  readonly aaguid?: string
  readonly userHandle?: string
  readonly signature?: Buffer
  readonly format?: string
  readonly id?: string
}

const SYNCED = UP | UV | BE | BS
export const flags = { UP, UV, BE, BS, synced: SYNCED, bound: UP | UV }

/** As `navigator.credentials.create(…).toJSON()`. */
export function createPasskey(options: any, page: string, deviation: Deviation = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const id = deviation.id ?? base64url(randomBytes(32))
  const credentialId = Buffer.from(id, 'base64url')
  const cose = cbor(
    new Map<unknown, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  )
  const length = Buffer.alloc(2)
  length.writeUInt16BE(credentialId.length)
  const aaguid = Buffer.from((deviation.aaguid ?? '0'.repeat(32)).replaceAll('-', ''), 'hex')
  const authData = Buffer.concat([
    head(options.rp.id, (deviation.flags ?? SYNCED) | AT, deviation.counter ?? 0, deviation),
    aaguid,
    length,
    credentialId,
    cose,
  ])
  const passkey: SoftwarePasskey = {
    id,
    userHandle: options.user.id,
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    counter: deviation.counter ?? 0,
  }
  const attStmt = deviation.format === 'packed' ? { x5c: [Buffer.from('3000', 'hex')] } : {}
  const response = {
    id,
    rawId: id,
    type: 'public-key',
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
    response: {
      clientDataJSON: clientData('webauthn.create', options.challenge, page, deviation),
      attestationObject: base64url(
        cbor(
          new Map<unknown, unknown>([
            ['fmt', deviation.format ?? 'none'],
            ['attStmt', new Map(Object.entries(attStmt))],
            ['authData', authData],
          ]),
        ),
      ),
      transports: ['internal', 'hybrid', 'nonsense'],
    },
  }
  return { passkey, response }
}

/** As `navigator.credentials.get(…).toJSON()`. */
export function usePasskey(
  passkey: SoftwarePasskey,
  options: any,
  page: string,
  deviation: Deviation = {},
) {
  const authenticatorData = head(
    options.rpId,
    deviation.flags ?? SYNCED,
    deviation.counter ?? passkey.counter,
    deviation,
  )
  const clientDataJSON = clientData('webauthn.get', options.challenge, page, deviation)
  const signed = Buffer.concat([
    authenticatorData,
    sha256(Buffer.from(clientDataJSON, 'base64url')),
  ])
  const signature =
    deviation.signature ?? sign('sha256', signed, createPrivateKey(passkey.privateKey))
  const id = deviation.id ?? passkey.id
  return {
    id,
    rawId: id,
    type: 'public-key',
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
    response: {
      clientDataJSON,
      authenticatorData: base64url(authenticatorData),
      signature: base64url(signature),
      userHandle: deviation.userHandle ?? passkey.userHandle,
    },
  }
}

function head(rpId: string, flagBits: number, counter: number, deviation: Deviation): Buffer {
  const count = Buffer.alloc(4)
  count.writeUInt32BE(counter)
  return Buffer.concat([sha256(deviation.rpId ?? rpId), Buffer.from([flagBits]), count])
}

function clientData(type: string, challenge: string, page: string, deviation: Deviation): string {
  const { crossOrigin = false, topOrigin } = deviation
  return base64url(
    Buffer.from(
      JSON.stringify({
        type: deviation.type ?? type,
        challenge: deviation.challenge ?? challenge,
        origin: deviation.origin ?? page,
        crossOrigin,
        ...(topOrigin && { topOrigin }),
      }),
    ),
  )
}

/** RFC 8949, as much of it as there is here: small numbers, bytes, text, lists and maps. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? major(1, -1 - value) : major(0, value)
  if (Buffer.isBuffer(value)) return Buffer.concat([major(2, value.length), value])
  if (typeof value === 'string') {
    return Buffer.concat([major(3, Buffer.byteLength(value)), Buffer.from(value)])
  }
  if (Array.isArray(value)) return Buffer.concat([major(4, value.length), ...value.map(cbor)])
  if (value instanceof Map) {
    const entries = [...value].flatMap(([key, item]) => [cbor(key), cbor(item)])
    return Buffer.concat([major(5, value.size), ...entries])
  }
  throw new Error(`nothing here is ${typeof value}`)
}

function major(type: number, size: number): Buffer {
  const first = type << 5
  if (size < 24) return Buffer.from([first | size])
  if (size < 256) return Buffer.from([first | 24, size])
  return Buffer.from([first | 25, size >> 8, size & 255])
}
