// The JSON Schemas of the events, as `npm run schema` prints them: the whole CloudEvent, so that a reader checks one thing.
import { z } from 'zod'
import { dataSchemaUri, type EventType, eventTypes, schemaName } from '../core/events/types.ts'
import { receiptMessage } from '../erasure/parse-receipt.ts'

const RECEIPT_SCHEMA = 'erasure-receipt.v1.json'

/** From file name to schema. */
export function eventSchemas(): ReadonlyMap<string, object> {
  const types = Object.keys(eventTypes) as EventType[]
  const receipt = describe(receiptMessage, {
    uri: `https://sallyport.dev/events/${RECEIPT_SCHEMA}`,
    title: 'Receipt',
    description:
      'What a subgraph answers to user.erasure.requested, on sallyport.receipts.<subgraph>.',
  })
  return new Map([
    ...types.map((type): [string, object] => [schemaName(type), schemaOf(type)]),
    [RECEIPT_SCHEMA, receipt],
  ])
}

function schemaOf(type: EventType): object {
  const { description, data } = eventTypes[type]
  const envelope = z.object({
    specversion: z.literal('1.0'),
    id: z.uuid().describe('The same however often the event arrives: de-duplicate by it.'),
    source: z.url().describe('The public address of the gateway.'),
    type: z.literal(type),
    subject: z.string().describe('The id of the user.'),
    time: z.iso.datetime(),
    datacontenttype: z.literal('application/json'),
    dataschema: z.literal(dataSchemaUri(type)),
    sequence: z
      .string()
      .regex(/^\d{19}$/)
      .describe('Of two events of one user the later has the greater.'),
    data,
  })
  return describe(envelope, { uri: dataSchemaUri(type), title: type, description })
}

function describe(
  shape: z.ZodObject,
  { uri, title, description }: Readonly<Record<'uri' | 'title' | 'description', string>>,
): object {
  // As input: fields may be added in a version, and a reader ignores those that it does not know.
  const { $schema, ...schema } = z.toJSONSchema(shape, {
    io: 'input',
    // Beside a format its pattern says nothing new.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern
    },
  })
  return { $schema, $id: uri, title, description, ...schema }
}
