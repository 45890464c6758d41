// Both engines over thousands of random operations for each graph and mood: what `npm test` does with a few dozen.
process.env.ENGINE_CASES ??= '2000'
await import('../gateway/engine/differential.test.ts')
