// The access commands over a graph that is made here: what they say, where they say that it was declared, and what they fail on.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { printAuthSdl } from '../../scripts/graph/auth-sdl.ts'
import { check } from '../../scripts/graph/check.ts'
import type { Given } from '../../scripts/operator/command.ts'
import { header } from '../gateway/graph-fixture.ts'
import { type AccessFolder, createAccessFolder, type Files, lineOf, run } from './access-graph.ts'

const auth = /* GraphQL */ `
  type Query {
    me: User @authenticated
    hello: String @public
    everything: String @policy(policies: [["role:admin", "live"]])
  }
  type User @key(fields: "id") { id: ID! @public email: String @authenticated }
`
const shop = /* GraphQL */ `
  type Query {
    orders: [Order] @requiresScopes(scopes: [["orders:read"]])
    fresh: String @policy(policies: [["fresh:300"]])
    plain: Plain
    node: Node @public
  }
  type Order @key(fields: "id") @authenticated { id: ID! total: Int note: String @policy(policies: [["role:support"], ["role:admin"]]) }
  type Plain { text: String }
  interface Node { id: ID! }
  type Secret implements Node @policy(policies: [["mfa"]]) { id: ID! }
`
const files: Files = { auth, shop, settings: '    access: authenticated' }

/** Rows of `access matrix`, as field → cells. */
async function matrixOf(folder: AccessFolder, more = {}) {
  const { said } = await run('access matrix', { config: folder.config, format: 'json', ...more })
  return JSON.parse(said) as {
    field: string
    mayRead: Record<string, string>
    rule: string
    isDefault: boolean
    declarations: { file: string; line: number; text: string; subgraph: string | null }[]
  }[]
}

async function diff(folder: AccessFolder, against: string, more = {}) {
  const given = { config: folder.config, against, format: 'json', ...more }
  const { said, isComplete } = await run('access diff', given)
  const changes = JSON.parse(said) as { kind: string; field: string; after: string | null }[]
  return { changes: changes.map(({ kind, field }) => `${kind} ${field}`), isComplete }
}

describe('access matrix', () => {
  test('says who may read a field, and where that was written', async () => {
    using folder = createAccessFolder(files)
    const rows = await matrixOf(folder)
    const cells = (field: string) => {
      const row = rows.find((one) => one.field === field)
      return Object.values(row?.mayRead ?? {}).join(' ')
    }
    expect(Object.keys(rows[0]?.mayRead ?? {})).toEqual([
      'everybody',
      'signed in',
      'admin',
      'support',
    ])
    expect(cells('Query.hello')).toBe('yes yes yes yes')
    expect(cells('Query.me')).toBe('no yes yes yes')
    expect(cells('Query.everything')).toBe('no no yes no')
    expect(cells('Query.orders')).toBe('no scope scope scope')
    expect(cells('Query.fresh')).toBe('no proof proof proof')
    expect(cells('Query.node')).toBe('no proof proof proof')
    expect(cells('Order.note')).toBe('no no yes yes')
    expect(cells('Order.total')).toBe('no yes yes yes')
    expect(cells('Plain.text')).toBe('')

    const note = rows.find((one) => one.field === 'Order.note')
    const sdl = readFileSync(join(dirname(folder.config), 'shop.graphql'), 'utf8')
    expect(note?.declarations.map(({ line, text, subgraph }) => [line, text, subgraph])).toEqual([
      [
        lineOf(sdl, 'note: String'),
        '@policy(policies: [["role:support"], ["role:admin"]])',
        'shop',
      ],
      [lineOf(sdl, 'type Order'), '@authenticated', 'shop'],
    ])
    const plain = rows.find((one) => one.field === 'Query.plain')
    const yaml = readFileSync(folder.config, 'utf8')
    expect(plain).toMatchObject({
      isDefault: true,
      declarations: [
        { file: folder.config, line: lineOf(yaml, 'access: auth'), text: 'access: authenticated' },
      ],
    })
  })

  test('as table and CSV, for other roles, and with the fields that have no rule', async () => {
    using folder = createAccessFolder(files)
    const { said } = await run('access matrix', {
      config: folder.config,
      role: ['clerk'],
      all: true,
      format: 'csv',
    })
    const [head, ...lines] = said.split('\n')
    expect(head).toBe('field,subgraphs,everybody,signed in,clerk,rule,declared')
    expect(lines).toContain('Plain.text,shop,-,-,-,-,')
    expect(lines.find((line) => line.startsWith('Order.note'))).toMatch(
      /^Order\.note,shop,no,no,no,"@authenticated @policy\(policies: \[\[""role:support""\], \[""role:admin""\]\]\)",\S+ \S+$/,
    )
    const table = await run('access matrix', { config: folder.config })
    expect(table.said).toMatch(/^field {2,}subgraphs {2,}everybody {2,}signed in/)
    expect(table.said).not.toContain('Plain.text')
  })
})

