//! What agents wrote while the window was closed, sent in order after the customer has written.
//!
//! Each message is claimed before it is handed to the platform and taken out together with the note that it was sent. One that
//! is found claimed had a worker that died in between, so nobody knows: the agent is told, and it is never sent again.

use std::time::Duration;

use shared::agent_file::{self, FileLacking};
use shared::channel::{Content, Failure, FailureClass, OutMessage, Verdict};
use shared::envelope::{Envelope, Work};
use shared::event::Place;
use shared::id::{CustomerId, EventId};
use shared::queue::Later;
use shared::sender::From;
use shared::store::{Conversation, Held, HeldContent, HeldState, SentPart};
use shared::window::{Window, window};
use tokio::time::Instant;
use ulid::Ulid;

use crate::ending::refused;
use crate::links::Link;
use crate::set_aside::{drain_pause, target};
use crate::work::{Hindered, Step};
use crate::worker::Worker;

/// How many held messages are read at a time.
const PAGE: usize = 20;
/// How long one message may take: its file fetched and handed over, then sent.
const TEXT_TAKES: Duration = Duration::from_secs(12);
const FILE_TAKES: Duration = Duration::from_secs(40);
/// The longest pause that a platform's own word for it is followed.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// What a release does after one message.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    /// With the next message.
    GoOn,
    /// Another time: after this pause where the platform says one.
    Later(Option<Duration>),
    /// Nothing more: what is left is held until the customer writes again.
    Stop,
    /// This invocation has no time for more.
    NoTime,
}

/// What becomes of a message that the platform certainly did not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Later(Option<Duration>),
    Stop,
    Refused,
}

const fn fate(class: FailureClass) -> Fate {
    match class {
        FailureClass::Throttled(wait) => Fate::Later(wait),
        FailureClass::Transient => Fate::Later(None),
        FailureClass::WindowClosed => Fate::Stop,
        FailureClass::Permanent
        | FailureClass::Credential
        | FailureClass::Configuration
        | FailureClass::RecipientUnreachable
        | FailureClass::OptedOut => Fate::Refused,
    }
}

/// The pause before the release that follows `step` in vain.
fn pause(step: u32, told: Option<Duration>) -> Duration {
    told.map_or_else(|| drain_pause(step), |told| told.clamp(Duration::from_secs(1), LONGEST_PAUSE))
}

impl Worker {
    /// Puts a release on the way where a customer has written for whom something is held, unless one is due already because the
    /// platform takes no more for now.
    pub(crate) async fn wake_held(
        &self,
        link: &Link,
        customer: &CustomerId,
        conversation: &Conversation,
    ) -> Result<(), Hindered> {
        let now = self.now();
        if conversation.held == 0 || conversation.release_at.is_some_and(|due| due > now) {
            return Ok(());
        }
        let work = Work::Release { customer: customer.clone(), step: 0 };
        self.inbound.send_one(&Envelope::new(target(link), work, now)).await?;
        Ok(())
    }

    /// Sends what is held, in order. Ends only after a consistent read finds nothing: whoever holds behind others does so on
    /// condition that something is held, so nothing can follow the last one.
    pub(crate) async fn release(
        &self,
        link: &Link,
        envelope: &Envelope,
        customer: &CustomerId,
        step: u32,
        deadline: Instant,
    ) -> Result<Step, Hindered> {
        let id = link.integration.id;
        let conversation = self.store.conversation(id, &Place::Direct, customer).await?;
        loop {
            let held = self.store.held(id, customer, PAGE).await?;
            if held.is_empty() {
                return self.all_released(link, envelope, customer).await;
            }
            for message in held {
                match self.release_one(link, &conversation, message, deadline).await? {
                    Next::GoOn => {}
                    Next::Later(told) => return self.release_later(link, customer, step, told).await,
                    Next::Stop => return Ok(Step::Done),
                    Next::NoTime => {
                        let work = Work::Release { customer: customer.clone(), step };
                        self.inbound.send_one(&Envelope::new(target(link), work, self.now())).await?;
                        return Ok(Step::Done);
                    }
                }
            }
        }
    }

