// Generated from the SDL by `npm run schema`. Do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { AddressRule as AddressRuleModel } from './core/address-rule.ts';
import type { ApiKey as ApiKeyModel } from './api-keys/api-key.ts';
import type { AuditEventNode as AuditEventNodeModel } from './audit/list-audit-events.ts';
import type { Client as ClientModel } from './oauth-clients/client.ts';
import type { ErasureWithReceipts as ErasureWithReceiptsModel, ErasureReceipt as ErasureReceiptModel } from './erasure/erasure.ts';
import type { EnrolledFactor as EnrolledFactorModel } from './factors/enrolled/enrolled-factor.ts';
import type { LinkedIdentity as LinkedIdentityModel } from './factors/provider/linked-identity.ts';
import type { Grant as GrantModel } from './sessions/app-grant.ts';
import type { RememberedDevice as RememberedDeviceModel } from './remembered-devices/remembered-device.ts';
import type { Role as RoleModel } from './roles/role.ts';
import type { Session as SessionModel } from './sessions/session.ts';
import type { SignedIn as SignedInModel } from './sessions/issue-tokens.ts';
import type { UserWithRoles as UserWithRolesModel } from './users/user.ts';
import type { ListedUser as ListedUserModel } from './users/list-users.ts';
import type { ShownEmail as ShownEmailModel } from './emails/graphql.ts';
import type { BegunVerification as BegunVerificationModel } from './verifications/begin-verification.ts';
import type { AuthContext } from './context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export interface Scalars {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  DateTime: { input: Date; output: Date; }
  JSONObject: { input: Readonly<Record<string, unknown>>; output: Readonly<Record<string, unknown>>; }
}

export interface PageInfo {
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  readonly startCursor?: Maybe<Scalars['String']['output']>;
  readonly endCursor?: Maybe<Scalars['String']['output']>;
}

export interface Query {
  readonly user?: Maybe<User>;
  readonly users: UserConnection;
  readonly viewer?: Maybe<Viewer>;
  readonly signInMethods?: Maybe<SignInMethods>;
  readonly roles: RoleConnection;
  readonly addressRules: AddressRuleConnection;
  readonly clients: ClientConnection;
  readonly erasureStatus?: Maybe<Erasure>;
  readonly erasures: ErasureConnection;
  readonly auditEvents: AuditEventConnection;
}


export interface QueryUserArgs {
  id: Scalars['ID']['input'];
}


export interface QueryUsersArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<UserFilter>;
  orderBy?: InputMaybe<UserOrder>;
}


export interface QueryRolesArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
}


export interface QueryAddressRulesArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
}


export interface QueryClientsArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
}


export interface QueryErasureStatusArgs {
  receiptId: Scalars['ID']['input'];
}


export interface QueryErasuresArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ErasureFilter>;
}


export interface QueryAuditEventsArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AuditFilter>;
}

export interface User {
  readonly id: Scalars['ID']['output'];
  readonly displayName?: Maybe<Scalars['String']['output']>;
  readonly email?: Maybe<Scalars['String']['output']>;
  readonly fullName?: Maybe<Scalars['String']['output']>;
  readonly status?: Maybe<UserStatus>;
  readonly roles?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly emailVerified?: Maybe<Scalars['Boolean']['output']>;
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly customClaims?: Maybe<Scalars['JSONObject']['output']>;
  readonly suspendedReason?: Maybe<Scalars['String']['output']>;
  readonly emails?: Maybe<ReadonlyArray<UserEmail>>;
  readonly sessions?: Maybe<SessionConnection>;
  readonly factors?: Maybe<ReadonlyArray<Factor>>;
  readonly recoveryCodesLeft?: Maybe<Scalars['Int']['output']>;
  readonly factorRequiredFrom?: Maybe<Scalars['DateTime']['output']>;
  readonly passkeySignals?: Maybe<PasskeySignals>;
  readonly rememberedDevices?: Maybe<ReadonlyArray<RememberedDevice>>;
  readonly linkedIdentities?: Maybe<ReadonlyArray<LinkedIdentity>>;
  readonly apiKeys?: Maybe<ApiKeyConnection>;
  readonly grants?: Maybe<GrantConnection>;
}


export interface UserSessionsArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
}


export interface UserApiKeysArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
}


export interface UserGrantsArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
}

export type UserStatus =
  | 'INVITED'
  | 'ACTIVE'
  | 'SUSPENDED';

export interface UserFilter {
  readonly status?: InputMaybe<UserStatus>;
  readonly role?: InputMaybe<Scalars['String']['input']>;
}

export interface UserOrder {
  readonly field?: UserOrderField;
  readonly direction?: OrderDirection;
}

export type UserOrderField =
  | 'CREATED_AT'
  | 'EMAIL'
  | 'NAME';

export type OrderDirection =
  | 'ASC'
  | 'DESC';

export interface UserConnection {
  readonly edges: ReadonlyArray<UserEdge>;
  readonly pageInfo: PageInfo;
}

export interface UserEdge {
  readonly cursor: Scalars['String']['output'];
  readonly node: User;
}

export interface UpdateProfileInput {
  readonly fullName?: InputMaybe<Scalars['String']['input']>;
  readonly displayName?: InputMaybe<Scalars['String']['input']>;
}

export interface Viewer {
  readonly kind: PrincipalKind;
  readonly user?: Maybe<User>;
  readonly session?: Maybe<Session>;
  readonly apiKey?: Maybe<ApiKey>;
  readonly roles: ReadonlyArray<Scalars['String']['output']>;
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
  readonly csrfToken?: Maybe<Scalars['String']['output']>;
  readonly activity?: Maybe<AuditEventConnection>;
}


export interface ViewerActivityArgs {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
}

export type PrincipalKind =
  | 'USER'
  | 'API_KEY'
  | 'CLIENT';

export interface Mutation {
  readonly register?: Maybe<VerificationRequired>;
  readonly login?: Maybe<AuthResult>;
  readonly verifySession?: Maybe<AuthResult>;
  readonly enrolFactor?: Maybe<FactorEnrolment>;
  readonly updateProfile?: Maybe<User>;
  readonly startEmailLogin?: Maybe<VerificationRequired>;
  readonly openSignInLink?: Maybe<AuthResult>;
  readonly startPasskeyLogin?: Maybe<PasskeyChallenge>;
  readonly startProviderLogin?: Maybe<ProviderLogin>;
  readonly reauthenticate?: Maybe<AuthResult>;
  readonly denySession?: Maybe<AccountSecured>;
  readonly addEmail?: Maybe<Verification>;
  readonly verifyEmail?: Maybe<UserEmail>;
  readonly setPrimaryEmail?: Maybe<User>;
  readonly removeEmail?: Maybe<User>;
  readonly undoEmailChange?: Maybe<AccountSecured>;
  readonly changePassword?: Maybe<SignedIn>;
  readonly requestPasswordReset?: Maybe<Verification>;
  readonly resetPassword?: Maybe<ResetPasswordPayload>;
  readonly refresh?: Maybe<SignedIn>;
  readonly logout?: Maybe<LogoutPayload>;
  readonly revokeSession?: Maybe<Session>;
  readonly resendVerification?: Maybe<Verification>;
  readonly startTotp?: Maybe<TotpEnrolment>;
  readonly confirmTotp?: Maybe<Factor>;
  readonly renameFactor?: Maybe<Factor>;
  readonly removeFactor?: Maybe<User>;
  readonly createRecoveryCodes?: Maybe<RecoveryCodes>;
  readonly startPasskey?: Maybe<PasskeyChallenge>;
  readonly confirmPasskey?: Maybe<Factor>;
  readonly forgetDevice?: Maybe<User>;
  readonly linkIdentity?: Maybe<ProviderLogin>;
  readonly confirmIdentity?: Maybe<User>;
  readonly unlinkIdentity?: Maybe<User>;
  readonly createApiKey?: Maybe<CreateApiKeyPayload>;
  readonly verifyApiKey?: Maybe<ApiKey>;
  readonly updateApiKey?: Maybe<ApiKey>;
  readonly rotateApiKey?: Maybe<CreateApiKeyPayload>;
  readonly revokeApiKey?: Maybe<ApiKey>;
  readonly createUser?: Maybe<User>;
  readonly resendInvitation?: Maybe<User>;
  readonly updateUser?: Maybe<User>;
  readonly suspendUser?: Maybe<User>;
  readonly reinstateUser?: Maybe<User>;
  readonly revokeUserSessions?: Maybe<RevokeUserSessionsPayload>;
  readonly resetUserFactors?: Maybe<User>;
  readonly createRole?: Maybe<Role>;
  readonly updateRole?: Maybe<Role>;
  readonly deleteRole?: Maybe<DeleteRolePayload>;
  readonly grantRole?: Maybe<User>;
  readonly revokeRole?: Maybe<User>;
  readonly createAddressRule?: Maybe<AddressRule>;
  readonly deleteAddressRule?: Maybe<DeleteAddressRulePayload>;
  readonly registerClient?: Maybe<RegisterClientPayload>;
  readonly updateClient?: Maybe<Client>;
  readonly rotateClientSecret?: Maybe<RotateClientSecretPayload>;
  readonly deleteClient?: Maybe<DeleteClientPayload>;
  readonly revokeGrant?: Maybe<Grant>;
  readonly deleteAccount?: Maybe<VerificationRequired>;
  readonly confirmAccountDeletion?: Maybe<AccountDeletion>;
  readonly deleteUser?: Maybe<AccountDeletion>;
}


export interface MutationRegisterArgs {
  input: RegisterInput;
}


export interface MutationLoginArgs {
  input: LoginInput;
}


export interface MutationVerifySessionArgs {
  input: VerifySessionInput;
}


export interface MutationEnrolFactorArgs {
  input: EnrolFactorInput;
}


export interface MutationUpdateProfileArgs {
  input: UpdateProfileInput;
}


export interface MutationStartEmailLoginArgs {
  input: StartEmailLoginInput;
}


export interface MutationOpenSignInLinkArgs {
  input: OpenSignInLinkInput;
}


export interface MutationStartPasskeyLoginArgs {
  input?: InputMaybe<StartPasskeyLoginInput>;
}


export interface MutationStartProviderLoginArgs {
  input: StartProviderLoginInput;
}


export interface MutationReauthenticateArgs {
  input: ReauthenticateInput;
}


export interface MutationDenySessionArgs {
  input: DenySessionInput;
}


export interface MutationAddEmailArgs {
  input: AddEmailInput;
}


export interface MutationVerifyEmailArgs {
  input: VerifyEmailInput;
}


export interface MutationSetPrimaryEmailArgs {
  input: SetPrimaryEmailInput;
}


export interface MutationRemoveEmailArgs {
  input: RemoveEmailInput;
}


