//! The AWS clients' common settings: short timeouts, so that a stalled call leaves time for another.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};

/// The settings that every client of a function starts from. Region and credentials come from the environment.
pub async fn settings() -> SdkConfig {
    defaults().load().await
}

/// The same, to be changed before they are loaded.
pub fn defaults() -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(1_000))
        .operation_attempt_timeout(Duration::from_millis(2_500))
        .build();
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts)
}
