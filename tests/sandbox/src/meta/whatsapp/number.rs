//! A WhatsApp number: the handle by which a test or the control API works it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::customer::Customer;
use super::error::Failed;
use super::phone::{CustomerState, PhoneMessage};
use super::state::NumberState;
use super::template::Template;
use super::{WhatsAppCall, report, webhook};
use crate::World;
use crate::faults::{Fault, When};
use crate::meta::webhook as graph_webhook;
use crate::meta::{Post, Token};
use crate::watched::{TimedOut, Watched};

/// A number to work with. Clones are the same number.
#[derive(Clone, Debug)]
pub struct Number {
    pub(super) world: Arc<World>,
    pub(super) state: Arc<Watched<NumberState>>,
}

impl Number {
    pub(crate) const fn new(world: Arc<World>, state: Arc<Watched<NumberState>>) -> Self {
        Self { world, state }
    }

    /// Everything there is to know of the number, as it is now.
    pub fn state(&self) -> NumberState {
        self.state.read(Clone::clone)
    }

    /// Looks at something of the number.
    pub fn read<R>(&self, look: impl FnOnce(&NumberState) -> R) -> R {
        self.state.read(look)
    }

    /// Changes a setting of the number.
    pub fn set(&self, change: impl FnOnce(&mut NumberState)) {
        self.state.change(change);
    }

    /// Changes a setting of the number's account, in all numbers of it.
    pub fn set_account(&self, change: impl Fn(&mut NumberState)) {
        self.world.whatsapp.change_account(&self.state.read(|number| number.waba_id.clone()), change);
    }

    /// Subscribes the app to the account, as the hub or a person in Meta's dashboard does.
    pub fn subscribe(&self) {
        self.set_account(|number| number.subscribed = true);
    }

    /// Where the app's webhooks go: a path of the hub, such as `/webhooks/whatsapp/meta/INTEGRATION`.
    pub fn set_webhook_path(&self, path: &str) {
        let url = format!("{}{path}", self.world.hub_url());
        self.set(|number| number.webhook_url = url);
    }

    /// A person known by this telephone number (digits) alone, as in older webhooks; made if there is none.
    pub fn customer(&self, phone: &str, name: &str) -> Customer {
        self.person(phone, CustomerState::new(Some(phone.to_owned()), None, Some(name.to_owned())))
    }

    /// A person known by telephone number and business-scoped user id; made if there is none.
    pub fn customer_with_user_id(&self, phone: &str, user_id: &str, name: &str) -> Customer {
        let (phone_number, user_id) = (Some(phone.to_owned()), Some(user_id.to_owned()));
        self.person(phone, CustomerState::new(phone_number, user_id, Some(name.to_owned())))
    }

    /// A person known by business-scoped user id alone; made if there is none.
    pub fn customer_by_user_id(&self, user_id: &str, name: &str) -> Customer {
        self.person(user_id, CustomerState::new(None, Some(user_id.to_owned()), Some(name.to_owned())))
    }

    fn person(&self, key: &str, new: CustomerState) -> Customer {
        self.state.change(|number| {
            number.customers.entry(key.to_owned()).or_insert(new);
        });
        Customer::new(self.clone(), key.to_owned())
    }

    /// What a customer was sent by the number, in order.
    pub fn received(&self, key: &str) -> Vec<PhoneMessage> {
        self.state.read(|number| number.received(key).into_iter().cloned().collect())
    }

    /// Adds a template to the account, or puts it in the place of the one with its name and language.
    pub fn add_template(&self, template: &Template) {
        self.set_account(|number| {
            number.templates.retain(|known| !known.is(&template.name, &template.language));
            number.templates.push(template.clone());
        });
    }

    /// Lets Meta judge a template, as `PAUSED`, and tells the app.
    pub async fn judge_template(&self, name: &str, language: &str, event: &str) -> Post {
        self.set_account(|number| {
            for template in number.templates.iter_mut().filter(|known| known.is(name, language)) {
                event.clone_into(&mut template.status);
            }
        });
        let id = self.read(|number| number.templates.iter().find(|known| known.is(name, language)).map(Template::id));
        let value = json!({
            "event": event,
            "message_template_id": id,
            "message_template_name": name,
            "message_template_language": language,
            "reason": "NONE",
        });
        self.post_change("message_template_status_update", value).await
    }

    /// Lets calls that send messages fail.
    pub fn fail(&self, fault: impl Into<Fault>, when: When) {
        self.fail_on(Some(WhatsAppCall::Messages), fault, when);
    }

    /// Lets calls of one kind fail, or all of them.
    pub fn fail_on(&self, call: Option<WhatsAppCall>, fault: impl Into<Fault>, when: When) {
        self.state.change(|number| number.faults.add(call, fault.into(), when));
    }

    /// Lets the next message be taken and then fail by status, as 131026.
    pub fn fail_later(&self, code: u32) {
        self.state.change(|number| number.fail_later.push_back(code));
    }

    /// Ends all faults, and makes the token valid again.
    pub fn mend(&self) {
        self.state.change(|number| {
            number.faults.lift();
            number.fail_later.clear();
            number.token_state = Token::Valid;
        });
    }

    /// Posts a status of a message that the number sent: `sent`, `delivered`, `read`, `played` or another word. As often
    /// and in any order as told.
    pub async fn status(&self, id: &str, status: &str) -> Post {
        report::on_command(&self.world, &self.state, id, status, None).await
    }

    /// Posts that a message that the number sent has failed with this code.
    pub async fn fails(&self, id: &str, code: u32) -> Post {
        let failed = Failed::new(code, "As told.");
        report::on_command(&self.world, &self.state, id, "failed", Some(&failed)).await
    }

    /// Posts one change of any field and content, signed; what tells of an account carries a time.
    pub async fn post_change(&self, field: &str, value: Value) -> Post {
        webhook::post_change(&self.world, &self.state, field, value).await
    }

    /// Posts entries of any content, signed, as one webhook. Members that this sandbox does not make itself can be
    /// tested with it.
    pub async fn post_entries(&self, entries: Vec<Value>) -> Post {
        webhook::post_entries(&self.world, &self.state, entries).await
    }

    /// Posts these very bytes, signed.
    pub async fn post_bytes(&self, body: Vec<u8>) -> Post {
        webhook::post(&self.world, &self.state, body).await
    }

    /// Posts these very bytes with this signature header, or with none.
    pub async fn post_signed(&self, body: Vec<u8>, signature: Option<&str>) -> Post {
        let url = self.state.read(NumberState::address);
        graph_webhook::post_once(&self.world.http, &url, body.into(), signature).await
    }

    /// Posts a webhook again, byte for byte, as Meta does when in doubt.
    pub async fn post_again(&self, post: &Post) -> Post {
        webhook::post(&self.world, &self.state, post.body.to_vec()).await
    }

    /// Asks the webhook's address to prove itself, as when it is entered in Meta's dashboard. Gives status and body.
    ///
    /// # Errors
    /// Nobody answers there.
    pub async fn verify(&self, verify_token: &str, challenge: &str) -> Result<(u16, String), reqwest::Error> {
        let url = self.state.read(NumberState::address);
        graph_webhook::ask(&self.world.http, &url, verify_token, challenge).await
    }

    /// Waits until `done`, at most for `patience`, and gives the number as it then is.
    ///
    /// # Errors
    /// [`TimedOut`] says what there is instead.
    pub async fn wait_until(
        &self,
        done: impl FnMut(&NumberState) -> bool,
        patience: Duration,
    ) -> Result<NumberState, TimedOut> {
        self.state.until(patience, done, NumberState::summary).await
    }
}