describe('access explain', () => {
  const explain = async (folder: AccessFolder, document: string, more = {}) => {
    const given = { config: folder.config, document, format: 'json', ...more }
    const { said, isComplete } = await run('access explain', given)
    return { found: JSON.parse(said), isComplete }
  }

  test('names the rule that decides, and its line', async () => {
    using folder = createAccessFolder(files)
    const { found, isComplete } = await explain(folder, '{ hello orders { note } }', {
      role: ['support'],
    })
    expect(isComplete).toBe(false)
    expect(found).toMatchObject({ verdict: 'refused', code: 'FORBIDDEN', operation: 'query' })
    const orders = found.fields.find(
      (one: { coordinate: string }) => one.coordinate === 'Query.orders',
    )
    const refusing = orders.rules.filter((rule: { denial: unknown }) => rule.denial !== null)
    expect(refusing).toMatchObject([
      { coordinate: 'Query.orders', denial: { code: 'FORBIDDEN', missing: 'scopes orders:read' } },
    ])
    expect(refusing[0].declarations[0].file).toContain('shop.graphql')
    const allowed = await explain(folder, '{ hello orders { note } }', {
      role: ['support'],
      scope: ['orders:read'],
    })
    expect(allowed).toMatchObject({ isComplete: true, found: { verdict: 'answered', code: null } })
  })

  test.each([
    ['nobody', '{ me { email } }', {}, 'refused', 'UNAUTHENTICATED'],
    ['somebody', '{ me { email } }', { kind: 'user' }, 'answered', null],
    ['an old proof', '{ fresh }', { fresh: '301' }, 'refused', 'STEP_UP_REQUIRED'],
    ['a young proof', '{ fresh }', { fresh: '299' }, 'answered', null],
    ['an API key', '{ fresh }', { kind: 'api-key', fresh: '1' }, 'refused', 'FORBIDDEN'],
    [
      'an app without the scope graph',
      '{ me { id } }',
      { kind: 'app-user' },
      'refused',
      'FORBIDDEN',
    ],
    [
      'an interface that can be what a second factor guards',
      '{ node { id } }',
      { kind: 'user' },
      'refused',
      'STEP_UP_REQUIRED',
    ],
    ['the same with it', '{ node { id } }', { mfa: true }, 'answered', null],
  ] as const)('%s', async (_, document, more, verdict, code) => {
    using folder = createAccessFolder(files)
    const { found } = await explain(folder, document, more)
    expect([found.verdict, found.code]).toEqual([verdict, code])
  })

  test('a document that the deployment finds too complex is refused as the gateway would refuse it', async () => {
    using folder = createAccessFolder({ ...files, yaml: 'operationLimits: { rootFields: 1 }' })
    await expect(explain(folder, '{ hello again: hello }')).rejects.toThrow(
      'too many root fields: 2, and 1 at most',
    )
    expect((await explain(folder, '{ hello }')).isComplete).toBe(true)
  })

  test('a file, an operation of several, rules of the YAML’s filter', async () => {
    using folder = createAccessFolder({ ...files, yaml: 'denied: filter' })
    const document = join(folder.path, 'two.graphql')
    writeFileSync(document, 'query A { hello } query B { hello me { id } }')
    expect((await explain(folder, document, { operation: 'A' })).isComplete).toBe(true)
    const { found, isComplete } = await explain(folder, document, { operation: 'B' })
    expect([found.verdict, isComplete]).toEqual(['filtered', false])
    const { said } = await run('access explain', {
      config: folder.config,
      document,
      operation: 'B',
    })
    expect(said).toContain('Answered without the fields below that say no (UNAUTHENTICATED).')
    expect(said).toMatch(
      /no {2}Query\.me\n.*@authenticated {2}UNAUTHENTICATED: needs a signed-in caller\n.*auth\.graphql:\d+ {2}@authenticated/,
    )
  })

  test.each([
    [{ document: 'nowhere.graphql' }, 'neither a file nor a GraphQL document'],
    [{ document: '{ nothing }' }, 'Cannot query field "nothing"'],
    [{ document: '{ hello }', kind: 'robot' }, '--kind is one of'],
    [{ document: '{ hello }', kind: 'anonymous', mfa: true }, 'is nobody'],
    [{ document: '{ hello }', fresh: 'soon' }, '--fresh needs seconds'],
    [{ document: '{ hello }', format: 'csv' }, '--format is one of table, json'],
    [{ document: '{ hello }', config: 'no/supergraph.yaml' }, 'There is no no/supergraph.yaml'],
  ])('%j is refused in a sentence', async (given, words) => {
    using folder = createAccessFolder(files)
    await expect(
      run('access explain', { config: folder.config, ...given } as Given),
    ).rejects.toThrow(words)
  })
})

