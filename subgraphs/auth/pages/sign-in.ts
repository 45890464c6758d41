// `/sign-in`: with password, or with a code or link by mail. What must follow is asked for at `/verify`.
import { html, type Piece } from '../../../platform/pages/html.ts'
import { goOn, type SignInResult, VERIFICATION } from './begun.ts'
import { captchaField, captchaGuests, readCaptcha } from './captcha.ts'
import { challengeCookie } from './challenge-cookie.ts'
import { button, field, form, links } from './fields.ts'
import { operation, type Refusal } from './operation.ts'
import type { Page, PageAnswer, Problem, Visit } from './page.ts'
import {
  type PasskeyOptions,
  PROVE_PASSKEY,
  passkeyButton,
  passkeyOffer,
  readPasskey,
  START_PASSKEY_LOGIN,
  unknownPasskey,
} from './passkeys.ts'
import { type Explained, explain } from './refusals.ts'
import { takesRegistrations } from './sign-up.ts'
import { unavailable, WAYS_IN, type WaysIn } from './ways-in.ts'

interface Credentials {
  readonly input: Readonly<Record<string, string>>
}

const LOGIN = operation<{ login: SignInResult }, Credentials>(
  `mutation PageLogin($input: LoginInput!) { login(input: $input) { __typename ${VERIFICATION} } }`,
  'nobody',
)
const START_EMAIL = operation<{ startEmailLogin: SignInResult }, Credentials>(
  `mutation PageStartEmailLogin($input: StartEmailLoginInput!) {
    startEmailLogin(input: $input) { __typename ${VERIFICATION} }
  }`,
  'nobody',
)
const WHO = operation<{
  viewer: { readonly user: { readonly email: string } | null } | null
}>('query PageWho { viewer { user { email } } }')

export const signIn: Page = {
  path: '/sign-in',
  needs: [LOGIN, START_EMAIL, WAYS_IN, WHO],
  uses: [START_PASSKEY_LOGIN, PROVE_PASSKEY],
  async show(visit) {
    if (visit.person !== null && !visit.query.has('again')) return await showPresent(visit)
    return await showForm(visit, { email: visit.query.get('login_hint') ?? '' })
  },
  async act(visit) {
    const email = visit.form.get('email') ?? ''
    if (visit.form.get('do') === 'passkey') return await beginPasskey(visit)
    if (visit.form.get('do') === 'offered-passkey') return await takePasskey(visit)
    if (visit.form.get('do') === 'email') {
      const answer = await visit.ask(START_EMAIL, { input: { email, delivery: 'COOKIE' } })
      if ('refusal' in answer) return await showForm(visit, { email, refusal: answer.refusal })
      return goOn(visit, answer.data.startEmailLogin, 'email')
    }
    const password = visit.form.get('password') ?? ''
    const answer = await visit.ask(LOGIN, {
      input: { email, password, delivery: 'COOKIE', ...readCaptcha(visit.form) },
    })
    if ('refusal' in answer) return await showForm(visit, { email, refusal: answer.refusal })
    return goOn(visit, answer.data.login, 'sign-in')
  },
}

async function beginPasskey(visit: Visit): Promise<PageAnswer> {
  const answer = await visit.ask(START_PASSKEY_LOGIN, { input: { delivery: 'COOKIE' } })
  if ('refusal' in answer) return await showForm(visit, { refusal: answer.refusal })
  const { verificationId: id, options: passkey } = answer.data.startPasskeyLogin
  const challenge = { id, passkey, methods: ['PASSKEY'], sentTo: null, began: 'sign-in' } as const
  return { location: visit.passage.to('/verify'), cookies: [challengeCookie(challenge)] }
}

/** Chosen where the browser fills in the e-mail address. */
async function takePasskey(visit: Visit): Promise<PageAnswer> {
  const verificationId = visit.form.get('verificationId') ?? ''
  const passkey = readPasskey(visit.form)
  const answer = await visit.ask(PROVE_PASSKEY, { input: { verificationId, passkey } })
  if ('data' in answer) return goOn(visit, answer.data.verifySession, 'sign-in')
  return await showForm(visit, { refusal: answer.refusal, passkey: passkey ?? {} })
}

