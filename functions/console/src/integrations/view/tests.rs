use super::*;
use crate::integrations::samples::{SECRET, integration, secrets};

fn hub() -> HubUrl {
    HubUrl("https://hub.example.com".to_owned())
}

#[test]
fn an_integration_as_its_owner_sees_it() {
    let findings = vec![Finding::new("desk_away", "no answer")];
    let desk = Health {
        state: DeskState::Refuses,
        reason: Some("the key is not accepted".to_owned()),
        since: Some(integration().created_at),
    };
    let shown = Integration { desk, ..integration() };
    insta::assert_json_snapshot!(View::of(shown, Some(&secrets()), &hub(), Detail::Whole, findings));
}

#[test]
fn a_list_holds_no_secret_at_all() {
    for secrets in [Some(secrets()), None] {
        let view = View::of(integration(), secrets.as_ref(), &hub(), Detail::Listed, Vec::new());
        let text = serde_json::to_string(&view).unwrap();
        assert!(!text.contains(SECRET), "{text}");
        assert!(!text.contains("reply_url"), "{text}");
    }
}

#[test]
fn the_reply_url_is_the_only_secret_of_the_whole() {
    let view = View::of(integration(), Some(&secrets()), &hub(), Detail::Whole, Vec::new());
    let reply_url = view.reply_url.clone().unwrap();
    assert_eq!(reply_url, format!("https://hub.example.com/api/reply/01KAHXJ5V5S6J6M5Q3X0B7T9ZC/{SECRET}-reply"));
    let text = serde_json::to_string(&view).unwrap().replace(&reply_url, "");
    assert!(!text.contains(SECRET), "{text}");
}

#[test]
fn the_deployments_app_has_the_deployments_address() {
    let secrets = IntegrationSecrets { app_secrets: Vec::new(), webhook_url: None, ..secrets() };
    let view = View::of(integration(), Some(&secrets), &hub(), Detail::Whole, Vec::new());
    assert_eq!(view.webhook_url, "https://hub.example.com/fb/webhook");
    assert!(!view.has_own_app);
}
