//! WhatsApp through Sinch toward the Conversation API: which request is which, and what its answer means.

use url::Url;

use super::render::App;
use super::{Sinch, limits, verdict};
use crate::channel::whatsapp::identity;
use crate::channel::{
    Carrier, Connection, HandOver, Limits, Login, MediaRequest, OutMessage, Profile, Question, Verdict,
};
use crate::event::MediaSource;
use crate::http::{Answer, Auth, HttpError, MediaHosts, Outgoing};
use crate::id::CustomerId;

impl Carrier for Sinch {
    fn title(&self) -> &'static str {
        "WhatsApp"
    }

    fn limits(&self) -> &'static Limits {
        &limits::LIMITS
    }

    fn largest_file(&self, content_type: &str) -> Option<usize> {
        limits::largest(content_type)
    }

    fn address(&self, text: &str) -> Option<CustomerId> {
        identity::either(text)
    }

    fn base(&self, connection: &Connection<'_>) -> Url {
        App::of(connection).base()
    }

    fn message(&self, connection: &Connection<'_>, message: OutMessage<'_>) -> Outgoing {
        App::of(connection).message(message)
    }

    fn verdict(&self, answer: &Result<Answer, HttpError>, _human_agent: bool) -> Verdict {
        verdict::verdict(answer)
    }

    fn hands_over(&self) -> HandOver {
        HandOver::Link
    }

    fn login(&self, connection: &Connection<'_>) -> Option<Question<Login>> {
        let app = App::of(connection);
        (!app.credential.basic).then(|| Question { request: app.login(), read: verdict::login })
    }

    fn profile(&self, connection: &Connection<'_>, customer: &CustomerId) -> Option<Question<Profile>> {
        let request = App::of(connection).contact(customer)?;
        Some(Question { request, read: verdict::profile })
    }

    fn media(&self, _connection: &Connection<'_>, source: &MediaSource) -> Option<MediaRequest> {
        let MediaSource::Url(address) = source else { return None };
        Some(MediaRequest::Fetch(Outgoing::get(address.parse().ok()?, Auth::None)))
    }

    fn media_hosts(&self) -> MediaHosts<'static> {
        MediaHosts::Anywhere
    }
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::with;
    use super::*;

    #[test]
    fn a_file_of_a_customer_may_lie_anywhere_and_sees_no_credential() {
        let source = |url: &str| {
            with(|connection| match Sinch.media(connection, &MediaSource::Url(url.to_owned())) {
                Some(MediaRequest::Fetch(request)) => {
                    Some((request.url.to_string(), matches!(request.auth, Auth::None)))
                }
                _ => None,
            })
        };
        let elsewhere = "https://media.sinch-sample.example/7f/2b/photo.jpg";
        assert_eq!(source(elsewhere), Some((elsewhere.to_owned(), true)));
        assert_eq!(source("no address"), None);
        assert!(matches!(Sinch.media_hosts(), MediaHosts::Anywhere));
    }
}
