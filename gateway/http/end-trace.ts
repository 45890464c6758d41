// The span of a whole request: what its line in the log says, without who it was.
import type { GatewayRequest } from '../request.ts'

/** @param members as `requestLine` returns them */
export function endTrace({ trace, answer }: GatewayRequest, members: string): void {
  const root = trace?.root
  if (!root) return
  const line = JSON.parse(`{${members}}`) as Readonly<Record<string, unknown>>
  const word = (name: string) => {
    const value = line[name]
    return typeof value === 'string' ? value : undefined
  }
  root.set({
    'graphql.operation.type': word('operationType'),
    'graphql.operation.name': word('operation'),
    'http.response.status_code': answer.status,
    'sallyport.request_id': word('requestId'),
    'sallyport.kind': word('kind'),
    'sallyport.code': word('code'),
    'sallyport.reason': word('reason'),
  })
  const code = word('code')
  if (code !== undefined) root.fail(code)
  root.end()
}
