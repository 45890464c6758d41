// What came before, of keys that anybody can choose: a full cache keeps what comes for the second time, so that things of which each
// comes once push out nothing that is used.
//
// A table of fixed size without a list of its own: a key overwrites another of its slot. To forget one, or to take it for another, costs
// a place in a cache, and nothing else.

export interface SecondSight {
  /** Whether it was seen lately. Sees it. @param digest of the key, as base64url; 12 characters or more */
  seenBefore(digest: string): boolean
}

const SLOTS = 2 ** 16
const CHARACTERS = 6

export function createSecondSight(): SecondSight {
  const marks = new Float64Array(SLOTS)

  return {
    seenBefore(digest) {
      const slot = numberAt(digest, 0) % SLOTS
      // Never 0, which is an empty slot.
      const mark = numberAt(digest, CHARACTERS) + 1
      if (marks[slot] === mark) return true
      marks[slot] = mark
      return false
    },
  }
}

/** 36 bits of it, or a few less: two of the alphabet's characters may count as one. */
function numberAt(digest: string, start: number): number {
  let number = 0
  for (let index = start; index < start + CHARACTERS; index += 1) {
    number = number * 64 + (digest.charCodeAt(index) & 63)
  }
  return number
}
