package webhook

import "net/netip"

// public is the part of the IPv6 space that is given out to the public network. What
// lies outside of it is local, mapped (::ffff:0:0/96), translated (64:ff9b::/96),
// multicast or unused.
var public = netip.MustParsePrefix("2000::/3")

// reserved are the ranges that nobody outside has, from the special-purpose
// registries of IANA (RFC 6890 and its successors), and the one public address at
// which a cloud serves the machines inside it.
var reserved = prefixes(
	"0.0.0.0/8",         // this network, unspecified
	"10.0.0.0/8",        // private
	"100.64.0.0/10",     // carrier-grade NAT; Alibaba Cloud's metadata
	"127.0.0.0/8",       // loopback
	"168.63.129.16/32",  // Azure's services for its machines
	"169.254.0.0/16",    // link-local; metadata of most clouds
	"172.16.0.0/12",     // private
	"192.0.0.0/24",      // protocol assignments; Oracle Cloud's metadata
	"192.0.2.0/24",      // documentation
	"192.31.196.0/24",   // AS112
	"192.52.193.0/24",   // AMT
	"192.88.99.0/24",    // 6to4 relays
	"192.168.0.0/16",    // private
	"192.175.48.0/24",   // AS112
	"198.18.0.0/15",     // benchmarks
	"198.51.100.0/24",   // documentation
	"203.0.113.0/24",    // documentation
	"224.0.0.0/4",       // multicast
	"240.0.0.0/4",       // reserved, broadcast
	"2001::/23",         // protocol assignments: Teredo, benchmarks, ORCHID
	"2001:db8::/32",     // documentation
	"2002::/16",         // 6to4: an IPv4 address in disguise
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
)

func prefixes(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, text := range list {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// inside says that an address is not one of the public network.
func inside(ip netip.Addr) bool {
	if !ip.IsValid() || ip.Is4In6() || ip.Is6() && !public.Contains(ip) {
		return true
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
