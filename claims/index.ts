// Everything a subgraph needs to know who is calling. The subpaths hold the rest: see README.md.
export {
  anonymousClaims,
  type Claims,
  ClaimsError,
  type ClaimsKind,
  type ClaimsPayload,
  type CustomClaim,
  claimsFromPayload,
  isSignedIn,
  isSubject,
  payloadFromClaims,
} from './claims.ts'
export {
  createIdentityReader,
  IdentityError,
  type IdentityReader,
  type IdentityReaderOptions,
} from './open.ts'
export {
  FIRST_PARTY_CLIENT,
  mayEver,
  type PrincipalKind,
  type PrincipalKindRules,
  principalKindOf,
  principalKinds,
  rulesOfKind,
} from './principal-kinds.ts'
