//! The little of DynamoDB and Secrets Manager that the hub uses: real conditions and updates over a map, every call counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

type Key = (String, String);
type Item = Map<String, Value>;

/// How the next call of an operation goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is done, and the answer gets lost.
    DoneButLost,
    /// It is not done, once.
    Refused,
    /// It is not done; and so it stays.
    Down,
}

/// The items of the table, as a test may change them at a moment.
pub(crate) type Table = BTreeMap<Key, Item>;

#[derive(Default)]
struct Inner {
    #[expect(clippy::type_complexity, reason = "one hook")]
    before: Option<(&'static str, Box<dyn FnOnce(&mut Table) + Send>)>,
    items: BTreeMap<Key, Item>,
    secrets: BTreeMap<String, String>,
    calls: Vec<String>,
    faults: Vec<(&'static str, Fault)>,
    done: Vec<String>,
}

/// The stand-in, as the tests see it.
#[derive(Clone)]
pub(crate) struct Aws {
    inner: Arc<Mutex<Inner>>,
    address: std::net::SocketAddr,
}

struct Refusal(&'static str, Value);

impl Aws {
    pub(crate) async fn start() -> Self {
        let inner = Arc::<Mutex<Inner>>::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(serve).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { inner, address }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn secret(&self, name: &str, value: &Value) {
        self.lock().secrets.insert(name.to_owned(), value.to_string());
    }

    pub(crate) fn fault(&self, operation: &'static str, fault: Fault) {
        self.lock().faults.push((operation, fault));
    }

    pub(crate) fn mend(&self) {
        self.lock().faults.clear();
    }

    /// The operations called since the last time this was asked.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().calls)
    }

    /// The sort keys of the items that begin so.
    pub(crate) fn keys(&self, sk: &str) -> Vec<String> {
        self.lock().items.keys().filter(|(_, key)| key.starts_with(sk)).map(|(_, key)| key.clone()).collect()
    }

    /// The items whose sort keys begin so, in their order.
    pub(crate) fn items(&self, sk: &str) -> Vec<Value> {
        let inner = self.lock();
        let found = inner.items.iter().filter(|((_, key), _)| key.starts_with(sk));
        found.map(|(_, item)| Value::Object(item.clone())).collect()
    }

    /// Removes the items whose sort keys begin so.
    pub(crate) fn remove(&self, sk: &str) {
        self.lock().items.retain(|(_, key), _| !key.starts_with(sk));
    }

    /// Lets something happen right before the next call of an operation is answered.
    pub(crate) fn before(&self, operation: &'static str, then: impl FnOnce(&mut Table) + Send + 'static) {
        self.lock().before = Some((operation, Box::new(then)));
    }

    /// An attribute of the one item whose sort key begins so.
    pub(crate) fn attribute(&self, sk: &str, name: &str) -> Option<Value> {
        let inner = self.lock();
        let found: Vec<_> = inner.items.iter().filter(|((_, key), _)| key.starts_with(sk)).collect();
        assert!(found.len() < 2, "more than one {sk}");
        found.first().and_then(|(_, item)| item.get(name).cloned())
    }

    /// Changes an attribute of the one item whose sort key begins so.
    pub(crate) fn set(&self, sk: &str, name: &str, value: Value) {
        let mut inner = self.lock();
        let (_, item) = inner.items.iter_mut().find(|((_, key), _)| key.starts_with(sk)).unwrap();
        item.insert(name.to_owned(), value);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

async fn serve(State(inner): State<Arc<Mutex<Inner>>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let operation = target.split('.').next_back().unwrap().to_owned();
    let request: Value = serde_json::from_slice(&body).unwrap();
    let mut inner = inner.lock().unwrap();
    inner.calls.push(operation.clone());
    if inner.before.as_ref().is_some_and(|(name, _)| *name == operation)
        && let Some((_, then)) = inner.before.take()
    {
        then(&mut inner.items);
    }
    let fault = inner.faults.iter().position(|(name, _)| *name == operation);
    let fault = fault.map(|at| match inner.faults[at].1 {
        Fault::DoneButLost | Fault::Refused => inner.faults.remove(at).1,
        Fault::Down => Fault::Down,
    });
    if matches!(fault, Some(Fault::Down | Fault::Refused)) {
        return (StatusCode::INTERNAL_SERVER_ERROR, r#"{"__type":"InternalServerError"}"#.to_owned());
    }
    let done = inner.perform(&operation, &request);
    if fault == Some(Fault::DoneButLost) {
        return (StatusCode::INTERNAL_SERVER_ERROR, r#"{"__type":"InternalServerError"}"#.to_owned());
    }
    match done {
        Ok(answer) => (StatusCode::OK, answer.to_string()),
        Err(Refusal(kind, mut more)) => {
            more["__type"] = kind.into();
            (StatusCode::BAD_REQUEST, more.to_string())
        }
    }
}

impl Inner {
    fn perform(&mut self, operation: &str, request: &Value) -> Result<Value, Refusal> {
        match operation {
            "GetItem" => Ok(self.items.get(&key(&request["Key"])).map_or(json!({}), |item| json!({ "Item": item }))),
            "Query" => Ok(self.query(request)),
            "PutItem" | "UpdateItem" | "DeleteItem" => {
                let before = self.check(operation, request)?;
                self.write(operation, request);
                Ok(match request["ReturnValues"].as_str() {
                    Some("ALL_OLD") => before.map_or(json!({}), |item| json!({ "Attributes": item })),
                    Some("ALL_NEW") => json!({ "Attributes": self.items[&key(&request["Key"])] }),
                    _ => json!({}),
                })
            }
            "TransactWriteItems" => {
                // The same call again, after its answer got lost, is told that it is done.
                let token = request["ClientRequestToken"].as_str().unwrap().to_owned();
                if self.done.contains(&token) {
                    return Ok(json!({}));
                }
                let writes = request["TransactItems"].as_array().unwrap();
                let named = |write: &Value| {
                    let (name, write) = write.as_object().unwrap().iter().next().unwrap();
                    (format!("{name}Item"), write.clone())
                };
                for (name, write) in writes.iter().map(named) {
                    let reasons = json!({ "CancellationReasons": [{"Code": "ConditionalCheckFailed"}] });
                    self.check(&name, &write).map_err(|_| Refusal("TransactionCanceledException", reasons))?;
                }
                writes.iter().map(named).for_each(|(name, write)| self.write(&name, &write));
                self.done.push(token);
                Ok(json!({}))
            }
            "GetSecretValue" => match self.secrets.get(request["SecretId"].as_str().unwrap()) {
                Some(value) => Ok(json!({ "SecretString": value })),
                None => Err(Refusal("ResourceNotFoundException", json!({}))),
            },
            "PutSecretValue" | "CreateSecret" => {
                let name = request["SecretId"].as_str().or(request["Name"].as_str()).unwrap();
                self.secrets.insert(name.to_owned(), request["SecretString"].as_str().unwrap().to_owned());
                Ok(json!({}))
            }
            other => panic!("the stand-in does not know {other}"),
        }
    }

    fn query(&self, request: &Value) -> Value {
        let values = &request["ExpressionAttributeValues"];
        let (pk, prefix) = (values[":pk"]["S"].as_str().unwrap(), values[":prefix"]["S"].as_str().unwrap());
        let found = self.items.iter().filter(|((p, s), _)| p == pk && s.starts_with(prefix)).map(|(_, item)| item);
        json!({ "Items": found.collect::<Vec<_>>() })
    }

    /// The item as it is, if the condition of a write holds.
    fn check(&self, operation: &str, request: &Value) -> Result<Option<Item>, Refusal> {
        let at = if operation == "PutItem" { key(&request["Item"]) } else { key(&request["Key"]) };
        let item = self.items.get(&at).cloned();
        let Some(condition) = request["ConditionExpression"].as_str() else { return Ok(item) };
        let empty = Item::new();
        if condition
            .split(" OR ")
            .any(|any| any.split(" AND ").all(|one| holds(one, item.as_ref().unwrap_or(&empty), request)))
        {
            return Ok(item);
        }
        Err(Refusal("ConditionalCheckFailedException", item.map_or(json!({}), |item| json!({ "Item": item }))))
    }

    fn write(&mut self, operation: &str, request: &Value) {
        match operation {
            "PutItem" => {
                self.items.insert(key(&request["Item"]), request["Item"].as_object().unwrap().clone());
            }
            "DeleteItem" => {
                self.items.remove(&key(&request["Key"]));
            }
            "UpdateItem" => {
                let keys = request["Key"].as_object().unwrap().clone();
                let item = self.items.entry(key(&request["Key"])).or_insert(keys);
                let expression = request["UpdateExpression"].as_str().unwrap();
                let (sets, removes) = expression.split_once(" REMOVE ").unwrap_or((expression, ""));
                for set in split_outside(sets.strip_prefix("SET ").unwrap()) {
                    let (name, value) = set.split_once(" = ").unwrap();
                    let value = evaluate(value, item, request);
                    item.insert(attribute(name, request), value);
                }
                for name in removes.split(", ").filter(|name| !name.is_empty()) {
                    item.remove(&attribute(name, request));
                }
            }
            other => panic!("the stand-in does not write by {other}"),
        }
    }
}

fn key(from: &Value) -> Key {
    let part = |name: &str| from[name]["S"].as_str().unwrap().to_owned();
    let key = (part("pk"), part("sk"));
    assert!(key.1.len() <= 1024, "DynamoDB takes no sort key of {} bytes", key.1.len());
    key
}

fn attribute(name: &str, request: &Value) -> String {
    if name.starts_with('#') {
        request["ExpressionAttributeNames"][name].as_str().unwrap().to_owned()
    } else {
        name.to_owned()
    }
}

/// Cuts at commas that stand in no brackets.
fn split_outside(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// What a `SET` puts: a value, an attribute, `if_not_exists(a, :b)`, or a sum or difference of two of them.
fn evaluate(text: &str, item: &Item, request: &Value) -> Value {
    let number = |value: &Value| value["N"].as_str().unwrap().parse::<i64>().unwrap();
    for (operator, sign) in [(" + ", 1), (" - ", -1)] {
        if let Some((left, right)) = text.split_once(operator) {
            let (left, right) = (evaluate(left, item, request), evaluate(right, item, request));
            return json!({"N": (number(&left) + sign * number(&right)).to_string()});
        }
    }
    if let Some(inner) = text.strip_prefix("if_not_exists(").and_then(|rest| rest.strip_suffix(')')) {
        let (name, otherwise) = inner.split_once(", ").unwrap();
        let found = item.get(&attribute(name, request)).cloned();
        return found.unwrap_or_else(|| evaluate(otherwise, item, request));
    }
    match text.strip_prefix(':') {
        Some(_) => request["ExpressionAttributeValues"][text].clone(),
        None => item[&attribute(text, request)].clone(),
    }
}

fn holds(condition: &str, item: &Item, request: &Value) -> bool {
    if let Some(name) = condition.strip_prefix("attribute_not_exists(").and_then(|rest| rest.strip_suffix(')')) {
        return !item.contains_key(&attribute(name, request));
    }
    if let Some(name) = condition.strip_prefix("attribute_exists(").and_then(|rest| rest.strip_suffix(')')) {
        return item.contains_key(&attribute(name, request));
    }
    let words: Vec<&str> = condition.split(' ').collect();
    let [name, operator, value] = words[..] else { panic!("the stand-in does not understand {condition}") };
    let Some(found) = item.get(&attribute(name, request)) else { return false };
    let value = &request["ExpressionAttributeValues"][value];
    let number = |value: &Value| value["N"].as_str().unwrap().parse::<i64>().unwrap();
    match operator {
        "=" => found == value,
        "<" => number(found) < number(value),
        "<=" => number(found) <= number(value),
        ">" => number(found) > number(value),
        other => panic!("the stand-in does not understand {other}"),
    }
}
