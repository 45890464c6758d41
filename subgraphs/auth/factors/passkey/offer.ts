// The challenge that a sign-in page offers to whoever has a passkey (conditional mediation, WebAuthn section 5.1.4). A GET changes nothing,
// so nothing is kept of it before it is answered: it is an HMAC over its id, which has its age, and over the page's form token, which is of
// this browser alone. Nobody can make one up, make it younger or carry it to another browser.
//
//   page shown: id, challenge = HMAC(id, form token) ──► page sent: id, answer ──► the row of a flow, once ──► as any passkey
import { createHmac, randomBytes } from 'node:crypto'
import type { AuthConfig } from '../../config.ts'
import { FLOW_MINUTES } from '../../verifications/verification.ts'

type Config = Pick<AuthConfig, 'secrets'>

const SHAPE = /^ofr_([1-9]\d{0,5})\.([0-9a-z]{1,9})\.[\w-]{22}$/

/** @param pageForm What ties the page to its browser. */
export function makeOffer(
  { secrets, passkeys }: Pick<AuthConfig, 'secrets' | 'passkeys'>,
  pageForm: string,
): { verificationId: string; options: Record<string, unknown> } {
  const madeAt = Math.floor(Date.now() / 1000).toString(36)
  const { currentVersion } = secrets.codeKey
  const id = `ofr_${currentVersion}.${madeAt}.${randomBytes(16).toString('base64url')}`
  return {
    verificationId: id,
    options: {
      challenge: challengeFor(id, { secrets, version: currentVersion, pageForm }),
      rpId: passkeys.rpId,
      allowCredentials: [],
      userVerification: 'required',
    },
  }
}

export function isOffer(id: string): boolean {
  return id.startsWith('ofr_')
}

/** As long as the form of the page itself is good. Null: not of our making, or too old. */
export function challengeOf({ secrets }: Config, id: string, pageForm: string): string | null {
  const [, digits, madeAt = ''] = SHAPE.exec(id) ?? []
  const version = Number(digits)
  const age = Date.now() / 1000 - Number.parseInt(madeAt, 36)
  if (!secrets.codeKey.has(version) || !(age < FLOW_MINUTES * 60)) return null
  return challengeFor(id, { secrets, version, pageForm })
}

function challengeFor(
  id: string,
  { secrets, version, pageForm }: Config & { readonly version: number; readonly pageForm: string },
): string {
  const key = Buffer.from(secrets.codeKey.version(version).release(), 'base64')
  return createHmac('sha256', key).update(`passkey-offer\0${id}\0${pageForm}`).digest('base64url')
}
