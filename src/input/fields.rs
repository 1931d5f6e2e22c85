//! From the fields of a record to a document.

use serde_json::{Map, Value};

use super::{Parsed, Place};
use crate::Document;

/// Which fields of the input pass through to the output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Meta {
    /// All that are not the id or the text.
    #[default]
    All,
    /// None.
    None,
    /// These; dotted paths allowed.
    Only(Vec<String>),
}

impl std::str::FromStr for Meta {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "all" => Meta::All,
            "none" => Meta::None,
            list => Meta::Only(list.split(',').map(|path| path.trim().to_owned()).collect()),
        })
    }
}

/// Which field holds what. Paths are dotted: `article.body`; a field whose name holds the dots wins.
#[derive(Clone, Debug)]
pub struct Fields {
    /// The id.
    pub id: String,
    /// The text that is analysed.
    pub text: String,
    /// The title; it goes to `meta.title` and is not analysed.
    pub title: String,
    /// What else passes through.
    pub meta: Meta,
}

impl Default for Fields {
    fn default() -> Self {
        Fields { id: "id".into(), text: "text".into(), title: "title".into(), meta: Meta::All }
    }
}

impl Fields {
    /// The document of a record's fields. Without an id it is named by its place.
    pub fn document(&self, mut object: Map<String, Value>, place: &Place, note: Option<String>) -> Parsed {
        let text = match take(&mut object, &self.text) {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => return Parsed::SetAside(self.missing(&object)),
            Some(other) => {
                return Parsed::SetAside(format!(
                    "field \"{}\" is no string but {}",
                    self.text,
                    kind(&other)
                ));
            }
        };
        let id = match take(&mut object, &self.id) {
            Some(Value::String(id)) if !id.is_empty() => id,
            Some(Value::Number(id)) => id.to_string(),
            _ => place.to_string(),
        };
        let title = take(&mut object, &self.title);
        let mut meta = match &self.meta {
            Meta::All => object,
            Meta::None => Map::new(),
            Meta::Only(paths) => {
                paths.iter().filter_map(|path| Some((path.clone(), take(&mut object, path)?))).collect()
            }
        };
        let wanted = match &self.meta {
            Meta::All => true,
            Meta::None => false,
            Meta::Only(paths) => paths.iter().any(|path| path == "title" || *path == self.title),
        };
        if let Some(title) = title.filter(|_| wanted) {
            meta.insert("title".to_owned(), title);
        }
        match Document::new(id, text) {
            Ok(document) => Parsed::Document(document.with_meta(meta), note.into_iter().collect()),
            Err(error) => Parsed::SetAside(error.to_string()),
        }
    }

    /// Whether the text field is there.
    pub(super) fn has_text(&self, object: &Map<String, Value>) -> bool {
        get(object, &self.text).is_some()
    }

    /// The reason when there is no text, with a guess at where it is.
    fn missing(&self, object: &Map<String, Value>) -> String {
        /// Bytes of the shortest text that looks like an article, wherever it stands.
        const STORY: usize = 100;
        const USUAL: [&str; 6] = ["body", "content", "article", "article_text", "story", "maintext"];
        if object.get("schema").is_some_and(|schema| schema == crate::record::SCHEMA) {
            return format!(
                "no field \"{}\": this is a record that saidwho wrote, for convert, stats, quotes and merge",
                self.text
            );
        }
        let usual = |name: &str| {
            USUAL.iter().copied().chain([self.text.as_str()]).any(|usual| name.eq_ignore_ascii_case(usual))
        };
        let mut longest: Option<(&str, usize)> = None;
        for (name, value) in object {
            if let Value::String(text) = value
                && *name != self.id
                && (text.len() >= STORY || usual(name))
                && longest.is_none_or(|(_, length)| text.len() > length)
            {
                longest = Some((name, text.len()));
            }
        }
        let hint = longest.map(|(name, _)| format!("; is it in \"{name}\"? Then say --text-field {name}"));
        format!("no field \"{}\"{}", self.text, hint.unwrap_or_default())
    }
}

/// The value at a dotted path.
fn get<'o>(object: &'o Map<String, Value>, path: &str) -> Option<&'o Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (head, rest) = path.split_once('.')?;
    get(object.get(head)?.as_object()?, rest)
}

/// Takes the value at a dotted path out of the object.
fn take(object: &mut Map<String, Value>, path: &str) -> Option<Value> {
    if object.contains_key(path) {
        // Not `remove`, which would move the last field into the gap.
        return object.shift_remove(path);
    }
    let (head, rest) = path.split_once('.')?;
    match object.get_mut(head)? {
        Value::Object(inner) => take(inner, rest),
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(fields: &Fields, value: Value) -> Parsed {
        let Value::Object(object) = value else { panic!("no object") };
        fields.document(object, &Place { source: "in.jsonl".into(), record: 7 }, None)
    }

    fn parsed(fields: &Fields, value: Value) -> Document {
        match document(fields, value) {
            Parsed::Document(document, _) => document,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn fields_are_found_by_dotted_path_and_the_rest_passes_through_in_order() {
        let fields =
            Fields { text: "article.body".into(), title: "article.head".into(), ..Fields::default() };
        let found =
            parsed(&fields, json!({"z": 1, "id": 5, "article": {"body": "B", "head": "H", "n": 2}, "a": []}));
        assert_eq!((found.id.as_str(), found.text.as_str()), ("5", "B"));
        assert_eq!(Value::Object(found.meta).to_string(), r#"{"z":1,"article":{"n":2},"a":[],"title":"H"}"#);
    }

    #[test]
    fn meta_may_be_chosen() {
        let record = json!({"text": "T", "title": "H", "date": "2020", "big": "…"});
        let only = Fields { meta: "date".parse().unwrap(), ..Fields::default() };
        assert_eq!(Value::Object(parsed(&only, record.clone()).meta), json!({"date": "2020"}));
        let titled = Fields { meta: "title,date".parse().unwrap(), ..Fields::default() };
        assert_eq!(
            Value::Object(parsed(&titled, record.clone()).meta),
            json!({"date": "2020", "title": "H"})
        );
        let none = Fields { meta: "none".parse().unwrap(), ..Fields::default() };
        assert!(parsed(&none, record).meta.is_empty());
    }

    #[test]
    fn without_an_id_the_place_names_the_document() {
        assert_eq!(parsed(&Fields::default(), json!({"text": ""})).id, "in.jsonl:7");
    }

    #[test]
    fn a_missing_text_is_explained() {
        let Parsed::SetAside(reason) =
            document(&Fields::default(), json!({"id": "x", "body": "Long story", "by": "Me"}))
        else {
            panic!("set aside")
        };
        assert_eq!(reason, "no field \"text\"; is it in \"body\"? Then say --text-field body");
    }
}
