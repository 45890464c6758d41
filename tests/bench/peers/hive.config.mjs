// Hive Gateway with its own JWT plugin: the same keys, issuer and audience as Sallyport checks.
import {
  createRemoteJwksSigningKeyProvider,
  defineConfig,
  extractFromHeader,
} from '@graphql-hive/gateway'

const { BENCH_JWKS_URL: jwksUri, BENCH_ISSUER: issuer } = process.env

export const gatewayConfig = defineConfig({
  logging: false,
  jwt: {
    signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri, cache: true })],
    tokenLookupLocations: [extractFromHeader({ name: 'authorization', prefix: 'Bearer' })],
    tokenVerification: { algorithms: ['ES256'], issuer, audience: issuer },
    reject: { missingToken: true, invalidToken: true },
    forward: { payload: false, token: true },
  },
})
