// What subgraphs announced, on disk: a gateway that starts again, or a worker in another's place, knows at once where they are, and not
// only when they say so anew. Nothing of it is believed: each announcement is checked as if it had just come.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

export interface KeptAnnouncements {
  read(): Promise<readonly string[]>
  write(tokens: readonly string[]): Promise<void>
}

const tokens = z.array(z.string())

/** @param folder That of the graphs: one that cannot be read or written is told of with them. */
export function keepAnnouncements(folder: string): KeptAnnouncements {
  const path = join(folder, 'announcements.json')
  let last = '[]'

  return {
    async read() {
      try {
        return tokens.parse(JSON.parse(await readFile(path, 'utf8')))
      } catch {
        return []
      }
    },
    async write(all) {
      const text = JSON.stringify(all)
      if (text === last) return
      last = text
      const draft = `${path}.${process.pid}`
      await mkdir(folder, { recursive: true, mode: 0o700 })
        .then(() => writeFile(draft, text, { mode: 0o600 }))
        .then(() => rename(draft, path))
        .catch(() => undefined)
    },
  }
}
