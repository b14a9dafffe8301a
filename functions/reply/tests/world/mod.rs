//! Everything around the function, on the loopback: a table and secrets that work, a Graph and a Motion that do as told.

mod aws;
mod outside;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use reply::{Settings, Shell};
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::channel::{PlatformCredential, Platforms};
use shared::event::Place;
use shared::id::{AccountKey, CustomerId, DeskId, IntegrationId, TenantId};
use shared::openchannel::contact::ContactFields;
use shared::secrets::{DeskCredential, IntegrationSecrets, Secrets};
use shared::store::{Customer, Health, Integration, Sign, Store};
use shared::time::Timestamp;

pub(crate) use aws::{Aws, Fault};
pub(crate) use outside::{Graph, Outside};

pub(crate) const PAGE: &str = "218840075512346";
pub(crate) const CUSTOMER: &str = "4410022003300441";
pub(crate) const SECRET: &str = "a-secret-of-the-path";
pub(crate) const TOKEN: &str = "EAAG-page-token";

pub(crate) struct World {
    pub(crate) shell: Shell,
    pub(crate) aws: Aws,
    pub(crate) outside: Outside,
    pub(crate) store: Store,
    pub(crate) secrets: Secrets,
    pub(crate) integration: IntegrationId,
}

/// What the function answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) status: i64,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) body: Value,
    pub(crate) text: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) correlation: String,
}

impl World {
    /// One integration, one customer who wrote a minute ago.
    pub(crate) async fn new() -> Self {
        let world = Self::empty().await;
        world.integrate(world.integration, PAGE, |_| {}).await;
        world.customer(world.integration, CUSTOMER).await;
        world.wrote(CUSTOMER, 60).await;
        world
    }

    pub(crate) async fn empty() -> Self {
        let aws = Aws::start().await;
        let outside = Outside::start().await;
        let config = sdk(&aws.url());
        let settings = Settings {
            table_name: "hub".to_owned(),
            secrets_prefix: "hub".to_owned(),
            files_bucket: "files".to_owned(),
            platforms: Platforms {
                graph_base_url: outside.url("").parse().unwrap(),
                graph_version: "v26.0".to_owned(),
                twilio_base_url: outside.url("").parse().unwrap(),
                sinch_base_url: None,
                kaleyra_base_url: None,
            },
            allowed_private_networks: vec!["127.0.0.0/8".parse().unwrap()],
            runtime_api: None,
            log_level: "info".to_owned(),
        };
        let world = Self {
            shell: Shell::new(&config, settings).unwrap(),
            store: Store::new(aws_sdk_dynamodb::Client::new(&config), "hub"),
            secrets: Secrets::new(aws_sdk_secretsmanager::Client::new(&config), "hub"),
            integration: IntegrationId::generate(),
            aws,
            outside,
        };
        world.aws.secret("hub/meta-app", &json!({"app_id": "1", "app_secret": "the-apps-secret"}));
        world
    }

    /// Makes an integration; `change` alters it first.
    pub(crate) async fn integrate(&self, id: IntegrationId, page: &str, change: impl FnOnce(&mut Integration)) {
        let mut integration = Integration {
            id,
            tenant: TenantId::generate(),
            channel: "facebook".to_owned(),
            provider: None,
            account: AccountKey::of("facebook", page),
            account_name: "Nordwind".to_owned(),
            name: "Nordwind on Facebook".to_owned(),
            map_key: "facebook".parse().unwrap(),
            api_base_url: Some(self.outside.url("/api")),
            desk_account: Some("12".to_owned()),
            contact_fields: ContactFields::default(),
            human_agent: false,
            read_marks: false,
            recontact: None,
            bridge_sources: Vec::new(),
            enabled: true,
            taken_over_at: None,
            desk: Health::default(),
            platform: Health::default(),
            created_at: Timestamp::now(),
            updated_at: Timestamp::now(),
            revision: 1,
        };
        change(&mut integration);
        self.store.create_integration(&integration).await.unwrap();
        if !integration.bridge_sources.is_empty() {
            self.store.set_bridge(&integration).await.unwrap();
        }
        self.put_secrets(id, page, TOKEN).await;
    }

