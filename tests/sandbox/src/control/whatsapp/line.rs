//! A WhatsApp line of any carrier. What can be done with one has an arm for each carrier here; what its customers do has in
//! `person`, and what it looks like in `view`.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::person::Person;
use super::view::{self, LineView};
use crate::control::ControlError;
use crate::control::fault::{LineFault, Refusal};
use crate::faults::{Answer, When};
use crate::kaleyra::{self, Generation, KaleyraCall, KaleyraError};
use crate::meta::GraphError;
use crate::meta::whatsapp::{self as cloud, WhatsApp, WhatsAppCall};
use crate::sinch::{self, AppConfig, Sinch, SinchApp, SinchCall, SinchError};
use crate::twilio::{self, NumberConfig, Statuses, TwilioCall, TwilioError};
use crate::{World, ids};

/// So many messages at most are told to fail later by one request.
const MOST_LATER: u32 = 100;

/// Who carries a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Carrier {
    Meta,
    Twilio,
    Sinch,
    Kaleyra,
}

/// What the hub needs to use a line. What is not given is made up.
#[derive(Debug, Deserialize)]
#[serde(tag = "carrier", rename_all = "snake_case")]
pub(super) enum Credentials {
    Meta { phone_number_id: Option<String>, waba_id: Option<String>, token: Option<String> },
    Twilio { account_sid: Option<String>, auth_token: Option<String> },
    Sinch { project: Option<String>, app: Option<String>, key_id: Option<String>, key_secret: Option<String> },
    Kaleyra { sid: Option<String>, api_key: Option<String>, generation: Option<Generation> },
}

/// A line to work with.
pub(in crate::control) enum Line {
    Meta(cloud::Number),
    Twilio(twilio::Number),
    Sinch(SinchApp),
    Kaleyra(kaleyra::Number),
}

impl Line {
    /// Adds a line. One that is there already stays as it is.
    pub(super) fn add(world: &Arc<World>, name: String, number: String, credentials: Credentials) -> Self {
        match credentials {
            Credentials::Meta { phone_number_id, waba_id, token } => Self::Meta(WhatsApp::add(
                world,
                cloud::NumberConfig {
                    phone_number_id: phone_number_id.unwrap_or_else(ids::decimal),
                    waba_id: waba_id.unwrap_or_else(ids::decimal),
                    display_number: format!("+{number}"),
                    verified_name: name,
                    token: token.unwrap_or_else(|| format!("EAAG{}", ids::letters())),
                },
            )),
            Credentials::Twilio { account_sid, auth_token } => Self::Twilio(world.twilio.add(
                world,
                NumberConfig {
                    account_sid: account_sid.unwrap_or_else(|| format!("AC{}", ids::hexadecimal())),
                    auth_token: auth_token.unwrap_or_else(ids::hexadecimal),
                    number,
                    name,
                },
            )),
            Credentials::Sinch { project, app, key_id, key_secret } => Self::Sinch(Sinch::add(
                world,
                AppConfig {
                    project: project.unwrap_or_else(uuid),
                    id: app.unwrap_or_else(|| Ulid::generate().to_string()),
                    name,
                    number,
                    key_id: key_id.unwrap_or_else(uuid),
                    key_secret: key_secret.unwrap_or_else(ids::letters),
                },
            )),
            // Kaleyra does not tell what a number is called.
            Credentials::Kaleyra { sid, api_key, generation } => Self::Kaleyra(world.kaleyra.add(
                world,
                kaleyra::NumberConfig {
                    sid: sid.unwrap_or_else(|| format!("HXAP{}IN", ids::decimal())),
                    api_key: api_key.unwrap_or_else(|| format!("A{}", ids::hexadecimal())),
                    number,
                    generation: generation.unwrap_or(Generation::V2),
                },
            )),
        }
    }

    /// Every line there is.
    pub(in crate::control) fn all(world: &Arc<World>) -> Vec<Self> {
        let meta = world.whatsapp.all().into_iter().map(|it| Self::Meta(cloud::Number::new(Arc::clone(world), it)));
        let twilio = world.twilio.all().into_iter().map(|it| Self::Twilio(twilio::Number::new(Arc::clone(world), it)));
        let sinch = world.sinch.all().into_iter().map(|it| Self::Sinch(SinchApp::new(Arc::clone(world), it)));
        let kaleyra = world.kaleyra.all().into_iter();
        let kaleyra = kaleyra.map(|it| Self::Kaleyra(kaleyra::Number::new(Arc::clone(world), it)));
        twilio.chain(sinch).chain(kaleyra).chain(meta).collect()
    }

    /// The line of this carrier with this id.
    pub(super) fn find(world: &Arc<World>, carrier: Carrier, id: &str) -> Result<Self, ControlError> {
        let found = Self::all(world).into_iter().find(|line| line.carrier() == carrier && line.id() == id);
        found.ok_or_else(|| ControlError::NotFound(format!("line {id}")))
    }

