//! An app at Sinch, and what the administrator enters of it.

use sandbox::sinch::{AppConfig, Template};
use serde_json::{Value, json};

use super::Number;
use crate::scene::{sandbox, unique};

/// A new app, and the settings of its integration.
pub(super) fn number() -> (Number, Value) {
    let digits = unique();
    let config = AppConfig {
        project: format!("5c2f0000-0000-4000-8000-{:0>12}", &digits[digits.len() - 12..]),
        id: format!("01APP{digits:0>21}"),
        name: "Northwind Tiles".to_owned(),
        number: format!("39{}", &digits[digits.len() - 10..]),
        key_id: format!("key-{digits}"),
        key_secret: format!("hush-{digits}"),
    };
    let settings = json!({
        "provider": "sinch",
        "sinch": {
            "project": config.project, "app": config.id, "region": "eu",
            "key_id": config.key_id, "key_secret": config.key_secret,
        },
        "recontact": {
            "template": "we_have_an_answer", "language": "en",
            "variables": [{"text": "{first_name}", "fallback": "there"}],
        },
    });
    let app = sandbox().add_sinch_app(config);
    let template = Template { name: "we_have_an_answer".to_owned(), language: "en".to_owned(), gaps: 1 };
    app.set(|app| app.templates.push(template));
    (Number::Sinch(app), settings)
}
