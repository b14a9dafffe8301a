//! Graph's refusals, in its own words. Callers decide on code and subcode; the words are for people.
//!
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes>

use serde_json::{Map, Value, json};

use crate::faults::{Answer, Fault};
use crate::ids;

/// What is told of the calls of a WhatsApp account that has used them up; the time is in minutes.
const WHATSAPP_USAGE: &str = r#"{"331882004417765":[{"type":"whatsapp","call_count":100,"total_cputime":25,"total_time":25,"estimated_time_to_regain_access":1}]}"#;

/// An error of the Graph API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// HTTP status; 400 for nearly everything.
    pub status: u16,
    /// `OAuthException` or `GraphMethodException`.
    pub kind: &'static str,
    /// What went wrong.
    pub code: u32,
    /// What exactly went wrong.
    pub subcode: Option<u32>,
    /// In words.
    pub message: String,
    /// Whether trying again may help.
    pub transient: bool,
    /// Title for people, where there is one.
    pub user_title: Option<&'static str>,
    /// Explanation for people, where there is one.
    pub user_message: Option<&'static str>,
    /// What WhatsApp says beside it, in `error_data`.
    pub details: Option<String>,
}

impl GraphError {
    /// An error as most are: status 400, `OAuthException`.
    pub fn new(code: u32, subcode: impl Into<Option<u32>>, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            kind: "OAuthException",
            code,
            subcode: subcode.into(),
            message: message.into(),
            transient: false,
            user_title: None,
            user_message: None,
            details: None,
        }
    }

    fn method(code: u32, subcode: impl Into<Option<u32>>, message: impl Into<String>) -> Self {
        Self { kind: "GraphMethodException", ..Self::new(code, subcode, message) }
    }

    pub(crate) fn no_token() -> Self {
        Self::new(2500, None, "An active access token must be used to query information about the current user.")
    }

    pub(crate) fn unknown_token() -> Self {
        Self::new(190, None, "Invalid OAuth access token - Cannot parse access token")
    }

    /// The session behind the token has ended.
    pub fn token_expired() -> Self {
        Self::new(
            190,
            463,
            "Error validating access token: Session has expired on Thursday, 20-Nov-25 10:00:00 PST. The current time is \
             Friday, 21-Nov-25 00:42:53 PST.",
        )
    }

    /// The person who connected the page changed the password.
    pub fn password_changed() -> Self {
        Self::new(
            190,
            460,
            "Error validating access token: The session has been invalidated because the user changed their password or \
             Facebook has changed the session for security reasons.",
        )
    }

    pub(crate) fn no_proof() -> Self {
        Self::method(100, None, "API calls from the server require an appsecret_proof argument")
    }

    pub(crate) fn wrong_proof() -> Self {
        Self::method(100, None, "Invalid appsecret_proof provided in the API argument")
    }

    pub(crate) fn unknown_path(components: &str) -> Self {
        Self::new(2500, None, format!("Unknown path components: /{components}"))
    }

    pub(crate) fn no_such_object(method: &str, id: &str) -> Self {
        let message = format!(
            "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api"
        );
        Self::method(100, 33, message)
    }

    pub(crate) fn no_such_field(field: &str, node: &str) -> Self {
        Self::new(100, None, format!("(#100) Tried accessing nonexisting field ({field}) on node type ({node})"))
    }

    /// A parameter that Graph cannot use, in Graph's words.
    pub(crate) fn parameter(message: impl std::fmt::Display) -> Self {
        Self::new(100, None, format!("(#100) {message}"))
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::parameter(format_args!("The parameter {parameter} is required"))
    }

    pub(crate) fn too_long(parameter: &str, most: usize) -> Self {
        Self::parameter(format_args!("Length of param {parameter} must be less than or equal to {most}"))
    }

    pub(crate) fn empty_message() -> Self {
        Self::new(100, 2_018_034, "(#100) Message cannot be empty, must provide valid attachment or text")
    }

    pub(crate) fn text_and_attachment() -> Self {
        Self::new(100, 2_018_018, "(#100) Only one of text or attachment can be specified")
    }

    pub(crate) fn action_and_message() -> Self {
        Self::new(100, 2_018_014, "(#100) Cannot send a message together with a sender action")
    }

    /// A message tag that exists no longer.
    pub(crate) fn removed_tag() -> Self {
        Self {
            user_title: Some("Message tag not available"),
            user_message: Some("This message tag can no longer be used."),
            ..Self::new(100, 1_893_061, "Invalid parameter")
        }
    }

    pub(crate) fn no_human_agent() -> Self {
        Self::new(
            10,
            None,
            "(#10) To use 'Human Agent', your use of this endpoint must be reviewed and approved by Facebook. To submit \
             this 'Human Agent' feature for review please read our documentation on reviewable features: \
             https://developers.facebook.com/docs/apps/review.",
        )
    }

    /// The page does not know the recipient.
    pub fn no_matching_user() -> Self {
        Self::new(100, 2_018_001, "(#100) No matching user found")
    }

    /// The customer's last sign of life is too long ago.
    pub fn outside_window() -> Self {
        Self::new(
            10,
            2_018_278,
            "(#10) This message is sent outside of allowed window. Learn more about the new policy here: \
             https://developers.facebook.com/docs/messenger-platform/policy-overview",
        )
    }

    /// The customer blocked the page, left, or was deactivated.
    pub fn unavailable() -> Self {
        Self::new(551, 1_545_041, "(#551) This person isn't available right now.")
    }

    pub(crate) fn file_unreachable() -> Self {
        Self::new(100, 2_018_008, "(#100) Failed to fetch the file from the url")
    }

    pub(crate) fn wrong_file_type() -> Self {
        Self::new(
            100,
            2_018_047,
            "(#100) Upload attachment failure. A common cause of this failure is that the provided media type does not \
             match type of file provided in URL.",
        )
    }

    pub(crate) fn file_too_large() -> Self {
        Self::new(100, 2_018_109, "(#100) Attachment size exceeds allowable limit")
    }

    pub(crate) fn unknown_attachment() -> Self {
        Self::new(
            100,
            2_018_074,
            "(#100) Invalid Attachment ID provided. Owner of the attachment is different from sender",
        )
    }

    /// The profile of this person is not to be had.
    pub fn no_profile() -> Self {
        Self::new(
            100,
            2_018_218,
            "(#100) No profile available for this user. The user ID belongs to an account created with a phone number.",
        )
    }

    /// The app has used up its calls.
    pub fn app_rate_limit() -> Self {
        Self { transient: true, ..Self::new(4, None, "(#4) Application request limit reached") }
    }

    /// The page has used up its calls.
    pub fn page_rate_limit() -> Self {
        Self::new(613, None, "(#613) Calls to this api have exceeded the rate limit.")
    }

    /// A temporary failure to send.
    pub fn send_failure() -> Self {
        Self::new(1200, None, "(#1200) Temporary send message failure. Please try again later.")
    }

    /// The service is down for a while.
    pub fn service_down() -> Self {
        Self {
            status: 500,
            transient: true,
            ..Self::new(2, None, "An unexpected error has occurred. Please retry your request later.")
        }
    }

    /// The body: `{"error": {...}}`.
    pub fn body(&self) -> Value {
        let mut error = Map::from_iter([
            ("message".to_owned(), json!(self.message)),
            ("type".to_owned(), json!(self.kind)),
            ("code".to_owned(), json!(self.code)),
            ("fbtrace_id".to_owned(), json!(ids::trace())),
        ]);
        if let Some(subcode) = self.subcode {
            error.insert("error_subcode".to_owned(), json!(subcode));
        }
        if self.transient {
            error.insert("is_transient".to_owned(), json!(true));
        }
        if let Some(details) = &self.details {
            error.insert("error_data".to_owned(), json!({"messaging_product": "whatsapp", "details": details}));
        }
        if let (Some(title), Some(message)) = (self.user_title, self.user_message) {
            error.insert("error_user_title".to_owned(), json!(title));
            error.insert("error_user_msg".to_owned(), json!(message));
        }
        json!({ "error": error })
    }
}

impl From<GraphError> for Answer {
    fn from(error: GraphError) -> Self {
        let answer = Self { label: error.code.to_string(), ..Self::json(error.status, &error.body()) };
        match error.code {
            4 | 613 => answer.with("x-app-usage", r#"{"call_count":100,"total_time":25,"total_cputime":25}"#),
            80007 => answer.with("x-business-use-case-usage", WHATSAPP_USAGE),
            190 => answer.with(
                "www-authenticate",
                r#"OAuth "Facebook Platform" "invalid_token" "Error validating access token""#,
            ),
            _ => answer,
        }
    }
}

impl From<GraphError> for Fault {
    fn from(error: GraphError) -> Self {
        Self::Refuse(error.into())
    }
}
