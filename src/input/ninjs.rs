//! ninjs, the IPTC's news in JSON: versions 1 to 3.

use serde_json::{Map, Value};

use super::{Parsed, Place, html};
use crate::Document;

/// The item that an object is, or that an answer of a news service wraps (`item`, `data.item`);
/// the object again when it is none.
pub(super) fn item(mut object: Map<String, Value>) -> Result<Map<String, Value>, Map<String, Value>> {
    if is_item(&object) {
        return Ok(object);
    }
    let wrapped = match object.get_mut("data") {
        Some(Value::Object(data)) => data.get_mut("item"),
        _ => object.get_mut("item"),
    };
    let only = match wrapped {
        Some(Value::Array(items)) if items.len() == 1 => items.first_mut(),
        other => other,
    };
    match only {
        Some(Value::Object(inner)) if is_item(inner) => Ok(std::mem::take(inner)),
        _ => Err(object),
    }
}

/// Whether an object looks like a ninjs item.
fn is_item(object: &Map<String, Value>) -> bool {
    let has = |name: &str| object.contains_key(name);
    let identified = has("uri") || has("guid") || has("altids");
    identified
        && ["type", "body_text", "body_html", "bodies", "headline", "headlines"].iter().any(|name| has(name))
}

/// The document of an item. Pictures, videos and packages are passed over.
pub(super) fn document(mut item: Map<String, Value>, place: &Place, note: Option<String>) -> Parsed {
    let Some(text) = body(&mut item).filter(|text| !text.trim().is_empty()) else {
        return Parsed::PassedOver(match item.get("type").and_then(Value::as_str) {
            Some("text") | None => "ninjs item without a body".to_owned(),
            Some(_) => "ninjs item that is no text".to_owned(),
        });
    };
    let id = ["uri", "guid"].iter().find_map(|name| Some(item.get(*name)?.as_str()?.to_owned()));
    let title = match item.get("headline") {
        Some(Value::String(headline)) => Some(html::plain(headline)),
        _ => first_value(item.get("headlines")).map(|headline| html::plain(&headline)),
    };
    let date = ["versioncreated", "versionCreated", "firstcreated", "firstCreated"]
        .iter()
        .find_map(|name| item.get(*name).cloned());
    let mut meta: Map<String, Value> =
        ["byline", "language", "urgency", "located", "copyrightholder", "usageterms"]
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone())))
            .collect();
    if let Some(title) = title {
        meta.insert("title".into(), title.into());
    }
    if let Some(date) = date {
        meta.insert("date".into(), date);
    }
    match Document::new(id.unwrap_or_else(|| place.to_string()), text) {
        Ok(document) => Parsed::Document(document.with_meta(meta), note.into_iter().collect()),
        Err(error) => Parsed::SetAside(error.to_string()),
    }
}

fn body(item: &mut Map<String, Value>) -> Option<String> {
    if let Some(Value::String(text)) = item.get_mut("body_text") {
        return Some(std::mem::take(text));
    }
    let marked_up = ["body_html", "body_xhtml"].iter().find_map(|name| item.get(*name)?.as_str());
    match marked_up {
        Some(text) => Some(html::fragment(text)),
        None => first_value(item.get("bodies")).map(|text| html::fragment(&text)),
    }
}

/// The value of the first entry of a list that ninjs 2 and 3 keep bodies and headlines in.
fn first_value(list: Option<&Value>) -> Option<String> {
    let value = &list?.as_array()?.first()?["value"];
    Some(value.as_str()?.to_owned())
}
