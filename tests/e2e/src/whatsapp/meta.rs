//! A number on Meta's Cloud API, and what the administrator enters of it.

use sandbox::meta::whatsapp::{NumberConfig, Template};
use serde_json::{Value, json};

use super::Number;
use crate::scene::{sandbox, unique};

const TEMPLATE: &str = "we_have_an_answer";

/// A new number in a business account of its own, and the settings of its integration.
pub(super) fn number() -> (Number, Value) {
    number_of(&format!("7{}", unique()))
}

/// A new number in this business account.
pub(super) fn number_of(waba: &str) -> (Number, Value) {
    let digits = unique();
    let config = NumberConfig {
        phone_number_id: format!("4{digits}"),
        waba_id: waba.to_owned(),
        display_number: format!("+39 {}", &digits[digits.len() - 10..]),
        verified_name: "Northwind Tiles".to_owned(),
        token: format!("EAAG-hush-{waba}"),
    };
    let settings = json!({
        "provider": "meta",
        "meta": {"token": config.token, "phone_number_id": config.phone_number_id, "waba_id": config.waba_id},
        "recontact": {
            "template": TEMPLATE, "language": "en",
            "variables": [{"text": "{first_name}", "fallback": "there"}],
        },
    });
    let number = sandbox().add_whatsapp_number(config);
    number.add_template(&Template::new(TEMPLATE, "en", "Hello {{1}}, we have an answer for you. May we send it?"));
    (Number::Meta(number), settings)
}
