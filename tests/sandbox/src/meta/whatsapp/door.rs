//! The door for who shows a system user's token: which number a call is about, faults, and then who serves it.

use std::sync::Arc;

use axum::response::Response;
use http::Method;
use serde_json::{Value, json};

use super::{Kept, WhatsAppCall, account, lookup, media, send, template};
use crate::World;
use crate::faults::Fault;
use crate::meta::Token;
use crate::meta::error::GraphError;
use crate::meta::graph::{Target, answer};
use crate::meta::params::Params;
use crate::meta::wire::appsecret_proof;
use crate::record::Call;

/// Whether a token is a system user's, and good. A token that nobody has is refused here if it is shown for a number or an
/// account.
pub(in crate::meta) fn admit(world: &World, token: &str, node: &str, params: &Params) -> Result<bool, GraphError> {
    let numbers = world.whatsapp.of_token(token);
    let Some(number) = numbers.first() else {
        let here = world.whatsapp.number(node).is_some() || !world.whatsapp.of_account(node).is_empty();
        let nobodys = here && world.page_of_token(token).is_none();
        return if nobodys { Err(GraphError::unknown_token().unauthorised()) } else { Ok(false) };
    };
    let (state, secret, wants_proof) =
        number.read(|number| (number.token_state, number.app.secret.clone(), number.wants_proof));
    match state {
        Token::Valid => {}
        Token::Expired => return Err(GraphError::token_expired().unauthorised()),
        Token::PasswordChanged => return Err(GraphError::password_changed().unauthorised()),
    }
    match params.text("appsecret_proof") {
        None if wants_proof => Err(GraphError::no_proof()),
        Some(proof) if proof != appsecret_proof(&secret, token) => Err(GraphError::wrong_proof()),
        _ => Ok(true),
    }
}

/// Keeps a call that was refused before it came here, if it is about a number or an account.
pub(in crate::meta) fn note(world: &World, node: &str, call: Call, status: u16) {
    let number = world.whatsapp.number(node).or_else(|| world.whatsapp.of_account(node).first().cloned());
    if let Some(number) = number {
        number.change(|number| {
            let call = number.calls.begin(call);
            number.calls.end(call, status);
        });
    }
}

/// What a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    User,
    Number,
    Account,
    Media,
}

/// Serves a call with a good token.
pub(in crate::meta) async fn serve(
    world: &Arc<World>,
    call: Call,
    method: &Method,
    token: &str,
    target: &Target,
    params: &Params,
) -> Response {
    let Some((node, number)) = find(world, token, &target.node) else {
        note(world, &target.node, call, 400);
        return answer(Err(GraphError::no_such_object(&method.as_str().to_lowercase(), &target.node)));
    };
    let fault = number.change(|number| number.faults.take(kind(node, method, target, params)));
    let begun = number.change(|number| number.calls.begin(call));
    let usual = async { answer(dispatch(world, &number, node, method, target, params).await) };
    let response = Fault::play(fault, usual).await;
    number.change(|number| number.calls.end(begun, response.status().as_u16()));
    response
}

/// What a token's owner may see under this id, and the number that keeps the call.
fn find(world: &World, token: &str, node: &str) -> Option<(Node, Kept)> {
    let mut own = world.whatsapp.of_token(token).into_iter();
    if node == "me" {
        return own.next().map(|number| (Node::User, number));
    }
    let owner = world.whatsapp.media.owner(node);
    own.find_map(|kept| {
        let node = kept.read(|number| match node {
            id if id == number.phone_number_id => Some(Node::Number),
            id if id == number.waba_id => Some(Node::Account),
            _ if owner.as_ref() == Some(&number.phone_number_id) => Some(Node::Media),
            _ => None,
        })?;
        Some((node, kept))
    })
}

fn kind(node: Node, method: &Method, target: &Target, params: &Params) -> WhatsAppCall {
    match (node, target.edge.as_deref()) {
        (Node::Media, _) => WhatsAppCall::Media,
        (_, Some("messages")) if params.has("status") => WhatsAppCall::Read,
        (_, Some("messages")) => WhatsAppCall::Messages,
        (_, Some("media")) => WhatsAppCall::Upload,
        (_, Some("subscribed_apps")) => WhatsAppCall::Subscription,
        (_, Some("message_templates")) => WhatsAppCall::Templates,
        (Node::Number, None) if method == Method::POST => WhatsAppCall::Subscription,
        (_, None | Some("phone_numbers")) => WhatsAppCall::Lookup,
        _ => WhatsAppCall::Other,
    }
}

async fn dispatch(
    world: &Arc<World>,
    number: &Kept,
    node: Node,
    method: &Method,
    target: &Target,
    params: &Params,
) -> Result<Value, GraphError> {
    match (node, method.as_str(), target.edge.as_deref()) {
        (Node::User, "GET", None) => number.read(|number| lookup::user(number, params)),
        (Node::Number, "GET", None) => number.read(|number| lookup::number(number, params)),
        (Node::Number, "POST", None) => account::configure(world, number, params).await,
        (Node::Number, "POST", Some("messages")) if params.has("status") => {
            number.change(|number| send::read(number, params))
        }
        (Node::Number, "POST", Some("messages")) => send::send(world, number, params).await,
        (Node::Number, "POST", Some("media")) => number.read(|number| media::upload(world, number, params)),
        (Node::Number, "POST", Some("register")) => number.change(|number| account::register(number, params)),
        (Node::Account, "GET", None) => number.read(|number| lookup::account(number, params)),
        (Node::Account, "GET", Some("phone_numbers")) => {
            lookup::numbers(&world.whatsapp.of_account(&target.node), params)
        }
        (Node::Account, "GET", Some("message_templates")) => number.read(|number| template::list(number, params)),
        (Node::Account, "GET", Some("subscribed_apps")) => Ok(number.read(account::subscriptions)),
        (Node::Account, "POST", Some("subscribed_apps")) => account::subscribe(world, number, params).await,
        (Node::Account, "DELETE", Some("subscribed_apps")) => Ok(account::unsubscribe(world, number)),
        (Node::Media, "GET", None) => number.read(|number| media::lookup(world, number, &target.node, params)),
        (Node::Media, "DELETE", None) => Ok(json!({"success": world.whatsapp.media.forget(&target.node)})),
        (_, method, _) => Err(GraphError::no_such_object(&method.to_lowercase(), &target.node)),
    }
}