/** Somebody is signed in already, and says whether it is them who goes on. */
async function showPresent(visit: Visit): Promise<PageAnswer> {
  const { texts, passage } = visit
  const answer = await visit.ask(WHO, {})
  const email = 'data' in answer ? answer.data.viewer?.user?.email : undefined
  if (email === undefined) return await showForm(visit, {})
  return {
    title: texts.signIn.title,
    content: html`<p>${texts.signIn.signedInAs(email)}</p>
      <p><a class="button" href="${passage.destination}">${texts.signIn.continue}</a>
      <a class="button plain" href="${passage.to('/sign-in', { again: '1' })}">${texts.signIn.asSomebodyElse}</a></p>`,
  }
}

async function showForm(
  visit: Visit,
  {
    email = '',
    refusal,
    passkey,
  }: {
    readonly email?: string
    readonly refusal?: Refusal
    /** What was refused. */
    readonly passkey?: PasskeyOptions
  },
): Promise<PageAnswer> {
  const { texts, passage } = visit
  const ways = await visit.ask(WAYS_IN, {})
  if ('refusal' in ways) return unavailable(visit, ways.refusal)
  const offered = ways.data.signInMethods
  const explained = explainSignIn(visit, refusal)
  return {
    title: texts.signIn.toProduct(visit.productName),
    ...explained,
    formTargets: passage.formTargets,
    guests: captchaGuests(refusal),
    content: html`${lostNotice(visit)}
      ${formOf(visit, { email, offered, refusal, problems: explained.problems })}
      ${offered.passkey ? passkeys(visit, refusal, passkey) : null}
      ${providersOf(visit, offered)}
      ${links(waysOn(visit, offered))}`,
  }
}

function explainSignIn(visit: Visit, refusal: Refusal | undefined): Explained {
  if (refusal === undefined) return { status: 200, problems: [] }
  const isOfPasskey = visit.form.get('do') === 'offered-passkey'
  return isOfPasskey && refusal.code === 'VERIFICATION_FAILED'
    ? { status: 422, problems: [{ text: visit.texts.passkey.failed }] }
    : explain(visit, refusal, ['email', 'password'])
}

function passkeys(visit: Visit, refusal?: Refusal, refused?: PasskeyOptions): Piece {
  const action = visit.passage.to('/sign-in')
  return html`${passkeyButton(visit, action)}
      ${passkeyOffer(visit, action)}
      ${refusal?.reason === 'PASSKEY_UNKNOWN' ? unknownPasskey(visit, refused) : null}`
}

function formOf(
  visit: Visit,
  of: {
    readonly email: string
    readonly offered: WaysIn
    readonly refusal: Refusal | undefined
    readonly problems: readonly Problem[]
  },
): Piece {
  const { texts, passage } = visit
  const { email, offered, refusal, problems } = of
  if (!offered.password && !offered.emailCode) {
    return offered.providers.length > 0 ? null : html`<p>${texts.signIn.nothingOffered}</p>`
  }
  return form(visit, passage.to('/sign-in'), [
    field(
      {
        name: 'email',
        label: texts.email,
        type: 'email',
        autocomplete: offered.passkey ? 'username webauthn' : 'username',
        value: email,
        hasFocus: true,
      },
      problems,
    ),
    offered.password
      ? field(
          {
            name: 'password',
            label: texts.password,
            type: 'password',
            autocomplete: 'current-password',
            maxLength: 1024,
          },
          problems,
        )
      : null,
    captchaField(visit, refusal),
    offered.password ? button({ text: texts.signIn.withPassword }) : null,
    offered.emailCode
      ? button({
          text: texts.signIn.withEmail,
          does: 'email',
          isPlain: offered.password,
          skipsFields: offered.password,
        })
      : null,
  ])
}

function providersOf({ texts, passage }: Visit, { providers }: WaysIn): Piece {
  return providers.map(
    ({ id, name }) =>
      html`<p><a class="button plain" href="${passage.to(`/sign-in/${id}`)}">${texts.provider.continueWith(name)}</a></p>`,
  )
}

function lostNotice({ texts, lostSession, form: sent }: Visit): Piece {
  if (lostSession === null || lostSession === 'TOKEN_EXPIRED' || sent.size > 0) return null
  return html`<p role="status">${texts.continueSession.ended}</p>`
}

function waysOn(visit: Visit, offered: WaysIn): { href: string; text: string }[] {
  const { texts, passage } = visit
  return [
    ...(offered.password
      ? [{ href: passage.to('/forgot-password'), text: texts.forgotPassword.title }]
      : []),
    ...(takesRegistrations(visit)
      ? [{ href: passage.to('/sign-up'), text: texts.signUp.button }]
      : []),
  ]
}
