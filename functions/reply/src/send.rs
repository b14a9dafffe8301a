//! Sending a reply part by part, and writing down each step before the next: what was sent is never sent again, and how it
//! ended is known even if this process ends.

use std::time::Duration;

use secrecy::SecretString;
use shared::channel::{Channel, Content, Failure, FailureClass, OutMessage, Verdict};
use shared::event::Place;
use shared::id::{CorrelationId, MessageId};
use shared::openchannel::reply::{Reply, ReplyError};
use shared::secrets::SecretsError;
use shared::sender::From;
use shared::store::{Holding, ReplyRecord, ReplyState, SentPart};
use shared::time::Timestamp;
use shared::window::{Means, Way};
use tokio::time::Instant;

use crate::answer::Answer;
use crate::budget::Budget;
use crate::code::Code;
use crate::content::{least_time, texts, too_late};
use crate::door::Door;
use crate::pause::pause;
use crate::recipient::Recipient;
use crate::shell::Shell;

/// How often a conversation is read that changes between reading and holding.
const LOOKS: u32 = 4;
/// How long the platform may take to show the customer that they were read.
const SEEN: Duration = Duration::from_secs(1);

/// A reply on its way to the customer.
pub(crate) struct Errand<'a> {
    pub(crate) shell: &'a Shell,
    pub(crate) door: Door,
    pub(crate) channel: Channel,
    pub(crate) recipient: Recipient,
    pub(crate) reply: Reply,
    pub(crate) correlation: CorrelationId,
    pub(crate) budget: Budget,
    /// The claim on the reply; nothing where Motion gave it no id.
    pub(crate) record: Option<ReplyRecord>,
}

/// What is known on the way.
pub(crate) struct Progress {
    app_secret: Option<SecretString>,
    human_agent: bool,
    /// Whether the credential was read anew.
    renewed: bool,
    /// The parts that were sent, those of an earlier try among them.
    pub(crate) sent: Vec<MessageId>,
}

/// Where a reply stopped.
pub(crate) struct Stop {
    pub(crate) answer: Answer,
    /// Where that leaves the reply.
    pub(crate) state: ReplyState,
    /// What the platform says of our credential, where that is the reason.
    pub(crate) credential: Option<String>,
    /// Whether the platform's time for free answers is the reason.
    pub(crate) closed: bool,
}

