// The pages that mailed links lead to. A GET shows a page and changes nothing, so a mail scanner uses no link up (ASVS 6.4.3);
// the link's token stands behind `#`, which browsers do not send: no log and no Referer ever holds it. The page's script,
// or the person, puts it into the form, whose POST acts.
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Language, preferredLanguage } from '../../platform/language.ts'
import type { Caller, IdentifyCaller } from '../http/client-address.ts'
import { isTied, tieForm } from '../http/form-token.ts'
import { readCookie, setCookie } from '../http/page-cookies.ts'
import type { PageRoute, PlainAnswer, RouteTable } from '../http/route.ts'
import { pageSecurityHeaders } from '../http/security-headers.ts'
import type { AccountAnswer, AccountQuestion, AccountRefusal, AskAccount } from './ask.ts'
import { type FormFields, readForm } from './form-body.ts'
import { type FormView, type PageFrame, renderDone, renderEnd, renderForm } from './page.ts'
import { languages, type PageName } from './texts/texts.ts'

export interface AccountParts {
  readonly publicUrl: string
  readonly productName: string
  readonly homeUrl: string
  readonly defaultLanguage: Language
  readonly isHttpsRequired: boolean
  readonly identifyCaller: IdentifyCaller
  readonly ask: AskAccount
}

/** Carries what proves the mailbox from "this was not me" to the page for the new password. */
const STEP_COOKIE = '__Host-step'
const mutations = {
  'reset-password': 'resetPassword',
  'accept-invitation': 'resetPassword',
  'new-password': 'resetPassword',
  'not-me': 'denySession',
  'undo-email-change': 'undoEmailChange',
  'sign-in': 'openSignInLink',
} as const satisfies Record<PageName, AccountQuestion['mutation']>
const pageNames = Object.keys(languages.en.pages) as PageName[]

/** By path, for the public listener; in production too. */
export function createAccountRoutes(parts: AccountParts): RouteTable {
  return Object.fromEntries(
    pageNames.map((page): [string, PageRoute] => [
      `/account/${page}`,
      {
        kind: 'page',
        show: (incoming) => new Visit(parts, page, incoming).show(),
        act: (incoming) => new Visit(parts, page, incoming).act(),
      },
    ]),
  )
}

/** One request for one page. */
class Visit {
  readonly #parts: AccountParts
  readonly #page: PageName
  readonly #incoming: IncomingMessage
  readonly #frame: PageFrame
  readonly #caller: Caller

