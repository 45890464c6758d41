// Operations that differ in names and literals alone are planned and compiled once: an alias, a fragment, a value, the name or the layout of
// an operation makes another document of it, and asks for nothing else of the subgraphs.
//
//   query A { me { ...Short } } fragment Short on User { called: name }  ─┐
//   { me { label: name } }                                               ─┴► { me { sallyport_0: name } } ──► one plan, one step
import { type DocumentNode, print } from 'graphql'
import { createBoundedCache } from '../bounded-cache.ts'
import type { PlannedOperation } from './planned-operation.ts'
import { UnknownPlan } from './planners/plan.ts'
import { UnsupportedOperation } from './planners/planner.ts'
import type { Step } from './step.ts'

/** What fetches and merges, and whether somebody asked for it before. Null: nothing has to be fetched. */
export interface FoundStep {
  readonly step: Promise<Step | null>
  readonly isKnown: boolean
}

export interface SharedSteps {
  /**
   * @param share of progressive overrides, which decides the plan too
   * @param compile plans and compiles what was printed; called once, whatever becomes of it
   */
  find(
    planned: PlannedOperation,
    share: number,
    compile: (document: DocumentNode, text: string) => Promise<Step | null>,
  ): FoundStep
}

const MAX_STEPS = 1000
/** Of all texts together; what is compiled of one is some thirty times as large. */
const MAX_CHARACTERS = 500_000

export function createSharedSteps(): SharedSteps {
  const steps = createBoundedCache<Promise<Step | null>>({
    maxEntries: MAX_STEPS,
    maxWeight: MAX_CHARACTERS,
  })

  return {
    find({ document, variables }, share, compile) {
      if (document === null) return { step: Promise.resolve(null), isKnown: true }
      const text = print(document)
      // How variables are called, and what they are by default, is the operation's own.
      if (!variables.areClients) return { step: compile(document, text), isKnown: false }
      const key = `${share} ${text}`
      const known = steps.get(key)
      if (known !== undefined) return { step: known, isKnown: true }
      const step = compile(document, text)
      steps.set(key, step, key.length)
      // All who wait are told. What is known of the operation holds; a planner that had to be ended says nothing of the next one.
      step.catch((error: unknown) => {
        if (!isFinding(error)) steps.delete(key)
      })
      return { step, isKnown: false }
    },
  }
}

function isFinding(error: unknown): boolean {
  return error instanceof UnsupportedOperation || error instanceof UnknownPlan
}
