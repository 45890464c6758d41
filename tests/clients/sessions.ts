// One client for each person: shown in docs/frontends.md, used with every client here.
import type { TokenStore, Tokens } from './refresh-once.ts'

/** Each person who signs in gets a client of their own: no cache, token or late answer passes to the next. */
export function createSessions<Client>(
  createClient: (tokens: TokenStore) => Client,
  save: (tokens: Tokens | null) => void = () => {},
) {
  let current = open(null)

  function open(held: Tokens | null) {
    const tokens: TokenStore = {
      get: () => held,
      set: (next) => {
        held = next
        // The answer to a refresh may arrive when somebody else is signed in.
        if (current.tokens === tokens) save(next)
      },
    }
    return { tokens, client: createClient(tokens) }
  }

  return {
    client: () => current.client,
    /** With the pair of a login or of the last visit; with null after logout and when a session has ended. */
    change(next: Tokens | null): void {
      current = open(next)
      save(next)
    },
  }
}
