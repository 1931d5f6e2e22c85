//! News in XML: NITF, NewsML-G2 and NewsML 1.
//!
//! Elements are known by their local names; the standards agree enough on them
//! that one reading serves all. Entities beyond those of XML stay as written.

use std::io;
use std::ops::ControlFlow;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::{Cut, Format, Kind, Parsed, Sink, Stream, decode, html};
use crate::Document;

/// A file of NITF or NewsML, by its first elements.
pub(super) const FILE: Format = Format {
    name: "news-xml",
    detects: |name, head| {
        let named = [".nitf", ".newsml"].iter().any(|suffix| name.ends_with(suffix));
        let begins = |tag: &[u8]| memchr::memmem::find(head, tag).is_some();
        named || head.trim_ascii_start().starts_with(b"<") && ROOTS.iter().any(|root| begins(root.as_bytes()))
    },
    read,
};

const ROOTS: [&str; 6] = ["<nitf", "<newsItem", "<newsMessage", "<packageItem", "<NewsML", "<NewsItem"];

/// Elements that are one item each.
const ITEMS: [&str; 4] = ["newsItem", "NewsItem", "packageItem", "nitf"];

/// Deepest nesting of elements; what is deeper is taken for damage.
const DEPTH: usize = 256;

fn read(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let whole = stream.whole(Kind::NewsXml)?;
    if whole.fault.is_some() {
        return Ok(sink(whole));
    }
    let text = decoded(&whole.raw);
    let (items, fault) = items(&text);
    if items.is_empty() {
        let fault = fault.unwrap_or_else(|| "no item of NITF or NewsML in the file".to_owned());
        return Ok(sink(Cut { fault: Some(fault), ..whole }));
    }
    stream.record = 0;
    for item in items {
        let place = stream.place();
        if sink(Cut { place, kind: Kind::NewsXml, raw: text[item].as_bytes().to_vec(), fault: None })
            .is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
    }
    match fault {
        Some(fault) => {
            let place = stream.place();
            Ok(sink(Cut::broken(place, Kind::NewsXml, Vec::new(), fault)))
        }
        None => Ok(ControlFlow::Continue(())),
    }
}

/// The text of the file, by the encoding its first line names.
fn decoded(raw: &[u8]) -> String {
    let head = String::from_utf8_lossy(&raw[..raw.len().min(200)]).into_owned();
    let label = head.split_once("encoding=").and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next());
    match label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes())) {
        // UTF-16 is UTF-8 by now, whatever the first line says.
        Some(encoding) if encoding.output_encoding() != encoding_rs::UTF_8 => {
            encoding.decode(raw).0.into_owned()
        }
        _ => decode::decode(raw).0.into_owned(),
    }
}

/// Where the items stand, and what ended the search early.
fn items(text: &str) -> (Vec<std::ops::Range<usize>>, Option<String>) {
    let mut reader = reader(text);
    let mut items = Vec::new();
    let mut open: Option<(String, usize, usize)> = None;
    loop {
        let before = reader.buffer_position() as usize;
        match reader.read_event() {
            Ok(Event::Start(tag)) => match &mut open {
                Some((name, _, depth)) if *name == local(&tag) => *depth += 1,
                None if ITEMS.contains(&local(&tag).as_str()) => open = Some((local(&tag), before, 1)),
                _ => {}
            },
            Ok(Event::End(tag)) => {
                if let Some((name, start, depth)) = &mut open
                    && *name == tag.local_name().as_ref()
                {
                    *depth -= 1;
                    if *depth == 0 {
                        items.push(*start..reader.buffer_position() as usize);
                        open = None;
                    }
                }
            }
            Ok(Event::Eof) => {
                return (items, open.map(|(name, ..)| format!("the file ends within <{name}>")));
            }
            Ok(_) => {}
            Err(error) => return (items, Some(format!("no well-formed XML: {error}"))),
        }
    }
}

fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    reader
}

fn local(tag: &BytesStart<'_>) -> String {
    let name = tag.local_name();
    let name: &str = name.as_ref();
    name.to_owned()
}

/// An element and what it holds.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Text(String),
    Element(Element),
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first element of that name, in document order.
    fn find(&self, name: &str) -> Option<&Element> {
        self.elements().find_map(|child| if child.name == name { Some(child) } else { child.find(name) })
    }

    /// All text, as it stands.
    fn text(&self, into: &mut String) {
        for child in &self.children {
            match child {
                Node::Text(text) => into.push_str(text),
                Node::Element(element) => element.text(into),
            }
        }
    }

    /// All text on one line; none when there is none.
    fn line(&self) -> Option<String> {
        let mut text = String::new();
        self.text(&mut text);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!line.is_empty()).then_some(line)
    }
}

