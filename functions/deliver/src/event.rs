//! An event from the queue: claimed, noted in its conversation, brought to the desk or set aside.

use std::time::Duration;

use shared::envelope::{Envelope, Work};
use shared::event::{DeliveryState, EchoSender, Event, EventKind, Place, StatusOf};
use shared::id::{CustomerId, EventId, MessageId};
use shared::queue::Later;
use shared::store::{Claim, ClaimBy, Conversation, DeskState, MessageRecord, Outcome, Status};
use shared::time::Timestamp;
use tokio::time::Instant;

use crate::desk::Delivery;
use crate::links::Link;
use crate::parcel::{Content, Parcel};
use crate::received::Received;
use crate::work::{Hindered, Step};
use crate::worker::Worker;

/// The pauses before the second and third try at a desk that is away; then the message is set aside.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];
/// How long our own record of a message may take that the platform already says will not arrive: longer than a reply.
const RECHECK: Duration = Duration::from_secs(15);
/// The pause before the desk is asked whether it is there again, after a message that may have reached it.
const UNCERTAIN_PAUSE: Duration = Duration::from_secs(5);

impl Worker {
    /// Deals with an event of a customer.
    pub(crate) async fn event(
        &self,
        link: &Link,
        record: &Received,
        envelope: &Envelope,
        event: &Event,
        deadline: Instant,
    ) -> Result<Step, Hindered> {
        if let EventKind::Status { of, state, failure, price } = &event.kind {
            let code = failure.as_ref().map(|failure| failure.code.as_str());
            let status = Status { state: *state, at: event.at, price: price.as_deref(), failure: code };
            let Some((customer, sent_at)) = self.not_delivered(link, envelope, event, of, &status).await? else {
                return Ok(Step::Done);
            };
            if let StatusOf::Message(message) = of {
                self.template_failed(link, &customer, message).await?;
            }
            if failure.as_ref().is_some_and(|failure| failure.window_closed) {
                let opened = sent_at.minus(link.channel.carrier().limits().window.unwrap_or_default());
                self.store.close_window(link.integration.id, &event.place, &customer, sent_at, opened).await?;
            }
        }
        if let EventKind::Echo { message, sender: EchoSender::Hub } = &event.kind {
            if let Some(id) = &message.id {
                let sent = Status { state: DeliveryState::Sent, at: event.at, price: None, failure: None };
                self.store.raise_status(link.integration.id, id, &sent).await?;
            }
            return Ok(Step::Done);
        }
        match Parcel::of(envelope, &record.body, &record.sequence) {
            Some(parcel) => self.parcel(link, &parcel, deadline).await,
            None => Ok(Step::Done),
        }
    }

    /// Brings a parcel from the queue to the desk, or sets it aside.
    pub(crate) async fn parcel(&self, link: &Link, parcel: &Parcel<'_>, deadline: Instant) -> Result<Step, Hindered> {
        let id = link.integration.id;
        let mut message = match self.store.claim(id, parcel.record(), ClaimBy::Queue, self.now()).await? {
            Claim::Ours(message) => message,
            Claim::Crashed(message) => {
                self.fail(link, parcel, &message, None, "it crashed the worker three times").await?;
                return Ok(Step::Done);
            }
            Claim::Repeat => {
                tracing::info!(correlation = %parcel.envelope.correlation, integration = %id, "a repeat was dropped");
                return Ok(Step::Done);
            }
        };
        let work = self.claimed(link, parcel, &mut message, deadline).await;
        self.or_give_back(link, &message, Outcome::GoOn, work).await
    }

    async fn claimed(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        message: &mut MessageRecord,
        deadline: Instant,
    ) -> Result<Step, Hindered> {
        let mut conversation = self.conversation(link, parcel).await?;
        if let Content::Event(event) = parcel.content
            && !event.customer.is_nobody()
            && let Some(owner) = self.identify(link, event, &mut conversation).await?
        {
            self.store.record_outcome(link.integration.id, message, Outcome::GoOn).await?;
            self.pass_on(parcel.envelope, event, owner).await?;
            return Ok(Step::Done);
        }
        let parts = self.parts(link, parcel).await?;
        if parts.is_empty() {
            self.store.record_outcome(link.integration.id, message, Outcome::Delivered).await?;
            return Ok(Step::Done);
        }
        if let Some(reason) = self.held_up(link, &conversation) {
            self.set_aside(link, parcel, message, None, &conversation, &reason).await?;
            return Ok(Step::Done);
        }
        let conversation = self.introduce(link, parcel, conversation).await?;
        let delivery = self.deliver(link, parcel, &conversation, &parts, message, deadline).await?;
        self.after_a_try(link, parcel, message, &conversation, delivery).await
    }

