// How a deployment's pages look: read alike by the gateway, which shows refusals, and by auth, which shows everything else.
import { z } from 'zod'
import { type Language, languageNames } from '../language.ts'
import { httpUrl, line, oneOf } from '../settings.ts'
import { type Accent, legibleAccent } from './accent.ts'

export interface Brand {
  readonly productName: string
  /** Where the name of the product leads. */
  readonly homeUrl: string
  readonly logoUrl: string | null
  readonly accent: Accent
  /** Declarations of custom properties, which win over those of the style sheet. */
  readonly variables: string
  readonly defaultLanguage: Language
}

/** What `PAGES_CSS` may set. */
const variableNames = [
  'background',
  'background-dark',
  'border',
  'font',
  'radius',
  'text',
  'text-dark',
  'width',
] as const

const DECLARATION = /^--([a-z-]{1,32}):([\w #.,%'"-]{1,200})$/

const variables = z.string().transform((text, context) => {
  const declarations = text
    .split(';')
    .map((one) => one.trim())
    .filter(Boolean)
  for (const declaration of declarations) {
    const [, name = ''] = DECLARATION.exec(declaration) ?? []
    if (variableNames.some((known) => known === name)) continue
    const names = variableNames.map((known) => `--${known}`).join(', ')
    context.addIssue(`"${declaration}" must be one of ${names}, with a plain value`)
  }
  return declarations.map((declaration) => `${declaration};`).join(' ')
})

export const brandSettings = {
  PRODUCT_NAME: line('Sallyport'),
  DEFAULT_LANGUAGE: oneOf(languageNames, 'en'),
  HOME_URL: httpUrl().optional(),
  PAGES_LOGO_URL: httpUrl().optional(),
  PAGES_ACCENT: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as #1d4ed8')
    .default('#1d4ed8'),
  PAGES_CSS: variables.default(''),
}

export function brandOf(
  read: z.infer<z.ZodObject<typeof brandSettings>>,
  publicUrl: string,
): Brand {
  return {
    productName: read.PRODUCT_NAME,
    homeUrl: read.HOME_URL ?? `${publicUrl}/`,
    logoUrl: read.PAGES_LOGO_URL === undefined ? null : new URL(read.PAGES_LOGO_URL).href,
    accent: legibleAccent(read.PAGES_ACCENT),
    variables: read.PAGES_CSS,
    defaultLanguage: read.DEFAULT_LANGUAGE,
  }
}