export interface MutationUndoEmailChangeArgs {
  input: UndoEmailChangeInput;
}


export interface MutationChangePasswordArgs {
  input: ChangePasswordInput;
}


export interface MutationRequestPasswordResetArgs {
  input: RequestPasswordResetInput;
}


export interface MutationResetPasswordArgs {
  input: ResetPasswordInput;
}


export interface MutationRefreshArgs {
  input?: InputMaybe<RefreshInput>;
}


export interface MutationLogoutArgs {
  input?: InputMaybe<LogoutInput>;
}


export interface MutationRevokeSessionArgs {
  input: RevokeSessionInput;
}


export interface MutationResendVerificationArgs {
  input: ResendVerificationInput;
}


export interface MutationConfirmTotpArgs {
  input: ConfirmTotpInput;
}


export interface MutationRenameFactorArgs {
  input: RenameFactorInput;
}


export interface MutationRemoveFactorArgs {
  input: RemoveFactorInput;
}


export interface MutationConfirmPasskeyArgs {
  input: ConfirmPasskeyInput;
}


export interface MutationForgetDeviceArgs {
  input: ForgetDeviceInput;
}


export interface MutationLinkIdentityArgs {
  input: LinkIdentityInput;
}


export interface MutationConfirmIdentityArgs {
  input: ConfirmIdentityInput;
}


export interface MutationUnlinkIdentityArgs {
  input: UnlinkIdentityInput;
}


export interface MutationCreateApiKeyArgs {
  input: CreateApiKeyInput;
}


export interface MutationVerifyApiKeyArgs {
  input: VerifyApiKeyInput;
}


export interface MutationUpdateApiKeyArgs {
  input: UpdateApiKeyInput;
}


export interface MutationRotateApiKeyArgs {
  input: RotateApiKeyInput;
}


export interface MutationRevokeApiKeyArgs {
  input: RevokeApiKeyInput;
}


export interface MutationCreateUserArgs {
  input: CreateUserInput;
}


export interface MutationResendInvitationArgs {
  input: ResendInvitationInput;
}


export interface MutationUpdateUserArgs {
  input: UpdateUserInput;
}


export interface MutationSuspendUserArgs {
  input: SuspendUserInput;
}


export interface MutationReinstateUserArgs {
  input: ReinstateUserInput;
}


export interface MutationRevokeUserSessionsArgs {
  input: RevokeUserSessionsInput;
}


export interface MutationResetUserFactorsArgs {
  input: ResetUserFactorsInput;
}


export interface MutationCreateRoleArgs {
  input: CreateRoleInput;
}


export interface MutationUpdateRoleArgs {
  input: UpdateRoleInput;
}


export interface MutationDeleteRoleArgs {
  input: DeleteRoleInput;
}


export interface MutationGrantRoleArgs {
  input: GrantRoleInput;
}


export interface MutationRevokeRoleArgs {
  input: RevokeRoleInput;
}


export interface MutationCreateAddressRuleArgs {
  input: CreateAddressRuleInput;
}


export interface MutationDeleteAddressRuleArgs {
  input: DeleteAddressRuleInput;
}


export interface MutationRegisterClientArgs {
  input: RegisterClientInput;
}


export interface MutationUpdateClientArgs {
  input: UpdateClientInput;
}


export interface MutationRotateClientSecretArgs {
  input: RotateClientSecretInput;
}


export interface MutationDeleteClientArgs {
  input: DeleteClientInput;
}


export interface MutationRevokeGrantArgs {
  input: RevokeGrantInput;
}


export interface MutationConfirmAccountDeletionArgs {
  input: ConfirmAccountDeletionInput;
}


export interface MutationDeleteUserArgs {
  input: DeleteUserInput;
}

export type AuthResult = SignedIn | VerificationRequired;

export type FactorEnrolment = TotpEnrolment | PasskeyChallenge;

export interface EnrolFactorInput {
  readonly verificationId: Scalars['ID']['input'];
  readonly method: VerificationMethod;
}

export interface RegisterInput {
  readonly email: Scalars['String']['input'];
  readonly password?: InputMaybe<Scalars['String']['input']>;
  readonly fullName?: InputMaybe<Scalars['String']['input']>;
  readonly displayName?: InputMaybe<Scalars['String']['input']>;
  readonly delivery?: InputMaybe<TokenDelivery>;
  readonly captcha?: InputMaybe<Scalars['String']['input']>;
}

export interface LoginInput {
  readonly email: Scalars['String']['input'];
  readonly password: Scalars['String']['input'];
  readonly delivery?: InputMaybe<TokenDelivery>;
  readonly deviceName?: InputMaybe<Scalars['String']['input']>;
  readonly deviceToken?: InputMaybe<Scalars['String']['input']>;
  readonly captcha?: InputMaybe<Scalars['String']['input']>;
}

export interface VerifySessionInput {
  readonly verificationId: Scalars['ID']['input'];
  readonly method?: InputMaybe<VerificationMethod>;
  readonly code?: InputMaybe<Scalars['String']['input']>;
  readonly passkey?: InputMaybe<Scalars['JSONObject']['input']>;
  readonly providerAnswer?: InputMaybe<Scalars['String']['input']>;
  readonly rememberDevice?: InputMaybe<Scalars['Boolean']['input']>;
}

export interface SignInMethods {
  readonly password: Scalars['Boolean']['output'];
  readonly emailCode: Scalars['Boolean']['output'];
  readonly passkey: Scalars['Boolean']['output'];
  readonly rememberDeviceDays: Scalars['Int']['output'];
  readonly providers: ReadonlyArray<SignInProvider>;
}

export interface SignInProvider {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
}

export interface StartEmailLoginInput {
  readonly email: Scalars['String']['input'];
  readonly delivery?: InputMaybe<TokenDelivery>;
  readonly deviceName?: InputMaybe<Scalars['String']['input']>;
  readonly deviceToken?: InputMaybe<Scalars['String']['input']>;
}

export interface OpenSignInLinkInput {
  readonly token: Scalars['String']['input'];
  readonly delivery?: InputMaybe<TokenDelivery>;
  readonly deviceName?: InputMaybe<Scalars['String']['input']>;
  readonly deviceToken?: InputMaybe<Scalars['String']['input']>;
}

export interface StartPasskeyLoginInput {
  readonly verificationId?: InputMaybe<Scalars['ID']['input']>;
  readonly delivery?: InputMaybe<TokenDelivery>;
  readonly deviceName?: InputMaybe<Scalars['String']['input']>;
  readonly deviceToken?: InputMaybe<Scalars['String']['input']>;
}

export interface StartProviderLoginInput {
  readonly provider: Scalars['String']['input'];
  readonly returnTo?: InputMaybe<Scalars['String']['input']>;
  readonly delivery?: InputMaybe<TokenDelivery>;
  readonly deviceName?: InputMaybe<Scalars['String']['input']>;
  readonly deviceToken?: InputMaybe<Scalars['String']['input']>;
}

export interface ProviderLogin {
  readonly verificationId: Scalars['ID']['output'];
  readonly url: Scalars['String']['output'];
}

export interface ReauthenticateInput {
  readonly password?: InputMaybe<Scalars['String']['input']>;
  readonly method?: InputMaybe<VerificationMethod>;
  readonly verificationId?: InputMaybe<Scalars['ID']['input']>;
  readonly code?: InputMaybe<Scalars['String']['input']>;
  readonly passkey?: InputMaybe<Scalars['JSONObject']['input']>;
}

export interface DenySessionInput {
  readonly token: Scalars['String']['input'];
}

export interface UserEmail {
  readonly id: Scalars['ID']['output'];
  readonly email: Scalars['String']['output'];
  readonly primary: Scalars['Boolean']['output'];
  readonly verifiedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
}

export interface AccountSecured {
  readonly resetToken: Scalars['String']['output'];
}

export interface AddEmailInput {
  readonly email: Scalars['String']['input'];
}

export interface VerifyEmailInput {
  readonly verificationId: Scalars['ID']['input'];
  readonly code: Scalars['String']['input'];
}

export interface SetPrimaryEmailInput {
  readonly id: Scalars['ID']['input'];
}

export interface RemoveEmailInput {
  readonly id: Scalars['ID']['input'];
}

export interface UndoEmailChangeInput {
  readonly token: Scalars['String']['input'];
}

export interface ChangePasswordInput {
  readonly currentPassword: Scalars['String']['input'];
  readonly newPassword: Scalars['String']['input'];
}

export interface RequestPasswordResetInput {
  readonly email: Scalars['String']['input'];
}

export interface ResetPasswordInput {
  readonly token?: InputMaybe<Scalars['String']['input']>;
  readonly verificationId?: InputMaybe<Scalars['ID']['input']>;
  readonly code?: InputMaybe<Scalars['String']['input']>;
  readonly newPassword: Scalars['String']['input'];
}

export interface ResetPasswordPayload {
  readonly email: Scalars['String']['output'];
}

export interface SignedIn {
  readonly session: Session;
  readonly user: User;
  readonly accessTokenExpiresAt: Scalars['DateTime']['output'];
  readonly refreshTokenExpiresAt: Scalars['DateTime']['output'];
  readonly tokens?: Maybe<Tokens>;
  readonly csrfToken?: Maybe<Scalars['String']['output']>;
  readonly deviceToken?: Maybe<Scalars['String']['output']>;
}

export interface Tokens {
  readonly tokenType: Scalars['String']['output'];
  readonly accessToken: Scalars['String']['output'];
  readonly refreshToken: Scalars['String']['output'];
}

export type TokenDelivery =
  | 'BODY'
  | 'COOKIE';

export type LogoutScope =
  | 'CURRENT'
  | 'OTHERS'
  | 'ALL';

export interface RefreshInput {
  readonly refreshToken?: InputMaybe<Scalars['String']['input']>;
}

export interface LogoutInput {
  readonly scope?: InputMaybe<LogoutScope>;
  readonly refreshToken?: InputMaybe<Scalars['String']['input']>;
}

export interface LogoutPayload {
  readonly revokedSessionIds: ReadonlyArray<Scalars['ID']['output']>;
}

export interface RevokeSessionInput {
  readonly sessionId: Scalars['ID']['input'];
}

export type SessionStatus =
  | 'PENDING'
  | 'ACTIVE'
  | 'REVOKED'
  | 'EXPIRED';

export interface Session {
  readonly id: Scalars['ID']['output'];
  readonly status: SessionStatus;
  readonly current: Scalars['Boolean']['output'];
  readonly device?: Maybe<Scalars['String']['output']>;
  readonly userAgent?: Maybe<Scalars['String']['output']>;
  readonly ipAddress?: Maybe<Scalars['String']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly lastUsedAt: Scalars['DateTime']['output'];
  readonly expiresAt: Scalars['DateTime']['output'];
  readonly authenticationMethods: ReadonlyArray<Scalars['String']['output']>;
}

