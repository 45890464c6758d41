// A new password, wherever one is chosen.
import type { Html } from '../../../platform/pages/html.ts'
import { field } from './fields.ts'
import type { Problem } from './page.ts'
import type { PageTexts } from './texts/texts.ts'

/** @param label Default: that of a new one. */
export function newPasswordField(
  texts: PageTexts,
  problems: readonly Problem[],
  label: string = texts.newPassword,
): Html {
  return field(
    {
      name: 'password',
      label,
      type: 'password',
      autocomplete: 'new-password',
      hint: texts.passwordHint,
      maxLength: 128,
    },
    problems,
  )
}
