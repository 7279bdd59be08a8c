//! What the provider says of a person, read strictly.

use std::collections::{BTreeSet, HashMap};

use domain::Timestamp;
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, Client, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdTokenClaims, IdTokenFields, ProviderMetadata,
    StandardErrorResponse, StandardTokenResponse, UserInfoClaims,
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

/// Claims that `OpenID` Connect does not name; one of them lists the groups.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct OtherClaims {
    #[serde(flatten)]
    all: HashMap<String, Value>,
}

impl AdditionalClaims for OtherClaims {}

impl OtherClaims {
    /// The groups, if the claim is a list of texts and nothing else.
    fn groups(&self, claim: &str) -> Option<BTreeSet<String>> {
        let listed = self.all.get(claim)?.as_array()?;
        let texts = listed.iter().map(|group| group.as_str().map(str::to_owned));
        texts.collect()
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
pub(super) type Tokens = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
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
    /// Empty when the claim is missing or malformed.
    pub groups: BTreeSet<String>,
    /// When the person authenticated there.
    pub authenticated_at: Timestamp,
    /// How, as the provider names it.
    pub method: String,
}

impl Identified {
    /// From the ID token, completed from the userinfo endpoint where that was asked.
    pub(super) fn new(claims: &IdClaims, info: Option<&UserInfo>, groups_claim: &str) -> Self {
        let other = info.map(UserInfo::additional_claims);
        let groups = claims
            .additional_claims()
            .groups(groups_claim)
            .or_else(|| other.and_then(|other| other.groups(groups_claim)));
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
        Self {
            subject: claims.subject().to_string(),
            name: name.unwrap_or(claims.subject().as_str()).to_owned(),
            email: email.unwrap_or_default().to_owned(),
            groups: groups.unwrap_or_default(),
            authenticated_at: Timestamp::from_micros(authenticated.timestamp_micros()),
            method: method(claims),
        }
    }
}

/// Whether the ID token leaves open what the userinfo endpoint could say.
pub(super) fn is_incomplete(claims: &IdClaims, groups_claim: &str) -> bool {
    claims.additional_claims().groups(groups_claim).is_none()
        || claims.name().is_none()
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
