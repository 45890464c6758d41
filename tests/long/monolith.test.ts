// Thousands of random operations over random graphs, with both planners, against graphql-js over the monolith; and their rules.
process.env.MONOLITH_GRAPHS ??= '150'
process.env.MONOLITH_OPERATIONS ??= '40'
await import('../gateway/engine/monolith/monolith.test.ts')
process.env.RULES_GRAPHS ??= '100'
process.env.RULES_OPERATIONS ??= '60'
await import('../gateway/engine/monolith/rules.test.ts')
