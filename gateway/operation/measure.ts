// Measures a document with its fragments flattened, each fragment once: a few hundred bytes can unfold into millions of selections.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { GatewayError } from '../errors.ts'
import type { OperationLimits } from './limits.ts'

/** A selection set with its fragments unfolded. */
interface Measure {
  readonly selections: number
  readonly aliases: number
  readonly depth: number
  /** Fields at its top. */
  readonly topFields: number
  /** How often the most frequent response name stands at its top. */
  readonly topNames: ReadonlyMap<string, number>
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

/**
 * Refuses a document that asks for too much, before anything costly sees it.
 *
 * @throws GatewayError OPERATION_TOO_COMPLEX, GRAPHQL_VALIDATION_FAILED for a fragment cycle, BAD_REQUEST
 *   for what is not supported.
 */
export function measureDocument(document: DocumentNode, limits: OperationLimits): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  const operations: OperationDefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition)
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
    else throw new GatewayError('BAD_REQUEST', { message: 'A document holds operations alone.' })
  }
  bound('operations', operations.length, limits.operations)
  bound('fragments', fragments.size, limits.fragments)
  checkNodes(document, limits)
  const measure = createMeasure(fragments, limits)
  for (const operation of operations) {
    bound('characters in its name', operation.name?.value.length ?? 0, limits.nameLength)
    bound('root fields', measure(operation.selectionSet).topFields, limits.rootFields)
  }
  for (const fragment of fragments.values()) measure(fragment.selectionSet)
}

function createMeasure(fragments: Fragments, limits: OperationLimits) {
  const known = new Map<string, Measure>()
  const open = new Set<string>()

  function measureSet(set: SelectionSetNode): Measure {
    const parts = set.selections.map(measureSelection)
    const topNames = addUp(parts.map((part) => part.topNames))
    const total: Measure = {
      selections: sum(parts.map((part) => part.selections)),
      aliases: sum(parts.map((part) => part.aliases)),
      depth: Math.max(0, ...parts.map((part) => part.depth)),
      topFields: sum(parts.map((part) => part.topFields)),
      topNames,
    }
    bound('selections', total.selections, limits.selections)
    bound('aliases', total.aliases, limits.aliases)
    bound('levels', total.depth, limits.depth)
    bound('fields of one name', Math.max(0, ...topNames.values()), limits.repetitions)
    return total
  }

  function measureSelection(selection: SelectionNode): Measure {
    if (selection.kind === Kind.FIELD) return measureField(selection)
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value)
    const inner = measureSet(selection.selectionSet)
    return { ...inner, selections: inner.selections + 1 }
  }

  function measureField(field: FieldNode): Measure {
    const inner = field.selectionSet ? measureSet(field.selectionSet) : EMPTY
    return {
      selections: inner.selections + 1,
      aliases: inner.aliases + (field.alias ? 1 : 0),
      depth: inner.depth + 1,
      topFields: field.name.value === '__typename' ? 0 : 1,
      topNames: new Map([[(field.alias ?? field.name).value, 1]]),
    }
  }

  function measureFragment(name: string): Measure {
    const measured = known.get(name)
    if (measured) return measured
    const fragment = fragments.get(name)
    if (!fragment) return EMPTY
    if (open.has(name)) {
      throw new GatewayError('GRAPHQL_VALIDATION_FAILED', {
        message: 'A fragment contains itself.',
      })
    }
    open.add(name)
    const inner = measureSet(fragment.selectionSet)
    open.delete(name)
    const measure = { ...inner, selections: inner.selections + 1 }
    known.set(name, measure)
    return measure
  }

  return measureSet
}

/** What is counted on the document as it stands: directives, lists, page sizes, names that are no plain keys. */
function checkNodes(document: DocumentNode, limits: OperationLimits): void {
  let directives = 0
  visit(document, {
    Directive(node) {
      directives += 1
      const name = node.name.value
      if (name === 'defer' || name === 'stream') {
        throw new GatewayError('BAD_REQUEST', { message: `@${name} is not supported.` })
      }
      bound('directives', directives, limits.directives)
    },
    ListValue: (node) => bound('items in a list', node.values.length, limits.listItems),
    Argument({ name, value }) {
      if (name.value !== 'first' && name.value !== 'last') return
      if (value.kind === Kind.INT)
        bound(`items (${name.value})`, Number(value.value), limits.pageSize)
    },
    VariableDefinition: (node) => refuseName(node.variable.name.value),
    Field: (node) => refuseName((node.alias ?? node.name).value),
    ObjectField: (node) => refuseName(node.name.value),
  })
}

// Response names and variables become keys of objects inside the executor.
function refuseName(name: string): void {
  if (name !== '__proto__' && name !== 'constructor' && name !== 'prototype') return
  throw new GatewayError('BAD_REQUEST', { message: `"${name}" cannot be a name.` })
}

const EMPTY: Measure = { selections: 0, aliases: 0, depth: 0, topFields: 0, topNames: new Map() }

function addUp(counts: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const total = new Map<string, number>()
  for (const count of counts) {
    for (const [name, times] of count) total.set(name, (total.get(name) ?? 0) + times)
  }
  return total
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function bound(what: string, count: number, limit: number): void {
  if (count <= limit) return
  const message = `The operation has too many ${what} (${limit} at most).`
  throw new GatewayError('OPERATION_TOO_COMPLEX', { message })
}
