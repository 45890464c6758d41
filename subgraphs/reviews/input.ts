// What the SDL cannot say of an input: lengths and ranges. Its shape is the SDL's, in `generated.ts`.
import type { z } from 'zod'
import { InputError } from './errors.ts'

/** A limit for each field of text, a number or a list. GraphQL has checked the types. */
export type Limits<Input> = {
  readonly [Field in keyof Input as IsOpen<NonNullable<Input[Field]>> extends true
    ? Field
    : never]-?: z.ZodType<NonNullable<Input[Field]>, NonNullable<Input[Field]>>
}

/** An enum, a boolean and a time are bounded by their types. */
type IsOpen<Value> = Value extends string
  ? string extends Value
    ? true
    : false
  : Value extends boolean | Date
    ? false
    : true

/** @throws InputError with every problem. A field that is absent or null stays so. */
export function parseInput<Input extends object>(limits: Limits<Input>, input: Input): Input {
  const parsed = { ...input } as Record<string, unknown>
  const problems = Object.entries<z.ZodType>(limits).flatMap(([field, limit]) => {
    const value = parsed[field]
    if (value === undefined || value === null) return []
    const { success, data, error } = limit.safeParse(value)
    if (success) parsed[field] = data
    return (error?.issues ?? []).map(({ path, message }) => ({
      path: ['input', field, ...path].join('.'),
      message,
    }))
  })
  if (problems.length > 0) throw new InputError(problems)
  return parsed as Input
}
