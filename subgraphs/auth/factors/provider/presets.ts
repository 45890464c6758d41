// Providers that many people have an account with, and where each departs from OpenID Connect.
import type { ProviderProtocol } from './protocol.ts'

export interface Preset {
  /** What people call it. */
  readonly name: string
  readonly scope: string
  readonly protocol: ProviderProtocol
  /** Default: as the protocol says. */
  readonly profile?: 'google' | 'microsoft' | 'apple' | 'github'
  /** Sends its answer with a POST of its own page where a scope is asked for. Default false. */
  readonly postsAnswer?: boolean
}

const FACEBOOK_GRAPH = 'https://graph.facebook.com/v23.0'

export const presets = {
  google: {
    name: 'Google',
    scope: 'openid email profile',
    protocol: { kind: 'openid', issuer: 'https://accounts.google.com' },
    profile: 'google',
  },
  microsoft: {
    name: 'Microsoft',
    scope: 'openid email profile',
    protocol: { kind: 'openid', issuer: 'https://login.microsoftonline.com/common/v2.0' },
    profile: 'microsoft',
  },
  apple: {
    name: 'Apple',
    scope: 'openid email',
    protocol: { kind: 'openid', issuer: 'https://appleid.apple.com' },
    profile: 'apple',
    postsAnswer: true,
  },
  github: {
    name: 'GitHub',
    scope: 'read:user user:email',
    protocol: {
      kind: 'oauth2',
      issuer: 'https://github.com/login/oauth',
      authorizationUrl: 'https://github.com/login/oauth/authorize',
      tokenUrl: 'https://github.com/login/oauth/access_token',
      userinfoUrl: 'https://api.github.com/user',
      fields: { subject: 'id', email: 'email', emailVerified: null, name: 'name' },
    },
    profile: 'github',
  },
  facebook: {
    name: 'Facebook',
    scope: 'public_profile email',
    protocol: {
      kind: 'oauth2',
      issuer: 'https://www.facebook.com',
      authorizationUrl: 'https://www.facebook.com/v23.0/dialog/oauth',
      tokenUrl: `${FACEBOOK_GRAPH}/oauth/access_token`,
      userinfoUrl: `${FACEBOOK_GRAPH}/me?fields=id,name,email`,
      // It says of no e-mail address that it was verified.
      fields: { subject: 'id', email: 'email', emailVerified: null, name: 'name' },
    },
  },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof presets

export function presetOf(name: string): Preset | null {
  return Object.hasOwn(presets, name) ? presets[name as PresetName] : null
}
