//! An Open Channel account, and the handle by which a test or the control API works it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::agent::Agent;
use super::server::DeskServer;
use super::state::{AccountState, StoredFile};
use super::{MotionCall, contacts};
use crate::World;
use crate::faults::{Fault, When};
use crate::ids;
use crate::watched::{TimedOut, Watched};

/// The forms that a Receive URL has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiveForm {
    /// `.../notify?token=TOKEN`, today's.
    #[default]
    Token,
    /// The same on the vendor's proxy, which has no REST API.
    Proxy,
    /// `.../notify?apikey=KEY`
    ApiKey,
    /// `.../notify` without a credential, of older servers.
    Open,
    /// `.../receive`, of version 1.
    Version1,
}

/// What an administrator enters when making an account.
#[derive(Clone, Debug)]
pub struct AccountConfig {
    /// The Motion server to make it on.
    pub server: String,
    /// Its id there; the next free one if none is given.
    pub id: Option<u64>,
    /// Its name.
    pub name: String,
    /// The form of its Receive URL.
    pub form: ReceiveForm,
    /// The contact field that holds `from`.
    pub map_key: String,
    /// The numbers N of the list's custom fields `cf_N`.
    pub custom_fields: BTreeSet<u32>,
    /// The token of the Receive URL.
    pub token: String,
    /// The administrator's API key.
    pub api_key: String,
    /// The administrator's user name, for Basic.
    pub user: String,
    /// The administrator's password, for Basic.
    pub password: String,
}

impl AccountConfig {
    /// An account for Messenger on the server `server`, with credentials made up.
    pub fn new(server: &str) -> Self {
        Self {
            server: server.to_owned(),
            id: None,
            name: "Facebook shop page".to_owned(),
            form: ReceiveForm::Token,
            map_key: "facebook".to_owned(),
            custom_fields: BTreeSet::new(),
            token: ids::letters(),
            // Long like the JWTs that real keys are.
            api_key: format!("{}.{}.{}", ids::letters(), ids::letters(), ids::letters()),
            user: "admin".to_owned(),
            password: ids::letters(),
        }
    }
}

/// An account to work with. Clones are the same account.
#[derive(Clone, Debug)]
pub struct Account {
    pub(super) world: Arc<World>,
    pub(super) server: Arc<DeskServer>,
    pub(super) state: Arc<Watched<AccountState>>,
}

impl Account {
    /// Adds an account whose addresses begin with `origin`. One that is there already stays as it is.
    pub(crate) fn add(world: &Arc<World>, origin: &str, config: AccountConfig) -> Self {
        let server = world.desk(&config.server);
        let state = server.add(config.id, |id| {
            let api_url = format!("{origin}/motion/{}/api", config.server);
            let account = format!("{api_url}/openchannel/accounts/{id}");
            let receive_url = match config.form {
                ReceiveForm::Token => format!("{account}/notify?token={}", config.token),
                ReceiveForm::Proxy => {
                    format!("{origin}/motion-proxy/api/openchannel/accounts/{id}/notify?token={}", config.token)
                }
                ReceiveForm::ApiKey => format!("{account}/notify?apikey={}", config.api_key),
                ReceiveForm::Open => format!("{account}/notify"),
                ReceiveForm::Version1 => format!("{account}/receive"),
            };
            let state = AccountState::new(id, config, receive_url, api_url);
            Arc::new(Watched::new(state, &world.changes))
        });
        Self { world: Arc::clone(world), server, state }
    }

    pub(crate) fn find(world: &Arc<World>, server: &str, id: u64) -> Option<Self> {
        let server = world.known_desk(server)?;
        let state = server.account(id)?;
        Some(Self { world: Arc::clone(world), server, state })
    }

    /// The id on its server.
    pub fn id(&self) -> u64 {
        self.read(|account| account.id)
    }

    /// The Receive URL, with its credential.
    pub fn receive_url(&self) -> String {
        self.read(|account| account.receive_url.clone())
    }

    /// The base address of the REST API.
    pub fn api_url(&self) -> String {
        self.read(|account| account.api_url.clone())
    }

    /// The administrator's API key.
    pub fn api_key(&self) -> String {
        self.read(|account| account.api_key.clone())
    }

    /// Everything there is to know of the account, as it is now.
    pub fn state(&self) -> AccountState {
        self.read(Clone::clone)
    }

    /// Looks at something of the account.
    pub fn read<R>(&self, look: impl FnOnce(&AccountState) -> R) -> R {
        self.state.read(look)
    }

    /// Changes a setting: map key, list, credentials, Reply URL, shape of answers.
    pub fn set(&self, change: impl FnOnce(&mut AccountState)) {
        self.state.change(change);
    }

    /// Enters the Reply URL.
    pub fn set_reply_url(&self, url: &str) {
        self.set(|account| account.reply_url = Some(url.to_owned()));
    }

    /// Lets messages at the Receive URL fail.
    pub fn fail(&self, fault: impl Into<Fault>, when: When) {
        self.fail_on(Some(MotionCall::Receive), fault, when);
    }

    /// Lets calls of one kind fail, or all of them.
    pub fn fail_on(&self, call: Option<MotionCall>, fault: impl Into<Fault>, when: When) {
        self.set(|account| account.faults.add(call, fault.into(), when));
    }

    /// Ends all faults.
    pub fn mend(&self) {
        self.set(|account| account.faults.lift());
    }

    /// The agent who answers for this account.
    pub fn agent(&self) -> Agent {
        Agent::new(self.clone())
    }

    /// An agent closes the conversation with the customer known to the desk as `from`; the next message opens a new one.
    pub fn close(&self, from: &str) {
        self.set(|account| {
            let contact = account.contact(from).map(|contact| contact.id);
            for interaction in
                account.interactions.iter_mut().filter(|interaction| Some(interaction.contact) == contact)
            {
                interaction.closed = true;
            }
        });
    }

    /// A file that the server stores.
    pub fn file(&self, id: u64) -> Option<StoredFile> {
        self.server.file(id)
    }

    /// Puts a file on the server, as an agent does.
    pub fn store(&self, name: &str, content_type: &str, bytes: impl Into<Bytes>) -> u64 {
        self.server.store(name.to_owned(), content_type.to_owned(), bytes.into()).id
    }

    /// Adds a contact as an agent does who types a receiver: the map key field is what was typed.
    pub(super) fn add_contact(&self, receiver: &str) -> u64 {
        self.state.change(|account| {
            let map_key = account.map_key.clone();
            contacts::find_or_make(account, &self.server, &map_key, receiver, std::collections::BTreeMap::new())
        })
    }

    /// Waits until `done`, at most for `patience`, and gives the account as it then is.
    ///
    /// # Errors
    /// [`TimedOut`] says what there is instead.
    pub async fn wait_until(
        &self,
        done: impl FnMut(&AccountState) -> bool,
        patience: Duration,
    ) -> Result<AccountState, TimedOut> {
        self.state.until(patience, done, AccountState::summary).await
    }
}
