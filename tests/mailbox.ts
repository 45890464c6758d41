// A mail transport that keeps what it is given, so that a test can read its mail.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { MailMessage, MailTransport } from '../subgraphs/auth/mail/transport.ts'

export interface Mailbox extends MailTransport {
  readonly messages: readonly MailMessage[]
  /** Waits for the next mail to this address that was not taken yet. */
  take(address: string): Promise<MailMessage>
  /** The next mail that has these words. Mails do not arrive in the order of what they tell of. */
  takeAbout(address: string, words: string): Promise<MailMessage>
  /** What stands behind the `#` of the next link to this page. */
  takeLink(address: string, page: string): Promise<string>
  /** The code in the next mail that has one. */
  takeCode(address: string): Promise<string>
}

export function createMailbox(): Mailbox {
  const messages: MailMessage[] = []
  const taken = new Set<MailMessage>()

  async function take(address: string): Promise<MailMessage> {
    for (let waited = 0; waited < 30_000; waited += 25) {
      const message = messages.find((mail) => mail.to === address && !taken.has(mail))
      if (message !== undefined) {
        taken.add(message)
        return message
      }
      await sleep(25)
    }
    throw new Error(`no mail for ${address} within 30 s`)
  }

  async function takeAbout(address: string, words: string): Promise<MailMessage> {
    for (;;) {
      const mail = await take(address)
      if (`${mail.subject}\n${mail.text}`.includes(words)) return mail
    }
  }

  return {
    messages,
    send: async (message) => {
      messages.push(message)
    },
    stop: () => {},
    take,
    takeAbout,
    takeLink: async (address, page) =>
      linkToken((await takeAbout(address, `/account/${page}#`)).text, page),
    takeCode: async (address) => {
      for (;;) {
        const code = /\b\d{8}\b/.exec((await take(address)).text)?.[0]
        if (code !== undefined) return code
      }
    },
  }
}

/** What stands behind the `#` of the link to this page. */
export function linkToken(text: string, page: string): string {
  const [, token] = new RegExp(`/account/${page}#(\\S+)`).exec(text) ?? []
  if (token === undefined) throw new Error(`no link to ${page} in:\n${text}`)
  return token
}

/** Nothing waits to be mailed any more: what has not come by now does not come. */
export async function nothingLeftToMail(db: Knex): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 25) {
    if ((await db('mail_outbox').first('id')) === undefined) return
    await sleep(25)
  }
  throw new Error('mail is left after 30 s')
}
