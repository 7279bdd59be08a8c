//! Who a client is: an agent that may act, proved by its key and its workload.

use domain::Timestamp;
use store::AgentRecord;

use super::{GrantError, Proved};
use crate::{
    proof::{KeyProof, KeyProofRequest, Once, WorkloadToken},
    services::Services,
};

impl Services {
    /// Checks a proof of a key. It still has to be used up, by [`Self::use_key_proof`].
    pub fn check_key_proof(
        &self,
        text: &str,
        request: &KeyProofRequest<'_>,
    ) -> Result<KeyProof, GrantError> {
        let whose = Proved::Key;
        let proof = KeyProof::check(text, request);
        let proof = proof.map_err(|fault| GrantError::Proof { whose, fault })?;
        match &proof.nonce {
            None => Err(GrantError::NonceMissing),
            Some(nonce) if self.nonces.accepts(nonce, request.now) => Ok(proof),
            Some(_) => Err(GrantError::NonceUnknown),
        }
    }

    /// Uses a proof of a key up.
    pub async fn use_key_proof(&self, proof: &KeyProof, now: Timestamp) -> Result<(), GrantError> {
        self.use_once(Proved::Key, &proof.once, now).await
    }

    /// The nonce that proofs of keys have to carry now.
    #[must_use]
    pub fn key_nonce(&self, now: Timestamp) -> String {
        self.nonces.current(now)
    }

    /// The agent that a `client_id` names, if it may act.
    pub(super) async fn acting_agent(
        &self,
        client_id: &str,
        now: Timestamp,
    ) -> Result<AgentRecord, GrantError> {
        let id = client_id.parse().map_err(|_| GrantError::UnknownClient)?;
        let agent = self.parts.store.agent(id).await?;
        agent
            .filter(|agent| agent.is_active(now))
            .ok_or(GrantError::UnknownClient)
    }

    /// Checks that a token is of the workload that the agent's registration names, and uses
    /// it up.
    pub(super) async fn prove_workload(
        &self,
        whose: Proved,
        agent: &AgentRecord,
        text: &str,
        now: Timestamp,
    ) -> Result<WorkloadToken, GrantError> {
        let registered = agent.workload.as_ref().ok_or(GrantError::NoWorkload)?;
        let token = self.parts.issuers.workload(text, now).await;
        let token = token.map_err(|fault| GrantError::Proof { whose, fault })?;
        if !token.satisfies(&registered.issuer, &registered.claims) {
            return Err(GrantError::OtherWorkload { whose });
        }
        self.use_once(whose, &token.once, now).await?;
        Ok(token)
    }

    pub(super) async fn use_once(
        &self,
        whose: Proved,
        once: &Once,
        now: Timestamp,
    ) -> Result<(), GrantError> {
        if self
            .parts
            .store
            .use_proof(&once.name, once.until, now)
            .await?
        {
            Ok(())
        } else {
            Err(GrantError::Used { whose })
        }
    }
}

/// A bearer's token only where the agent's record says so.
pub(super) fn check_key(agent: &AgentRecord, key: Option<&str>) -> Result<(), GrantError> {
    if key.is_some() || agent.allows_bearer {
        Ok(())
    } else {
        Err(GrantError::KeyMissing)
    }
}
