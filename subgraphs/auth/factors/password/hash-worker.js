// A worker thread that hashes. bcrypt's asynchronous calls would fill libuv's one pool, which token checks need
// (16 hashes delayed one token check from 0.2 ms to 1.7 s), so the synchronous ones run here.
import { existsSync, readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import bcrypt from 'bcrypt'

if (parentPort === null) throw new Error('hash-worker.js runs as a worker thread')
const port = parentPort

// On Linux a priority belongs to the thread: a login flood gives way to the loop that checks tokens. thread-priority.ts
// does the rest, for which it needs the kernel's number of this thread.
if (process.platform === 'linux') {
  // Who was started with less is not allowed more.
  if (getPriority() < 5) setPriority(0, 5)
  // "<pid>/task/<tid>" (proc(5)); a system that hides /proc has no more than the nice value.
  const self = existsSync('/proc/thread-self') ? readlinkSync('/proc/thread-self') : null
  if (self !== null) port.postMessage({ tid: Number(self.split('/').pop()) })
}

port.on('message', (job) => {
  try {
    const result =
      job.hash === undefined
        ? bcrypt.hashSync(job.password, job.cost)
        : bcrypt.compareSync(job.password, job.hash)
    port.postMessage({ result })
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? error.message : 'hash failed' })
  }
})