    async fn release_one(
        &self,
        link: &Link,
        conversation: &Conversation,
        held: Held,
        deadline: Instant,
    ) -> Result<Next, Hindered> {
        match held.state {
            HeldState::Waiting => {}
            HeldState::Sending => {
                self.nobody_knows(link, &held).await?;
                return Ok(Next::GoOn);
            }
            HeldState::Cancelled => {
                self.cancelled(link, &held).await?;
                return Ok(Next::GoOn);
            }
        }
        let human_agent = link.integration.human_agent;
        let limits = link.channel.carrier().limits();
        let late = match window(self.now(), conversation.window_at, limits, human_agent) {
            _ if !link.integration.enabled => return Ok(Next::Stop),
            Window::Closed => return Ok(Next::Stop),
            Window::Open => false,
            Window::HumanAgent => true,
        };
        if Instant::now() + longest(&held) > deadline {
            return Ok(Next::NoTime);
        }
        // A platform that never answers holds up the customer's own messages for no longer than that.
        let deadline = deadline.min(Instant::now() + longest(&held));
        let content = match self.content(link, &held, deadline).await {
            Ok(content) => content,
            Err(FileLacking::Late | FileLacking::Unavailable) => return Ok(Next::Later(None)),
            Err(lacking) => {
                self.tell_and_drop(link, &held, refused(&held, &format!("{lacking}."))).await?;
                return Ok(Next::GoOn);
            }
        };
        self.send_held(link, conversation, held, content, late, deadline).await
    }

    /// Claims one message, hands it to the platform once, and writes down what came of it.
    async fn send_held(
        &self,
        link: &Link,
        conversation: &Conversation,
        held: Held,
        content: Content,
        late: bool,
        deadline: Instant,
    ) -> Result<Next, Hindered> {
        let (id, now) = (link.integration.id, self.now());
        let app_secret = self.secrets.app_secret(&link.secrets, now).await.map_err(crate::links::LinkError::from)?;
        let from = From { channel: link.channel, secrets: &link.secrets, app_secret: app_secret.as_ref() };
        // A file may lie at the platform without harm; a worker that dies now leaves nothing in doubt.
        let quote = content.quote();
        let content = match self.sender.hand_over(from, content, deadline, now).await {
            Ok(content) => content,
            Err(failure) => return self.not_sent(link, &held, failure).await,
        };
        let claim = Ulid::generate().to_string();
        match self.store.claim_held(id, &held, &claim).await {
            Ok(true) => {}
            Ok(false) => return Ok(Next::GoOn),
            Err(error) => {
                // It may be claimed although no answer came, and it was certainly not sent.
                self.store.unclaim_held(id, &held, &claim, None).await?;
                return Err(error.into());
            }
        }
        let held = Held { state: HeldState::Sending, claim: Some(claim), ..held };
        let human_agent_too =
            link.integration.human_agent && link.channel.carrier().limits().human_agent_window.is_some();
        let (to, aliases) = conversation.ways_to(&held.customer);
        let mut human_agent = late;
        loop {
            let message = OutMessage {
                to: &to,
                aliases: &aliases,
                content: content.clone(),
                human_agent,
                correlation: held.correlation,
                part: held.part as usize,
            };
            let failure = match self.sender.send(from, message, deadline, self.now()).await {
                Verdict::Sent { message } => {
                    let part = SentPart { message, quote };
                    self.store.held_was_sent(id, &held, &part, self.now()).await?;
                    return Ok(Next::GoOn);
                }
                Verdict::Unknown(_) => {
                    self.nobody_knows(link, &held).await?;
                    return Ok(Next::GoOn);
                }
                Verdict::NotSent(failure) => failure,
            };
            // The platform may know better than we that the free time is over.
            if failure.class != FailureClass::WindowClosed || human_agent || !human_agent_too {
                return self.not_sent(link, &held, failure).await;
            }
            human_agent = true;
        }
    }