impl Errand<'_> {
    /// Sends what is not yet sent, and writes down how it ended.
    pub(crate) async fn run(mut self) -> Answer {
        let sent = self.record.as_ref().map(|record| record.sent.clone()).unwrap_or_default();
        let before = sent.len();
        let mut progress = Progress { app_secret: None, human_agent: false, renewed: false, sent };
        let mut answer = match self.begin(&mut progress).await {
            Ok(answer) => answer,
            Err(answer) => self.stop(Stop::before(answer), &progress.sent, None).await,
        };
        answer.noted.parts = progress.sent.len() - before;
        answer
    }

    /// Sends it or holds it, as the window is. One that changes between our reading and our writing is read again: the
    /// customer wrote at this moment, or somebody else's reply was faster.
    async fn begin(&mut self, progress: &mut Progress) -> Result<Answer, Answer> {
        progress.app_secret = self.budget.work(self.app_secret()).await??;
        for _ in 0..LOOKS {
            let holding = match self.means().way(self.shell.now(), &self.recipient.conversation) {
                Way::Send { human_agent } => {
                    progress.human_agent = human_agent;
                    let (pieces, ()) = tokio::join!(self.pieces(), self.seen(progress));
                    return Ok(self.send(pieces?, progress).await);
                }
                Way::Refuse => return Err(closed(self.channel, self.may_be_late())),
                Way::Behind => Holding::Behind,
                Way::Hold { ask: true } => Holding::Asking,
                Way::Hold { ask: false } => Holding::Closed,
            };
            // Seldom, and large.
            if let Some(answer) = Box::pin(self.hold(holding, progress)).await? {
                return Ok(answer);
            }
            self.look_again().await?;
        }
        let message = "Much is happening in this conversation at this moment. Nothing was sent; try again in a minute.";
        Err(Answer::refused(Code::Unavailable, message))
    }

    /// Reads the conversation again.
    async fn look_again(&mut self) -> Result<(), Answer> {
        let (id, customer) = (self.door.integration.id, &self.recipient.customer);
        let read = self.shell.store.conversation(id, &Place::Direct, customer);
        self.recipient.conversation = self.budget.work(read).await??;
        Ok(())
    }

    fn means(&self) -> Means<'_> {
        let integration = &self.door.integration;
        Means {
            limits: self.channel.carrier().limits(),
            human_agent: self.may_be_late(),
            recontact: integration.recontact.as_ref(),
        }
    }

    /// What is to be sent, message by message.
    async fn pieces(&self) -> Result<Vec<Content>, Answer> {
        let limits = self.channel.carrier().limits();
        let pieces = match (&self.reply.attachment, &self.reply.text) {
            (Some(id), _) => {
                let named = self.reply.file_name.as_deref();
                vec![self.shell.file(&self.door, id, named, self.channel.carrier(), self.budget).await?]
            }
            (None, text) => {
                let texts = texts(text.as_deref().unwrap_or_default(), limits)?;
                texts.into_iter().map(|text| Content::written(text, self.channel)).collect()
            }
        };
        if pieces.is_empty() { Err(ReplyError::Empty.into()) } else { Ok(pieces) }
    }

    /// Shows the customer that they were read, where the integration wants that. An answer does not depend on it, nor wait for
    /// long.
    async fn seen(&self, progress: &Progress) {
        let newest = self.recipient.conversation.newest_id.as_ref();
        let Some(message) = newest.filter(|_| self.door.integration.read_marks && !self.reply.automatic) else {
            return;
        };
        let deadline = Instant::now() + self.budget.left().min(SEEN);
        self.shell.sender.seen(self.from(progress), message, deadline, self.shell.now()).await;
    }

    async fn app_secret(&self) -> Result<Option<SecretString>, SecretsError> {
        self.shell.secrets.app_secret(&self.door.secrets, self.shell.now()).await
    }

    async fn send(&mut self, pieces: Vec<Content>, progress: &mut Progress) -> Answer {
        let of = pieces.len();
        let mut newest = None;
        for (index, piece) in pieces.into_iter().enumerate().skip(progress.sent.len()) {
            if let Some(part) = newest.take() {
                self.record(ReplyState::Sending, &progress.sent, None, Some(&part)).await;
            }
            let quote = piece.quote();
            match self.part(index, piece, progress).await {
                Ok(message) => {
                    progress.sent.push(message.clone());
                    newest = Some(SentPart { message, quote });
                }
                Err(stop) => return self.stop_or_hold(stop, progress, of).await,
            }
        }
        self.finish(&progress.sent, newest).await
    }

    /// Ends here, or holds the rest where the platform says that its window is closed and the customer can be asked to write.
    async fn stop_or_hold(&mut self, stop: Stop, progress: &mut Progress, of: usize) -> Answer {
        if stop.closed
            && let Way::Hold { ask } = self.means().way_after_refusal(self.shell.now(), &self.recipient.conversation)
        {
            let holding = if ask { Holding::Asking } else { Holding::Closed };
            let before = self.shell.now();
            match Box::pin(self.hold(holding, progress)).await {
                Ok(Some(answer)) => {
                    self.window_is_closed(before).await;
                    return answer;
                }
                Ok(None) => {}
                Err(answer) => return self.stop(Stop::before(answer), &progress.sent, Some(of)).await,
            }
        }
        self.stop(stop, &progress.sent, Some(of)).await
    }

    /// Notes that the platform's window is closed although it looked open from here, so that what follows is held too. As if it
    /// had closed before the template went out, or that would go out once more. Without this note the platform says it again.
    async fn window_is_closed(&self, before: Timestamp) {
        let Some(window) = self.channel.carrier().limits().window else { return };
        let Some(seen) = self.recipient.conversation.window_at else { return };
        let opened = before.minus(window + Duration::from_secs(1));
        let (id, customer) = (self.door.integration.id, &self.recipient.customer);
        let closing = self.shell.store.close_window(id, &Place::Direct, customer, seen, opened);
        if !matches!(self.budget.close(closing).await, Ok(Ok(()))) {
            tracing::warn!(correlation = %self.correlation, "that the window is closed could not be noted");
        }
    }

    /// Sends one part, again where it certainly was not sent and trying again can help.
    pub(crate) async fn part(
        &mut self,
        index: usize,
        content: Content,
        progress: &mut Progress,
    ) -> Result<MessageId, Stop> {
        let least = least_time(&content);
        let content = self.hand_over(content, progress).await?;
        let (to, aliases) = self.recipient.conversation.ways_to(&self.recipient.customer);
        let mut tries = 0;
        loop {
            let left = self.budget.left();
            if left < least {
                return Err(Stop::before(too_late(&content)));
            }
            tries += 1;
            let message = OutMessage {
                to: &to,
                aliases: &aliases,
                content: content.clone(),
                human_agent: progress.human_agent,
                correlation: self.correlation,
                part: index,
            };
            let sent = self.shell.sender.send(self.from(progress), message, Instant::now() + left, self.shell.now());
            let failure = match sent.await {
                Verdict::Sent { message } => return Ok(message),
                Verdict::Unknown(failure) => return Err(Stop::unknown(&failure)),
                Verdict::NotSent(failure) => failure,
            };
            let again = match failure.class {
                FailureClass::Credential => self.renew(progress).await,
                FailureClass::WindowClosed => self.as_human_agent(progress),
                class => self.wait(class, tries, least).await,
            };
            if !again {
                return Err(Stop::refused(failure));
            }
        }
    }

    /// Hands a file to the platform first, where it wants that.
    async fn hand_over(&self, content: Content, progress: &Progress) -> Result<Content, Stop> {
        if self.budget.left() < least_time(&content) {
            return Err(Stop::before(too_late(&content)));
        }
        let deadline = Instant::now() + self.budget.left();
        let handed = self.shell.sender.hand_over(self.from(progress), content, deadline, self.shell.now());
        handed.await.map_err(Stop::refused)
    }

    /// Whose message it is.
    fn from<'a>(&'a self, progress: &'a Progress) -> From<'a> {
        From { channel: self.channel, secrets: &self.door.secrets, app_secret: progress.app_secret.as_ref() }
    }

    /// Reads the credential anew, which someone may have renewed just now. Says whether it is another.
    async fn renew(&mut self, progress: &mut Progress) -> bool {
        let (id, now) = (self.door.integration.id, self.shell.now());
        if std::mem::replace(&mut progress.renewed, true) || !self.shell.secrets.refresh(Some(id), now) {
            return false;
        }
        let Ok(Ok(Some(newer))) = self.budget.work(self.shell.secrets.integration(id, now)).await else { return false };
        let old = std::mem::replace(&mut self.door.secrets, newer);
        match self.budget.work(self.app_secret()).await {
            Ok(Ok(secret)) => progress.app_secret = secret,
            _ => return false,
        }
        !old.platform.is_same(&self.door.secrets.platform)
    }

    /// Whether it may go out by the right of a person who answers late: the account has it, and a person wrote. Meta forbids it
    /// for what a machine sends.
    pub(crate) fn may_be_late(&self) -> bool {
        self.door.integration.human_agent && !self.reply.automatic
    }

    /// Falls back to the right of a person who answers late, where the platform knows better than we that the window is closed.
    fn as_human_agent(&self, progress: &mut Progress) -> bool {
        let may = self.may_be_late() && self.channel.carrier().limits().human_agent_window.is_some();
        may && !std::mem::replace(&mut progress.human_agent, true)
    }

    /// Waits for the next try, if there is time for both.
    async fn wait(&self, class: FailureClass, tries: u32, least: Duration) -> bool {
        match pause(class, tries) {
            Some(pause) if pause + least <= self.budget.left() => {
                tokio::time::sleep(pause).await;
                true
            }
            _ => false,
        }
    }

    async fn finish(&self, sent: &[MessageId], newest: Option<SentPart>) -> Answer {
        let answer = Answer::sent(&self.recipient.customer, sent);
        tokio::join!(
            self.record(ReplyState::Sent, sent, Some(&answer), newest.as_ref()),
            self.introduce(),
            self.credential_works(),
        );
        answer
    }

    pub(crate) async fn stop(&self, stop: Stop, sent: &[MessageId], of: Option<usize>) -> Answer {
        tokio::join!(self.record(stop.state, sent, None, None), self.credential_fails(stop.credential));
        stop.answer.with_parts(sent, of)
    }
}

