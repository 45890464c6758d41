// Gateway and auth read networks with code of their own: what one accepts and matches, the other does too.
import { describe, expect, test } from 'vitest'
import { createAddressMatcher, isNetwork } from '../gateway/http/networks.ts'
import {
  isNetwork as isNetworkInAuth,
  createNetworkMatcher as matcherInAuth,
} from '../subgraphs/auth/networks/network.ts'

const both = (network: string, address: string) => [
  createAddressMatcher([network])(address),
  matcherInAuth([network])(address),
]

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
    expect([isNetwork(network), isNetworkInAuth(network)]).toEqual([true, true])
    expect(both(network, inside)).toEqual([true, true])
    expect(both(network, outside)).toEqual([false, false])
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
  ])('"%s" is none: it is refused, and matches nothing', (text) => {
    expect([isNetwork(text), isNetworkInAuth(text)]).toEqual([false, false])
    expect(both(text, '10.0.0.1')).toEqual([false, false])
  })
})
