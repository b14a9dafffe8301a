//! An integration for tests, complete and made at a fixed time.

use secrecy::SecretString;
use shared::channel::PlatformCredential;
use shared::id::AccountKey;
use shared::openchannel::contact::{ContactField, ContactFields};
use shared::secrets::{DeskCredential, IntegrationSecrets};
use shared::store::{Health, Integration};
use shared::time::Timestamp;

/// Each secret holds this word, so that a test can look for it.
pub(crate) const SECRET: &str = "hush";

/// The integration.
pub(crate) fn integration() -> Integration {
    let mut contact_fields = ContactFields::default();
    contact_fields.set(ContactField::Tags, "messenger");
    Integration {
        id: "01KAHXJ5V5S6J6M5Q3X0B7T9ZC".parse().unwrap(),
        tenant: "01KAHXJ5V5S6J6M5Q3X0B7T9ZD".parse().unwrap(),
        channel: "facebook".to_owned(),
        provider: None,
        account: AccountKey::of("facebook", "218840075512346"),
        account_name: "Northwind Tiles".to_owned(),
        name: "Tiles, Messenger".to_owned(),
        map_key: ContactField::Facebook,
        api_base_url: Some("https://motion.example.com/api".to_owned()),
        desk_account: Some("2".to_owned()),
        contact_fields,
        human_agent: false,
        read_marks: false,
        recontact: None,
        bridge_sources: vec!["192.0.2.10/32".parse().unwrap()],
        enabled: true,
        taken_over_at: None,
        desk: Health::default(),
        platform: Health::default(),
        created_at: Timestamp::from_seconds(1_795_165_200),
        updated_at: Timestamp::from_seconds(1_795_168_800),
        revision: 3,
    }
}

/// Its secrets.
pub(crate) fn secrets() -> IntegrationSecrets {
    let secret = |name: &str| SecretString::from(format!("{SECRET}-{name}"));
    let receive_url = format!("https://motion.example.com/api/openchannel/accounts/2/notify?token={SECRET}");
    IntegrationSecrets {
        account: integration().account,
        platform: PlatformCredential::Graph { token: secret("token"), waba: None },
        app_secrets: vec![secret("app")],
        verify_tokens: vec![secret("verify")],
        webhook_url: Some("https://hub.example.com/webhooks/facebook/01KAHXJ5V5S6J6M5Q3X0B7T9ZC".to_owned()),
        webhook_guard: None,
        receive_url: SecretString::from(receive_url),
        api_base_url: integration().api_base_url,
        desk: Some(DeskCredential::Basic { user: format!("{SECRET}-user"), password: secret("password") }),
        reply_secrets: vec![secret("reply"), secret("reply-before")],
    }
}
