//! Proof that a callback comes from Kaleyra, which signs nothing: a secret in the path, and where they are set a header, a user
//! with password, and the networks that calls come from. Compared in constant time.
//!
//! <https://developers.kaleyra.io/docs/account-settings-callback-profiles>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::channel::{BasicUser, FixedHeader, PathGuard, RawRequest, Refused, WebhookKeys};

/// Whether the call knows the address and carries whatever else stands guard. The path comes first: who does not know the
/// address learns nothing of the rest.
pub(super) fn webhook(request: &RawRequest, keys: &WebhookKeys) -> Result<(), Refused> {
    let guard = keys.guard.as_ref().filter(|guard| knows_path(&request.path, &guard.secrets));
    let guard = guard.ok_or(Refused::WrongToken)?;
    if !is_from_listed(request, guard) {
        return Err(Refused::WrongToken);
    }
    let header = any(&guard.headers, |header| carries(&request.headers, header));
    let user = any(&guard.users, |user| is_user(&request.headers, user));
    if header & user { Ok(()) } else { Err(Refused::WrongSignature) }
}

/// Whether one of `wanted` fits, if any is wanted. All are looked at, so that the time it takes does not tell which.
fn any<T>(wanted: &[T], fits: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() | wanted.iter().fold(false, |found, one| found | fits(one))
}

/// Whether the last piece of the path is one of the secrets. An empty secret is known to everybody and opens nothing.
fn knows_path(path: &str, secrets: &[SecretString]) -> bool {
    let shown = path.rsplit('/').next().unwrap_or_default();
    let secrets = secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| !secret.is_empty());
    secrets.fold(false, |known, secret| known | same(shown.as_bytes(), secret.as_bytes()))
}

/// Whether the call comes from where calls may come from.
fn is_from_listed(request: &RawRequest, guard: &PathGuard) -> bool {
    let source = request.source.map(|source| source.to_canonical());
    guard.sources.is_empty() || source.is_some_and(|source| guard.sources.iter().any(|net| net.contains(&source)))
}

fn carries(headers: &HeaderMap, header: &FixedHeader) -> bool {
    let expected = header.value.expose_secret().as_bytes();
    !expected.is_empty() && only(headers, &header.name).is_some_and(|shown| same(shown, expected))
}

fn is_user(headers: &HeaderMap, basic: &BasicUser) -> bool {
    let expected = format!("{}:{}", basic.user, basic.password.expose_secret());
    let shown = only(headers, AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, proof) = value.split_at_checked("Basic ".len())?;
        scheme.eq_ignore_ascii_case(b"Basic ").then(|| STANDARD.decode(proof.trim_ascii()).ok())?
    });
    !basic.password.expose_secret().is_empty() && shown.is_some_and(|shown| same(&shown, expected.as_bytes()))
}

/// The value of a header that stands there exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    Some(value.as_bytes())
}

/// By their hashes, so that not even the length is told by the time that it takes.
fn same(shown: &[u8], expected: &[u8]) -> bool {
    Sha256::digest(shown).ct_eq(&Sha256::digest(expected)).into()
}

#[cfg(test)]
mod tests;
