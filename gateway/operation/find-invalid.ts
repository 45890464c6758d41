// The rules of GraphQL validation (spec section 5), as graphql-js has them, up to the first thing that is wrong.
import {
  type ASTNode,
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  KnownTypeNamesRule,
  type OperationDefinitionNode,
  specifiedRules,
  TypeInfo,
  ValidationContext,
} from 'graphql'
import { tooComplex } from './too-complex.ts'
import { eachNode, visitAll } from './walk.ts'

/** What checks of fields in fragments may cost: each looks up a fragment, and then compares its fields. */
const MAX_LOOKUPS = 4000

/** @throws GatewayError OPERATION_TOO_COMPLEX where the fragments would have to be compared too often. */
export function findInvalid(schema: GraphQLSchema, document: DocumentNode): GraphQLError | null {
  let found: GraphQLError | null = null
  const typeInfo = new TypeInfo(schema)
  const context = new CountingContext(schema, document, typeInfo, (error) => {
    found = error
    // Ends the walk.
    throw error
  })
  try {
    visitAll(
      document,
      rules.map((rule) => rule(context)),
      typeInfo,
    )
    return null
  } catch (thrown) {
    if (thrown !== found) throw thrown
    return found
  }
}

const rules = specifiedRules.map((rule) => (rule === KnownTypeNamesRule ? knownTypeNames : rule))

/**
 * As `KnownTypeNamesRule`, which copies the names of all types of the schema for each document, for suggestions that nobody reads.
 */
function knownTypeNames(context: ValidationContext): ASTVisitor {
  return {
    NamedType(node) {
      const name = node.name.value
      if (context.getSchema().getType(name)) return
      context.reportError(new GraphQLError(`Unknown type "${name}".`, { nodes: node }))
    },
  }
}

type Usages = ReturnType<ValidationContext['getVariableUsages']>

class CountingContext extends ValidationContext {
  readonly #usages = new Map<ASTNode, Usages>()
  #lookups = 0

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    typeInfo: TypeInfo,
    onError: (error: GraphQLError) => void,
  ) {
    // Nobody reads suggestions, which compare a name with all others.
    super(schema, document, typeInfo, onError, true)
  }

  override getFragment(name: string) {
    this.#lookups += 1
    if (this.#lookups > MAX_LOOKUPS) {
      throw tooComplex('fragments to compare with each other', {
        limit: 'fragmentComparisons',
        value: this.#lookups,
        maximum: MAX_LOOKUPS,
      })
    }
    return super.getFragment(name)
  }

  override getVariableUsages(node: OperationDefinitionNode | FragmentDefinitionNode): Usages {
    const known = this.#usages.get(node)
    if (known !== undefined) return known
    const usages = readUsages(this.getSchema(), node)
    this.#usages.set(node, usages)
    return usages
  }
}

/** Where a definition uses variables, its declarations apart. */
function readUsages(
  schema: GraphQLSchema,
  node: OperationDefinitionNode | FragmentDefinitionNode,
): Usages {
  if (!hasVariables(node)) return []
  const typeInfo = new TypeInfo(schema)
  const usages: Usages[number][] = []
  const visitor: ASTVisitor = {
    VariableDefinition: () => false,
    Variable(variable) {
      usages.push({
        node: variable,
        type: typeInfo.getInputType(),
        defaultValue: typeInfo.getDefaultValue(),
        parentType: typeInfo.getParentInputType(),
      })
    },
  }
  visitAll(node, [visitor], typeInfo)
  return usages
}

function hasVariables(node: ASTNode): boolean {
  let isFound = false
  eachNode(node, ({ kind }) => {
    if (kind === Kind.VARIABLE) isFound = true
    return kind !== Kind.VARIABLE_DEFINITION && !isFound
  })
  return isFound
}