    async fn after_a_try(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        message: &mut MessageRecord,
        conversation: &Conversation,
        delivery: Delivery,
    ) -> Result<Step, Hindered> {
        let id = link.integration.id;
        match delivery {
            Delivery::AtDesk => {
                self.store.record_outcome(id, message, Outcome::Delivered).await?;
                message.in_doubt = false;
                self.desk_is_back(link).await?;
                Ok(Step::Done)
            }
            Delivery::Never { reason } => {
                self.fail(link, parcel, message, None, &reason).await?;
                Ok(Step::Done)
            }
            Delivery::Away { health } => match PAUSES.get(message.tries as usize) {
                Some(pause) => {
                    if health.state == DeskState::Refuses {
                        // The address or its credential may have been changed since they were read.
                        self.secrets.refresh(Some(id), self.now());
                    }
                    self.store.record_outcome(id, message, Outcome::TryAgain).await?;
                    Ok(Step::ComeBack(*pause))
                }
                None => {
                    self.desk_went_away(link, &health).await?;
                    let reason = health.reason.unwrap_or_default();
                    self.set_aside(link, parcel, message, None, conversation, &reason).await?;
                    Ok(Step::Done)
                }
            },
            Delivery::Uncertain { reason } if message.uncertain > 0 => {
                message.uncertain += 1;
                self.fail(link, parcel, message, None, &format!("twice without an answer: {reason}")).await?;
                Ok(Step::Done)
            }
            Delivery::Uncertain { .. } => {
                self.store.record_outcome(id, message, Outcome::Uncertain).await?;
                Ok(Step::ComeBack(UNCERTAIN_PAUSE))
            }
            Delivery::OtherAsks => {
                let reason = "it may be at the desk; another message is finding out whether the desk is back";
                self.set_aside(link, parcel, message, None, conversation, reason).await?;
                Ok(Step::Done)
            }
            Delivery::NoTime => {
                self.store.record_outcome(id, message, Outcome::GoOn).await?;
                Ok(Step::ComeBack(Duration::ZERO))
            }
        }
    }

    /// Where a message that does not arrive is the template that asks the customer to write: the agent is told what that means
    /// for what is held, and the next answer asks once more. Told first: told twice under one id, it is read once.
    async fn template_failed(&self, link: &Link, customer: &CustomerId, message: &MessageId) -> Result<(), Hindered> {
        const TOLD: &str = "that was the template that asks the customer to write, so they do not know of what is held for \
                            them. It goes out if they write by themselves; your next message to them asks once more.";
        let id = link.integration.id;
        let conversation = self.store.conversation(id, &Place::Direct, customer).await?;
        if conversation.asked_by.as_ref() != Some(message) {
            return Ok(());
        }
        if conversation.held > 0 {
            self.tell(link, customer, EventId::new(format!("not asked:{message}")), TOLD).await?;
        }
        self.store.not_asked(id, customer, message).await?;
        Ok(())
    }

    /// Raises how far messages of ours have come; a repeat changes nothing. Gives to whom and when it was sent where a message
    /// of the hub's will not arrive, which the agent is to be told. Whether it is one may not be known yet, because a platform
    /// can be quicker than our own record; then the event comes once more.
    async fn not_delivered(
        &self,
        link: &Link,
        envelope: &Envelope,
        event: &Event,
        of: &StatusOf,
        status: &Status<'_>,
    ) -> Result<Option<(CustomerId, Timestamp)>, Hindered> {
        let id = link.integration.id;
        let message = match of {
            StatusOf::Message(message) => message,
            StatusOf::UpTo(at) => {
                let read = status.state >= DeliveryState::Read;
                self.store.note_watermark(id, &event.place, &event.customer, read, *at).await?;
                return Ok(None);
            }
        };
        let sent = self.store.raise_status(id, message, status).await?;
        let other = sent.sent.as_ref().map(|(customer, _)| customer).filter(|customer| **customer != event.customer);
        if let Some(customer) = other
            && status.state <= DeliveryState::Delivered
            && !event.customer.is_nobody()
        {
            // WhatsApp may know by another number whom an agent wrote to by the one that people dial, as in Brazil. The first
            // status may be quicker than our own record; the second is not.
            self.store.add_alias(id, &event.customer, customer).await?;
        }
        if status.state != DeliveryState::Failed || sent.state != DeliveryState::Failed {
            return Ok(None);
        }
        if sent.sent.is_none() && !matches!(envelope.work, Work::Recheck { .. }) {
            let now = self.now();
            let work = Work::Recheck { event: event.clone() };
            let envelope = Envelope { work, ..envelope.clone() };
            self.later.send(&Later { due_at: now.plus(RECHECK), envelope }, now).await?;
        }
        // Some platforms tell nobody whom a message went to, or by another id; our own record knows.
        if let Some(customer) = other {
            self.pass_on(envelope, event, customer.clone()).await?;
            return Ok(None);
        }
        Ok(sent.sent)
    }
}
