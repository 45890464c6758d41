// OAUTH_CLIENTS_FILE: clients as infrastructure has them, in YAML. Secrets never stand in it; it names the variables that hold them.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { Secret } from '../../../platform/secret.ts'
import type { Environment } from '../../../platform/settings.ts'
import {
  type ClientShape,
  clientLimits,
  emptyClient,
  jwksInput,
  problemsOfClient,
} from './client-input.ts'
import { overlap } from './secret.ts'

export interface ClientsFile {
  /** Higher with each change; null: it says none. */
  readonly version: number | null
  readonly clients: readonly FileClient[]
}

export interface FileClient extends ClientShape {
  readonly id: string
  /** null: it proves itself otherwise, or not at all. */
  readonly secret: Secret<string> | null
  /** How long the secret before works on beside another one. */
  readonly secretOverlapSeconds: number
}

const SHORTEST_SECRET = 32
/** Tokens of Sallyport's own have the client id `sallyport`. */
const RESERVED = 'sallyport'

const grantType = z.enum([
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'device_code',
])
const authMethod = z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])

const client = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'has lower case letters, digits, "_" and "-"'),
  name: clientLimits.name,
  redirectUris: clientLimits.redirectUris.default([]),
  postLogoutRedirectUris: clientLimits.postLogoutRedirectUris.default([]),
  backchannelLogoutUri: clientLimits.backchannelLogoutUri.nullable().default(null),
  grantTypes: z.array(grantType).min(1),
  scopes: clientLimits.scopes.default([]),
  roles: clientLimits.roles.default([]),
  resources: clientLimits.resources.default([]),
  introspects: clientLimits.introspects.default([]),
  firstParty: z.boolean().default(false),
  tokenEndpointAuthMethod: authMethod.default('client_secret_basic'),
  jwks: jwksInput.nullable().default(null),
  dpopRequired: z.boolean().default(false),
  /** The name of an environment variable. */
  secretVariable: z.string().optional(),
  secretOverlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(overlap.maxSeconds, 'At most a week.')
    .default(overlap.defaultSeconds),
})
const file = z.strictObject({
  version: z.number().int('must be a whole number').min(0).nullable().default(null),
  clients: z.array(client).max(1_000),
})

const empty: ClientsFile = { version: null, clients: [] }

/** What it says, and everything that is wrong with it; no problem has a secret in it. */
export function readClientsFile(
  path: string | undefined,
  env: Environment,
): ClientsFile & { readonly problems: readonly string[] } {
  if (path === undefined) return { ...empty, problems: [] }
  const wrong = (what: string) => `OAUTH_CLIENTS_FILE: ${path}: ${what}`
  let content: unknown
  try {
    content = parse(readFileSync(path, 'utf8'))
  } catch {
    return { ...empty, problems: [wrong('cannot be read as YAML')] }
  }
  const { data, error } = file.safeParse(content)
  if (data === undefined) {
    const problems = error.issues.map(({ path: at, message }) =>
      wrong(`${at.join('.') || 'the file'}: ${message}`),
    )
    return { ...empty, problems }
  }
  const read = data.clients.map((entry) => toClient(entry, env))
  const ids = read.map(({ client }) => client.id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  return {
    version: data.version,
    clients: read.map(({ client }) => client),
    problems: [
      ...read.flatMap(({ problems }) => problems.map(wrong)),
      ...(twice === undefined ? [] : [wrong(`the client ${twice} is there twice`)]),
    ],
  }
}

function toClient(entry: z.infer<typeof client>, env: Environment) {
  const { id, secretVariable, secretOverlapSeconds, grantTypes, tokenEndpointAuthMethod, ...rest } =
    entry
  const shape = {
    ...emptyClient,
    ...rest,
    grantTypes: grantTypes.map((type) => type.toUpperCase() as ClientShape['grantTypes'][number]),
    tokenEndpointAuthMethod:
      tokenEndpointAuthMethod.toUpperCase() as ClientShape['tokenEndpointAuthMethod'],
  } as ClientShape
  const secret = secretVariable === undefined ? undefined : env[secretVariable]
  const needsSecret = tokenEndpointAuthMethod.startsWith('client_secret')
  const problems = problemsOfClient(shape).map(
    ({ path, message }) => `${id}: ${path.replace('input.', '')}: ${message}`,
  )
  if (id === RESERVED) problems.push(`${id}: this id is taken`)
  if (needsSecret !== (secretVariable !== undefined)) {
    problems.push(`${id}: secretVariable and a method with a secret go together`)
  } else if (needsSecret && (secret === undefined || secret.length < SHORTEST_SECRET)) {
    problems.push(
      `${id}: ${secretVariable} has no secret of ${SHORTEST_SECRET} characters or more; make one with: openssl rand -hex 32`,
    )
  }
  const ownSecret = needsSecret && secret ? new Secret(secret) : null
  return { client: { ...shape, id, secret: ownSecret, secretOverlapSeconds }, problems }
}
