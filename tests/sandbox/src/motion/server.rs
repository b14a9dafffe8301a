//! A Motion server: its accounts and the files it stores; and one with a listener of its own that can be switched off.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::account::{Account, AccountConfig};
use super::state::{AccountState, StoredFile};
use crate::clock;
use crate::server::Server;
use crate::watched::Watched;
use crate::{Sandbox, World};

/// What one Motion server holds.
#[derive(Debug)]
pub(crate) struct DeskServer {
    accounts: Mutex<BTreeMap<u64, Arc<Watched<AccountState>>>>,
    files: Mutex<BTreeMap<u64, StoredFile>>,
    next_id: AtomicU64,
}

impl Default for DeskServer {
    fn default() -> Self {
        // Ids are not given twice, though nothing is kept over a restart: a hub would take a new answer for a repeat.
        let seconds = u64::try_from(clock::now() / 1000).unwrap_or_default();
        Self { accounts: Mutex::default(), files: Mutex::default(), next_id: AtomicU64::new(seconds) }
    }
}

impl DeskServer {
    /// A new id; contacts, interactions, messages and files of a server share one sequence.
    pub(super) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn account(&self, id: u64) -> Option<Arc<Watched<AccountState>>> {
        lock(&self.accounts).get(&id).cloned()
    }

    pub(crate) fn accounts(&self) -> Vec<Arc<Watched<AccountState>>> {
        lock(&self.accounts).values().cloned().collect()
    }

    /// Adds an account, under the id asked for or the next free one.
    pub(super) fn add(
        &self,
        id: Option<u64>,
        make: impl FnOnce(u64) -> Arc<Watched<AccountState>>,
    ) -> Arc<Watched<AccountState>> {
        let mut accounts = lock(&self.accounts);
        let id = id.unwrap_or_else(|| accounts.last_key_value().map_or(1, |(last, _)| last + 1));
        Arc::clone(accounts.entry(id).or_insert_with(|| make(id)))
    }

    pub(super) fn store(&self, name: String, content_type: String, bytes: Bytes) -> StoredFile {
        let file = StoredFile { id: self.next_id(), name, content_type, bytes, at: clock::now() };
        lock(&self.files).insert(file.id, file.clone());
        file
    }

    pub(crate) fn file(&self, id: u64) -> Option<StoredFile> {
        lock(&self.files).get(&id).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A Motion server with a listener of its own. Stopped, it refuses connections; what it holds stays.
#[derive(Debug)]
pub struct MotionServer {
    name: String,
    sandbox: Sandbox,
    addr: SocketAddr,
    running: tokio::sync::Mutex<Option<Server>>,
}

impl MotionServer {
    /// Starts a server of this name on `port` of 127.0.0.1; 0 takes any free one.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start_on_port(sandbox: &Sandbox, name: &str, port: u16) -> io::Result<Self> {
        let server =
            Server::start((Ipv4Addr::LOCALHOST, port).into(), crate::router(Arc::clone(&sandbox.world))).await?;
        let addr = server.addr();
        Ok(Self { name: name.to_owned(), sandbox: sandbox.clone(), addr, running: Some(server).into() })
    }

    /// Adds an account of this server; its addresses are on this server's own listener.
    pub fn add_account(&self, config: AccountConfig) -> Account {
        let config = AccountConfig { server: self.name.clone(), ..config };
        Account::add(&self.sandbox.world, &format!("http://{}", self.addr), config)
    }

    /// Closes the listener and all connections: from now on they are refused.
    pub async fn stop(&self) {
        if let Some(server) = self.running.lock().await.take() {
            server.stop().await;
        }
    }

    /// Listens again, on the same port.
    ///
    /// # Errors
    /// The port was taken in the meantime.
    pub async fn start(&self) -> io::Result<()> {
        let mut running = self.running.lock().await;
        if running.is_none() {
            *running = Some(Server::start(self.addr, crate::router(Arc::clone(&self.sandbox.world))).await?);
        }
        Ok(())
    }
}

impl World {
    /// The Motion server of this name, made if there is none.
    pub(crate) fn desk(&self, name: &str) -> Arc<DeskServer> {
        Arc::clone(lock(&self.desks).entry(name.to_owned()).or_default())
    }

    /// The Motion server of this name.
    pub(crate) fn known_desk(&self, name: &str) -> Option<Arc<DeskServer>> {
        lock(&self.desks).get(name).cloned()
    }

    /// All Motion servers, with their names.
    pub(crate) fn all_desks(&self) -> Vec<(String, Arc<DeskServer>)> {
        lock(&self.desks).iter().map(|(name, desk)| (name.clone(), Arc::clone(desk))).collect()
    }
}
