//! What a person does on the phone; each act is a webhook.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages>

use serde_json::{Value, json};

use super::customer::{Customer, Draft, Sent};
use super::kind::Kind;
use super::phone::{PhoneMessage, SentFile};
use super::webhook;
use crate::meta::{File, Post};

impl Customer {
    /// Writes a text.
    pub async fn says(&self, text: &str) -> Sent {
        self.send(written(text)).await
    }

    /// Answers to an earlier message, of either side.
    pub async fn answers(&self, id: &str, text: &str) -> Sent {
        self.send(Draft { quotes: Some(id.to_owned()), ..written(text) }).await
    }

    /// Passes on a text that somebody else wrote.
    pub async fn forwards(&self, text: &str) -> Sent {
        self.send(Draft { more: vec![("context", json!({"forwarded": true}))], ..written(text) }).await
    }

    /// Writes after a tap on an advert.
    pub async fn says_after_advert(&self, text: &str, headline: &str) -> Sent {
        let referral = json!({
            "source_url": "https://fb.me/7hTq2Lp01",
            "source_id": "120215550001231888",
            "source_type": "ad",
            "headline": headline,
            "media_type": "image",
            "ctwa_clid": "Aff-x1Yz0_ctwa",
        });
        self.send(Draft { more: vec![("referral", referral)], ..written(text) }).await
    }

    /// Sends a file, with or without a caption.
    pub async fn sends(&self, file: File, caption: Option<&str>) -> Sent {
        let kind = Kind::of(&file);
        let mut own = Vec::new();
        if kind == Kind::Document {
            own.push(("filename", Value::from(file.name.as_str())));
        }
        if kind == Kind::Audio {
            own.push(("voice", false.into()));
        }
        own.extend(caption.map(|caption| ("caption", caption.into())));
        self.send_file(kind, file, own, caption).await
    }

    /// Sends a voice note.
    pub async fn sends_voice(&self, file: File) -> Sent {
        self.send_file(Kind::Audio, file, vec![("voice", true.into())], None).await
    }

    /// Sends a sticker.
    pub async fn sends_sticker(&self, file: File, animated: bool) -> Sent {
        self.send_file(Kind::Sticker, file, vec![("animated", animated.into())], None).await
    }

    async fn send_file(&self, kind: Kind, file: File, own: Vec<(&str, Value)>, caption: Option<&str>) -> Sent {
        let id = self.number.read(|number| number.phone_number_id.clone());
        let file: SentFile = self.number.world.whatsapp.media.store(&id, file);
        let mut described = self.described(&file);
        described.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let voice = described.get("voice") == Some(&Value::Bool(true));
        let text = caption.map(str::to_owned);
        let shown = PhoneMessage { text, voice, file: Some(file), ..PhoneMessage::default() };
        let content = Some(Value::Object(described));
        self.send(Draft { kind: kind.word(), content, shown: Some(shown), ..Draft::default() }).await
    }

    /// Shares a place.
    pub async fn shares_place(&self, latitude: f64, longitude: f64, name: Option<&str>) -> Sent {
        let mut place = json!({"latitude": latitude, "longitude": longitude});
        if let (Some(place), Some(name)) = (place.as_object_mut(), name) {
            place.insert("name".to_owned(), name.into());
        }
        let shown =
            PhoneMessage { place: Some((latitude, longitude, name.map(str::to_owned))), ..PhoneMessage::default() };
        self.send(Draft { kind: "location", content: Some(place), shown: Some(shown), ..Draft::default() }).await
    }

    /// Shares somebody's contact; the number in digits.
    pub async fn shares_contact(&self, name: &str, phone: &str) -> Sent {
        let card = format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;TYPE=CELL:+{phone}\nEND:VCARD");
        let contact = json!({
            "name": {"formatted_name": name, "first_name": name},
            "phones": [{"phone": format!("+{phone}"), "wa_id": phone, "type": "CELL"}],
            "origin": "other",
            "vcard": card,
        });
        let shown = PhoneMessage { text: Some(name.to_owned()), ..PhoneMessage::default() };
        let content = Some(json!([contact]));
        self.send(Draft { kind: "contacts", content, shown: Some(shown), ..Draft::default() }).await
    }

