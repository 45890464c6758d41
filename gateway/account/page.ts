// One page of the account as HTML: a heading, a sentence, and a form that works by itself. The script only fills in the link.
import type { Language } from '../../platform/language.ts'
import { Html, html } from '../../platform/pages/html.ts'
import { languages, type PageName } from './texts/texts.ts'

export interface PageFrame {
  readonly language: Language
  readonly product: string
  /** Where the name of the product leads. */
  readonly homeUrl: string
  readonly nonce: string
}

export interface FormView {
  readonly page: PageName
  readonly formToken: string
  /** What the link carries, when it is known already; null: the page asks for it. `none`: the step before knows it. */
  readonly link: string | null | 'none'
  readonly problem?: { readonly text: string; readonly field: 'link' | 'password' | 'page' }
}

const asksForPassword: readonly PageName[] = ['reset-password', 'accept-invitation', 'new-password']

// `?sent` in the form's address: to open the link again, from the answer, must be more than a jump within that page.
export function renderForm(frame: PageFrame, view: FormView): string {
  const texts = languages[frame.language]
  const { title, intro, button } = texts.pages[view.page]
  const { problem } = view
  return renderFrame(
    frame,
    problem === undefined ? title : `${texts.error}: ${title}`,
    html`<h1>${title}</h1>
      <p>${intro}</p>
      ${problem === undefined ? null : html`<p id="problem" role="alert" tabindex="-1"${focusIf(problem.field === 'page')}>${problem.text}</p>`}
      <form method="post" action="/account/${view.page}?sent">
        <input type="hidden" name="form" value="${view.formToken}">
        ${linkField(view, texts)}
        ${asksForPassword.includes(view.page) ? passwordField(view, texts) : null}
        <button type="submit">${button}</button>
      </form>`,
  )
}

/** Where nothing can be done here any more: what happened, and the way back. */
export function renderEnd(frame: PageFrame, page: PageName, text: string): string {
  const texts = languages[frame.language]
  const { title } = texts.pages[page]
  return renderFrame(
    frame,
    `${texts.error}: ${title}`,
    html`<h1>${title}</h1>
      <p id="problem" role="alert" tabindex="-1" autofocus>${text}</p>
      ${wayBack(frame)}`,
  )
}

function wayBack({ homeUrl, language, product }: PageFrame): Html {
  return html`<p><a class="button" href="${homeUrl}">${languages[language].continueTo(product)}</a></p>`
}

export function renderDone(frame: PageFrame, page: PageName, email: string): string {
  const texts = languages[frame.language]
  return renderFrame(
    frame,
    texts.pages[page].title,
    html`<h1>${texts.pages[page].title}</h1>
      <p id="done" role="status" tabindex="-1" autofocus>${page === 'sign-in' ? texts.signedIn(email) : texts.saved(email)}</p>
      ${wayBack(frame)}`,
  )
}

type Texts = (typeof languages)[Language]

function linkField({ link, problem }: FormView, texts: Texts): Html | null {
  if (link === 'none') return null
  if (link !== null) return html`<input type="hidden" name="link" value="${link}">`
  const isWrong = problem?.field === 'link'
  return html`<div id="link-field">
          <label for="link">${texts.linkLabel}</label>
          <input id="link" name="link" type="text" required maxlength="2048" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="link-hint${isWrong ? ' problem' : ''}"${wrongIf(isWrong)}>
          <p id="link-hint" class="hint">${texts.linkHint}</p>
        </div>`
}

function passwordField({ problem }: FormView, texts: Texts): Html {
  const isWrong = problem?.field === 'password'
  return html`<label for="password">${texts.passwordLabel}</label>
        <input id="password" name="password" type="password" required minlength="10" maxlength="128" autocomplete="new-password" aria-describedby="hint${isWrong ? ' problem' : ''}"${wrongIf(isWrong)}>
        <p id="hint" class="hint">${texts.passwordHint}</p>`
}

/** Anyone who hears the page is taken to what is wrong. */
function wrongIf(isWrong: boolean): Html {
  return new Html(isWrong ? ' aria-invalid="true" autofocus' : '')
}

function focusIf(isWanted: boolean): Html {
  return new Html(isWanted ? ' autofocus' : '')
}

function renderFrame(frame: PageFrame, title: string, content: Html): string {
  const { language, product, homeUrl, nonce } = frame
  return html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title} – ${product}</title>
    <style nonce="${nonce}">${new Html(STYLE)}</style>
  </head>
  <body>
    <header><a href="${homeUrl}">${product}</a></header>
    <main>
      ${content}
    </main>
    <script nonce="${nonce}">${new Html(SCRIPT)}</script>
  </body>
</html>
`.text
}

const STYLE = `
      :root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
      body { margin: 0 auto; padding: 1rem; max-width: 26rem; overflow-wrap: break-word; }
      header { margin: 1rem 0 2rem; }
      header a { font-weight: 700; color: inherit; text-decoration: none; }
      h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
      form { margin-top: 1.5rem; }
      label { display: block; font-weight: 600; }
      input { width: 100%; box-sizing: border-box; font: inherit; padding: .6rem; margin: .3rem 0; }
      button, a.button { display: inline-block; font: inherit; font-weight: 600; padding: .65rem 1.1rem; cursor: pointer;
        border: 0; border-radius: .4rem; text-decoration: none;
        color: light-dark(#fff, #10151c); background: light-dark(#1d4ed8, #93b4ff); }
      button:focus-visible, a:focus-visible, input:focus-visible { outline: 3px solid light-dark(#1d4ed8, #93b4ff); outline-offset: 2px; }
      .hint { margin: 0 0 1rem; opacity: .8; font-size: .9rem; }
      #problem { padding: .6rem .8rem; border-inline-start: .25rem solid; color: light-dark(#a40000, #ff9d94); outline: none; }
      #done { outline: none; }
      [hidden] { display: none; }
    `

// What proves the mailbox leaves the address bar at once: nobody reads it off the screen, and a reload still has it.
const SCRIPT = `
      const field = document.getElementById('link')
      if (field) {
        const link = location.hash.length > 1 ? location.hash.slice(1) : history.state?.link
        if (link) {
          history.replaceState({ link }, '', location.pathname)
          field.value = link
          document.getElementById('link-field').hidden = true
          document.querySelector('#password, button').focus()
        }
        // Another link was opened in this tab.
        addEventListener('hashchange', () => location.reload())
      }
    `