export interface SessionConnection {
  readonly edges: ReadonlyArray<SessionEdge>;
  readonly pageInfo: PageInfo;
}

export interface SessionEdge {
  readonly cursor: Scalars['String']['output'];
  readonly node: Session;
}

export interface VerificationRequired {
  readonly verification: Verification;
}

export interface Verification {
  readonly id: Scalars['ID']['output'];
  readonly purpose: VerificationPurpose;
  readonly methods: ReadonlyArray<VerificationMethod>;
  readonly sentTo?: Maybe<Scalars['String']['output']>;
  readonly expiresAt: Scalars['DateTime']['output'];
  readonly resendAvailableAt?: Maybe<Scalars['DateTime']['output']>;
}

export type VerificationPurpose =
  | 'REGISTRATION'
  | 'LOGIN'
  | 'API_KEY'
  | 'EMAIL'
  | 'PASSWORD_RESET'
  | 'ACCOUNT_DELETION'
  | 'STEP_UP'
  | 'FACTOR_ENROLMENT';

export interface ResendVerificationInput {
  readonly verificationId: Scalars['ID']['input'];
}

export type VerificationMethod =
  | 'EMAIL_CODE'
  | 'TOTP'
  | 'PASSKEY'
  | 'RECOVERY_CODE';

export interface Factor {
  readonly id: Scalars['ID']['output'];
  readonly kind: FactorKind;
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly isBackedUp?: Maybe<Scalars['Boolean']['output']>;
}

export type FactorKind =
  | 'TOTP'
  | 'PASSKEY';

export interface TotpEnrolment {
  readonly factorId: Scalars['ID']['output'];
  readonly secret: Scalars['String']['output'];
  readonly uri: Scalars['String']['output'];
  readonly qrSvg: Scalars['String']['output'];
}

export interface RecoveryCodes {
  readonly codes: ReadonlyArray<Scalars['String']['output']>;
}

export interface ConfirmTotpInput {
  readonly factorId: Scalars['ID']['input'];
  readonly code: Scalars['String']['input'];
}

export interface RenameFactorInput {
  readonly factorId: Scalars['ID']['input'];
  readonly name: Scalars['String']['input'];
}

export interface RemoveFactorInput {
  readonly factorId: Scalars['ID']['input'];
}

export interface PasskeyChallenge {
  readonly verificationId: Scalars['ID']['output'];
  readonly options: Scalars['JSONObject']['output'];
}

export interface PasskeySignals {
  readonly rpId: Scalars['String']['output'];
  readonly userId: Scalars['String']['output'];
  readonly allAcceptedCredentialIds: ReadonlyArray<Scalars['String']['output']>;
  readonly name: Scalars['String']['output'];
  readonly displayName: Scalars['String']['output'];
}

export interface ConfirmPasskeyInput {
  readonly verificationId: Scalars['ID']['input'];
  readonly response: Scalars['JSONObject']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
}

export interface RememberedDevice {
  readonly id: Scalars['ID']['output'];
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly rememberedAt: Scalars['DateTime']['output'];
  readonly rememberedUntil: Scalars['DateTime']['output'];
  readonly lastUsedAt: Scalars['DateTime']['output'];
}

export interface ForgetDeviceInput {
  readonly deviceId: Scalars['ID']['input'];
}

export interface LinkedIdentity {
  readonly id: Scalars['ID']['output'];
  readonly provider: Scalars['String']['output'];
  readonly email?: Maybe<Scalars['String']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
}

export interface LinkIdentityInput {
  readonly provider: Scalars['String']['input'];
  readonly returnTo?: InputMaybe<Scalars['String']['input']>;
}

export interface ConfirmIdentityInput {
  readonly verificationId: Scalars['ID']['input'];
  readonly providerAnswer: Scalars['String']['input'];
}

export interface UnlinkIdentityInput {
  readonly identityId: Scalars['ID']['input'];
}

export interface CreateApiKeyInput {
  readonly name: Scalars['String']['input'];
  readonly roles?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly allowedIps?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly rateLimit?: InputMaybe<ApiKeyRateLimitInput>;
  readonly rootFields?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly trustedDocumentsOnly?: InputMaybe<Scalars['Boolean']['input']>;
  readonly costBudget?: InputMaybe<ApiKeyCostBudgetInput>;
}

export interface ApiKeyRateLimitInput {
  readonly max: Scalars['Int']['input'];
  readonly windowSeconds: Scalars['Int']['input'];
}

export interface ApiKeyCostBudgetInput {
  readonly perOperation?: InputMaybe<Scalars['Int']['input']>;
  readonly perWindow?: InputMaybe<Scalars['Int']['input']>;
  readonly windowSeconds?: InputMaybe<Scalars['Int']['input']>;
}

export interface CreateApiKeyPayload {
  readonly apiKey: ApiKey;
  readonly key: Scalars['String']['output'];
  readonly secret: Scalars['String']['output'];
  readonly verification?: Maybe<Verification>;
}

export interface VerifyApiKeyInput {
  readonly verificationId: Scalars['ID']['input'];
  readonly code: Scalars['String']['input'];
}

export interface UpdateApiKeyInput {
  readonly id: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly roles?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly allowedIps?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly rateLimit?: InputMaybe<ApiKeyRateLimitInput>;
  readonly rootFields?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly trustedDocumentsOnly?: InputMaybe<Scalars['Boolean']['input']>;
  readonly costBudget?: InputMaybe<ApiKeyCostBudgetInput>;
}

export interface RotateApiKeyInput {
  readonly id: Scalars['ID']['input'];
  readonly overlapSeconds?: InputMaybe<Scalars['Int']['input']>;
}

export interface RevokeApiKeyInput {
  readonly id: Scalars['ID']['input'];
}

export type ApiKeyStatus =
  | 'PENDING'
  | 'ACTIVE'
  | 'REVOKED'
  | 'EXPIRED';

export interface ApiKey {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly key: Scalars['String']['output'];
  readonly status: ApiKeyStatus;
  readonly roles: ReadonlyArray<Scalars['String']['output']>;
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
  readonly allowedIps?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly rateLimit?: Maybe<ApiKeyRateLimit>;
  readonly rootFields?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly trustedDocumentsOnly: Scalars['Boolean']['output'];
  readonly costBudget?: Maybe<ApiKeyCostBudget>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
}

export interface ApiKeyRateLimit {
  readonly max: Scalars['Int']['output'];
  readonly windowSeconds: Scalars['Int']['output'];
}

export interface ApiKeyCostBudget {
  readonly perOperation?: Maybe<Scalars['Int']['output']>;
  readonly perWindow?: Maybe<Scalars['Int']['output']>;
  readonly windowSeconds?: Maybe<Scalars['Int']['output']>;
}

export interface ApiKeyConnection {
  readonly edges: ReadonlyArray<ApiKeyEdge>;
  readonly pageInfo: PageInfo;
}

export interface ApiKeyEdge {
  readonly cursor: Scalars['String']['output'];
  readonly node: ApiKey;
}

export interface CreateUserInput {
  readonly email: Scalars['String']['input'];
  readonly fullName?: InputMaybe<Scalars['String']['input']>;
  readonly displayName?: InputMaybe<Scalars['String']['input']>;
  readonly roles?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly customClaims?: InputMaybe<Scalars['JSONObject']['input']>;
}

export interface ResendInvitationInput {
  readonly id: Scalars['ID']['input'];
}

export interface UpdateUserInput {
  readonly id: Scalars['ID']['input'];
  readonly fullName?: InputMaybe<Scalars['String']['input']>;
  readonly displayName?: InputMaybe<Scalars['String']['input']>;
  readonly customClaims?: InputMaybe<Scalars['JSONObject']['input']>;
}

export interface SuspendUserInput {
  readonly id: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
}

export interface ReinstateUserInput {
  readonly id: Scalars['ID']['input'];
}

export interface RevokeUserSessionsInput {
  readonly userId: Scalars['ID']['input'];
}

export interface ResetUserFactorsInput {
  readonly userId: Scalars['ID']['input'];
}

export interface RevokeUserSessionsPayload {
  readonly revokedSessionIds: ReadonlyArray<Scalars['ID']['output']>;
}

export interface Role {
  readonly name: Scalars['String']['output'];
  readonly rank: Scalars['Int']['output'];
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
  readonly description?: Maybe<Scalars['String']['output']>;
  readonly customClaims: Scalars['JSONObject']['output'];
  readonly builtIn: Scalars['Boolean']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
}

export interface RoleConnection {
  readonly edges: ReadonlyArray<RoleEdge>;
  readonly pageInfo: PageInfo;
}

export interface RoleEdge {
  readonly cursor: Scalars['String']['output'];
  readonly node: Role;
}

export interface CreateRoleInput {
  readonly name: Scalars['String']['input'];
  readonly rank: Scalars['Int']['input'];
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly customClaims?: InputMaybe<Scalars['JSONObject']['input']>;
}

export interface UpdateRoleInput {
  readonly name: Scalars['String']['input'];
  readonly rank?: InputMaybe<Scalars['Int']['input']>;
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly customClaims?: InputMaybe<Scalars['JSONObject']['input']>;
}

export interface DeleteRoleInput {
  readonly name: Scalars['String']['input'];
}

export interface DeleteRolePayload {
  readonly name: Scalars['String']['output'];
}

export interface GrantRoleInput {
  readonly userId: Scalars['ID']['input'];
  readonly role: Scalars['String']['input'];
}

export interface RevokeRoleInput {
  readonly userId: Scalars['ID']['input'];
  readonly role: Scalars['String']['input'];
}

export type AddressRuleAction =
  | 'ALLOW'
  | 'DENY';

export type AddressRuleScope =
  | 'EVERYBODY'
  | 'ADMINS';

export interface AddressRule {
  readonly id: Scalars['ID']['output'];
  readonly action: AddressRuleAction;
  readonly appliesTo: AddressRuleScope;
  readonly network: Scalars['String']['output'];
  readonly note?: Maybe<Scalars['String']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
}

export interface AddressRuleConnection {
  readonly edges: ReadonlyArray<AddressRuleEdge>;
  readonly pageInfo: PageInfo;
}

export interface AddressRuleEdge {
  readonly cursor: Scalars['String']['output'];
  readonly node: AddressRule;
}

export interface CreateAddressRuleInput {
  readonly action: AddressRuleAction;
  readonly appliesTo?: InputMaybe<AddressRuleScope>;
  readonly network: Scalars['String']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
}

export interface DeleteAddressRuleInput {
  readonly id: Scalars['ID']['input'];
}

export interface DeleteAddressRulePayload {
  readonly id: Scalars['ID']['output'];
}

