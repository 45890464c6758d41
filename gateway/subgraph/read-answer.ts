// What a subgraph answered, as an answer of GraphQL, or why it is none.
import type { SubgraphAnswer } from './data-source.ts'
import { SubgraphFailure } from './failure.ts'
import type { SubgraphLog } from './log.ts'
import { errorsOf, type ParsedJson, parseSubgraphJson } from './parse-json.ts'
import { EXCERPT, type PostAnswer } from './post.ts'

interface ReadOptions {
  readonly isAuth: boolean
  readonly log: SubgraphLog
  readonly requestId: string
}

/** @throws SubgraphFailure when it is not an answer of GraphQL. */
export function readAnswer(
  answer: PostAnswer,
  { isAuth, log, requestId }: ReadOptions,
): SubgraphAnswer {
  const { body, isPlain } = readBody(answer)
  const errors = errorsOf(body, answer.text)
  if (errors.length === 0 && answer.status !== 200) throw unreadable('no errors', answer)
  const data = isData(body.data) ? body.data : null
  if (errors.length > 0) {
    return {
      data,
      isPlain,
      errors: log.ofAnswer(errors, { isAuth, status: answer.status }, requestId),
    }
  }
  if (!data) throw unreadable('an answer without data and errors', answer)
  return { data, isPlain }
}

function readBody(answer: PostAnswer): ParsedJson {
  try {
    return parseSubgraphJson(answer.text)
  } catch (error) {
    throw error instanceof SubgraphFailure ? unreadable(error.message, answer) : error
  }
}

function unreadable(message: string, answer: PostAnswer): SubgraphFailure {
  const { status, text } = answer
  const said = isPersonal(answer) ? {} : { said: text.slice(0, EXCERPT) }
  const what = `${message} (status ${status})`
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', what, { status, ...said })
}

/** What came instead of an answer may be all that there is to know; half of a good one is somebody's data. */
function isPersonal({ status, text }: PostAnswer): boolean {
  return status === 200 && /^\s*[{[]/.test(text)
}

function isData(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
