//! What Graph is asked about a page: whose its token is, and to send us its events.

use std::time::Duration;

use secrecy::SecretString;
use shared::channel::facebook::render::{self, FIELDS, LEAST_FIELDS, Page};
use shared::channel::facebook::verdict::{self, Account};
use shared::channel::{Failure, FailureClass};
use shared::http::{Answer, HttpError, Outgoing, Purpose};
use shared::secrets::IntegrationSecrets;
use shared::time::Timestamp;

use super::findings::Finding;
use crate::app::App;
use crate::error::ApiError;

const TIMEOUT: Duration = Duration::from_secs(6);
const LARGEST_ANSWER: usize = 64 * 1024;
/// Graph's word for a parameter that it does not take, as a field that the app's products do not have.
const INVALID_PARAMETER: i64 = 100;

/// Graph, asked in the name of one page.
pub(super) struct Graph<'a> {
    app: &'a App,
    token: SecretString,
    app_secret: Option<SecretString>,
}

impl<'a> Graph<'a> {
    /// Graph for the page of `secrets`: proved with its own app's secret, else with the deployment's.
    pub(super) async fn of(app: &'a App, secrets: &IntegrationSecrets) -> Result<Self, ApiError> {
        let app_secret = app.secrets.app_secret(secrets, Timestamp::now()).await?;
        Ok(Self { app, token: secrets.platform.graph_token().cloned().unwrap_or_default(), app_secret })
    }

    /// Which page the token belongs to, by Graph's own word.
    pub(super) async fn account(&self) -> Result<Account, ApiError> {
        let failure = match verdict::account(&self.ask(render::me(&self.page(""))).await) {
            Ok(page) => return Ok(page),
            Err(failure) => failure,
        };
        if is_parameter(&failure) && self.is_no_page().await {
            return Err(ApiError::PlatformRefused(
                "This is a person's token, not a Page's: copy the Page access token.".to_owned(),
            ));
        }
        Err(match failure.class {
            FailureClass::Transient | FailureClass::Throttled(_) => ApiError::PlatformAway(in_words(&failure)),
            _ => ApiError::PlatformRefused(in_words(&failure)),
        })
    }

    /// Whether the token, which cannot be asked as a page's, is good for somebody else. Asked and not read from Graph's
    /// words: code 100 without a subcode is said of much.
    async fn is_no_page(&self) -> bool {
        verdict::account(&self.ask(render::owner(&self.page(""))).await).is_ok()
    }

    /// Has the page's events sent to the app that the token belongs to.
    pub(super) async fn subscribe(&self, page: &str) -> Option<Finding> {
        if self.app_secret.is_none() {
            return Some(Finding::new(
                "no_meta_app",
                "No Meta app is set up: nothing that comes in could be believed. An administrator of the deployment must \
                 enter one in its secret, or give the integration its own app_secret and verify_token.",
            ));
        }
        let failure = verdict::done(&self.ask(render::subscribe(&self.page(page), &FIELDS)).await).err()?;
        if !is_parameter(&failure) {
            return Some(not_subscribed(&failure));
        }
        match verdict::done(&self.ask(render::subscribe(&self.page(page), &LEAST_FIELDS)).await) {
            Ok(()) => Some(Finding::new(
                "page_subscribed_partly",
                "The Meta app may not have every kind of event: edits, reactions and referrals do not come in. Messages do.",
            )),
            Err(failure) => Some(not_subscribed(&failure)),
        }
    }

    /// Ends it. A page whose token is dead cannot be told, and sends nothing either.
    pub(super) async fn unsubscribe(&self, page: &str) {
        if let Err(failure) = verdict::done(&self.ask(render::unsubscribe(&self.page(page))).await) {
            let (code, subcode) = failure.platform.map_or((None, None), |error| (Some(error.code), error.subcode));
            tracing::warn!(code, subcode, "a page could not be unsubscribed");
        }
    }

    fn page<'b>(&'b self, id: &'b str) -> Page<'b> {
        let platforms = &self.app.config.platforms;
        Page {
            base: &platforms.graph_base_url,
            version: &platforms.graph_version,
            id,
            token: &self.token,
            app_secret: self.app_secret.as_ref(),
        }
    }

    async fn ask(&self, request: Outgoing) -> Result<Answer, HttpError> {
        let purpose = Purpose::Platform { base: &self.app.config.platforms.graph_base_url };
        self.app.http.send(purpose, request, TIMEOUT, LARGEST_ANSWER).await
    }
}

fn is_parameter(failure: &Failure) -> bool {
    failure.platform.as_ref().is_some_and(|error| error.code == INVALID_PARAMETER)
}

fn not_subscribed(failure: &Failure) -> Finding {
    let message =
        format!("The page does not send its events to the Meta app, so nothing comes in. {}", in_words(failure));
    Finding::new("page_not_subscribed", message)
}

/// Graph's own words where it has some; what is said to agents of a lost answer speaks of messages, and here are none.
fn in_words(failure: &Failure) -> String {
    let lost = failure.platform.is_none() && failure.class == FailureClass::Transient;
    if lost {
        return "Facebook gave no usable answer. Try again in a few minutes.".to_owned();
    }
    failure.sentence.clone()
}

#[cfg(test)]
mod tests;
