//! Who calls: the person of a Bearer token, and the tenant they belong to.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use shared::id::TenantId;
use shared::time::Timestamp;

use crate::app::App;
use crate::error::ApiError;

#[cfg(test)]
pub(crate) mod issuer;
pub(crate) mod jwks;
pub(crate) mod token;

pub(crate) use token::Person;
use token::Refused;

impl FromRequestParts<Arc<App>> for Person {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers)?;
        let now = Timestamp::now();
        let key = token::key_id(token).map_err(refuse)?;
        let keys = app.jwks.with(&key, now).await.map_err(|error| {
            tracing::error!(%error, "nobody can be let in");
            ApiError::Unavailable
        })?;
        token::verify(token, &keys, &app.token_rules, now).map_err(refuse)
    }
}

impl Person {
    /// Their tenant; made at their first call.
    pub(crate) async fn tenant(&self, app: &App) -> Result<TenantId, ApiError> {
        Ok(app.store.tenant_of(&self.id, Timestamp::now()).await?)
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let missing = ApiError::Unauthenticated(
        "unauthenticated",
        "Sign in: this call needs an access token, sent as Authorization: Bearer TOKEN.",
    );
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, token)) = value.and_then(|value| value.split_once(' ')) else { return Err(missing) };
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() { Ok(token) } else { Err(missing) }
}

fn refuse(refused: Refused) -> ApiError {
    match refused {
        Refused::Expired => {
            ApiError::Unauthenticated("token_expired", "The access token is no longer valid; sign in again.")
        }
        Refused::Malformed | Refused::UnknownKey | Refused::Foreign => ApiError::Unauthenticated(
            "invalid_token",
            "This is not an access token of this hub; sign in and send the access token, not the ID token.",
        ),
    }
}
