//! What is brought to the desk: an event, a file that came late, or a line of the hub's own, as parts that are posted one after another.

use shared::envelope::{Envelope, HubLine, LateFile, Work};
use shared::event::{Event, EventKind, Place, StatusOf};
use shared::id::{CustomerId, EventId, MessageId};
use shared::openchannel::line::{self, DeskPart};
use shared::store::{ClaimBy, Conversation, Kept, KeptState, MessageRecord, Sign};
use shared::text::shorten;

use crate::links::Link;
use crate::work::Hindered;
use crate::worker::Worker;

/// How much of a text is remembered to quote it.
const QUOTE: usize = 80;

/// Something for the desk, with the queue body that it came in.
pub(crate) struct Parcel<'a> {
    pub(crate) envelope: &'a Envelope,
    /// The queue body, to be kept where the parcel is set aside.
    pub(crate) body: &'a str,
    /// Its place in the order of its customer's parcels.
    pub(crate) sequence: &'a str,
    pub(crate) content: Content<'a>,
}

/// What kinds of work end at the desk.
#[derive(Clone, Copy)]
pub(crate) enum Content<'a> {
    Event(&'a Event),
    LateFile(&'a LateFile),
    Line(&'a HubLine),
}

impl<'a> Parcel<'a> {
    /// The parcel in a queue body; nothing where the work is not for the desk.
    pub(crate) fn of(envelope: &'a Envelope, body: &'a str, sequence: &'a str) -> Option<Self> {
        let content = match &envelope.work {
            Work::Event { event } | Work::Recheck { event } => Content::Event(event),
            Work::LateFile(late) => Content::LateFile(late),
            Work::Line(line) => Content::Line(line),
            Work::Unreadable { .. }
            | Work::Drain { .. }
            | Work::Replay { .. }
            | Work::Release { .. }
            | Work::EndHeld { .. } => return None,
        };
        Some(Self { envelope, body, sequence, content })
    }

    pub(crate) fn customer(&self) -> &'a CustomerId {
        match self.content {
            Content::Event(event) => &event.customer,
            Content::LateFile(late) => &late.customer,
            Content::Line(line) => &line.customer,
        }
    }

    /// What the customer calls themselves, where the event tells.
    pub(crate) fn named(&self) -> Option<&'a str> {
        match self.content {
            Content::Event(event) => event.named.as_deref(),
            Content::LateFile(_) | Content::Line(_) => None,
        }
    }

    pub(crate) fn place(&self) -> &'a Place {
        match self.content {
            Content::Event(event) => &event.place,
            Content::LateFile(late) => &late.place,
            Content::Line(_) => &Place::Direct,
        }
    }

    /// What the claim is on.
    pub(crate) fn id(&self) -> EventId {
        match self.content {
            Content::Event(event) => event.id.clone(),
            Content::LateFile(late) => late.claimed(),
            Content::Line(line) => line.event.clone(),
        }
    }

    /// A record for the first claim on it.
    pub(crate) fn record(&self) -> MessageRecord {
        let (customer, envelope) = (self.customer().clone(), self.envelope);
        let mut record = MessageRecord::new(self.id(), customer, envelope.correlation, envelope.received_at);
        record.quote = match self.content {
            Content::Event(event) => line::quotable(event).map(|text| shorten(&text, QUOTE)),
            Content::LateFile(_) | Content::Line(_) => None,
        };
        record
    }

    /// The parcel as something to keep.
    pub(crate) fn kept(&self, message: &MessageRecord, state: KeptState, reason: &str, worker: &Worker) -> Kept {
        Kept {
            state,
            sequence: self.sequence.to_owned(),
            correlation: message.correlation,
            event: message.event.clone(),
            customer: self.customer().clone(),
            place: Some(self.place().clone()),
            kind: self.envelope.kind().to_owned(),
            since: worker.now(),
            reason: reason.to_owned(),
            payload: self.body.to_owned(),
        }
    }
}

impl Worker {
    /// The conversation, after it was noted what happened in it.
    pub(crate) async fn conversation(&self, link: &Link, parcel: &Parcel<'_>) -> Result<Conversation, Hindered> {
        let (id, place, customer) = (link.integration.id, parcel.place(), parcel.customer());
        let known = match parcel.content {
            Content::Event(event) if event.opens_window() && !event.customer.is_nobody() => {
                // A platform's clock that runs ahead must not keep the window open for longer.
                let at = event.at.min(self.now());
                let sign = match &event.kind {
                    EventKind::Message(message) => Sign::Message(message.id.as_ref()),
                    _ => Sign::Act,
                };
                let known = self.store.note_sign(id, place, customer, at, sign).await?;
                self.wake_held(link, customer, &known).await?;
                known
            }
            _ => self.store.conversation(id, place, customer).await?,
        };
        Ok(known)
    }

    /// What the desk gets, part by part. Empty where the event concerns no agent.
    pub(crate) async fn parts(&self, link: &Link, parcel: &Parcel<'_>) -> Result<Vec<DeskPart>, Hindered> {
        let event = match parcel.content {
            Content::LateFile(late) => return Ok(vec![DeskPart::File(late.file.clone())]),
            Content::Line(line) => return Ok(vec![DeskPart::Text(line.text.clone())]),
            Content::Event(event) => event,
        };
        if event.customer.is_nobody() {
            return Ok(Vec::new());
        }
        let quoted = match spoken_of(event) {
            Some(message) => self.store.quote(link.integration.id, message).await?,
            None => None,
        };
        Ok(line::posts(event, quoted.as_deref()))
    }
}

/// The earlier message that an event is about.
fn spoken_of(event: &Event) -> Option<&MessageId> {
    match &event.kind {
        EventKind::Reaction { message, .. } | EventKind::Deletion { message } => Some(message),
        EventKind::Message(message) => message.quotes.as_ref(),
        EventKind::Status { of: StatusOf::Message(message), .. } => Some(message),
        _ => None,
    }
}

/// Who asks for a claim on what was kept.
pub(crate) const fn claimant(kept: &Kept) -> ClaimBy {
    match kept.state {
        KeptState::Waiting => ClaimBy::Drain,
        KeptState::Failed => ClaimBy::Replay,
    }
}
