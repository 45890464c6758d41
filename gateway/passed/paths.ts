// The fixed list of paths that auth answers behind the gateway. What is not in it never reaches auth's own door.
import { cookieNames } from '../authenticate/cookies.ts'
import { isAmbiguousPath } from '../http/route.ts'
import { asksForAccess, asksForSignOut } from './app-parameters.ts'

export interface PassedPath {
  /** Asked of auth exactly so, whatever the client wrote. */
  readonly path: string
  /**
   * `people`: pages in a browser. The session's cookies say who they are, which auth is told by an identity token; a form
   * is taken from this very page alone. `programs`: `Authorization` passes as it came, and no cookie counts.
   */
  readonly for: 'people' | 'programs'
  /** Default: GET and POST for people, POST for programs. HEAD comes with GET. */
  readonly methods?: readonly ('GET' | 'POST' | 'DELETE')[]
  /** Cookies of the flow that this path is a step of: these alone pass, in both directions. Default: none. */
  readonly flowCookies?: readonly string[]
  /**
   * Values of the session's cookies that auth is told with a form, each in a header of the gateway's own, as on the graph:
   * which device is known, and what a session goes on with or ends by. Default: none.
   */
  readonly reads?: readonly ('device' | 'refresh')[]
  /** Whether the answer to a form may set or clear the session's cookies. Default: false. */
  readonly makesSession?: boolean
  /** Query parameters that may hold a JWT that opens nothing, as `id_token_hint`; elsewhere one in a URL is refused. Default: none. */
  readonly identityHints?: readonly string[]
  /**
   * Other sites, or all of them, whose forms are taken for what they are: links with these parameters. Such a POST changes nothing, and
   * is answered with a redirect to this page with them. Default: none.
   */
  readonly postedAnswers?: {
    readonly from: readonly string[] | 'elsewhere'
    readonly fields: readonly string[]
  }
  /** Most bytes of a body. Default: 16 KiB. */
  readonly bodyBytes?: number
}

/** What a sign-in under way is known by: its secret, and what is asked for next. */
const CHALLENGE = '__Host-challenge'
/** Carries what proves the mailbox from "this was not me" to the new password. */
const STEP = '__Host-step'
const SIGN_IN_FLOW = [cookieNames.flow, CHALLENGE] as const

/** What ties an app's request to the browser that it began in. */
const APP_FLOW = ['__Host-oauth'] as const

