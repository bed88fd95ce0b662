import { BlockList, isIPv4, isIPv6 } from 'node:net'

// IANA's registries of special-purpose addresses, multicast and what is reserved:
// https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by customers of a carrier; metadata of Alibaba Cloud
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure: the host under a virtual machine, on a public address
  '169.254.0.0/16', // link-local; metadata of nearly every cloud
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; metadata of Oracle Cloud
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // relays of multicast
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
] as const

// All that is given out; what is not in it (::1, ::ffff:…, unique-local, link-local, multicast, …) is not public.
const GLOBAL_IPV6 = '2000::/3'

const SPECIAL_IPV6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: holds an IPv4 address
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
] as const

// NAT64: the last 32 bits are the IPv4 address that is reached. A network without IPv4 knows the whole of it so.
const NAT64 = '64:ff9b::'
const NAT64_BITS = 96

const global = new BlockList()
const special = new BlockList()
add(global, GLOBAL_IPV6, 'ipv6')
add(global, `${NAT64}/${NAT64_BITS}`, 'ipv6')
for (const range of SPECIAL_IPV6) add(special, range, 'ipv6')
for (const range of SPECIAL_IPV4) {
  add(special, range, 'ipv4')
  const [address = '', bits = ''] = range.split('/')
  add(special, `${NAT64}${address}/${NAT64_BITS + Number(bits)}`, 'ipv6')
}

function add(list: BlockList, range: string, family: 'ipv4' | 'ipv6'): void {
  const [address = '', bits = ''] = range.split('/')
  list.addSubnet(address, Number(bits), family)
}

/** Whether an IP address is one of the public internet. What is none, and what has a zone, is not. */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false
  if (isIPv4(address)) return !special.check(address, 'ipv4')
  return isIPv6(address) && global.check(address, 'ipv6') && !special.check(address, 'ipv6')
}
