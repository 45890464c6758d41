// What a schema promises to the version before: tables, columns and constraints, read from PostgreSQL's own catalogue.
import type { Knex } from 'knex'

export interface Column {
  readonly type: string
  readonly isRequired: boolean
  readonly hasDefault: boolean
  /** Whether it is false where it is left out. */
  readonly isFalseByDefault: boolean
}

export interface SchemaPicture {
  /** By table and column, as `users.email`. */
  readonly columns: ReadonlyMap<string, Column>
  readonly tables: ReadonlySet<string>
  /** What refuses rows, each with its table before it. */
  readonly rules: ReadonlyMap<string, string>
}

/** Partitions and their rules are those of their parent. */
const ORDINARY = `n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relispartition`

export async function pictureOf(db: Knex): Promise<SchemaPicture> {
  const ask = async <Row>(sql: string): Promise<Row[]> => (await db.raw<{ rows: Row[] }>(sql)).rows
  const columns = await ask<Column & { name: string }>(`
    select c.relname || '.' || a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull as "isRequired", a.atthasdef or a.attidentity <> '' as "hasDefault",
      coalesce(pg_get_expr(d.adbin, d.adrelid) = 'false', false) as "isFalseByDefault"
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ORDINARY} and a.attnum > 0 and not a.attisdropped`)
  const tables = await ask<{ name: string }>(`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${ORDINARY}`)
  const rules = await ask<{ name: string; text: string }>(`
    select c.relname || ': ' || k.conname as name, pg_get_constraintdef(k.oid) as text
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ORDINARY} and k.contype <> 'n'
    union all
    select c.relname || ': ' || x.relname, pg_get_indexdef(x.oid)
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace
    where ${ORDINARY} and i.indisunique
    union all
    select c.relname || ': ' || t.tgname, pg_get_triggerdef(t.oid)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ORDINARY} and not t.tgisinternal`)
  return {
    columns: new Map(columns.map(({ name, ...column }) => [name, column])),
    tables: new Set(tables.map(({ name }) => name)),
    rules: new Map(rules.map(({ name, text }) => [name, text])),
  }
}

/** What the version before `after` would stumble over. Empty: it goes on beside it. */
export function findBreaches(before: SchemaPicture, after: SchemaPicture): string[] {
  const breaches: string[] = []
  for (const table of before.tables)
    if (!after.tables.has(table)) breaches.push(`${table} is gone: older instances read it`)
  for (const [name, old] of before.columns) {
    const column = after.columns.get(name)
    if (column === undefined) breaches.push(`${name} is gone: older instances read it`)
    else if (column.type !== old.type)
      breaches.push(`${name} is ${column.type}, and was ${old.type}`)
    else if (column.isRequired && !old.isRequired)
      breaches.push(`${name} is required: older instances leave it out`)
    else if (old.hasDefault && !column.hasDefault && column.isRequired)
      breaches.push(`${name} has lost its default: older instances leave it out`)
  }
  const isOld = (name: string, mark: string) => before.tables.has(name.split(mark)[0] ?? '')
  for (const [name, { isRequired, hasDefault }] of after.columns)
    if (!before.columns.has(name) && isOld(name, '.') && isRequired && !hasDefault)
      breaches.push(`${name} is required and has no default: older instances do not know it`)
  for (const [name, text] of after.rules)
    if (
      !isAsWide(before.rules.get(name), text) &&
      isOld(name, ': ') &&
      !isOfNewColumn(name.split(': ')[0] ?? '', text, before) &&
      !isWhereNewColumn(name.split(': ')[0] ?? '', text, { before, after })
    )
      breaches.push(`${name} refuses what older instances may write: ${text}`)
  for (const [name, text] of before.rules)
    if (!after.rules.has(name) && /\bUNIQUE\b|PRIMARY KEY/.test(text))
      breaches.push(`${name} is gone: older instances name it in ON CONFLICT`)
  return breaches
}

/** What older instances leave out is null there, and no two nulls are equal. */
function isOfNewColumn(table: string, rule: string, { columns }: SchemaPicture): boolean {
  const [, unique = ''] = /\bUNIQUE\b[^(]*\(([^)]*)\)$/.exec(rule) ?? []
  if (unique === '' || rule.includes('NULLS NOT DISTINCT')) return false
  return unique
    .split(', ')
    .some((column) => /^\w+$/.test(column) && !columns.has(`${table}.${column}`))
}

/** A partial index has no row of older instances where its condition is a column that they leave out, and that is then false. */
function isWhereNewColumn(
  table: string,
  rule: string,
  { before, after }: { readonly before: SchemaPicture; readonly after: SchemaPicture },
): boolean {
  const [, column] = /^CREATE UNIQUE INDEX .* WHERE (\w+)$/.exec(rule) ?? []
  if (column === undefined || before.columns.has(`${table}.${column}`)) return false
  return after.columns.get(`${table}.${column}`)?.isFalseByDefault === true
}

/** A list of allowed words may grow. */
function isAsWide(old: string | undefined, text: string): boolean {
  if (old === undefined) return false
  const frame = (rule: string) => rule.replace(/ARRAY\[[^\]]*\]/g, '')
  const words = (rule: string) => [...rule.matchAll(/'([^']*)'/g)].map(([, word]) => word)
  const allowed = words(text)
  return frame(old) === frame(text) && words(old).every((word) => allowed.includes(word))
}
