// A page that leads on by itself, in place of a redirect. Browsers hold the policy of a form (`form-action`) against every redirect that
// follows its POST, and where an app's consent ends, at its own address or in another program, no page before it can know.
import { html } from '../../../platform/pages/html.ts'
import type { PageAnswer } from './page.ts'
import type { PageTexts } from './texts/texts.ts'

/** @param answer To a form; anything but the way to the consent page stays as it is. */
export function leadOnToConsent(answer: PageAnswer, texts: PageTexts): PageAnswer {
  if (!('location' in answer) || !answer.location.startsWith('/consent?')) return answer
  const { location, cookies = [] } = answer
  return {
    title: texts.signIn.title,
    cookies,
    content: html`<meta http-equiv="refresh" content="0;url=${location}">
      <p><a class="button" href="${location}">${texts.signIn.continue}</a></p>`,
  }
}
