// What a refusal of a provider's answer means on a page.
import type { Refusal } from './operation.ts'
import type { Visit } from './page.ts'
import { type Explained, explain } from './refusals.ts'

export function explainAnswer(
  visit: Pick<Visit, 'texts'>,
  { name, refusal }: { readonly name: string; readonly refusal: Refusal },
): Explained {
  const { provider } = visit.texts
  switch (refusal.reason) {
    case 'PROVIDER_REFUSED':
      return { status: 422, problems: [{ text: provider.refused(name) }] }
    case 'PROVIDER_UNAVAILABLE':
      return { ...explain(visit, refusal), problems: [{ text: provider.away(name) }] }
    case 'EMAIL_MISSING':
      return { status: 422, problems: [{ text: provider.noEmail(name) }] }
    case 'PROVIDER_ANSWER_INVALID':
      return { status: 422, problems: [{ text: provider.failed(name) }] }
    default:
      return refusal.code === 'VERIFICATION_FAILED'
        ? { status: 410, problems: [{ text: visit.texts.verify.overText }] }
        : explain(visit, refusal)
  }
}
