import { describe, expect, test } from 'vitest'
import { isPublicAddress } from './public-address.ts'

/** First and last of each range that nobody on the internet has, and the neighbours on both sides where those are. */
const RANGES: readonly (readonly [string, string, string, string | null, string | null])[] = [
  ['this network', '0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
  ['private, 10/8', '10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['shared by a carrier', '100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['loopback', '127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['Azure’s host', '168.63.129.16', '168.63.129.16', '168.63.129.15', '168.63.129.17'],
  ['link-local', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['private, 172.16/12', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['protocol assignments', '192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['documentation 1', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['relays of 6to4', '192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['private, 192.168/16', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['benchmarks', '198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['documentation 2', '198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['documentation 3', '203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['multicast, reserved, broadcast', '224.0.0.0', '255.255.255.255', '223.255.255.255', null],
  ['all of IPv6 before the public', '::', '1fff:ffff::', null, '2000::'],
  ['protocol assignments, Teredo', '2001::', '2001:1ff:ffff::', '2000:ffff::', '2001:200::'],
  ['documentation of IPv6', '2001:db8::', '2001:db8:ffff::', '2001:db7:ffff::', '2001:db9::'],
  ['6to4', '2002::', '2002:ffff::', '2001:ffff::', '2003::'],
  ['newer documentation of IPv6', '3fff::', '3fff:fff:ffff::', '3ffe:ffff::', '3fff:1000::'],
  ['all of IPv6 behind the public', '4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:ffff::', null],
]

describe('an address', () => {
  test.each(RANGES)('that is %s is not public, and its neighbours are', (_, first, last, before, after) => {
    expect([first, last].map(isPublicAddress)).toEqual([false, false])
    for (const neighbour of [before, after]) {
      if (neighbour !== null) expect([neighbour, isPublicAddress(neighbour)]).toEqual([neighbour, true])
    }
  })

  test.each(RANGES.filter(([, first]) => first.includes('.')))(
    'that is %s is none behind NAT64, in no IPv6 form of it, and its neighbours are public there',
    (_, first, last, before, after) => {
      for (const address of [first, last]) {
        for (const prefix of ['::ffff:', '::ffff:0:', '::', '64:ff9b::', '64:ff9b:1::']) {
          expect([prefix, isPublicAddress(prefix + address)]).toEqual([prefix, false])
        }
      }
      for (const neighbour of [before, after]) {
        if (neighbour !== null) expect(isPublicAddress(`64:ff9b::${neighbour}`)).toBe(true)
      }
    },
  )

  test.each(['8.8.8.8', '1.1.1.1', '2606:4700::6810:84e5', '2a00:1450:4001:82a::200e', '64:ff9b::8.8.8.8'])(
    'of a server that everybody knows is public: %s',
    address => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  test.each([
    '::ffff:8.8.8.8',
    '::8.8.8.8',
    '2002:808:808::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
  ])('in a form that no public server has is none: %s', address => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test.each([
    '',
    'localhost',
    '8.8.8.8 ',
    '8.8.8',
    '08.8.8.8',
    '0x8.8.8.8',
    '134744072',
    '2606::1%eth0',
    '[2606::1]',
  ])('that is not one is not public: %j', address => {
    expect(isPublicAddress(address)).toBe(false)
  })
})