/** One line each: see docs/architecture.md, "A path that passes to auth". */
export const passedPaths: readonly PassedPath[] = [
  {
    path: '/sign-in',
    for: 'people',
    flowCookies: SIGN_IN_FLOW,
    reads: ['device'],
    makesSession: true,
  },
  {
    path: '/verify',
    for: 'people',
    flowCookies: SIGN_IN_FLOW,
    reads: ['device'],
    makesSession: true,
  },
  {
    path: '/enrol',
    for: 'people',
    flowCookies: SIGN_IN_FLOW,
    reads: ['device'],
    makesSession: true,
  },
  { path: '/sign-up', for: 'people', flowCookies: SIGN_IN_FLOW },
  { path: '/forgot-password', for: 'people', flowCookies: [CHALLENGE] },
  { path: '/reset-password', for: 'people', flowCookies: [CHALLENGE] },
  { path: '/sign-out', for: 'people', reads: ['refresh'], makesSession: true },
  { path: '/confirm', for: 'people', flowCookies: [CHALLENGE], makesSession: true },
  { path: '/account', for: 'people' },
  { path: '/account/password', for: 'people', makesSession: true },
  { path: '/account/email', for: 'people', flowCookies: [CHALLENGE] },
  { path: '/account/app', for: 'people' },
  { path: '/account/passkey', for: 'people' },
  { path: '/add-passkey', for: 'people', flowCookies: ['__Host-passkey-later'] },
  { path: '/account/recovery-codes', for: 'people' },
  { path: '/account/link', for: 'people', flowCookies: ['__Host-provider'] },
  { path: '/account/reset-password', for: 'people', flowCookies: [STEP] },
  { path: '/account/accept-invitation', for: 'people', flowCookies: [STEP] },
  { path: '/account/not-me', for: 'people', flowCookies: [STEP] },
  { path: '/account/undo-email-change', for: 'people', flowCookies: [STEP] },
  { path: '/account/new-password', for: 'people', flowCookies: [STEP] },
  {
    path: '/account/sign-in',
    for: 'people',
    flowCookies: SIGN_IN_FLOW,
    reads: ['device'],
    makesSession: true,
  },
  { path: '/continue-session', for: 'people', reads: ['refresh'], makesSession: true },
  {
    path: '/oauth2/authorize',
    for: 'people',
    flowCookies: APP_FLOW,
    // Some apps sign what they want to know again, as a JWT.
    identityHints: ['id_token_hint', 'state'],
    postedAnswers: { from: 'elsewhere', fields: asksForAccess },
  },
  { path: '/oauth2/resume', for: 'people', methods: ['GET'], flowCookies: APP_FLOW },
  { path: '/consent', for: 'people', flowCookies: APP_FLOW },
  { path: '/oauth2/device', for: 'people' },
  {
    path: '/oauth2/end_session',
    for: 'people',
    identityHints: ['id_token_hint'],
    postedAnswers: { from: 'elsewhere', fields: asksForSignOut },
    reads: ['refresh'],
    makesSession: true,
  },
  { path: '/oauth2/device_authorization', for: 'programs' },
  { path: '/oauth2/token', for: 'programs' },
  { path: '/oauth2/par', for: 'programs' },
  { path: '/oauth2/register', for: 'programs' },
  { path: '/oauth2/introspect', for: 'programs' },
  { path: '/oauth2/revoke', for: 'programs' },
  { path: '/oauth2/userinfo', for: 'programs', methods: ['GET', 'POST'] },
  { path: '/.well-known/openid-configuration', for: 'programs', methods: ['GET'] },
  { path: '/.well-known/oauth-authorization-server', for: 'programs', methods: ['GET'] },
  { path: '/.well-known/oauth-protected-resource', for: 'programs', methods: ['GET'] },
  { path: '/.well-known/oauth-protected-resource/graphql', for: 'programs', methods: ['GET'] },
]

/** @throws Error for an entry that would open more than it says. */
export function checkPassedPaths(paths: readonly PassedPath[]): void {
  const sessionCookies: readonly string[] = [
    cookieNames.access,
    cookieNames.refresh,
    cookieNames.csrf,
    cookieNames.device,
  ]
  for (const entry of paths) {
    const {
      path,
      flowCookies = [],
      identityHints = [],
      methods = [],
      reads = [],
      makesSession,
      for: whom,
    } = entry
    if (isAmbiguousPath(path) || /[?#*\s]/.test(path)) throw new Error(`${path}: not a plain path`)
    if (path === '/graphql' || path.startsWith('/internal')) {
      throw new Error(`${path}: never passes to auth`)
    }
    for (const name of flowCookies) {
      if (!/^__Host-[a-z-]+$/.test(name))
        throw new Error(`${path}: ${name} must begin with __Host-`)
      if (sessionCookies.includes(name)) throw new Error(`${path}: ${name} never goes inwards`)
    }
    // Whatever changes something is a form, which is tied to its page.
    if (whom === 'people' && methods.some((method) => method !== 'GET' && method !== 'POST')) {
      throw new Error(`${path}: a page has GET and POST alone`)
    }
    if (entry.postedAnswers !== undefined && whom === 'programs') {
      throw new Error(`${path}: a form of another site leads to a page`)
    }
    for (const name of identityHints) {
      if (!/^[a-z_]+$/.test(name)) throw new Error(`${path}: ${name} is not a plain parameter`)
    }
    if (whom === 'programs' && identityHints.length > 0) {
      throw new Error(`${path}: programs send tokens in a body or a header`)
    }
    if (
      whom === 'programs' &&
      (flowCookies.length > 0 || reads.length > 0 || makesSession === true)
    ) {
      throw new Error(`${path}: cookies are for people`)
    }
  }
}

export function methodsOf({ for: whom, methods }: PassedPath): readonly string[] {
  const listed: readonly string[] = methods ?? (whom === 'people' ? ['GET', 'POST'] : ['POST'])
  return listed.includes('GET') ? ['GET', 'HEAD', ...listed.filter((m) => m !== 'GET')] : listed
}
