// What is wrong with a value that stands in a file, for the person who wrote it: a schema's own words are about its types.
import type { z } from 'zod'

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'names with values below it',
  record: 'names with values below it',
  string: 'a string',
}

/** For `safeParse`: whatever has a message of its own in the schema keeps it. */
export function problemInWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing'
      return `must be ${KINDS[String(issue.expected)] ?? String(issue.expected)}`
    case 'invalid_value':
      return `must be ${issue.values?.length === 1 ? '' : 'one of '}${issue.values?.join(', ')}`
    // A key of a record: what is wrong with it the record keeps to itself.
    case 'invalid_key':
      return issue.issues?.[0]?.message
    case 'too_small':
      return withLimit('at least', issue.origin, issue.minimum)
    case 'too_big':
      return withLimit('at most', issue.origin, issue.maximum)
    default:
      return undefined
  }
}

const COUNTED: Readonly<Record<string, string>> = { string: ' characters', array: ' items' }

function withLimit(comparison: string, origin: unknown, limit: unknown): string {
  if (origin === 'string' && comparison === 'at least' && limit === 1) return 'must not be empty'
  const counted = COUNTED[String(origin)]
  return counted === undefined
    ? `must be ${comparison} ${String(limit)}`
    : `must have ${comparison} ${String(limit)}${counted}`
}
