//! Posting a parcel's parts to Motion's Receive URL, one after another, each written down before the next.

use std::time::Duration;

use shared::event::{MediaFile, Place};
use shared::http::Purpose;
use shared::id::{CustomerId, DeskId};
use shared::openchannel::attachment::AttachmentId;
use shared::openchannel::contact::{ContactField, ContactFields};
use shared::openchannel::line::{self, DeskPart};
use shared::openchannel::receive::{self, Away, Post};
use shared::store::{Conversation, DeskState, Health, MessageRecord};
use tokio::time::Instant;

use crate::file::Carried;
use crate::links::Link;
use crate::parcel::Parcel;
use crate::probe::Probe;
use crate::set_aside::health;
use crate::work::Hindered;
use crate::worker::Worker;

/// How long a POST to the desk may take in all.
pub(crate) const POST: Duration = Duration::from_secs(10);
/// How much of the desk's answer is read.
pub(crate) const ANSWER_CAP: usize = 64 * 1024;
/// The longest that one text may take.
const TEXT_TAKES: Duration = POST;
/// The longest that one file may take: fetched, uploaded, uploaded again, posted.
const FILE_TAKES: Duration = Duration::from_secs(50);

/// What a try to bring a parcel to the desk came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// All of it is there.
    AtDesk,
    /// The desk will not take it, ever.
    Never { reason: String },
    /// The desk is away.
    Away { health: Health },
    /// A part may be there.
    Uncertain { reason: String },
    /// The invocation has no time for the next part.
    NoTime,
    /// A part may be there, and another message is finding out whether the desk is back.
    OtherAsks,
}

impl Worker {
    /// Posts the parts that are not done. `message` is brought up to date with each.
    pub(crate) async fn deliver(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        conversation: &Conversation,
        parts: &[DeskPart],
        message: &mut MessageRecord,
        deadline: Instant,
    ) -> Result<Delivery, Hindered> {
        let asked = message.uncertain > 0;
        if asked {
            match self.probe(link).await? {
                Probe::Answers => {}
                Probe::Away(health) => return Ok(Delivery::Away { health }),
                Probe::OtherAsks => return Ok(Delivery::OtherAsks),
            }
        }
        let done = message.parts_done as usize;
        for (index, part) in parts.iter().enumerate().skip(done) {
            if Instant::now() + longest(part) > deadline {
                return Ok(Delivery::NoTime);
            }
            let posted = match part {
                DeskPart::Text(text) => self.post_text(link, parcel, conversation, message, text).await,
                DeskPart::File(file) => self.post_file(link, parcel, conversation, message, index, file).await?,
            };
            if posted != Delivery::AtDesk {
                message.in_doubt = matches!(posted, Delivery::Uncertain { .. });
                return Ok(posted);
            }
            message.parts_done += 1;
            if index + 1 < parts.len() {
                self.store.record_part(link.integration.id, message).await?;
                message.in_doubt = false;
                message.deaths = 0;
                message.uncertain = 0;
            }
        }
        if asked {
            self.store.end_probe(link.integration.id).await?;
        }
        tracing::info!(
            correlation = %message.correlation, integration = %link.integration.id, parts = parts.len(),
            "a message is at the desk"
        );
        Ok(Delivery::AtDesk)
    }

    /// Posts a text, marked where it may be there already.
    pub(crate) async fn post_text(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        conversation: &Conversation,
        message: &mut MessageRecord,
        text: &str,
    ) -> Delivery {
        let body = if message.may_be_there() { line::repeated(text) } else { text.to_owned() };
        message.in_doubt = true;
        self.post(link, parcel, conversation, body, None).await
    }

    async fn post_file(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        conversation: &Conversation,
        message: &mut MessageRecord,
        index: usize,
        file: &MediaFile,
    ) -> Result<Delivery, Hindered> {
        let (text, late) = match self.carry(link, parcel, index, file).await {
            Carried::Uploaded { id, name } => {
                let body = if message.may_be_there() { line::repeated(&name) } else { name };
                message.in_doubt = true;
                return Ok(self.post(link, parcel, conversation, body, Some(id)).await);
            }
            Carried::Lost(text) => (Some(text), None),
            Carried::Late { text, late } => (text, Some(late)),
        };
        if let Some(text) = text {
            let posted = self.post_text(link, parcel, conversation, message, &text).await;
            if posted != Delivery::AtDesk {
                return Ok(posted);
            }
        }
        if let Some(late) = late {
            // Only now: a line that did not get there is posted again, and a file must not come from two sides.
            self.try_later(link, late).await?;
        }
        Ok(Delivery::AtDesk)
    }

    async fn post(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        conversation: &Conversation,
        body: String,
        attachment: Option<AttachmentId>,
    ) -> Delivery {
        let post = Post {
            from: desk_id(parcel, conversation),
            body,
            map_key: link.integration.map_key,
            contact: contact(link, parcel.customer(), conversation),
            attachment,
            thread: match parcel.place() {
                Place::Direct => None,
                Place::Public { thread } => Some(thread.clone()),
            },
            external_url: None,
        };
        let request = receive::request(&link.receive_url, &post);
        let answer = self.http.send(Purpose::Desk, request, POST, ANSWER_CAP).await;
        match receive::outcome(&link.receive_url, &answer) {
            receive::Outcome::Done { .. } => Delivery::AtDesk,
            receive::Outcome::Never { reason, .. } => Delivery::Never { reason },
            receive::Outcome::Away { kind, reason } => Delivery::Away { health: health(state(kind), reason, self) },
            receive::Outcome::Uncertain { reason } => Delivery::Uncertain { reason },
        }
    }
}

pub(crate) const fn state(kind: Away) -> DeskState {
    match kind {
        Away::Unreachable => DeskState::Unreachable,
        Away::Refuses => DeskState::Refuses,
    }
}

/// What Motion knows the customer by; before they were introduced, the platform's own id.
fn desk_id(parcel: &Parcel<'_>, conversation: &Conversation) -> DeskId {
    conversation.desk_id.clone().unwrap_or_else(|| DeskId::new(parcel.customer().as_str()))
}

fn contact(link: &Link, customer: &CustomerId, conversation: &Conversation) -> ContactFields {
    let mut fields = ContactFields::default();
    fields.set(ContactField::Phone, link.channel.phone(customer, &conversation.aliases).unwrap_or_default());
    fields.set(ContactField::FirstName, conversation.first_name.as_deref().unwrap_or_default());
    fields.set(ContactField::LastName, conversation.last_name.as_deref().unwrap_or_default());
    fields.with_fixed(&link.integration.contact_fields)
}

const fn longest(part: &DeskPart) -> Duration {
    match part {
        DeskPart::Text(_) => TEXT_TAKES,
        DeskPart::File(_) => FILE_TAKES,
    }
}
