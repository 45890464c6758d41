// Remembers that a client sent forwarding headers which the gateway did not believe: `doctor` asks whether that is a proxy.
import type { Knex } from 'knex'
import type { Logger } from 'pino'

const NOTE = 'forwarding-ignored'
const PAUSE_MS = 60_000

export interface ForwardingNote {
  readonly peer: string
  readonly seenAt: Date
}

export function createForwardingNotes({ db, log }: { readonly db: Knex; readonly log: Logger }): {
  /** Once a minute at most; a request never waits for it. */
  note(peer: string): void
} {
  let notedAt = Number.NEGATIVE_INFINITY
  return {
    note: (peer) => {
      if (performance.now() - notedAt < PAUSE_MS) return
      notedAt = performance.now()
      db('operator_notes')
        .insert({ name: NOTE, detail: JSON.stringify({ peer }), seen_at: db.fn.now() })
        .onConflict('name')
        .merge()
        .catch((error: unknown) => log.warn({ err: error }, 'a note for operators was not kept'))
    },
  }
}

export async function findForwardingNote(db: Knex): Promise<ForwardingNote | null> {
  const row: { detail: { peer: string }; seen_at: Date } | undefined = await db('operator_notes')
    .where('name', NOTE)
    .first('detail', 'seen_at')
  return row === undefined ? null : { peer: row.detail.peer, seenAt: row.seen_at }
}
