// Measures a document with its fragments flattened, each fragment once: a few hundred bytes can unfold into millions of selections.
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { GatewayError } from '../errors.ts'
import type { OperationLimits } from './limits.ts'
import { tooComplex } from './too-complex.ts'
import { eachNode } from './walk.ts'

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

interface Tally {
  selections: number
  aliases: number
  depth: number
  topFields: number
  readonly topNames: Map<string, number>
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
  bound('operations', operations.length, limits)
  bound('fragments', fragments.size, limits)
  checkNodes(document, limits)
  const measure = createMeasure(fragments, limits)
  for (const operation of operations) {
    bound('nameLength', operation.name?.value.length ?? 0, limits)
    const { topFields, depth, aliases } = measure(operation.selectionSet)
    bound('rootFields', topFields, limits)
    bound('depth', depth, limits)
    bound('aliases', aliases, limits)
  }
  for (const fragment of fragments.values()) {
    const { depth, aliases } = measure(fragment.selectionSet)
    bound('depth', depth, limits)
    bound('aliases', aliases, limits)
  }
}

function createMeasure(fragments: Fragments, limits: OperationLimits) {
  const known = new Map<string, Measure>()
  const open = new Set<string>()

  function measureSet(set: SelectionSetNode): Measure {
    const tally = { selections: 0, aliases: 0, depth: 0, topFields: 0, topNames: new Map() }
    addSelections(tally, set)
    return tally
  }

  /** Inline fragments count into the set that they stand in: a copy for each level would cost the square of their depth. */
  function addSelections(tally: Tally, set: SelectionSetNode): void {
    for (const selection of set.selections) {
      tally.selections += 1
      if (selection.kind === Kind.FIELD) addField(tally, selection)
      else if (selection.kind === Kind.INLINE_FRAGMENT) addSelections(tally, selection.selectionSet)
      else addMeasure(tally, measureFragment(selection.name.value))
      bound('selections', tally.selections, limits)
    }
  }

  function addField(tally: Tally, field: FieldNode): void {
    const inner = field.selectionSet ? measureSet(field.selectionSet) : EMPTY
    tally.selections += inner.selections
    tally.aliases += inner.aliases + (field.alias ? 1 : 0)
    tally.depth = Math.max(tally.depth, inner.depth + 1)
    if (field.name.value !== '__typename') tally.topFields += 1
    addName(tally, (field.alias ?? field.name).value, 1)
  }

  function addMeasure(tally: Tally, inner: Measure): void {
    tally.selections += inner.selections
    tally.aliases += inner.aliases
    tally.depth = Math.max(tally.depth, inner.depth)
    tally.topFields += inner.topFields
    // More than fit are refused before their names are looked at.
    bound('selections', tally.selections, limits)
    for (const [name, times] of inner.topNames) addName(tally, name, times)
  }

  function addName({ topNames }: Tally, name: string, times: number): void {
    const total = (topNames.get(name) ?? 0) + times
    bound('repetitions', total, limits)
    topNames.set(name, total)
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
    const measure = measureSet(fragment.selectionSet)
    open.delete(name)
    known.set(name, measure)
    return measure
  }

  return measureSet
}

/** What is counted on the document as it stands: directives, lists, page sizes, names that are no plain keys. */
function checkNodes(document: DocumentNode, limits: OperationLimits): void {
  let directives = 0
  eachNode(document, (node) => {
    switch (node.kind) {
      case Kind.FIELD:
        return refuseName((node.alias ?? node.name).value)
      case Kind.VARIABLE_DEFINITION:
        return refuseName(node.variable.name.value)
      case Kind.OBJECT_FIELD:
        return refuseName(node.name.value)
      case Kind.DIRECTIVE:
        directives += 1
        refuseIncremental(node.name.value)
        return bound('directives', directives, limits)
      case Kind.LIST:
        return bound('listItems', node.values.length, limits)
      case Kind.ARGUMENT:
        return checkPageSize(node, limits)
    }
  })
}

function refuseIncremental(directive: string): void {
  if (directive !== 'defer' && directive !== 'stream') return
  throw new GatewayError('BAD_REQUEST', { message: `@${directive} is not supported.` })
}

function checkPageSize({ name, value }: ArgumentNode, limits: OperationLimits): void {
  if (name.value !== 'first' && name.value !== 'last') return
  if (value.kind === Kind.INT) bound('pageSize', Number(value.value), limits)
}

// Response names and variables become keys of objects inside the executor.
function refuseName(name: string): void {
  if (name !== '__proto__' && name !== 'constructor' && name !== 'prototype') return
  throw new GatewayError('BAD_REQUEST', { message: `"${name}" cannot be a name.` })
}

const EMPTY: Measure = { selections: 0, aliases: 0, depth: 0, topFields: 0, topNames: new Map() }

/** What there are too many of, in words. */
const WORDS = {
  operations: 'operations in its document',
  fragments: 'fragments',
  nameLength: 'characters in its name',
  rootFields: 'root fields',
  depth: 'levels',
  aliases: 'aliases',
  selections: 'selections, those of fragments with them',
  repetitions: 'fields of one name',
  directives: 'directives',
  listItems: 'items in a list',
  pageSize: 'items on a page',
} as const

function bound(limit: keyof typeof WORDS, value: number, limits: OperationLimits): void {
  const maximum = limits[limit]
  if (value > maximum) throw tooComplex(WORDS[limit], { limit, value, maximum })
}
