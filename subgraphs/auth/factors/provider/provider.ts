// A provider as the factor that begins a sign-in. What it answers with is not a code: check-answer.ts takes it, and this proves nothing.
import type { Factor } from '../factor.ts'

export const provider = {
  place: 'first',
  offeredAs: 'provider',
  // Nobody confirms their presence with it: it says nothing about who sits there now.
  begin: async () => null,
  check: async () => false,
  // Not of RFC 8176, which has no word for it; "federated", as Microsoft's own tokens call it.
  amr: () => ['fed'],
} satisfies Factor
