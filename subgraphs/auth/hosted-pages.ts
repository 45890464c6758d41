// The pages that there are: one line each here, and one in gateway/passed/paths.ts.

import { account } from './pages/account.ts'
import { accountApp } from './pages/account-app.ts'
import { accountEmail } from './pages/account-email.ts'
import { accountPasskey } from './pages/account-passkey.ts'
import { accountPassword } from './pages/account-password.ts'
import { accountRecoveryCodes } from './pages/account-recovery-codes.ts'
import { addPasskey } from './pages/add-passkey.ts'
import { confirm } from './pages/confirm.ts'
import { continueSession } from './pages/continue-session.ts'
import { enrol } from './pages/enrol.ts'
import { forgotPassword, resetPassword } from './pages/forgot-password.ts'
import {
  invitation,
  newPassword,
  notMe,
  resetLink,
  signInLink,
  undoEmailChange,
} from './pages/mailed-links.ts'
import type { Page } from './pages/page.ts'
import { signIn } from './pages/sign-in.ts'
import { signOut } from './pages/sign-out.ts'
import { signUp } from './pages/sign-up.ts'
import { verify } from './pages/verify.ts'

export const hostedPages: readonly Page[] = [
  signIn,
  verify,
  enrol,
  addPasskey,
  continueSession,
  signUp,
  forgotPassword,
  resetPassword,
  signOut,
  confirm,
  account,
  accountPassword,
  accountEmail,
  accountApp,
  accountPasskey,
  accountRecoveryCodes,
  resetLink,
  invitation,
  notMe,
  undoEmailChange,
  newPassword,
  signInLink,
]
