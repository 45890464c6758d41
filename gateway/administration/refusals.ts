// What the gateway asks beside the rules of its own subgraph, as auth does of its admins: no app, and their further factor.
import { type Claims, rulesOfKind } from '@sallyport/claims'
import { compileRule, type Denial, emptyRule, type Predicate } from '@sallyport/claims/predicates'

const FRESH_SECONDS = 600

/** An app acts for an admin, and is none. */
const NO_APP: Denial = Object.freeze({ code: 'FORBIDDEN', missing: 'a session of their own' })

const furtherFactor = compileRule({
  ...emptyRule,
  policies: [[['mfa', `fresh:${FRESH_SECONDS}`]]],
})

/** Whatever it is that they ask for. */
export const refuseApps: Predicate = (claims) => (rulesOfKind(claims).isApp ? NO_APP : null)

/** For what changes something: whoever holds a further factor proves it. A session may be anyone's who knew the password. */
export const askFurtherFactor: Predicate = (claims, nowSeconds) =>
  holdsFurtherFactor(claims) ? furtherFactor(claims, nowSeconds) : null

function holdsFurtherFactor({ stepUp }: Claims): boolean {
  return stepUp.some((method) => method !== 'PASSWORD' && method !== 'EMAIL_CODE')
}