test('a rule of auth, whose entry names no file, has its line in what auth-sdl prints', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-no-file-'))
  const config = join(folder, 'supergraph.yaml')
  const entry = '{ routing_url: http://a/graphql, schema: { file: a.graphql }, access: deny }'
  const names = 'auth: { names: { User: Account } }'
  writeFileSync(config, `subgraphs:\n  a: ${entry}\n${names}\n`)
  writeFileSync(join(folder, 'a.graphql'), 'type Query { a: Int }')
  const { said } = await run('access matrix', { config, format: 'json' })
  const rows = JSON.parse(said) as {
    field: string
    declarations: { file: string; line: number }[]
  }[]
  const [declaration] = rows.find(({ field }) => field === 'Account.email')?.declarations ?? []
  expect(declaration?.file).toBe('sallyport auth-sdl')
  const { said: printed } = await printAuthSdl({ config })
  expect(printed.split('\n')[(declaration?.line ?? 0) - 1]).toMatch(/email: String.*@/)
  rmSync(folder, { recursive: true })
})

test('a subgraph that announces itself is left out where nobody hears it, and the rest is checked', async () => {
  const key = '{ kty: EC, crv: P-256, kid: one, x: a, y: b }'
  const settings = `    access: authenticated
  orders:
    announce: { keys: [${key}], address: "http://orders-*.internal:4001/graphql" }
    rules: { Query.orders: "@authenticated" }`
  using folder = createAccessFolder({ ...files, settings })
  const checked = await check({ config: folder.config, against: folder.config })
  expect([checked.isComplete, checked.said]).toEqual([
    true,
    expect.stringContaining('warning: orders announces itself, and is left out'),
  ])
  expect((await matrixOf(folder)).map(({ field }) => field)).toContain('Query.hello')
})

