// A process that plans with the planner of Hive Router. An addon that panics ends the process that it is in, and some valid
// documents make it panic: here it ends one that has nothing to lose, holds no secret and is started again.
//
//   { supergraphSdl } ──► { kind: ready | unavailable | invalid }
//   [request, …]      ──► [answer, …]   together what was asked together: a message costs more than a small plan

/** @type {import('@graphql-hive/router-query-planner').QueryPlanner | null} */
let planner = null

/** So long what is planned waits for what was asked with it. */
const ANSWER_AFTER_MS = 2

process.on('disconnect', () => process.exit())
process.on('message', (message) => void answer(message))

/** @param {any} message */
async function answer(message) {
  if ('supergraphSdl' in message) await open(message.supergraphSdl)
  else planAll(message)
}

/** @param {string} supergraphSdl */
async function open(supergraphSdl) {
  const addon = await import('@graphql-hive/router-query-planner').catch((error) => {
    send({ kind: 'unavailable', error: messageOf(error) })
    return null
  })
  if (addon === null) return
  try {
    planner = new addon.QueryPlanner(supergraphSdl)
    send({ kind: 'ready', overridePercentages: planner.overridePercentages })
  } catch (error) {
    send({ kind: 'invalid', error: messageOf(error) })
  }
}

/**
 * @typedef {{ id: number, text: string, operationName: string | null, percentage: number, isLong: boolean }} Request
 * @typedef {{ id: number, plan?: unknown, error?: string }} Answer
 */

/** @param {readonly Request[]} requests */
function planAll(requests) {
  /** @type {Answer[]} */
  let answers = []
  let begun = performance.now()
  for (const request of requests) {
    if (request.isLong) {
      void planApart(request)
      continue
    }
    answers.push(planNow(request))
    if (performance.now() - begun < ANSWER_AFTER_MS) continue
    send(answers)
    answers = []
    begun = performance.now()
  }
  if (answers.length > 0) send(answers)
}

/** In a thread: what is long to plan holds up no other. @param {Request} request */
async function planApart({ id, text, operationName, percentage }) {
  try {
    send([{ id, plan: await planner?.planAsync(text, operationName, new Set(), percentage) }])
  } catch (error) {
    send([{ id, error: messageOf(error) }])
  }
}

/** @param {Request} request @returns {Answer} */
function planNow({ id, text, operationName, percentage }) {
  try {
    return { id, plan: planner?.plan(text, operationName, new Set(), percentage) }
  } catch (error) {
    return { id, error: messageOf(error) }
  }
}

/** @param {object} message */
function send(message) {
  process.send?.(message)
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error)
}
