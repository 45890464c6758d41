// Where a command runs: in the server that has the embedded database open, or here on the database itself.
import { describeDatabaseFailure } from '../../platform/database-failure.ts'
import { openDatabase } from '../../subgraphs/auth/auth.ts'
import { type AuthConfig, readAuthConfig } from '../../subgraphs/auth/config.ts'
import { withDevelopmentSecrets } from '../../subgraphs/auth/development-secrets.ts'
import { createHashThreads } from '../../subgraphs/auth/factors/password/hash-threads.ts'
import { createPasswordHasher } from '../../subgraphs/auth/factors/password/hasher.ts'
import { type Command, type CommandName, commands } from '../../subgraphs/auth/operator/commands.ts'
import { sendCommand } from '../../subgraphs/auth/operator/socket.ts'

export interface Operator {
  /** @returns what the command said it did */
  run(command: CommandName, args: object): Promise<string>
  close(): Promise<void>
}

export async function connectOperator(): Promise<Operator> {
  const config = readAuthConfig(withDevelopmentSecrets(process.env))
  let here: Promise<Operator> | null = null
  return {
    run: async (command, args) => {
      if (here === null && config.databaseUrl === null) {
        const said = await sendCommand(config.dataDir, command, args)
        if (said !== null) return said
      }
      here ??= openHere(config)
      return await (await here).run(command, args)
    },
    // What could not be opened has said so already.
    close: async () => await (await here?.catch(() => null))?.close(),
  }
}

/** @throws Error in a sentence when the database cannot be used; nothing stays open that would keep the process */
async function openHere(config: AuthConfig): Promise<Operator> {
  const database = await openDatabase(config)
  const threads = createHashThreads({ threads: 1 })
  const hasher = createPasswordHasher({
    threads,
    pepper: config.secrets.passwordPepper,
    cost: config.passwordHashCost,
  })
  const deps = { db: database.db, config, hasher }
  return {
    run: async (name, args) => {
      const command: Command = commands[name]
      try {
        // `migrate` says which ones it ran: it has to find them.
        if (name !== 'migrate') await commands.migrate(deps)
        return await command(deps, args)
      } catch (error) {
        if (config.databaseUrl === null) throw error
        throw describeDatabaseFailure(error, config.databaseUrl)
      }
    },
    close: async () => {
      await threads.stop()
      await database.stop()
    },
  }
}
