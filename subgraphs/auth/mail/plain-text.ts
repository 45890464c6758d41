// Words in a mail that somebody else than its reader chose: the name of a device or of a key.

/** No line breaks, and nothing to click on. */
export function plainText(text: string): string {
  return text
    .replace(/[^\p{L}\p{N} ()+,.;_-]/gu, ' ')
    .replace(/\.(?=\S*[a-z])/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 100)
}
