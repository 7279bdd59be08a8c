//! The built portal's files: styles, scripts, WebAssembly and public files.
//!
//! Compressed neighbours (`.br`, `.gz`) are sent where the browser takes them. A name with
//! a hash in it never changes its content and is kept for a year; others are asked for anew.

use std::{fs, io, path::Path};

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
};
use http::{HeaderValue, header};
use tower_http::services::{ServeDir, ServeFile};

/// The folder of hashed files, in the site and in addresses.
const PACKAGE: &str = "pkg";

/// Serves `pkg/` and the public files beside it, as they are at the start.
///
/// # Errors
/// When `site_root` is there and cannot be listed. Without it there is nothing to serve.
pub fn router(site_root: &Path) -> io::Result<Router> {
    let package = ServeDir::new(site_root.join(PACKAGE))
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let mut router = Router::new().nest_service(&format!("/{PACKAGE}"), package);
    for name in public_files(site_root)? {
        let file = ServeFile::new(site_root.join(&name))
            .precompressed_br()
            .precompressed_gzip();
        router = router.route_service(&format!("/{name}"), file);
    }
    Ok(router.layer(from_fn(cache)))
}

/// The address of the portal's stylesheet, when the site has been built.
#[must_use]
pub fn stylesheet(site_root: &Path) -> Option<String> {
    let names = fs::read_dir(site_root.join(PACKAGE)).ok()?;
    names
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .find(|name| extension(name) == Some("css"))
        .map(|name| format!("/{PACKAGE}/{name}"))
}

/// The names of the files at the top of the site: `favicon.svg`, `robots.txt`.
fn public_files(site_root: &Path) -> io::Result<Vec<String>> {
    if !site_root.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(site_root)? {
        let entry = entry?;
        if entry.file_type()?.is_file()
            && let Ok(name) = entry.file_name().into_string()
            && is_plain(&name)
        {
            names.push(name);
        }
    }
    Ok(names)
}

/// Whether the name can stand in a route, and is not a compressed neighbour.
fn is_plain(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.bytes().all(letters)
        && !name.starts_with('.')
        && !matches!(extension(name), Some("br" | "gz"))
}

fn extension(name: &str) -> Option<&str> {
    Path::new(name).extension()?.to_str()
}

async fn cache(request: Request, next: Next) -> Response {
    let value = if has_hash(request.uri().path()) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = next.run(request).await;
    if response.status().is_success() {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}

/// Whether the name is `name.HASH.extension`.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut parts = name.rsplit('.').skip(1);
    let hash = parts.next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    hash.len() >= 16 && hash.bytes().all(plain) && parts.next().is_some()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tempfile::TempDir;
    use tower::ServiceExt as _;

    use super::*;

    fn site() -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let package = folder.path().join(PACKAGE);
        fs::create_dir(&package).expect("a folder");
        for (name, text) in [
            ("app.JGH2eWZmXwQ9yl0i3b5fxA.js", "plain"),
            ("app.JGH2eWZmXwQ9yl0i3b5fxA.js.br", "brotli"),
            ("app.css", "plain"),
        ] {
            fs::write(package.join(name), text).expect("a file");
        }
        fs::write(folder.path().join("favicon.svg"), "icon").expect("a file");
        fs::write(folder.path().join(".env"), "private").expect("a file");
        folder
    }

    async fn get(path: &str) -> Response {
        let site = site();
        let request = Request::get(path)
            .header(header::ACCEPT_ENCODING, "br")
            .body(Body::empty())
            .expect("a request");
        let app = router(site.path()).expect("a router");
        app.oneshot(request).await.expect("an answer")
    }

    #[tokio::test]
    async fn hashed_files_come_compressed_and_are_kept() {
        let response = get("/pkg/app.JGH2eWZmXwQ9yl0i3b5fxA.js").await;
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/javascript");
        assert_eq!(
            response.headers()[header::CACHE_CONTROL],
            "public, max-age=31536000, immutable"
        );
    }

    #[tokio::test]
    async fn other_files_are_asked_for_anew() {
        for path in ["/pkg/app.css", "/favicon.svg"] {
            let response = get(path).await;
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        }
    }

    #[test]
    fn the_stylesheet_is_found() {
        let site = site();
        assert_eq!(stylesheet(site.path()).as_deref(), Some("/pkg/app.css"));
        assert_eq!(stylesheet(&site.path().join("none")), None);
    }

    #[tokio::test]
    async fn nothing_else_is_served() {
        for path in ["/.env", "/pkg/none.js", "/pkg/../.env", "/pkg/", "/other"] {
            assert_eq!(get(path).await.status(), 404, "{path}");
        }
    }
}
