//! Where a request may go. Pure: an address is looked at before anything is sent, each resolved address again by the
//! resolver with the [`Reach`] that comes out of here. What tenants and platforms name never leads into our own network.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use url::{Host, Url};

use super::address::{self, AddressKind};

/// Why a request goes out, which decides where it may go.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// To a Receive URL or the API of Motion, typed in by a tenant.
    Desk,
    /// To a platform whose base address the operator configured: that origin is trusted as it is.
    Platform {
        /// The configured base address.
        base: &'a Url,
    },
    /// To a file of a customer, whose address came in a webhook.
    Media {
        /// Where the platform keeps files.
        hosts: MediaHosts<'a>,
        /// The configured base address of the platform; its origin may serve files too.
        base: &'a Url,
    },
}

/// Where a platform keeps files of customers.
#[derive(Clone, Copy, Debug)]
pub enum MediaHosts<'a> {
    /// At these names and below them, as `fbcdn.net`.
    Under(&'a [&'a str]),
    /// At any public address: the platform does not say where. No credential goes there.
    Anywhere,
}

/// Which addresses a host name may turn out to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Public ones.
    Public,
    /// Public ones and those of the allowed private networks.
    PublicOrListed,
    /// Only those of the allowed private networks (plain http).
    Listed,
    /// Any but those that nothing may reach.
    Trusted,
}

/// What the operator allows. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    networks: Arc<[IpNet]>,
    runtime_api: Option<Arc<str>>,
}

/// Why an address is refused. Says nothing but the host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    /// Neither https nor http.
    #[error("only https addresses are allowed")]
    Scheme,
    /// Plain http to a place outside the allowed private networks.
    #[error("{0}: plain http is only allowed inside AllowedPrivateNetworks; use https")]
    PlainHttp(String),
    /// User or password inside the address.
    #[error("{0}: the address must not hold a user or password")]
    UserInfo(String),
    /// No host at all.
    #[error("the address has no host")]
    NoHost,
    /// An address in a private network that is not allowed.
    #[error("{0} is in a private network that AllowedPrivateNetworks does not open")]
    Private(String),
    /// An address that nothing may reach.
    #[error("{0} is an address that nothing may be sent to")]
    Never(String),
    /// A file at a host that the platform does not keep files at.
    #[error("{0} is not a host of the platform's files")]
    ForeignHost(String),
}

impl Guard {
    /// `networks` are the operator's `AllowedPrivateNetworks`; `runtime_api` is the `host:port` of the Lambda runtime API,
    /// which no request may reach.
    pub fn new(networks: Vec<IpNet>, runtime_api: Option<String>) -> Self {
        Self { networks: networks.into(), runtime_api: runtime_api.map(Into::into) }
    }

    /// Whether a request for `purpose` may go to `url`, and which addresses its name may have.
    pub(super) fn check(&self, purpose: Purpose<'_>, url: &Url) -> Result<Reach, Blocked> {
        let host = well_formed(url)?;
        let reach = match purpose {
            Purpose::Desk => self.desk_reach(url)?,
            Purpose::Platform { base } | Purpose::Media { base, .. } if base.origin() == url.origin() => Reach::Trusted,
            Purpose::Platform { .. } => https_only(url)?,
            Purpose::Media { hosts: MediaHosts::Anywhere, .. } => https_only(url)?,
            Purpose::Media { hosts: MediaHosts::Under(names), .. } if under(&host, names) => https_only(url)?,
            Purpose::Media { .. } => return Err(Blocked::ForeignHost(host.to_string())),
        };
        match host {
            Host::Ipv4(address) => self.check_address(reach, address.into())?,
            Host::Ipv6(address) => self.check_address(reach, address.into())?,
            Host::Domain(_) => {}
        }
        Ok(reach)
    }

    /// Whether one resolved address may be connected to.
    pub(super) fn check_address(&self, reach: Reach, address: IpAddr) -> Result<(), Blocked> {
        let listed = || address::listed(address, &self.networks);
        match (address::kind(address), reach) {
            (AddressKind::Never, _) => Err(Blocked::Never(address.to_string())),
            (_, Reach::Trusted) | (AddressKind::Public, Reach::Public | Reach::PublicOrListed) => Ok(()),
            (_, Reach::Listed) if listed() => Ok(()),
            (_, Reach::Listed) => Err(Blocked::PlainHttp(address.to_string())),
            (AddressKind::Private, Reach::PublicOrListed) if listed() => Ok(()),
            (AddressKind::Private, _) => Err(Blocked::Private(address.to_string())),
        }
    }

    fn desk_reach(&self, url: &Url) -> Result<Reach, Blocked> {
        if url.scheme() == "https" {
            return Ok(Reach::PublicOrListed);
        }
        if self.may_be_runtime_api(url) {
            return Err(Blocked::Never(host_of(url)));
        }
        // A name could only turn out to be in a listed network, and there is none.
        if self.networks.is_empty() && matches!(url.host(), Some(Host::Domain(_))) {
            return Err(Blocked::PlainHttp(host_of(url)));
        }
        Ok(Reach::Listed)
    }

    /// The runtime API speaks plain http. A name can turn out to be its address, so with its port no name is taken.
    fn may_be_runtime_api(&self, url: &Url) -> bool {
        let Some((api_host, api_port)) = self.runtime_api.as_deref().and_then(|api| api.rsplit_once(':')) else {
            return false;
        };
        let same_port = url.port_or_known_default().is_some_and(|port| api_port == port.to_string());
        same_port
            && match url.host() {
                Some(Host::Ipv4(address)) => address.is_loopback() || address.to_string() == api_host,
                Some(Host::Ipv6(address)) => address.is_loopback(),
                Some(Host::Domain(_)) | None => true,
            }
    }
}

/// The host of an address for logs and errors: never its path, query or user.
pub fn host_of(url: &Url) -> String {
    url.host().map(|host| host.to_string()).unwrap_or_default()
}

fn well_formed(url: &Url) -> Result<Host<&str>, Blocked> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Blocked::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Blocked::UserInfo(host_of(url)));
    }
    url.host().ok_or(Blocked::NoHost)
}

fn https_only(url: &Url) -> Result<Reach, Blocked> {
    if url.scheme() == "https" { Ok(Reach::Public) } else { Err(Blocked::PlainHttp(host_of(url))) }
}

fn under(host: &Host<&str>, suffixes: &[&str]) -> bool {
    let Host::Domain(host) = host else { return false };
    suffixes
        .iter()
        .any(|suffix| host.strip_suffix(suffix).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

#[cfg(test)]
mod tests;
