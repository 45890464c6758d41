// Erasure in the graph: delete an account, and see what became of it with nothing but the receipt.
import { gql } from 'graphql-tag'
import { z } from 'zod'
import type { AuthContext } from '../context.ts'
import { parseInput } from '../core/errors.ts'
import type { ConnectionArguments } from '../core/pagination.ts'
import { confirmAccountDeletion, deleteAccount } from './delete-account.ts'
import { deleteUser } from './delete-user.ts'
import type { Erasure, ErasureReceipt } from './erasure.ts'
import { type ErasureFilter, findErasure, listErasures } from './list-erasures.ts'

export const typeDefs = gql`
  extend type Query {
    "What became of a deleted account, for whoever holds the receipt. null: there is no such receipt."
    erasureStatus(receiptId: ID!): Erasure @public
    erasures(
      first: Int
      after: String
      last: Int
      before: String
      filter: ErasureFilter
    ): ErasureConnection! @policy(policies: [["role:admin"]])
  }

  extend type Mutation {
    "Begins: mails a code, and ends nothing yet. Needs a sign-in of the last ten minutes."
    deleteAccount: VerificationRequired @policy(policies: [["session", "fresh:600"]])
    "Ends every session and key at once, and has every service remove its data."
    confirmAccountDeletion(input: ConfirmAccountDeletionInput!): AccountDeletion
      @policy(policies: [["session"]])
    deleteUser(input: DeleteUserInput!): AccountDeletion
      @policy(policies: [["role:admin", "session", "fresh:600"]])
  }

  input ConfirmAccountDeletionInput {
    verificationId: ID!
    code: String!
  }

  input DeleteUserInput {
    userId: ID!
  }

  type AccountDeletion {
    "Shown once: with it erasureStatus can be asked when the account is gone."
    receiptId: ID!
    erasure: Erasure!
  }

  "The removal of one person's data. It does not say whose once it is complete."
  type Erasure {
    id: ID!
    status: ErasureStatus!
    requestedBy: ErasureRequester!
    requestedAt: DateTime!
    deadline: DateTime!
    completedAt: DateTime
    "The deadline has passed, and somebody has not answered."
    isOverdue: Boolean!
    "null once it is complete."
    userId: ID @policy(policies: [["role:admin"]])
    "One for each service that holds personal data."
    receipts: [ErasureReceipt!]!
  }

  enum ErasureStatus {
    RUNNING
    COMPLETED
  }

  enum ErasureRequester {
    USER
    ADMIN
  }

  type ErasureReceipt {
    subgraph: String!
    "null: it has not answered yet."
    completedAt: DateTime
    "Records that were removed."
    erased: Int
    "Records that were kept, without the person."
    anonymised: Int
    "Nobody answered: an operator closed it, because the service is gone."
    isWaived: Boolean!
  }

  input ErasureFilter {
    status: ErasureStatus
    "Only those whose deadline has passed."
    isOverdue: Boolean
  }

  type ErasureConnection {
    edges: [ErasureEdge!]!
    pageInfo: PageInfo!
  }

  type ErasureEdge {
    cursor: String!
    node: Erasure!
  }
`

const receiptInput = z.string().max(128)

type Input = { readonly input?: unknown }

export const resolvers = {
  Query: {
    erasureStatus: async (_: unknown, args: { receiptId: unknown }, { deps }: AuthContext) =>
      await findErasure(deps.db, parseInput(receiptInput, args.receiptId)),
    erasures: async (
      _: unknown,
      args: ConnectionArguments & { readonly filter?: ErasureFilter | null },
      { deps }: AuthContext,
    ) => await listErasures(deps.db, args),
  },
  Mutation: {
    deleteAccount: async (_: unknown, __: unknown, context: AuthContext) =>
      await deleteAccount(context),
    confirmAccountDeletion: async (_: unknown, { input }: Input, context: AuthContext) =>
      await confirmAccountDeletion(context, input),
    deleteUser: async (_: unknown, { input }: Input, context: AuthContext) =>
      await deleteUser(context, input),
  },
  Erasure: {
    requestedBy: (erasure: Erasure) => erasure.requested_by,
    requestedAt: (erasure: Erasure) => erasure.created_at,
    deadline: (erasure: Erasure) => erasure.deadline_at,
    completedAt: (erasure: Erasure) => erasure.completed_at,
    isOverdue: (erasure: Erasure) => erasure.isOverdue(new Date()),
    userId: (erasure: Erasure) => erasure.user_id,
  },
  ErasureReceipt: {
    completedAt: (receipt: ErasureReceipt) => receipt.completed_at,
    isWaived: ({ completed_at, erased }: ErasureReceipt) =>
      completed_at !== null && erased === null,
  },
}
