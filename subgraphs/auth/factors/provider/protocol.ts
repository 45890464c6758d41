// How one provider is spoken to: what its settings and its preset come to.
import type { Secret } from '../../../../platform/secret.ts'

export type ProviderProtocol =
  /** The rest is in its discovery document. */
  | { readonly kind: 'openid'; readonly issuer: string }
  | {
      readonly kind: 'oauth2'
      /** Which its subjects belong to: it stands in no answer. */
      readonly issuer: string
      readonly authorizationUrl: string
      readonly tokenUrl: string
      readonly userinfoUrl: string
      readonly fields: ProfileFields
    }

/** Where in the answer of `userinfoUrl` something stands: names, by dots. */
export interface ProfileFields {
  readonly subject: string
  readonly email: string
  /** null: it says of no e-mail address that it was verified. */
  readonly emailVerified: string | null
  readonly name: string
}

export interface ProviderSettings {
  /** As in the API and in paths. */
  readonly id: string
  /** What people call it. */
  readonly name: string
  readonly clientId: string
  readonly authentication: ClientAuthentication
  readonly scope: string
  readonly protocol: ProviderProtocol
  readonly profile: 'openid' | 'oauth2' | 'google' | 'microsoft' | 'apple' | 'github'
  readonly postsAnswer: boolean
  /** Whether an account is made with an e-mail address that it calls verified, without a mailed code. */
  readonly trustsEmail: boolean
}

export type ClientAuthentication =
  | { readonly kind: 'none' }
  | { readonly kind: 'secret'; readonly secret: Secret<string> }
  /** Apple: a short-lived token in place of a secret, signed with the team's key. */
  | {
      readonly kind: 'apple'
      readonly teamId: string
      readonly keyId: string
      readonly privateKey: Secret<string>
    }
