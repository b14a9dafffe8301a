//! The page for people: a customer's phone on the left, the agent's desk on the right, and between them what passes through
//! the hub. Plain files, compiled in.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::World;

const FILES: [(&str, &str, &str); 10] = [
    ("/", "text/html; charset=utf-8", include_str!("index.html")),
    ("/page/style.css", "text/css; charset=utf-8", include_str!("style.css")),
    ("/page/conversation.css", "text/css; charset=utf-8", include_str!("conversation.css")),
    ("/page/app.js", "text/javascript; charset=utf-8", include_str!("app.js")),
    ("/page/channels.js", "text/javascript; charset=utf-8", include_str!("channels.js")),
    ("/page/dom.js", "text/javascript; charset=utf-8", include_str!("dom.js")),
    ("/page/phone.js", "text/javascript; charset=utf-8", include_str!("phone.js")),
    ("/page/desk.js", "text/javascript; charset=utf-8", include_str!("desk.js")),
    ("/page/traffic.js", "text/javascript; charset=utf-8", include_str!("traffic.js")),
    ("/page/faults.js", "text/javascript; charset=utf-8", include_str!("faults.js")),
];

/// The page and what it is made of.
pub(crate) fn router() -> Router<Arc<World>> {
    FILES.into_iter().fold(Router::new(), |router, (path, content_type, text)| {
        let serve =
            move || async move { ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")], text).into_response() };
        router.route(path, get(serve))
    })
}
