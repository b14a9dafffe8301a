//! How Motion finds or makes the contact and the interaction of a message.
//!
//! "How to configure a Custom Open Channel": the contact is the one in the account's list whose map key field equals `from`;
//! where there is none it is made with that field, `firstName` and `phone` all set to `from`, and then the fields of the
//! request are applied.

use std::collections::BTreeMap;

use super::server::DeskServer;
use super::state::{AccountState, Contact, Interaction};
use crate::clock;

/// The contact fields that every list has.
pub const STANDARD_FIELDS: [&str; 16] = [
    "firstName",
    "lastName",
    "tags",
    "street",
    "postalCode",
    "city",
    "country",
    "dateOfBirth",
    "description",
    "phone",
    "mobile",
    "fax",
    "email",
    "url",
    "facebook",
    "twitter",
];

/// Whether the account's list has a field of this name.
pub(super) fn known_field(account: &AccountState, name: &str) -> bool {
    let custom = || name.strip_prefix("cf_").and_then(|number| number.parse().ok());
    STANDARD_FIELDS.contains(&name) || custom().is_some_and(|number| account.custom_fields.contains(&number))
}

/// The id of the contact whose `map_key` field equals `from`, made if there is none.
pub(super) fn find_or_make(
    account: &mut AccountState,
    server: &DeskServer,
    map_key: &str,
    from: &str,
    fields: BTreeMap<String, String>,
) -> u64 {
    let now = clock::now();
    let updates = account.updates_contacts;
    if let Some(contact) = account.contacts.iter_mut().find(|contact| contact.field(map_key) == Some(from)) {
        if updates {
            contact.fields.extend(fields);
            contact.updated_at = now;
        }
        return contact.id;
    }
    let mut contact = Contact { id: server.next_id(), fields: BTreeMap::new(), created_at: now, updated_at: now };
    for field in [map_key, "firstName", "phone"] {
        contact.fields.insert(field.to_owned(), from.to_owned());
    }
    contact.fields.extend(fields);
    let id = contact.id;
    account.contacts.push(contact);
    id
}

/// The id of the contact's open interaction, opened if there is none. A thread marks it until the next one.
pub(super) fn open_interaction(
    account: &mut AccountState,
    server: &DeskServer,
    contact: u64,
    thread_id: Option<String>,
    external_url: Option<String>,
) -> u64 {
    let open =
        account.interactions.iter_mut().find(|interaction| interaction.contact == contact && !interaction.closed);
    if let Some(interaction) = open {
        if thread_id.is_some() {
            interaction.thread_id = thread_id;
            interaction.external_url = external_url;
        }
        return interaction.id;
    }
    let id = server.next_id();
    account.interactions.push(Interaction { id, contact, closed: false, thread_id, external_url });
    id
}
