// An app that stays when the session has ended, or a device that is let in, takes the person's further factor, as changes of the account
// do: a password on a remembered device gives nobody what outlives it.
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import { detour } from '../pages/own.ts'
import type { Redirect, Visit } from '../pages/page.ts'
import type { Present } from './bind-session.ts'

/** @returns where the person proves it, and comes back to `path`; null: they have, or hold none */
export async function askFurtherProof(
  deps: AuthDeps,
  visit: Visit,
  { path, present }: { readonly path: string; readonly present: Present },
): Promise<Redirect | null> {
  const refusal = await refusalOf(deps, present)
  return refusal === null ? null : detour(visit, path, refusal)
}

export async function hasFurtherProof(deps: AuthDeps, present: Present): Promise<boolean> {
  return (await refusalOf(deps, present)) === null
}

async function refusalOf(deps: AuthDeps, present: Present) {
  try {
    await requireFurtherProof(deps.db, deps, present)
    return null
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'STEP_UP_REQUIRED') throw error
    const { code, message, extensions } = error
    return { code, message, challenge: extensions.challenge as { methods: readonly string[] } }
  }
}
