// A form that another site sends here by itself, as Apple does with its answer and apps may with what they ask (OpenID Connect Core,
// 3.1.2.1): it comes without any cookie, so it can be tied to nobody. It becomes the link that it stands for, which the browser follows
// with its cookies; from there on it is like any other.
import type { IncomingMessage } from 'node:http'
import type { PlainAnswer } from '../http/route.ts'
import type { PassedBody } from './body.ts'
import type { PassedPath } from './paths.ts'

export function isPostedAnswer(
  { postedAnswers }: PassedPath,
  { method, headers }: IncomingMessage,
  publicUrl: string,
): boolean {
  if (method !== 'POST' || postedAnswers === undefined) return false
  const { from } = postedAnswers
  return from === 'elsewhere' ? headers.origin !== publicUrl : from.includes(headers.origin ?? '')
}

/** 303: a browser goes on with GET, whatever it sent. Parameters that are not listed stay behind, as the person's name. */
export function redirectAnswer(
  { path, postedAnswers }: PassedPath,
  body: PassedBody | null,
): PlainAnswer {
  const sent =
    body?.type === 'application/x-www-form-urlencoded' ? body.fields : new URLSearchParams()
  const kept = [...sent].filter(([name]) => postedAnswers?.fields.includes(name))
  return {
    status: 303,
    headers: {
      location: `${path}?${new URLSearchParams(kept)}`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
    body: '',
  }
}
