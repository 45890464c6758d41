// OTEL_* variables, under the names and with the meanings of the OpenTelemetry specification, of which we read these.
import { z } from 'zod'
import { Secret } from '../secret.ts'
import { httpAddress, oneOf } from '../settings.ts'

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const
export type SamplerName = (typeof SAMPLERS)[number]

export interface TracingSettings {
  /** Where spans go: OTLP over HTTP, as JSON. */
  readonly endpoint: string
  /** With every request there, as `Authorization`. */
  readonly headers: Secret<Readonly<Record<string, string>>>
  readonly sampler: SamplerName
  /** Share of traces, 0 to 1, for the samplers that ask for one. */
  readonly ratio: number
  readonly serviceName: string | null
  readonly resource: Readonly<Record<string, string>>
}

const PAIRS = 'must be name=value, by comma'

export const tracingShape = {
  OTEL_SDK_DISABLED: oneOf(['true', 'false'], 'false'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'must be one of otlp, none').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpAddress().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpAddress().optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().transform(parsePairs).refine(isRead, PAIRS).optional(),
  OTEL_TRACES_SAMPLER: oneOf(SAMPLERS, 'parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .transform(Number)
    .refine((ratio) => ratio >= 0 && ratio <= 1, 'must be a number from 0 to 1')
    .default(1),
  OTEL_SERVICE_NAME: z.string().max(200).optional(),
  OTEL_RESOURCE_ATTRIBUTES: z.string().transform(parsePairs).refine(isRead, PAIRS).optional(),
}

/** Null: nothing is traced, and nothing of it is loaded. */
export function tracingOf(read: z.infer<z.ZodObject<typeof tracingShape>>): TracingSettings | null {
  const { OTEL_TRACES_EXPORTER: exporter, OTEL_EXPORTER_OTLP_ENDPOINT: base } = read
  const own = read.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  const isAsked = exporter === undefined ? (own ?? base) !== undefined : exporter === 'otlp'
  if (!isAsked || read.OTEL_SDK_DISABLED === 'true') return null
  return Object.freeze({
    endpoint: own ?? `${withoutSlash(base ?? 'http://localhost:4318')}/v1/traces`,
    headers: new Secret(read.OTEL_EXPORTER_OTLP_HEADERS ?? {}),
    sampler: read.OTEL_TRACES_SAMPLER,
    ratio: read.OTEL_TRACES_SAMPLER_ARG,
    serviceName: read.OTEL_SERVICE_NAME ?? null,
    resource: read.OTEL_RESOURCE_ATTRIBUTES ?? {},
  })
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url
}

/** As in W3C Baggage, percent-encoded. Null: it cannot be read. */
function parsePairs(text: string): Readonly<Record<string, string>> | null {
  try {
    const pairs = text.split(',').map((pair) => {
      const middle = pair.indexOf('=')
      const name = pair.slice(0, Math.max(middle, 0)).trim()
      if (name === '' || /\s/.test(name)) throw new Error('not a pair')
      return [name, decodeURIComponent(pair.slice(middle + 1).trim())]
    })
    return Object.fromEntries(pairs)
  } catch {
    return null
  }
}

function isRead<T>(value: T | null): value is T {
  return value !== null
}
