// What a request for a passed path must look like, before a byte of its body is read.
import { isRepeated } from '../http/credentials-in-headers.ts'
import { ambiguousCredentials, badRequest, unsupportedMediaType } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import type { PassedPath } from './paths.ts'

export function checkRequestForm({ for: whom }: PassedPath, { incoming }: GatewayRequest): void {
  const { headers, method } = incoming
  if (isRepeated(incoming, 'host')) throw badRequest('Send one Host header.')
  if (isRepeated(incoming, 'authorization')) throw ambiguousCredentials()
  if (whom === 'people' && hasHeaderCredential(headers)) {
    throw badRequest('Pages know people by their session alone: send no credential as a header.')
  }
  const coding = headers['content-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw unsupportedMediaType('Compressed bodies are not taken.')
  }
  if (method !== 'POST' && announcesBody(headers)) {
    throw badRequest(`A ${method} request has no body.`)
  }
}

function hasHeaderCredential(headers: GatewayRequest['incoming']['headers']): boolean {
  return ['authorization', 'x-api-key', 'x-api-secret'].some((name) => headers[name] !== undefined)
}

export function announcesBody(headers: GatewayRequest['incoming']['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
