// The one table of limits on guessing, on mail and on what costs a hash. Windows are fixed, counts are of credentials tried.

export interface Limit {
  /** So many in one window are fine. */
  readonly points: number
  readonly seconds: number
  /** Kept in PostgreSQL even beside Redis: a flush there must not start it anew. Default false. */
  readonly isDurable?: boolean
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const limits = {
  /** Passwords for one address from one network; each further one has to wait longer. */
  'login-pair': { points: 5, seconds: DAY },
  /** One further try in each of these, whose length grows. */
  'login-pair-wait': { points: 1, seconds: 1 },
  /** Passwords from one network, whatever the address: stuffing. */
  'login-network': { points: 100, seconds: 15 * MINUTE },
  /** Passwords for one address, from anywhere: beyond it a login needs the mailbox. */
  'login-account': { points: 10, seconds: 15 * MINUTE },
  /** The same for one account, without a success between (NIST 800-63B-4 3.2.2: no more than 100). */
  'login-account-long': { points: 80, seconds: 180 * DAY, isDurable: true },
  /** Passwords from a device that is known, without a success between: nobody else's guesses count here. */
  'login-device': { points: 20, seconds: 180 * DAY, isDurable: true },
  /** Passwords given again within one session. */
  'password-session': { points: 10, seconds: 15 * MINUTE },
  /** The same without a success between: a session that was stolen ends. */
  'password-session-long': { points: 50, seconds: 180 * DAY, isDurable: true },
  'register-network': { points: 20, seconds: HOUR },
  /** What apps ask for, before anybody is asked: each is kept for a while. */
  'oauth-request-network': { points: 1_000, seconds: 15 * MINUTE },
  /** Documents about apps that are fetched. */
  'client-document-network': { points: 60, seconds: HOUR },
  'email-login-network': { points: 20, seconds: HOUR },
  /** Sign-ins with a provider, begun and answered: each may have auth ask it. */
  'provider-network': { points: 120, seconds: 15 * MINUTE },
  /** Every page that offers passkeys begins one. */
  'passkey-login-network': { points: 300, seconds: 15 * MINUTE },
  'reset-network': { points: 20, seconds: HOUR },
  /** Wrong codes from one network. */
  'code-network': { points: 100, seconds: 15 * MINUTE },
  /** Wrong codes for one address, whatever the verification. */
  'code-account': { points: 50, seconds: DAY, isDurable: true },
  /** Codes of a further factor from a device on which one was right, without a success between: nobody else's count here. */
  'factor-device': { points: 20, seconds: 180 * DAY, isDurable: true },
  /** Codes of devices that one person types, and one network. */
  'device-code-user': { points: 10, seconds: 15 * MINUTE },
  'device-code-network': { points: 50, seconds: 15 * MINUTE },
  /** Mail that somebody who is not signed in can provoke. */
  'mail-address-minute': { points: 1, seconds: MINUTE },
  'mail-address-hour': { points: 5, seconds: HOUR },
  /** Of these from one network: it leaves some to the owner, who may come from another. */
  'mail-address-network': { points: 3, seconds: HOUR },
  /** Codes that strangers have sent again, over all verifications of an address for one purpose. */
  'resend-address-hour': { points: 5, seconds: HOUR },
  /** The same for an account, where it takes the password or a session. */
  'resend-user-hour': { points: 10, seconds: HOUR },
  /** Sign-in codes: they take the right password. */
  'login-mail-hour': { points: 10, seconds: HOUR },
  /** Codes that a session asks for, for an account and a purpose: keys, the deletion of an account. */
  'session-mail-hour': { points: 10, seconds: HOUR },
  /** Invitations of one admin. To one address there go as many as `mail-address-hour` says. */
  'invitation-mail-hour': { points: 200, seconds: HOUR },
  /** Addresses that one session makes primary or removes: each is told by mail. */
  'email-change-hour': { points: 20, seconds: HOUR },
  'mail-network': { points: 20, seconds: HOUR },
  /** Asked for by one network, whatever comes of it. */
  'resend-network': { points: 20, seconds: HOUR },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof limits
