//! A customer whom the desk does not know yet: given a desk id, and a name where the platform tells one.

use std::time::Duration;

use shared::channel::Profile;
use shared::id::DeskId;
use shared::openchannel::contact::{ContactField, ContactFields};
use shared::sender::From;
use shared::store::{Conversation, Customer, StoreError};
use tokio::time::Instant;

use crate::links::Link;
use crate::parcel::Parcel;
use crate::work::Hindered;
use crate::worker::Worker;

/// How long the platform may take to tell a name; a message is not held up for longer.
const PROFILE: Duration = Duration::from_secs(3);
/// After this often in vain the platform is not asked for a name again.
const NAME_TRIES: u32 = 3;

impl Worker {
    /// The conversation with the customer's desk id and, if it can be had, name.
    pub(crate) async fn introduce(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        known: Conversation,
    ) -> Result<Conversation, Hindered> {
        let named = known.first_name.is_some() || known.name_tries >= NAME_TRIES;
        if known.desk_id.is_some() && named {
            return Ok(known);
        }
        let (id, place, customer) = (link.integration.id, parcel.place(), parcel.customer());
        let mut learned = known;
        let stored = self.store.customer(id, customer).await?;
        if let Some(stored) = &stored {
            learned.desk_id = Some(stored.desk_id.clone());
            learned.first_name = learned.first_name.or_else(|| stored.first_name.clone());
            learned.last_name = learned.last_name.or_else(|| stored.last_name.clone());
        }
        if let (None, Some(named)) = (&learned.first_name, parcel.named()) {
            let named = ContactFields::named(named);
            learned.first_name = named.get(ContactField::FirstName).map(str::to_owned);
            learned.last_name = named.get(ContactField::LastName).map(str::to_owned);
        }
        if learned.first_name.is_none() && learned.name_tries < NAME_TRIES {
            match self.profile(link, parcel).await {
                Some(profile) => {
                    learned.first_name = profile.first_name;
                    learned.last_name = profile.last_name;
                }
                None => learned.name_tries += 1,
            }
        }
        if stored.is_none() {
            learned.desk_id = Some(self.enter_customer(link, parcel, &learned).await?);
        }
        self.store.introduce(id, place, customer, &learned).await?;
        Ok(learned)
    }

    async fn enter_customer(
        &self,
        link: &Link,
        parcel: &Parcel<'_>,
        learned: &Conversation,
    ) -> Result<DeskId, Hindered> {
        let (id, customer) = (link.integration.id, parcel.customer());
        let new = Customer {
            id: customer.clone(),
            desk_id: link.channel.desk_id(customer, &learned.aliases),
            first_name: learned.first_name.clone(),
            last_name: learned.last_name.clone(),
            created_at: self.now(),
        };
        match self.store.create_customer(id, &new).await {
            Ok(()) => Ok(new.desk_id),
            // A repeat of ours, or the answer to an earlier try that got lost.
            Err(StoreError::Conflict) => {
                if let Some(stored) = self.store.customer(id, customer).await? {
                    return Ok(stored.desk_id);
                }
                // Somebody else has the number as theirs at the desk: this one is known there by the id that stays.
                let own = Customer { desk_id: DeskId::new(customer.as_str()), ..new };
                self.store.create_customer(id, &own).await?;
                Ok(own.desk_id)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn profile(&self, link: &Link, parcel: &Parcel<'_>) -> Option<Profile> {
        let (deadline, now) = (Instant::now() + PROFILE, self.now());
        let app_secret = self.secrets.app_secret(&link.secrets, now).await.ok()?;
        let from = From { channel: link.channel, secrets: &link.secrets, app_secret: app_secret.as_ref() };
        let login = self.sender.login(from, deadline, now).await.ok()?;
        let connection = self.sender.connection(from, login.as_deref());
        let question = link.channel.carrier().profile(&connection, parcel.customer())?;
        self.sender.ask(&connection, question, deadline).await.ok()
    }
}
