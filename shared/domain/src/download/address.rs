//! Which addresses are on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::download::FetchRefusal;

/// The ranges of IPv4 that are not on the public internet, by the registry of special-purpose addresses (RFC 6890).
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    // This network; the unspecified address.
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Carriers' own (CGNAT).
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::LOCALHOST, 8),
    // Link-local: instance metadata, and on Lambda the runtime's interface.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // Protocol assignments.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    // Relays of 6to4.
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Benchmarks.
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Documentation.
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    // Reserved; broadcast.
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// All global unicast addresses of IPv6. Loopback, unspecified, v4-mapped and v4-compatible, NAT64, discard, unique-local,
/// link-local, site-local and multicast addresses lie outside of it.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The ranges in it that are not on the public internet, or that lead to an IPv4 address which nobody has looked at.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    // Protocol assignments: Teredo, benchmarks, ORCHID.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation.
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    // Documentation.
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Checks that `address` may be dialled.
///
/// # Errors
/// If it is not on the public internet.
pub fn check(address: IpAddr) -> Result<(), FetchRefusal> {
    let is_public = match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|range| holds_v4(range, address)),
        IpAddr::V6(address) => {
            holds_v6(&GLOBAL_V6, address) && !SPECIAL_V6.iter().any(|range| holds_v6(range, address))
        }
    };
    if is_public { Ok(()) } else { Err(FetchRefusal::Address) }
}

fn holds_v4((network, bits): &(Ipv4Addr, u32), address: Ipv4Addr) -> bool {
    (network.to_bits() ^ address.to_bits()) >> (Ipv4Addr::BITS - bits) == 0
}

fn holds_v6((network, bits): &(Ipv6Addr, u32), address: Ipv6Addr) -> bool {
    (network.to_bits() ^ address.to_bits()) >> (Ipv6Addr::BITS - bits) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_all(addresses: &[&str], expected: Result<(), FetchRefusal>) {
        for text in addresses {
            assert_eq!(check(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn public_addresses_may_be_dialled() {
        check_all(
            &["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0"],
            Ok(()),
        );
        check_all(&["192.0.1.0", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255"], Ok(()));
        check_all(&["2606:4700::1111", "2a00:1450:4001::1", "2001:200::1", "2003::1", "3ffe:ffff::1"], Ok(()));
    }

    #[test]
    fn private_networks_are_refused() {
        check_all(&["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"], Err(FetchRefusal::Address));
        check_all(&["fc00::1", "fd00:ec2::254", "fec0::1"], Err(FetchRefusal::Address));
    }

    #[test]
    fn this_machine_is_refused() {
        check_all(&["127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "::1", "::"], Err(FetchRefusal::Address));
    }

    #[test]
    fn link_local_addresses_are_refused() {
        check_all(
            &["169.254.169.254", "169.254.100.1", "169.254.79.129", "fe80::1", "febf::1"],
            Err(FetchRefusal::Address),
        );
    }

    #[test]
    fn carriers_networks_are_refused() {
        check_all(&["100.64.0.1", "100.127.255.255"], Err(FetchRefusal::Address));
    }

    #[test]
    fn multicast_and_broadcast_are_refused() {
        check_all(
            &["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1"],
            Err(FetchRefusal::Address),
        );
    }

    #[test]
    fn documentation_and_benchmarks_are_refused() {
        check_all(
            &["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255"],
            Err(FetchRefusal::Address),
        );
        check_all(&["2001:db8::1", "3fff::1", "3fff:fff::1", "2001:2::1"], Err(FetchRefusal::Address));
    }

    #[test]
    fn protocol_assignments_are_refused() {
        check_all(
            &["192.0.0.1", "192.0.0.171", "192.88.99.1", "100::1", "5f00::1", "4000::1"],
            Err(FetchRefusal::Address),
        );
    }

    #[test]
    fn ipv6_that_leads_to_ipv4_is_refused() {
        // v4-mapped, v4-compatible, NAT64 of both kinds, 6to4, Teredo: also where the address inside is public.
        check_all(&["::ffff:127.0.0.1", "::ffff:1.1.1.1", "::7f00:1", "::1.1.1.1"], Err(FetchRefusal::Address));
        check_all(&["64:ff9b::7f00:1", "64:ff9b::101:101", "64:ff9b:1::1"], Err(FetchRefusal::Address));
        check_all(&["2002:7f00:1::", "2002:101:101::", "2001::1", "2001:0:4136:e378::1"], Err(FetchRefusal::Address));
    }
}
