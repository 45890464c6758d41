// What a gateway sends for an operation: recorded once behind plain Apollo, replayed by raw.
import { writeFileSync } from 'node:fs'
import type { BenchCase } from './cases.ts'
import { askOnce } from './load.ts'
import type { Child } from './processes.ts'
import type { RequestSource } from './requests.ts'
import type { Question, Stage } from './subgraph-process.ts'

export interface Recording {
  readonly query: string
  /** Fetches of one stage are sent together, stages one after the other. */
  readonly stages: readonly Stage[]
  readonly answer: string
}

export interface Recorder {
  readonly port: number
  readonly subgraphs: Child
  requestOf(operation: BenchCase): RequestSource
}

/** Lets the gateway on this port answer each operation once, and writes down what it sent for it. */
export async function writeRecordings(
  file: string,
  operations: readonly BenchCase[],
  { port, subgraphs, requestOf }: Recorder,
): Promise<void> {
  const recordings: Recording[] = []
  for (const operation of operations) {
    const request = requestOf(operation)(0)
    // Planned first: only then do the fetches of a stage come together.
    await askOnce(port, request)
    await subgraphs.ask('record' satisfies Question)
    const { body } = await askOnce(port, request)
    const stages = await subgraphs.ask<Stage[]>('recorded' satisfies Question)
    recordings.push({ query: operation.query, stages, answer: body })
  }
  writeFileSync(file, JSON.stringify(recordings))
}
