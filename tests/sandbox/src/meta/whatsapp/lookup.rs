//! What Graph tells of a number, of an account, and of a system user's token.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers>

use serde_json::{Map, Value, json};

use super::state::NumberState;
use crate::World;
use crate::meta::Token;
use crate::meta::error::GraphError;
use crate::meta::lookup::pick;
use crate::meta::params::Params;

const NUMBER: [&str; 14] = [
    "id",
    "verified_name",
    "display_phone_number",
    "quality_rating",
    "code_verification_status",
    "platform_type",
    "throughput",
    "status",
    "name_status",
    "account_mode",
    "is_official_business_account",
    "is_pin_enabled",
    "webhook_configuration",
    "whatsapp_business_manager_messaging_limit",
];
const USUAL: &str =
    "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput,id";
const ACCOUNT: [&str; 6] =
    ["id", "name", "currency", "timezone_id", "message_template_namespace", "account_review_status"];
const USER: [&str; 2] = ["id", "name"];

/// `GET /{number}`
pub(super) fn number(number: &NumberState, params: &Params) -> Result<Value, GraphError> {
    let mut addresses = Map::from_iter([("application".to_owned(), number.webhook_url.as_str().into())]);
    let mut set = |name: &str, url: &Option<String>| {
        addresses.extend(url.as_deref().map(|url| (name.to_owned(), url.into())));
    };
    set("whatsapp_business_account", &number.override_url);
    set("phone_number", &number.own_url);
    let known = json!({
        "id": number.phone_number_id,
        "verified_name": number.verified_name,
        "display_phone_number": number.display_number,
        "quality_rating": number.quality_rating,
        "code_verification_status": "VERIFIED",
        "platform_type": if number.registered { "CLOUD_API" } else { "NOT_APPLICABLE" },
        "throughput": {"level": "STANDARD"},
        "status": if number.registered { "CONNECTED" } else { "DISCONNECTED" },
        "name_status": "APPROVED",
        "account_mode": "LIVE",
        "is_official_business_account": false,
        "is_pin_enabled": number.pin.is_some(),
        "webhook_configuration": addresses,
        "whatsapp_business_manager_messaging_limit": "TIER_250",
    });
    pick(&known, params.text("fields").unwrap_or(USUAL), &NUMBER, "WhatsAppBusinessPhoneNumber")
}

/// `GET /{account}/phone_numbers`
pub(super) fn numbers(numbers: &[super::Kept], params: &Params) -> Result<Value, GraphError> {
    let data: Result<Vec<_>, _> = numbers.iter().map(|kept| kept.read(|state| number(state, params))).collect();
    Ok(json!({"data": data?, "paging": {"cursors": {"before": "c0", "after": format!("c{}", numbers.len())}}}))
}

/// `GET /{account}`
pub(super) fn account(number: &NumberState, params: &Params) -> Result<Value, GraphError> {
    let known = json!({
        "id": number.waba_id,
        "name": number.verified_name,
        "currency": "EUR",
        "timezone_id": "1",
        "message_template_namespace": format!("ns_{}", number.waba_id),
        "account_review_status": "APPROVED",
    });
    let wanted = params.text("fields").unwrap_or("id,name,timezone_id,message_template_namespace");
    pick(&known, wanted, &ACCOUNT, "WhatsAppBusinessAccount")
}

/// `GET /me`
pub(super) fn user(number: &NumberState, params: &Params) -> Result<Value, GraphError> {
    let known = json!({"id": format!("1{}", number.waba_id), "name": "Hub"});
    pick(&known, params.text("fields").unwrap_or("id,name"), &USER, "SystemUser")
}

/// What `debug_token` tells of a token, if it is a system user's.
pub(in crate::meta) fn token(world: &World, token: &str) -> Option<Value> {
    let numbers: Vec<_> = world.whatsapp.of_token(token).iter().map(|number| number.read(Clone::clone)).collect();
    let first = numbers.first()?;
    if first.token_state != Token::Valid {
        let error = GraphError::token_expired();
        let why = json!({"code": error.code, "subcode": error.subcode, "message": error.message});
        return Some(json!({"is_valid": false, "scopes": [], "error": why}));
    }
    let mut accounts: Vec<&str> = numbers.iter().map(|number| number.waba_id.as_str()).collect();
    accounts.dedup();
    let scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];
    let granular: Vec<_> = scopes.iter().map(|scope| json!({"scope": scope, "target_ids": accounts})).collect();
    Some(json!({
        "app_id": first.app.id,
        "type": "SYSTEM_USER",
        "application": "Hub",
        "expires_at": 0,
        "data_access_expires_at": 0,
        "is_valid": true,
        "user_id": format!("1{}", first.waba_id),
        "scopes": scopes,
        "granular_scopes": granular,
    }))
}
