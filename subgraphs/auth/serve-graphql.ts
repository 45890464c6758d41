// `POST /graphql`: what a gateway asks of the graph.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { type ApolloServer, HeaderMap } from '@apollo/server'
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import { type AuthContext, createContext } from './context.ts'
import { HttpError, readJson } from './core/http-body.ts'
import { inLanguage } from './core/mail/language.ts'
import { type ForwardingNotes, noteForwarding, type ServerDeps } from './server-parts.ts'

export async function graphql(
  apollo: ApolloServer<AuthContext>,
  { deps, identity, names, notes }: ServerDeps & { notes: ForwardingNotes },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const claims = await identity.read(request.headers)
  refuseOtherNames(request.headers, names)
  const body = await readJson(request)
  const context = createContext(deps, claims, request.headers)
  noteForwarding(notes, request.headers)
  const result = await inLanguage(request.headers['sallyport-client-language'], () =>
    apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body,
      },
      context: async () => context,
    }),
  )
  for (const [name, value] of result.headers) response.setHeader(name, value)
  if (context.setCookies.length > 0) response.setHeader('set-cookie', context.setCookies)
  response.statusCode = result.status ?? 200
  response.end(result.body.kind === 'complete' ? result.body.string : '')
}

/** A gateway with other names means other fields: what it asks would be answered by luck. The token is verified already. */
function refuseOtherNames(headers: IncomingHttpHeaders, { fingerprint }: AuthNames): void {
  const [, payload = ''] = String(headers['sallyport-identity']).split('.')
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
    auth_names?: unknown
  }
  if ((said.auth_names ?? null) === fingerprint) return
  throw new HttpError(503, OTHER_NAMES)
}

const OTHER_NAMES =
  'the gateway has other names for auth: "auth:" in supergraph.yaml has to be the same for both'