describe('access diff', () => {
  test('against a commit: who gained, who lost, and what is new without a rule', async () => {
    using folder = createAccessFolder(files)
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: folder.path,
        stdio: 'pipe',
      })
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'before')
    expect(await diff(folder, 'HEAD')).toEqual({ changes: [], isComplete: true })

    folder.write({
      ...files,
      auth: auth.replace('email: String @authenticated', 'email: String @public'),
      shop: shop
        .replace('fresh:300', 'fresh:60')
        .replace('[["role:support"], ["role:admin"]]', '[["role:support"]]')
        .replace('plain: Plain', 'plain: Plain more: String more2: String @public'),
    })
    expect(await diff(folder, 'HEAD')).toEqual({
      changes: [
        'gained User.email',
        'unruled Query.more',
        'lost Order.note',
        'lost Query.fresh',
        'added Query.more2',
      ],
      isComplete: false,
    })
    folder.write({ ...files, shop: shop.replace('plain: Plain', 'plain: Plain more: String') })
    expect((await diff(folder, 'HEAD')).isComplete).toBe(false)
    expect((await diff(folder, 'HEAD', { 'allow-default': true })).isComplete).toBe(true)
    await expect(diff(folder, 'no-such-branch')).rejects.toThrow('neither a commit')
    await expect(diff(folder, '--output=x')).rejects.toThrow('neither a commit')
  })

  test('against a commit: files beside the folder are of then, and before there was a graph there is nothing to compare', async () => {
    using folder = createAccessFolder(files)
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: folder.path,
        stdio: 'pipe',
      })
    writeFileSync(join(folder.path, 'shop.sdl'), `${header}${shop}`)
    git('init', '-q')
    git('add', 'shop.sdl')
    git('commit', '-qm', 'the shop alone')
    await expect(diff(folder, 'HEAD')).rejects.toThrow(
      '--against HEAD has no graph/supergraph.yaml: there is nothing to compare with',
    )
    const yaml = readFileSync(folder.config, 'utf8')
    writeFileSync(folder.config, yaml.replace('file: shop.graphql', 'file: ../shop.sdl'))
    git('add', '.')
    git('commit', '-qm', 'a graph')
    writeFileSync(
      join(folder.path, 'shop.sdl'),
      `${header}${shop}`.replace('plain: Plain', 'plain: Plain more: String @public'),
    )
    expect((await diff(folder, 'HEAD')).changes).toEqual(['added Query.more'])
    git('rm', '-q', '--cached', 'shop.sdl')
    git('commit', '-qm', 'the shop is gone')
    const gone = diff(folder, 'HEAD').catch((error: Error) => error.message)
    expect(await gone).toMatch(/^At HEAD: [^/]*\n {2}- shop: shop\.sdl: there is no such file/)
  })

  test('a type, a default and a dry run open fields too', async () => {
    using before = createAccessFolder(files)
    using opened = createAccessFolder({
      ...files,
      shop: shop.replace(
        'type Order @key(fields: "id") @authenticated',
        'type Order @key(fields: "id") @public',
      ),
    })
    expect((await diff(opened, before.config)).changes).toEqual([
      'gained Order.id',
      'gained Order.total',
      'gained Query.orders',
    ])
    using denied = createAccessFolder({ ...files, settings: '    access: deny' })
    expect((await diff(before, denied.config)).changes).toEqual(['gained Query.plain'])
    expect((await diff(denied, before.config)).changes).toEqual(['lost Query.plain'])
    const until = new Date(Date.now() + 60_000).toISOString()
    using dry = createAccessFolder({
      ...files,
      settings: `    access: authenticated\n    dryRun: { until: ${until} }`,
    })
    const { changes, isComplete } = await diff(dry, before.config)
    expect(isComplete).toBe(false)
    expect(changes).toContain('gained Query.orders')
  })

  test('what was @inaccessible and is not any more has opened', async () => {
    const hidden = shop.replace('note: String', 'note: String @inaccessible')
    using before = createAccessFolder({ ...files, shop: hidden })
    using after = createAccessFolder(files)
    const given = { config: after.config, against: before.config }
    expect(await diff(after, before.config)).toEqual({
      changes: ['gained Order.note'],
      isComplete: false,
    })
    const { said } = await run('access diff', given)
    expect(said).toMatch(/^gained {2}Order\.note {2}@inaccessible {2}-> {2}@authenticated @policy/)
    expect((await diff(before, after.config)).changes).toEqual(['removed Order.note'])
    // A type that nobody saw is a field that nobody saw.
    using closed = createAccessFolder({
      ...files,
      shop: shop
        .replace('type Plain {', 'type Plain @inaccessible {')
        .replace('plain: Plain', 'plain: Plain @inaccessible'),
    })
    expect((await diff(after, closed.config)).changes).toEqual([
      'gained Plain.text',
      'gained Query.plain',
    ])
    const checked = await check(given)
    expect([checked.isComplete, checked.said]).toEqual([
      false,
      expect.stringContaining('gained access: Order.note: @inaccessible before, '),
    ])
  })

  test('so has an argument, a field of an input and a value of an enum', async () => {
    const inputs = /* GraphQL */ `
      input Filter { text: String, deleted: Boolean @inaccessible }
      enum Sorting { NEWEST, COST @inaccessible }
      input Hidden @inaccessible { text: String }
    `
    const hidden = `${shop.replace(
      'plain: Plain',
      'plain(by: Filter, order: Sorting, ofAnybody: Boolean @inaccessible, hidden: Hidden @inaccessible): Plain',
    )} ${inputs}`
    using before = createAccessFolder({ ...files, shop: hidden })
    using after = createAccessFolder({ ...files, shop: hidden.replaceAll(' @inaccessible', '') })
    expect(await diff(after, before.config)).toEqual({
      changes: [
        'gained Filter.deleted',
        'gained Query.plain(hidden:)',
        'gained Query.plain(ofAnybody:)',
        'gained Sorting.COST',
      ],
      isComplete: false,
    })
    const given = { config: after.config, against: before.config }
    const { said } = await run('access diff', given)
    expect(said).toMatch(/^gained {2}Query\.plain\(ofAnybody:\) {2}@inaccessible {2}-> {2}@/m)
    const checked = await check(given)
    expect([checked.isComplete, checked.said]).toEqual([
      false,
      expect.stringContaining('gained access: Filter.deleted: @inaccessible before, '),
    ])
    // What is new was decided about, and what goes opens nothing.
    using more = createAccessFolder({
      ...files,
      shop: hidden.replace('text: String, deleted', 'text: String, more: Int, deleted'),
    })
    expect(await diff(more, before.config)).toEqual({ changes: [], isComplete: true })
    expect((await diff(before, after.config)).changes).toEqual([])
  })

  test('a type without rules is as open as what leads to it: a new member of a union, a new implementation, another type', async () => {
    const graph = {
      auth: /* GraphQL */ `
        type Query { me: String @authenticated }
      `,
      shop: /* GraphQL */ `
        type Query {
          report: Report @policy(policies: [["role:admin"]])
          own: Summary @authenticated
          search: Found @public
          newest: Titled @public
          some: Summary @public
          page: Page @public
        }
        union Found = Summary | Other
        interface Titled { title: String }
        type Other implements Titled { title: String }
        type Summary { text: String }
        type Page { summary: Summary }
        type Report { title: String cost: Int }
      `,
    }
    using before = createAccessFolder(graph)
    const changesOf = async (text: string, other: string) => {
      using folder = createAccessFolder({ ...graph, shop: graph.shop.replace(text, other) })
      return await diff(folder, before.config)
    }
    const gained = { changes: ['gained Report'], isComplete: false }
    expect(await changesOf('Summary | Other', 'Summary | Other | Report')).toEqual(gained)
    expect(await changesOf('type Report', 'type Report implements Titled')).toEqual(gained)
    expect(await changesOf('summary: Summary', 'summary: Report')).toEqual(gained)
    // Anyone who may get there could before.
    const none = { changes: [], isComplete: true }
    expect(await changesOf('report: Report', 'report: Summary')).toEqual(none)
    expect(await changesOf('own: Summary', 'own: Other')).toEqual(none)
    // A new field without a rule of its own, and a new type between.
    expect(await changesOf('summary: Summary', 'summary: Summary report: Report')).toEqual({
      changes: ['gained Report', 'unruled Page.report'],
      isComplete: false,
    })
    const between = 'Summary | Other | Wrapper type Wrapper { report: Report }'
    expect((await changesOf('Summary | Other', between)).changes).toContain('gained Report')
    // Of one with a rule somebody decided, and one that leads where everybody is changes nothing.
    const ruled = 'summary: Summary report: Report @authenticated'
    expect((await changesOf('summary: Summary', ruled)).changes).toEqual(['added Page.report'])
    const known = 'summary: Summary other: Other'
    expect((await changesOf('summary: Summary', known)).changes).toEqual(['unruled Page.other'])
    using folder = createAccessFolder({
      ...graph,
      shop: graph.shop.replace('Summary | Other', 'Summary | Other | Report'),
    })
    const { said } = await run('access diff', { config: folder.config, against: before.config })
    expect(said).toContain('role:admin')
    expect(said).toContain('by Query.search')
  })

  test('what a type without rules gets, or a new type at an old place has, nobody wrote a rule for', async () => {
    using before = createAccessFolder(files)
    const changesOf = async (text: string, other: string) => {
      using folder = createAccessFolder({ ...files, shop: shop.replace(text, other) })
      return (await diff(folder, before.config)).changes
    }
    expect(await changesOf('text: String', 'text: String more: String')).toEqual([
      'unruled Plain.more',
    ])
    const added = await changesOf(
      'plain: Plain',
      'plain: Plain other: New @public } type New { text: String } extend type Query { last: String @public',
    )
    expect(added).toEqual(['added New.text', 'added Query.last', 'added Query.other'])
    const member = await changesOf(
      'interface Node { id: ID! }',
      'interface Node { id: ID! } type Late implements Node { id: ID! text: String }',
    )
    expect(member).toEqual(['unruled Late.id', 'unruled Late.text'])
  })

  test('one subgraph that calls a type public says nothing of what another adds to it', async () => {
    const open = `${shop} type Thing @key(fields: "id") @public { id: ID! name: String }`
    const settings = `    access: authenticated
  extra:
    routing_url: http://127.0.0.1:1/graphql
    schema: { file: extra.graphql }
    access: public
    mayDeclarePublic: true`
    const folderWith = (fields: string) => {
      const folder = createAccessFolder(files)
      const sdl = `${header} type Thing @key(fields: "id") { id: ID! ${fields} }`
      writeFileSync(join(dirname(folder.config), 'extra.graphql'), sdl)
      folder.write({ auth, shop: open, settings })
      return folder
    }
    using before = folderWith('size: Int @public')
    using after = folderWith('size: Int @public debts: Int')
    expect((await diff(after, before.config)).changes).toEqual(['unruled Thing.debts'])
  })

  test('against a supergraph that was kept', async () => {
    using folder = createAccessFolder({ auth, shop: shop.replace('fresh:300', 'role:admin') })
    const { openGraph } = await import('../../scripts/access/open-graph.ts')
    const { composeSupergraph } = await import('../../gateway/supergraph/compose.ts')
    const { config } = await openGraph({ configPath: folder.config })
    const sources = config.subgraphs.map((one) => ({
      config: one,
      sdl: readFileSync(join(dirname(folder.config), `${one.name}.graphql`), 'utf8'),
    }))
    const kept = join(folder.path, 'kept.graphql')
    writeFileSync(kept, composeSupergraph(sources))
    folder.write(files)
    expect((await diff(folder, kept)).changes).toContain('changed Query.fresh')
  })
})
