//! Where to go after a sign-in: a page of ours and nowhere else.

use serde::{Deserialize, Serialize};
use url::form_urlencoded::byte_serialize;

/// The longest path with query that is kept.
const LENGTH_MAXIMUM: usize = 2000;

/// A path of ours with its query, such as `/approvals/apr_1?x=2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReturnTo(String);

impl ReturnTo {
    /// The path if it is one of ours, else the first page.
    ///
    /// Browsers read `//host`, `/\host` and `/<tab>/host` as another host, so a second
    /// slash, any backslash and anything that is not visible ASCII is refused.
    pub(super) fn or_first_page(path: &str) -> Self {
        let local = path.len() <= LENGTH_MAXIMUM
            && path.starts_with('/')
            && !path.starts_with("//")
            && path
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        // Back to the sign-in itself would be a circle.
        let circle = path.starts_with("/signin") || path.starts_with("/signout");
        if local && !circle {
            Self(path.to_owned())
        } else {
            Self("/".to_owned())
        }
    }

    /// The path with its query.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The address that begins a sign-in and comes back here.
    pub(super) fn sign_in(&self) -> String {
        let encoded: String = byte_serialize(self.0.as_bytes()).collect();
        format!("/signin?return_to={encoded}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_kept() {
        for ours in ["/", "/approvals?state=open&x=%2F%2F", "/a//b", "/runs#log"] {
            assert_eq!(ReturnTo::or_first_page(ours).as_str(), ours);
        }
        let foreign = [
            "",
            "approvals",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "/ö",
            "/signin?return_to=/",
            "/signout",
        ];
        for path in foreign {
            assert_eq!(ReturnTo::or_first_page(path).as_str(), "/", "{path:?}");
        }
        let long = format!("/{}", "x".repeat(LENGTH_MAXIMUM));
        assert_eq!(ReturnTo::or_first_page(&long).as_str(), "/");
    }

    #[test]
    fn the_query_survives_the_way_through_the_sign_in() {
        assert_eq!(
            ReturnTo::or_first_page("/a?b=1&c=2").sign_in(),
            "/signin?return_to=%2Fa%3Fb%3D1%26c%3D2"
        );
    }
}
