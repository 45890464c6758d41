// One of several gateway processes: what it tells the primary. When the primary is gone node ends it: nobody would replace or stop it.
import cluster from 'node:cluster'

export type WorkerMessage =
  | { readonly type: 'listens'; readonly adminUrl: string }
  | { readonly type: 'ready' }

/** Tells the primary; in a gateway of one process there is nobody to tell. */
export function notifyPrimary(message: WorkerMessage): void {
  if (cluster.isWorker) process.send?.(message)
}
