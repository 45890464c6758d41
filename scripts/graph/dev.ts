// `sallyport dev`: every part in one process, on the embedded database unless DATABASE_URL is set.
// What is imported here is little: anyone who waits sees a line at once, and the rest is loaded after it.
import { type Given, type Outcome, UsageError } from '../operator/command.ts'
import { isFile, withConfigPath } from './config-path.ts'

const SAMPLE = new URL('../../schema/supergraph.yaml', import.meta.url)

export async function dev({ sample }: Given): Promise<Outcome> {
  const hasSample = sample === true
  const { isForPeople, tell } = greet()
  const env = withConfigPath(process.env)
  if (hasSample) env.SUPERGRAPH_CONFIG ||= (await import('node:url')).fileURLToPath(SAMPLE)
  const path = env.SUPERGRAPH_CONFIG
  if (!path)
    throw new UsageError(
      'There is no supergraph.yaml here: "sallyport init" writes one, and "sallyport dev --sample" needs none.',
    )
  if (!isFile(path)) throw new UsageError(`SUPERGRAPH_CONFIG: there is no file ${path}.`)
  try {
    await start({ env, hasSample, isForPeople, tell })
  } catch (error) {
    if (isForPeople) throw error
    const { exitUnstarted } = await import('../../platform/process-log.ts')
    exitUnstarted('main', error)
  }
  return { said: '', isComplete: true }
}

function greet() {
  const isForPeople = process.stdout.isTTY || !process.env.NODE_ENV
  if (isForPeople) console.log('Sallyport is starting.')
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (isForPeople && major < 22)
    console.warn('Node 20 works, and is past its end of life: Node 24 is recommended.')
  const startedAt = performance.now()
  const tell = (step: string) => console.log(`  ${seconds(startedAt)}  ${step}`)
  return { isForPeople, tell }
}

interface Start {
  readonly env: NodeJS.ProcessEnv
  readonly hasSample: boolean
  readonly isForPeople: boolean
  readonly tell: (step: string) => void
}

async function start({ env, hasSample, isForPeople, tell: print }: Start): Promise<void> {
  const startedAt = performance.now()
  const log = await createPartLog(env.LOG_LEVEL, isForPeople)
  const tell = isForPeople ? print : (step: string) => log('main').info(step)
  tell('loading the parts')
  const { startAll } = await import('../start-all.ts')
  const configPath = env.SUPERGRAPH_CONFIG ?? ''
  const { composeFirst } = await import('./watch/first-graph.ts')
  const found = await composeFirst(configPath, tell)
  const all = await startAll({ env, log, tell, hasSample, found })
  const { publicUrl, isEmbedded } = all
  let watch: import('./watch/watch.ts').Watch | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      const stop = async () => {
        await watch?.stop()
        await all.stop()
      }
      void stop().finally(() => process.exit(0))
    })
  }
  if (env.NODE_ENV !== 'production') {
    const { watchGraph } = await import('./watch/watch.ts')
    watch = await watchGraph({
      configPath,
      env,
      gateway: all.gateway,
      isSample: hasSample,
      tell: tellChanges(log('main'), isForPeople),
    })
  }
  if (isForPeople) console.log(greeting(publicUrl, isEmbedded))
  else log('main').info({ ms: Math.round(performance.now() - startedAt) }, 'everything is up')
}

/** What is wrong stands in lines of its own, each with its place. */
function tellChanges(log: import('pino').Logger, isForPeople: boolean) {
  const refused = 'The change is not served; what was before still is'
  return {
    changed: (text: string) => (isForPeople ? console.log(`\n  ${text}\n`) : log.info(text)),
    refused: (problems: readonly string[]) =>
      isForPeople
        ? console.error(`\n  ${refused}:\n${problems.map((one) => `  - ${one}\n`).join('')}`)
        : log.error({ problems }, refused),
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1).padStart(5)} s`
}

/** Lines for people in a terminal, JSON for everything else. */
async function createPartLog(
  wanted = '',
  isForPeople: boolean,
): Promise<(part: string) => import('pino').Logger> {
  const { createLog } = await import('../../platform/log.ts')
  const { LOG_LEVELS } = await import('../../platform/log-levels.ts')
  // One that does not exist is refused with the other settings, in a moment.
  const level = LOG_LEVELS.find((name) => name === wanted) ?? 'info'
  if (!isForPeople) {
    const { logProcess } = await import('../../platform/process-log.ts')
    const create = (part: string) => createLog({ part, level })
    logProcess(create('main'))
    return create
  }
  const { createTerminalStream } = await import('../terminal-stream.ts')
  const destination = createTerminalStream()
  return (part) => createLog({ part, level, destination })
}

function greeting(publicUrl: string, isEmbedded: boolean): string {
  return `
  Sallyport is up${isEmbedded ? ', on the embedded database' : ''}.

  Explorer   ${publicUrl}/graphql   (without internet: ${publicUrl}/explorer)
  Register   mutation { register(input: { email: "you@example.com", password: "a long pass phrase" })
                        { verification { id } } }
             The code that is mailed to you appears here. Then:
             mutation { verifySession(input: { verificationId: "ver_…", code: "…" })
                        { ... on SignedIn { tokens { accessToken refreshToken } } } }
`
}
