import { readFileSync } from 'node:fs'
import { buildSchema, isAbstractType } from 'graphql'

const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'))
const types = Object.values(schema.getTypeMap()).filter(isAbstractType)
const possibleTypes = types.map((type) => [
  type.name,
  schema.getPossibleTypes(type).map(({ name }) => name),
])
console.log(JSON.stringify(Object.fromEntries(possibleTypes)))
