// The shape of supergraph.yaml: Rover's keys (routing_url, schema) plus ours.
import { z } from 'zod'
import { authNamesSchema, ownNames } from '../../platform/auth-names/auth-names.ts'
import { describedScopesSchema, noDescribedScopes } from '../../platform/described-scopes.ts'
import { isExactOrigin } from '../../platform/settings.ts'
import { parseDay, parseTime } from '../../platform/time.ts'
import { isAddressPattern } from '../announcements/address-pattern.ts'
import { documentsSchema } from '../documents/settings.ts'
import { rateLimitsSchema } from '../rate-limits/settings.ts'
import { enduranceKeys } from '../subgraph/endurance.ts'
import { isAnnouncedUrl, isSrvUrl } from '../subgraph/resolve.ts'
import { operationLimitsSchema } from './operation-limits.ts'

export const GRANTS = [
  'roles',
  'scope',
  'email_verified',
  'amr',
  'acr',
  'auth_time',
  'custom',
] as const
// Credentials, what the gateway sets itself, and what belongs to one hop alone (RFC 9110 section 7.6.1).
export const NEVER_FORWARDED =
  /^(authorization|cookie2?|set-cookie|x-api-.*|x-csrf-token|sallyport-.*|host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|accept|accept-encoding)$/

const DATE = 'must be a date such as 2026-12-31, or a time such as 2026-12-31T18:00:00Z'

const dateSchema = z.string(DATE).transform((value, context) => {
  const time = parseTime(value) ?? parseDay(value)
  if (time !== null) return time.getTime()
  context.addIssue(DATE)
  return z.NEVER
})

const urlSchema = z
  .string()
  .refine(isGraphqlUrl, 'must be an http or https URL without credentials, or dns+srv://<service>')

const routingSchema = z
  .union(
    [urlSchema.transform((url) => [url]), z.array(urlSchema).min(1)],
    'must be where the gateway reaches it, as in http://orders:4003/graphql, or a list of such',
  )
  .refine((urls) => new Set(urls).size === urls.length, 'names an address twice')
  .refine(
    (urls) => new Set(urls.map(pathOf)).size === 1,
    'its addresses must have the same path: they serve the same',
  )

const sdlUrl = z.string().refine(isHttpUrl, 'must be an http or https URL without credentials')

const sdlSource = z.union(
  [
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ url: sdlUrl }),
    z.strictObject({ subgraph_url: sdlUrl }),
  ],
  'must have one of file, url (of the SDL) and subgraph_url (of the running subgraph)',
)

/** A public ES256 key. A private one has no place in this file. */
const announceKey = z.strictObject(
  {
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string().min(1),
    y: z.string().min(1),
    kid: z.string().min(1),
    alg: z.literal('ES256').default('ES256'),
    use: z.literal('sig').default('sig'),
  },
  'must be a public ES256 key with a kid: kty, crv, x, y, kid',
)

const announceSchema = z.strictObject({
  keys: z.array(announceKey).min(1),
  address: z
    .string()
    .refine(
      isAddressPattern,
      'must be an address in which * stands for a part of the host, such as http://orders-*.internal:4001/graphql',
    ),
})

const rules = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/, 'must be Type or Type.field, such as Query.orders'),
    z.string().min(1),
  )
  .default({})

const subgraphSchema = z.strictObject({
  routing_url: routingSchema,
  ...enduranceKeys,
  /** Absent for auth alone. */
  schema: sdlSource.optional(),
  /** The gateway itself answers it, and nothing else can be set. `gateway: {}` is the same under this name. */
  of: z.literal('gateway', 'must be gateway').optional(),
  /** It says itself where it is, instead of `routing_url` and `schema`. */
  announce: announceSchema.optional(),
  access: z
    .enum(['public', 'authenticated', 'deny'], 'must be public, authenticated or deny')
    .default('deny'),
  rules,
  mayDeclarePublic: z.boolean().default(false),
  identity: z
    .strictObject({
      grants: z.array(z.enum(GRANTS)).optional(),
      header: z.enum(['sallyport-identity', 'authorization']).default('sallyport-identity'),
    })
    .default({ header: 'sallyport-identity' }),
  forwardHeaders: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9-]+$/)
        .toLowerCase(),
    )
    .default([]),
  timeoutMs: z.number().int().min(50).max(120_000).optional(),
  /** For auth, which reads it here too: this subgraph takes part in erasures. */
  personalData: z.boolean().default(false),
  dryRun: z.strictObject({ until: dateSchema }).optional(),
})

export type SubgraphEntry = z.infer<typeof subgraphSchema>

const corsSchema = z.strictObject({
  origins: z
    .array(
      z.string().refine(isExactOrigin, 'must be an exact origin such as https://app.example.com'),
    )
    .default([]),
  headers: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9!#$%&'+.^_`|~-]+$/, 'must be the name of one header, without wildcards')
        .toLowerCase()
        .refine((name) => !name.startsWith('sallyport-'), 'is never taken from a client'),
    )
    .default([]),
})

export const fileSchema = z.looseObject({
  federation_version: z.union([z.string(), z.number()]).optional(),
  policies: z.strictObject({ module: z.string().min(1) }).optional(),
  cors: corsSchema.default({ origins: [], headers: [] }),
  denied: z.enum(['refuse', 'filter']).default('refuse'),
  limits: rateLimitsSchema.default([]),
  documents: documentsSchema.prefault({}),
  operationLimits: operationLimitsSchema.default({}),
  rules,
  auth: authNamesSchema.default(ownNames),
  /** For auth, which reads it here too. */
  scopes: describedScopesSchema.default(noDescribedScopes),
  subgraphs: z.record(
    z
      .string()
      .regex(
        /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
        'must begin with a letter and have letters, digits, _ and - alone',
      ),
    subgraphSchema,
    'must have an entry for each subgraph under its name, as in subgraphs: { orders: { routing_url: … } }',
  ),
})

/** A misspelt `rules` would protect nothing, and nobody would hear of it. What begins with `x-` is for anchors of YAML. */
export function isKnownKey(key: string): boolean {
  return key in fileSchema.shape || key.startsWith('x-')
}

function isGraphqlUrl(text: string): boolean {
  const isOther = (url: string) => isSrvUrl(url) || isAnnouncedUrl(url)
  return isHttpUrl(text) || (URL.canParse(text) && isOther(text) && hasNoCredentials(text))
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && hasNoCredentials(text)
}

function hasNoCredentials(text: string): boolean {
  const { username, password } = new URL(text)
  return username === '' && password === ''
}

function pathOf(url: string): string {
  if (!URL.canParse(url)) return ''
  const { pathname, search } = new URL(url)
  return pathname + search
}