export type OAuthGrantType =
  | 'AUTHORIZATION_CODE'
  | 'REFRESH_TOKEN'
  | 'CLIENT_CREDENTIALS'
  | 'DEVICE_CODE';

export type ClientAuthMethod =
  | 'CLIENT_SECRET_BASIC'
  | 'CLIENT_SECRET_POST'
  | 'PRIVATE_KEY_JWT'
  | 'NONE';

export type ClientSource =
  | 'API'
  | 'FILE'
  | 'REGISTRATION'
  | 'DOCUMENT';

export interface Client {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly source: ClientSource;
  readonly redirectUris: ReadonlyArray<Scalars['String']['output']>;
  readonly postLogoutRedirectUris: ReadonlyArray<Scalars['String']['output']>;
  readonly backchannelLogoutUri?: Maybe<Scalars['String']['output']>;
  readonly grantTypes: ReadonlyArray<OAuthGrantType>;
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
  readonly roles: ReadonlyArray<Scalars['String']['output']>;
  readonly resources: ReadonlyArray<Scalars['String']['output']>;
  readonly introspects: ReadonlyArray<Scalars['String']['output']>;
  readonly firstParty: Scalars['Boolean']['output'];
  readonly tokenEndpointAuthMethod: ClientAuthMethod;
  readonly jwks?: Maybe<Scalars['JSONObject']['output']>;
  readonly dpopRequired: Scalars['Boolean']['output'];
  readonly previousSecretExpiresAt?: Maybe<Scalars['DateTime']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
}

export interface ClientConnection {
  readonly edges: ReadonlyArray<ClientEdge>;
  readonly pageInfo: PageInfo;
}

export interface ClientEdge {
  readonly cursor: Scalars['String']['output'];
  readonly node: Client;
}

export interface RegisterClientInput {
  readonly name: Scalars['String']['input'];
  readonly redirectUris: ReadonlyArray<Scalars['String']['input']>;
  readonly postLogoutRedirectUris?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly backchannelLogoutUri?: InputMaybe<Scalars['String']['input']>;
  readonly grantTypes: ReadonlyArray<OAuthGrantType>;
  readonly scopes: ReadonlyArray<Scalars['String']['input']>;
  readonly roles?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly resources?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly introspects?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly firstParty?: InputMaybe<Scalars['Boolean']['input']>;
  readonly tokenEndpointAuthMethod?: InputMaybe<ClientAuthMethod>;
  readonly jwks?: InputMaybe<Scalars['JSONObject']['input']>;
  readonly dpopRequired?: InputMaybe<Scalars['Boolean']['input']>;
}

export interface UpdateClientInput {
  readonly id: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly redirectUris?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly postLogoutRedirectUris?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly backchannelLogoutUri?: InputMaybe<Scalars['String']['input']>;
  readonly grantTypes?: InputMaybe<ReadonlyArray<OAuthGrantType>>;
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly roles?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly resources?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly introspects?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly firstParty?: InputMaybe<Scalars['Boolean']['input']>;
  readonly tokenEndpointAuthMethod?: InputMaybe<ClientAuthMethod>;
  readonly jwks?: InputMaybe<Scalars['JSONObject']['input']>;
  readonly dpopRequired?: InputMaybe<Scalars['Boolean']['input']>;
}

export interface RotateClientSecretInput {
  readonly id: Scalars['ID']['input'];
  readonly overlapSeconds?: InputMaybe<Scalars['Int']['input']>;
}

export interface DeleteClientInput {
  readonly id: Scalars['ID']['input'];
}

export interface RegisterClientPayload {
  readonly client: Client;
  readonly secret?: Maybe<Scalars['String']['output']>;
}

export interface RotateClientSecretPayload {
  readonly client: Client;
  readonly secret: Scalars['String']['output'];
}

export interface DeleteClientPayload {
  readonly id: Scalars['ID']['output'];
}

export interface Grant {
  readonly id: Scalars['ID']['output'];
  readonly clientId: Scalars['ID']['output'];
  readonly clientName: Scalars['String']['output'];
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
  readonly resources: ReadonlyArray<Scalars['String']['output']>;
  readonly access: ReadonlyArray<GrantedAccess>;
  readonly offline: Scalars['Boolean']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly expiresAt: Scalars['DateTime']['output'];
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
}

export interface GrantedAccess {
  readonly resource: Scalars['String']['output'];
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
}

export interface GrantConnection {
  readonly edges: ReadonlyArray<GrantEdge>;
  readonly pageInfo: PageInfo;
}

export interface GrantEdge {
  readonly cursor: Scalars['String']['output'];
  readonly node: Grant;
}

export interface RevokeGrantInput {
  readonly id: Scalars['ID']['input'];
}

export interface ConfirmAccountDeletionInput {
  readonly verificationId: Scalars['ID']['input'];
  readonly code: Scalars['String']['input'];
}

export interface DeleteUserInput {
  readonly userId: Scalars['ID']['input'];
}

export interface AccountDeletion {
  readonly receiptId: Scalars['ID']['output'];
  readonly erasure: Erasure;
}

export interface Erasure {
  readonly id: Scalars['ID']['output'];
  readonly status: ErasureStatus;
  readonly requestedBy: ErasureRequester;
  readonly requestedAt: Scalars['DateTime']['output'];
  readonly deadline: Scalars['DateTime']['output'];
  readonly completedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly isOverdue: Scalars['Boolean']['output'];
  readonly userId?: Maybe<Scalars['ID']['output']>;
  readonly receipts: ReadonlyArray<ErasureReceipt>;
}

export type ErasureStatus =
  | 'RUNNING'
  | 'COMPLETED';

export type ErasureRequester =
  | 'USER'
  | 'ADMIN';

export interface ErasureReceipt {
  readonly subgraph: Scalars['String']['output'];
  readonly completedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly erased?: Maybe<Scalars['Int']['output']>;
  readonly anonymised?: Maybe<Scalars['Int']['output']>;
  readonly isWaived: Scalars['Boolean']['output'];
}

export interface ErasureFilter {
  readonly status?: InputMaybe<ErasureStatus>;
  readonly isOverdue?: InputMaybe<Scalars['Boolean']['input']>;
}

export interface ErasureConnection {
  readonly edges: ReadonlyArray<ErasureEdge>;
  readonly pageInfo: PageInfo;
}

export interface ErasureEdge {
  readonly cursor: Scalars['String']['output'];
  readonly node: Erasure;
}

export interface AuditFilter {
  readonly actions?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly outcome?: InputMaybe<AuditOutcome>;
  readonly userId?: InputMaybe<Scalars['ID']['input']>;
  readonly sessionId?: InputMaybe<Scalars['ID']['input']>;
  readonly apiKeyId?: InputMaybe<Scalars['ID']['input']>;
  readonly ipAddress?: InputMaybe<Scalars['String']['input']>;
  readonly requestId?: InputMaybe<Scalars['String']['input']>;
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
}

export type AuditOutcome =
  | 'SUCCESS'
  | 'FAILURE';

export type AuditActorKind =
  | 'USER'
  | 'API_KEY'
  | 'CLIENT'
  | 'ANONYMOUS'
  | 'OPERATOR'
  | 'SYSTEM';

export interface AuditEvent {
  readonly id: Scalars['ID']['output'];
  readonly action: Scalars['String']['output'];
  readonly outcome: AuditOutcome;
  readonly occurredAt: Scalars['DateTime']['output'];
  readonly actorKind: AuditActorKind;
  readonly actorId?: Maybe<Scalars['ID']['output']>;
  readonly actor?: Maybe<User>;
  readonly actorSessionId?: Maybe<Scalars['ID']['output']>;
  readonly actorApiKeyId?: Maybe<Scalars['ID']['output']>;
  readonly ipAddress?: Maybe<Scalars['String']['output']>;
  readonly userAgent?: Maybe<Scalars['String']['output']>;
  readonly userId?: Maybe<Scalars['ID']['output']>;
  readonly user?: Maybe<User>;
  readonly sessionId?: Maybe<Scalars['ID']['output']>;
  readonly apiKeyId?: Maybe<Scalars['ID']['output']>;
  readonly operationName?: Maybe<Scalars['String']['output']>;
  readonly operationHash?: Maybe<Scalars['String']['output']>;
  readonly requestId?: Maybe<Scalars['String']['output']>;
  readonly detail: ReadonlyArray<AuditDetail>;
}

export interface AuditDetail {
  readonly name: Scalars['String']['output'];
  readonly value: Scalars['String']['output'];
}

export interface AuditEventConnection {
  readonly edges: ReadonlyArray<AuditEventEdge>;
  readonly pageInfo: PageInfo;
}

