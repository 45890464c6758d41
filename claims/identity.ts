// What an identity token looks like, for those who sign it and those who open it.

/** The header's `typ` (RFC 8725 section 3.11). */
export const IDENTITY_TYP = 'identity+jwt'
/** The payload's `ver`. A reader refuses any other. */
export const IDENTITY_VERSION = 1
/** The longest `exp - iat`, in seconds. */
export const IDENTITY_MAX_LIFETIME_SECONDS = 60
/** The header that carries it, unless `supergraph.yaml` says `authorization`. */
export const IDENTITY_HEADER = 'sallyport-identity'
