// How every part reads its settings: from the environment once, each as what it has to be; all that is wrong is told together.
import { z } from 'zod'
import { LOG_LEVELS } from './log-levels.ts'
import { isLoopback } from './loopback.ts'
import { SetupError } from './setup-error.ts'

/** Where a start without settings keeps what it makes. */
export const DATA_FOLDER = './data'

export type Environment = Readonly<Record<string, string | undefined>>

/** All that is wrong with the settings of a part, a line each. */
export class SettingsError extends SetupError {
  override readonly name = 'SettingsError'

  /** @param part As people call it: `gateway`, `auth subgraph`. */
  constructor(part: string, problems: readonly string[]) {
    super(`The ${part} cannot start:\n- ${problems.join('\n- ')}`)
  }
}

export interface SettingsReader<Shape extends z.ZodRawShape> {
  /** As people call it. */
  readonly part: string
  readonly shape: Shape
  /** What one setting alone cannot tell: a sentence for each problem. `read` is null when a setting is wrong already. */
  readonly check?: (given: Environment, read: z.infer<z.ZodObject<Shape>> | null) => string[]
}

/** @throws SettingsError that names every problem. An empty value counts as absent. */
export function readSettings<Shape extends z.ZodRawShape>(
  env: Environment,
  { part, shape, check = () => [] }: SettingsReader<Shape>,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value))
  const { data, error } = z.object(shape).safeParse(given)
  const wrong = (error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  const problems = [...wrong, ...check(given, data ?? null)]
  if (data === undefined || problems.length > 0) throw new SettingsError(part, problems)
  return data
}

const PORTS = [0, 65_535] as const

/** What every part reads, and has to read alike. */
export const sharedSettings = {
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('127.0.0.1'),
  /** The gateway's. */
  PORT: port(4000),
  PUBLIC_URL: origin().optional(),
  DATA_DIR: z.string().default(DATA_FOLDER),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info'),
}

/** Origin of the gateway as clients see it; one spelling for all parts: any other is another issuer. */
export function publicUrlOf(read: {
  readonly PUBLIC_URL?: string | undefined
  readonly PORT: number
}): string {
  return read.PUBLIC_URL ?? new URL(`http://localhost:${read.PORT}`).origin
}

/** What every part refuses: an address that is not known in production, and other machines outside it. */
export function unsafeShared(given: Environment, hosts: readonly string[] = ['HOST']): string[] {
  if (given.NODE_ENV === 'production') {
    return given.PUBLIC_URL ? [] : ['PUBLIC_URL: missing']
  }
  return hosts
    .filter((name) => given[name] !== undefined && !isLoopback(given[name]))
    .map(
      (name) =>
        `${name}: ${given[name]} is not loopback; set NODE_ENV=production to listen elsewhere`,
    )
}

export function wholeNumber(range: readonly [number, number], fallback: number) {
  return wholeNumberIn(range, z.string().default(String(fallback)))
}

function wholeNumberIn<Text extends z.ZodType<string>>(
  [min, max]: readonly [number, number],
  text: Text,
) {
  const message = `must be a whole number from ${min} to ${max}`
  return text
    .transform(Number)
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, message)
}

/** Absent: there is no such listener. */
export const optionalPort = wholeNumberIn(PORTS, z.string()).optional()

/** 0: any free one. */
export function port(fallback: number) {
  return wholeNumber(PORTS, fallback)
}

export function days(fallback: number) {
  return wholeNumber([1, 3650], fallback)
}

export function oneOf<const Choices extends readonly string[]>(
  choices: Choices,
  fallback: Choices[number],
) {
  return z.enum(choices, `must be one of ${choices.join(', ')}`).default(fallback as never)
}

export function httpUrl() {
  return z.string().refine(isHttpUrl, 'must be an http or https URL')
}

/** An http address without parameters, which something may be put behind. */
export function httpAddress() {
  return z
    .string()
    .refine(
      (text) => isHttpUrl(text) && !/[\s?#]/.test(text),
      'must be an http or https URL, without ? and #',
    )
}

/** As the URL standard spells it. */
function origin() {
  return z
    .string()
    .refine(isOriginText, 'must be an http or https origin, without a path')
    .transform((text) => new URL(text).origin)
}

export function startsWith(...schemes: readonly string[]) {
  const isKnown = (text: string) => schemes.some((scheme) => text.startsWith(scheme))
  return z.string().refine(isKnown, `must start with ${schemes.join(' or ')}`)
}

export const redisUrl = startsWith('redis://', 'rediss://')

export const databaseUrl = startsWith('postgres://', 'postgresql://')

export const natsUrls = z
  .string()
  .regex(
    /^(nats|tls):\/\/[^\s,/?#]+(\s*,\s*(nats|tls):\/\/[^\s,/?#]+)*$/,
    'must be nats:// or tls:// addresses, by comma',
  )

/** Items by comma. @param expected What each has to be: "an address or CIDR range". */
export function list(isValid: (item: string) => boolean, expected: string) {
  return z.string().transform((text, context) => {
    const items = text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
    for (const item of items) {
      if (!isValid(item)) context.addIssue(`"${item}" is not ${expected}`)
    }
    return items
  })
}

/** A short text for people: it stands in subjects of mails and titles of pages. */
export function line(fallback: string) {
  return z
    .string()
    .trim()
    .transform((text) => text || fallback)
    .refine(
      (text) => text.length <= 80 && !/\p{Cc}/u.test(text),
      'must be one line of at most 80 characters',
    )
    .default(fallback)
}

/** Exactly an origin, as browsers send it. */
export function isExactOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

function isOriginText(text: string): boolean {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return false
  const { href, origin: found } = new URL(text)
  return href === `${found}/`
}
