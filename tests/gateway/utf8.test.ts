import { expect, test } from 'vitest'
import { encodeUtf8 } from '../../gateway/http/utf8.ts'

test.each([
  ['ASCII', 'a'.repeat(5000)],
  ['a letter of two bytes here and there', `${'abcdefghijklmnopqrstuvwxyz'.repeat(200)}ä€😀`],
  ['nothing but letters of two, three and four bytes', 'äß€漢😀'.repeat(1000)],
  ['half a character', `${'a'.repeat(5000)}\ud800b`],
  ['nothing', ''],
])('a text of %s is encoded as Buffer.from does it', (_, text) => {
  expect(Buffer.compare(encodeUtf8(text), Buffer.from(text))).toBe(0)
})