impl Stop {
    /// Before the platform was asked for this part.
    fn before(answer: Answer) -> Self {
        Self { answer, state: ReplyState::Refused, credential: None, closed: false }
    }

    /// The platform certainly did not send it.
    fn refused(failure: Failure) -> Self {
        let answer = Answer::failed(&failure, true);
        let closed = failure.class == FailureClass::WindowClosed;
        let credential = (failure.class == FailureClass::Credential).then_some(failure.sentence);
        Self { answer, state: ReplyState::Refused, credential, closed }
    }

    /// Nobody knows.
    fn unknown(failure: &Failure) -> Self {
        let answer = Answer::failed(failure, false);
        Self { answer, state: ReplyState::Unknown, credential: None, closed: false }
    }
}

fn closed(channel: Channel, human_agent: bool) -> Answer {
    let (over, then) = (closing(channel, human_agent), "You can answer again as soon as the customer writes.");
    Answer::refused(Code::WindowClosed, format!("{over} Nothing was sent. {then}")).because(format!("{over} {then}"))
}

/// The time that is over, as people count it.
pub(crate) fn closing(channel: Channel, human_agent: bool) -> String {
    let limits = channel.carrier().limits();
    let longer = limits.human_agent_window.filter(|_| human_agent);
    let hours = longer.or(limits.window).unwrap_or_default().as_secs() / 3600;
    let time = if hours > 48 { format!("{} days", hours / 24) } else { format!("{hours} hours") };
    let title = channel.carrier().title();
    format!("{title} lets us answer for {time} after the customer's last message, and that time is over.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_over_is_told_as_people_count_it() {
        for (human_agent, time) in [(false, "24 hours"), (true, "7 days")] {
            let answer = closed(Channel::Facebook, human_agent);
            assert_eq!((answer.status, answer.outcome), (400, "window_closed"));
            assert!(format!("{answer:?}").contains(&format!("for {time} after")), "{answer:?}");
            let response = answer.with_parts(&[MessageId::new("m_1")], Some(2)).recorded(CorrelationId::generate());
            assert!(!response.body.contains("Nothing was sent"), "{}", response.body);
            assert!(response.body.contains("Send only the rest as a new message."), "{}", response.body);
        }
    }
}
