// Reads what a form of ours sends: three short fields.
import type { IncomingMessage } from 'node:http'
import { readBody } from '../http/body.ts'
import { unsupportedMediaType } from '../refusals.ts'

const MAX_BYTES = 16 * 1024

export interface FormFields {
  readonly formToken: string
  /** What the link carries. */
  readonly link: string
  readonly password: string
}

export async function readForm(incoming: IncomingMessage): Promise<FormFields> {
  const type = (incoming.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw unsupportedMediaType('Send the form of this page.')
  }
  const fields = new URLSearchParams(await readBody(incoming, MAX_BYTES))
  return {
    formToken: fields.get('form') ?? '',
    link: tokenOf(fields.get('link') ?? ''),
    password: fields.get('password') ?? '',
  }
}

/** People paste a whole link, or what stands behind its `#`, and a mail program may have folded it. */
function tokenOf(pasted: string): string {
  return pasted
    .slice(pasted.lastIndexOf('#') + 1)
    .replace(/\s/g, '')
    .slice(0, 256)
}
