//! What Motion is asked about an Open Channel account. Never its Receive URL: that would open an interaction for an agent.

use std::time::Duration;

use shared::http::Purpose;
use shared::openchannel::account;
use shared::secrets::IntegrationSecrets;
use shared::store::Integration;

use super::findings::{self, Finding};
use crate::app::App;

const TIMEOUT: Duration = Duration::from_secs(6);
const LARGEST_ANSWER: usize = 256 * 1024;

/// Asks Motion for the account, where everything that this needs is set.
pub(super) async fn check(
    app: &App,
    integration: &Integration,
    secrets: &IntegrationSecrets,
    reply_url: &str,
) -> Vec<Finding> {
    let Some(api) = secrets.motion_api(integration).filter(|api| !api.account.is_empty()) else { return Vec::new() };
    let request = api.account_request();
    let answer = app.http.send(Purpose::Desk, request.clone(), TIMEOUT, LARGEST_ANSWER).await;
    findings::of_account(integration, reply_url, &account::state(&request, &answer))
}
