//! Templates: what an account has, how it is listed, and whether a message fits into one.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview>

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::outgoing::{object, only, required, text};
use super::state::NumberState;
use crate::meta::error::GraphError;
use crate::meta::lookup::pick;
use crate::meta::params::Params;

const FIELDS: [&str; 9] = [
    "id",
    "name",
    "status",
    "category",
    "language",
    "components",
    "parameter_format",
    "quality_score",
    "rejected_reason",
];
const USUAL: &str = "name,parameter_format,components,language,status,category,id";
const PAGE: usize = 25;

/// A template of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name: small letters, digits, `_`.
    pub name: String,
    /// Its language, as `de` or `en_US`. The same name in another language is another template.
    pub language: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, `PAUSED` or `DISABLED`.
    pub status: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    pub category: String,
    /// Its text, with gaps as `{{1}}` or, named, as `{{first_name}}`.
    pub body: String,
    /// The words of its quick-reply buttons.
    pub buttons: Vec<String>,
}

impl Template {
    /// An approved template of the category `UTILITY`, without buttons.
    pub fn new(name: &str, language: &str, body: &str) -> Self {
        Self {
            name: name.to_owned(),
            language: language.to_owned(),
            status: "APPROVED".to_owned(),
            category: "UTILITY".to_owned(),
            body: body.to_owned(),
            buttons: Vec::new(),
        }
    }

    pub(super) fn is(&self, name: &str, language: &str) -> bool {
        self.name == name && self.language == language
    }

    /// Meta's id of it; webhooks tell it as a number.
    pub(super) fn id(&self) -> u64 {
        let digest = Sha256::digest(format!("{} {}", self.name, self.language));
        let bytes = digest.iter().take(6);
        1_000_000_000_000_000 + bytes.fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    }

    /// The names of its gaps, in order, each once.
    fn gaps(&self) -> Vec<&str> {
        let mut gaps = Vec::new();
        for gap in self.body.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(gap, _)| gap) {
            if !gaps.contains(&gap) {
                gaps.push(gap);
            }
        }
        gaps
    }

    fn named(&self) -> bool {
        self.gaps().iter().any(|gap| gap.parse::<u32>().is_err())
    }

    fn body_of_list(&self) -> Value {
        let mut components = vec![json!({"type": "BODY", "text": self.body})];
        if !self.buttons.is_empty() {
            let buttons: Vec<_> =
                self.buttons.iter().map(|text| json!({"type": "QUICK_REPLY", "text": text})).collect();
            components.push(json!({"type": "BUTTONS", "buttons": buttons}));
        }
        json!({
            "id": self.id().to_string(),
            "name": self.name,
            "status": self.status,
            "category": self.category,
            "language": self.language,
            "parameter_format": if self.named() { "NAMED" } else { "POSITIONAL" },
            "components": components,
            "quality_score": {"score": "UNKNOWN"},
            "rejected_reason": if self.status == "REJECTED" { "INVALID_FORMAT" } else { "NONE" },
        })
    }
}

/// A template with its gaps filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) name: String,
    pub(super) language: String,
    pub(super) category: String,
    pub(super) text: String,
}

/// `GET /{account}/message_templates`
pub(super) fn list(number: &NumberState, params: &Params) -> Result<Value, GraphError> {
    let (name, status) = (params.text("name"), params.text("status").map(str::to_uppercase));
    let wanted = |template: &&Template| {
        name.is_none_or(|name| template.name.contains(name))
            && status.as_ref().is_none_or(|status| template.status == *status)
    };
    let limit = match params.text("limit") {
        None => PAGE,
        Some(limit) => limit.parse().map_err(|_| GraphError::parameter("Param limit must be a number"))?,
    };
    let from: usize = params.text("after").and_then(|after| after.strip_prefix('c')?.parse().ok()).unwrap_or(0);
    let found: Vec<_> = number.templates.iter().filter(wanted).collect();
    let fields = params.text("fields").unwrap_or(USUAL);
    let page = found.iter().skip(from).take(limit);
    let data: Result<Vec<_>, _> =
        page.map(|template| pick(&template.body_of_list(), fields, &FIELDS, "WhatsAppMessageTemplate")).collect();
    let data = data?;
    let end = from + data.len();
    let mut paging = json!({"cursors": {"before": format!("c{from}"), "after": format!("c{end}")}});
    if let Some(paging) = paging.as_object_mut().filter(|_| end < found.len()) {
        let id = &number.waba_id;
        let next = format!(
            "https://graph.facebook.com/v26.0/{id}/message_templates?fields={fields}&limit={limit}&after=c{end}"
        );
        paging.insert("next".to_owned(), next.into());
    }
    Ok(json!({"data": data, "paging": paging}))
}

