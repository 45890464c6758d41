// The text format of Prometheus, as far as tests read it.

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export async function readMetricsText(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`)
  if (response.status !== 200) throw new Error(`${url}/metrics: ${response.status}`)
  return await response.text()
}

export function seriesOf(text: string): Series[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
    return {
      name,
      labels: Object.fromEntries(pairs.map(([, label = '', word = '']) => [label, word])),
      value: Number(value),
    }
  })
}

/** Names, as their TYPE lines have them, with the labels of their series. */
export function familiesOf(text: string): Map<string, ReadonlySet<string>> {
  const types = [...text.matchAll(/^# TYPE (\w+) \w+$/gm)].map(([, name = '']) => name)
  const series = seriesOf(text)
  return new Map(
    types.map((name) => {
      const own = series.filter(
        (one) => one.name.replace(/_(bucket|sum|count)$/, '') === name || one.name === name,
      )
      const labels = own.flatMap((one) => Object.keys(one.labels)).filter((label) => label !== 'le')
      return [name, new Set(labels)]
    }),
  )
}

/** The sum over all series of a name that have these labels. */
export function sumOf(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return seriesOf(text)
    .filter((one) => one.name === name)
    .filter((one) => Object.entries(labels).every(([label, word]) => one.labels[label] === word))
    .reduce((sum, one) => sum + one.value, 0)
}
