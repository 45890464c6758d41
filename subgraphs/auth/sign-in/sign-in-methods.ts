// What a sign-in page may offer, before anybody is known.
import type { AuthDeps } from '../core/dependencies.ts'
import { sparesFurther } from './policy.ts'

export interface SignInMethods {
  readonly password: boolean
  readonly emailCode: boolean
  readonly passkey: boolean
  /** 0: not offered. */
  readonly rememberDeviceDays: number
  readonly providers: readonly { readonly id: string; readonly name: string }[]
}

export function signInMethods({
  config,
  providers,
}: Pick<AuthDeps, 'config' | 'providers'>): SignInMethods {
  const isOffered = (name: string) => config.signInMethods.includes(name)
  return {
    password: isOffered('password'),
    emailCode: isOffered('email-code'),
    passkey: isOffered('passkey'),
    rememberDeviceDays: sparesFurther(config) ? config.rememberDeviceDays : 0,
    providers: isOffered('provider')
      ? providers.all.map(({ settings: { id, name } }) => ({ id, name }))
      : [],
  }
}