    fn carrier(&self) -> Carrier {
        match self {
            Self::Meta(_) => Carrier::Meta,
            Self::Twilio(_) => Carrier::Twilio,
            Self::Sinch(_) => Carrier::Sinch,
            Self::Kaleyra(_) => Carrier::Kaleyra,
        }
    }

    /// What it is found by.
    fn id(&self) -> String {
        match self {
            Self::Meta(number) => number.read(|number| number.phone_number_id.clone()),
            Self::Twilio(number) => number.read(view::twilio_id),
            Self::Sinch(app) => app.id(),
            Self::Kaleyra(number) => number.read(|number| number.number.clone()),
        }
    }

    /// Everything that there is to see of it.
    pub(in crate::control) fn shown(&self) -> LineView {
        match self {
            Self::Meta(number) => number.read(view::of_meta),
            Self::Twilio(number) => number.read(view::of_twilio),
            Self::Sinch(app) => view::of_sinch(&app.state()),
            Self::Kaleyra(number) => number.read(view::of_kaleyra),
        }
    }

    /// Enters an address of the hub, as a person does at the carrier.
    pub(super) fn enter(&self, url: &str, secret: &str) {
        match self {
            Self::Meta(number) => {
                number.subscribe();
                number.set(|number| url.clone_into(&mut number.webhook_url));
            }
            Self::Twilio(number) => number.enter(url),
            Self::Sinch(app) => app.add_webhook(url, secret),
            Self::Kaleyra(number) => number.enter(url),
        }
    }

    /// Lets WhatsApp approve a template.
    pub(super) fn approve(&self, name: &str, language: &str, body: &str) {
        let (name, language) = (name.to_owned(), language.to_owned());
        match self {
            Self::Meta(number) => number.add_template(&cloud::Template::new(&name, &language, body)),
            Self::Twilio(number) => number.set(|number| {
                number.templates.insert(name, twilio::Template { body: body.to_owned() });
            }),
            Self::Sinch(app) => app.set(|app| {
                app.templates.push(sinch::Template { name, language, gaps: body.matches("{{").count() });
            }),
            Self::Kaleyra(number) => number.set(|number| {
                number.templates.push(kaleyra::Template { name, language, body: body.to_owned() });
            }),
        }
    }

    /// Adds somebody who has WhatsApp. One who is there already stays as they are.
    pub(super) fn add_customer(&self, phone: &str, name: &str) {
        match self {
            Self::Meta(number) => {
                number.customer(phone, name);
            }
            Self::Twilio(number) => {
                number.customer(phone, name);
            }
            Self::Kaleyra(number) => {
                number.customer(phone, name);
            }
            Self::Sinch(app) => {
                let known = app.state().people.contains_key(phone);
                let customer = app.customer(phone);
                if !known {
                    customer.set(|person| person.display_name = name.to_owned());
                }
            }
        }
    }

    /// The customer with this id.
    pub(super) fn person(&self, id: &str) -> Result<Person, ControlError> {
        let person = match self {
            Self::Meta(number) if number.read(|number| number.customers.contains_key(id)) => {
                Some(Person::Meta(number.customer(id, "")))
            }
            Self::Twilio(number) if number.read(|number| number.customers.contains_key(id)) => {
                Some(Person::Twilio(number.customer(id, "")))
            }
            Self::Sinch(app) if app.state().people.contains_key(id) => Some(Person::Sinch(app.customer(id))),
            Self::Kaleyra(number) if number.read(|number| number.customers.contains_key(id)) => {
                Some(Person::Kaleyra(number.customer(id, "")))
            }
            Self::Meta(_) | Self::Twilio(_) | Self::Sinch(_) | Self::Kaleyra(_) => None,
        };
        person.ok_or_else(|| ControlError::NotFound(format!("customer {id} of line {}", self.id())))
    }

    /// The file of a message, MIME type and content, where it has no address of its own that a browser can open.
    pub(super) fn file(&self, message: &str) -> Option<(String, Bytes)> {
        match self {
            Self::Meta(number) => number.read(|number| {
                let mut all = number.customers.values().flat_map(|customer| &customer.messages);
                let file = all.find(|known| known.id == message)?.file.as_ref()?;
                Some((file.content_type.clone(), file.bytes.clone()))
            }),
            Self::Twilio(number) => number.read(|number| {
                let mut all = number.customers.values().flat_map(|customer| &customer.messages);
                let file = all.find(|known| known.sid == message)?.file.as_ref()?;
                Some((file.content_type.clone(), file.bytes.clone()))
            }),
            Self::Sinch(_) | Self::Kaleyra(_) => None,
        }
    }

