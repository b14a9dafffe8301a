//! Whom a reply is for, and in which place: an agent's answer never goes to somebody else, and never to the public by guess.

use shared::channel::Channel;
use shared::event::Place;
use shared::id::{CustomerId, DeskId, IntegrationId, ThreadId};
use shared::openchannel::reply::Reply;
use shared::store::{Conversation, Integration};

use crate::answer::Answer;
use crate::budget::Budget;
use crate::code::Code;
use crate::shell::Shell;

/// The longest id that can be part of a key, in bytes. No platform's is nearly that long.
const LONGEST_ID: usize = 256;

/// Whom a reply is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipient {
    /// The platform's id.
    pub(crate) customer: CustomerId,
    /// Nobody has heard of them before: the agent writes first.
    pub(crate) is_new: bool,
    /// Their private conversation, as it was read.
    pub(crate) conversation: Conversation,
}

impl Shell {
    /// Finds the recipient. `known` is the customer where the bridge has found them already.
    pub(crate) async fn recipient(
        &self,
        integration: &Integration,
        channel: Channel,
        reply: &Reply,
        known: Option<CustomerId>,
        budget: Budget,
    ) -> Result<Recipient, Answer> {
        let known = match known {
            Some(known) => Some(known),
            None => self.customer(integration.id, &reply.recipient, budget).await?,
        };
        let (customer, is_new) = match known {
            Some(known) => (known, false),
            None => self.stranger(integration, channel, &reply.recipient, budget).await?,
        };
        let direct = self.store.conversation(integration.id, &Place::Direct, &customer);
        let direct = budget.work(direct).await??;
        if let Some(thread) = &reply.thread {
            let public = self.public(integration, thread, &customer, budget).await?;
            private_in_spite_of_thread(&direct, &public, channel)?;
        }
        Ok(Recipient { customer, is_new, conversation: direct })
    }

    /// The customer whom Motion knows by `desk_id`.
    pub(crate) async fn customer(
        &self,
        integration: IntegrationId,
        desk_id: &DeskId,
        budget: Budget,
    ) -> Result<Option<CustomerId>, Answer> {
        if desk_id.as_str().len() > LONGEST_ID {
            return Ok(None);
        }
        Ok(budget.work(self.store.customer_by_desk_id(integration, desk_id)).await??)
    }

    /// Whom an address names that no desk id is: a customer whom it is another name of, or somebody new.
    async fn stranger(
        &self,
        integration: &Integration,
        channel: Channel,
        desk_id: &DeskId,
        budget: Budget,
    ) -> Result<(CustomerId, bool), Answer> {
        let address = channel.carrier().address(desk_id.as_str()).ok_or_else(|| stranger(integration, channel))?;
        let known = budget.work(self.store.customer_named(integration.id, &address)).await??;
        Ok(known.map_or((address, true), |known| (known, false)))
    }

    async fn public(
        &self,
        integration: &Integration,
        thread: &ThreadId,
        customer: &CustomerId,
        budget: Budget,
    ) -> Result<Conversation, Answer> {
        if thread.as_str().len() > LONGEST_ID {
            return Ok(Conversation::default());
        }
        let place = Place::Public { thread: thread.clone() };
        Ok(budget.work(self.store.conversation(integration.id, &place, customer)).await??)
    }
}

/// Whether a reply of an interaction that began in public goes to the customer alone. It does where their newest message was
/// private. Where it was public the agent answers the public, which is not possible yet; and where no private message is known,
/// the id is that of an author, to whom nothing private can be sent.
fn private_in_spite_of_thread(direct: &Conversation, public: &Conversation, channel: Channel) -> Result<(), Answer> {
    match direct.newest_at {
        Some(private_at) if public.newest_at.is_none_or(|public_at| private_at > public_at) => Ok(()),
        _ => Err(Answer::refused(Code::Unsupported, in_public(channel))),
    }
}

const fn in_public(channel: Channel) -> &'static str {
    match channel {
        Channel::Facebook => {
            "The customer wrote in public, under a post. Public replies are not available for Facebook yet, so nothing was \
             sent. Answer below the post itself."
        }
        Channel::WhatsApp(_) => {
            "The customer wrote in a group. The hub cannot answer in groups, so nothing was sent. Answer in the group itself, \
             or in a conversation with the customer alone."
        }
    }
}

fn stranger(integration: &Integration, channel: Channel) -> Answer {
    Answer::refused(
        Code::UnknownRecipient,
        format!(
            "Nobody has written under the value in the contact's field {}, and it is no address of {} either. Nothing was \
             sent.",
            integration.map_key,
            channel.carrier().title()
        ),
    )
}

#[cfg(test)]
mod tests {
    use shared::time::Timestamp;

    use super::*;

    #[test]
    fn a_reply_with_a_thread_is_private_only_where_the_newest_message_was() {
        let at = |seconds: Option<i64>| Conversation {
            newest_at: seconds.map(Timestamp::from_seconds),
            ..Conversation::default()
        };
        let table = [
            // When the customer last wrote in private and in that thread; whether the reply goes to them alone.
            (Some(20), Some(10), true),
            (Some(20), None, true),
            (Some(10), Some(20), false),
            (Some(10), Some(10), false),
            (None, Some(10), false),
            (None, None, false),
        ];
        for (direct, public, private) in table {
            let told = private_in_spite_of_thread(&at(direct), &at(public), Channel::Facebook);
            assert_eq!(told.is_ok(), private, "{direct:?} {public:?}");
            if let Err(answer) = told {
                assert_eq!((answer.status, answer.outcome), (422, "unsupported"));
            }
        }
    }
}
