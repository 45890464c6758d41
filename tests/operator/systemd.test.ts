// The units in deploy/systemd, judged by systemd itself: understood to the last line, and locked up.
import { execFile } from 'node:child_process'
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const UNITS = 'deploy/systemd'
/** Of 10; what systemd calls "OK" ends at 5. */
const MOST_EXPOSED = 2
const folder = mkdtempSync(join(tmpdir(), 'sallyport-systemd-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A program of the unit has to be there when systemd looks: this one is on every machine that runs the suite. */
function placed(unit: string): string {
  const file = join(folder, unit)
  const text = readFileSync(join(UNITS, unit), 'utf8')
  expect(text).toContain('ExecStart=/usr/bin/node ')
  writeFileSync(file, text.replace('ExecStart=/usr/bin/node ', `ExecStart=${process.execPath} `))
  return file
}

test('there is a unit for the gateway and one for auth', () => {
  expect(readdirSync(UNITS).toSorted()).toEqual([
    'sallyport-auth.service',
    'sallyport-gateway.service',
  ])
})

describe.each(readdirSync(UNITS))('%s', (unit) => {
  test('has no line that systemd does not understand', async () => {
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', placed(unit)])
    expect(`${stdout}${stderr}`).toBe('')
  })

  test('leaves little that a process that was taken over could reach', async () => {
    copyFileSync(join(UNITS, unit), join(folder, unit))
    const args = ['security', '--offline=true', '--no-pager', join(folder, unit)]
    const { stdout } = await run('systemd-analyze', args)
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? []
    expect(Number(exposure)).toBeLessThanOrEqual(MOST_EXPOSED)
  })

  test('starts the part that it is named for, with the flags of the image', () => {
    const [, part] = /^sallyport-(\w+)\.service$/.exec(unit) ?? []
    const text = readFileSync(join(UNITS, unit), 'utf8')
    const flags =
      '--max-semi-space-size=32 --no-allocation-site-pretenuring --use-largepages=silent'
    expect(text).toMatch(
      new RegExp(`^ExecStart=.* ${flags} \\S+sallyport\\.js start ${part}$`, 'm'),
    )
    expect(text).toContain('Environment=NODE_ENV=production ')
  })
})