    /// Lets the carrier get something wrong: with messages, or with every call if it is for `all`.
    pub(super) fn fail(&self, fault: LineFault, all: bool, when: When) -> Result<(), ControlError> {
        let messages = when.times.unwrap_or(1).min(MOST_LATER);
        match self {
            Self::Meta(number) => {
                let call = (!all).then_some(WhatsAppCall::Messages);
                match fault {
                    LineFault::Call(fault) => number.fail_on(call, fault, when),
                    LineFault::Refuses(refusal) => number.fail_on(call, refusal.by(by_meta(refusal)), when),
                    LineFault::Later(code) => {
                        let code = numeric(code, 131_026)?;
                        (0..messages).for_each(|_| number.fail_later(code));
                    }
                    LineFault::Backwards => number.set(|number| number.statuses = cloud::Statuses::Reversed),
                }
            }
            Self::Twilio(number) => {
                let call = (!all).then_some(TwilioCall::Messages);
                match fault {
                    LineFault::Call(fault) => number.fail_on(call, fault, when),
                    LineFault::Refuses(refusal) => number.fail_on(call, refusal.by(by_twilio(refusal)), when),
                    LineFault::Later(code) => {
                        let code = numeric(code, 63024)?;
                        (0..messages).for_each(|_| number.fail_later(code));
                    }
                    LineFault::Backwards => number.set(|number| number.statuses = Statuses::Reversed),
                }
            }
            Self::Sinch(app) => {
                let call = (!all).then_some(SinchCall::Send);
                match fault {
                    LineFault::Call(fault) => app.fail_on(call, fault, when),
                    LineFault::Refuses(refusal) => app.fail_on(call, refusal.by(by_sinch(refusal)), when),
                    LineFault::Later(code) => {
                        let code = code.as_deref().unwrap_or("RECIPIENT_NOT_REACHABLE");
                        (0..messages).for_each(|_| app.fail_later(code));
                    }
                    LineFault::Backwards => app.set(|app| app.reversed = true),
                }
            }
            Self::Kaleyra(number) => {
                let call = (!all).then_some(KaleyraCall::Messages);
                match fault {
                    LineFault::Call(fault) => number.fail_on(call, fault, when),
                    LineFault::Refuses(refusal) => number.fail_on(call, refusal.by(by_kaleyra(refusal)), when),
                    LineFault::Later(code) => {
                        let code = numeric(code, 131_026)?;
                        (0..messages).for_each(|_| number.fail_later(code));
                    }
                    LineFault::Backwards => number.set(|number| number.reversed = true),
                }
            }
        }
        Ok(())
    }

    /// Ends all faults.
    pub(super) fn mend(&self) {
        match self {
            Self::Meta(number) => {
                number.mend();
                number.set(|number| number.statuses = cloud::Statuses::InOrder);
            }
            Self::Twilio(number) => {
                number.mend();
                number.set(|number| number.statuses = Statuses::InOrder);
            }
            Self::Sinch(app) => {
                app.mend();
                app.set(|app| app.reversed = false);
            }
            Self::Kaleyra(number) => {
                number.mend();
                number.set(|number| number.reversed = false);
            }
        }
    }
}

/// The code of a failure, at a carrier whose codes are numbers.
fn numeric(code: Option<String>, usual: u32) -> Result<u32, ControlError> {
    let code = code.map_or(Ok(usual), |code| code.parse());
    code.map_err(|_| ControlError::Invalid("this carrier's codes are numbers".to_owned()))
}

fn by_meta(refusal: Refusal) -> Answer {
    let error = match refusal {
        Refusal::Throttled => GraphError::whatsapp(130_429, "Rate limit hit"),
        Refusal::Down => GraphError::unavailable(),
        Refusal::Unauthorised => GraphError::token_expired(),
    };
    error.into()
}

fn by_twilio(refusal: Refusal) -> Answer {
    let error = match refusal {
        Refusal::Throttled => TwilioError::too_many_requests(),
        Refusal::Down => TwilioError::internal(),
        Refusal::Unauthorised => TwilioError::unauthenticated(),
    };
    error.into()
}

fn by_sinch(refusal: Refusal) -> Answer {
    let error = match refusal {
        Refusal::Throttled => SinchError::rate_limited(),
        Refusal::Down => SinchError::unavailable(),
        Refusal::Unauthorised => SinchError::unauthenticated(),
    };
    error.into()
}

fn by_kaleyra(refusal: Refusal) -> Answer {
    let error = match refusal {
        Refusal::Throttled => KaleyraError::too_many_requests(),
        Refusal::Down => KaleyraError::internal(),
        Refusal::Unauthorised => KaleyraError::unauthenticated(),
    };
    error.into()
}

fn uuid() -> String {
    let digits = ids::hexadecimal();
    let part = |range| digits.get(range).unwrap_or_default();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}
