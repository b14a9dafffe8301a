//! How the two links of an integration answer, on its own item: the desk's answer is the breaker, the platform's is for people.
//! Workers write it, whatever settings are changed at the same time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::integration::pk;
use super::{Store, StoreError, made, number, value};
use crate::id::IntegrationId;
use crate::time::Timestamp;

/// How often one message may be posted to find out whether a desk is back that cannot be asked.
const PROBE_PAUSE: Duration = Duration::from_secs(60);

/// How the other side of a link answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// In a word.
    pub state: DeskState,
    /// What was wrong and what to do, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// How the other side answers, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskState {
    /// As it should.
    #[default]
    Working,
    /// Not at all, or it says that it is too busy.
    Unreachable,
    /// It turns us away.
    Refuses,
}

/// Which of the two links of an integration is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Desk,
    Platform,
}

impl Health {
    /// Whether it is not working.
    pub fn is_broken(&self) -> bool {
        self.state != DeskState::Working
    }
}

impl Store {
    /// Notes that the desk answers again, which closes the breaker and ends its questions. Says whether it was open: only who
    /// closes it wakes those who wait.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn desk_works(&self, id: IntegrationId) -> Result<bool, StoreError> {
        let closed = self
            .update(pk(id), "META")
            .update_expression("SET desk = :works REMOVE probe_at")
            .condition_expression("attribute_exists(pk) AND desk.#state <> :working")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":works", value(&Health::default())?)
            .expression_attribute_values(":working", value(&DeskState::Working)?)
            .send()
            .await;
        made(closed)
    }

    /// Forgets that a message was posted to find out if the desk is back: it is.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn end_probe(&self, id: IntegrationId) -> Result<(), StoreError> {
        let ended = self
            .update(pk(id), "META")
            .update_expression("REMOVE probe_at")
            .condition_expression("attribute_exists(pk)")
            .send()
            .await;
        made(ended).map(drop)
    }

    /// Writes how Motion answers, which opens or closes the breaker.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails. An integration that is gone is no error.
    pub async fn set_desk_health(&self, id: IntegrationId, health: &Health) -> Result<(), StoreError> {
        self.set_health(id, Link::Desk, health).await
    }

    /// Writes how the platform takes our credential.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails. An integration that is gone is no error.
    pub async fn set_platform_health(&self, id: IntegrationId, health: &Health) -> Result<(), StoreError> {
        self.set_health(id, Link::Platform, health).await
    }

    /// Whether the caller's message is the one to find out if the desk is back. One a minute, so that a desk that hangs does
    /// not make a repeat of every message.
    ///
    /// # Errors
    /// [`StoreError`] when the table fails.
    pub async fn take_probe(&self, id: IntegrationId, now: Timestamp) -> Result<bool, StoreError> {
        let taken = self
            .update(pk(id), "META")
            .update_expression("SET probe_at = :now")
            .condition_expression("attribute_exists(pk) AND (attribute_not_exists(probe_at) OR probe_at < :before)")
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":before", number(now.minus(PROBE_PAUSE).millis()))
            .send()
            .await;
        made(taken)
    }

    async fn set_health(&self, id: IntegrationId, link: Link, health: &Health) -> Result<(), StoreError> {
        let name = match link {
            Link::Desk => "desk",
            Link::Platform => "platform",
        };
        let written = self
            .update(pk(id), "META")
            .update_expression("SET #link = :health")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#link", name)
            .expression_attribute_values(":health", value(health)?)
            .send()
            .await;
        made(written).map(drop)
    }
}
