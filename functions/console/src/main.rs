//! The console's API: people make, watch and mend integrations.

use std::sync::Arc;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use console::app::{self, App};
use console::{config, handler};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::{aws, log};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = config::read(&shared::config::process)?;
    log::start(&config.log_level);
    let app = Arc::new(App::new(&aws::settings().await, config)?);
    Box::pin(app.warm()).await;
    let router = &app::router(app);
    run(service_fn(|event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
        Ok::<_, Error>(handler::handle(router, event.payload).await)
    }))
    .await
}
