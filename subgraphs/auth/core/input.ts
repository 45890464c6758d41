// What the SDL cannot say of an input: lengths, formats, what is trimmed off. Its shape is the SDL's, in `generated.ts`.
import { z } from 'zod'
import { AuthError } from './errors.ts'
import { findUnstorable } from './storable-text.ts'

/** A limit for each field that the SDL leaves open, and for no other. An absent or null value has none. */
export type Limits<Input> = {
  readonly [Field in keyof Input as IsOpen<NonNullable<Input[Field]>> extends true
    ? Field
    : never]-?: z.ZodType<NonNullable<Input[Field]>, NonNullable<Input[Field]>>
}

/** Text, numbers, lists and objects. An enum, a boolean and a time are bounded by their types. */
type IsOpen<Value> = Value extends string
  ? string extends Value
    ? true
    : false
  : Value extends boolean | Date
    ? false
    : true

type Limited<Input, L> = {
  [Field in keyof Input]: Field extends keyof L
    ? L[Field] extends z.ZodType<infer Output>
      ? Output | Extract<Input[Field], null | undefined>
      : Input[Field]
    : Input[Field]
}

/** At most so many characters. */
export function text(max: number, message = `Use at most ${max} characters.`) {
  return z.string().max(max, message)
}

/** Without the blanks around it, at most so many characters. */
export function trimmed(max: number) {
  return z.string().trim().max(max, `Use at most ${max} characters.`)
}

/** Ids of ours and imported ones are shorter. */
export const id = text(128)

/**
 * @param path Where the input stands in the operation. Default `input`.
 * @throws AuthError BAD_USER_INPUT with every problem
 */
export function parseInput<Input extends object, L extends Limits<Input>>(
  limits: L,
  input: Input,
  path: readonly string[] = ['input'],
): Limited<Input, L> {
  const unstorable = findUnstorable(input)
  if (unstorable !== null) {
    throw refusal([
      problem([...path, ...unstorable], 'This text has characters that cannot be stored.'),
    ])
  }
  const parsed = { ...input } as Record<string, unknown>
  const problems = Object.entries<z.ZodType>(limits).flatMap(([field, limit]) => {
    const value = parsed[field]
    if (value === undefined || value === null) return []
    const { success, data, error } = limit.safeParse(value)
    if (success) parsed[field] = data
    return (error?.issues ?? []).map((issue) =>
      problem([...path, field, ...issue.path.map(String)], issue.message),
    )
  })
  if (problems.length > 0) throw refusal(problems)
  return parsed as Limited<Input, L>
}

interface Problem {
  readonly path: string
  readonly message: string
}

function problem(path: readonly string[], message: string): Problem {
  return { path: path.join('.'), message }
}

function refusal(fields: readonly Problem[]): AuthError {
  return new AuthError('BAD_USER_INPUT', {
    fields,
    ...(fields[0] && { message: fields[0].message }),
  })
}
