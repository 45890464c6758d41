// Adding a passkey within a sign-in that asks for a factor.
import { addFactor } from '../enrolled/add-factor.ts'
import type { Enrolment } from '../factor.ts'
import { heldChallenge, takeChallenge } from './challenge.ts'
import { insertPasskey } from './insert-passkey.ts'
import { creationOptions } from './options.ts'
import { readRegistration } from './read-registration.ts'

export const passkeyEnrolment = {
  start: async (trx, deps, { user }) => {
    const options = await creationOptions(trx, deps, user)
    return { answer: { options }, state: { challenge: options.challenge } }
  },
  check: async ({ db, config }, { challenge: verification, secret: answer }) => {
    const challenge = verification && (await takeChallenge(db, verification))
    return challenge !== null && (await readRegistration(config, { answer, challenge })) !== null
  },
  confirm: async (trx, deps, { user, origin, challenge: verification, secret: answer }) => {
    const challenge = verification && heldChallenge(verification)
    const sessionId = verification?.session_id ?? null
    if (challenge === null || sessionId === null) return false
    const made = await readRegistration(deps.config, { answer, challenge })
    const factor = made && (await insertPasskey(trx, made, { user, sessionId, name: null }))
    if (factor === null) return false
    await addFactor(trx, deps, { origin }, { user, factor, isOnTheWayIn: true })
    return true
  },
} satisfies Enrolment
