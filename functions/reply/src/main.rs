//! Motion's Reply URL: an agent's answer goes to the customer before Motion is answered, and the answer is the truth.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use reply::{Settings, Shell, handle};
use shared::{aws, config, log};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::read(&config::process)?;
    log::start(&settings.log_level);
    let aws = aws::settings().await;
    let shell = &Shell::new(&aws, settings)?;
    shell.warm().await;
    run(service_fn(|event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
        Ok::<_, Error>(handle(shell, event.payload).await)
    }))
    .await
}
