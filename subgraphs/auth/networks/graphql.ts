// Address rules in the graph, for admins. Gateways apply them; auth keeps them.
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { AddressRule } from '../core/address-rule.ts'
import { type ConnectionArguments, paginate } from '../core/pagination.ts'
import { createAddressRule } from './create-address-rule.ts'
import { deleteAddressRule } from './delete-address-rule.ts'

export const typeDefs = gql`
  extend type Query {
    "Those that were made here; the settings of the gateways count beside them."
    addressRules(first: Int, after: String, last: Int, before: String): AddressRuleConnection!
      @policy(policies: [["role:admin"]])
  }

  extend type Mutation {
    "Counts on every gateway within a second. What would shut you out yourself is refused."
    createAddressRule(input: CreateAddressRuleInput!): AddressRule @policy(policies: [["role:admin"]])
    deleteAddressRule(input: DeleteAddressRuleInput!): DeleteAddressRulePayload
      @policy(policies: [["role:admin"]])
  }

  enum AddressRuleAction {
    "As soon as one network is allowed, all others are not."
    ALLOW
    "Denied is denied, allowed or not."
    DENY
  }

  enum AddressRuleScope {
    EVERYBODY
    "Whoever has the role admin."
    ADMINS
  }

  type AddressRule {
    id: ID!
    action: AddressRuleAction!
    appliesTo: AddressRuleScope!
    "An address or a CIDR range, IPv4 or IPv6."
    network: String!
    note: String
    createdAt: DateTime!
  }

  type AddressRuleConnection {
    edges: [AddressRuleEdge!]!
    pageInfo: PageInfo!
  }

  type AddressRuleEdge {
    cursor: String!
    node: AddressRule!
  }

  input CreateAddressRuleInput {
    action: AddressRuleAction!
    appliesTo: AddressRuleScope = EVERYBODY
    network: String!
    note: String
  }

  input DeleteAddressRuleInput {
    id: ID!
  }

  type DeleteAddressRulePayload {
    id: ID!
  }
`

type Input = { readonly input: unknown }

export const resolvers = {
  Query: {
    addressRules: async (_: unknown, args: ConnectionArguments, { deps }: AuthContext) =>
      await paginate(deps.db('address_rules').select('*'), args, (row) =>
        AddressRule.fromDatabaseJson(row),
      ),
  },
  Mutation: {
    createAddressRule: async (_: unknown, { input }: Input, context: AuthContext) =>
      await createAddressRule(context, input),
    deleteAddressRule: async (_: unknown, { input }: Input, context: AuthContext) =>
      await deleteAddressRule(context, input),
  },
  AddressRule: {
    appliesTo: (rule: AddressRule) => rule.applies_to,
    createdAt: (rule: AddressRule) => rule.created_at,
  },
}
