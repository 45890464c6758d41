// A proxy that was forgotten in TRUSTED_PROXIES: all of its clients would count as one.
import { findForwardingNote } from '../../networks/note-forwarding.ts'
import type { DoctorDeps } from './examine.ts'
import { type Observation, ok, warning } from './finding.ts'

export async function observeProxies({ db }: DoctorDeps): Promise<Observation[]> {
  const note = await findForwardingNote(db)
  if (note === null) return [ok('proxies: nobody sends forwarding headers who is not listed')]
  return [
    warning(
      `${note.peer} sends forwarding headers and is not in TRUSTED_PROXIES (last seen ${note.seenAt.toISOString()}). ` +
        'If that is your proxy, list it: until then all its clients count as one network address.',
    ),
  ]
}
