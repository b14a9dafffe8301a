//! Claims on what was kept; and claims that end without an outcome because AWS stood in the way. Those are given back as
//! they were found, unless a POST may have reached the desk: else trouble with AWS would look like a worker that died.

use shared::store::{Claim, Kept, MessageRecord, Outcome};
use tokio::time::Instant;

use crate::desk::Delivery;
use crate::links::Link;
use crate::parcel::{Parcel, claimant};
use crate::work::Hindered;
use crate::worker::Worker;

impl Worker {
    /// Gives a claim back if `work` was hindered and nothing of the message is in doubt.
    pub(crate) async fn or_give_back<T>(
        &self,
        link: &Link,
        message: &MessageRecord,
        before: Outcome,
        work: Result<T, Hindered>,
    ) -> Result<T, Hindered> {
        if work.is_err() && !message.in_doubt {
            let given_back = self.store.record_outcome(link.integration.id, message, before).await;
            if let Err(error) = given_back {
                tracing::warn!(correlation = %message.correlation, %error, "a claim could not be given back");
            }
        }
        work
    }

    /// Claims what was kept. Nothing where it was dealt with before.
    pub(crate) async fn claim_kept(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        kept: &Kept,
    ) -> Result<Option<MessageRecord>, Hindered> {
        let id = link.integration.id;
        match self.store.claim(id, parcel.record(), claimant(kept), self.now()).await? {
            Claim::Ours(message) => Ok(Some(message)),
            Claim::Crashed(message) => {
                self.fail(link, parcel, &message, Some(kept), "it crashed the worker three times").await?;
                Ok(None)
            }
            Claim::Repeat => {
                self.store.drop_kept_row(id, kept).await?;
                Ok(None)
            }
        }
    }

    /// Brings what was kept and claimed to the desk.
    pub(crate) async fn deliver_kept(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        message: &mut MessageRecord,
        deadline: Instant,
    ) -> Result<Delivery, Hindered> {
        let conversation = self.store.conversation(link.integration.id, parcel.place(), parcel.customer()).await?;
        let conversation = self.introduce(link, parcel, conversation).await?;
        let parts = self.parts(link, parcel).await?;
        self.deliver(link, parcel, &conversation, &parts, message, deadline).await
    }
}
