// A passkey is made on a page: a button, what the browser is asked, and what it answered. In the account, and where one is offered after a
// sign-in.
import { html, type Piece } from '../../../platform/pages/html.ts'
import { detour } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { CONFIRM_PASSKEY, passkeyForm, readPasskey, START_PASSKEY } from './passkeys.ts'
import { type Explained, explainConflict } from './refusals.ts'

export interface PlaceOfMaking {
  /** Of the page. */
  readonly path: string
  /** The page with its button: where nothing came of it, with the reason. */
  readonly begin: (visit: Visit, explained: Explained) => PageAnswer
  /** Below what the browser asks: how to leave without one. */
  readonly leave: (visit: Visit) => Piece
  readonly done: (visit: Visit) => PageAnswer
}

/** What both forms of such a page do. */
export async function makePasskey(visit: Visit, place: PlaceOfMaking): Promise<PageAnswer> {
  return visit.form.has('verificationId') ? await confirm(visit, place) : await start(visit, place)
}

async function start(visit: Visit, { path, begin, leave }: PlaceOfMaking): Promise<PageAnswer> {
  const { texts, passage } = visit
  const answer = await visit.ask(START_PASSKEY, {})
  if ('refusal' in answer) {
    const explained = explainConflict(visit, answer.refusal, texts.passkey.tooMany)
    return detour(visit, path, answer.refusal) ?? begin(visit, explained)
  }
  const { verificationId, options } = answer.data.startPasskey
  return {
    title: texts.passkey.add,
    formTargets: passage.formTargets,
    content: html`<p>${texts.verify.passkey}</p>
      ${passkeyForm(visit, {
        action: passage.to(path),
        ceremony: 'create',
        options,
        hidden: { verificationId },
      })}
      ${leave(visit)}`,
  }
}

async function confirm(visit: Visit, { path, begin, done }: PlaceOfMaking): Promise<PageAnswer> {
  const answer = await visit.ask(CONFIRM_PASSKEY, {
    input: {
      verificationId: visit.form.get('verificationId'),
      response: readPasskey(visit.form),
    },
  })
  if ('data' in answer) return done(visit)
  const { refusal } = answer
  const explained =
    refusal.code === 'VERIFICATION_FAILED'
      ? { status: 422, problems: [{ text: visit.texts.passkey.notAdded }] }
      : explainConflict(visit, refusal, visit.texts.passkey.taken)
  return detour(visit, path, refusal) ?? begin(visit, explained)
}
