// What a browser sees that opens the gateway's bare address: where one is, and where the graph is.
import { randomBytes } from 'node:crypto'
import type { PlainRoute } from './http/route.ts'
import { isBrowser } from './http/router.ts'
import { pageSecurityHeaders } from './http/security-headers.ts'
import { notFound } from './refusals.ts'

interface Place {
  readonly path: string
  readonly text: string
}

/** Answers `/` for browsers; for programs there is nothing. */
export function createStartPage(options: {
  readonly publicUrl: string
  readonly isProduction: boolean
}): PlainRoute {
  const places = options.isProduction ? [] : developmentPlaces
  return (incoming) => {
    if (!isBrowser(incoming)) throw notFound()
    const nonce = randomBytes(16).toString('base64')
    return {
      status: 200,
      headers: {
        ...pageSecurityHeaders({
          'default-src': ["'none'"],
          'style-src': [`'nonce-${nonce}'`],
          'form-action': ["'none'"],
          'base-uri': ["'none'"],
          'frame-ancestors': ["'none'"],
        }),
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        vary: 'Origin, Accept',
      },
      body: page({ graphUrl: `${options.publicUrl}/graphql`, places, nonce }),
    }
  }
}

const developmentPlaces: readonly Place[] = [
  { path: '/explorer', text: 'Explorer: write operations and send them, without internet' },
  { path: '/graphql', text: 'Apollo Sandbox: the same, loaded from the internet' },
  { path: '/health/ready', text: 'Health: whether the gateway is ready' },
  { path: '/.well-known/jwks.json', text: 'Public keys of access tokens' },
]

function page(parts: {
  readonly graphUrl: string
  readonly places: readonly Place[]
  readonly nonce: string
}): string {
  const links = parts.places.map(
    ({ path, text }) => `      <li><a href="${path}">${path}</a><br>${text}</li>\n`,
  )
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>GraphQL gateway</title>
    <style nonce="${parts.nonce}">
      body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem; }
      code { overflow-wrap: anywhere; }
      li { margin: 0 0 0.75rem; }
      @media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } a { color: #8cf; } }
    </style>
  </head>
  <body>
    <main>
    <h1>This is a GraphQL gateway</h1>
    <p>Programs send their operations to <code>POST ${parts.graphUrl}</code>.</p>
${links.length === 0 ? '' : `    <ul>\n${links.join('')}    </ul>\n`}    </main>
  </body>
</html>
`
}
