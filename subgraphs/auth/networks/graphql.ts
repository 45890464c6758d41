// Address rules in the graph, for admins. Gateways apply them; auth keeps them.

import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { AddressRule } from '../core/address-rule.ts'
import { paginate } from '../core/pagination.ts'
import type { Resolvers } from '../generated.ts'
import { adminAlone } from '../users/own-or-admin.ts'
import { createAddressRule } from './create-address-rule.ts'
import { deleteAddressRule } from './delete-address-rule.ts'

export const typeDefs = gql`
  extend type Query {
    """
    Rules about network addresses that admins created, oldest first; those of the gateways' settings
    count beside them.
    """
    addressRules(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): AddressRuleConnection! @policy(policies: [["role:admin"]])
  }

  extend type Mutation {
    """
    Allows or denies a network on every gateway within a second. CONFLICT for a rule that would shut
    you out yourself, or when there are too many.
    """
    createAddressRule(
      "The arguments."
      input: CreateAddressRuleInput!
    ): AddressRule @policy(policies: [["role:admin"]])
    """
    Deletes a rule, on every gateway within a second. NOT_FOUND where there is none, CONFLICT when
    it would shut you out yourself.
    """
    deleteAddressRule(
      "The arguments."
      input: DeleteAddressRuleInput!
    ): DeleteAddressRulePayload @policy(policies: [["role:admin"]])
  }

  "What a rule does with its network."
  enum AddressRuleAction {
    "Once one network is allowed, all others are refused."
    ALLOW
    "Refused, even where another rule allows it."
    DENY
  }

  "Whom a rule is for."
  enum AddressRuleScope {
    "Every caller."
    EVERYBODY
    "Callers with the role admin."
    ADMINS
  }

  "A network from which the graph may or may not be used."
  type AddressRule {
    "Id of the rule."
    id: ID!
    "Whether the network is allowed or denied."
    action: AddressRuleAction!
    "Whom it is for."
    appliesTo: AddressRuleScope!
    "A network address or a CIDR range, IPv4 or IPv6."
    network: String!
    "Why the rule is there. Null where nothing was written."
    note: String
    "When it was created."
    createdAt: DateTime!
  }

  "A page of rules."
  type AddressRuleConnection {
    "The rules on this page, with their cursors."
    edges: [AddressRuleEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type AddressRuleEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: AddressRule!
  }

  "A new rule."
  input CreateAddressRuleInput {
    "Whether the network is allowed or denied."
    action: AddressRuleAction!
    "Whom it is for."
    appliesTo: AddressRuleScope = EVERYBODY
    "A network address or a CIDR range, IPv4 or IPv6."
    network: String!
    "Why the rule is there, at most 200 characters."
    note: String
  }

  "Which rule is deleted."
  input DeleteAddressRuleInput {
    "Id of the rule."
    id: ID!
  }

  "What was deleted."
  type DeleteAddressRulePayload {
    "Id of the rule."
    id: ID!
  }
`

export const resolvers = {
  Query: {
    addressRules: async (_, args, { deps }) =>
      await paginate(deps.db('address_rules').select('*'), args, (row) =>
        AddressRule.fromDatabaseJson(row),
      ),
  },
  Mutation: {
    createAddressRule: async (_, { input }, context) =>
      await createAddressRule(context.deps, context, input),
    deleteAddressRule: async (_, { input }, context) =>
      await deleteAddressRule(context.deps, context, input),
  },
  AddressRule: {
    appliesTo: (rule) => rule.applies_to,
    createdAt: (rule) => rule.created_at,
  },
} satisfies Resolvers

export const rules = { Query: { addressRules: adminAlone } } as unknown as Rules
