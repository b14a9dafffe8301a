//! Writing to a customer whose window is closed: a template that the platform has approved before asks them to answer, and
//! what the agent wrote is held until they do. Pure: settings and names in, a template out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::channel::{Template, Variable};
use crate::text::shorten;
use crate::time::Timestamp;

/// How long texts are held where nothing is said, in hours.
pub const HOLD_HOURS: u32 = 72;

/// The longest value of a variable, in characters. Whole templates are limited to about a thousand.
const LONGEST_VALUE: usize = 500;

/// Stands where a variable would be empty, which no platform takes.
const NOTHING: &str = "-";

/// How an integration writes to customers again whose window is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recontact {
    /// The template's name at the platform, or its id where it has no name.
    pub template: String,
    /// Its language, as `de` or `pt_BR`.
    pub language: String,
    /// What stands in its gaps, in order.
    #[serde(default)]
    pub variables: Vec<Gap>,
    /// How long texts are held for the customer's answer, in hours.
    pub hold_hours: u32,
}

/// One gap of a template and what is put there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The gap's name, in a template with named gaps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A text in which `{first_name}`, `{last_name}` and `{name}` stand for the customer's.
    pub text: String,
    /// Stands in place of the whole text where the customer has no such name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
}

/// A customer's names, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Names<'a> {
    /// The first name.
    pub first: Option<&'a str>,
    /// The last name.
    pub last: Option<&'a str>,
}

impl Recontact {
    /// The template for one customer. Each value is one line, is not empty and has no run of blanks: WhatsApp refuses line
    /// breaks, tabs and more than four blanks in a row (error 132012 and its like).
    ///
    /// <https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/>
    pub fn template(&self, names: Names<'_>) -> Template {
        let variables = self.variables.iter();
        let variables = variables.map(|gap| Variable { name: gap.name.clone(), text: gap.value(names) }).collect();
        Template { name: self.template.clone(), language: self.language.clone(), variables }
    }

    /// How long texts are held.
    pub fn hold(&self) -> Duration {
        hours(self.hold_hours)
    }

    /// How long texts are held behind others where the setting is gone.
    pub fn default_hold() -> Duration {
        hours(HOLD_HOURS)
    }

    /// Whether the template is to be sent, before a text is held at `now`: once for each time that the window closes. Sent
    /// last at `sent_at`, while the window was open or before; or so long ago that what was held with it has ended, and
    /// nothing is held now: a customer who never answered would otherwise never be asked again.
    pub fn is_due(&self, now: Timestamp, sent_at: Option<Timestamp>, closed_at: Option<Timestamp>, held: u32) -> bool {
        let Some(sent_at) = sent_at else { return true };
        closed_at.is_some_and(|closed_at| sent_at <= closed_at) || (held == 0 && now.since(sent_at) >= self.hold())
    }
}

const fn hours(hours: u32) -> Duration {
    Duration::from_secs(hours as u64 * 3600)
}

impl Gap {
    fn value(&self, names: Names<'_>) -> String {
        let filled = fill(&self.text, names).map(|text| one_line(&text)).filter(|text| !text.is_empty());
        let fallback = || self.fallback.as_deref().map(one_line).filter(|text| !text.is_empty());
        filled.or_else(fallback).unwrap_or_else(|| NOTHING.to_owned())
    }
}

/// Whether a text asks for a name, and so needs a fallback.
pub fn asks_for_a_name(text: &str) -> bool {
    fill(text, Names::default()).is_none()
}

/// The text with names in place of their marks; nothing where one of them is not known. What a name holds is never a mark.
fn fill(text: &str, names: Names<'_>) -> Option<String> {
    let known = |name: Option<&str>| name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    let (first, last) = (known(names.first), known(names.last));
    let whole = match (&first, &last) {
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        _ => first.clone().or_else(|| last.clone()),
    };
    let marks = [("{first_name}", first), ("{last_name}", last), ("{name}", whole)];
    let (mut filled, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        match marks.iter().find_map(|(mark, name)| from.strip_prefix(mark).map(|after| (name, after))) {
            Some((name, after)) => {
                filled.push_str(name.as_deref()?);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = from.strip_prefix('{').unwrap_or_default();
            }
        }
    }
    filled.push_str(rest);
    Some(filled)
}

