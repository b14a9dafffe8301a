//! The forms in which Twilio may have written the address that it signed. It is not consistent about the port and about
//! signs in the query, so each form is tried; none of them is another address.
//!
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

/// What the older encoding of a query leaves as it is, beside letters and digits.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Every form of the address `entered` at Twilio, called with `query`. What was entered after its path does not count: its
/// query comes with the call, and its fragment is never sent.
pub(super) fn variants(entered: &str, query: &str) -> Vec<String> {
    let bases = ports(entered.split(['?', '#']).next().unwrap_or_default());
    let queries = queries(query);
    let pairs = bases.iter().flat_map(|base| queries.iter().map(move |query| (base, query)));
    pairs.map(|(base, query)| if query.is_empty() { base.clone() } else { format!("{base}?{query}") }).collect()
}

/// With the port as it was entered, and without it; where none was entered, also with the usual one.
fn ports(base: &str) -> Vec<String> {
    let Some((scheme, rest)) = base.split_once("://") else { return vec![base.to_owned()] };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    };
    let usual = if scheme == "http" { "80" } else { "443" };
    vec![format!("{scheme}://{host}{path}"), format!("{scheme}://{host}:{}{path}", port.unwrap_or(usual))]
}

/// As it came, with the apostrophe in either form, and decoded and encoded again as older signers do.
fn queries(query: &str) -> Vec<String> {
    let mut forms = vec![query.to_owned()];
    for form in [query.replace('\'', "%27"), query.replace("%27", "'"), encoded_again(query)] {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// A blank becomes `%20`, and values of one name stand together.
fn encoded_again(query: &str) -> String {
    let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let names: Vec<_> = pairs.iter().map(|(name, _)| name.clone()).collect();
    // Stable: by the place where the name stands first.
    pairs.sort_by_key(|(name, _)| names.iter().position(|known| known == name));
    let encoded = |text: &str| utf8_percent_encode(text, KEPT).to_string();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_there_or_not() {
        for (entered, expected) in [
            ("https://hub.example.com/w", ["https://hub.example.com/w", "https://hub.example.com:443/w"]),
            ("https://hub.example.com:443/w#rc=3", ["https://hub.example.com/w", "https://hub.example.com:443/w"]),
            ("http://hub.example.com/w", ["http://hub.example.com/w", "http://hub.example.com:80/w"]),
            ("http://hub.example.com:8080", ["http://hub.example.com", "http://hub.example.com:8080"]),
            (
                "https://u:1@hub.example.com/w?a=1",
                ["https://u:1@hub.example.com/w", "https://u:1@hub.example.com:443/w"],
            ),
            ("https://[::1]/w", ["https://[::1]/w", "https://[::1]:443/w"]),
            ("https://[::1]:9/w", ["https://[::1]/w", "https://[::1]:9/w"]),
        ] {
            assert_eq!(variants(entered, ""), expected, "{entered}");
        }
        assert_eq!(variants("no address", ""), ["no address"]);
    }

    #[test]
    fn signs_in_the_query_have_several_forms() {
        assert_eq!(queries("a=1&b=x%2By"), ["a=1&b=x%2By"]);
        assert_eq!(queries("a=It's+x"), ["a=It's+x", "a=It%27s+x", "a=It's%20x"]);
        assert_eq!(queries("a=It%27s"), ["a=It%27s", "a=It's"]);
        assert_eq!(queries("b=1&a=2&b=3&c"), ["b=1&a=2&b=3&c", "b=1&b=3&a=2&c="]);
        assert_eq!(queries(""), [""]);
    }
}
