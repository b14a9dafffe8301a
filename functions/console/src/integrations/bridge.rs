//! The Reply URL that integrations share knows those that are enabled and name their sources. A disabled one would only
//! stand in the way of another with the same account.

use shared::store::Integration;

use super::findings::Finding;
use crate::app::App;

/// Makes the shared address know an integration as it is now, after a change that is done already.
pub(super) async fn follow(app: &App, integration: &Integration) -> Option<Finding> {
    let followed = if integration.enabled {
        app.store.set_bridge(integration).await
    } else {
        app.store.clear_bridge(integration.id).await
    };
    let error = followed.err()?;
    tracing::error!(integration = %integration.id, %error, "the shared Reply URL does not know of a change");
    Some(Finding::new(
        "bridge_not_saved",
        "The shared Reply URL does not know of this change yet; send bridge_sources again in a minute.",
    ))
}
