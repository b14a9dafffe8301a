//! What led a customer to the page: adverts, links, codes, lead forms.

use serde_json::value::RawValue;

use super::messaging::Scene;
use super::{Problem, read};
use crate::channel::facebook::payload::{Lead, Referral};
use crate::channel::scalar::{Id, Scalar, Text};
use crate::event::{Event, EventKind, Part};

/// A referral that came with a message or a tap.
pub(super) fn part(referral: &Referral) -> Part {
    Part::Line { label: label(referral).to_owned(), text: told(referral).join(", ") }
}

/// A referral of its own: the customer came back through a link, an advert or a lead form.
pub(super) fn event(scene: &Scene, raw: &RawValue, lead: Option<&Lead>) -> Result<Event, Problem> {
    let referral: Referral = read(raw)?;
    let mut told = told(&referral);
    told.extend(lead.and_then(|lead| lead.data.as_ref()).into_iter().flatten().map(|answered| {
        let question = answered.question.as_ref().map_or("", |Text(question)| question.trim());
        let answer = answered.answer.as_ref().map_or("", |Scalar(answer)| answer.trim());
        format!("{question} {answer}").trim().to_owned()
    }));
    told.retain(|piece| !piece.is_empty());
    let line = format!("[{}] {}", label(&referral), told.join("; ")).trim_end().to_owned();
    // An advert opens the window only with the message that follows it; a form was filled in by the customer.
    let opens_window = !is(&referral.source, "ADS") || lead_form(&referral).is_some();
    let kind = EventKind::Notice { name: "referral".to_owned(), line: Some(line), opens_window };
    Ok(scene.hashed("referral", raw, kind))
}

fn is(text: &Option<Text>, word: &str) -> bool {
    text.as_ref().is_some_and(|Text(text)| text == word)
}

fn lead_form(referral: &Referral) -> Option<&'static str> {
    match referral.kind.as_ref().map(|Text(kind)| kind.as_str()) {
        Some("LEAD_COMPLETE") => Some("lead form filled in"),
        Some("LEAD_INCOMPLETE") => Some("lead form not finished"),
        _ => None,
    }
}

fn label(referral: &Referral) -> &'static str {
    lead_form(referral).unwrap_or_else(|| match referral.source.as_ref().map(|Text(source)| source.as_str()) {
        Some("ADS") => "from advert",
        Some("SHORTLINK") => "from link",
        Some("MESSENGER_CODE") => "from code",
        Some("CUSTOMER_CHAT_PLUGIN") => "from website",
        _ => "referral",
    })
}

/// The pieces worth reading: the advert's title, or its number where it has none, our own reference, the website.
fn told(referral: &Referral) -> Vec<String> {
    let advert = referral.ads_context_data.as_ref().and_then(|context| trimmed(&context.ad_title));
    let number = referral.ad_id.as_ref().map(|Id(id)| format!("advert {id}"));
    let reference = trimmed(&referral.reference).map(|reference| format!("ref {reference}"));
    [advert.or(number), reference, trimmed(&referral.referer_uri)].into_iter().flatten().collect()
}

fn trimmed(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(|Text(text)| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}