/// Fills a template as a message asks, or refuses.
pub(super) fn fill(templates: &[Template], asked: &Map<String, Value>) -> Result<Filled, GraphError> {
    let name = required(asked, "name")?;
    let language = asked.get("language").ok_or_else(|| GraphError::absent("language"))?;
    let language = object(language, "language")?;
    only(language, "language", &["code", "policy"])?;
    let language = required(language, "code")?;
    let template = templates.iter().find(|known| known.is(&name, &language));
    let missing = || GraphError::whatsapp(132_001, format!("template name ({name}) does not exist in {language}"));
    let template = template.ok_or_else(missing)?;
    match template.status.as_str() {
        "APPROVED" => {}
        "PAUSED" => return Err(GraphError::whatsapp(132_015, "The template is paused because of its quality.")),
        "DISABLED" => return Err(GraphError::whatsapp(132_016, "The template was paused too often.")),
        _ => return Err(missing()),
    }
    let components = match asked.get("components") {
        None => Vec::new(),
        Some(components) => components.as_array().cloned().ok_or_else(|| GraphError::invalid("components"))?,
    };
    let mut parameters = Vec::new();
    for component in &components {
        let component = object(component, "components")?;
        match required(component, "type")?.to_lowercase().as_str() {
            "body" => parameters = component.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default(),
            "button" => button(template, component)?,
            other => return Err(count(other, 1, 0)),
        }
    }
    let text = filled(template, &parameters)?;
    Ok(Filled { name, language, category: template.category.to_lowercase(), text })
}

fn filled(template: &Template, parameters: &[Value]) -> Result<String, GraphError> {
    let gaps = template.gaps();
    if gaps.len() != parameters.len() {
        return Err(count("body", parameters.len(), gaps.len()));
    }
    let mut filled = template.body.clone();
    for (position, parameter) in parameters.iter().enumerate() {
        let parameter = object(parameter, "parameters")?;
        only(parameter, "parameters", &["type", "text", "parameter_name"])?;
        let (kind, named) = (required(parameter, "type")?, text(parameter, "parameter_name")?);
        let gap = match (&named, template.named()) {
            (Some(name), true) => name.clone(),
            (None, false) => (position + 1).to_string(),
            _ => String::new(),
        };
        if kind != "text" || !gaps.contains(&gap.as_str()) {
            return Err(GraphError::whatsapp(132_012, format!("body: parameter {} is of another form", position + 1)));
        }
        let text = required(parameter, "text")?;
        if text.contains(['\n', '\t']) || text.contains("     ") {
            let details = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces";
            return Err(GraphError::whatsapp(132_018, details));
        }
        filled = filled.replace(&format!("{{{{{gap}}}}}"), &text);
    }
    if filled.chars().count() > 1024 {
        return Err(GraphError::whatsapp(132_005, "body: the translated text is longer than 1024 characters"));
    }
    Ok(filled)
}

fn button(template: &Template, component: &Map<String, Value>) -> Result<(), GraphError> {
    let index = component.get("index").and_then(|index| index.as_u64().or_else(|| index.as_str()?.parse().ok()));
    let index = index.ok_or_else(|| GraphError::absent("index"))?;
    let known = template.buttons.len() as u64;
    let fits = required(component, "sub_type")?.to_lowercase() == "quick_reply" && index < known;
    if fits { Ok(()) } else { Err(GraphError::whatsapp(132_012, format!("button: no quick reply at index {index}"))) }
}

fn count(component: &str, given: usize, expected: usize) -> GraphError {
    let details = format!(
        "{component}: number of localizable_params ({given}) does not match the expected number of params ({expected})"
    );
    GraphError::whatsapp(132_000, details)
}
