//! How customers are written to again whose window is closed: the setting as it is read and shown. Pure.

use serde::Serialize;
use serde_json::{Map, Value};
use shared::recontact::{Gap, HOLD_HOURS, Recontact, asks_for_a_name};
use utoipa::ToSchema;

use super::forms;
use crate::error::Problems;

/// The most gaps of one template.
const MOST_GAPS: usize = 20;
/// The longest that texts may be held, in hours.
const LONGEST_HOLD: u64 = 30 * 24;

/// A template that asks customers to write again whose window is closed. Until they do, agents' answers are held.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recontact)]
pub(crate) struct View {
    /// The template's name at the platform, or its id where it has no name. It must be approved there.
    #[schema(example = "hello_again")]
    template: String,
    /// Its language. Needed where the name does not tell it.
    #[schema(example = "it")]
    language: Option<String>,
    /// What stands in its gaps, in order.
    variables: Option<Vec<GapView>>,
    /// How long answers are held, in hours, 1 to 720; 72 if not said.
    #[schema(example = 72)]
    hold_hours: Option<u32>,
}

/// One gap of a template and what is put there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateGap)]
pub(crate) struct GapView {
    /// The gap's name, in a template with named gaps.
    name: Option<String>,
    /// A text in which `{first_name}`, `{last_name}` and `{name}` stand for the customer's.
    #[schema(example = "{first_name}")]
    text: String,
    /// Stands in place of the whole text where the customer has no such name. Needed with such a text.
    #[schema(example = "customer")]
    fallback: Option<String>,
}

impl View {
    /// The setting as its owner sees it.
    pub(super) fn of(recontact: Recontact) -> Self {
        let Recontact { template, language, variables, hold_hours } = recontact;
        let gap = |Gap { name, text, fallback }| GapView { name, text, fallback };
        Self {
            template,
            language: Some(language).filter(|language| !language.is_empty()),
            variables: Some(variables.into_iter().map(gap).collect()),
            hold_hours: Some(hold_hours),
        }
    }
}

/// Reads the setting; nothing where anything about it is wrong, which is told then.
pub(super) fn read(value: Value, problems: &mut Problems) -> Option<Recontact> {
    let Value::Object(object) = value else {
        problems.add("recontact", "must be an object, such as {\"template\": \"hello_again\", \"language\": \"it\"}");
        return None;
    };
    let mut fields = Fields { object, at: "recontact".to_owned(), problems };
    let template = fields.needed("template", forms::template);
    let language = fields.text("language", forms::language);
    let hold_hours = fields.hold_hours();
    let variables = fields.variables();
    fields.finish();
    Some(Recontact {
        template: template?,
        language: language?.unwrap_or_default(),
        variables: variables?,
        hold_hours: hold_hours?,
    })
}

/// The members of an object; `at` is its place in the call.
struct Fields<'a> {
    object: Map<String, Value>,
    at: String,
    problems: &'a mut Problems,
}

