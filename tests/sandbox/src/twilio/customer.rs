//! What a person does on the phone; each act is a webhook to the number's address.

use std::time::Duration;

use super::media::{MediaFetches, SentFile};
use super::number::Number;
use super::phone::{CustomerState, PhoneMessage};
use super::sid;
use super::webhook::{self, Post};
use crate::clock;
use crate::meta::{File, FileKind};

/// A person who writes to a number. Clones are the same person.
#[derive(Clone, Debug)]
pub struct Customer {
    number: Number,
    phone: String,
}

/// An act of the customer, and how its webhook fared.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Twilio's id of the message.
    pub sid: String,
    /// The file of the message, with the address that the webhook gave.
    pub file: Option<SentFile>,
    /// The webhook.
    pub webhook: Post,
}

/// Parameters beside those that every message has.
type Params = Vec<(&'static str, String)>;

impl Customer {
    pub(super) const fn new(number: Number, phone: String) -> Self {
        Self { number, phone }
    }

    /// The telephone number: digits without a plus.
    pub fn phone(&self) -> &str {
        &self.phone
    }

    /// Changes what is known of the person: user id, name, whether the number is hidden or blocked.
    pub fn set(&self, change: impl FnOnce(&mut CustomerState)) {
        self.number.state.change(|number| number.customers.get_mut(&self.phone).map(change));
    }

    /// Everything that the number sent, in order.
    pub fn received(&self) -> Vec<PhoneMessage> {
        self.number.received(&self.phone)
    }

    /// Moves the customer's last message into the past, so that the window closes.
    pub fn move_back(&self, time: Duration) {
        self.set(|customer| customer.last_message_at = customer.last_message_at.map(|at| at - clock::millis(time)));
    }

    /// Writes a text.
    pub async fn says(&self, text: &str) -> Sent {
        self.send("text", Some(text), None, Vec::new()).await
    }

    /// Sends a file, with or without a caption.
    pub async fn sends(&self, file: File, caption: Option<&str>) -> Sent {
        let kind = match file.kind {
            FileKind::Image => "image",
            FileKind::Video => "video",
            FileKind::Audio => "audio",
            FileKind::File => "document",
        };
        self.send(kind, caption, Some(file), Vec::new()).await
    }

    /// Sends a sticker.
    pub async fn sends_sticker(&self, file: File) -> Sent {
        self.send("sticker", None, Some(file), Vec::new()).await
    }

    /// Shares a contact, which arrives as a file.
    pub async fn shares_contact(&self, name: &str, phone: &str) -> Sent {
        let card = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nTEL;TYPE=CELL:{phone}\r\nEND:VCARD\r\n");
        self.send("contacts", None, Some(File::new("contact.vcf", "text/vcard", card)), Vec::new()).await
    }

    /// Shares a place.
    pub async fn shares_place(&self, latitude: &str, longitude: &str, label: &str) -> Sent {
        let place =
            vec![("Latitude", latitude.to_owned()), ("Longitude", longitude.to_owned()), ("Label", label.to_owned())];
        self.send("location", None, None, place).await
    }

    /// Taps a button under a message.
    pub async fn taps_button(&self, sid: &str, title: &str, payload: &str) -> Sent {
        let mut params = vec![("ButtonText", title.to_owned()), ("ButtonPayload", payload.to_owned())];
        params.extend(self.quoting(sid));
        self.send("button", Some(title), None, params).await
    }

    /// Chooses a row of a list.
    pub async fn chooses(&self, sid: &str, title: &str, id: &str) -> Sent {
        let mut params = vec![("ListId", id.to_owned()), ("ListTitle", title.to_owned())];
        params.extend(self.quoting(sid));
        self.send("interactive", Some(title), None, params).await
    }

    /// Answers to an earlier message.
    pub async fn answers(&self, sid: &str, text: &str) -> Sent {
        self.send("text", Some(text), None, self.quoting(sid)).await
    }

    /// Writes after a tap on an advert.
    pub async fn says_after_advert(&self, text: &str, headline: &str) -> Sent {
        let params = vec![
            ("ReferralSourceType", "ad".to_owned()),
            ("ReferralSourceId", "120210000000000042".to_owned()),
            ("ReferralHeadline", headline.to_owned()),
        ];
        self.send("text", Some(text), None, params).await
    }

    /// Requests for a file that this customer sent.
    pub fn fetches(&self, file: &SentFile) -> MediaFetches {
        self.number.world.twilio.media.fetches(&file.url)
    }

    /// Lets a file that this customer sent expire.
    pub fn expire(&self, file: &SentFile) {
        self.number.world.twilio.media.expire(&file.url);
    }

    fn quoting(&self, sid: &str) -> Params {
        let sender = self.number.read(|number| format!("whatsapp:+{}", number.number));
        vec![("OriginalRepliedMessageSid", sid.to_owned()), ("OriginalRepliedMessageSender", sender)]
    }

    async fn send(&self, kind: &str, text: Option<&str>, file: Option<File>, more: Params) -> Sent {
        let world = &self.number.world;
        let message = sid(if file.is_some() { "MM" } else { "SM" });
        let account = self.number.read(|number| number.account_sid.clone());
        let file = file.map(|file| world.twilio.media.host(&world.url, &account, &message, file));
        let shown = PhoneMessage {
            sid: message.clone(),
            at: clock::now(),
            text: text.map(str::to_owned),
            file: file.clone(),
            place: place(&more),
            ..PhoneMessage::default()
        };
        self.set(|customer| {
            customer.last_message_at = Some(shown.at);
            customer.messages.push(shown);
        });
        let mut params = self.usual(kind, &message, text);
        params.push(("NumMedia", u8::from(file.is_some()).to_string()));
        if let Some(file) = &file {
            params.push(("MediaUrl0", file.url.clone()));
            params.push(("MediaContentType0", file.content_type.clone()));
        }
        params.extend(more);
        let params = params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let webhook = webhook::incoming(world, &self.number.state, params).await;
        self.set(|customer| {
            if let Some(shown) = customer.messages.iter_mut().find(|shown| shown.sid == message) {
                (shown.hub_status, shown.hub_error) = (webhook.status, webhook.error.clone());
            }
        });
        Sent { sid: message, file, webhook }
    }

    /// What every message has.
    fn usual(&self, kind: &str, message: &str, text: Option<&str>) -> Params {
        self.number.read(|number| {
            let mut params = vec![
                ("SmsMessageSid", message.to_owned()),
                ("MessageType", kind.to_owned()),
                ("SmsSid", message.to_owned()),
                ("SmsStatus", "received".to_owned()),
                ("Body", text.unwrap_or_default().to_owned()),
                ("To", format!("whatsapp:+{}", number.number)),
                ("NumSegments", "1".to_owned()),
                ("ReferralNumMedia", "0".to_owned()),
                ("MessageSid", message.to_owned()),
                ("AccountSid", number.account_sid.clone()),
                ("ApiVersion", "2010-04-01".to_owned()),
            ];
            params.extend(number.messaging_service.clone().map(|service| ("MessagingServiceSid", service)));
            if let Some(customer) = number.customers.get(&self.phone) {
                params.extend(who(customer));
            }
            params
        })
    }
}

/// The place in the parameters, as the `geo:` action that would send it.
fn place(params: &Params) -> Option<String> {
    let given = |wanted: &str| params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    Some(format!("geo:{},{}|{}", given("Latitude")?, given("Longitude")?, given("Label")?))
}

/// Who writes: the number, unless it is hidden, and the user id, if there is one.
fn who(customer: &CustomerState) -> Params {
    let id = customer.user_id.as_ref().map(|id| format!("whatsapp:{id}"));
    let mut params = vec![("ProfileName", customer.name.clone())];
    if customer.hides_number {
        params.push(("From", id.clone().unwrap_or_default()));
    } else {
        params.push(("From", format!("whatsapp:+{}", customer.phone)));
        params.push(("WaId", customer.phone.clone()));
    }
    params.extend(id.map(|id| ("ExternalUserId", id)));
    params
}
