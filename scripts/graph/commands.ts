// The commands about a graph: one entry each. What they need is loaded when they run, so that --help answers at once.
import type { Command } from '../operator/command.ts'

const config = { value: '<supergraph.yaml>' } as const
const gateway = { value: '<url>' } as const

export const graphCommands = {
  init: {
    help: `Writes supergraph.yaml, .env.example and compose.yaml into this folder; what is there already stays.
--subgraph names a running subgraph, and can be given again: --subgraph orders=http://localhost:4003/graphql.
--schema takes its SDL from a file instead of asking it: --schema orders=orders.graphql.
Where a graph has a User of its own, or another name of auth's, auth is given another one.`,
    options: {
      subgraph: { value: '<name=url>', isRepeated: true },
      schema: { value: '<name=file>', isRepeated: true },
    },
    run: async (given) => (await import('./init.ts')).init(given),
  },
  dev: {
    help: `Gateway and auth in one process on an embedded database, for development: composes supergraph.yaml, serves
what changes in it, in SDL files and in running subgraphs, and shows mailed codes. --sample: with the sample subgraph, and
its graph where this folder has none.`,
    options: { sample: {} },
    run: async (given) => (await import('./dev.ts')).dev(given),
  },
  start: {
    help: `Starts gateway and auth as in production, or one of them. Settings come from the environment (docs/settings.md).`,
    argument: { name: 'part', values: ['gateway', 'auth'] },
    options: {},
    run: async (given) => (await import('./start.ts')).start(given),
  },
  compose: {
    help: `Writes supergraph.graphql beside supergraph.yaml, and access.lock where "access: public" opens anything. Commit both.
--check writes nothing, and fails when they are out of date. --api also writes the schema that clients see.`,
    options: { config, check: {}, api: { value: '<file>' } },
    run: async (given) => (await import('./compose.ts')).compose(given),
  },
  check: {
    help: `For CI: fails on a broken composition, on fields without an access rule that nobody can read, and on a supergraph.graphql
that is out of date. With --against (a commit, another supergraph.yaml, or a supergraph.graphql that was kept) also on what breaks clients, and on anybody
who gained access.`,
    options: { config, against: { value: '<commit or file>' } },
    run: async (given) => (await import('./check.ts')).check(given),
  },
  'auth-sdl': {
    help: `Prints auth's SDL under the names that supergraph.yaml gives it, for a registry that composes.
With --of gateway the SDL of the gateway's own subgraph.`,
    options: { config, of: { value: 'gateway' } },
    run: async (given) => (await import('./auth-sdl.ts')).printAuthSdl(given),
  },
  subgraphs: {
    help: `Says what the running gateway serves, what it holds and why, and what it served before. It is asked at its admin
listener (ADMIN_HOST, ADMIN_PORT, or --gateway http://10.0.0.4:9090), with a token of IDENTITY_KEYS.`,
    options: { gateway, format: { value: 'table|json' } },
    run: async (given) => (await import('./subgraphs.ts')).showSubgraphs(given),
  },
  'subgraphs accept': {
    help: `Serves a change that is held because it gives somebody more access, reaches for another subgraph's fields, or breaks
clients. What is broken cannot be accepted.`,
    argument: { name: 'id', isRequired: true },
    options: { gateway },
    run: async (given) => (await import('./subgraphs.ts')).acceptChange(given),
  },
  'subgraphs back': {
    help: `Serves an earlier version: the one before, or the one that is named. Changes are held until one is accepted.`,
    argument: { name: 'version' },
    options: { gateway },
    run: async (given) => (await import('./subgraphs.ts')).goBack(given),
  },
  usage: {
    help: `Says who asks for a field (--field Order.total) at the running gateway: operation, client, how often, when last. It is asked
at its admin listener.`,
    options: {
      field: { value: '<Type.field>', isRequired: true },
      gateway,
      format: { value: 'table|json' },
    },
    run: async (given) => (await import('./usage.ts')).showUsage(given),
  },
  'subgraph check': {
    help: `Asks a running subgraph as a gateway would: SDL, identity token, content type, refusal without a token.
--name: what supergraph.yaml calls it; its identity tokens are made out to that name.`,
    argument: { name: 'url', isRequired: true },
    options: { name: { value: '<name>' } },
    run: async (given) => (await import('./subgraph-check.ts')).checkSubgraph(given),
  },
} satisfies Record<string, Command>
