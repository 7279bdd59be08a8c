//! Why a proof is not one.

/// Which rule a token or a proof breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// Longer than any that we have a use for.
    #[error("it is too long")]
    TooLong,
    /// Not three parts, each in canonical base64url.
    #[error("it is not a compact JWS")]
    Form,
    /// A part is no JSON object, or a name stands twice in it.
    #[error("a part of it is not unambiguous JSON")]
    Json,
    /// `alg` is not on the issuer's list.
    #[error("its `alg` is not accepted here")]
    Algorithm,
    /// The header brings a key along, or something that changes how the token is read.
    #[error("its header has a member that is not accepted here")]
    Header,
    /// Another kind of token.
    #[error("its `typ` is not that of the token wanted here")]
    Type,
    /// No key, or several, fit.
    #[error("no key of its issuer fits")]
    Key,
    /// Not made with that key.
    #[error("its signature is wrong")]
    Signature,
    /// Its issuer is not registered here.
    #[error("its issuer is not registered here")]
    Issuer,
    /// Not for us, or not for us alone.
    #[error("its audience is not exactly ours")]
    Audience,
    /// No subject, or a malformed one.
    #[error("its `sub` is missing or malformed")]
    Subject,
    /// Its time is over, or no time is given.
    #[error("its time is over, or it does not say when it ends")]
    Expiry,
    /// Made too long ago, in the future, or nobody says when.
    #[error("its `iat` is missing, too old or in the future")]
    IssuedAt,
    /// Its time has not come.
    #[error("its time has not come")]
    NotBefore,
    /// A claim that is needed is missing or has the wrong type.
    #[error("a claim is missing or has the wrong type")]
    Claims,
    /// Nobody says when the person proved who they are.
    #[error("its `auth_time` is missing or in the future")]
    AuthenticationTime,
    /// For another method.
    #[error("its `htm` is not the method of this request")]
    Method,
    /// For another address.
    #[error("its `htu` is not the address of this request")]
    Address,
    /// For another token.
    #[error("its `ath` is not the hash of the token")]
    TokenHash,
    /// The issuer's keys cannot be fetched.
    #[error("the keys of its issuer cannot be fetched now")]
    KeysUnavailable,
}

impl ProofFault {
    /// As the ledger names it.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Form => "form",
            Self::Json => "json",
            Self::Algorithm => "alg",
            Self::Header => "header",
            Self::Type => "typ",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Issuer => "iss",
            Self::Audience => "aud",
            Self::Subject => "sub",
            Self::Expiry => "exp",
            Self::IssuedAt => "iat",
            Self::NotBefore => "nbf",
            Self::Claims => "claims",
            Self::AuthenticationTime => "auth_time",
            Self::Method => "htm",
            Self::Address => "htu",
            Self::TokenHash => "ath",
            Self::KeysUnavailable => "keys_unavailable",
        }
    }
}
