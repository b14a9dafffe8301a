//! The providers' settings, for the description of the API alone.

use utoipa::ToSchema;

/// A number on Meta's Cloud API.
#[derive(ToSchema)]
#[schema(as = MetaNumber)]
#[expect(dead_code, reason = "described, not read")]
pub(crate) struct Meta {
    /// A token of a system user. Needed.
    token: Option<String>,
    /// The number's id at Meta. Needed.
    phone_number_id: Option<String>,
    /// The id of its WhatsApp business account. Needed.
    waba_id: Option<String>,
    /// Secret of a Meta app of your own, with `verify_token`; without them the deployment's app serves the number.
    app_secret: Option<String>,
    /// The verify token of that app: choose one and enter it at Meta.
    verify_token: Option<String>,
}

/// A WhatsApp sender at Twilio.
#[derive(ToSchema)]
#[schema(as = TwilioNumber)]
#[expect(dead_code, reason = "described, not read")]
pub(crate) struct Twilio {
    /// The account. Needed.
    #[schema(example = "AC0123456789abcdef0123456789abcdef")]
    account_sid: Option<String>,
    /// Its auth token, which signs webhooks. Needed.
    auth_token: Option<String>,
    /// An API key that sends in place of the auth token, with `api_key_secret`.
    api_key_sid: Option<String>,
    /// The key's secret.
    api_key_secret: Option<String>,
    /// The sender's number. Needed.
    #[schema(example = "+44 20 7946 0018")]
    number: Option<String>,
    /// A messaging service that sends in place of the number.
    messaging_service: Option<String>,
}

/// An app of Sinch's Conversation API with a WhatsApp sender.
#[derive(ToSchema)]
#[schema(as = SinchApp)]
#[expect(dead_code, reason = "described, not read")]
pub(crate) struct Sinch {
    /// The project. Needed.
    project: Option<String>,
    /// The app in it. Needed.
    app: Option<String>,
    /// Where the app lives: `us`, `eu` or `br`. Needed.
    #[schema(example = "eu")]
    region: Option<String>,
    /// An access key of the project. Needed.
    key_id: Option<String>,
    /// The key's secret. Needed.
    key_secret: Option<String>,
    /// Whether requests carry the key itself in place of a token.
    basic: Option<bool>,
    /// Has Sinch sign its calls with a new secret. What is signed with the one before is taken until the next time.
    rotate_signing_secret: Option<bool>,
}

/// A number at Kaleyra.
#[derive(ToSchema)]
#[schema(as = KaleyraNumber)]
#[expect(dead_code, reason = "described, not read")]
pub(crate) struct Kaleyra {
    /// The account. Needed.
    sid: Option<String>,
    /// Its API key. Needed.
    api_key: Option<String>,
    /// The host of its region. Needed.
    #[schema(example = "api.in.kaleyra.io")]
    host: Option<String>,
    /// The number. Needed.
    #[schema(example = "+44 20 7946 0018")]
    number: Option<String>,
    /// The API that the number is on: `v1` or `v2`. Needed.
    #[schema(example = "v2")]
    generation: Option<String>,
    /// A header that every call of Kaleyra must carry, with `header_value`. The one before it is taken until the next change;
    /// `null` takes both out.
    header_name: Option<String>,
    /// What stands in it.
    header_value: Option<String>,
    /// A user that every call of Kaleyra must carry, with `password`. As with the header.
    user: Option<String>,
    /// The user's password.
    password: Option<String>,
    /// Addresses or networks that Kaleyra calls from.
    sources: Option<Vec<String>>,
    /// Gives the webhook address a new secret. The one before it goes on working until the next time.
    rotate_path_secret: Option<bool>,
}
