// Remembered devices in the graph: which they are, and forgetting one.
import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { Resolvers } from '../generated.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import { forgetDevice } from './forget-device.ts'
import { rememberedDevicesOf } from './remembered-device.ts'

export const typeDefs = gql`
  extend type Mutation {
    "Asks for the further factor on a remembered device of one's own again. Its sessions go on. NOT_FOUND."
    forgetDevice(
      "The arguments."
      input: ForgetDeviceInput!
    ): User @policy(policies: [["session"]])
  }

  extend type User {
    "Devices on which the further factor is not asked for at sign-in, for oneself and admins."
    rememberedDevices: [RememberedDevice!] @authenticated
  }

  "A device on which the further factor is not asked for at sign-in."
  type RememberedDevice {
    "Id of the device."
    id: ID!
    "What it said it is. Null where that is not known."
    name: String
    "When it was remembered."
    rememberedAt: DateTime!
    "Until when."
    rememberedUntil: DateTime!
    "When somebody last signed in on it."
    lastUsedAt: DateTime!
  }

  "Which device is forgotten."
  input ForgetDeviceInput {
    "Id of the device."
    deviceId: ID!
  }
`

export const resolvers = {
  Mutation: {
    forgetDevice: async (_, { input }, context) => await forgetDevice(context.deps, context, input),
  },
  User: {
    rememberedDevices: async (user, _, { deps }) => await rememberedDevicesOf(deps.db, user.id),
  },
  RememberedDevice: {
    rememberedAt: (device) => device.remembered_at,
    rememberedUntil: (device) => device.remembered_until,
    lastUsedAt: (device) => device.last_seen_at,
  },
} satisfies Resolvers

export const rules = { User: { rememberedDevices: ownOrAdmin } } as unknown as Rules
