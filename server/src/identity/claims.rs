//! What the provider says of a person, read strictly.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use domain::Timestamp;
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, Client, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, ExtraTokenFields, IdTokenClaims, ProviderMetadata, StandardErrorResponse,
    StandardTokenResponse, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
        CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
        CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::groups::{self, GroupsFault};

/// Claims that `OpenID` Connect does not name; one of them lists the groups.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct OtherClaims {
    #[serde(flatten)]
    all: HashMap<String, Value>,
}

impl AdditionalClaims for OtherClaims {}

impl OtherClaims {
    /// The claim of this name, as it stands.
    pub(super) fn get(&self, claim: &str) -> Option<&Value> {
        self.all.get(claim)
    }
}

/// What discovery says beyond `OpenID` Connect Discovery 1.0.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct OtherMetadata {
    /// RP-Initiated Logout 1.0 section 2.1.
    pub end_session_endpoint: Option<Url>,
    /// RFC 9207 section 3.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for OtherMetadata {}

/// The provider, as discovered.
pub(super) type Metadata = ProviderMetadata<
    OtherMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// We, at the provider.
pub(super) type RelyingParty = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The answer of the token endpoint.
pub(super) type Tokens = StandardTokenResponse<IdTokenText, CoreTokenType>;

/// The ID token as it came: it is read strictly before the crate may parse it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct IdTokenText {
    /// In compact form.
    pub id_token: Option<SecretToken>,
}

/// A token that does not print.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct SecretToken(pub String);

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[a token]")
    }
}

impl ExtraTokenFields for IdTokenText {}

impl
    TokenResponse<
        OtherClaims,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    > for Tokens
{
    /// Never parsed by the crate on its own.
    fn id_token(&self) -> Option<&IdToken> {
        None
    }
}

/// An ID token, parsed.
pub(super) type IdToken = openidconnect::IdToken<
    OtherClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// The content of a checked ID token.
pub(super) type IdClaims = IdTokenClaims<OtherClaims, CoreGenderClaim>;

/// The answer of the userinfo endpoint.
pub(super) type UserInfo = UserInfoClaims<OtherClaims, CoreGenderClaim>;

/// Somebody, as the provider proves them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identified {
    /// The provider's name for the person, unique there.
    pub subject: String,
    /// For display; the subject where the provider gives no name.
    pub name: String,
    /// For mail and display; may be empty.
    pub email: String,
    /// Why they are unknown, where they are.
    pub groups: Result<BTreeSet<String>, GroupsFault>,
    /// When the person authenticated there.
    pub authenticated_at: Timestamp,
    /// How strongly, as the provider names it; none is the weakest.
    pub acr: Option<String>,
    /// How, for people to read.
    pub method: String,
    /// The provider's name for its session (Back-Channel Logout 1.0 section 2.1).
    pub session: Option<String>,
}

impl Identified {
    /// From the ID token, completed from the userinfo endpoint where that was asked.
    pub(super) fn new(claims: &IdClaims, info: Option<&UserInfo>, groups_claim: &str) -> Self {
        let name = claims
            .name()
            .or_else(|| info.and_then(|info| info.name()))
            .and_then(|names| names.get(None))
            .map(|name| name.as_str());
        let email = claims
            .email()
            .or_else(|| info.and_then(|info| info.email()))
            .map(|email| email.as_str());
        let authenticated = claims.auth_time().unwrap_or_else(|| claims.issue_time());
        let session = claims.additional_claims().get("sid");
        Self {
            subject: claims.subject().to_string(),
            name: name.unwrap_or(claims.subject().as_str()).to_owned(),
            email: email.unwrap_or_default().to_owned(),
            groups: groups_of(claims, info, groups_claim),
            authenticated_at: Timestamp::from_micros(authenticated.timestamp_micros()),
            acr: claims.auth_context_ref().map(|acr| acr.to_string()),
            method: method(claims),
            session: session.and_then(Value::as_str).map(str::to_owned),
        }
    }
}

/// Of the ID token; only where it has none, of the userinfo endpoint.
fn groups_of(
    claims: &IdClaims,
    info: Option<&UserInfo>,
    claim: &str,
) -> Result<BTreeSet<String>, GroupsFault> {
    if let Some(groups) = groups::read(claims.additional_claims(), claim)? {
        return Ok(groups);
    }
    let info = info.map(|info| groups::read(info.additional_claims(), claim));
    info.transpose()?.flatten().ok_or(GroupsFault::Missing)
}

/// Whether the ID token leaves open what the userinfo endpoint could say.
pub(super) fn is_incomplete(claims: &IdClaims, groups_claim: &str) -> bool {
    matches!(
        groups::read(claims.additional_claims(), groups_claim),
        Ok(None)
    ) || claims.name().is_none()
        || claims.email().is_none()
}

/// The `amr` values (RFC 8176), else the `acr` value.
fn method(claims: &IdClaims) -> String {
    let methods: Vec<&str> = claims
        .auth_method_refs()
        .into_iter()
        .flatten()
        .map(|method| method.as_str())
        .collect();
    if !methods.is_empty() {
        return methods.join(", ");
    }
    claims
        .auth_context_ref()
        .map_or_else(|| "not stated".to_owned(), |context| context.to_string())
}
