// An answer whose data is JSON text already: anyone who only sends it on need not build it as an object first.
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql'
import { unmarkLongNumbers } from '../long-numbers.ts'

export class WrittenResult implements FormattedExecutionResult {
  /** JSON text. */
  readonly writtenData: string
  readonly errors?: readonly GraphQLFormattedError[]

  constructor(writtenData: string, errors: readonly GraphQLFormattedError[] | null) {
    this.writtenData = writtenData
    if (errors !== null) this.errors = errors
  }

  get data(): Record<string, unknown> | null {
    return JSON.parse(this.writtenData)
  }
}

/** The body of an answer. */
export function bodyOf(result: FormattedExecutionResult): string {
  if (!(result instanceof WrittenResult)) return unmarkLongNumbers(JSON.stringify(result))
  const { writtenData, errors } = result
  if (errors === undefined) return `{"data":${writtenData}}`
  return `{"data":${writtenData},"errors":${JSON.stringify(errors)}}`
}
