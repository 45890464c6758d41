// What the access commands say: a table for people, CSV for spreadsheets, JSON for programs.
import { isAbsolute, relative } from 'node:path'
import type { Change } from '../../gateway/explain/compare.ts'
import type { Declaration } from '../../gateway/explain/declarations.ts'
import type { Explanation } from '../../gateway/explain/explain.ts'
import type { Matrix } from '../../gateway/explain/matrix.ts'
import { describeRule } from '../../gateway/explain/rule-words.ts'
import { UsageError } from '../operator/command.ts'

export type Format = 'table' | 'csv' | 'json'

export function formatOf(given: unknown, formats: readonly Format[]): Format {
  const format = formats.find((one) => one === (given ?? 'table'))
  if (format !== undefined) return format
  throw new UsageError(`--format is one of ${formats.join(', ')}, and not "${String(given)}".`)
}

export function printMatrix({ columns, rows }: Matrix, format: Format): string {
  if (format === 'json') {
    return toJson(
      rows.map(({ field, cells }) => ({
        field: field.coordinate,
        subgraphs: field.subgraphs,
        mayRead: Object.fromEntries(columns.map((column, index) => [column, cells[index]])),
        rule: describeRule(field.rule),
        scopes: [...new Set(field.rule.scopes.flat(2))],
        policies: [...new Set(field.rule.policies.flat(2))],
        isDefault: field.isDefault,
        declarations: field.declarations.map(shown),
      })),
    )
  }
  const head = ['field', 'subgraphs', ...columns, 'rule', 'declared']
  const lines = rows.map(({ field, cells }) => [
    field.coordinate,
    field.subgraphs.join(' '),
    ...cells,
    field.guards.length === 0 ? '-' : describeRule(field.rule),
    field.declarations.map(placeOf).join(' '),
  ])
  return format === 'csv' ? toCsv([head, ...lines]) : toTable([head, ...lines])
}

export function printExplanation(found: Explanation, format: Format): string {
  if (format === 'json') {
    return toJson({
      ...found,
      fields: found.fields.map((field) => ({
        ...field,
        rules: field.rules.map((rule) => ({ ...rule, declarations: rule.declarations.map(shown) })),
      })),
    })
  }
  const lines = found.fields.flatMap(({ coordinate, isAllowed, rules }) => [
    `${isAllowed ? 'yes' : 'no '} ${coordinate}`,
    ...rules.map((rule) => {
      const why = rule.denial === null ? '' : `  ${rule.denial.code}: needs ${rule.denial.missing}`
      const dry = rule.dryRunUntil === null ? '' : `  dry run until ${rule.dryRunUntil}`
      const places = rule.declarations.map((one) => `\n        ${placeOf(one)}  ${one.text}`)
      return `      ${rule.coordinate}  ${rule.rule}${why}${dry}${places.join('')}`
    }),
  ])
  return [verdictOf(found), ...lines].join('\n')
}

function verdictOf({ verdict, code, runsAsNobody }: Explanation): string {
  if (runsAsNobody) return 'Answered: it makes or ends a credential, and runs as nobody.'
  if (verdict === 'answered') return 'Answered.'
  if (verdict === 'filtered') return `Answered without the fields below that say no (${code}).`
  return `Refused: ${code}.`
}

export function printChanges(changes: readonly Change[], format: Format): string {
  if (format === 'json') {
    return toJson(
      changes.map(({ kind, coordinate, before, after, declarations }) => ({
        kind,
        field: coordinate,
        before,
        after,
        declarations: declarations.map(shown),
      })),
    )
  }
  if (changes.length === 0) return 'Nobody gained or lost access.'
  return changes
    .map(({ kind, coordinate, before, after, declarations }) => {
      const what = before === null ? after : after === null ? before : `${before}  ->  ${after}`
      const places = declarations.map((one) => `\n    ${placeOf(one)}  ${one.text}`)
      return `${kind}  ${coordinate}  ${what}${places.join('')}`
    })
    .join('\n')
}

function shown({ file, ...rest }: Declaration) {
  return { ...rest, file: nameOf(file) }
}

function placeOf({ file, line }: Declaration): string {
  return `${nameOf(file)}:${line}`
}

/** As an editor opens it from here. */
function nameOf(file: string): string {
  const name = relative(process.cwd(), file)
  return name.startsWith('..') || isAbsolute(name) ? file : name
}

function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

function toCsv(rows: readonly (readonly string[])[]): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return rows.map((row) => row.map(quoted).join(',')).join('\n')
}

function toTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
