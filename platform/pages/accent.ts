// The colour of a brand, made legible: dark enough for a light page, and light enough for a dark one (WCAG 2.2, 1.4.3).

/** Red, green, blue: 0 to 255. */
type Colour = readonly [number, number, number]

export interface Accent {
  readonly light: string
  readonly dark: string
}

const WHITE: Colour = [255, 255, 255]
const BLACK: Colour = [0, 0, 0]
/** Of the page, in dark. */
const NIGHT: Colour = [18, 18, 18]
/** On white, and for white on it. */
const LEAST_CONTRAST = 4.6
/** Text in the dark is seen less well. */
const LEAST_IN_DARK = 7

/** @param hex `#rrggbb` */
export function legibleAccent(hex: string): Accent {
  const colour = parse(hex)
  return {
    light: format(mixUntil(colour, BLACK, { page: WHITE, least: LEAST_CONTRAST })),
    dark: format(mixUntil(colour, WHITE, { page: NIGHT, least: LEAST_IN_DARK })),
  }
}

function parse(hex: string): Colour {
  const at = (start: number) => Number.parseInt(hex.slice(start, start + 2), 16)
  return [at(1), at(3), at(5)]
}

function format(colour: Colour): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`
}

/** As much of `towards` as it takes to stand out from the page. */
function mixUntil(
  colour: Colour,
  towards: Colour,
  { page, least }: { readonly page: Colour; readonly least: number },
): Colour {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((part, i) => part + ((towards[i] ?? 0) - part) * share)
    const found: Colour = [mixed[0] ?? 0, mixed[1] ?? 0, mixed[2] ?? 0]
    if (contrast(found, page) >= least) return found
  }
  return towards
}

function contrast(one: Colour, other: Colour): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

function luminance([red, green, blue]: Colour): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(part: number): number {
  const share = part / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}