export interface AuditEventEdge {
  readonly cursor: Scalars['String']['output'];
  readonly node: AuditEvent;
}



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  User: User;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  User:
    ( { __typename: 'User' }
    & GraphQLRecursivePick<FederationTypes['User'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  AuthResult:
    | ( SignedInModel )
    | ( BegunVerificationModel )
  ;
  FactorEnrolment:
    | ( TotpEnrolment )
    | ( PasskeyChallenge )
  ;
};


/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  JSONObject: ResolverTypeWrapper<Scalars['JSONObject']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  User: ResolverTypeWrapper<UserWithRolesModel>;
  UserStatus: UserStatus;
  UserFilter: UserFilter;
  UserOrder: UserOrder;
  UserOrderField: UserOrderField;
  OrderDirection: OrderDirection;
  UserConnection: ResolverTypeWrapper<Omit<UserConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['UserEdge']> }>;
  UserEdge: ResolverTypeWrapper<ListedUserModel>;
  UpdateProfileInput: UpdateProfileInput;
  Viewer: ResolverTypeWrapper<object>;
  PrincipalKind: PrincipalKind;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  AuthResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AuthResult']>;
  FactorEnrolment: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['FactorEnrolment']>;
  EnrolFactorInput: EnrolFactorInput;
  RegisterInput: RegisterInput;
  LoginInput: LoginInput;
  VerifySessionInput: VerifySessionInput;
  SignInMethods: ResolverTypeWrapper<SignInMethods>;
  SignInProvider: ResolverTypeWrapper<SignInProvider>;
  StartEmailLoginInput: StartEmailLoginInput;
  OpenSignInLinkInput: OpenSignInLinkInput;
  StartPasskeyLoginInput: StartPasskeyLoginInput;
  StartProviderLoginInput: StartProviderLoginInput;
  ProviderLogin: ResolverTypeWrapper<ProviderLogin>;
  ReauthenticateInput: ReauthenticateInput;
  DenySessionInput: DenySessionInput;
  UserEmail: ResolverTypeWrapper<ShownEmailModel>;
  AccountSecured: ResolverTypeWrapper<AccountSecured>;
  AddEmailInput: AddEmailInput;
  VerifyEmailInput: VerifyEmailInput;
  SetPrimaryEmailInput: SetPrimaryEmailInput;
  RemoveEmailInput: RemoveEmailInput;
  UndoEmailChangeInput: UndoEmailChangeInput;
  ChangePasswordInput: ChangePasswordInput;
  RequestPasswordResetInput: RequestPasswordResetInput;
  ResetPasswordInput: ResetPasswordInput;
  ResetPasswordPayload: ResolverTypeWrapper<ResetPasswordPayload>;
  SignedIn: ResolverTypeWrapper<SignedInModel>;
  Tokens: ResolverTypeWrapper<Tokens>;
  TokenDelivery: TokenDelivery;
  LogoutScope: LogoutScope;
  RefreshInput: RefreshInput;
  LogoutInput: LogoutInput;
  LogoutPayload: ResolverTypeWrapper<LogoutPayload>;
  RevokeSessionInput: RevokeSessionInput;
  SessionStatus: SessionStatus;
  Session: ResolverTypeWrapper<SessionModel>;
  SessionConnection: ResolverTypeWrapper<Omit<SessionConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['SessionEdge']> }>;
  SessionEdge: ResolverTypeWrapper<Omit<SessionEdge, 'node'> & { node: ResolversTypes['Session'] }>;
  VerificationRequired: ResolverTypeWrapper<BegunVerificationModel>;
  Verification: ResolverTypeWrapper<BegunVerificationModel>;
  VerificationPurpose: VerificationPurpose;
  ResendVerificationInput: ResendVerificationInput;
  VerificationMethod: VerificationMethod;
  Factor: ResolverTypeWrapper<EnrolledFactorModel>;
  FactorKind: FactorKind;
  TotpEnrolment: ResolverTypeWrapper<TotpEnrolment>;
  RecoveryCodes: ResolverTypeWrapper<RecoveryCodes>;
  ConfirmTotpInput: ConfirmTotpInput;
  RenameFactorInput: RenameFactorInput;
  RemoveFactorInput: RemoveFactorInput;
  PasskeyChallenge: ResolverTypeWrapper<PasskeyChallenge>;
  PasskeySignals: ResolverTypeWrapper<PasskeySignals>;
  ConfirmPasskeyInput: ConfirmPasskeyInput;
  RememberedDevice: ResolverTypeWrapper<RememberedDeviceModel>;
  ForgetDeviceInput: ForgetDeviceInput;
  LinkedIdentity: ResolverTypeWrapper<LinkedIdentityModel>;
  LinkIdentityInput: LinkIdentityInput;
  ConfirmIdentityInput: ConfirmIdentityInput;
  UnlinkIdentityInput: UnlinkIdentityInput;
  CreateApiKeyInput: CreateApiKeyInput;
  ApiKeyRateLimitInput: ApiKeyRateLimitInput;
  ApiKeyCostBudgetInput: ApiKeyCostBudgetInput;
  CreateApiKeyPayload: ResolverTypeWrapper<Omit<CreateApiKeyPayload, 'apiKey' | 'verification'> & { apiKey: ResolversTypes['ApiKey'], verification?: Maybe<ResolversTypes['Verification']> }>;
  VerifyApiKeyInput: VerifyApiKeyInput;
  UpdateApiKeyInput: UpdateApiKeyInput;
  RotateApiKeyInput: RotateApiKeyInput;
  RevokeApiKeyInput: RevokeApiKeyInput;
  ApiKeyStatus: ApiKeyStatus;
  ApiKey: ResolverTypeWrapper<ApiKeyModel>;
  ApiKeyRateLimit: ResolverTypeWrapper<ApiKeyRateLimit>;
  ApiKeyCostBudget: ResolverTypeWrapper<ApiKeyCostBudget>;
  ApiKeyConnection: ResolverTypeWrapper<Omit<ApiKeyConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ApiKeyEdge']> }>;
  ApiKeyEdge: ResolverTypeWrapper<Omit<ApiKeyEdge, 'node'> & { node: ResolversTypes['ApiKey'] }>;
  CreateUserInput: CreateUserInput;
  ResendInvitationInput: ResendInvitationInput;
  UpdateUserInput: UpdateUserInput;
  SuspendUserInput: SuspendUserInput;
  ReinstateUserInput: ReinstateUserInput;
  RevokeUserSessionsInput: RevokeUserSessionsInput;
  ResetUserFactorsInput: ResetUserFactorsInput;
  RevokeUserSessionsPayload: ResolverTypeWrapper<RevokeUserSessionsPayload>;
  Role: ResolverTypeWrapper<RoleModel>;
  RoleConnection: ResolverTypeWrapper<Omit<RoleConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['RoleEdge']> }>;
  RoleEdge: ResolverTypeWrapper<Omit<RoleEdge, 'node'> & { node: ResolversTypes['Role'] }>;
  CreateRoleInput: CreateRoleInput;
  UpdateRoleInput: UpdateRoleInput;
  DeleteRoleInput: DeleteRoleInput;
  DeleteRolePayload: ResolverTypeWrapper<DeleteRolePayload>;
  GrantRoleInput: GrantRoleInput;
  RevokeRoleInput: RevokeRoleInput;
  AddressRuleAction: AddressRuleAction;
  AddressRuleScope: AddressRuleScope;
  AddressRule: ResolverTypeWrapper<AddressRuleModel>;
  AddressRuleConnection: ResolverTypeWrapper<Omit<AddressRuleConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['AddressRuleEdge']> }>;
  AddressRuleEdge: ResolverTypeWrapper<Omit<AddressRuleEdge, 'node'> & { node: ResolversTypes['AddressRule'] }>;
  CreateAddressRuleInput: CreateAddressRuleInput;
  DeleteAddressRuleInput: DeleteAddressRuleInput;
  DeleteAddressRulePayload: ResolverTypeWrapper<DeleteAddressRulePayload>;
  OAuthGrantType: OAuthGrantType;
  ClientAuthMethod: ClientAuthMethod;
  ClientSource: ClientSource;
  Client: ResolverTypeWrapper<ClientModel>;
  ClientConnection: ResolverTypeWrapper<Omit<ClientConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ClientEdge']> }>;
  ClientEdge: ResolverTypeWrapper<Omit<ClientEdge, 'node'> & { node: ResolversTypes['Client'] }>;
  RegisterClientInput: RegisterClientInput;
  UpdateClientInput: UpdateClientInput;
  RotateClientSecretInput: RotateClientSecretInput;
  DeleteClientInput: DeleteClientInput;
  RegisterClientPayload: ResolverTypeWrapper<Omit<RegisterClientPayload, 'client'> & { client: ResolversTypes['Client'] }>;
  RotateClientSecretPayload: ResolverTypeWrapper<Omit<RotateClientSecretPayload, 'client'> & { client: ResolversTypes['Client'] }>;
  DeleteClientPayload: ResolverTypeWrapper<DeleteClientPayload>;
  Grant: ResolverTypeWrapper<GrantModel>;
  GrantedAccess: ResolverTypeWrapper<GrantedAccess>;
  GrantConnection: ResolverTypeWrapper<Omit<GrantConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['GrantEdge']> }>;
  GrantEdge: ResolverTypeWrapper<Omit<GrantEdge, 'node'> & { node: ResolversTypes['Grant'] }>;
  RevokeGrantInput: RevokeGrantInput;
  ConfirmAccountDeletionInput: ConfirmAccountDeletionInput;
  DeleteUserInput: DeleteUserInput;
  AccountDeletion: ResolverTypeWrapper<Omit<AccountDeletion, 'erasure'> & { erasure: ResolversTypes['Erasure'] }>;
  Erasure: ResolverTypeWrapper<ErasureWithReceiptsModel>;
  ErasureStatus: ErasureStatus;
  ErasureRequester: ErasureRequester;
  ErasureReceipt: ResolverTypeWrapper<ErasureReceiptModel>;
  ErasureFilter: ErasureFilter;
  ErasureConnection: ResolverTypeWrapper<Omit<ErasureConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ErasureEdge']> }>;
  ErasureEdge: ResolverTypeWrapper<Omit<ErasureEdge, 'node'> & { node: ResolversTypes['Erasure'] }>;
  AuditFilter: AuditFilter;
  AuditOutcome: AuditOutcome;
  AuditActorKind: AuditActorKind;
  AuditEvent: ResolverTypeWrapper<AuditEventNodeModel>;
  AuditDetail: ResolverTypeWrapper<AuditDetail>;
  AuditEventConnection: ResolverTypeWrapper<Omit<AuditEventConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['AuditEventEdge']> }>;
  AuditEventEdge: ResolverTypeWrapper<Omit<AuditEventEdge, 'node'> & { node: ResolversTypes['AuditEvent'] }>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  JSONObject: Scalars['JSONObject']['output'];
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  User: UserWithRolesModel;
  UserFilter: UserFilter;
  UserOrder: UserOrder;
  UserConnection: Omit<UserConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['UserEdge']> };
  UserEdge: ListedUserModel;
  UpdateProfileInput: UpdateProfileInput;
  Viewer: object;
  Mutation: Record<PropertyKey, never>;
  AuthResult: ResolversUnionTypes<ResolversParentTypes>['AuthResult'];
  FactorEnrolment: ResolversUnionTypes<ResolversParentTypes>['FactorEnrolment'];
  EnrolFactorInput: EnrolFactorInput;
  RegisterInput: RegisterInput;
  LoginInput: LoginInput;
  VerifySessionInput: VerifySessionInput;
  SignInMethods: SignInMethods;
  SignInProvider: SignInProvider;
  StartEmailLoginInput: StartEmailLoginInput;
  OpenSignInLinkInput: OpenSignInLinkInput;
  StartPasskeyLoginInput: StartPasskeyLoginInput;
  StartProviderLoginInput: StartProviderLoginInput;
  ProviderLogin: ProviderLogin;
  ReauthenticateInput: ReauthenticateInput;
  DenySessionInput: DenySessionInput;
  UserEmail: ShownEmailModel;
  AccountSecured: AccountSecured;
  AddEmailInput: AddEmailInput;
  VerifyEmailInput: VerifyEmailInput;
  SetPrimaryEmailInput: SetPrimaryEmailInput;
  RemoveEmailInput: RemoveEmailInput;
  UndoEmailChangeInput: UndoEmailChangeInput;
  ChangePasswordInput: ChangePasswordInput;
  RequestPasswordResetInput: RequestPasswordResetInput;
  ResetPasswordInput: ResetPasswordInput;
  ResetPasswordPayload: ResetPasswordPayload;
  SignedIn: SignedInModel;
  Tokens: Tokens;
  RefreshInput: RefreshInput;
  LogoutInput: LogoutInput;
  LogoutPayload: LogoutPayload;
  RevokeSessionInput: RevokeSessionInput;
  Session: SessionModel;
  SessionConnection: Omit<SessionConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['SessionEdge']> };
  SessionEdge: Omit<SessionEdge, 'node'> & { node: ResolversParentTypes['Session'] };
  VerificationRequired: BegunVerificationModel;
  Verification: BegunVerificationModel;
  ResendVerificationInput: ResendVerificationInput;
  Factor: EnrolledFactorModel;
  TotpEnrolment: TotpEnrolment;
  RecoveryCodes: RecoveryCodes;
  ConfirmTotpInput: ConfirmTotpInput;
  RenameFactorInput: RenameFactorInput;
  RemoveFactorInput: RemoveFactorInput;
  PasskeyChallenge: PasskeyChallenge;
  PasskeySignals: PasskeySignals;
  ConfirmPasskeyInput: ConfirmPasskeyInput;
  RememberedDevice: RememberedDeviceModel;
  ForgetDeviceInput: ForgetDeviceInput;
  LinkedIdentity: LinkedIdentityModel;
  LinkIdentityInput: LinkIdentityInput;
  ConfirmIdentityInput: ConfirmIdentityInput;
  UnlinkIdentityInput: UnlinkIdentityInput;
  CreateApiKeyInput: CreateApiKeyInput;
  ApiKeyRateLimitInput: ApiKeyRateLimitInput;
  ApiKeyCostBudgetInput: ApiKeyCostBudgetInput;
  CreateApiKeyPayload: Omit<CreateApiKeyPayload, 'apiKey' | 'verification'> & { apiKey: ResolversParentTypes['ApiKey'], verification?: Maybe<ResolversParentTypes['Verification']> };
  VerifyApiKeyInput: VerifyApiKeyInput;
  UpdateApiKeyInput: UpdateApiKeyInput;
  RotateApiKeyInput: RotateApiKeyInput;
  RevokeApiKeyInput: RevokeApiKeyInput;
  ApiKey: ApiKeyModel;
  ApiKeyRateLimit: ApiKeyRateLimit;
  ApiKeyCostBudget: ApiKeyCostBudget;
  ApiKeyConnection: Omit<ApiKeyConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ApiKeyEdge']> };
  ApiKeyEdge: Omit<ApiKeyEdge, 'node'> & { node: ResolversParentTypes['ApiKey'] };
  CreateUserInput: CreateUserInput;
  ResendInvitationInput: ResendInvitationInput;
  UpdateUserInput: UpdateUserInput;
  SuspendUserInput: SuspendUserInput;
  ReinstateUserInput: ReinstateUserInput;
  RevokeUserSessionsInput: RevokeUserSessionsInput;
  ResetUserFactorsInput: ResetUserFactorsInput;
  RevokeUserSessionsPayload: RevokeUserSessionsPayload;
  Role: RoleModel;
  RoleConnection: Omit<RoleConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['RoleEdge']> };
  RoleEdge: Omit<RoleEdge, 'node'> & { node: ResolversParentTypes['Role'] };
  CreateRoleInput: CreateRoleInput;
  UpdateRoleInput: UpdateRoleInput;
  DeleteRoleInput: DeleteRoleInput;
  DeleteRolePayload: DeleteRolePayload;
  GrantRoleInput: GrantRoleInput;
  RevokeRoleInput: RevokeRoleInput;
  AddressRule: AddressRuleModel;
  AddressRuleConnection: Omit<AddressRuleConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['AddressRuleEdge']> };
  AddressRuleEdge: Omit<AddressRuleEdge, 'node'> & { node: ResolversParentTypes['AddressRule'] };
  CreateAddressRuleInput: CreateAddressRuleInput;
  DeleteAddressRuleInput: DeleteAddressRuleInput;
  DeleteAddressRulePayload: DeleteAddressRulePayload;
  Client: ClientModel;
  ClientConnection: Omit<ClientConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ClientEdge']> };
  ClientEdge: Omit<ClientEdge, 'node'> & { node: ResolversParentTypes['Client'] };
  RegisterClientInput: RegisterClientInput;
  UpdateClientInput: UpdateClientInput;
  RotateClientSecretInput: RotateClientSecretInput;
  DeleteClientInput: DeleteClientInput;
  RegisterClientPayload: Omit<RegisterClientPayload, 'client'> & { client: ResolversParentTypes['Client'] };
  RotateClientSecretPayload: Omit<RotateClientSecretPayload, 'client'> & { client: ResolversParentTypes['Client'] };
  DeleteClientPayload: DeleteClientPayload;
  Grant: GrantModel;
  GrantedAccess: GrantedAccess;
  GrantConnection: Omit<GrantConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['GrantEdge']> };
  GrantEdge: Omit<GrantEdge, 'node'> & { node: ResolversParentTypes['Grant'] };
  RevokeGrantInput: RevokeGrantInput;
  ConfirmAccountDeletionInput: ConfirmAccountDeletionInput;
  DeleteUserInput: DeleteUserInput;
  AccountDeletion: Omit<AccountDeletion, 'erasure'> & { erasure: ResolversParentTypes['Erasure'] };
  Erasure: ErasureWithReceiptsModel;
  ErasureReceipt: ErasureReceiptModel;
  ErasureFilter: ErasureFilter;
  ErasureConnection: Omit<ErasureConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ErasureEdge']> };
  ErasureEdge: Omit<ErasureEdge, 'node'> & { node: ResolversParentTypes['Erasure'] };
  AuditFilter: AuditFilter;
  AuditEvent: AuditEventNodeModel;
  AuditDetail: AuditDetail;
  AuditEventConnection: Omit<AuditEventConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['AuditEventEdge']> };
  AuditEventEdge: Omit<AuditEventEdge, 'node'> & { node: ResolversParentTypes['AuditEvent'] };
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface JsonObjectScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSONObject'], any> {
  name: 'JSONObject';
}

