// What apps ask for, by the names of the standards: as a link, or as a form that becomes one.

/** What an app may ask for (OpenID Connect Core 3.1.2.1, RFC 7636, 8707, 9126, 9449). */
export const asksForAccess = [
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'display',
  'ui_locales',
  'claims',
  'claims_locales',
  'acr_values',
  'id_token_hint',
  'login_hint',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'request',
  'request_uri',
  'dpop_jkt',
] as const

/** OpenID Connect RP-Initiated Logout 1.0, section 2. */
export const asksForSignOut = [
  'id_token_hint',
  'logout_hint',
  'client_id',
  'post_logout_redirect_uri',
  'state',
  'ui_locales',
] as const
