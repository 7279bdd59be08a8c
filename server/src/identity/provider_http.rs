//! How the provider is called: no redirects, no long waits, no long answers.

use std::{future::Future, pin::Pin};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::proof;

/// No answer of the provider is longer, in bytes: metadata, keys and tokens are small.
const LENGTH_MAXIMUM: usize = 256 * 1024;

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// No connection, or no answer in time.
    #[error("the call failed")]
    Failed(#[from] reqwest::Error),
    /// The answer is longer than any that we have a use for.
    #[error("the answer is too long")]
    TooLong,
    /// The answer cannot be passed on.
    #[error("the answer is malformed")]
    Malformed(#[from] http::Error),
}

/// The HTTP client for the provider.
pub(super) struct ProviderHttp(reqwest::Client);

impl ProviderHttp {
    /// The same client as for keys: a redirect could lead the client's secret to somebody
    /// else.
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        Ok(Self(proof::http_client()?))
    }

    /// For calls that read their answer themselves.
    pub(super) const fn client(&self) -> &reqwest::Client {
        &self.0
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let mut response = self.0.execute(request.try_into()?).await?;
        let mut builder = http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            builder = builder.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LENGTH_MAXIMUM {
                return Err(CallError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(builder.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for ProviderHttp {
    type Error = CallError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, CallError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.answer(request))
    }
}
