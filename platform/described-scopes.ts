// `scopes:` in supergraph.yaml: what scopes let an app do, in words, for the people who are asked. Auth reads it for its pages and
// documents, and `sallyport check` to name those that nobody described.
import { z } from 'zod'
import { type Language, languageNames } from './language.ts'

type Texts = { readonly [language in Language]?: string | undefined }

/** By the scope's name; of the languages, at least one. */
export type DescribedScopes = ReadonlyMap<string, Texts>

export const noDescribedScopes: DescribedScopes = new Map()

/** RFC 6749 section 3.3: printable ASCII without space, quote and backslash. */
export const SCOPE_NAME = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/

const text = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u)
const texts = z.union([
  text.transform((all) => Object.fromEntries(languageNames.map((language) => [language, all]))),
  z
    .strictObject({ en: text.optional(), de: text.optional() } satisfies Record<Language, unknown>)
    .refine((byLanguage) => Object.values(byLanguage).some((one) => one !== undefined)),
])

/** The section as it stands in the file. */
export const describedScopesSchema = z
  .record(z.string(), z.unknown())
  .transform((section, context): DescribedScopes => {
    const described = new Map<string, Texts>()
    for (const [name, said] of Object.entries(section)) {
      const { data, error } = texts.safeParse(said)
      const message = problemOfName(name) ?? (error === undefined ? null : WRONG_TEXT)
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message })
      else if (data !== undefined) described.set(name, data)
    }
    return described
  })

const WRONG_TEXT = `must be a string of one line and 1 to 200 characters, or such strings by language (${languageNames.join(', ')})`

function problemOfName(name: string): string | null {
  if (!SCOPE_NAME.test(name)) {
    return 'is not a scope: those have no space, quote or backslash, and at most 100 characters'
  }
  return name === 'offline_access' ? 'has a sentence of its own on the page' : null
}

/** In this language, or in another where this one has none. Null: nobody described it. */
export function wordsForScope(
  described: DescribedScopes,
  { scope, language }: { readonly scope: string; readonly language: Language },
): string | null {
  const texts = described.get(scope) ?? {}
  return texts[language] ?? Object.values(texts).find((text) => text !== undefined) ?? null
}
