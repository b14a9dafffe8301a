//! Writing down how a reply ended. By now the customer has it or has not: a failure here changes no answer, it is logged.

use shared::id::MessageId;
use shared::store::{Customer, DeskState, Health, ReplyRecord, ReplyState, SentPart, StoreError};

use crate::answer::Answer;
use crate::budget::UsedUp;
use crate::send::Errand;

impl Errand<'_> {
    /// Where the reply stands now, and the part that was sent just now.
    pub(crate) async fn record(
        &self,
        state: ReplyState,
        sent: &[MessageId],
        answer: Option<&Answer>,
        part: Option<&SentPart>,
    ) {
        let record = self.record.as_ref().map(|claimed| ReplyRecord {
            state,
            sent: sent.to_vec(),
            answer: answer.map(|answer| answer.recorded(self.correlation)),
            ..claimed.clone()
        });
        let (id, customer) = (self.door.integration.id, &self.recipient.customer);
        let write = self.shell.store.record_reply(id, customer, record.as_ref(), part, self.shell.now());
        logged("how the reply ended could not be written down", self.budget.close(write).await);
    }

    /// Makes the customer whom the agent wrote to first.
    pub(crate) async fn introduce(&self) {
        if !self.recipient.is_new {
            return;
        }
        let customer = Customer {
            id: self.recipient.customer.clone(),
            desk_id: self.reply.recipient.clone(),
            first_name: None,
            last_name: None,
            created_at: self.shell.now(),
        };
        let write = self.shell.store.create_customer(self.door.integration.id, &customer);
        match self.budget.close(write).await {
            // They wrote at the same moment.
            Ok(Err(StoreError::Conflict)) => {}
            written => logged("a new customer could not be written down", written),
        }
    }

    /// The platform took our credential, although it was known not to.
    pub(crate) async fn credential_works(&self) {
        if self.door.integration.platform.is_broken() {
            self.set_platform_health(Health::default()).await;
        }
    }

    /// The platform does not take our credential. Written once, not with every reply that meets it.
    pub(crate) async fn credential_fails(&self, sentence: Option<String>) {
        if let Some(reason) = sentence
            && !self.door.integration.platform.is_broken()
        {
            tracing::warn!(metric = "credential_refused", "the platform no longer accepts the credential");
            let health = Health { state: DeskState::Refuses, reason: Some(reason), since: Some(self.shell.now()) };
            self.set_platform_health(health).await;
        }
    }

    async fn set_platform_health(&self, health: Health) {
        let write = self.shell.set_platform_health(&self.door.integration, health);
        logged("the state of the credential could not be written down", self.budget.close(write).await);
    }
}

fn logged(what: &str, written: Result<Result<(), StoreError>, UsedUp>) {
    match written {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "{what}"),
        Err(UsedUp) => tracing::error!("{what}: no time was left"),
    }
}
