// Several instances start on one database; anyone who comes second waits and finds nothing to do.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../database.ts'
import { startReviews } from '../reviews/start-reviews.ts'

test('instances that start at once migrate once', async () => {
  const database = await createTestDatabase('empty')
  const env = { DATABASE_URL: database.url ?? '' }
  const instances = await Promise.all([startReviews(env), startReviews(env), startReviews(env)])
  const query = '{ products { edges { node { id } } } }'
  const answers = await Promise.all(instances.map((one) => one.ask({ kind: 'anonymous' }, query)))
  for (const { data } of answers) {
    expect((data.products as { edges: unknown[] }).edges).toHaveLength(3)
  }
  for (const instance of instances) await instance[Symbol.asyncDispose]()
  await database.drop()
})
