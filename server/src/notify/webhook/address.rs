//! Where a webhook may be: on the public internet, and nowhere within our own networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::WebhookError;

/// Admits a host that is at these addresses. One bad address is enough to refuse it: which of
/// them is taken is not ours to say.
pub(super) fn admit(addresses: &[SocketAddr], allow_loopback: bool) -> Result<(), WebhookError> {
    if addresses.is_empty() {
        return Err(WebhookError::Unresolved);
    }
    let may_be = |address: &SocketAddr| match address.ip() {
        ip if ip.is_loopback() => allow_loopback,
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    };
    if addresses.iter().all(may_be) {
        Ok(())
    } else {
        Err(WebhookError::PrivateAddress)
    }
}

/// Not in the IANA IPv4 Special-Purpose Address Registry (RFC 6890), nor multicast.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = matches!(
        (a, b, c),
        // This network; shared address space; protocol assignments and their anycast;
        // benchmarking; multicast, reserved and broadcast.
        (0 | 224.., ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _)
    );
    !is_special
        && !ip.is_private()
        && !ip.is_loopback()
        && !ip.is_link_local()
        && !ip.is_documentation()
}

/// Global unicast (RFC 4291 section 2.4), without what carries or stands for other addresses.
/// IPv4-mapped and translated addresses (RFC 6052) are outside of it.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let is_global_unicast = a & 0xe000 == 0x2000;
    // Protocol assignments with Teredo; documentation; 6to4; documentation again.
    let is_special =
        (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    is_global_unicast && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(addresses: &[&str], allow_loopback: bool) -> bool {
        let parsed = addresses.iter().map(|ip| {
            let ip: IpAddr = ip.parse().expect("an address");
            SocketAddr::new(ip, 443)
        });
        admit(&parsed.collect::<Vec<_>>(), allow_loopback).is_ok()
    }

    #[test]
    fn public_addresses_are_admitted() {
        for ip in [
            "93.184.215.14",
            "8.8.8.8",
            "2606:2800:21f::1",
            "2a00:1450::5",
        ] {
            assert!(admits(&[ip], false), "{ip}");
        }
    }

    #[test]
    fn addresses_within_networks_are_refused() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!admits(&[ip], false), "{ip}");
        }
    }

    #[test]
    fn one_bad_address_among_good_ones_is_enough() {
        assert!(!admits(&["8.8.8.8", "169.254.169.254"], false));
        assert!(!admits(&[], false));
    }

    #[test]
    fn this_machine_is_admitted_only_where_the_configuration_says_so() {
        assert!(admits(&["127.0.0.1"], true));
        assert!(admits(&["::1"], true));
        assert!(!admits(&["10.0.0.1"], true));
    }
}