  constructor(parts: AccountParts, page: PageName, incoming: IncomingMessage) {
    this.#parts = parts
    this.#page = page
    this.#incoming = incoming
    this.#caller = parts.identifyCaller(incoming)
    this.#frame = {
      language: preferredLanguage(incoming.headers['accept-language']) ?? parts.defaultLanguage,
      product: parts.productName,
      homeUrl: parts.homeUrl,
      nonce: randomBytes(16).toString('base64'),
    }
  }

  show(): PlainAnswer {
    if (this.#page !== 'new-password') return this.#form(200, { link: null })
    return this.#stepToken() === null ? this.#stepGone() : this.#form(200, { link: 'none' })
  }

  async act(): Promise<PlainAnswer> {
    const { problems } = languages[this.#frame.language]
    const { publicUrl, isHttpsRequired } = this.#parts
    const { origin, cookie } = this.#incoming.headers
    // A listed CORS origin is not enough: nobody but this page sends its form.
    if (origin !== publicUrl) return this.#end(403, problems.foreignOrigin(publicUrl))
    if (isHttpsRequired && !this.#caller.isSecure) return this.#end(400, problems.insecure)
    const fields = await readForm(this.#incoming)
    const link = this.#page === 'new-password' ? this.#stepToken() : fields.link || null
    if (!isTied(this.#page, fields.formToken, cookie)) {
      return this.#form(403, {
        link: this.#page === 'new-password' ? 'none' : link,
        problem: { text: problems.formToken, field: 'page' },
      })
    }
    if (link === null) return this.#withoutLink()
    return await this.#ask({ ...fields, link })
  }

  async #ask({ link, password }: FormFields): Promise<PlainAnswer> {
    const from = { incoming: this.#incoming, caller: this.#caller }
    const mutation = mutations[this.#page]
    const answer = await this.#parts.ask(from, {
      mutation,
      input: {
        token: link,
        ...(mutation === 'resetPassword' && { newPassword: password }),
        ...(mutation === 'openSignInLink' && { delivery: 'COOKIE' }),
      },
    })
    if ('refusal' in answer) return this.#explain(answer.refusal, link)
    if (mutation === 'openSignInLink') return this.#signedIn(answer)
    if (answer.resetToken !== undefined) return this.#toNewPassword(answer.resetToken)
    return this.#answer(200, renderDone(this.#frame, this.#page, answer.email ?? ''), {
      'set-cookie': setCookie({ name: STEP_COOKIE, value: '' }),
    })
  }

  /** By a redirect, so that a reload repeats nothing and still knows what was proved. */
  #toNewPassword(resetToken: string): PlainAnswer {
    return this.#answer(303, '', {
      location: '/account/new-password',
      'set-cookie': setCookie({ name: STEP_COOKIE, value: resetToken }),
    })
  }

  #signedIn({ user, setCookies }: Exclude<AccountAnswer, { refusal: unknown }>): PlainAnswer {
    if (user === undefined) {
      return this.#end(403, languages[this.#frame.language].problems.furtherFactor)
    }
    const body = renderDone(this.#frame, this.#page, user.email)
    return this.#answer(200, body, { 'set-cookie': setCookies })
  }

  #explain(
    { code, reason, message, retryAfterSeconds }: AccountRefusal,
    token: string,
  ): PlainAnswer {
    const { problems } = languages[this.#frame.language]
    const isStep = this.#page === 'new-password'
    const link = isStep ? 'none' : token
    if (code === 'VERIFICATION_FAILED') {
      return isStep ? this.#stepGone() : this.#end(410, problems.linkUsed)
    }
    // Cookies are kept over https alone, and on the machine itself.
    if (code === 'BAD_USER_INPUT' && this.#page === 'sign-in') {
      return this.#end(400, problems.insecure)
    }
    if (code === 'WEAK_PASSWORD' || code === 'BAD_USER_INPUT') {
      const text = problems.weakPassword(message)
      return this.#form(422, { link, problem: { text, field: 'password' } })
    }
    if (code === 'RATE_LIMITED') {
      const text = problems.rateLimited(Math.max(1, Math.ceil(retryAfterSeconds / 60)))
      return this.#form(429, { link, problem: { text, field: 'page' } })
    }
    if (reason === 'METHOD_NOT_OFFERED') return this.#end(403, problems.linkUsed)
    if (reason === 'ADDRESS_DENIED') return this.#end(403, problems.network)
    return this.#form(503, { link, problem: { text: problems.unavailable, field: 'page' } })
  }

  #withoutLink(): PlainAnswer {
    if (this.#page === 'new-password') return this.#stepGone()
    const text = languages[this.#frame.language].problems.linkMissing
    return this.#form(422, { link: null, problem: { text, field: 'link' } })
  }

  #stepToken(): string | null {
    return readCookie(this.#incoming.headers.cookie, STEP_COOKIE)
  }

  #stepGone(): PlainAnswer {
    return this.#end(410, languages[this.#frame.language].problems.stepGone)
  }

  #end(status: number, text: string): PlainAnswer {
    return this.#answer(status, renderEnd(this.#frame, this.#page, text), {})
  }

  #form(
    status: number,
    view: { link: FormView['link']; problem?: FormView['problem'] },
  ): PlainAnswer {
    const tie = tieForm(this.#page, this.#incoming.headers.cookie)
    const body = renderForm(this.#frame, {
      page: this.#page,
      formToken: tie.token,
      link: view.link,
      ...(view.problem && { problem: view.problem }),
    })
    return this.#answer(status, body, { 'set-cookie': setCookie(tie.cookie) })
  }

  #answer(
    status: number,
    body: string,
    headers: Readonly<Record<string, string | readonly string[]>>,
  ): PlainAnswer {
    const nonce = `'nonce-${this.#frame.nonce}'`
    return {
      status,
      headers: {
        ...pageSecurityHeaders(
          {
            'default-src': ["'none'"],
            'script-src': [nonce],
            'style-src': [nonce],
            'form-action': ["'self'"],
            'base-uri': ["'none'"],
            'frame-ancestors': ["'none'"],
          },
          // Without a referrer the browser would send the form with `Origin: null`.
          'same-origin',
        ),
        'content-type': 'text/html; charset=utf-8',
        'content-language': this.#frame.language,
        'cache-control': 'no-store',
        vary: 'Origin, Accept-Language, Cookie',
        ...headers,
      },
      body,
    }
  }
}