export type PageInfoResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'id'>>;
  users?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, Partial<QueryUsersArgs>>;
  viewer?: Resolver<Maybe<ResolversTypes['Viewer']>, ParentType, ContextType>;
  signInMethods?: Resolver<Maybe<ResolversTypes['SignInMethods']>, ParentType, ContextType>;
  roles?: Resolver<ResolversTypes['RoleConnection'], ParentType, ContextType, Partial<QueryRolesArgs>>;
  addressRules?: Resolver<ResolversTypes['AddressRuleConnection'], ParentType, ContextType, Partial<QueryAddressRulesArgs>>;
  clients?: Resolver<ResolversTypes['ClientConnection'], ParentType, ContextType, Partial<QueryClientsArgs>>;
  erasureStatus?: Resolver<Maybe<ResolversTypes['Erasure']>, ParentType, ContextType, RequireFields<QueryErasureStatusArgs, 'receiptId'>>;
  erasures?: Resolver<ResolversTypes['ErasureConnection'], ParentType, ContextType, Partial<QueryErasuresArgs>>;
  auditEvents?: Resolver<ResolversTypes['AuditEventConnection'], ParentType, ContextType, Partial<QueryAuditEventsArgs>>;
};

export type UserResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'], FederationReferenceType extends FederationReferenceTypes['User'] = FederationReferenceTypes['User']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['User']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  displayName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fullName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['UserStatus']>, ParentType, ContextType>;
  roles?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  emailVerified?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  customClaims?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  suspendedReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  emails?: Resolver<Maybe<ReadonlyArray<ResolversTypes['UserEmail']>>, ParentType, ContextType>;
  sessions?: Resolver<Maybe<ResolversTypes['SessionConnection']>, ParentType, ContextType, Partial<UserSessionsArgs>>;
  factors?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Factor']>>, ParentType, ContextType>;
  recoveryCodesLeft?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  factorRequiredFrom?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  passkeySignals?: Resolver<Maybe<ResolversTypes['PasskeySignals']>, ParentType, ContextType>;
  rememberedDevices?: Resolver<Maybe<ReadonlyArray<ResolversTypes['RememberedDevice']>>, ParentType, ContextType>;
  linkedIdentities?: Resolver<Maybe<ReadonlyArray<ResolversTypes['LinkedIdentity']>>, ParentType, ContextType>;
  apiKeys?: Resolver<Maybe<ResolversTypes['ApiKeyConnection']>, ParentType, ContextType, Partial<UserApiKeysArgs>>;
  grants?: Resolver<Maybe<ResolversTypes['GrantConnection']>, ParentType, ContextType, Partial<UserGrantsArgs>>;
};

