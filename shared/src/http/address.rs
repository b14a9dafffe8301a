//! What kind of network an address belongs to. Pure. An address that nobody thought of is not public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The kinds of address that the guard tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// Reachable by everybody.
    Public,
    /// Of this machine or of a private network: reachable only where the operator says so.
    Private,
    /// Never a place to send to: metadata services, link-local, multicast, reserved and tunnelled addresses.
    Never,
}

/// The kind of `address`. IANA's special-purpose registries, plus the metadata addresses of AWS.
pub fn kind(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => kind_v6(address),
    }
}

/// Whether `address` lies in one of `networks`.
pub(super) fn listed(address: IpAddr, networks: &[IpNet]) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

fn kind_v4(address: Ipv4Addr) -> AddressKind {
    if NEVER_V4.iter().any(|network| network.contains(&address)) {
        AddressKind::Never
    } else if PRIVATE_V4.iter().any(|network| network.contains(&address)) {
        AddressKind::Private
    } else {
        AddressKind::Public
    }
}

fn kind_v6(address: Ipv6Addr) -> AddressKind {
    if NEVER_V6.iter().any(|network| network.contains(&address)) {
        AddressKind::Never
    } else if PRIVATE_V6.iter().any(|network| network.contains(&address)) {
        AddressKind::Private
    } else if GLOBAL_V6.contains(&address) {
        AddressKind::Public
    } else {
        AddressKind::Never
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

const PRIVATE_V4: [Ipv4Net; 5] = [
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10), // carrier-grade NAT
    v4(127, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
];

const NEVER_V4: [Ipv4Net; 10] = [
    v4(0, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16), // link-local: instance metadata, the runtime API
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(198, 18, 0, 0, 15),   // benchmarking
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 4),     // multicast
    v4(240, 0, 0, 0, 4),     // reserved, broadcast
];

/// What IANA gives out for global use. Mapped, compatible, NAT64, link-local, site-local and multicast lie outside it.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

const PRIVATE_V6: [Ipv6Net; 2] = [Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128), v6(0xfc00, 0, 0, 7)];

const NEVER_V6: [Ipv6Net; 5] = [
    v6(0x2001, 0, 0, 23),     // protocol assignments: Teredo, ORCHID, benchmarking
    v6(0x2001, 0xdb8, 0, 32), // documentation
    v6(0x2002, 0, 0, 16),     // 6to4
    v6(0x3fff, 0, 0, 20),     // documentation
    v6(0xfd00, 0xec2, 0, 32), // AWS: instance metadata, time, DNS
];

#[cfg(test)]
mod tests;
