//! Requests whose answers the client's own types cannot read.

use std::sync::Arc;

use gcp_bigquery_client::auth::Authenticator;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use super::{super::WarehouseError, failure};

/// No answer may be larger. BigQuery ends a page of rows at about 20 MB.
const MAXIMUM_BODY_BYTES: usize = 64 * 1024 * 1024;

/// An HTTP client with BigQuery's address and credentials.
pub(super) struct Raw {
    http: reqwest::Client,
    authenticator: Arc<dyn Authenticator>,
    base_url: String,
}

impl Raw {
    pub(super) fn new(
        http: reqwest::Client,
        authenticator: Arc<dyn Authenticator>,
        base_url: String,
    ) -> Self {
        Self {
            http,
            authenticator,
            base_url,
        }
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[String],
        query: &[(&str, String)],
    ) -> Result<T, WarehouseError> {
        let request = self.http.request(Method::GET, self.address(path)?);
        self.send(request.query(query)).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &[String],
        body: &(impl Serialize + Sync),
    ) -> Result<T, WarehouseError> {
        let request = self.http.request(Method::POST, self.address(path)?);
        self.send(request.json(body)).await
    }

    /// Joins percent-encoded segments, so that no name can leave its place.
    fn address(&self, path: &[String]) -> Result<Url, WarehouseError> {
        let unusable = || WarehouseError::Unavailable {
            why: "its address cannot be used",
        };
        let mut address = Url::parse(&self.base_url).map_err(|_| unusable())?;
        address
            .path_segments_mut()
            .map_err(|()| unusable())?
            .extend(path);
        Ok(address)
    }

    /// What is at an address, unless it is still what `etag` names (RFC 9110 section 13.1.2).
    pub(super) async fn get_unless<T: DeserializeOwned>(
        &self,
        path: &[String],
        etag: Option<&str>,
    ) -> Result<Option<T>, WarehouseError> {
        let mut request = self.http.request(Method::GET, self.address(path)?);
        if let Some(etag) = etag {
            request = request.header(reqwest::header::IF_NONE_MATCH, etag);
        }
        match self.exchange(request).await? {
            (StatusCode::NOT_MODIFIED, _) if etag.is_some() => Ok(None),
            answer => read(answer).map(Some),
        }
    }

    async fn send<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, WarehouseError> {
        read(self.exchange(request).await?)
    }

    async fn exchange(
        &self,
        request: RequestBuilder,
    ) -> Result<(StatusCode, Vec<u8>), WarehouseError> {
        let token = self
            .authenticator
            .access_token()
            .await
            .map_err(|error| failure::of_client(&error))?;
        let response = request
            .bearer_auth(token)
            .send()
            .await
            .map_err(|error| failure::of_transport(&error))?;
        Ok((response.status(), whole_body(response).await?))
    }
}

fn read<T: DeserializeOwned>((status, body): (StatusCode, Vec<u8>)) -> Result<T, WarehouseError> {
    if !status.is_success() {
        return Err(failure::of_answer(status, &body));
    }
    serde_json::from_slice(&body).map_err(|_| WarehouseError::Undecodable {
        what: "it is not the JSON that the API describes",
    })
}

async fn whole_body(mut response: Response) -> Result<Vec<u8>, WarehouseError> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failure::of_transport(&error))?
    {
        if body.len() + chunk.len() > MAXIMUM_BODY_BYTES {
            return Err(WarehouseError::Undecodable {
                what: "it is too large",
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
