//! What is changed of an account or a number: who is told of it, at which address, and whether the number is registered.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override>

use serde_json::{Map, Value, json};

use super::state::NumberState;
use super::{Kept, send};
use crate::meta::error::GraphError;
use crate::meta::params::Params;
use crate::meta::webhook;
use crate::{World, ids};

/// `GET /{account}/subscribed_apps`
pub(super) fn subscriptions(number: &NumberState) -> Value {
    let app = json!({"id": number.app.id, "name": "Hub", "link": "https://www.facebook.com/games/?app_id=0"});
    let mut entry = Map::from_iter([("whatsapp_business_api_data".to_owned(), app)]);
    entry.extend(number.override_url.as_deref().map(|url| ("override_callback_uri".to_owned(), url.into())));
    let entries: Vec<_> = number.subscribed.then_some(entry).into_iter().collect();
    json!({ "data": entries })
}

/// `POST /{account}/subscribed_apps`. Without an address of its own the account goes back to the app's.
pub(super) async fn subscribe(world: &World, number: &Kept, params: &Params) -> Result<Value, GraphError> {
    let url = address(params.text("override_callback_uri"), params.text("verify_token"))?;
    if let Some((url, token)) = &url {
        prove(world, url, token).await?;
    }
    let url = url.map(|(url, _)| url.to_owned());
    world.whatsapp.change_account(&number.read(|number| number.waba_id.clone()), |number| {
        number.subscribed = true;
        number.override_url.clone_from(&url);
    });
    Ok(json!({"success": true}))
}

/// `DELETE /{account}/subscribed_apps`
pub(super) fn unsubscribe(world: &World, number: &Kept) -> Value {
    world.whatsapp.change_account(&number.read(|number| number.waba_id.clone()), |number| {
        number.subscribed = false;
        number.override_url = None;
    });
    json!({"success": true})
}

/// `POST /{number}` with `webhook_configuration`: an address for this number alone; an empty one ends it.
pub(super) async fn configure(world: &World, number: &Kept, params: &Params) -> Result<Value, GraphError> {
    let given = params.json("webhook_configuration").ok_or_else(|| GraphError::missing("webhook_configuration"))?;
    let member = |name: &str| given.get(name).and_then(Value::as_str);
    let url = member("override_callback_uri").ok_or_else(|| GraphError::missing("override_callback_uri"))?;
    let url = if url.is_empty() { None } else { address(Some(url), member("verify_token"))? };
    if let Some((url, token)) = &url {
        prove(world, url, token).await?;
    }
    number.change(|number| number.own_url = url.map(|(url, _)| url.to_owned()));
    Ok(json!({"success": true}))
}

/// `POST /{number}/register`
pub(super) fn register(number: &mut NumberState, params: &Params) -> Result<Value, GraphError> {
    send::product(params)?;
    let pin = params.text("pin").ok_or_else(|| GraphError::missing("pin"))?;
    if pin.len() != 6 || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(GraphError::parameter("Param pin must be 6 characters long."));
    }
    if number.pin.as_deref().is_some_and(|known| known != pin) {
        return Err(GraphError::whatsapp(133_005, "The PIN is not the number's."));
    }
    number.pin = Some(pin.to_owned());
    number.registered = true;
    Ok(json!({"success": true}))
}

/// An address comes with the token that it is asked with, or not at all.
fn address<'a>(url: Option<&'a str>, token: Option<&'a str>) -> Result<Option<(&'a str, &'a str)>, GraphError> {
    match (url, token) {
        (None, None) => Ok(None),
        (Some(url), Some(token)) => {
            let valid = url.len() <= 200 && url::Url::parse(url).is_ok_and(|url| url.has_host());
            let invalid = || GraphError::parameter("Param override_callback_uri must be a valid URI.");
            if valid { Ok(Some((url, token))) } else { Err(invalid()) }
        }
        (Some(_), None) => Err(GraphError::missing("verify_token")),
        (None, Some(_)) => Err(GraphError::missing("override_callback_uri")),
    }
}

/// Meta asks an address before it posts there.
async fn prove(world: &World, url: &str, token: &str) -> Result<(), GraphError> {
    let challenge = ids::decimal();
    let why = match webhook::ask(&world.http, url, token, &challenge).await {
        Ok((200, body)) if body == challenge => return Ok(()),
        Ok((200, _)) => "HTTP Status Code = 200; the answer is not the challenge".to_owned(),
        Ok((status, _)) => format!("HTTP Status Code = {status}"),
        Err(_) => "curl_errno = 7; curl_error = Failed to connect".to_owned(),
    };
    let message = format!("(#2200) Callback verification failed with the following errors: {why}");
    Err(GraphError::new(2200, None, message))
}
