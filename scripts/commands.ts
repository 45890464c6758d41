// Every command, in the order of the help: a graph of one's own first, then what operators do.
import { graphCommands } from './graph/commands.ts'
import type { Command } from './operator/command.ts'
import { commands as operatorCommands } from './operator/commands.ts'

export const commands: Readonly<Record<string, Command>> = { ...graphCommands, ...operatorCommands }
