// What all pages have in common: the document around their content, and the policy that lets nothing in but our own style
// sheet and our own script, each by its hash.
import { createHash } from 'node:crypto'
import type { Language } from '../language.ts'
import type { Brand } from './brand.ts'
import { Html, html } from './html.ts'
import { styleOf } from './style.ts'

export interface PageContent {
  readonly language: Language
  readonly title: string
  readonly content: Html
  /** For lists. Default false. */
  readonly isWide?: boolean
}

export interface Frame {
  render(page: PageContent): string
  /**
   * The content security policy.
   * @param formTargets Origins that a form may lead to, by redirects too, beside our own.
   * @param guests Origins whose script, style sheets and frames this one page lets in. Default: none.
   */
  policy(formTargets?: readonly string[], guests?: readonly string[]): string
}

/** @param script Runs on every page; none: the pages have no script. */
export function createFrame(brand: Brand, script?: string): Frame {
  const { productName, homeUrl, logoUrl } = brand
  const style = styleOf(brand)
  const scriptTag =
    script === undefined ? null : html`<script type="module">${new Html(script)}</script>`
  const mark =
    logoUrl === null ? html`${productName}` : html`<img src="${logoUrl}" alt="${productName}">`
  const scriptSource = script === undefined ? "'none'" : hashOf(script)
  const policyFor = (formTargets: readonly string[], guests: readonly string[]) =>
    [
      "default-src 'none'",
      `style-src ${[hashOf(style), ...guests].join(' ')}`,
      `script-src ${[scriptSource, ...guests].join(' ')}`,
      ...(logoUrl === null ? [] : [`img-src ${new URL(logoUrl).origin}`]),
      "base-uri 'none'",
      "frame-ancestors 'none'",
      // Scripts of others are written without trusted types, and would not run.
      ...(guests.length === 0
        ? ["require-trusted-types-for 'script'"]
        : [`frame-src ${guests.join(' ')}`, `connect-src ${guests.join(' ')}`]),
      `form-action ${["'self'", ...formTargets].join(' ')}`,
    ].join('; ')

  return {
    render: ({ language, title, content, isWide = false }) =>
      html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title} – ${productName}</title>
    <style>${new Html(style)}</style>
  </head>
  <body${isWide ? html` class="wide"` : null}>
    <header><a href="${homeUrl}">${mark}</a></header>
    <main>
      ${content}
    </main>
    ${scriptTag}
  </body>
</html>
`.text,
    policy: (formTargets = [], guests = []) => policyFor(formTargets, guests),
  }
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
