//! People of the user pool, and the tokens they sign in for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, decode_header, encode};
use serde_json::{Value, json};

use crate::scene::unique;
use crate::stack::{Administrator, ask_aws, stack, state_file};

/// What the pool gives to somebody who signs in.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For calls of the hub's API.
    pub access: String,
    /// Tells an application who somebody is; no key to anything.
    pub id: String,
}

/// Signs somebody in, as their browser would.
pub async fn sign_in(person: &Administrator) -> Tokens {
    let request = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": stack().user_pool_client_id,
        "AuthParameters": {"USERNAME": person.email, "PASSWORD": person.password},
    });
    let answer = ask("InitiateAuth", &request).await;
    let token = |name: &str| answer["AuthenticationResult"][name].as_str().expect("no token").to_owned();
    Tokens { access: token("AccessToken"), id: token("IdToken") }
}

/// Adds somebody to the pool, as the owner of a deployment does.
pub async fn new_person() -> Administrator {
    let person = Administrator { email: format!("{}@example.com", unique()), password: format!("Aa1-{}-zZ", unique()) };
    let (pool, name) = (&stack().user_pool_id, &person.email);
    let attributes = json!([{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]);
    let user = json!({"UserPoolId": pool, "Username": name, "UserAttributes": attributes, "MessageAction": "SUPPRESS"});
    ask("AdminCreateUser", &user).await;
    let password = json!({"UserPoolId": pool, "Username": name, "Password": person.password, "Permanent": true});
    ask("AdminSetUserPassword", &password).await;
    person
}

/// A token like `token`, its claims altered by `change` and signed as the pool signs: the local AWS keeps the pool's key in
/// its folder.
pub fn forged(token: &str, change: impl FnOnce(&mut Value)) -> String {
    let folder = state_file().parent().unwrap().join("tmp/state/cognito-pool-keys");
    let key = std::fs::read(folder.join(format!("{}-access.pem", stack().user_pool_id))).unwrap();
    let claims = token.split('.').nth(1).unwrap();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    change(&mut claims);
    let header = Header { kid: decode_header(token).unwrap().kid, ..Header::new(Algorithm::RS256) };
    encode(&header, &claims, &EncodingKey::from_rsa_pem(&key).unwrap()).unwrap()
}

async fn ask(action: &str, request: &Value) -> Value {
    ask_aws("cognito-idp", &format!("AWSCognitoIdentityProviderService.{action}"), request).await
}
