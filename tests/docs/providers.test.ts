// docs/providers.md is what it says: its settings start auth, and its operations sign in and link.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readProviders } from '../../subgraphs/auth/factors/provider/read-providers.ts'
import {
  envFor,
  type PretendProvider,
  startPretendProvider,
} from '../auth/providers/pretend-provider.ts'
import { bearer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { newEmail } from '../people.ts'
import { example } from './examples.ts'

const PAGE = 'docs/providers.md'

let provider: PretendProvider
let stack: Stack
beforeAll(async () => {
  provider = await startPretendProvider()
  stack = await startStack({
    env: {
      ...envFor(provider, 'work'),
      PROVIDER_WORK_TRUST_EMAIL: 'on',
    },
  })
})
afterAll(async () => {
  await stack?.stop()
  await provider?.stop()
})

/** The operations of a section, one after the other, with what the ones before have answered. */
async function run(section: string, headers = {}, sub = 'person-1') {
  const operations = example(PAGE, section, 'graphql').code.split(/^(?=mutation)/m)
  const answers = []
  let [verificationId, providerAnswer, identityId] = ['', '', '']
  for (const text of operations) {
    const document = text
      .replaceAll('ver_…', verificationId)
      .replaceAll(/com\.example\.app:\/callback\?code=…&state=…/g, providerAnswer)
      .replaceAll('idn_…', identityId)
    const { data, errors } = await stack.client.send(document, {}, headers)
    expect(errors, document).toEqual([])
    answers.push(data)
    const begun = data.startProviderLogin ?? data.linkIdentity
    if (begun !== undefined) {
      verificationId = begun.verificationId
      const claims = { sub, email: newEmail(), email_verified: true }
      providerAnswer = provider.consent(begun.url, { claims })
    }
    identityId = data.confirmIdentity?.linkedIdentities.at(-1).id ?? identityId
  }
  return answers
}

test('its settings are understood', () => {
  const { code } = example(PAGE, 'Settings', 'sh')
  const lines = [...code.matchAll(/^([A-Z_]+)="?(.*?)"?$/gm)]
  const { providers, problems } = readProviders(
    Object.fromEntries(lines.map(([, name, value]) => [name, value])),
  )
  expect(problems).toEqual([])
  expect(providers.map(({ id, name }) => [id, name])).toEqual([
    ['google', 'Google'],
    ['work', 'Our company'],
  ])
})

test('an app signs in, links what the person has elsewhere, and unlinks it', async () => {
  const [, signedIn] = await run('Apps and pages of your own')
  const { accessToken } = signedIn.verifySession.tokens
  const linked = await run('Linking', bearer(accessToken), 'person-2')
  expect(linked[1].confirmIdentity.linkedIdentities).toHaveLength(2)
  expect(linked[2].unlinkIdentity.linkedIdentities).toHaveLength(1)
})
