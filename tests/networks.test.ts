// Networks as gateway and auth read them: in settings, API keys and address rules.
import { createNetworkMatcher, isNetwork } from '@sallyport/claims/networks'
import { describe, expect, test } from 'vitest'

const matches = (network: string, address: string) => createNetworkMatcher([network])(address)

describe('a network', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', '192.0.2.2'],
    ['10.0.0.0/8', '10.255.0.1', '11.0.0.1'],
    ['0.0.0.0/0', '203.0.113.9', '2001:db8::1'],
    ['2001:db8::/32', '2001:db8:1::1', '2001:db9::1'],
    ['2001:DB8::1', '2001:db8:0:0::1', '2001:db8::2'],
    ['::ffff:10.0.0.0/104', '10.1.2.3', '11.0.0.1'],
    ['::ffff:0a00:0/104', '10.1.2.3', '11.0.0.1'],
    ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.2'],
    ['::FFFF:c000:201/128', '192.0.2.1', '192.0.2.2'],
    ['::ffff:0:0/96', '203.0.113.9', '2001:db8::1'],
  ])('%s holds %s and not %s', (network, inside, outside) => {
    expect(isNetwork(network)).toBe(true)
    expect(matches(network, inside)).toBe(true)
    expect(matches(network, outside)).toBe(false)
  })

  test.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '2001:db8::/129',
    '::ffff:10.0.0.0/129',
    'fe80::1%eth0',
    'fe80::1%eth0/64',
    '300.1.1.1',
    'example.com',
  ])('"%s" is not one: it is refused, and matches nothing', (text) => {
    expect(isNetwork(text)).toBe(false)
    expect(matches(text, '10.0.0.1')).toBe(false)
  })
})