/// The tree of an item.
fn tree(text: &str) -> Result<Element, String> {
    let mut reader = reader(text);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| format!("no well-formed XML: {error}"))?;
        let Some(current) = open.last_mut() else { return Err("no well-formed XML".to_owned()) };
        match event {
            Event::Start(tag) => {
                if open.len() > DEPTH {
                    return Err(format!("elements nested deeper than {DEPTH}"));
                }
                let attributes = tag.attributes().flatten().map(|attribute| {
                    let name = attribute.key.local_name();
                    let name: &str = name.as_ref();
                    let value: &str = attribute.value.as_ref();
                    (name.to_owned(), unescaped(value))
                });
                open.push(Element {
                    name: local(&tag),
                    attributes: attributes.collect(),
                    children: Vec::new(),
                });
            }
            Event::End(_) => {
                let done = open.pop().unwrap_or_default();
                match open.last_mut() {
                    Some(parent) => parent.children.push(Node::Element(done)),
                    None => return Err("no well-formed XML".to_owned()),
                }
            }
            Event::Text(text) => {
                current.children.push(Node::Text(text.xml_content(XmlVersion::Implicit1_0).into_owned()))
            }
            Event::CData(text) => {
                current.children.push(Node::Text(text.xml_content(XmlVersion::Implicit1_0).into_owned()))
            }
            Event::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref() {
                    Ok(Some(char)) => char.to_string(),
                    _ => unescaped(&format!("&{};", reference.xml_content(XmlVersion::Implicit1_0))),
                };
                current.children.push(Node::Text(text));
            }
            Event::Eof => return Ok(open.swap_remove(0)),
            _ => {}
        }
    }
}

/// The entities of XML and a few of HTML; others stay as written.
fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape_with(text, |name| match name {
        "amp" => Some("&"),
        "lt" => Some("<"),
        "gt" => Some(">"),
        "quot" => Some("\""),
        "apos" => Some("'"),
        "nbsp" => Some("\u{a0}"),
        "ndash" => Some("–"),
        "mdash" => Some("—"),
        "lsquo" => Some("‘"),
        "rsquo" => Some("’"),
        "ldquo" => Some("“"),
        "rdquo" => Some("”"),
        "hellip" => Some("…"),
        "eacute" => Some("é"),
        _ => None,
    })
    .map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

/// Elements that begin a paragraph of their own.
const BLOCKS: [&str; 24] = [
    "p",
    "hl1",
    "hl2",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "dt",
    "dd",
    "tr",
    "table",
    "blockquote",
    "bq",
    "block",
    "div",
    "pre",
    "br",
    "fn",
    "hr",
    "credit",
    "body",
];

/// Elements that are not part of the story.
const ASIDE: [&str; 6] = ["media", "script", "style", "head", "body.end", "figure"];

fn paragraphs(element: &Element, blocks: &mut Vec<String>) {
    for child in &element.children {
        match child {
            Node::Text(text) => match blocks.last_mut() {
                Some(last) => last.push_str(text),
                None => blocks.push(text.clone()),
            },
            Node::Element(inner) if ASIDE.contains(&inner.name.as_str()) => {}
            Node::Element(inner) => {
                let block = BLOCKS.contains(&inner.name.as_str());
                if block {
                    blocks.push(String::new());
                }
                paragraphs(inner, blocks);
                if block {
                    blocks.push(String::new());
                }
            }
        }
    }
}

/// The story of an item.
fn story(item: &Element) -> Option<String> {
    let body = ["body.content", "inlineXML", "inlineData", "DataContent", "body"]
        .iter()
        .find_map(|name| item.find(name))?;
    let mut blocks = Vec::new();
    // A whole page or NITF inside: its body, not its head.
    paragraphs(body.find("body.content").or_else(|| body.find("body")).unwrap_or(body), &mut blocks);
    let has_markup = body.elements().next().is_some();
    let text = match blocks.as_slice() {
        [only] if !has_markup => {
            if only.contains("</") || only.contains("<p") {
                html::fragment(only)
            } else {
                html::paragraphs(only)
            }
        }
        blocks => {
            let lines = blocks.iter().map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "));
            lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n\n")
        }
    };
    (!text.trim().is_empty()).then_some(text)
}

/// The document of one item. Pictures, videos and packages are passed over.
pub(super) fn parse(cut: &Cut) -> Parsed {
    let (text, note) = decode::decode(&cut.raw);
    let root = match tree(&text) {
        Ok(root) => root,
        Err(reason) => return Parsed::SetAside(reason),
    };
    let Some(item) = root.elements().next() else { return Parsed::SetAside("no element".to_owned()) };
    let Some(story) = story(item) else {
        return Parsed::PassedOver(match item.name.as_str() {
            "packageItem" => "package of news items".to_owned(),
            _ => "news item without text".to_owned(),
        });
    };
    let line = |names: &[&str]| names.iter().find_map(|name| item.find(name)?.line());
    let norm = |name: &str| item.find(name).and_then(|found| found.attribute("norm")).map(str::to_owned);
    let id = item
        .attribute("guid")
        .or_else(|| item.find("doc-id")?.attribute("id-string"))
        .map(str::to_owned)
        .or_else(|| line(&["PublicIdentifier", "NewsItemId"]));
    let date = norm("story.date").or_else(|| norm("date.issue")).or_else(|| {
        line(&[
            "versionCreated",
            "contentCreated",
            "firstCreated",
            "ThisRevisionCreated",
            "FirstCreated",
            "DateAndTime",
        ])
    });
    let language = item.attribute("lang").map(str::to_owned).or_else(|| {
        let element = item.find("language").or_else(|| item.find("Language"))?;
        element.attribute("tag").or_else(|| element.attribute("FormalName")).map(str::to_owned)
    });
    let fields = [
        ("title", line(&["hl1", "headline", "HeadLine", "title"])),
        ("byline", line(&["byline", "by", "ByLine"])),
        ("date", date),
        ("dateline", line(&["dateline", "DateLine"])),
        ("language", language),
    ];
    let meta: Map<String, Value> =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
    match Document::new(id.unwrap_or_else(|| cut.place.to_string()), story) {
        Ok(document) => Parsed::Document(document.with_meta(meta), note.into_iter().collect()),
        Err(error) => Parsed::SetAside(error.to_string()),
    }
}