    /// Taps a quick reply under a template.
    pub async fn taps_button(&self, id: &str, title: &str, payload: &str) -> Sent {
        let content = json!({"payload": payload, "text": title});
        self.send(Draft { kind: "button", content: Some(content), ..answer(id, title) }).await
    }

    /// Taps a reply button under a message.
    pub async fn taps_reply(&self, id: &str, title: &str, payload: &str) -> Sent {
        let content = json!({"type": "button_reply", "button_reply": {"id": payload, "title": title}});
        self.send(Draft { kind: "interactive", content: Some(content), ..answer(id, title) }).await
    }

    /// Chooses a row of a list.
    pub async fn chooses(&self, id: &str, title: &str, row: &str, description: &str) -> Sent {
        let reply = json!({"id": row, "title": title, "description": description});
        let content = json!({"type": "list_reply", "list_reply": reply});
        self.send(Draft { kind: "interactive", content: Some(content), ..answer(id, title) }).await
    }

    /// Fills in a flow; `values` is what was entered.
    pub async fn fills_in(&self, id: &str, values: &Value) -> Sent {
        let reply = json!({"name": "flow", "body": "Sent", "response_json": values.to_string()});
        let content = json!({"type": "nfm_reply", "nfm_reply": reply});
        self.send(Draft { kind: "interactive", content: Some(content), ..answer(id, "Sent") }).await
    }

    /// Orders some of an article, at a price for each.
    pub async fn orders(&self, article: &str, quantity: u32, price: f64, text: &str) -> Sent {
        let item =
            json!({"product_retailer_id": article, "quantity": quantity, "item_price": price, "currency": "EUR"});
        let content = json!({"catalog_id": "771200334455667", "text": text, "product_items": [item]});
        self.send(Draft { kind: "order", content: Some(content), ..written(text) }).await
    }

    /// Leaves a reaction on a message of either side.
    pub async fn reacts(&self, id: &str, emoji: &str) -> Sent {
        self.set(|customer| {
            if let Some(message) = customer.message_mut(id) {
                message.reaction = Some(emoji.to_owned());
            }
        });
        self.act("reaction", json!({"message_id": id, "emoji": emoji})).await
    }

    /// Takes the reaction away.
    pub async fn unreacts(&self, id: &str) -> Sent {
        self.set(|customer| {
            if let Some(message) = customer.message_mut(id) {
                message.reaction = None;
            }
        });
        self.act("reaction", json!({"message_id": id})).await
    }

    /// Writes an earlier text anew.
    pub async fn edits(&self, id: &str, text: &str) -> Sent {
        self.set(|customer| {
            if let Some(message) = customer.message_mut(id) {
                message.text = Some(text.to_owned());
            }
        });
        let message = json!({"type": "text", "text": {"body": text}});
        self.act("edit", json!({"original_message_id": id, "message": message})).await
    }

    /// Takes an earlier message back.
    pub async fn revokes(&self, id: &str) -> Sent {
        self.set(|customer| {
            if let Some(message) = customer.message_mut(id) {
                message.revoked = true;
            }
        });
        self.act("revoke", json!({"original_message_id": id})).await
    }

    /// Opens the chat for the first time, without writing.
    pub async fn opens_chat(&self) -> Sent {
        self.send(Draft { kind: "request_welcome", ..Draft::default() }).await
    }

    /// Sends something that Meta does not pass on, as `poll_creation`.
    pub async fn sends_unsupported(&self, kind: &str) -> Sent {
        let error = json!({
            "code": 131_051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        });
        let more = vec![("errors", json!([error]))];
        let shown = Some(PhoneMessage::default());
        let content = Some(json!({ "type": kind }));
        self.send(Draft { kind: "unsupported", content, more, shown, ..Draft::default() }).await
    }

