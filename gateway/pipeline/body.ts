// Step "body": reads query, operation name and variables; `extensions` of a client go no further than here.
import { readBody } from '../http/body.ts'
import { exceededJsonLimit, type JsonLimits } from '../http/json-limits.ts'
import { markLongNumbers } from '../long-numbers.ts'
import { badRequest } from '../refusals.ts'
import type { DocumentId, GatewayRequest, OperationParams } from '../request.ts'

export type BodyLimits = JsonLimits & { readonly bodyBytes: number }

export function readOperation(limits: BodyLimits) {
  return function body(request: GatewayRequest): void | Promise<void> {
    const { incoming } = request
    if (incoming.method !== 'GET') {
      return readBody(incoming, limits.bodyBytes).then((text) => {
        request.params = fromJson(text, limits)
      })
    }
    request.params = fromSearch(request.search, limits)
  }
}

function fromJson(text: string, limits: BodyLimits): OperationParams {
  const body = parseJson(text, 'The body', limits)
  if (Array.isArray(body)) throw badRequest('Batches are not supported: send one operation.')
  if (!isRecord(body)) throw badRequest('The body must be a JSON object.')
  return checked(body)
}

function fromSearch(search: string, limits: BodyLimits): OperationParams {
  const params = new URLSearchParams(search)
  for (const name of ['query', 'operationName', 'variables', 'extensions', 'documentId']) {
    if (params.getAll(name).length > 1) throw badRequest(`Send "${name}" once.`)
  }
  const variables = params.get('variables')
  const extensions = params.get('extensions')
  return checked({
    extensions: extensions ? parseJson(extensions, '"extensions"', limits) : null,
    query: params.get('query') ?? undefined,
    documentId: params.get('documentId') ?? undefined,
    operationName: params.get('operationName') || null,
    variables: variables ? parseJson(variables, '"variables"', limits) : null,
  })
}

function checked(body: Record<string, unknown>): OperationParams {
  const { operationName = null, variables = null } = body
  const documentId = documentIdOf(body)
  // Relay sends `query: null` beside its id.
  const query = documentId === null ? body.query : (body.query ?? null)
  const isMissing = query === null && documentId === null
  if (isMissing || (query !== null && (typeof query !== 'string' || query === ''))) {
    throw badRequest('"query" must be a string.')
  }
  if (operationName !== null && typeof operationName !== 'string') {
    throw badRequest('"operationName" must be a string.')
  }
  if (variables !== null && !isRecord(variables)) throw badRequest('"variables" must be an object.')
  return { query, documentId, operationName: operationName || null, variables: variables ?? {} }
}

const LONGEST_ID = 512

/**
 * What stands for a document, or is said beside it: `extensions.persistedQuery` of Apollo's clients, `documentId` of the
 * draft "Persisted Documents" of GraphQL over HTTP, `doc_id` of Relay's. `query` counts where there is one.
 */
function documentIdOf({
  extensions,
  documentId,
  doc_id,
}: Record<string, unknown>): DocumentId | null {
  const persisted = isRecord(extensions) ? extensions.persistedQuery : undefined
  if (isRecord(persisted)) return { id: checkedId(persisted.sha256Hash), isHash: true }
  const id = documentId ?? doc_id ?? null
  return id === null ? null : { id: checkedId(id), isHash: false }
}

function checkedId(id: unknown): string {
  if (typeof id === 'string' && id !== '' && id.length <= LONGEST_ID) return id
  throw badRequest(`The id of a document must be a string of 1 to ${LONGEST_ID} characters.`)
}

function parseJson(text: string, what: string, limits: JsonLimits): unknown {
  const json = withoutByteOrderMark(text)
  const exceeded = exceededJsonLimit(json, limits)
  if (exceeded === 'depth') throw badRequest(`${what} is nested too deeply.`)
  if (exceeded === 'size') throw badRequest(`${what} has too many members.`)
  try {
    return JSON.parse(markLongNumbers(json))
  } catch {
    throw badRequest(`${what} is not valid JSON.`)
  }
}

/** RFC 8259, section 8.1: none should be sent, and one that was may be passed over. */
function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
