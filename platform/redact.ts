// What must not stand in a log: fields by their name, and secrets inside of texts that somebody else wrote.

export const REDACTED = '[redacted]'

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'x-api-key',
  'x-api-secret',
  'x-csrf-token',
  'sallyport-identity',
  'password',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'csrfToken',
  'deviceToken',
  'variables',
  'query',
] as const

/** Each of them alone, and inside of an object that is logged. */
export const redactedPaths: string[] = SECRET_FIELDS.flatMap((name) => [
  `["${name}"]`,
  `*["${name}"]`,
])

/** Characters of a text that is logged. */
const MAX_TEXT = 1000

/** Each begins where it cannot begin again before it ends: the search is linear. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // postgresql://user:password@host
  [/:\/\/[^\s/@]*@/g, `://${REDACTED}@`],
  [/(^|[^\w-])eyJ[\w-]*\.[\w.-]*/g, `$1${REDACTED}`],
  [/\b(?:sp[ks]_(?:live|test)_|[so]rt_|scs_|dvt_)[\w.-]+/g, REDACTED],
  [/\b(bearer|basic) [^\s,"']+/gi, `$1 ${REDACTED}`],
  // `client_secret=…`, `"newPassword": "…"`, and the same as JSON inside of a text. In quotes it goes on to the last of them.
  [
    /(password|passwd|secret|token|api_?key)(\\?["']? ?[=:] ?)(?:\\?"[^"]*|\\?'[^']*|[^\s&"',;]+)/gi,
    `$1$2${REDACTED}`,
  ],
]

/** What every one of them holds a part of: most messages are a word or two of ours, and pass with one look. */
const SUSPICIOUS = /[:=]|eyJ|sp[ks]_|[so]rt_|scs_|dvt_|bearer|basic/i

/** A secret that begins before a text is cut is looked at as a whole: half of one looks like none. */
const LONGEST_SECRET = 1000

/** A text of another's making as it may stand in a log: bounded, and without what looks like a secret. */
export function safeText(text: string, maxLength = MAX_TEXT): string {
  const looked = text.slice(0, maxLength + LONGEST_SECRET)
  const clean = SUSPICIOUS.test(looked)
    ? SECRETS.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), looked)
    : looked
  if (clean.length <= maxLength && looked.length === text.length) return clean
  return `${clean.slice(0, maxLength)}…`
}
