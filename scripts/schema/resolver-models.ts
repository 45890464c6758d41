// What stands for a type of the SDL in a subgraph's code, where its resolvers are given more than the fields say: `file#name`.
export const authModels = {
  AddressRule: './core/address-rule.ts#AddressRule',
  ApiKey: './api-keys/api-key.ts#ApiKey',
  AuditEvent: './audit/list-audit-events.ts#AuditEventNode',
  Client: './oauth-clients/client.ts#Client',
  Erasure: './erasure/erasure.ts#ErasureWithReceipts',
  ErasureReceipt: './erasure/erasure.ts#ErasureReceipt',
  Factor: './factors/enrolled/enrolled-factor.ts#EnrolledFactor',
  LinkedIdentity: './factors/provider/linked-identity.ts#LinkedIdentity',
  Grant: './sessions/app-grant.ts#Grant',
  RememberedDevice: './remembered-devices/remembered-device.ts#RememberedDevice',
  Role: './roles/role.ts#Role',
  Session: './sessions/session.ts#Session',
  SignedIn: './sessions/issue-tokens.ts#SignedIn',
  User: './users/user.ts#UserWithRoles',
  UserEdge: './users/list-users.ts#ListedUser',
  UserEmail: './emails/graphql.ts#ShownEmail',
  Verification: './verifications/begin-verification.ts#BegunVerification',
  VerificationRequired: './verifications/begin-verification.ts#BegunVerification',
  Viewer: 'object',
} as const

export const reviewsModels = {
  Moderation: './reviews/review.ts#HiddenReview',
  Product: './products/product.ts#Product',
  Review: './reviews/review.ts#Review',
  User: './users/graphql.ts#UserReference',
} as const
