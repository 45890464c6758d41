// What one graph knows of documents: those that are trusted, and those that clients may name by their hash.
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { AutomaticDocuments } from './automatic-documents.ts'
import { readManifest } from './manifest.ts'
import type { DocumentsSettings, TrustMode } from './settings.ts'
import { createTrustedDocuments, type TrustedDocuments } from './trusted-documents.ts'

export interface Documents {
  readonly mode: TrustMode
  readonly trusted: TrustedDocuments
  /** Null: a hash stands for nothing here. */
  readonly automatic: AutomaticDocuments | null
}

/**
 * @param configPath of the supergraph.yaml
 * @throws Error when the manifest cannot be read
 */
export async function loadTrustedDocuments(
  configPath: string,
  { manifest }: DocumentsSettings,
): Promise<ReadonlyMap<string, string>> {
  if (manifest === null) return new Map()
  return readManifest(await readFile(resolve(dirname(configPath), manifest), 'utf8'), manifest)
}

export function createDocuments(
  { mode }: DocumentsSettings,
  {
    trusted,
    automatic,
  }: {
    readonly trusted: ReadonlyMap<string, string>
    readonly automatic: AutomaticDocuments | null
  },
): Documents {
  return Object.freeze({ mode, trusted: createTrustedDocuments(trusted), automatic })
}
