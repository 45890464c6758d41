// `sallyport subgraph check <url>`: asks a running subgraph as a gateway would, and says what a gateway would stumble over.
import { parse } from 'graphql'
import { readBounded } from '../../gateway/supergraph/composition/fetch-sdl.ts'
import { findUnsupported } from '../../gateway/supergraph/composition/unsupported.ts'
import { federationVersion } from '../../gateway/supergraph/links.ts'
import { type Given, type Outcome, UsageError } from '../operator/command.ts'
import { identityForSubgraphs } from './identity-for-subgraphs.ts'

const TIMEOUT_MS = 10_000
const TYPES = /^application\/(json|graphql-response\+json)\b/

interface Line {
  readonly verdict: 'ok' | 'note' | 'wrong'
  readonly text: string
}

export async function checkSubgraph({ url, name = 'subgraph' }: Given): Promise<Outcome> {
  if (!URL.canParse(String(url)) || !/^https?:/.test(String(url)))
    throw new UsageError(`${String(url)} is not an http or https address.`)
  const identity = await (await identityForSubgraphs())?.(String(name))
  const headers = identity === undefined ? {} : { [identity.name]: identity.value }
  const known = await ask(String(url), headers)
  const lines = 'failure' in known ? [wrong(known.failure)] : describeAnswer(known, String(name))
  if (!('failure' in known)) lines.push(...(await describeWithout(String(url))))
  const said = lines.map(({ verdict, text }) => `${verdict.padEnd(5)}  ${text}`).join('\n')
  return { said, isComplete: lines.every(({ verdict }) => verdict !== 'wrong') }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer | { readonly failure: string }> {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => error)
  if (response instanceof Error) {
    const { code, message } = (response.cause ?? {}) as Partial<NodeJS.ErrnoException>
    return { failure: `${url} cannot be reached (${code ?? message ?? response.name})` }
  }
  const type = response.headers.get('content-type') ?? ''
  try {
    return { status: response.status, type, body: await readBounded(response, url) }
  } catch (error) {
    return { failure: (error as Error).message }
  }
}

function describeAnswer({ status, type, body }: Answer, name: string): Line[] {
  if (status >= 300 && status < 400)
    return [wrong(`it redirects (${status}): name the address that it leads to`)]
  if (status === 401)
    return [
      wrong(
        `it refuses our identity token: its issuer has to be this PUBLIC_URL, and its name "${name}" (--name)`,
      ),
    ]
  const form = TYPES.test(type)
    ? ok(`content type: ${type}`)
    : wrong(`content type: "${type}"; a gateway takes application/json alone`)
  const found = describeSdl(body, name)
  if (found.verdict === 'wrong' && status !== 200)
    return [wrong(`it answers ${status}: is this the path that it serves GraphQL at?`), form]
  return [form, found]
}

function describeSdl(body: string, name: string): Line {
  try {
    const { data, errors } = Object(JSON.parse(body)) as {
      data?: { _service?: { sdl?: string } }
      errors?: { message?: string }[]
    }
    const sdl = data?._service?.sdl
    if (sdl === undefined) {
      const [error] = errors ?? []
      return wrong(`SDL: { _service { sdl } } is not answered (${error?.message ?? 'no data'})`)
    }
    const document = parse(sdl)
    const [problem] = findUnsupported(name, document)
    if (problem !== undefined) return wrong(`SDL: ${problem}`)
    const version = federationVersion(document)?.join('.') ?? '1'
    return ok(`SDL: Federation ${version}, ${document.definitions.length} definitions`)
  } catch (error) {
    return wrong(`SDL: ${(error as Error).message}`)
  }
}

async function describeWithout(url: string): Promise<Line[]> {
  const answer = await ask(url, {})
  if ('failure' in answer) return [wrong(answer.failure)]
  if (answer.status === 401) return [ok('without an identity token: refused')]
  return [
    {
      verdict: 'note',
      text: 'without an identity token: answered. Anyone who reaches it reads it; keep it off public networks, or verify the token',
    },
  ]
}

const ok = (text: string): Line => ({ verdict: 'ok', text })
const wrong = (text: string): Line => ({ verdict: 'wrong', text })
