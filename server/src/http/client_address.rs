//! From which address a request comes, also behind proxies of ours.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName};

/// Each proxy adds, on the right, from whom it got the request.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address, in the extensions of every request that came by a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Middleware: finds the address. The state lists the proxies that are believed.
pub async fn with_client_address(
    State(proxies): State<Arc<[IpAddr]>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(ConnectInfo(peer)) = peer {
        let address = behind(&proxies, peer.ip(), request.headers());
        request.extensions_mut().insert(ClientAddress(address));
    }
    next.run(request).await
}

/// The nearest address that is no proxy of ours: what stands further away, anybody can write.
fn behind(proxies: &[IpAddr], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let told = headers.get_all(FORWARDED_FOR).iter().rev();
    let mut farther = told
        .flat_map(|line| line.to_str().unwrap_or_default().rsplit(','))
        .map(|address| address.trim().parse());
    let mut nearest = peer;
    while proxies.contains(&nearest)
        && let Some(Ok(address)) = farther.next()
    {
        nearest = address;
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxies_say_is_believed() {
        let proxies = ["10.0.0.1", "10.0.0.2"].map(|ip| ip.parse().expect("an address"));
        let cases: [(&str, &[&str], &str); 8] = [
            ("203.0.113.9", &[], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.7"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9,10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.7", "203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ];
        for (peer, lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, line.parse().expect("a value"));
            }
            let found = behind(&proxies, peer.parse().expect("an address"), &headers);
            assert_eq!(found.to_string(), expected, "{peer} {lines:?}");
        }
    }
}
