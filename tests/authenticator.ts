// An authenticator app for tests: RFC 6238 on node's own HMAC, so that the library is checked by something else.
import { createHmac } from 'node:crypto'
import type { Stack } from './harness.ts'
import type { Person } from './people.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const STEP_MS = 30_000

/** @param steps from the present one */
export function codeOf(secret: string, steps = 0, nowMs = Date.now()): string {
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'))
  const bytes = bits.join('').match(/.{8}/g) ?? []
  const key = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / STEP_MS) + steps))
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const START = 'mutation { startTotp { factorId secret uri qrSvg } }'
const CONFIRM = `mutation Confirm($input: ConfirmTotpInput!) { confirmTotp(input: $input) { id kind name createdAt lastUsedAt } }`

export interface App {
  readonly factorId: string
  readonly secret: string
}

export async function startApp(
  { client }: Pick<Stack, 'client'>,
  headers: Readonly<Record<string, string>>,
) {
  const { data, code, errors, text } = await client.send(START, {}, headers)
  const started = data?.startTotp as (App & { uri: string; qrSvg: string }) | undefined
  return { started, code, errors, text }
}

export async function confirmApp(
  { client }: Pick<Stack, 'client'>,
  headers: Readonly<Record<string, string>>,
  input: { readonly factorId: string; readonly code: string },
) {
  return await client.send(CONFIRM, { input }, headers)
}

/** Enrols an app for somebody who is signed in. Every one of its steps is unused afterwards. */
export async function enrolApp(
  stack: Pick<Stack, 'client' | 'db'>,
  person: Pick<Person, 'headers'>,
): Promise<App> {
  const { started, text } = await startApp(stack, person.headers)
  if (started === undefined) throw new Error(`startTotp failed: ${text}`)
  const { factorId, secret } = started
  const input = { factorId, code: codeOf(secret) }
  const confirmed = await confirmApp(stack, person.headers, input)
  if (confirmed.code !== undefined) throw new Error(`confirmTotp failed: ${confirmed.text}`)
  await forgetSteps(stack, factorId)
  return { factorId, secret }
}

/** As if time had passed: no step of the app counts as used. */
export async function forgetSteps({ db }: Pick<Stack, 'db'>, factorId: string): Promise<void> {
  await db('totp_secrets').where('factor_id', factorId).update({ last_step: 0 })
}
