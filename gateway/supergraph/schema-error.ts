import { SetupError } from '../../platform/setup-error.ts'

/** Everything that is wrong with the subgraphs' schemas, in one message. */
export class SchemaError extends SetupError {
  override readonly name = 'SchemaError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The schema is refused:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}
