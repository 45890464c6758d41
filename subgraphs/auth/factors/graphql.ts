// The factors in the graph: their names, as `methods` of a challenge has them.
import { gql } from 'graphql-tag'
import { factors } from './factors.ts'

/** Some are part of the schema before they are built, so that clients can name them already. */
const descriptions: Readonly<Record<string, string>> = {
  EMAIL_CODE: 'A code that was mailed.',
  TOTP: 'A code of an authenticator app.',
  PASSKEY: 'A passkey.',
  RECOVERY_CODE: 'One of the recovery codes that were shown once.',
}
/** A password is never a step after another: login and reauthenticate take it as such. */
const names = [...new Set([...Object.keys(descriptions), ...Object.keys(factors)])].filter(
  (name) => name !== 'PASSWORD',
)
const values = names.map((name) => {
  return `"${descriptions[name] ?? 'A factor of this deployment.'}"\n    ${name}`
})

export const typeDefs = gql`
  "How something can be proved. May grow in a minor release."
  enum VerificationMethod {
    ${values.join('\n    ')}
  }
`

export const resolvers = {}
