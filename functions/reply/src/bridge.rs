//! The address that integrations share, for accounts whose Reply URL cannot be changed: who calls from a listed network, names
//! the account where it is named, and writes to somebody known, means exactly one integration, or is refused.

use std::net::IpAddr;

use futures_util::future::try_join_all;
use ipnet::IpNet;
use shared::gateway::Call;
use shared::id::CustomerId;
use shared::openchannel::reply::Reply;
use shared::store::Bridge;
use shared::time::Timestamp;

use crate::answer::Answer;
use crate::budget::Budget;
use crate::code::Code;
use crate::content::read;
use crate::door::Door;
use crate::route::unknown;
use crate::shell::Shell;

/// The most integrations among which the recipient is looked for.
const MOST: usize = 25;

impl Shell {
    /// Opens the door to the one integration that is meant.
    pub(crate) async fn by_bridge(
        &self,
        call: &Call,
        budget: Budget,
        now: Timestamp,
    ) -> Result<(Door, Reply, CustomerId), Answer> {
        let bridges = budget.work(self.bridges(now)).await??;
        let source = source(call)?;
        let meant = meant(call, source, &bridges)?;
        let known = meant.into_iter().map(async |(bridge, reply)| {
            let customer = self.customer(bridge.integration, &reply.recipient, budget).await?;
            Ok::<_, Answer>(customer.map(|customer| (bridge.integration, reply, customer)))
        });
        let mut known = try_join_all(known).await?.into_iter().flatten();
        let (id, reply, customer) = known.next().ok_or_else(nobody)?;
        if known.next().is_some() {
            return Err(several());
        }
        let secrets = budget.work(self.secrets.integration(id, now)).await??.ok_or_else(unknown)?;
        let door = self.door(id, secrets, budget, now).await?;
        // The list only helps to find the integration; whom it lets in its own record says.
        if !listed(&door.integration.bridge_sources, source) {
            return Err(unknown());
        }
        Ok((door, reply, customer))
    }
}

/// The integrations that a call may mean by where it comes from and what it says, each with what it says to that one.
fn meant<'a>(call: &Call, source: IpAddr, bridges: &'a [Bridge]) -> Result<Vec<(&'a Bridge, Reply)>, Answer> {
    let mut refusal = unknown();
    let mut meant = Vec::new();
    for bridge in bridges.iter().filter(|bridge| listed(&bridge.sources, source)) {
        match read(call, bridge.map_key) {
            Ok(reply) if is_of(bridge, &reply) => meant.push((bridge, reply)),
            Ok(_) => refusal = nobody(),
            Err(told) => refusal = told,
        }
    }
    match meant.len() {
        0 => Err(refusal),
        1..=MOST => Ok(meant),
        _ => Err(several()),
    }
}

/// Where a call comes from.
fn source(call: &Call) -> Result<IpAddr, Answer> {
    let source: IpAddr = call.source_ip.as_deref().and_then(|ip| ip.parse().ok()).ok_or_else(unknown)?;
    Ok(source.to_canonical())
}

fn listed(networks: &[IpNet], source: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&source))
}

/// Whether a reply may be of the integration's account; one that does not name its account may be of any.
fn is_of(bridge: &Bridge, reply: &Reply) -> bool {
    match (&bridge.desk_account, &reply.account) {
        (Some(ours), Some(named)) => ours == named,
        _ => true,
    }
}

fn nobody() -> Answer {
    Answer::refused(
        Code::UnknownRecipient,
        "No integration that is answered through this address knows the recipient. Nothing was sent. Use the integration's \
         own Reply URL.",
    )
}

fn several() -> Answer {
    Answer::refused(
        Code::AmbiguousRecipient,
        "More than one integration that is answered through this address knows the recipient. Nothing was sent. Use the \
         integration's own Reply URL.",
    )
}
