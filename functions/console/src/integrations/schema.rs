//! The bodies that the API takes, for its description alone: they are read by `settings`, which tells of all that is wrong
//! at once. A test holds the two against each other.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::providers::schema::{Kaleyra, Meta, Sinch, Twilio};

/// What a new integration is to be.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, not read")]
pub(crate) struct NewIntegration {
    /// The channel: `facebook` or `whatsapp`.
    #[schema(example = "facebook")]
    channel: String,
    /// Who carries a WhatsApp number: `meta`, `twilio`, `sinch` or `kaleyra`. Its settings stand under the same name.
    #[schema(example = "twilio")]
    provider: Option<String>,
    /// Whether an account that another integration of the same company has is taken from it: that one is disabled, and what
    /// waits stays with it.
    take_over: Option<bool>,
    /// What people call it, 1 to 100 characters.
    name: String,
    /// Of a page: its access token. The page is the one that Facebook names for it.
    page_token: Option<String>,
    /// Where Motion takes messages, as it stands in the Open Channel account.
    #[schema(example = "https://motion.example.com/api/openchannel/accounts/2/notify?token=TOKEN")]
    receive_url: String,
    #[schema(inline)]
    #[serde(flatten)]
    more: Optional,
}

/// What is to be changed. What is left out stays; null clears what can be cleared.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, not read")]
pub(crate) struct IntegrationChange {
    /// The revision that the change is meant for; refused if there is a newer one.
    revision: Option<u64>,
    /// Gives the Reply URL a new secret. The address before it goes on working until the next time.
    rotate_reply_secret: Option<bool>,
    /// What people call it, 1 to 100 characters.
    name: Option<String>,
    /// Another access token of the same page.
    page_token: Option<String>,
    /// Where Motion takes messages, as it stands in the Open Channel account.
    receive_url: Option<String>,
    #[schema(inline)]
    #[serde(flatten)]
    more: Optional,
}

/// What need not be said of every channel.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, not read")]
pub(crate) struct Optional {
    /// The number, if Meta's Cloud API carries it.
    meta: Option<Meta>,
    /// The number, if Twilio carries it.
    twilio: Option<Twilio>,
    /// The number, if Sinch carries it.
    sinch: Option<Sinch>,
    /// The number, if Kaleyra carries it.
    kaleyra: Option<Kaleyra>,
    /// Secret of a Meta app of your own, with `verify_token`; without them the deployment's app serves the page.
    app_secret: Option<String>,
    /// The verify token of that app: choose one and enter it at Meta.
    verify_token: Option<String>,
    /// Base of Motion's API; told by most Receive URLs.
    #[schema(example = "https://motion.example.com/api")]
    api_base_url: Option<String>,
    /// Motion's id of the Open Channel account; told by the Receive URL.
    #[schema(example = "2")]
    desk_account: Option<String>,
    /// A key of Motion's API, needed for files. Or give `api_user` and `api_password`.
    api_key: Option<String>,
    /// A user of Motion, with `api_password`.
    api_user: Option<String>,
    /// The user's password.
    api_password: Option<String>,
    /// The contact field of Motion that holds the customer's id, as in the Open Channel account; `facebook` or `phone` if not said,
    /// as the channel is.
    #[schema(example = "phone")]
    map_key: Option<String>,
    /// Contact fields that every message sets.
    contact_fields: Option<BTreeMap<String, String>>,
    /// Whether the Meta app may answer for seven days (`HUMAN_AGENT`).
    human_agent: Option<bool>,
    /// Whether customers see, when an agent answers, that they were read and that somebody types; for WhatsApp.
    read_marks: Option<bool>,
    /// A template that asks customers to write again whose window is closed; for channels that have templates. Answers are held
    /// until the customer writes; without it they are refused.
    recontact: Option<super::recontact::View>,
    /// Addresses or networks from which the shared Reply URL, `/api/reply`, may be called for this integration.
    bridge_sources: Option<Vec<String>>,
}
