// Apollo Sandbox at /graphql, in development: its script comes from Apollo, so the policy is relaxed on this page alone.
import { randomBytes } from 'node:crypto'
import type { PlainRoute } from '../http/route.ts'
import { pageSecurityHeaders } from '../http/security-headers.ts'
import type { FirstOperation } from './first-operations.ts'

const cdn = 'https://embeddable-sandbox.cdn.apollographql.com'

/** The page for a browser that opens /graphql. It works with bearer tokens: cookies are not sent. */
/** @param operations Of the graph that is served. */
export function createSandboxPage(operations: () => readonly FirstOperation[]): PlainRoute {
  return () => {
    const nonce = randomBytes(16).toString('base64')
    return {
      status: 200,
      headers: {
        ...pageSecurityHeaders({
          'default-src': ["'none'"],
          'script-src': [`'nonce-${nonce}'`, cdn],
          'style-src': [`'nonce-${nonce}'`, cdn, 'https://fonts.googleapis.com'],
          'img-src': ["'self'", 'data:', 'https://*.apollographql.com'],
          'frame-src': ['https://sandbox.embed.apollographql.com'],
          'connect-src': ["'self'", 'https://*.apollographql.com'],
          'base-uri': ["'none'"],
          'frame-ancestors': ["'none'"],
        }),
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
      },
      body: page(nonce, operations()),
    }
  }
}

function page(nonce: string, operations: readonly FirstOperation[]): string {
  const document = operations.map((operation) => operation.document).join('\n\n')
  const variables = Object.assign({}, ...operations.map((operation) => operation.variables))
  const state = JSON.stringify({ document, variables, includeCookies: false }).replace(
    /</g,
    '\\u003c',
  )
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Sallyport</title>
    <style nonce="${nonce}">
      html, body, #sandbox { height: 100%; margin: 0; }
      iframe { width: 100%; height: 100%; border: 0; }
      p { font-family: system-ui, sans-serif; margin: 2rem; }
    </style>
  </head>
  <body>
    <div id="sandbox"><p>Apollo Sandbox is loading. Without internet use <a href="/explorer">the explorer that needs no internet</a>.</p></div>
    <script nonce="${nonce}" src="${cdn}/_latest/embeddable-sandbox.umd.production.min.js"></script>
    <script nonce="${nonce}">
      const notice = document.querySelector('#sandbox p')
      if (!window.EmbeddedSandbox) {
        notice.firstChild.textContent = 'Apollo Sandbox could not be loaded: its script comes from the internet. Use '
      } else {
        notice.remove()
        new window.EmbeddedSandbox({
          target: '#sandbox',
          initialEndpoint: location.origin + '/graphql',
          initialState: ${state},
          includeCookies: false,
          hideCookieToggle: true,
        })
      }
    </script>
  </body>
</html>
`
}
