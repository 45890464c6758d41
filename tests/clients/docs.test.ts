// What docs/frontends.md shows is what is tested here, to the letter.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { gql, InMemoryCache } from '@apollo/client'
import { describe, expect, test } from 'vitest'
import { examplesOf } from '../docs/examples.ts'
import { sessions } from './apollo-client.ts'

const sources = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8'))
const examples = examplesOf('docs/frontends.md').filter(({ language }) => /^[tj]s$/.test(language))

test('every TypeScript and JavaScript example of docs/frontends.md is code of this folder', () => {
  expect(examples.length).toBeGreaterThan(9)
  for (const { code, line } of examples) {
    expect(
      sources.some((source) => source.includes(code)),
      `line ${line}`,
    ).toBe(true)
  }
})

describe('possible types', () => {
  const made = execFileSync(process.execPath, [`${import.meta.dirname}/possible-types.mjs`], {
    encoding: 'utf8',
  })
  const possibleTypes = JSON.parse(made)

  test('are those of the schema that clients see', () => {
    expect(possibleTypes).toEqual(
      JSON.parse(readFileSync(`${import.meta.dirname}/possible-types.json`, 'utf8')),
    )
    expect(possibleTypes.AuthResult).toEqual(['SignedIn', 'VerificationRequired'])
  })

  // A name that the cache cannot guess: it takes `SignedIn` for no `AuthResult` until it is told.
  const query = gql`
    query Q { result { ...OnUnion } }
    fragment OnUnion on AuthResult { ... on SignedIn { csrfToken } }
  `
  const data = { result: { __typename: 'SignedIn', csrfToken: 'abc' } }

  test('make a fragment on a union match; without them it matches nothing', () => {
    const told = new InMemoryCache({ possibleTypes })
    told.writeQuery({ query, data })
    expect(told.readQuery({ query })).toMatchObject(data)
    const untold = new InMemoryCache()
    untold.writeQuery({ query, data })
    expect(untold.readQuery({ query })).not.toMatchObject(data)
  })

  test('are what the client of the page has', () => {
    expect(sessions.client().cache.extract()).toEqual({})
    expect(sessions.client()).toBe(sessions.client())
  })
})
