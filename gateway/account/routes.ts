// The pages that mailed links lead to. A GET shows a page and changes nothing, so a mail scanner uses no link up (ASVS 6.4.3);
// the link's token stands behind `#`, which browsers do not send: no log and no Referer ever holds it.
import { randomBytes } from 'node:crypto'
import type { PlainRoute } from '../http/router.ts'
import { pageSecurityHeaders } from '../http/security-headers.ts'
import { type AccountPage, renderPage } from './page.ts'

const PAGES: Readonly<Record<string, AccountPage>> = {
  'reset-password': {
    title: 'Choose a new password',
    intro: 'Every device will be signed out. Then log in with the new password.',
    first: 'password',
  },
  'accept-invitation': {
    title: 'Choose a password',
    intro: 'It completes your account. Then log in with it.',
    first: 'password',
  },
  'not-me': {
    title: 'This was not you?',
    intro:
      'One click ends every session and makes the password useless. Then choose a new one, here and now.',
    first: { button: 'This was not me', mutation: 'denySession' },
  },
  'undo-email-change': {
    title: 'Undo a change of addresses',
    intro:
      'One click brings your addresses back as they were, ends every session and makes the password useless. Then choose a new one, here and now.',
    first: { button: 'This was not me', mutation: 'undoEmailChange' },
  },
}

/** By path, for the public listener; in production too. */
export function createAccountRoutes(): Readonly<Record<string, PlainRoute>> {
  return Object.fromEntries(
    Object.entries(PAGES).map(([name, page]) => [`/account/${name}`, serve(page)]),
  )
}

function serve(page: AccountPage): PlainRoute {
  return () => {
    const nonce = randomBytes(16).toString('base64')
    return {
      status: 200,
      headers: {
        ...pageSecurityHeaders({
          'default-src': ["'none'"],
          'script-src': [`'nonce-${nonce}'`],
          'style-src': [`'nonce-${nonce}'`],
          'connect-src': ["'self'"],
          'form-action': ["'none'"],
          'base-uri': ["'none'"],
          'frame-ancestors': ["'none'"],
        }),
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
      },
      body: renderPage(page, nonce),
    }
  }
}
