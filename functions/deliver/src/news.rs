//! News of an account that concern no customer, such as the state of a template or a ban. WhatsApp tells most of them of a
//! business account, which is no integration's. No agent can do anything with them; the operator reads of them in the log.

use shared::envelope::{Envelope, Work};
use shared::event::EventKind;

/// How the names of news end after which nothing of the account comes in or goes out any more.
///
/// <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/account_update>
const ENDS: [&str; 4] = ["_PARTNER_REMOVED", "_APP_UNINSTALLED", "_ACCOUNT_DELETED", "_DISABLED_UPDATE_DISABLE"];

/// What comes in for another channel of an app at Sinch, message by message.
const OTHER_CHANNEL: &str = "other_channel";

fn ends(name: &str) -> bool {
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether the work is such news, and nothing else is to be done for it.
pub(crate) fn noted(envelope: &Envelope) -> bool {
    let Work::Event { event } = &envelope.work else { return false };
    let EventKind::Notice { name, line: None, .. } = &event.kind else { return false };
    if !event.customer.is_nobody() {
        return false;
    }
    if name == OTHER_CHANNEL {
        return true;
    }
    let account = envelope.target.account.shown();
    if ends(name) {
        tracing::error!(
            correlation = %envelope.correlation, account, notice = name, metric = "account_lost",
            "the platform has taken an account from the hub"
        );
    } else {
        tracing::info!(correlation = %envelope.correlation, account, notice = name, "news of an account");
    }
    true
}

#[cfg(test)]
mod tests {
    use shared::envelope::Target;
    use shared::event::Event;
    use shared::id::{AccountKey, CustomerId, EventId};
    use shared::time::Timestamp;

    use super::*;

    #[test]
    fn an_account_is_lost_when_it_is_removed_deleted_or_banned() {
        let table = [
            ("account_update_PARTNER_REMOVED", true),
            ("account_update_PARTNER_APP_UNINSTALLED", true),
            ("account_update_ACCOUNT_DELETED", true),
            ("account_update_DISABLED_UPDATE_DISABLE", true),
            ("account_update_DISABLED_UPDATE_SCHEDULE_FOR_DISABLE", false),
            ("account_update_DISABLED_UPDATE_REINSTATE", false),
            ("account_update_PARTNER_ADDED", false),
            ("account_update", false),
        ];
        for (name, lost) in table {
            assert_eq!(ends(name), lost, "{name}");
        }
    }

    #[test]
    fn what_no_agent_reads_of_an_account_is_news() {
        let table = [("nobody", None, true), ("nobody", Some("[WhatsApp] x"), false), ("Anna", None, false)];
        for (who, line, is_news) in table {
            let customer = if who == "nobody" { CustomerId::nobody() } else { CustomerId::new(who) };
            let kind = EventKind::Notice {
                name: "account_update_PARTNER_REMOVED".to_owned(),
                line: line.map(str::to_owned),
                opens_window: false,
            };
            let event = Event::direct(EventId::new("x"), customer, Timestamp::from_seconds(1), kind);
            let target = Target { account: AccountKey::new("whatsapp:meta:1"), integration: None };
            let envelope = Envelope::new(target, Work::Event { event }, Timestamp::from_seconds(1));
            assert_eq!(noted(&envelope), is_news, "{who} {line:?}");
        }
    }
}
