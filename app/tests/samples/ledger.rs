//! A sample ledger.

use app::api::{
    UiError,
    ledger::{ChainHead, EntryPage, EntryRow, LedgerDesk, LedgerPage, Verification},
};
use domain::Timestamp;

use super::{Amount, agent_id, approval_id, hash, intent_id, run_id};

pub struct SampleLedger {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl LedgerDesk for SampleLedger {
    async fn page(&self, before: Option<u64>) -> Result<LedgerPage, UiError> {
        let last = self.last();
        let newest = before.map_or(last, |before| before.saturating_sub(1).min(last));
        let entries = (1..=newest)
            .rev()
            .take(50)
            .map(|sequence| self.row(sequence));
        Ok(LedgerPage {
            head: (last > 0).then(|| ChainHead {
                sequence: last,
                hash: hash(last),
            }),
            entries: entries.collect(),
        })
    }

    async fn entry(&self, sequence: u64) -> Result<EntryPage, UiError> {
        if sequence == 0 || sequence > self.last() {
            return Err(UiError::NotFound);
        }
        Ok(EntryPage {
            entry: self.row(sequence),
            previous: (sequence > 1).then(|| hash(sequence - 1)),
            payload: (!sequence.is_multiple_of(5))
                .then(|| "{\n  \"intent\": \"int_01934e5a00007000800000000000aa11\",\n  \"ballot\": \"approve\"\n}".to_owned()),
            has_next: sequence < self.last(),
        })
    }

    async fn verify(&self) -> Result<Verification, UiError> {
        Ok(Verification::Intact {
            entries: self.last(),
        })
    }
}

impl SampleLedger {
    const fn last(&self) -> u64 {
        match self.amount {
            Amount::None => 0,
            Amount::Some => 1_210,
            Amount::Many => 98_210,
        }
    }

    fn row(&self, sequence: u64) -> EntryRow {
        let place = usize::try_from(sequence % 5).unwrap_or(0);
        let subjects = [
            intent_id(3).to_string(),
            approval_id(0).to_string(),
            run_id(0).to_string(),
            agent_id(0).to_string(),
            intent_id(4).to_string(),
        ];
        let age = i64::try_from(self.last() - sequence).unwrap_or(0) * 17;
        EntryRow {
            sequence,
            at: self.now.plus_seconds(-age),
            event: [
                "intent.received",
                "vote.cast",
                "run.opened",
                "agent.registered",
                "result.sealed",
            ][place]
                .to_owned(),
            subject: subjects[place].clone(),
            actor: [
                "churn-model",
                "chen@example.com",
                "alice@example.com",
                "dana@example.com",
                "countersign",
            ][place]
                .to_owned(),
            hash: hash(sequence),
        }
    }
}
