// A refusal as a person reads it, in the look of every page; programs get the same as JSON. Auth has no part in it: it may be away.
import type { IncomingMessage } from 'node:http'
import { type Language, preferredLanguage } from '../../platform/language.ts'
import type { Brand } from '../../platform/pages/brand.ts'
import { createFrame } from '../../platform/pages/frame.ts'
import { html } from '../../platform/pages/html.ts'
import type { GatewayError } from '../errors.ts'
import type { PlainAnswer } from '../http/route.ts'
import { isBrowser } from '../http/router.ts'
import { type RefusalTexts, refusalTexts } from './texts/texts.ts'

/**
 * Null for programs.
 * @param openAgain The page's own path, where there is one to open again.
 */
export type RenderRefusal = (
  refusal: GatewayError,
  incoming: IncomingMessage,
  openAgain: string | null,
) => PlainAnswer | null

export function createRefusalPage(brand: Brand): RenderRefusal {
  const frame = createFrame(brand)
  return (refusal, incoming, openAgain) => {
    if (!isBrowser(incoming)) return null
    const language = preferredLanguage(incoming.headers['accept-language']) ?? brand.defaultLanguage
    return {
      status: refusal.status,
      headers: {
        ...refusal.headers,
        'content-type': 'text/html; charset=utf-8',
        'content-language': language,
        'content-security-policy': frame.policy(),
        'referrer-policy': 'same-origin',
        'cache-control': 'no-store',
        vary: 'Origin, Accept, Accept-Language',
      },
      body: frame.render(contentOf(refusal, { brand, language, openAgain })),
    }
  }
}

function contentOf(
  refusal: GatewayError,
  of: {
    readonly brand: Brand
    readonly language: Language
    readonly openAgain: string | null
  },
) {
  const texts = refusalTexts[of.language]
  const [title, text] = said(texts, refusal)
  const again =
    of.openAgain === null
      ? null
      : html`<a class="button" href="${of.openAgain}">${texts.openAgain}</a>`
  return {
    language: of.language,
    title: `${texts.error}: ${title}`,
    content: html`<h1>${title}</h1>
      <div id="problem" role="alert" tabindex="-1" autofocus><p>${text}</p></div>
      <p>${again} <a class="button plain" href="${of.brand.homeUrl}">${texts.continueTo(of.brand.productName)}</a></p>`,
  }
}

function said(texts: RefusalTexts, { code, status, extensions }: GatewayError) {
  if (status === 404) return texts.notFound
  if (code === 'CSRF_FAILED') return texts.formOutOfDate
  if (code === 'RATE_LIMITED') return texts.rateLimited(Number(extensions.retryAfterSeconds ?? 1))
  if (extensions.reason === 'ADDRESS_DENIED') return texts.network
  if (extensions.reason === 'HTTPS_REQUIRED') return texts.insecure
  return status >= 500 ? texts.unavailable : texts.other
}