impl Fields<'_> {
    /// A text that may be left out. Nothing at all where it is wrong.
    fn text(&mut self, name: &str, read: impl FnOnce(&str) -> Result<String, &'static str>) -> Option<Option<String>> {
        match self.object.remove(name).filter(|value| !value.is_null()) {
            None => Some(None),
            Some(value) => match value.as_str().ok_or("must be text").and_then(read) {
                Ok(text) => Some(Some(text)),
                Err(problem) => self.wrong(name, problem),
            },
        }
    }

    fn needed(&mut self, name: &str, read: impl FnOnce(&str) -> Result<String, &'static str>) -> Option<String> {
        match self.text(name, read)? {
            Some(text) => Some(text),
            None => self.wrong(name, "is needed"),
        }
    }

    fn hold_hours(&mut self) -> Option<u32> {
        match self.object.remove("hold_hours").filter(|value| !value.is_null()) {
            None => Some(HOLD_HOURS),
            Some(value) => {
                let hours = value.as_u64().filter(|hours| (1..=LONGEST_HOLD).contains(hours));
                match hours.and_then(|hours| u32::try_from(hours).ok()) {
                    Some(hours) => Some(hours),
                    None => self.wrong("hold_hours", format!("must be a number of hours from 1 to {LONGEST_HOLD}")),
                }
            }
        }
    }

    fn variables(&mut self) -> Option<Vec<Gap>> {
        let values = match self.object.remove("variables") {
            None | Some(Value::Null) => return Some(Vec::new()),
            Some(Value::Array(values)) if values.len() <= MOST_GAPS => values,
            Some(_) => return self.wrong("variables", format!("must be a list of at most {MOST_GAPS} variables")),
        };
        let gaps: Vec<Option<Gap>> =
            values.into_iter().enumerate().map(|(index, value)| self.variable(index, value)).collect();
        gaps.into_iter().collect()
    }

    fn variable(&mut self, index: usize, value: Value) -> Option<Gap> {
        let place = format!("variables.{index}");
        let Value::Object(object) = value else {
            return self
                .wrong(&place, "must be an object, such as {\"text\": \"{first_name}\", \"fallback\": \"customer\"}");
        };
        let mut fields = Fields { object, at: format!("{}.{place}", self.at), problems: &mut *self.problems };
        let name = fields.text("name", forms::gap_name);
        let text = fields.needed("text", forms::field_value);
        let fallback = fields.text("fallback", forms::field_value);
        if matches!((&text, &fallback), (Some(text), Some(None)) if asks_for_a_name(text)) {
            fields.wrong::<()>("fallback", "is needed: not every customer has a name");
        }
        fields.finish();
        Some(Gap { name: name?, text: text?, fallback: fallback? })
    }

    fn wrong<T>(&mut self, name: &str, problem: impl ToString) -> Option<T> {
        self.problems.add(format!("{}.{name}", self.at), problem.to_string());
        None
    }

    fn finish(self) {
        for name in self.object.keys().take(3) {
            let name: String = name.chars().take(60).collect();
            self.problems.add(format!("{}.{name}", self.at), "is not part of it; see /api/openapi.json");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(value: Value) -> (Option<Recontact>, Vec<String>) {
        let mut problems = Problems::default();
        let read = read(value, &mut problems);
        (read, problems.names().into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn what_is_read_is_shown() {
        let whole = json!({
            "template": "hello_again", "language": "pt_BR", "hold_hours": 48,
            "variables": [
                {"name": "who", "text": "{first_name}", "fallback": "customer"},
                {"name": null, "text": "our shop", "fallback": null},
            ],
        });
        let (read, problems) = told(whole.clone());
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(serde_json::to_value(View::of(read.unwrap())).unwrap(), whole);

        let (read, problems) = told(json!({"template": "HX0123456789"}));
        assert!(problems.is_empty(), "{problems:?}");
        let expected = Recontact {
            template: "HX0123456789".to_owned(),
            language: String::new(),
            variables: Vec::new(),
            hold_hours: HOLD_HOURS,
        };
        assert_eq!(read, Some(expected));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let with = |name: &str, value: Value| {
            let mut whole = json!({"template": "hello_again", "language": "it"});
            whole[name] = value;
            whole
        };
        let table = [
            (json!("hello_again"), "recontact"),
            (json!({"language": "it"}), "recontact.template"),
            (with("template", json!("two words")), "recontact.template"),
            (with("template", json!(7)), "recontact.template"),
            (with("language", json!("Italian, please")), "recontact.language"),
            (with("hold_hours", json!(0)), "recontact.hold_hours"),
            (with("hold_hours", json!(721)), "recontact.hold_hours"),
            (with("hold_hours", json!("72")), "recontact.hold_hours"),
            (with("hold_hours", json!(1.5)), "recontact.hold_hours"),
            (with("variables", json!({})), "recontact.variables"),
            (with("variables", json!(vec![json!({"text": "x"}); 21])), "recontact.variables"),
            (with("variables", json!(["x"])), "recontact.variables.0"),
            (with("variables", json!([{"text": "x"}, {}])), "recontact.variables.1.text"),
            (with("variables", json!([{"text": "a\nb"}])), "recontact.variables.0.text"),
            (with("variables", json!([{"text": "{name}"}])), "recontact.variables.0.fallback"),
            (with("variables", json!([{"text": "x", "fallback": ""}])), "recontact.variables.0.fallback"),
            (with("variables", json!([{"text": "x", "name": "a b"}])), "recontact.variables.0.name"),
            (with("variables", json!([{"text": "x", "value": "y"}])), "recontact.variables.0.value"),
            (with("colour", json!("red")), "recontact.colour"),
        ];
        for (value, name) in table {
            let (_, problems) = told(value.clone());
            assert_eq!(problems, [name], "{value}");
        }
    }
}
