// POST /internal/credentials: for gateways alone, never reachable from outside.
import { z } from 'zod'
import type { AuthDeps } from '../core/dependencies.ts'
import type { CheckKind } from './check-counts.ts'
import {
  type CredentialAnswer,
  checkApiKey,
  checkMany,
  livePrincipal,
} from './check-credentials.ts'

const id = z.string().max(128)

const question = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('api-key'),
    key: z.string().max(256),
    secret: z.string().max(256),
    address: z.string().max(64).nullish(),
  }),
  z.object({
    type: z.literal('live'),
    principal: z.object({
      kind: z.enum(['user', 'api-key']),
      sub: id.optional(),
      sid: id.optional(),
      key_id: id.optional(),
      ver: z.number().int().optional(),
    }),
  }),
  z.object({
    type: z.literal('check'),
    sessions: z.array(z.object({ sid: id, sub: id, ver: z.number().int() })).max(20_000),
    apiKeys: z.array(id).max(20_000),
  }),
])

/** @returns the answer, or null when the question is malformed */
export async function answerCredentials(deps: AuthDeps, body: unknown): Promise<object | null> {
  const parsed = question.safeParse(body)
  if (!parsed.success) return null
  const asked = parsed.data
  if (asked.type === 'check') return await checkMany(deps, asked)
  if (asked.type === 'api-key') {
    const { key, secret, address = null } = asked
    return counted(deps, 'api-key', await checkApiKey(deps, { key, secret, address }))
  }
  const { kind, sub, sid, key_id, ver } = asked.principal
  const answer = await livePrincipal(deps, {
    kind,
    ...(sub === undefined ? {} : { sub }),
    ...(sid === undefined ? {} : { sid }),
    ...(key_id === undefined ? {} : { key_id }),
    ...(ver === undefined ? {} : { ver }),
  })
  return counted(deps, 'live', answer)
}

function counted(deps: AuthDeps, kind: CheckKind, answer: CredentialAnswer): CredentialAnswer {
  deps.checks.count(kind, 'refused' in answer ? answer.refused : 'accepted')
  return answer
}
