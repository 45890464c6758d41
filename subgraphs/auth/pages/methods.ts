// Which factor a page asks for first, and in which words it asks for one that is typed. One that nobody wrote words for is asked
// for in general ones: a factor is a folder and a line, and no page.
import type { Field } from './fields.ts'
import type { PageTexts } from './texts/texts.ts'

const FIRST: readonly string[] = ['PASSWORD', 'PASSKEY', 'TOTP']
/** What stands in for another factor. */
const LAST: readonly string[] = ['EMAIL_CODE', 'RECOVERY_CODE']

/** Where there is a choice. Undefined: there is none at all. */
export function firstOf(methods: readonly string[]): string | undefined {
  return (
    FIRST.find((one) => methods.includes(one)) ??
    methods.find((one) => !LAST.includes(one)) ??
    LAST.find((one) => methods.includes(one))
  )
}

export function codeField(texts: PageTexts['verify'], method: string): Field {
  return {
    name: 'code',
    ...wordsFor(texts, method),
    autocomplete: method === 'RECOVERY_CODE' ? 'off' : 'one-time-code',
    ...(isOfDigits(method) && { inputMode: 'numeric' }),
    maxLength: 64,
    hasFocus: true,
  }
}

/** Of a link that leads to this factor. */
export function insteadText(
  { instead, otherInstead }: PageTexts['verify'],
  method: string,
): string {
  return Object.hasOwn(instead, method) ? (instead[method] ?? otherInstead) : otherInstead
}

function wordsFor(texts: PageTexts['verify'], method: string): Pick<Field, 'label' | 'hint'> {
  if (method === 'TOTP') return { label: texts.authenticatorCode, hint: texts.authenticatorHint }
  if (method === 'RECOVERY_CODE') return { label: texts.recoveryCode, hint: texts.recoveryHint }
  if (method === 'EMAIL_CODE') return { label: texts.mailedCode, hint: texts.mailedCodeHint }
  return { label: texts.otherCode }
}

function isOfDigits(method: string): boolean {
  return method === 'TOTP' || method === 'EMAIL_CODE'
}
