//! An access token of Cognito: signed by the pool, issued for our app, not yet over. Pure: the keys and the time are told.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html>

use std::collections::HashMap;
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use shared::time::Timestamp;

/// How far the clock of the pool may be from ours.
const LEEWAY: Duration = Duration::from_secs(60);

/// The pool's public keys by their id. RSA alone: the pool signs with nothing else.
#[derive(Clone, Default)]
pub(crate) struct Keys(HashMap<String, DecodingKey>);

/// Whose tokens are taken.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The pool, as its tokens name it.
    pub(crate) issuer: String,
    /// The app that they must be issued for.
    pub(crate) client_id: String,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// The pool's id of the person, the same for ever.
    pub(crate) id: String,
    /// The name that the pool knows them by.
    pub(crate) username: String,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is no token, or not signed as the pool signs.
    Malformed,
    /// It is signed with a key that is not among the known ones.
    UnknownKey,
    /// Signature, issuer, app or kind are not right.
    Foreign,
    /// Its time is over.
    Expired,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    iss: String,
    exp: i64,
    token_use: String,
    client_id: String,
    #[serde(default)]
    username: String,
}

impl Keys {
    /// The keys of a key set. Those that are not for RS256 signatures are left out.
    ///
    /// # Errors
    /// Where it is no key set.
    pub(crate) fn read(key_set: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct KeySet {
            keys: Vec<serde_json::Value>,
        }
        #[derive(Deserialize)]
        struct RsaKey {
            kid: String,
            kty: String,
            n: String,
            e: String,
            alg: Option<String>,
            #[serde(rename = "use")]
            usage: Option<String>,
        }
        let set: KeySet = serde_json::from_slice(key_set)?;
        let keys = set.keys.into_iter().filter_map(|key| {
            let key: RsaKey = serde_json::from_value(key).ok()?;
            let signs = key.usage.is_none_or(|usage| usage == "sig") && key.alg.is_none_or(|alg| alg == "RS256");
            if key.kty != "RSA" || !signs {
                return None;
            }
            Some((key.kid, DecodingKey::from_rsa_components(&key.n, &key.e).ok()?))
        });
        Ok(Self(keys.collect()))
    }

    /// The key named `id`.
    pub(crate) fn get(&self, id: &str) -> Option<&DecodingKey> {
        self.0.get(id)
    }
}

/// The id of the key that a token says it is signed with.
pub(crate) fn key_id(token: &str) -> Result<String, Refused> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Malformed)?;
    if header.alg != Algorithm::RS256 {
        return Err(Refused::Malformed);
    }
    header.kid.ok_or(Refused::Malformed)
}

/// Who calls with `token`.
pub(crate) fn verify(token: &str, keys: &Keys, rules: &Rules, now: Timestamp) -> Result<Person, Refused> {
    let key = keys.get(&key_id(token)?).ok_or(Refused::UnknownKey)?;
    let mut signature_alone = Validation::new(Algorithm::RS256);
    // The library asks the system's clock; time and names are compared below.
    signature_alone.validate_exp = false;
    signature_alone.validate_aud = false;
    signature_alone.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Claims>(token, key, &signature_alone).map_err(|_| Refused::Foreign)?.claims;
    if claims.iss != rules.issuer
        || claims.token_use != "access"
        || claims.client_id != rules.client_id
        || claims.sub.is_empty()
    {
        return Err(Refused::Foreign);
    }
    if Timestamp::from_seconds(claims.exp).plus(LEEWAY) <= now {
        return Err(Refused::Expired);
    }
    Ok(Person { id: claims.sub, username: claims.username })
}

#[cfg(test)]
mod tests;
