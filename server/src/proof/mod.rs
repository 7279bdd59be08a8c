//! Proofs that others sign and we check: workloads' tokens, people's tokens at the token
//! exchange, and clients' proofs of their keys.
//!
//! A token is read strictly first ([`signed_token`]), its signer is one of a fixed list or
//! the key that it proves ([`issuers`], [`key_proof`]), and its claims are believed last.
//! Nothing here remembers what was used before; whoever calls does, by [`Once`].

mod claims;
mod fault;
mod issuer_keys;
mod issuers;
mod key_nonce;
mod key_proof;
mod once;
mod person_token;
mod signed_token;
mod strict_json;
#[cfg(test)]
mod tests;
mod workload_token;

pub use fault::ProofFault;
pub(crate) use issuer_keys::{IssuerKeys, http_client};
pub use issuers::{Issuers, RuleFault, WorkloadIssuer, WorkloadKind};
pub use key_nonce::KeyNonces;
pub use key_proof::{KeyProof, Request as KeyProofRequest};
pub use once::Once;
pub use person_token::{PersonIssuer, PersonToken, PersonTokenKind};
pub use signed_token::Algorithm;
pub(crate) use signed_token::SignedToken;
pub use workload_token::WorkloadToken;
