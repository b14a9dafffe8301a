//! A customer's phone, whoever carries the number that it writes to.

use std::time::Duration;

use sandbox::{Fault, When};

use super::{NAME, Number};
use sandbox::meta::whatsapp as meta;
use sandbox::{kaleyra, sinch, twilio};

/// A person with WhatsApp.
#[derive(Clone, Debug)]
pub enum Phone {
    /// Whose number is Meta's customer.
    Meta(meta::Customer),
    /// Whose number is Twilio's customer.
    Twilio(twilio::Customer),
    /// Whose number is Sinch's.
    Sinch(sinch::SinchCustomer),
    /// Whose number is Kaleyra's customer.
    Kaleyra(kaleyra::Customer),
}

/// A message that came to the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The carrier's id of it.
    pub id: String,
    /// What it says, or stands below its file.
    pub text: Option<String>,
    /// Name, MIME type and length of its file.
    pub file: Option<(String, String, usize)>,
    /// Of a template: all that was put into its gaps, or the whole of it.
    pub template: Option<String>,
    /// Of a place: where it is, and its name.
    pub place: Option<String>,
}

/// A file that a customer sends.
#[derive(Clone, Debug)]
pub struct Sending {
    name: &'static str,
    content_type: &'static str,
    bytes: Vec<u8>,
    caption: Option<&'static str>,
    missing: u32,
}

impl Sending {
    /// A file of this MIME type.
    pub fn new(name: &'static str, content_type: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name, content_type, bytes: bytes.into(), caption: None, missing: 0 }
    }

    /// With these words below it.
    #[must_use]
    pub fn captioned(self, caption: &'static str) -> Self {
        Self { caption: Some(caption), ..self }
    }

    /// Which is not there for so many requests.
    #[must_use]
    pub fn missing_at_first(self, times: u32) -> Self {
        Self { missing: times, ..self }
    }
}

impl Phone {
    /// The telephone number: digits without a plus.
    pub fn id(&self) -> &str {
        match self {
            Self::Meta(customer) => customer.key(),
            Self::Twilio(customer) => customer.phone(),
            Self::Sinch(customer) => customer.identity(),
            Self::Kaleyra(customer) => customer.phone(),
        }
    }

    /// Writes a text, which the hub takes.
    pub async fn says(&self, text: &str) {
        assert!(self.tries_to_say(text).await, "the webhook was not taken");
    }

    /// Writes a text, and says whether the hub took it.
    pub async fn tries_to_say(&self, text: &str) -> bool {
        match self {
            Self::Meta(customer) => customer.says(text).await.webhook.acknowledged(),
            Self::Twilio(customer) => customer.says(text).await.webhook.acknowledged(),
            Self::Sinch(customer) => customer.says(text).await.acknowledged(),
            Self::Kaleyra(customer) => customer.says(text).await.webhook.acknowledged(),
        }
    }

    /// Sends a file.
    pub async fn sends(&self, sending: Sending) {
        let Sending { name, content_type, bytes, caption, missing } = sending;
        let taken = match self {
            Self::Meta(customer) => {
                let file = sandbox::meta::File::new(name, content_type, bytes).missing_at_first(missing);
                customer.sends(file, caption).await.webhook.acknowledged()
            }
            Self::Twilio(customer) => {
                let file = sandbox::meta::File::new(name, content_type, bytes).missing_at_first(missing);
                customer.sends(file, caption).await.webhook.acknowledged()
            }
            Self::Sinch(customer) => {
                let file = sinch::File::new(name, content_type, bytes).missing_at_first(missing);
                customer.sends(file, caption).await.acknowledged()
            }
            Self::Kaleyra(customer) => {
                let file = sandbox::meta::File::new(name, content_type, bytes).missing_at_first(missing);
                customer.sends(file, caption).await.webhook.acknowledged()
            }
        };
        assert!(taken, "the webhook was not taken");
    }

