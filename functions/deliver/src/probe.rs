//! Asking the desk whether it is there, before a message that may have reached it is posted once more.

use shared::http::Purpose;
use shared::openchannel::account::{self, AccountState};
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
    SomeoneElse,
}

impl Worker {
    /// Asks for the account. Where the key does not allow that, one message of the integration is posted as the question.
    pub(crate) async fn probe(&self, link: &Link) -> Result<Probe, Hindered> {
        if let Some(api) = link.secrets.motion_api(&link.integration)
            && link.integration.desk_account.is_some()
        {
            let request = api.account_request();
            let asked = request.clone();
            let answer = self.http.send(Purpose::Desk, request, POST, ANSWER_CAP).await;
            match account::state(&asked, &answer) {
                AccountState::Answered(_) => return Ok(Probe::Answers),
                AccountState::Away { reason } => return Ok(Probe::Away(health(DeskState::Unreachable, reason, self))),
                AccountState::Refused { .. } => {}
            }
        }
        let ours = self.store.take_probe(link.integration.id, self.now()).await?;
        Ok(if ours { Probe::Answers } else { Probe::SomeoneElse })
    }
}
