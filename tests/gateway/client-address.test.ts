// The client's address, in one spelling, however the proxies in front wrote it.
import type { IncomingMessage } from 'node:http'
import { canonicalAddress } from '@sallyport/claims/networks'
import { expect, test } from 'vitest'
import { createCallerReader } from '../../gateway/http/client-address.ts'
import { startGateway } from './start-gateway.ts'

const read = createCallerReader(['127.0.0.0/8', '::1', '10.0.0.0/8', '2001:db8:ffff::/48'])

function addressFor(forwardedFor: string, remoteAddress = '127.0.0.1'): string {
  const headers = { 'x-forwarded-for': forwardedFor }
  return read({ socket: { remoteAddress }, headers } as unknown as IncomingMessage).address
}

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.1:443', '192.0.2.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['[2001:DB8::1]', '2001:db8::1'],
  ['[2001:db8:0::1]:55555', '2001:db8::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
  ['2001:db8::9, 10.0.0.1', '2001:db8::9'],
  ['2001:db8::9, [2001:DB8:FFFF::1]:443, ::ffff:10.0.0.1', '2001:db8::9'],
  ['192.0.2.9, 192.0.2.1 , 10.0.0.1:80', '192.0.2.1'],
])('X-Forwarded-For: %s is %s', (header, address) => {
  expect(addressFor(header)).toBe(address)
})

test.each([
  'fe80::1%eth0',
  '[fe80::1%1]:80',
  'fe80::1%',
  'unknown',
  '_hidden',
  '"[2001:db8::1]"',
  '[2001:db8::1',
  '2001:db8::1]',
  '[192.0.2.1]:80',
  '[2001:db8::1]:',
  '[2001:db8::1]:123456',
  '192.0.2.1:',
  '192.0.2.256',
  '192.0.2.01',
  '1.2.3',
  '0xc0000201',
  '2001:db8::1::2',
  '',
])('X-Forwarded-For: "%s" is not an address, and the proxy that wrote it stands for it', (hop) => {
  expect(addressFor(hop)).toBe('127.0.0.1')
  expect(addressFor(`192.0.2.7, ${hop}, 10.0.0.1`)).toBe('10.0.0.1')
})

test.each([
  ['::ffff:127.0.0.1', '192.0.2.1'],
  ['::1', '192.0.2.1'],
  ['2001:db8:ffff::5', '192.0.2.1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:db8::5', '2001:db8::5'],
])('a peer at %s is known by its address: the client is %s', (peer, address) => {
  expect(addressFor('192.0.2.1', peer)).toBe(address)
})

test('one address has one spelling', () => {
  for (const text of ['2001:db8::1', '2001:DB8::0001', '2001:db8:0:0:0:0:0.0.0.1']) {
    expect(canonicalAddress(text)).toBe('2001:db8::1')
  }
  expect(canonicalAddress('localhost')).toBeNull()
})

test('auth is told the one spelling', async () => {
  await using stack = await startGateway({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
  await stack.hello({ 'x-forwarded-for': '[2001:DB8:0::0:7]:1234' })
  const headers = stack.auth.calls('/graphql')[0]?.headers
  expect(headers?.['sallyport-client-address']).toBe('2001:db8::7')
})
