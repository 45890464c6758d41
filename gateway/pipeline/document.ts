// Steps "document" and "remember-document": the text behind an id or a hash, whether it is one of those that are trusted, and what is kept for
// clients that will send its hash alone.
import { isHashOf } from '../documents/automatic-documents.ts'
import type { Documents } from '../documents/documents.ts'
import { GatewayError } from '../errors.ts'
import { badRequest } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export interface DocumentParts {
  readonly metrics: { countDocument(outcome: DocumentOutcome): void }
}

export type DocumentOutcome = 'trusted' | 'untrusted'

export function resolveDocument({ metrics }: DocumentParts) {
  return function document(request: GatewayRequest): void | Promise<void> {
    const { documents } = request.graph
    const { query, documentId } = request.params
    if (query !== null) return judge(documents, request, query)
    // The request has one of the two: step "body" says so.
    const id = documentId?.id ?? ''
    const text = documents.trusted.textOf(id)
    if (text !== null) {
      metrics.countDocument('trusted')
      request.text = text
      return
    }
    if (documents.mode === 'enforce' || !documentId?.isHash)
      throw untrusted('There is no document with this id.')
    if (documents.automatic === null) throw new GatewayError('PERSISTED_QUERY_NOT_SUPPORTED')
    const found = documents.automatic.find(id)
    if (found instanceof Promise) return found.then((late) => takeKept(documents, request, late))
    takeKept(documents, request, found)
  }

  function judge(documents: Documents, request: GatewayRequest, query: string): void {
    const { documentId } = request.params
    takeText(documents, request, query)
    const { automatic } = documents
    if (automatic === null || !documentId?.isHash) return
    if (!isHashOf(documentId.id, query)) {
      throw badRequest('The hash in "extensions.persistedQuery" is not that of the document.')
    }
    request.hashToKeep = documentId.id
  }

  function takeKept(documents: Documents, request: GatewayRequest, text: string | null): void {
    if (text === null) throw new GatewayError('PERSISTED_QUERY_NOT_FOUND')
    takeText(documents, request, text)
  }

  /** Whichever way it came: what stands behind a client's hash is as little trusted as what the client wrote out. */
  function takeText({ mode, trusted }: Documents, request: GatewayRequest, text: string): void {
    request.text = text
    if (mode === 'off') return
    const isTrusted = trusted.has(text)
    metrics.countDocument(isTrusted ? 'trusted' : 'untrusted')
    request.isUntrusted = !isTrusted
    if (!isTrusted && mode === 'enforce') throw untrusted()
  }
}

/** After it was found good: what nobody could ask with must not push out what somebody does. */
export function rememberDocument({ hashToKeep, graph, text }: GatewayRequest): void {
  if (hashToKeep !== null) graph.documents.automatic?.keep(hashToKeep, text)
}

function untrusted(message?: string): GatewayError {
  return new GatewayError('DOCUMENT_NOT_TRUSTED', message === undefined ? {} : { message })
}