    /// Moves to another number (digits), and so gets another user id, where one is known.
    pub async fn changes_number(&self, phone: &str, user_id: Option<&str>) -> Sent {
        let before = self.state();
        let old = before.as_ref().and_then(|customer| customer.phone.clone()).unwrap_or_default();
        self.set(|customer| {
            customer.phone = Some(phone.to_owned());
            customer.user_id = user_id.map(str::to_owned);
        });
        let name = before.and_then(|customer| customer.name).unwrap_or_default();
        let mut system = json!({
            "body": format!("User {name} changed from {old} to {phone}"),
            "wa_id": phone,
            "type": "user_changed_number",
        });
        if let (Some(system), Some(id)) = (system.as_object_mut(), user_id) {
            system.insert("user_id".to_owned(), id.into());
        }
        let more = vec![("from", old.into())];
        let content = Some(system);
        self.send(Draft { kind: "system", content, more, of_the_system: true, ..Draft::default() }).await
    }

    /// Gets another user id. Meta tells it twice: in the conversation, and by the field `user_id_update`.
    pub async fn changes_user_id(&self, user_id: &str) -> (Sent, Post) {
        let Some(before) = self.state() else {
            let nothing = Post::unsubscribed("somebody who is not there");
            return (Sent { id: String::new(), file: None, webhook: nothing.clone() }, nothing);
        };
        let (name, old) = (before.name.unwrap_or_default(), before.user_id.unwrap_or_default());
        self.set(|customer| customer.user_id = Some(user_id.to_owned()));
        let system = json!({
            "body": format!("User {name} changed from {old} to {user_id}"),
            "user_id": user_id,
            "type": "user_changed_user_id",
        });
        let content = Some(system);
        let told = self.send(Draft { kind: "system", content, of_the_system: true, ..Draft::default() }).await;
        let ids = json!({"previous": old, "current": user_id});
        let detail = format!("User id for {name} has been updated.");
        (told, self.tells_of_itself("user_id_update", json!({"detail": detail, "user_id": ids})).await)
    }

    /// Stops (`stop`) or wants again (`resume`) marketing messages.
    pub async fn prefers(&self, value: &str) -> Post {
        let detail = format!("User chose to {value} marketing messages");
        let own = json!({"detail": detail, "category": "marketing_messages", "value": value});
        self.tells_of_itself("user_preferences", own).await
    }

    /// Posts a field that tells something of the person, in a list that is named like it.
    async fn tells_of_itself(&self, field: &str, mut own: Value) -> Post {
        let Some(customer) = self.state() else { return Post::unsubscribed(field) };
        if let Some(own) = own.as_object_mut() {
            own.extend(customer.visible_phone().map(|phone| ("wa_id".to_owned(), phone.into())));
            let id = customer.user_id.as_deref().map(Value::from);
            if let Some(id) = id.filter(|_| !own.contains_key("user_id")) {
                own.insert("user_id".to_owned(), id);
            }
            own.insert("timestamp".to_owned(), webhook::seconds(crate::clock::now()).into());
        }
        let own = json!({"contacts": [webhook::contact(&customer)], field: [own]});
        let value = self.number.read(|number| webhook::value(number, own));
        webhook::post_change(&self.number.world, &self.number.state, field, value).await
    }

    /// Something that is done to an earlier message and shows nothing new.
    async fn act(&self, kind: &'static str, content: Value) -> Sent {
        self.send(Draft { kind, content: Some(content), ..Draft::default() }).await
    }
}

fn written(text: &str) -> Draft {
    let shown = PhoneMessage { text: Some(text.to_owned()), ..PhoneMessage::default() };
    Draft { kind: "text", content: Some(json!({ "body": text })), shown: Some(shown), ..Draft::default() }
}

/// A tap under a message, which the phone shows as its words.
fn answer(id: &str, words: &str) -> Draft {
    Draft { quotes: Some(id.to_owned()), ..written(words) }
}
