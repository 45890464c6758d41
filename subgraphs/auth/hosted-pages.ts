// The pages that there are: one line each here, and one in gateway/passed/paths.ts.
import { continueSession } from './pages/continue-session.ts'
import type { Page } from './pages/page.ts'
import { signIn } from './pages/sign-in.ts'
import { verify } from './pages/verify.ts'

export const hostedPages: readonly Page[] = [signIn, verify, continueSession]
