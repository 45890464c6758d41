// Both engines over 300 random operations for each graph and mood, 3,600 in all: what `npm test` does with a few dozen.
// Many more, or another seed (ENGINE_CASES, ENGINE_SEED), find where the stock executor loses fields: docs/performance.md.
process.env.ENGINE_CASES ??= '300'
await import('../gateway/engine/differential.test.ts')
