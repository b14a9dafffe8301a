//! A number at Twilio, and what the administrator enters of it.

use sandbox::twilio::{NumberConfig, Template};
use serde_json::{Value, json};

use super::Number;
use crate::scene::{sandbox, unique};

const TEMPLATE: &str = "HX0123456789abcdef0123456789abcdef";

/// A new number, and the settings of its integration.
pub(super) fn number() -> (Number, Value) {
    let digits = unique();
    let config = NumberConfig {
        account_sid: format!("AC{digits:0>32}"),
        auth_token: format!("hush{digits:0>28}"),
        number: format!("39{}", &digits[digits.len() - 10..]),
        name: "Northwind Tiles".to_owned(),
    };
    let settings = json!({
        "provider": "twilio",
        "twilio": {"account_sid": config.account_sid, "auth_token": config.auth_token, "number": config.number},
        "recontact": {"template": TEMPLATE, "variables": [{"text": "{first_name}", "fallback": "there"}]},
    });
    let number = sandbox().add_twilio_number(config);
    let body = "Hello {{1}}, we have an answer for you. May we send it?".to_owned();
    number.set(|number| {
        number.templates.insert(TEMPLATE.to_owned(), Template { body });
    });
    (Number::Twilio(number), settings)
}
