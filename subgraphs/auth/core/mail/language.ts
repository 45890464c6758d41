// In which language the person reads who sends the request that is under way, as the gateway says.
import { AsyncLocalStorage } from 'node:async_hooks'
import { isLanguage, type Language } from '../../../../platform/language.ts'

const current = new AsyncLocalStorage<Language | null>()

/** @param header counts only as one of our languages */
export function inLanguage<T>(header: unknown, work: () => T): T {
  return current.run(isLanguage(header) ? header : null, work)
}

/** Null outside requests, and where the browser asks for no language of ours. */
export function requestLanguage(): Language | null {
  return current.getStore() ?? null
}