export type UserConnectionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['UserEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type UserEdgeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['UserEdge'] = ResolversParentTypes['UserEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  kind?: Resolver<ResolversTypes['PrincipalKind'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  session?: Resolver<Maybe<ResolversTypes['Session']>, ParentType, ContextType>;
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  csrfToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  activity?: Resolver<Maybe<ResolversTypes['AuditEventConnection']>, ParentType, ContextType, Partial<ViewerActivityArgs>>;
};

export type MutationResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  register?: Resolver<Maybe<ResolversTypes['VerificationRequired']>, ParentType, ContextType, RequireFields<MutationRegisterArgs, 'input'>>;
  login?: Resolver<Maybe<ResolversTypes['AuthResult']>, ParentType, ContextType, RequireFields<MutationLoginArgs, 'input'>>;
  verifySession?: Resolver<Maybe<ResolversTypes['AuthResult']>, ParentType, ContextType, RequireFields<MutationVerifySessionArgs, 'input'>>;
  enrolFactor?: Resolver<Maybe<ResolversTypes['FactorEnrolment']>, ParentType, ContextType, RequireFields<MutationEnrolFactorArgs, 'input'>>;
  updateProfile?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationUpdateProfileArgs, 'input'>>;
  startEmailLogin?: Resolver<Maybe<ResolversTypes['VerificationRequired']>, ParentType, ContextType, RequireFields<MutationStartEmailLoginArgs, 'input'>>;
  openSignInLink?: Resolver<Maybe<ResolversTypes['AuthResult']>, ParentType, ContextType, RequireFields<MutationOpenSignInLinkArgs, 'input'>>;
  startPasskeyLogin?: Resolver<Maybe<ResolversTypes['PasskeyChallenge']>, ParentType, ContextType, Partial<MutationStartPasskeyLoginArgs>>;
  startProviderLogin?: Resolver<Maybe<ResolversTypes['ProviderLogin']>, ParentType, ContextType, RequireFields<MutationStartProviderLoginArgs, 'input'>>;
  reauthenticate?: Resolver<Maybe<ResolversTypes['AuthResult']>, ParentType, ContextType, RequireFields<MutationReauthenticateArgs, 'input'>>;
  denySession?: Resolver<Maybe<ResolversTypes['AccountSecured']>, ParentType, ContextType, RequireFields<MutationDenySessionArgs, 'input'>>;
  addEmail?: Resolver<Maybe<ResolversTypes['Verification']>, ParentType, ContextType, RequireFields<MutationAddEmailArgs, 'input'>>;
  verifyEmail?: Resolver<Maybe<ResolversTypes['UserEmail']>, ParentType, ContextType, RequireFields<MutationVerifyEmailArgs, 'input'>>;
  setPrimaryEmail?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationSetPrimaryEmailArgs, 'input'>>;
  removeEmail?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationRemoveEmailArgs, 'input'>>;
  undoEmailChange?: Resolver<Maybe<ResolversTypes['AccountSecured']>, ParentType, ContextType, RequireFields<MutationUndoEmailChangeArgs, 'input'>>;
  changePassword?: Resolver<Maybe<ResolversTypes['SignedIn']>, ParentType, ContextType, RequireFields<MutationChangePasswordArgs, 'input'>>;
  requestPasswordReset?: Resolver<Maybe<ResolversTypes['Verification']>, ParentType, ContextType, RequireFields<MutationRequestPasswordResetArgs, 'input'>>;
  resetPassword?: Resolver<Maybe<ResolversTypes['ResetPasswordPayload']>, ParentType, ContextType, RequireFields<MutationResetPasswordArgs, 'input'>>;
  refresh?: Resolver<Maybe<ResolversTypes['SignedIn']>, ParentType, ContextType, Partial<MutationRefreshArgs>>;
  logout?: Resolver<Maybe<ResolversTypes['LogoutPayload']>, ParentType, ContextType, Partial<MutationLogoutArgs>>;
  revokeSession?: Resolver<Maybe<ResolversTypes['Session']>, ParentType, ContextType, RequireFields<MutationRevokeSessionArgs, 'input'>>;
  resendVerification?: Resolver<Maybe<ResolversTypes['Verification']>, ParentType, ContextType, RequireFields<MutationResendVerificationArgs, 'input'>>;
  startTotp?: Resolver<Maybe<ResolversTypes['TotpEnrolment']>, ParentType, ContextType>;
  confirmTotp?: Resolver<Maybe<ResolversTypes['Factor']>, ParentType, ContextType, RequireFields<MutationConfirmTotpArgs, 'input'>>;
  renameFactor?: Resolver<Maybe<ResolversTypes['Factor']>, ParentType, ContextType, RequireFields<MutationRenameFactorArgs, 'input'>>;
  removeFactor?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationRemoveFactorArgs, 'input'>>;
  createRecoveryCodes?: Resolver<Maybe<ResolversTypes['RecoveryCodes']>, ParentType, ContextType>;
  startPasskey?: Resolver<Maybe<ResolversTypes['PasskeyChallenge']>, ParentType, ContextType>;
  confirmPasskey?: Resolver<Maybe<ResolversTypes['Factor']>, ParentType, ContextType, RequireFields<MutationConfirmPasskeyArgs, 'input'>>;
  forgetDevice?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationForgetDeviceArgs, 'input'>>;
  linkIdentity?: Resolver<Maybe<ResolversTypes['ProviderLogin']>, ParentType, ContextType, RequireFields<MutationLinkIdentityArgs, 'input'>>;
  confirmIdentity?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationConfirmIdentityArgs, 'input'>>;
  unlinkIdentity?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationUnlinkIdentityArgs, 'input'>>;
  createApiKey?: Resolver<Maybe<ResolversTypes['CreateApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  verifyApiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType, RequireFields<MutationVerifyApiKeyArgs, 'input'>>;
  updateApiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType, RequireFields<MutationUpdateApiKeyArgs, 'input'>>;
  rotateApiKey?: Resolver<Maybe<ResolversTypes['CreateApiKeyPayload']>, ParentType, ContextType, RequireFields<MutationRotateApiKeyArgs, 'input'>>;
  revokeApiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'input'>>;
  createUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationCreateUserArgs, 'input'>>;
  resendInvitation?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationResendInvitationArgs, 'input'>>;
  updateUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationUpdateUserArgs, 'input'>>;
  suspendUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationSuspendUserArgs, 'input'>>;
  reinstateUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationReinstateUserArgs, 'input'>>;
  revokeUserSessions?: Resolver<Maybe<ResolversTypes['RevokeUserSessionsPayload']>, ParentType, ContextType, RequireFields<MutationRevokeUserSessionsArgs, 'input'>>;
  resetUserFactors?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationResetUserFactorsArgs, 'input'>>;
  createRole?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType, RequireFields<MutationCreateRoleArgs, 'input'>>;
  updateRole?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType, RequireFields<MutationUpdateRoleArgs, 'input'>>;
  deleteRole?: Resolver<Maybe<ResolversTypes['DeleteRolePayload']>, ParentType, ContextType, RequireFields<MutationDeleteRoleArgs, 'input'>>;
  grantRole?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationGrantRoleArgs, 'input'>>;
  revokeRole?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationRevokeRoleArgs, 'input'>>;
  createAddressRule?: Resolver<Maybe<ResolversTypes['AddressRule']>, ParentType, ContextType, RequireFields<MutationCreateAddressRuleArgs, 'input'>>;
  deleteAddressRule?: Resolver<Maybe<ResolversTypes['DeleteAddressRulePayload']>, ParentType, ContextType, RequireFields<MutationDeleteAddressRuleArgs, 'input'>>;
  registerClient?: Resolver<Maybe<ResolversTypes['RegisterClientPayload']>, ParentType, ContextType, RequireFields<MutationRegisterClientArgs, 'input'>>;
  updateClient?: Resolver<Maybe<ResolversTypes['Client']>, ParentType, ContextType, RequireFields<MutationUpdateClientArgs, 'input'>>;
  rotateClientSecret?: Resolver<Maybe<ResolversTypes['RotateClientSecretPayload']>, ParentType, ContextType, RequireFields<MutationRotateClientSecretArgs, 'input'>>;
  deleteClient?: Resolver<Maybe<ResolversTypes['DeleteClientPayload']>, ParentType, ContextType, RequireFields<MutationDeleteClientArgs, 'input'>>;
  revokeGrant?: Resolver<Maybe<ResolversTypes['Grant']>, ParentType, ContextType, RequireFields<MutationRevokeGrantArgs, 'input'>>;
  deleteAccount?: Resolver<Maybe<ResolversTypes['VerificationRequired']>, ParentType, ContextType>;
  confirmAccountDeletion?: Resolver<Maybe<ResolversTypes['AccountDeletion']>, ParentType, ContextType, RequireFields<MutationConfirmAccountDeletionArgs, 'input'>>;
  deleteUser?: Resolver<Maybe<ResolversTypes['AccountDeletion']>, ParentType, ContextType, RequireFields<MutationDeleteUserArgs, 'input'>>;
};

export type AuthResultResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AuthResult'] = ResolversParentTypes['AuthResult']> = {
  __resolveType: TypeResolveFn<'SignedIn' | 'VerificationRequired', ParentType, ContextType>;
};

export type FactorEnrolmentResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['FactorEnrolment'] = ResolversParentTypes['FactorEnrolment']> = {
  __resolveType: TypeResolveFn<'TotpEnrolment' | 'PasskeyChallenge', ParentType, ContextType>;
};

export type SignInMethodsResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['SignInMethods'] = ResolversParentTypes['SignInMethods']> = {
  password?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  emailCode?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  passkey?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  rememberDeviceDays?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  providers?: Resolver<ReadonlyArray<ResolversTypes['SignInProvider']>, ParentType, ContextType>;
};

