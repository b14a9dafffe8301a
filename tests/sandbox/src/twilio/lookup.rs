//! What can be asked of Twilio beside sending: accounts, senders, messaging services; and that somebody types.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::api::Admitted;
use super::error::TwilioError;

/// `GET /2010-04-01/Accounts/{sid}.json`. An API key may not see it.
pub(super) fn account(call: &Admitted<'_>) -> Result<Value, TwilioError> {
    if !call.by_account || !call.path.ends_with(".json") {
        return Err(TwilioError::unauthenticated());
    }
    let number = call.numbers.first().ok_or_else(|| TwilioError::not_found(call.path))?;
    Ok(number.read(|number| {
        json!({
            "sid": number.account_sid, "friendly_name": format!("{} at Twilio", number.name),
            "status": number.account_status, "type": "Full", "owner_account_sid": number.account_sid,
            "uri": format!("/2010-04-01/Accounts/{}.json", number.account_sid),
        })
    }))
}

/// `GET .../Messages.json`: a page without any, whatever is asked for.
pub(super) fn messages() -> Value {
    json!({"messages": [], "page": 0, "page_size": 50, "next_page_uri": null, "first_page_uri": null})
}

/// `GET /v2/Channels/Senders?Channel=whatsapp`
pub(super) fn senders(call: &Admitted<'_>) -> Result<Value, TwilioError> {
    let mut query = form_urlencoded::parse(call.query.as_bytes());
    if !query.any(|(name, value)| name == "Channel" && value == "whatsapp") {
        return Err(TwilioError::new(20001, "Parameter 'Channel' is not valid"));
    }
    let sender = |number: &super::NumberState| {
        json!({
            "sid": format!("XE{}", number.account_sid.trim_start_matches("AC")), "status": number.status,
            "sender_id": format!("whatsapp:+{}", number.number), "profile": {"name": number.name},
            "webhook": {
                "callback_url": number.webhook_url, "callback_method": "POST", "fallback_url": number.fallback_url,
            },
        })
    };
    let senders: Vec<Value> = call.numbers.iter().map(|number| number.read(sender)).collect();
    Ok(json!({"senders": senders, "meta": {"key": "senders", "page": 0, "page_size": 100, "next_page_url": null}}))
}

/// `GET /v1/Services/{sid}`
pub(super) fn service(call: &Admitted<'_>, sid: &str) -> Result<Value, TwilioError> {
    let has = |number: &super::NumberState| number.messaging_service.as_deref() == Some(sid);
    if !call.numbers.iter().any(|number| number.read(has)) {
        return Err(TwilioError::not_found(call.path));
    }
    Ok(json!({"sid": sid, "friendly_name": "Service desk", "use_inbound_webhook_on_number": true}))
}

/// `POST /v3/Indicators/Typing.json`: the customer sees that somebody types, and that the message was read.
pub(super) fn typing(call: &Admitted<'_>) -> Result<Value, TwilioError> {
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let (channel, message) = (body.get("channel"), body.get("messageId").and_then(Value::as_str));
    let seen = message.filter(|_| channel == Some(&json!("WHATSAPP"))).is_some_and(|sid| {
        call.numbers.iter().any(|number| {
            number.change(|number| {
                let wrote =
                    |it: &&mut super::CustomerState| it.messages.iter().any(|it| !it.from_number && it.sid == sid);
                number.customers.values_mut().find(wrote).map(|customer| customer.typing_seen += 1).is_some()
            })
        })
    });
    if seen { Ok(json!({"success": true})) } else { Err(TwilioError::new(20001, "Invalid messageId")) }
}
