// A worker thread that hashes. bcrypt's asynchronous calls would fill libuv's one pool, which token checks need
// (16 hashes delayed one token check from 0.2 ms to 1.7 s), so the synchronous ones run here.
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import bcrypt from 'bcrypt'

if (parentPort === null) throw new Error('hash-worker.js runs as a worker thread')
const port = parentPort

// On Linux a priority belongs to the thread: a login flood gives way to the loop that checks tokens.
if (process.platform === 'linux') setPriority(0, 5)

port.on('message', (job) => {
  try {
    const result =
      job.hash === undefined
        ? bcrypt.hashSync(job.password, job.cost)
        : bcrypt.compareSync(job.password, job.hash)
    port.postMessage({ id: job.id, result })
  } catch (error) {
    port.postMessage({ id: job.id, error: error instanceof Error ? error.message : 'hash failed' })
  }
})
