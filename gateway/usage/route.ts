// `/usage?field=Type.field` of the admin listener: who asks for a field, for `sallyport usage`. Names and counts, as metrics are.
import type { PlainRoute } from '../http/route.ts'
import type { Usage } from './usage.ts'

export function createUsageRoute(usage: Usage): PlainRoute {
  return async ({ url = '' }) => {
    const field = new URL(url, 'http://gateway').searchParams.get('field') ?? ''
    const known = await usage.asked()
    const body = {
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
