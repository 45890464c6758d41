// Words in a mail that somebody else than its reader chose: the name of a device or of a key.

/** No line breaks, and nothing to click on. */
export function plainText(text: string): string {
  return text
    .replace(/[^\p{L}\p{N} ()+,.;_-]/gu, ' ')
    .replace(/\S+/g, withoutLinks)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 100)
}

/** A dot before a letter makes a link of a word; one before digits alone is a version. */
function withoutLinks(word: string): string {
  return word.replace(/^.*[a-z]/i, (upToLastLetter) => upToLastLetter.replaceAll('.', ' '))
}
