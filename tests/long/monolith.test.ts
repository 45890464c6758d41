// Thousands of random operations over random graphs, with both planners, against graphql-js over the monolith.
process.env.MONOLITH_GRAPHS ??= '150'
process.env.MONOLITH_OPERATIONS ??= '40'
await import('../gateway/engine/monolith/monolith.test.ts')