    pub(crate) async fn put_secrets(&self, id: IntegrationId, page: &str, token: &str) {
        let platform = PlatformCredential::Graph { token: SecretString::from(token), waba: None };
        self.change_secrets(id, page, |secrets| secrets.platform = platform).await;
    }

    pub(crate) async fn change_secrets(
        &self,
        id: IntegrationId,
        page: &str,
        change: impl FnOnce(&mut IntegrationSecrets),
    ) {
        let mut secrets = IntegrationSecrets {
            account: AccountKey::of("facebook", page),
            platform: PlatformCredential::Graph { token: SecretString::from(TOKEN), waba: None },
            app_secrets: Vec::new(),
            verify_tokens: Vec::new(),
            webhook_url: None,
            webhook_guard: None,
            receive_url: SecretString::from("https://motion.example.com/api/openchannel/accounts/12/notify?token=t"),
            api_base_url: Some(self.outside.url("/api")),
            desk: Some(DeskCredential::ApiKey { key: SecretString::from("motion-key") }),
            reply_secrets: vec![SecretString::from(SECRET), SecretString::from("the-secret-before")],
        };
        change(&mut secrets);
        self.secrets.put_integration(id, &secrets, Timestamp::now()).await.unwrap();
    }

    pub(crate) async fn customer(&self, id: IntegrationId, psid: &str) {
        let customer = Customer {
            id: CustomerId::new(psid),
            desk_id: DeskId::new(psid),
            first_name: None,
            last_name: None,
            created_at: Timestamp::now(),
        };
        self.store.create_customer(id, &customer).await.unwrap();
    }

    /// Lets a customer write in private some seconds ago.
    pub(crate) async fn wrote(&self, psid: &str, seconds_ago: i64) {
        self.wrote_in(&Place::Direct, psid, seconds_ago).await;
    }

    pub(crate) async fn wrote_in(&self, place: &Place, psid: &str, seconds_ago: i64) {
        let at = Timestamp::from_millis(Timestamp::now().millis() - seconds_ago * 1000);
        self.store.note_sign(self.integration, place, &CustomerId::new(psid), at, Sign::Message(None)).await.unwrap();
    }

    pub(crate) async fn stored(&self) -> Integration {
        self.store.integration(self.integration).await.unwrap().unwrap()
    }

    /// Posts JSON to the integration's own Reply URL.
    pub(crate) async fn reply(&self, body: &Value) -> Told {
        let path = format!("/api/reply/{}/{SECRET}", self.integration);
        self.post(&path, Some("application/json"), &body.to_string()).await
    }

    /// Posts JSON to the address that integrations share.
    pub(crate) async fn bridge(&self, source: &str, body: &Value) -> Told {
        self.call("POST", "/api/reply", Some("application/json"), &body.to_string(), false, source).await
    }

    pub(crate) async fn post(&self, path: &str, content_type: Option<&str>, body: &str) -> Told {
        self.call("POST", path, content_type, body, false, "192.0.2.7").await
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        content_type: Option<&str>,
        body: &str,
        base64: bool,
        source: &str,
    ) -> Told {
        let mut headers = json!({"x-forwarded-for": "203.0.113.5"});
        if let Some(content_type) = content_type {
            headers["content-type"] = content_type.into();
        }
        let event: ApiGatewayV2httpRequest = serde_json::from_value(json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
            "requestContext": {"http": {"method": method, "path": path, "sourceIp": source}},
            "body": body, "isBase64Encoded": base64,
        }))
        .unwrap();
        told(reply::handle(&self.shell, event).await)
    }
}

fn told(response: ApiGatewayV2httpResponse) -> Told {
    let Some(Body::Text(text)) = response.body else { panic!("an answer without a body") };
    let body: Value = serde_json::from_str(&text).unwrap();
    let word = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let header = |name: &str| response.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("application/json"));
    assert_eq!(header("x-correlation-id"), Some(word("correlation_id")));
    Told {
        status: response.status_code,
        code: word("code"),
        message: word("message"),
        retry_after: header("retry-after"),
        correlation: word("correlation_id"),
        body,
        text,
    }
}

fn sdk(url: &str) -> SdkConfig {
    let credentials = Credentials::new("an-id", "a-key", None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .build()
}
