//! Which address was called. Pure: a call that leads nowhere costs no AWS call.

use http::Method;
use shared::gateway::Call;
use shared::id::IntegrationId;

use crate::answer::Answer;
use crate::code::Code;

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 1024 * 1024;

/// Which address was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// An integration's own Reply URL.
    Own { integration: IntegrationId, secret: &'a str },
    /// The address that integrations share.
    Bridge,
}

/// Where the call leads to.
pub(crate) fn route(call: &Call) -> Result<Route<'_>, Answer> {
    let route = match call.segments().as_slice() {
        ["api", "reply"] => Route::Bridge,
        ["api", "reply", integration, secret] => {
            let integration = integration.parse().map_err(|_| unknown())?;
            Route::Own { integration, secret }
        }
        _ => return Err(unknown()),
    };
    if call.method != Method::POST {
        return Err(Answer::refused(Code::MethodNotAllowed, "A reply is sent here with POST."));
    }
    if call.body.len() > LARGEST_BODY {
        return Err(Answer::refused(Code::TooLarge, "The request is larger than 1 MiB. Nothing was sent."));
    }
    Ok(route)
}

/// The one answer for whoever does not know the address: it does not tell what of it was wrong.
pub(crate) fn unknown() -> Answer {
    Answer::refused(
        Code::NotFound,
        "There is no such Reply URL. Copy it again from the integration into the Open Channel account. Nothing was sent.",
    )
}
