//! Web pages: the charset told, the page reduced to its article with title, date and byline.
//!
//! The reduction is Readability's (Mozilla's reader view) as `dom_smoothie`
//! has it. Without the cargo feature `html` pages are set aside.

#[cfg(feature = "html")]
mod tree;

use std::io;
use std::ops::ControlFlow;

use super::{Cut, Format, Kind, Parsed, Sink, Stream, http};

/// A web page, by name or first tag.
pub(super) const FILE: Format = Format {
    name: "html",
    detects: |name, head| {
        let named = [".html", ".htm", ".xhtml"].iter().any(|suffix| name.ends_with(suffix));
        named || is_page(head)
    },
    read,
};

fn read(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    Ok(sink(stream.whole(Kind::Html)?))
}

/// Whether bytes begin as web pages do.
pub(super) fn is_page(head: &[u8]) -> bool {
    let head = head[..head.len().min(1024)].to_ascii_lowercase();
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head).trim_ascii_start();
    head.starts_with(b"<!doctype html")
        || head.starts_with(b"<html")
        || memchr::memmem::find(head, b"<html").is_some_and(|_| head.starts_with(b"<"))
}

/// The document of a file.
pub(super) fn parse(cut: &Cut) -> Parsed {
    let place = cut.place.to_string();
    let id = place.strip_suffix(":1").unwrap_or(&place);
    document(id, &cut.raw, None, None)
}

/// The page as text: a byte-order mark, the server or the page itself name the charset.
fn decoded(page: &[u8], named: Option<&str>) -> (String, Option<String>) {
    let told = || {
        let head = String::from_utf8_lossy(&page[..page.len().min(2048)]);
        let at = head.to_ascii_lowercase().find("charset")?;
        http::charset(&head[at..]).map(str::to_owned)
    };
    let label = named.map(str::to_owned).or_else(told);
    let encoding = match label.as_deref().and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
    {
        // A page in UTF-16 has a mark, or could not name it.
        Some(encoding) => encoding.output_encoding(),
        None if std::str::from_utf8(page).is_ok() => encoding_rs::UTF_8,
        None => encoding_rs::WINDOWS_1252,
    };
    let (text, used, broken) = encoding.decode(page);
    let note = if broken {
        Some(format!("not wholly {}, broken characters replaced by U+FFFD", used.name()))
    } else {
        (used != encoding_rs::UTF_8).then(|| format!("read as {}", used.name()))
    };
    (text.into_owned(), note)
}

/// The article of a page.
#[cfg(feature = "html")]
pub(super) fn document(id: &str, page: &[u8], charset: Option<&str>, url: Option<&str>) -> Parsed {
    let (page, note) = decoded(page, charset);
    let page = match tree::page(&page) {
        Ok(page) => page,
        Err(reason) => return Parsed::SetAside(reason),
    };
    let config = dom_smoothie::Config {
        text_mode: dom_smoothie::TextMode::Formatted,
        max_elements_to_parse: MAX_ELEMENTS,
        ..dom_smoothie::Config::default()
    };
    // The reader wants absolute addresses and does without any other.
    let nothing = || dom_query::Document::fragment("");
    let fits = |url: &&str| dom_smoothie::Readability::with_document(nothing(), Some(url), None).is_ok();
    let web = |url: &&str| url.starts_with("http://") || url.starts_with("https://");
    let article = dom_smoothie::Readability::with_document(page, url.filter(web).filter(fits), Some(config))
        .and_then(|mut reader| reader.parse());
    let article = match article {
        Ok(article) => article,
        Err(dom_smoothie::ReadabilityError::TooManyElements(..)) => {
            return Parsed::SetAside(format!("more than {MAX_ELEMENTS} elements"));
        }
        Err(_) => return Parsed::PassedOver("a page without an article".to_owned()),
    };
    let text = paragraphs(&article.text_content);
    if text.is_empty() {
        return Parsed::PassedOver("a page without an article".to_owned());
    }
    let fields = [
        ("title", Some(article.title)),
        ("byline", article.byline),
        ("date", article.published_time),
        ("site", article.site_name),
        ("language", article.lang),
        ("url", url.map(str::to_owned).or(article.url)),
    ];
    let meta: serde_json::Map<String, serde_json::Value> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.filter(|value| !value.is_empty())?.into())))
        .collect();
    match crate::Document::new(id, text) {
        Ok(document) => Parsed::Document(document.with_meta(meta), note.into_iter().collect()),
        Err(error) => Parsed::SetAside(error.to_string()),
    }
}

/// Elements of a page that are looked at; pages with more are set aside.
#[cfg(feature = "html")]
const MAX_ELEMENTS: usize = 200_000;

#[cfg(not(feature = "html"))]
pub(super) fn document(_: &str, page: &[u8], charset: Option<&str>, _: Option<&str>) -> Parsed {
    let _ = decoded(page, charset);
    Parsed::SetAside("built without web pages: cargo feature \"html\"".to_owned())
}

/// A piece of HTML as text, its blocks as paragraphs.
#[cfg(feature = "html")]
pub(super) fn fragment(html: &str) -> String {
    match tree::fragment(html) {
        Ok(tree) => paragraphs(&tree.formatted_text()),
        Err(_) => without_tags(html),
    }
}

/// A piece of HTML as text, its blocks as paragraphs.
#[cfg(not(feature = "html"))]
pub(super) fn fragment(html: &str) -> String {
    without_tags(html)
}

/// A piece of HTML as text without a tree: tags dropped, blocks as paragraphs, entities as they stand.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        if ["p", "/p", "br", "br/", "div", "/div"]
            .contains(&tag.split_whitespace().next().unwrap_or_default())
        {
            text.push_str("\n\n");
        }
        rest = after;
    }
    text.push_str(rest);
    paragraphs(&text)
}

/// A line of HTML as text.
pub(super) fn plain(html: &str) -> String {
    if html.contains(['<', '&']) { fragment(html) } else { html.to_owned() }
}

/// Lines trimmed, and exactly one empty line between blocks.
pub(super) fn paragraphs(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n\n")
}
