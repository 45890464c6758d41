// Walks a document a fifth as long as graphql-js's `visit`, which can edit, and keeps a path: nobody here asks for either.
// It recurses, as the parser does, whose nesting is bounded before (`OperationLimits.nesting`).
import {
  type ASTNode,
  type ASTVisitor,
  BREAK,
  getEnterLeaveForKind,
  Kind,
  type TypeInfo,
} from 'graphql'

/** Children of each kind of node that a document of operations can have, in the order of the text. Names have no reader. */
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  [Kind.DOCUMENT]: ['definitions'],
  [Kind.OPERATION_DEFINITION]: ['variableDefinitions', 'directives', 'selectionSet'],
  [Kind.VARIABLE_DEFINITION]: ['variable', 'type', 'defaultValue', 'directives'],
  [Kind.SELECTION_SET]: ['selections'],
  [Kind.FIELD]: ['arguments', 'directives', 'selectionSet'],
  [Kind.ARGUMENT]: ['value'],
  [Kind.FRAGMENT_SPREAD]: ['directives'],
  [Kind.INLINE_FRAGMENT]: ['typeCondition', 'directives', 'selectionSet'],
  [Kind.FRAGMENT_DEFINITION]: ['typeCondition', 'directives', 'selectionSet'],
  [Kind.LIST]: ['values'],
  [Kind.OBJECT]: ['fields'],
  [Kind.OBJECT_FIELD]: ['value'],
  [Kind.DIRECTIVE]: ['arguments'],
  [Kind.LIST_TYPE]: ['type'],
  [Kind.NON_NULL_TYPE]: ['type'],
}

const NONE: readonly string[] = []

type Children = Readonly<Record<string, ASTNode | readonly ASTNode[] | undefined>>

/** Shows every node but names, from the outside to the inside; what is below one for which it answers false is left out. */
export function eachNode(node: ASTNode, see: (node: ASTNode) => unknown): void {
  if (see(node) === false) return
  for (const key of CHILDREN[node.kind] ?? NONE) {
    const child = (node as unknown as Children)[key]
    if (child === undefined) continue
    if (isList(child)) for (const item of child) eachNode(item, see)
    else eachNode(child, see)
  }
}

type Handler = (...args: unknown[]) => unknown

interface Handlers {
  /** Of those visitors alone that have one. */
  readonly enter: readonly { readonly visitor: number; readonly call: Handler }[]
  readonly leave: readonly { readonly visitor: number; readonly call: Handler }[]
}

const WHOLE_DOCUMENT = 'everything'

/** `visit(document, visitWithTypeInfo(typeInfo, visitInParallel(visitors)))` for visitors that edit nothing, read no path and no names. */
export function visitAll(root: ASTNode, visitors: readonly ASTVisitor[], typeInfo: TypeInfo): void {
  const byKind = new Map<string, Handlers>()
  /** What a visitor leaves out: a node with all that is below it, or everything that comes. */
  const skipping: (ASTNode | typeof WHOLE_DOCUMENT | null)[] = visitors.map(() => null)
  const ancestors: (ASTNode | readonly ASTNode[])[] = []
  walk(root, undefined, undefined)

  function walk(
    node: ASTNode,
    key: string | number | undefined,
    parent: ASTNode | readonly ASTNode[] | undefined,
  ): void {
    typeInfo.enter(node)
    const handlers = byKind.get(node.kind) ?? handlersOf(node.kind)
    let isSkipped = false
    for (const { visitor, call } of handlers.enter) {
      if (skipping[visitor] !== null) continue
      const result = call(node, key, parent, undefined, ancestors)
      if (result === undefined) continue
      if (result === false) isSkipped = true
      skipping[visitor] = result === BREAK ? WHOLE_DOCUMENT : node
    }
    if (parent !== undefined) ancestors.push(parent)
    walkChildren(node)
    if (parent !== undefined) ancestors.pop()
    for (const { visitor, call } of handlers.leave) {
      if (skipping[visitor] !== null) continue
      if (call(node, key, parent, undefined, ancestors) === BREAK)
        skipping[visitor] = WHOLE_DOCUMENT
    }
    if (isSkipped) endSkipping(node)
    typeInfo.leave(node)
  }

  function walkChildren(node: ASTNode): void {
    for (const key of CHILDREN[node.kind] ?? NONE) {
      const child = (node as unknown as Children)[key]
      if (child === undefined) continue
      if (!isList(child)) {
        walk(child, key, node)
        continue
      }
      ancestors.push(node)
      for (let index = 0; index < child.length; index += 1) {
        walk(child[index] as ASTNode, index, child)
      }
      ancestors.pop()
    }
  }

  function endSkipping(node: ASTNode): void {
    for (let visitor = 0; visitor < skipping.length; visitor += 1) {
      if (skipping[visitor] === node) skipping[visitor] = null
    }
  }

  function handlersOf(kind: Kind): Handlers {
    const enter: { visitor: number; call: Handler }[] = []
    const leave: { visitor: number; call: Handler }[] = []
    visitors.forEach((one, visitor) => {
      const own = getEnterLeaveForKind(one, kind)
      if (own.enter) enter.push({ visitor, call: own.enter.bind(one) as Handler })
      if (own.leave) leave.push({ visitor, call: own.leave.bind(one) as Handler })
    })
    const handlers = { enter, leave }
    byKind.set(kind, handlers)
    return handlers
  }
}

function isList(child: ASTNode | readonly ASTNode[]): child is readonly ASTNode[] {
  return Array.isArray(child)
}
