//! WhatsApp over the real stack, through each of those who carry it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

mod calls;
mod closed;
mod conversation;
mod kaleyra;
mod meta;
mod sinch;
mod statuses;
mod taken_over;
mod throttled;
mod twilio;

/// The same test through everyone who carries WhatsApp.
macro_rules! through_each {
    ($test:ident) => {
        mod $test {
            use e2e::whatsapp::{Carrier, Generation};

            #[tokio::test]
            async fn through_meta() {
                super::$test(Carrier::Meta).await;
            }

            #[tokio::test]
            async fn through_twilio() {
                super::$test(Carrier::Twilio).await;
            }

            #[tokio::test]
            async fn through_sinch() {
                super::$test(Carrier::Sinch).await;
            }

            #[tokio::test]
            async fn through_kaleyra_by_forms() {
                super::$test(Carrier::Kaleyra(Generation::V1)).await;
            }

            #[tokio::test]
            async fn through_kaleyra_by_meta_s_objects() {
                super::$test(Carrier::Kaleyra(Generation::V2)).await;
            }
        }
    };
}
pub(crate) use through_each;