export type SignInProviderResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['SignInProvider'] = ResolversParentTypes['SignInProvider']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ProviderLoginResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ProviderLogin'] = ResolversParentTypes['ProviderLogin']> = {
  verificationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  url?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type UserEmailResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['UserEmail'] = ResolversParentTypes['UserEmail']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  primary?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  verifiedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AccountSecuredResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AccountSecured'] = ResolversParentTypes['AccountSecured']> = {
  resetToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ResetPasswordPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ResetPasswordPayload'] = ResolversParentTypes['ResetPasswordPayload']> = {
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SignedInResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['SignedIn'] = ResolversParentTypes['SignedIn']> = {
  session?: Resolver<ResolversTypes['Session'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  accessTokenExpiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  refreshTokenExpiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  tokens?: Resolver<Maybe<ResolversTypes['Tokens']>, ParentType, ContextType>;
  csrfToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  deviceToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TokensResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Tokens'] = ResolversParentTypes['Tokens']> = {
  tokenType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  accessToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  refreshToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type LogoutPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['LogoutPayload'] = ResolversParentTypes['LogoutPayload']> = {
  revokedSessionIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type SessionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Session'] = ResolversParentTypes['Session']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['SessionStatus'], ParentType, ContextType>;
  current?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  device?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userAgent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  ipAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastUsedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  authenticationMethods?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SessionConnectionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['SessionConnection'] = ResolversParentTypes['SessionConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SessionEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type SessionEdgeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['SessionEdge'] = ResolversParentTypes['SessionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Session'], ParentType, ContextType>;
};

export type VerificationRequiredResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['VerificationRequired'] = ResolversParentTypes['VerificationRequired']> = {
  verification?: Resolver<ResolversTypes['Verification'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VerificationResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Verification'] = ResolversParentTypes['Verification']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  purpose?: Resolver<ResolversTypes['VerificationPurpose'], ParentType, ContextType>;
  methods?: Resolver<ReadonlyArray<ResolversTypes['VerificationMethod']>, ParentType, ContextType>;
  sentTo?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  resendAvailableAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type FactorResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Factor'] = ResolversParentTypes['Factor']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['FactorKind'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  isBackedUp?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
};

export type TotpEnrolmentResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['TotpEnrolment'] = ResolversParentTypes['TotpEnrolment']> = {
  factorId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  uri?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  qrSvg?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RecoveryCodesResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['RecoveryCodes'] = ResolversParentTypes['RecoveryCodes']> = {
  codes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PasskeyChallengeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['PasskeyChallenge'] = ResolversParentTypes['PasskeyChallenge']> = {
  verificationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  options?: Resolver<ResolversTypes['JSONObject'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PasskeySignalsResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['PasskeySignals'] = ResolversParentTypes['PasskeySignals']> = {
  rpId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  allAcceptedCredentialIds?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  displayName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RememberedDeviceResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['RememberedDevice'] = ResolversParentTypes['RememberedDevice']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rememberedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  rememberedUntil?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastUsedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type LinkedIdentityResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['LinkedIdentity'] = ResolversParentTypes['LinkedIdentity']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  provider?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type CreateApiKeyPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['CreateApiKeyPayload'] = ResolversParentTypes['CreateApiKeyPayload']> = {
  apiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  verification?: Resolver<Maybe<ResolversTypes['Verification']>, ParentType, ContextType>;
};

export type ApiKeyResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ApiKeyStatus'], ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  allowedIps?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  rateLimit?: Resolver<Maybe<ResolversTypes['ApiKeyRateLimit']>, ParentType, ContextType>;
  rootFields?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  trustedDocumentsOnly?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  costBudget?: Resolver<Maybe<ResolversTypes['ApiKeyCostBudget']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ApiKeyRateLimitResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ApiKeyRateLimit'] = ResolversParentTypes['ApiKeyRateLimit']> = {
  max?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  windowSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ApiKeyCostBudgetResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ApiKeyCostBudget'] = ResolversParentTypes['ApiKeyCostBudget']> = {
  perOperation?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  perWindow?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  windowSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ApiKeyConnectionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ApiKeyConnection'] = ResolversParentTypes['ApiKeyConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ApiKeyEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ApiKeyEdgeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ApiKeyEdge'] = ResolversParentTypes['ApiKeyEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
};

export type RevokeUserSessionsPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['RevokeUserSessionsPayload'] = ResolversParentTypes['RevokeUserSessionsPayload']> = {
  revokedSessionIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type RoleResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Role'] = ResolversParentTypes['Role']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rank?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  customClaims?: Resolver<ResolversTypes['JSONObject'], ParentType, ContextType>;
  builtIn?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type RoleConnectionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['RoleConnection'] = ResolversParentTypes['RoleConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['RoleEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RoleEdgeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['RoleEdge'] = ResolversParentTypes['RoleEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
};

export type DeleteRolePayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['DeleteRolePayload'] = ResolversParentTypes['DeleteRolePayload']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AddressRuleResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AddressRule'] = ResolversParentTypes['AddressRule']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  action?: Resolver<ResolversTypes['AddressRuleAction'], ParentType, ContextType>;
  appliesTo?: Resolver<ResolversTypes['AddressRuleScope'], ParentType, ContextType>;
  network?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  note?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AddressRuleConnectionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AddressRuleConnection'] = ResolversParentTypes['AddressRuleConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AddressRuleEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AddressRuleEdgeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AddressRuleEdge'] = ResolversParentTypes['AddressRuleEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AddressRule'], ParentType, ContextType>;
};

export type DeleteAddressRulePayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['DeleteAddressRulePayload'] = ResolversParentTypes['DeleteAddressRulePayload']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ClientResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Client'] = ResolversParentTypes['Client']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['ClientSource'], ParentType, ContextType>;
  redirectUris?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  postLogoutRedirectUris?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  backchannelLogoutUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  grantTypes?: Resolver<ReadonlyArray<ResolversTypes['OAuthGrantType']>, ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  resources?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  introspects?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  firstParty?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  tokenEndpointAuthMethod?: Resolver<ResolversTypes['ClientAuthMethod'], ParentType, ContextType>;
  jwks?: Resolver<Maybe<ResolversTypes['JSONObject']>, ParentType, ContextType>;
  dpopRequired?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  previousSecretExpiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type ClientConnectionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ClientConnection'] = ResolversParentTypes['ClientConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ClientEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ClientEdgeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ClientEdge'] = ResolversParentTypes['ClientEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Client'], ParentType, ContextType>;
};

export type RegisterClientPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['RegisterClientPayload'] = ResolversParentTypes['RegisterClientPayload']> = {
  client?: Resolver<ResolversTypes['Client'], ParentType, ContextType>;
  secret?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RotateClientSecretPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['RotateClientSecretPayload'] = ResolversParentTypes['RotateClientSecretPayload']> = {
  client?: Resolver<ResolversTypes['Client'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DeleteClientPayloadResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['DeleteClientPayload'] = ResolversParentTypes['DeleteClientPayload']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type GrantResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Grant'] = ResolversParentTypes['Grant']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  clientId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  clientName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  resources?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  access?: Resolver<ReadonlyArray<ResolversTypes['GrantedAccess']>, ParentType, ContextType>;
  offline?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type GrantedAccessResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['GrantedAccess'] = ResolversParentTypes['GrantedAccess']> = {
  resource?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type GrantConnectionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['GrantConnection'] = ResolversParentTypes['GrantConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['GrantEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type GrantEdgeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['GrantEdge'] = ResolversParentTypes['GrantEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Grant'], ParentType, ContextType>;
};

export type AccountDeletionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AccountDeletion'] = ResolversParentTypes['AccountDeletion']> = {
  receiptId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  erasure?: Resolver<ResolversTypes['Erasure'], ParentType, ContextType>;
};

export type ErasureResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['Erasure'] = ResolversParentTypes['Erasure']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ErasureStatus'], ParentType, ContextType>;
  requestedBy?: Resolver<ResolversTypes['ErasureRequester'], ParentType, ContextType>;
  requestedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  deadline?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  completedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  isOverdue?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  userId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  receipts?: Resolver<ReadonlyArray<ResolversTypes['ErasureReceipt']>, ParentType, ContextType>;
};

export type ErasureReceiptResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ErasureReceipt'] = ResolversParentTypes['ErasureReceipt']> = {
  subgraph?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  completedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  erased?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  anonymised?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  isWaived?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ErasureConnectionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ErasureConnection'] = ResolversParentTypes['ErasureConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ErasureEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ErasureEdgeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['ErasureEdge'] = ResolversParentTypes['ErasureEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Erasure'], ParentType, ContextType>;
};

export type AuditEventResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AuditEvent'] = ResolversParentTypes['AuditEvent']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['AuditOutcome'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  actorKind?: Resolver<ResolversTypes['AuditActorKind'], ParentType, ContextType>;
  actorId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  actor?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  actorSessionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  actorApiKeyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  ipAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userAgent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  sessionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  apiKeyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  operationName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operationHash?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  requestId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  detail?: Resolver<ReadonlyArray<ResolversTypes['AuditDetail']>, ParentType, ContextType>;
};

export type AuditDetailResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AuditDetail'] = ResolversParentTypes['AuditDetail']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditEventConnectionResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AuditEventConnection'] = ResolversParentTypes['AuditEventConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AuditEventEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AuditEventEdgeResolvers<ContextType = AuthContext, ParentType extends ResolversParentTypes['AuditEventEdge'] = ResolversParentTypes['AuditEventEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditEvent'], ParentType, ContextType>;
};

export type Resolvers<ContextType = AuthContext> = {
  DateTime?: GraphQLScalarType;
  JSONObject?: GraphQLScalarType;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserConnection?: UserConnectionResolvers<ContextType>;
  UserEdge?: UserEdgeResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  AuthResult?: AuthResultResolvers<ContextType>;
  FactorEnrolment?: FactorEnrolmentResolvers<ContextType>;
  SignInMethods?: SignInMethodsResolvers<ContextType>;
  SignInProvider?: SignInProviderResolvers<ContextType>;
  ProviderLogin?: ProviderLoginResolvers<ContextType>;
  UserEmail?: UserEmailResolvers<ContextType>;
  AccountSecured?: AccountSecuredResolvers<ContextType>;
  ResetPasswordPayload?: ResetPasswordPayloadResolvers<ContextType>;
  SignedIn?: SignedInResolvers<ContextType>;
  Tokens?: TokensResolvers<ContextType>;
  LogoutPayload?: LogoutPayloadResolvers<ContextType>;
  Session?: SessionResolvers<ContextType>;
  SessionConnection?: SessionConnectionResolvers<ContextType>;
  SessionEdge?: SessionEdgeResolvers<ContextType>;
  VerificationRequired?: VerificationRequiredResolvers<ContextType>;
  Verification?: VerificationResolvers<ContextType>;
  Factor?: FactorResolvers<ContextType>;
  TotpEnrolment?: TotpEnrolmentResolvers<ContextType>;
  RecoveryCodes?: RecoveryCodesResolvers<ContextType>;
  PasskeyChallenge?: PasskeyChallengeResolvers<ContextType>;
  PasskeySignals?: PasskeySignalsResolvers<ContextType>;
  RememberedDevice?: RememberedDeviceResolvers<ContextType>;
  LinkedIdentity?: LinkedIdentityResolvers<ContextType>;
  CreateApiKeyPayload?: CreateApiKeyPayloadResolvers<ContextType>;
  ApiKey?: ApiKeyResolvers<ContextType>;
  ApiKeyRateLimit?: ApiKeyRateLimitResolvers<ContextType>;
  ApiKeyCostBudget?: ApiKeyCostBudgetResolvers<ContextType>;
  ApiKeyConnection?: ApiKeyConnectionResolvers<ContextType>;
  ApiKeyEdge?: ApiKeyEdgeResolvers<ContextType>;
  RevokeUserSessionsPayload?: RevokeUserSessionsPayloadResolvers<ContextType>;
  Role?: RoleResolvers<ContextType>;
  RoleConnection?: RoleConnectionResolvers<ContextType>;
  RoleEdge?: RoleEdgeResolvers<ContextType>;
  DeleteRolePayload?: DeleteRolePayloadResolvers<ContextType>;
  AddressRule?: AddressRuleResolvers<ContextType>;
  AddressRuleConnection?: AddressRuleConnectionResolvers<ContextType>;
  AddressRuleEdge?: AddressRuleEdgeResolvers<ContextType>;
  DeleteAddressRulePayload?: DeleteAddressRulePayloadResolvers<ContextType>;
  Client?: ClientResolvers<ContextType>;
  ClientConnection?: ClientConnectionResolvers<ContextType>;
  ClientEdge?: ClientEdgeResolvers<ContextType>;
  RegisterClientPayload?: RegisterClientPayloadResolvers<ContextType>;
  RotateClientSecretPayload?: RotateClientSecretPayloadResolvers<ContextType>;
  DeleteClientPayload?: DeleteClientPayloadResolvers<ContextType>;
  Grant?: GrantResolvers<ContextType>;
  GrantedAccess?: GrantedAccessResolvers<ContextType>;
  GrantConnection?: GrantConnectionResolvers<ContextType>;
  GrantEdge?: GrantEdgeResolvers<ContextType>;
  AccountDeletion?: AccountDeletionResolvers<ContextType>;
  Erasure?: ErasureResolvers<ContextType>;
  ErasureReceipt?: ErasureReceiptResolvers<ContextType>;
  ErasureConnection?: ErasureConnectionResolvers<ContextType>;
  ErasureEdge?: ErasureEdgeResolvers<ContextType>;
  AuditEvent?: AuditEventResolvers<ContextType>;
  AuditDetail?: AuditDetailResolvers<ContextType>;
  AuditEventConnection?: AuditEventConnectionResolvers<ContextType>;
  AuditEventEdge?: AuditEventEdgeResolvers<ContextType>;
};

