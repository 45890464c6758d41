// `/usage?field=Type.field` of the admin listener: who asks for a field, for `sallyport usage`. Names and counts, as metrics are.
import type { PlainRoute } from '../http/route.ts'
import type { Usage } from './usage.ts'

/** Nobody's question makes this gateway read what all the others wrote more often. */
const KEPT_MS = 1000

export function createUsageRoute(usage: Usage, monotonic: () => number): PlainRoute {
  let last: { readonly at: number; readonly asked: ReturnType<Usage['asked']> } | null = null

  function asked(): ReturnType<Usage['asked']> {
    if (last === null || monotonic() - last.at >= KEPT_MS)
      last = { at: monotonic(), asked: usage.asked() }
    return last.asked
  }

  return async ({ url = '' }) => {
    const field = new URL(url, 'http://gateway').searchParams.get('field') ?? ''
    const known = await asked()
    const body = {
      isField: usage.isField(field),
      isKnown: known !== null,
      isAsked: known?.includes(field) ?? null,
      uses: await usage.usesOf(field),
    }
    return {
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
      body: JSON.stringify(body),
    }
  }
}
