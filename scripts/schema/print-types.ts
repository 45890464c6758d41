// The TypeScript of our subgraphs' inputs, enums and resolvers, from the SDL that they declare: it stands nowhere else.
import { codegen } from '@graphql-codegen/core'
import * as typescript from '@graphql-codegen/typescript'
import * as resolvers from '@graphql-codegen/typescript-resolvers'
import {
  buildASTSchema,
  concatAST,
  type DirectiveDefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  parse,
  visit,
} from 'graphql'
import { typeDefs as auth } from '../../subgraphs/auth/subgraph.ts'
import { typeDefs as reviews } from '../../subgraphs/reviews/subgraph.ts'
import type { Files } from './files.ts'
import { authModels, reviewsModels } from './resolver-models.ts'

interface TypesOfSubgraph {
  readonly typeDefs: readonly DocumentNode[]
  /** What a resolver is given, as `file#name`. */
  readonly contextType: string
  /** What stands for a type of the SDL in the code, where that is not the shape of its fields. */
  readonly mappers: Readonly<Record<string, string>>
}

const SUBGRAPHS: Readonly<Record<string, TypesOfSubgraph>> = {
  'subgraphs/auth/generated.ts': {
    typeDefs: auth,
    contextType: './context.ts#AuthContext',
    mappers: authModels,
  },
  'subgraphs/reviews/generated.ts': {
    typeDefs: reviews,
    contextType: './context.ts#ReviewsContext',
    mappers: reviewsModels,
  },
}

const HEADER = '// Generated from the SDL by `npm run schema`. Do not edit.\n'

/** `generated.ts` of each subgraph, by path. */
export async function printTypes(): Promise<Files> {
  const files = new Map<string, string>()
  for (const [path, subgraph] of Object.entries(SUBGRAPHS)) {
    files.set(path, HEADER + (await generate(path, subgraph)))
  }
  return files
}

async function generate(filename: string, subgraph: TypesOfSubgraph): Promise<string> {
  const { typeDefs, contextType, mappers } = subgraph
  const schema = withoutRules(typeDefs)
  return await codegen({
    filename,
    documents: [],
    schema,
    schemaAst: buildASTSchema(schema),
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript, resolvers },
    config: {
      contextType,
      mappers,
      mapperTypeSuffix: 'Model',
      federation: true,
      useTypeImports: true,
      immutableTypes: true,
      enumsAsTypes: true,
      declarationKind: 'interface',
      skipTypename: true,
      disableDescriptions: true,
      inputMaybeValue: 'T | null | undefined',
      strictScalars: true,
      scalars: { DateTime: 'Date', JSONObject: 'Readonly<Record<string, unknown>>' },
    },
  })
}

const KEY = parse(
  'directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE',
)

/** Who may read a field is nothing that a type tells; keys say which types are looked up by reference. */
function withoutRules(typeDefs: readonly DocumentNode[]): DocumentNode {
  const unlessKey = ({ name }: DirectiveNode | DirectiveDefinitionNode) =>
    name.value === 'key' ? undefined : null
  return visit(concatAST([...typeDefs, KEY]), {
    Directive: unlessKey,
    DirectiveDefinition: unlessKey,
    SchemaExtension: () => null,
  })
}
