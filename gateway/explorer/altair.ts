// The explorer for people without internet: Altair, served from its npm package under a nonce policy.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import type { PlainAnswer, PlainRoute } from '../http/route.ts'
import { pageSecurityHeaders } from '../http/security-headers.ts'
import { notFound } from '../refusals.ts'
import type { FirstOperation } from './first-operations.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
}

const ENDPOINT = 'absolute:/graphql'

// Several megabytes, which a gateway in production has no use for: loaded when somebody asks.
const altair = () => import('altair-static')

/** Page and assets, as routes: `/explorer` and everything below it. */
/** @param operations Of the graph that is served. */
export function createAltairRoutes(
  operations: () => readonly FirstOperation[],
): Readonly<Record<string, PlainRoute>> {
  return { '/explorer': () => servePage(operations()), '/explorer/*': serveAsset }
}

async function servePage(operations: readonly FirstOperation[]): Promise<PlainAnswer> {
  const { renderAltair } = await altair()
  const nonce = randomBytes(16).toString('base64')
  return {
    status: 200,
    headers: {
      ...pageSecurityHeaders({
        'default-src': ["'none'"],
        'script-src': ["'self'", `'nonce-${nonce}'`],
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:', 'blob:'],
        'font-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'worker-src': ["'self'", 'blob:'],
        'manifest-src': ["'self'"],
        'base-uri': ["'self'"],
        'frame-ancestors': ["'none'"],
      }),
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    },
    body: fitted(
      renderAltair({
        baseURL: '/explorer/',
        endpointURL: ENDPOINT,
        cspNonce: nonce,
        // Tabs that an earlier version left in somebody's browser have an address that cannot be sent to.
        instanceStorageNamespace: 'sallyport_',
        disableAccount: true,
        initialSettings: { 'banners.disable': true, 'alert.disableUpdateNotification': true },
        initialWindows: operations.map(({ name, document, variables, headers }) => ({
          initialName: name,
          initialQuery: document,
          initialVariables: JSON.stringify(variables, null, 2),
          initialHeaders: headers,
          endpointURL: ENDPOINT,
        })),
      }),
      { nonce, tabs: operations.length },
    ),
  }
}

/** Altair sends to absolute addresses alone, and only the browser knows the one that it came by. */
function fitted(
  page: string,
  { nonce, tabs }: { readonly nonce: string; readonly tabs: number },
): string {
  return page
    .replaceAll(`\`${ENDPOINT}\``, "location.origin + '/graphql'")
    .replace('</body>', () => `<script nonce="${nonce}">${showFirstTab(tabs)}</script></body>`)
}

/** Altair shows the tab that it made last; on a first visit the first one is where a person begins. */
const showFirstTab = (tabs: number) => `
  const visited = 'sallyport_visited'
  if (!localStorage.getItem(visited)) {
    localStorage.setItem(visited, 'yes')
    const tabs = () => document.querySelectorAll('.window-switcher__item')
    const observer = new MutationObserver(() => {
      if (tabs().length <= ${tabs}) return
      if (!tabs()[0].classList.contains('window-switcher__item--active')) tabs()[0].click()
      setTimeout(() => observer.disconnect(), 1000)
    })
    observer.observe(document.body, { subtree: true, childList: true, attributes: true })
    addEventListener('pointerdown', () => observer.disconnect(), { once: true, capture: true })
  }
`

const serveAsset: PlainRoute = async (incoming) => {
  const path = (incoming.url ?? '').split('?')[0]?.slice('/explorer/'.length) ?? ''
  const root = (await altair()).getDistDirectory()
  const file = normalize(join(root, path))
  const contentType = contentTypes[extname(file)]
  if (!file.startsWith(root + sep) || contentType === undefined || path.includes('%')) {
    throw notFound()
  }
  const body = await readFile(file).catch(() => null)
  if (body === null) throw notFound()
  const headers = { 'content-type': contentType, 'cache-control': 'public, max-age=3600' }
  return { status: 200, headers, body }
}