fn one_line(text: &str) -> String {
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shorten(&shown, LONGEST_VALUE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ANNA: Names<'static> = Names { first: Some("Anna"), last: Some("Rossi") };

    fn gap(text: &str, fallback: Option<&str>) -> Gap {
        Gap { name: None, text: text.to_owned(), fallback: fallback.map(str::to_owned) }
    }

    fn recontact(variables: Vec<Gap>) -> Recontact {
        Recontact { template: "hello_again".to_owned(), language: "it".to_owned(), variables, hold_hours: 72 }
    }

    #[test]
    fn what_stands_in_a_gap() {
        let (first, last) = (Names { last: None, ..ANNA }, Names { first: None, ..ANNA });
        let nobody = Names::default();
        let blank = Names { first: Some(" "), last: Some("") };
        let table = [
            ("{first_name}", Some("customer"), ANNA, "Anna"),
            ("{last_name}", Some("customer"), ANNA, "Rossi"),
            ("Dear {name},", Some("Dear customer,"), ANNA, "Dear Anna Rossi,"),
            ("{name}", Some("customer"), first, "Anna"),
            ("{name}", Some("customer"), last, "Rossi"),
            ("{first_name}", Some("customer"), last, "customer"),
            ("Dear {name},", Some("Dear customer,"), nobody, "Dear customer,"),
            ("{first_name}", Some("customer"), blank, "customer"),
            ("{first_name}", None, nobody, "-"),
            ("{first_name}", Some(" \n"), nobody, "-"),
            ("our shop", None, nobody, "our shop"),
            ("{first_name} {first_name}", None, ANNA, "Anna Anna"),
            ("{nickname} {", None, ANNA, "{nickname} {"),
            ("a\nb\tc     d\r\n", None, ANNA, "a b c d"),
            ("a\u{0}\u{7}b", None, ANNA, "a b"),
            ("", Some("x"), ANNA, "x"),
        ];
        for (text, fallback, names, expected) in table {
            let template = recontact(vec![gap(text, fallback)]).template(names);
            assert_eq!(template.variables[0].text, expected, "{text:?} {names:?}");
        }
        // A customer may call themselves anything.
        let odd = Names { first: Some("{last_name}"), last: Some("Rossi\n   Bianchi") };
        assert_eq!(recontact(vec![gap("{name}", None)]).template(odd).variables[0].text, "{last_name} Rossi Bianchi");
    }

    #[test]
    fn gaps_keep_their_order_and_names() {
        let named = Gap { name: Some("who".to_owned()), ..gap("{first_name}", Some("you")) };
        let template = recontact(vec![named, gap("our shop", None)]).template(ANNA);
        assert_eq!((template.name.as_str(), template.language.as_str()), ("hello_again", "it"));
        let variable =
            |name: Option<&str>, text: &str| Variable { name: name.map(str::to_owned), text: text.to_owned() };
        assert_eq!(template.variables, [variable(Some("who"), "Anna"), variable(None, "our shop")]);
    }

    #[test]
    fn the_template_goes_once_for_each_time_that_the_window_closes() {
        let hour = |hours: i64| Timestamp::from_seconds(1_790_000_000 + hours * 3600);
        let table = [
            // When it was sent last, when the window closed, what is held; now is hour 100.
            (None, Some(hour(24)), 0, true),
            (None, None, 0, true),
            (Some(hour(20)), Some(hour(24)), 0, true), // the customer answered since
            (Some(hour(24)), Some(hour(24)), 3, true),
            (Some(hour(25)), Some(hour(24)), 2, false),
            (Some(hour(29)), Some(hour(24)), 0, false),
            (Some(hour(29)), None, 0, false),
            (Some(hour(28)), Some(hour(24)), 0, true), // 72 hours without an answer, and all that was held has ended
            (Some(hour(28)), Some(hour(24)), 1, false),
            (Some(hour(28)), None, 0, true),
        ];
        for (sent_at, closed_at, held, due) in table {
            let told = recontact(Vec::new()).is_due(hour(100), sent_at, closed_at, held);
            assert_eq!(told, due, "{sent_at:?} {closed_at:?} {held}");
        }
    }

    proptest! {
        #[test]
        fn a_value_is_always_one_line_and_never_empty(text in ".*", fallback in ".*", first in ".*", last in ".*") {
            let names = Names { first: Some(&first), last: Some(&last) };
            let value = gap(&text, Some(&fallback)).value(names);
            prop_assert!(!value.trim().is_empty());
            prop_assert!(!value.contains(['\n', '\r', '\t']) && !value.contains("     "), "{:?}", value);
            prop_assert!(value.chars().count() <= LONGEST_VALUE);
        }
    }
}
