//! What Graph tells: of a page by its token, of a customer, of a token, and of a page's webhook subscription.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::page::{FIELDS, PageState, Token};
use super::params::Params;
use super::whatsapp;
use crate::watched::Watched;
use crate::{Person, World, clock};

/// Fields that a person may have; those without a value here need a permission that this app does not have.
const PERSON: [&str; 8] = ["id", "name", "first_name", "last_name", "profile_pic", "locale", "timezone", "gender"];
const PAGE: [&str; 5] = ["id", "name", "category", "link", "username"];

/// `GET /me` and `GET /{page}`
pub(super) fn page(page: &PageState, params: &Params) -> Result<Value, GraphError> {
    let link = format!("https://www.facebook.com/{}", page.id);
    let known = json!({"id": page.id, "name": page.name, "category": "Shop", "link": link});
    choose(known, params, &PAGE, "Page")
}

/// `GET /me` with a person's own token
pub(super) fn myself(person: &Person, params: &Params) -> Result<Value, GraphError> {
    choose(json!({"id": person.id, "name": person.name}), params, &PERSON, "User")
}

/// `GET /{psid}`
pub(super) fn person(page: &PageState, psid: &str, params: &Params) -> Result<Value, GraphError> {
    let person = page.customers.get(psid).filter(|person| person.last_event_at.is_some());
    let person = person.ok_or_else(|| GraphError::no_such_object("get", psid))?;
    if let Some(error) = &person.profile_error {
        return Err(error.clone());
    }
    let mut known = json!({
        "id": person.psid,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": format!("{} {}", person.first_name, person.last_name),
    });
    if let (Some(picture), Some(known)) = (&person.profile_pic, known.as_object_mut()) {
        known.insert("profile_pic".to_owned(), picture.as_str().into());
    }
    choose(known, params, &PERSON, "User")
}

fn choose(known: Value, params: &Params, allowed: &[&str], node: &str) -> Result<Value, GraphError> {
    pick(&known, params.text("fields").unwrap_or("id,name"), allowed, node)
}

/// The fields that were asked for, of those that there are; the id always.
pub(super) fn pick(known: &Value, wanted: &str, allowed: &[&str], node: &str) -> Result<Value, GraphError> {
    let mut chosen = Map::from_iter([("id".to_owned(), known.get("id").cloned().unwrap_or_default())]);
    for field in wanted.split(',').map(str::trim).filter(|field| !field.is_empty()) {
        if !allowed.contains(&field) {
            return Err(GraphError::no_such_field(field, node));
        }
        if let Some(value) = known.get(field) {
            chosen.insert(field.to_owned(), value.clone());
        }
    }
    Ok(Value::Object(chosen))
}

/// `GET /debug_token`, with the app's own token.
pub(super) fn debug_token(world: &World, params: &Params, token: &str) -> Result<Value, GraphError> {
    if token != format!("{}|{}", world.app.id, world.app.secret) {
        return Err(GraphError::unknown_token());
    }
    let input = params.text("input_token").ok_or_else(|| GraphError::missing("input_token"))?;
    let page = world.page_of_token(input).map(|page| page.read(Clone::clone));
    let invalid = |GraphError { code, subcode, message, .. }: GraphError| json!({"is_valid": false, "scopes": [], "error": {"code": code, "subcode": subcode, "message": message}});
    let data = match page {
        None => match whatsapp::lookup::token(world, input) {
            Some(known) => known,
            None => invalid(GraphError::unknown_token()),
        },
        Some(page) if page.token == Token::Expired => invalid(GraphError::token_expired()),
        Some(page) if page.token == Token::PasswordChanged => invalid(GraphError::password_changed()),
        Some(page) => json!({
            "app_id": page.app.id,
            "type": "PAGE",
            "application": "Hub",
            "expires_at": 0,
            "data_access_expires_at": clock::now() / 1000 + 90 * 86_400,
            "is_valid": true,
            "profile_id": page.id,
            "scopes": ["pages_messaging", "pages_manage_metadata", "pages_show_list"],
        }),
    };
    Ok(json!({ "data": data }))
}

/// `GET /{page}/subscribed_apps`
pub(super) fn subscriptions(page: &PageState) -> Value {
    let apps = page
        .subscribed
        .iter()
        .map(|fields| json!({"id": page.app.id, "name": "Hub", "category": "Business", "subscribed_fields": fields}));
    json!({ "data": apps.collect::<Vec<_>>() })
}

/// `POST /{page}/subscribed_apps`: sets the whole list.
pub(super) fn subscribe(page: &Watched<PageState>, params: &Params) -> Result<Value, GraphError> {
    let fields = params.text("subscribed_fields").ok_or_else(|| GraphError::missing("subscribed_fields"))?;
    let fields: BTreeSet<String> = fields.split(',').map(|field| field.trim().to_owned()).collect();
    if let Some(unknown) = fields.iter().find(|field| !known_field(field)) {
        let message =
            format!("Param subscribed_fields[0] must be one of {{{}}} - got \"{unknown}\".", FIELDS.join(", "));
        return Err(GraphError::parameter(message));
    }
    page.change(|page| page.subscribed = Some(fields));
    Ok(json!({"success": true}))
}

/// `DELETE /{page}/subscribed_apps`
pub(super) fn unsubscribe(page: &Watched<PageState>) -> Value {
    page.change(|page| page.subscribed = None);
    json!({"success": true})
}

fn known_field(field: &str) -> bool {
    FIELDS.contains(&field) || ["feed", "mention", "ratings", "response_feedback", "send_cart"].contains(&field)
}
