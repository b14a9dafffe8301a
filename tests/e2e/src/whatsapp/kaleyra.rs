//! A number at Kaleyra, and what the administrator enters of it.

use sandbox::kaleyra::{Generation, NumberConfig, Template};
use serde_json::{Value, json};

use super::Number;
use crate::scene::{sandbox, unique};

const TEMPLATE: &str = "we_have_an_answer";

/// A new number on one of the APIs, and the settings of its integration.
pub(super) fn number(generation: Generation) -> (Number, Value) {
    let digits = unique();
    let config = NumberConfig {
        sid: format!("HXAP{digits}IN"),
        api_key: format!("A{digits:0>32}"),
        number: format!("39{}", &digits[digits.len() - 10..]),
        generation,
    };
    let settings = json!({
        "provider": "kaleyra",
        "kaleyra": {
            "sid": config.sid, "api_key": config.api_key, "host": "api.in.kaleyra.io", "number": config.number,
            "generation": generation,
        },
        "recontact": {
            "template": TEMPLATE, "language": "en",
            "variables": [{"text": "{first_name}", "fallback": "there"}],
        },
    });
    let number = sandbox().add_kaleyra_number(config);
    let body = "Hello {{1}}, we have an answer for you. May we send it?".to_owned();
    let template = Template { name: TEMPLATE.to_owned(), language: "en".to_owned(), body };
    number.set(|number| number.templates.push(template));
    (Number::Kaleyra(number), settings)
}
