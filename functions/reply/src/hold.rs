//! Holding a reply until the customer writes, and asking them to with the template. Held first, then asked: whoever's write
//! notes the time of the template sends it, so that it goes out once whoever else writes at this moment.

use shared::channel::{Channel, Content};
use shared::event::Place;
use shared::id::MessageId;
use shared::openchannel::reply::ReplyError;
use shared::recontact::{Names, Recontact};
use shared::store::{Held, HeldContent, HeldState, Holding, ReplyState, SentPart, StoreError};

use crate::answer::Answer;
use crate::budget::UsedUp;
use crate::code::Code;
use crate::content::{least_time, texts};
use crate::file::{checked_id, motion_api};
use crate::send::{Errand, Progress, Stop, closing};

/// What became of the template, for the agent's sentence.
#[derive(Clone, Copy)]
enum Asked<'a> {
    /// It was sent with this reply.
    Now(&'a Recontact),
    /// Nobody knows whether the platform took it.
    Perhaps(&'a Recontact),
    /// It was sent before.
    Before,
    /// Another answer is sending it at this moment.
    Meanwhile,
    /// It is not needed: the customer has written, and what is held is on its way.
    Not,
}

impl Errand<'_> {
    /// Holds what is not sent yet. Nothing where the conversation changed since it was read: then it is to be read again.
    pub(crate) async fn hold(&mut self, holding: Holding, progress: &mut Progress) -> Result<Option<Answer>, Answer> {
        let recontact = self.door.integration.recontact.clone();
        let held = self.messages(recontact.as_ref(), &progress.sent)?;
        if holding == Holding::Asking && self.budget.left() < least_time(&Content::Text(String::new())) {
            return Err(UsedUp.into());
        }
        // Somebody new has to be known before anything is held for them, or what they answer by another id would not find it.
        self.introduce().await;
        if !self.keep(&held, holding).await? {
            return Ok(None);
        }
        let (asks, behind) = (holding == Holding::Asking, holding == Holding::Behind);
        Ok(Some(match recontact.as_ref().filter(|_| asks) {
            Some(recontact) => self.ask(recontact, &held, progress).await,
            None if behind => self.is_held(Asked::Not, progress, None).await,
            None => {
                let until = self.recipient.conversation.asking_until;
                let asking = until.is_some_and(|until| self.shell.now() <= until);
                self.is_held(if asking { Asked::Meanwhile } else { Asked::Before }, progress, None).await
            }
        }))
    }

    /// What is to be held, message by message.
    fn messages(&self, recontact: Option<&Recontact>, sent: &[MessageId]) -> Result<Vec<Held>, Answer> {
        let contents: Vec<HeldContent> = match (&self.reply.attachment, &self.reply.text) {
            (Some(id), _) => {
                motion_api(&self.door)?;
                let attachment = checked_id(id)?.clone();
                vec![HeldContent::File { attachment, name: self.reply.file_name.clone() }]
            }
            (None, text) => {
                let texts = texts(text.as_deref().unwrap_or_default(), self.channel.carrier().limits())?;
                texts.into_iter().map(|text| HeldContent::Text { text }).collect()
            }
        };
        let (now, of) = (self.shell.now(), contents.len());
        let held = |(part, content)| Held {
            correlation: self.correlation,
            part: u32::try_from(part).unwrap_or(u32::MAX),
            last: part + 1 == of,
            customer: self.recipient.customer.clone(),
            reply: self.record.as_ref().map(|record| record.id.clone()),
            content,
            since: now,
            until: now.plus(recontact.map_or_else(Recontact::default_hold, Recontact::hold)),
            state: HeldState::Waiting,
            claim: None,
            trouble: None,
        };
        let held: Vec<Held> = contents.into_iter().enumerate().skip(sent.len()).map(held).collect();
        if held.is_empty() { Err(ReplyError::Empty.into()) } else { Ok(held) }
    }

    /// Writes what is held. False where the condition does not hold any more.
    async fn keep(&self, held: &[Held], holding: Holding) -> Result<bool, Answer> {
        let (id, customer) = (self.door.integration.id, &self.recipient.customer);
        let read = &self.recipient.conversation;
        let write = self.shell.store.hold(id, customer, held, read, holding, self.shell.now());
        let trouble = match self.budget.work(write).await {
            Ok(Ok(())) => return Ok(true),
            Ok(Err(StoreError::Conflict)) => return Ok(false),
            Ok(Err(error)) => error.into(),
            Err(used_up) => used_up.into(),
        };
        // It may be held although no answer came: it must not go out when the agent is told that nothing was sent.
        let undo = self.shell.store.unhold(id, customer, held, holding);
        match self.budget.close(undo).await {
            Ok(Ok(())) => Err(trouble),
            Ok(Err(StoreError::Conflict)) if self.was_never_held(holding).await => Err(trouble),
            _ => Err(Answer::refused(
                Code::OutcomeUnknown,
                "The hub's own storage does not answer at the moment. Your message may be held until the customer writes; look \
                 at the conversation before you write it again.",
            )),
        }
    }

    /// What cannot be taken back either never was held, or a release has it. No release runs while the customer has not written
    /// since; behind others one may run at any time.
    async fn was_never_held(&self, holding: Holding) -> bool {
        let (id, customer) = (self.door.integration.id, &self.recipient.customer);
        let now = self.budget.close(self.shell.store.conversation(id, &Place::Direct, customer)).await;
        let window_at = self.recipient.conversation.window_at;
        holding != Holding::Behind && matches!(now, Ok(Ok(now)) if now.window_at == window_at)
    }

    /// Sends the template, and tells the truth about it.
    async fn ask(&mut self, recontact: &Recontact, held: &[Held], progress: &mut Progress) -> Answer {
        let conversation = &self.recipient.conversation;
        let names = Names { first: conversation.first_name.as_deref(), last: conversation.last_name.as_deref() };
        let template = Content::Template(recontact.template(names));
        let quote = template.quote();
        let index = progress.sent.len() + held.len();
        match self.part(index, template, progress).await {
            Ok(message) => {
                self.note_asked(Some(&message)).await;
                let part = SentPart { message, quote };
                self.is_held(Asked::Now(recontact), progress, Some(part)).await
            }
            Err(stop) if stop.state == ReplyState::Unknown => {
                self.note_asked(None).await;
                self.is_held(Asked::Perhaps(recontact), progress, None).await
            }
            Err(stop) => self.not_asked(recontact, held, stop, progress).await,
        }
    }

    async fn note_asked(&self, message: Option<&MessageId>) {
        let (id, customer) = (self.door.integration.id, &self.recipient.customer);
        let note = self.shell.store.asked(id, customer, self.shell.now(), message);
        if !matches!(self.budget.close(note).await, Ok(Ok(()))) {
            tracing::warn!(correlation = %self.correlation, "that the customer was asked could not be noted; they may be once more");
        }
    }

    /// The template certainly did not go out: what is held is taken back, and the agent told why.
    async fn not_asked(&self, recontact: &Recontact, held: &[Held], stop: Stop, progress: &Progress) -> Answer {
        let (id, customer) = (self.door.integration.id, &self.recipient.customer);
        let undo = self.shell.store.unhold(id, customer, held, Holding::Asking);
        let failed = format!(
            "{} The template \"{}\" that asks the customer to write could not be sent, so your message is not held either. What \
             was held before goes out if the customer writes by themselves.",
            self.over(),
            recontact.template
        );
        match self.budget.close(undo).await {
            Ok(Ok(())) => {
                let stop = Stop { answer: stop.answer.led_by(&failed), ..stop };
                self.stop(stop, &progress.sent, None).await
            }
            // They wrote by themselves, and what was held is being sent.
            Ok(Err(StoreError::Conflict)) => self.is_held(Asked::Not, progress, None).await,
            _ => {
                let told = format!(
                    "{} The template \"{}\" that asks the customer to write could not be sent, and the hub's own storage does \
                     not answer: your message stays held, and goes out if the customer writes by themselves.",
                    self.over(),
                    recontact.template
                );
                let answer = Answer::refused(Code::OutcomeUnknown, told);
                self.stop(Stop { answer, state: ReplyState::Unknown, ..stop }, &progress.sent, None).await
            }
        }
    }

    /// Writes down that it is held, and what the agent is told.
    async fn is_held(&self, asked: Asked<'_>, progress: &Progress, template: Option<SentPart>) -> Answer {
        let told = self.told(asked, progress.sent.len());
        let answer = Answer::refused(Code::Held, told);
        self.record(ReplyState::Held, &progress.sent, Some(&answer), template.as_ref()).await;
        answer
    }

    fn told(&self, asked: Asked<'_>, sent: usize) -> String {
        let recontact = self.door.integration.recontact.as_ref();
        let hours = recontact.map_or_else(Recontact::default_hold, Recontact::hold).as_secs() / 3600;
        let then = format!("goes out as soon as they do. If they do not write within {hours} hours, you are told.");
        let rest = match sent {
            0 => String::new(),
            1 => "Only the first part was sent; what follows is about the rest. ".to_owned(),
            parts => format!("Only the first {parts} parts were sent; what follows is about the rest. "),
        };
        let over = self.over();
        let words = match asked {
            Asked::Now(Recontact { template, .. }) => {
                format!(
                    "{over} The customer was asked with the template \"{template}\" to write; your message is held and {then}"
                )
            }
            Asked::Perhaps(Recontact { template, .. }) => format!(
                "{over} Your message is held and {then} The customer is to be asked to write with the template \
                 \"{template}\", but no answer came whether it was sent."
            ),
            Asked::Meanwhile => {
                format!(
                    "{over} The customer is being asked at this moment to write, with another answer, which tells whether that \
                     went well; your message is held too and {then}"
                )
            }
            Asked::Before => {
                format!("{over} The customer was asked before to write; your message is held too and {then}")
            }
            Asked::Not => {
                "Earlier messages to this customer were held and are on their way now. Yours goes out behind them; \
                           you are told when they are sent."
                    .to_owned()
            }
        };
        format!("{rest}{words}")
    }

    /// Why it is not sent now.
    fn over(&self) -> String {
        match self.recipient.conversation.window_at {
            Some(_) => closing(self.channel, self.may_be_late()),
            None => stranger(self.channel),
        }
    }
}

fn stranger(channel: Channel) -> String {
    format!("The hub knows of no message of this customer, and {} lets us answer only then.", channel.carrier().title())
}
