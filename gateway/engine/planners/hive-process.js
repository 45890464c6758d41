// A process that plans with the planner of Hive Router. An addon that panics ends the process that it is in, and some valid
// documents make it panic: here it ends one that has nothing to lose, holds no secret and is started again.

/** @type {import('@graphql-hive/router-query-planner').QueryPlanner | null} */
let planner = null

process.on('disconnect', () => process.exit())
process.on('message', (message) => void answer(message))

/** @param {any} message */
async function answer(message) {
  if ('supergraphSdl' in message) await open(message.supergraphSdl)
  else await plan(message)
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

/** @param {{ id: number, text: string, operationName: string | null, percentage: number }} request */
async function plan({ id, text, operationName, percentage }) {
  try {
    const plan = await planner?.planAsync(text, operationName, new Set(), percentage)
    send({ kind: 'planned', id, plan })
  } catch (error) {
    send({ kind: 'failed', id, error: messageOf(error) })
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
