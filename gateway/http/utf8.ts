// Text as UTF-8, once and as cheaply as it comes: `Buffer.from` walks a long text first, to know how many bytes it takes.

const encoder = new TextEncoder()

/** The bytes of a text. Cheapest where almost all of it is ASCII, as answers are. */
export function encodeUtf8(text: string): Uint8Array {
  // Room for a letter of two bytes here and there.
  const bytes = Buffer.allocUnsafeSlow(text.length + (text.length >> 4))
  const { read, written } = encoder.encodeInto(text, bytes)
  return read === text.length ? bytes.subarray(0, written) : Buffer.from(text)
}
