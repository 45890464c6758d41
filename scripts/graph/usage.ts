// `sallyport usage --field Type.field`: who still asks for it, before it is removed.
import { readGatewayConfig } from '../../gateway/config.ts'
import type { FieldUse } from '../../gateway/usage/usage.ts'
import { formatOf } from '../access/print.ts'
import type { Given, Outcome } from '../operator/command.ts'
import { adminUrlOf } from './admin-url.ts'
import { withConfigPath } from './config-path.ts'

interface Answer {
  /** Absent: the gateway is of before it said so. */
  readonly isField?: boolean
  readonly isKnown: boolean
  readonly isAsked: boolean | null
  readonly uses: readonly FieldUse[]
}

export async function showUsage({ field, gateway, format }: Given): Promise<Outcome> {
  const wanted = formatOf(format, ['table', 'json'])
  const url = adminUrlOf(gateway, readGatewayConfig(withConfigPath(process.env)))
  const response = await fetch(`${url}/usage?field=${encodeURIComponent(String(field))}`).catch(
    () => {
      throw new Error(`No gateway answers at ${url}: name its admin listener with --gateway.`)
    },
  )
  if (!response.ok)
    throw new Error(
      `${url} does not count who asks for what: it is not the admin listener (ADMIN_PORT) of a gateway that "sallyport start" started.`,
    )
  const answer = (await response.json()) as Answer
  const said = wanted === 'json' ? JSON.stringify(answer, null, 2) : describe(String(field), answer)
  return { said, isComplete: answer.isField !== false || answer.uses.length > 0 }
}

function describe(field: string, { isField = true, isKnown, isAsked, uses }: Answer): string {
  const lines = uses.map(
    ({ operation, client, requests, lastAskedAt }) =>
      `${lastAskedAt}  ${client}  ${operation}: ${requests} requests`,
  )
  const elsewhere =
    isAsked === true && uses.length === 0 ? ['Another gateway was asked for it.'] : []
  const nobody =
    uses.length === 0 && isAsked !== true && isField ? [`Nobody asked for ${field}.`] : []
  // Misspelt, it would look as if it could be removed.
  const missing = isField ? [] : [`The graph that is served has no field ${field}.`]
  const young = isKnown ? [] : ['It is counted for less than an hour.']
  return [...missing, ...lines, ...elsewhere, ...nobody, ...young].join('\n')
}
