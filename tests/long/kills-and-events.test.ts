// Auth killed thirty times while events leave it: what `npm test` does three times.
process.env.KILLS ??= '30'
await import('../postgres/kills.test.ts')
