//! Names to addresses, each one checked: a name that has a single forbidden address is not connected to at all.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::{Guard, Reach};

/// Asks for the addresses of a name.
pub(super) type Lookup = Arc<dyn Fn(String) -> Answering + Send + Sync>;
/// The addresses of a name, some time later.
pub(super) type Answering = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// The machine's own resolver.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// The name has no address. The word for every way in which a lookup fails.
#[derive(Debug, thiserror::Error)]
#[error("the name is not known")]
pub(super) struct UnknownName;

/// A lookup with a guard behind it.
pub(super) struct GuardedResolver {
    pub(super) lookup: Lookup,
    pub(super) guard: Guard,
    pub(super) reach: Reach,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let answering = (self.lookup)(name.as_str().to_owned());
        let (guard, reach) = (self.guard.clone(), self.reach);
        Box::pin(async move {
            let found = answering.await.map_err(|_| UnknownName)?;
            if found.is_empty() {
                return Err(UnknownName.into());
            }
            for address in &found {
                guard.check_address(reach, *address)?;
            }
            // Port 0 stands for the port of the URL.
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