    /// What follows where the platform certainly did not send it.
    async fn not_sent(&self, link: &Link, held: &Held, failure: Failure) -> Result<Next, Hindered> {
        let id = link.integration.id;
        tracing::warn!(
            correlation = %held.correlation, integration = %id, class = ?failure.class,
            "a held message was not taken by the platform"
        );
        if failure.class == FailureClass::Credential {
            self.credential_is_dead(link, &failure.sentence).await;
        }
        if let (FailureClass::WindowClosed, Some(window)) = (failure.class, link.channel.carrier().limits().window) {
            let now = self.now();
            self.store.close_window(id, &Place::Direct, &held.customer, now, now.minus(window)).await?;
        }
        let next = match fate(failure.class) {
            Fate::Refused => {
                self.tell_and_drop(link, held, refused(held, &failure.sentence)).await?;
                return Ok(Next::GoOn);
            }
            Fate::Later(told) => Next::Later(told),
            Fate::Stop => Next::Stop,
        };
        if let Some(claim) = &held.claim {
            self.store.unclaim_held(id, held, claim, Some(&failure.what)).await?;
        }
        Ok(next)
    }

    async fn content(&self, link: &Link, held: &Held, deadline: Instant) -> Result<Content, FileLacking> {
        let (attachment, name) = match &held.content {
            HeldContent::Text { text } => return Ok(Content::written(text.clone(), link.channel)),
            HeldContent::File { attachment, name } => (attachment, name),
        };
        let api = link.secrets.motion_api(&link.integration);
        let api = api.ok_or(FileLacking::Refused("the integration has no address or no key of Motion's API"))?;
        // Nobody closes it while the worker lives; without it a file is carried all the same.
        let _place = self.files.acquire().await.ok();
        agent_file::fetch(&self.http, &api, attachment, name.as_deref(), link.channel.carrier(), deadline).await
    }

    /// Tells the agent how many of their messages went out; counted over all tries, so that it is told once.
    async fn all_released(&self, link: &Link, envelope: &Envelope, customer: &CustomerId) -> Result<Step, Hindered> {
        let id = link.integration.id;
        let conversation = self.store.conversation(id, &Place::Direct, customer).await?;
        let text = match conversation.released {
            0 => return Ok(Step::Done),
            1 => "1 held message was sent.".to_owned(),
            released => format!("{released} held messages were sent."),
        };
        self.tell(link, customer, EventId::new(format!("released:{}", envelope.correlation)), &text).await?;
        self.store.forget_released(id, customer).await?;
        tracing::info!(
            correlation = %envelope.correlation, integration = %id, messages = conversation.released,
            "held messages were sent"
        );
        Ok(Step::Done)
    }

    async fn release_later(
        &self,
        link: &Link,
        customer: &CustomerId,
        step: u32,
        told: Option<Duration>,
    ) -> Result<Step, Hindered> {
        let now = self.now();
        let due_at = now.plus(pause(step, told));
        let work = Work::Release { customer: customer.clone(), step: step.saturating_add(1) };
        self.later.send(&Later { due_at, envelope: Envelope::new(target(link), work, now) }, now).await?;
        self.store.release_again_at(link.integration.id, customer, due_at).await?;
        Ok(Step::Done)
    }
}

const fn longest(held: &Held) -> Duration {
    match held.content {
        HeldContent::Text { .. } => TEXT_TAKES,
        HeldContent::File { .. } => FILE_TAKES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_a_message_that_was_not_sent() {
        use FailureClass::{
            Configuration, Credential, OptedOut, Permanent, RecipientUnreachable, Throttled, Transient, WindowClosed,
        };
        let minute = Some(Duration::from_secs(60));
        let table = [
            (Permanent, Fate::Refused),
            (Throttled(minute), Fate::Later(minute)),
            (Throttled(None), Fate::Later(None)),
            (Transient, Fate::Later(None)),
            (Credential, Fate::Refused),
            (Configuration, Fate::Refused),
            (WindowClosed, Fate::Stop),
            (RecipientUnreachable, Fate::Refused),
            (OptedOut, Fate::Refused),
        ];
        for (class, expected) in table {
            assert_eq!(fate(class), expected, "{class:?}");
        }
    }

    #[test]
    fn the_platform_is_left_alone_for_as_long_as_it_says() {
        let seconds = Duration::from_secs;
        let table = [
            (0, None, 15),
            (1, None, 30),
            (9, None, 300),
            (0, Some(seconds(0)), 1),
            (3, Some(seconds(90)), 90),
            (0, Some(seconds(86_400)), 900),
        ];
        for (step, told, expected) in table {
            assert_eq!(pause(step, told), seconds(expected), "{step} {told:?}");
        }
    }
}