    /// Shares a place.
    pub async fn shares_place(&self, latitude: &str, longitude: &str, title: &str) {
        let taken = match self {
            Self::Meta(customer) => {
                let degrees = |text: &str| text.parse().unwrap();
                let place = customer.shares_place(degrees(latitude), degrees(longitude), Some(title));
                place.await.webhook.acknowledged()
            }
            Self::Twilio(customer) => customer.shares_place(latitude, longitude, title).await.webhook.acknowledged(),
            Self::Sinch(customer) => {
                let degrees = |text: &str| text.parse().unwrap();
                customer.shares_place(degrees(latitude), degrees(longitude), title).await.acknowledged()
            }
            Self::Kaleyra(customer) => {
                let degrees = |text: &str| text.parse().unwrap();
                customer.shares_place(degrees(latitude), degrees(longitude), title).await.webhook.acknowledged()
            }
        };
        assert!(taken, "the webhook was not taken");
    }

    /// Shows at once what arrives, so that it is read.
    pub fn reads(&self) {
        match self {
            Self::Meta(customer) => customer.set(|customer| customer.reads = true),
            Self::Twilio(customer) => customer.set(|customer| customer.reads = true),
            Self::Sinch(customer) => customer.set(|customer| customer.reads = true),
            Self::Kaleyra(customer) => customer.set(|customer| customer.reads = true),
        }
    }

    /// Lets the customer's last message be so much longer ago.
    pub fn move_back(&self, time: Duration) {
        match self {
            Self::Meta(customer) => customer.move_back(time),
            Self::Twilio(customer) => customer.move_back(time),
            Self::Sinch(customer) => customer.move_back(time),
            Self::Kaleyra(customer) => customer.move_back(time),
        }
    }

    /// All that came, in order.
    pub fn received(&self) -> Vec<Received> {
        match self {
            Self::Meta(customer) => customer.received().into_iter().map(of_meta).collect(),
            Self::Twilio(customer) => customer.received().into_iter().map(of_twilio).collect(),
            Self::Sinch(customer) => customer.received().into_iter().map(of_sinch).collect(),
            Self::Kaleyra(customer) => customer.received().into_iter().map(of_kaleyra).collect(),
        }
    }

    /// The texts, or names of files, that came, in order; of a template only that it is one.
    pub fn texts(&self) -> Vec<String> {
        let shown = |received: Received| match (received.template, received.text, received.file) {
            (Some(_), ..) => "[template]".to_owned(),
            (None, Some(text), _) => text,
            (None, None, file) => file.map(|(name, ..)| name).unwrap_or_default(),
        };
        self.received().into_iter().map(shown).collect()
    }
}

fn of_meta(message: meta::PhoneMessage) -> Received {
    let template = message.template.and(message.text.clone());
    let file = message.file.map(|file| (file.name, file.content_type, file.length));
    let place = message.place.map(|(latitude, longitude, _)| format!("{latitude},{longitude}"));
    Received { id: message.id, text: message.text, file, template, place }
}

fn of_twilio(message: twilio::PhoneMessage) -> Received {
    let template = message.template.and(message.text.clone());
    let file = message.file.map(|file| (file.name, file.content_type, file.length));
    Received { id: message.sid, text: message.text, file, template, place: message.place }
}

fn of_sinch(message: sinch::PhoneMessage) -> Received {
    let template = message.template.map(|(_, gaps)| gaps.join("|"));
    let file = message.file.map(|file| (file.name, file.content_type, file.length.unwrap_or_default()));
    let place = message.place.map(|(latitude, longitude, title)| format!("{latitude},{longitude} {title}"));
    Received { id: message.id, text: message.text, file, template, place }
}

fn of_kaleyra(message: kaleyra::PhoneMessage) -> Received {
    let template = message.template.and(message.text.clone());
    let file = message.file.map(|file| (file.name, file.content_type, file.length));
    let place = message.place.map(|(latitude, longitude)| format!("{latitude},{longitude}"));
    Received { id: message.id, text: message.text, file, template, place }
}

impl Number {
    /// The person with this number, in digits.
    pub(super) fn phone(&self, digits: &str) -> Phone {
        match self {
            Self::Meta(number) => Phone::Meta(number.customer(digits, NAME)),
            Self::Twilio(number) => Phone::Twilio(number.customer(digits, NAME)),
            Self::Sinch(app) => {
                let customer = app.customer(digits);
                customer.set(|person| person.display_name = NAME.to_owned());
                Phone::Sinch(customer)
            }
            Self::Kaleyra(number) => Phone::Kaleyra(number.customer(digits, NAME)),
        }
    }

