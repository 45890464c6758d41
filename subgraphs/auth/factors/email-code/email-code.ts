// The mailed code as a factor: anyone who reads the mailbox of the account has it. It may begin a sign-in, or follow a
// password that comes from an unknown device; a second kind of proof it never is (new mail may arrive on the same phone).
import { isMailedCode } from '../../verifications/verification.ts'
import type { Factor } from '../factor.ts'

export const emailCode = {
  place: 'first',
  offeredAs: 'email-code',
  // The mail leaves with the challenge, in one transaction.
  begin: async () => ({}),
  check: async ({ config }, { challenge, secret }) =>
    challenge !== null && isMailedCode(challenge, secret, config.secrets.codeKey),
  amr: () => ['otp'],
} satisfies Factor
