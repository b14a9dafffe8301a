//! Asking the desk whether it is there, before a message that may have reached it is posted once more.

use shared::http::Purpose;
use shared::openchannel::account::{self, AccountState, MotionApi};
use shared::store::{DeskState, Health};

use crate::desk::{ANSWER_CAP, POST};
use crate::links::Link;
use crate::set_aside::health;
use crate::work::Hindered;
use crate::worker::Worker;

/// What the desk answered.
pub(crate) enum Probe {
    /// It is there, or this message is the one to find out.
    Answers,
    /// It is not.
    Away(Health),
    /// It cannot be asked, and another message of the integration is finding out.
    OtherAsks,
}

impl Worker {
    /// Asks for the account. Where the key does not allow that, one message of the integration is posted as the question.
    pub(crate) async fn probe(&self, link: &Link) -> Result<Probe, Hindered> {
        if let Some(api) = askable(link) {
            let request = api.account_request();
            let answer = self.http.send(Purpose::Desk, request.clone(), POST, ANSWER_CAP).await;
            match account::state(&request, &answer) {
                AccountState::Answered(_) => return Ok(Probe::Answers),
                AccountState::Away { reason } => return Ok(Probe::Away(health(DeskState::Unreachable, reason, self))),
                AccountState::Refused { .. } => {}
            }
        }
        let ours = self.store.take_probe(link.integration.id, self.now()).await?;
        Ok(if ours { Probe::Answers } else { Probe::OtherAsks })
    }
}

/// The API, if it can be asked for the account and its silence tells of the desk: both are the same server.
fn askable(link: &Link) -> Option<MotionApi> {
    let api = link.secrets.motion_api(&link.integration)?;
    let same_server = api.base.host() == link.receive_url.expose().host();
    (same_server && !api.account.is_empty()).then_some(api)
}