    /// Enters the hub's address where the carrier has it entered by hand.
    pub fn enter(&self, url: &str) {
        match self {
            Self::Twilio(number) => number.enter(url),
            Self::Kaleyra(number) => number.enter(url),
            Self::Meta(_) | Self::Sinch(_) => {}
        }
    }

    /// Lets calls that send fail.
    pub fn fails(&self, fault: impl Into<Fault>, when: When) {
        match self {
            Self::Meta(number) => number.fail(fault, when),
            Self::Twilio(number) => number.fail(fault, when),
            Self::Sinch(app) => app.fail_on(Some(sinch::SinchCall::Send), fault, when),
            Self::Kaleyra(number) => number.fail(fault, when),
        }
    }

    /// The carrier's refusal of one call too many.
    pub fn too_many_calls(&self) -> Fault {
        match self {
            Self::Meta(_) => sandbox::meta::GraphError::whatsapp(130_429, "Message failed to send").into(),
            Self::Twilio(_) => twilio::TwilioError::too_many_requests().into(),
            Self::Sinch(_) => sinch::SinchError::rate_limited().into(),
            Self::Kaleyra(_) => kaleyra::KaleyraError::too_many_requests().into(),
        }
    }

    /// Lets the next message be taken, and then fail because too many were sent.
    pub fn fails_later(&self) {
        match self {
            Self::Meta(number) => number.fail_later(130_429),
            Self::Twilio(number) => number.fail_later(63018),
            Self::Sinch(app) => app.fail_later("RATE_LIMITED"),
            Self::Kaleyra(number) => number.fail_later(130_429),
        }
    }

    /// Tells of what becomes of messages in the wrong order from now on.
    pub fn tells_backwards(&self) {
        match self {
            Self::Meta(number) => number.set(|number| number.statuses = meta::Statuses::Reversed),
            Self::Twilio(number) => number.set(|number| number.statuses = twilio::Statuses::Reversed),
            Self::Sinch(app) => app.set(|app| app.reversed = true),
            Self::Kaleyra(number) => number.set(|number| number.reversed = true),
        }
    }

    /// Posts everything again that was posted about this number; says how much that was.
    pub async fn posts_all_again(&self) -> usize {
        let mut taken = Vec::new();
        match self {
            Self::Meta(number) => {
                for post in number.read(|number| number.webhooks.clone()) {
                    taken.push(number.post_again(&post).await.acknowledged());
                }
            }
            Self::Twilio(number) => {
                for post in number.read(|number| number.webhooks.clone()) {
                    taken.push(number.post_again(&post).await.acknowledged());
                }
            }
            Self::Sinch(app) => {
                for post in app.state().posts {
                    taken.push(app.replay(&post).await.acknowledged());
                }
            }
            Self::Kaleyra(number) => {
                for post in number.read(|number| number.webhooks.clone()) {
                    taken.push(number.send_again(&post).await.acknowledged());
                }
            }
        }
        assert!(taken.iter().all(|taken| *taken), "{taken:?}");
        taken.len()
    }

    /// Ends all faults.
    pub fn mend(&self) {
        match self {
            Self::Meta(number) => number.mend(),
            Self::Twilio(number) => number.mend(),
            Self::Sinch(app) => app.mend(),
            Self::Kaleyra(number) => number.mend(),
        }
    }

    /// How many calls asked the carrier to send something.
    pub fn sendings(&self) -> usize {
        let count = |calls: &sandbox::Calls, path: &str| {
            calls.0.iter().filter(|call| call.method == "POST" && call.path.ends_with(path)).count()
        };
        match self {
            Self::Meta(number) => number.read(|number| count(&number.calls, "/messages")),
            Self::Twilio(number) => number.read(|number| count(&number.calls, "/Messages.json")),
            Self::Sinch(app) => count(&app.state().calls, "/messages:send"),
            Self::Kaleyra(number) => number.read(|number| count(&number.calls, "/messages")),
        }
    }
}
