// The gateway's own subgraph, where supergraph.yaml has an entry `gateway: {}`: what admins see and do of the graph that changes.
export const gatewaySdl = /* GraphQL */ `extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@policy"])

type Query {
  "The graph that this gateway serves: its versions, what is held and why, and what became of each subgraph. Admins only."
  graph: Graph @policy(policies: [["role:admin"]])
  "Who may read which field of the graph, in the order of the alphabet. Admins only."
  accessMatrix(
    "Of this type alone. Absent: of all."
    type: String
    "Roles to ask about. Absent: those that rules name."
    roles: [String!]
  ): AccessMatrix @policy(policies: [["role:admin"]])
  "Who asked for a field at this gateway, the latest first: before it is removed. Admins only."
  fieldUsage(
    "As Type.field."
    field: String!
  ): [FieldUse!] @policy(policies: [["role:admin"]])
  "Whether one document is answered for one caller, and which rules decide that. Nothing is run. Admins only."
  explainAccess(input: ExplainAccessInput!): AccessExplanation @policy(policies: [["role:admin"]])
}

type Mutation {
  "Serves a change that is held because it gives somebody more access, reaches for another subgraph's fields, or breaks clients."
  acceptGraphChange(input: AcceptGraphChangeInput!): Graph
    @policy(policies: [["role:admin", "session", "live", "fresh:600"]])
  "Serves an earlier version. Changes are held until one is accepted."
  goBackToGraphVersion(input: GoBackToGraphVersionInput!): Graph
    @policy(policies: [["role:admin", "session", "live", "fresh:600"]])
}

"What a gateway serves, holds and served before."
type Graph {
  "What is served."
  version: GraphVersion
  "An operator went back to a version: nothing is served by itself."
  isPinned: Boolean!
  "Changes that are not served, or not whole."
  held: [GraphChange!]!
  "The newest first."
  versions: [GraphVersion!]!
  "Each subgraph, and what became of it when it was asked what it is."
  subgraphs: [GraphSubgraph!]!
}

"A graph that is or was served."
type GraphVersion {
  "A hash of everything that it was made from."
  id: ID!
  "Since when, as RFC 3339 text."
  servedAt: String!
  "Who brought it: the files and subgraphs, or an operator."
  servedBy: String!
  "What was different from the one before."
  changes: [String!]!
}

"A change that waits, or is refused."
type GraphChange {
  "A hash of everything that it would be made from."
  id: ID!
  "Since when, as RFC 3339 text."
  heldSince: String!
  "What it is held for."
  kind: GraphChangeKind!
  "What is different: supergraph.yaml, subgraphs."
  of: [String!]!
  "Why it is held, each in a sentence."
  reasons: [String!]!
}

"What a change is held for."
enum GraphChangeKind {
  "It cannot be served, and not be accepted either."
  BROKEN
  "It is served when somebody accepts it."
  WAITS
  "It is served, without what it would open to everybody."
  OPENS
}

"A subgraph of the graph that is served."
type GraphSubgraph {
  "As supergraph.yaml has it."
  name: String!
  "Where its SDL is from: file, package, url, subgraph or composed."
  from: String!
  "When it last said what it is, as RFC 3339 text. Null: not since the start, or nobody asks."
  seenAt: String
  "Why it was of no use the last time it was asked."
  failure: String
}

"What is accepted."
input AcceptGraphChangeInput {
  "The id of the change, or its first digits, 16 at least."
  id: ID!
}

"Where to go back to."
input GoBackToGraphVersionInput {
  "The id of the version, or its first digits, 16 at least. Absent: the one before."
  id: ID
}

"Who may read which field."
type AccessMatrix {
  "Who: everybody, whoever is signed in, and roles."
  columns: [String!]!
  "One for each field."
  rows: [AccessMatrixRow!]!
}

"Who may read one field."
type AccessMatrixRow {
  "As Type.field."
  field: String!
  "Subgraphs that answer it."
  subgraphs: [String!]!
  "yes, proof, scope, no or -, one for each column."
  cells: [String!]!
  "The rule, as SDL writes it."
  rule: String!
}

"One document, and a caller. Without kind and anything else it is nobody."
input ExplainAccessInput {
  "The GraphQL document."
  document: String!
  "Of several operations the one that is meant."
  operationName: String
  "anonymous, user, app-user, api-key or client."
  kind: String
  "Roles that the caller holds."
  roles: [String!]
  "Scopes that the caller holds."
  scopes: [String!]
  "The caller has proved an e-mail address."
  isVerified: Boolean
  "The caller has signed in with a further factor."
  hasFurtherFactor: Boolean
  "So many seconds ago the caller proved who they are."
  freshSeconds: Int
}

"An operation and a client that asked for a field."
type FieldUse {
  "The operation's name, or the beginning of its hash."
  operation: String!
  "As the client calls itself, else unknown."
  client: String!
  "So many requests."
  requests: Int!
  "When it was last asked for, as RFC 3339 text."
  lastAskedAt: String!
}

"What becomes of a document, and why."
type AccessExplanation {
  "answered, refused or filtered."
  verdict: String!
  "The code of the refusal."
  code: String
  "Each guarded field of the document."
  fields: [ExplainedAccessField!]!
}

"One field of the document."
type ExplainedAccessField {
  "As Type.field."
  coordinate: String!
  "Whether its rules let the caller pass."
  isAllowed: Boolean!
  "The rules that count for it."
  rules: [ExplainedAccessRule!]!
}

"One rule that counts."
type ExplainedAccessRule {
  "Where it holds: the field, its type, or the type of its value."
  coordinate: String!
  "As SDL writes it."
  rule: String!
  "What the caller lacks. Null: it lets them pass."
  missing: String
}
`
