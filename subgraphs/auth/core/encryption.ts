// AES-256-GCM under a key derived with HKDF-SHA-256 for one purpose (NIST SP 800-38D, RFC 5869).
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const IV_BYTES = 12
const TAG_BYTES = 16

/** @param purpose binds the box to its use: a box made for one purpose opens for no other */
export function encrypt(keyMaterial: string, purpose: string, plaintext: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', deriveKey(keyMaterial, purpose), iv)
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  return Buffer.concat([iv, ciphertext, cipher.getAuthTag()]).toString('base64url')
}

/** @throws Error when the key is another one or the box was changed */
export function decrypt(keyMaterial: string, purpose: string, box: string): string {
  const bytes = Buffer.from(box, 'base64url')
  const iv = bytes.subarray(0, IV_BYTES)
  const tag = bytes.subarray(bytes.length - TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(keyMaterial, purpose), iv)
  decipher.setAuthTag(tag)
  const ciphertext = bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES)
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8')
}

function deriveKey(keyMaterial: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', keyMaterial, '', `sallyport ${purpose}`, 32))
}
