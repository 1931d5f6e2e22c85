//! The tree of a page, built in steps and bounded: what nests without end or
//! multiplies is left early.
//!
//! A tag that opens or closes may ask every element that is open, and a
//! paragraph may open all unclosed styles again. So a hostile page costs a
//! parser the square of its length, in time or in memory; one that looks
//! about after each step pays for the step alone.

use dom_query::Document;
use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, Parser, QualName, local_name, ns};

/// Deepest nesting of elements, as browsers have it; readers of the tree go down it by recursion.
const DEPTH: usize = 512;

/// Most nodes of a tree: elements, texts and comments.
const NODES: usize = 1_000_000;

/// Bytes of a page that are read before the tree is looked at.
const STEP: usize = 4096;

fn options(drop_doctype: bool) -> ParseOpts {
    let tree_builder =
        TreeBuilderOpts { scripting_enabled: false, drop_doctype, ..TreeBuilderOpts::default() };
    ParseOpts { tree_builder, ..ParseOpts::default() }
}

/// The tree of a page, or why it has none.
pub(super) fn page(html: &str) -> Result<Document, String> {
    grown(html5ever::parse_document(Document::default(), options(false)), html)
}

/// The tree of a piece of a page, or why it has none.
pub(super) fn fragment(html: &str) -> Result<Document, String> {
    let body = QualName::new(None, ns!(html), local_name!("body"));
    let sink = Document::fragment_sink();
    grown(html5ever::parse_fragment(sink, options(true), body, Vec::new(), false), html)
}

fn grown(mut parser: Parser<Document>, html: &str) -> Result<Document, String> {
    let too_deep = || Err(format!("elements nested deeper than {DEPTH}"));
    let mut rest = html;
    while !rest.is_empty() {
        let (step, after) = rest.split_at(rest.floor_char_boundary(STEP));
        parser.process(step.into());
        let tree = &parser.tokenizer.sink.sink;
        if tree.tree.len() > NODES {
            return Err(format!("more than {NODES} elements and texts"));
        }
        if last_depth(tree) > DEPTH {
            return too_deep();
        }
        rest = after;
    }
    let tree = parser.finish();
    if is_too_deep(&tree) { too_deep() } else { Ok(tree) }
}

/// Depth of the last node, which is where the next one goes but for a few odd places.
fn last_depth(tree: &Document) -> usize {
    std::iter::successors(Some(tree.root()), |node| node.last_child()).take(DEPTH + 2).count() - 1
}

fn is_too_deep(tree: &Document) -> bool {
    let (mut node, mut depth) = (tree.root(), 0);
    loop {
        if let Some(child) = node.first_child() {
            (node, depth) = (child, depth + 1);
            if depth > DEPTH {
                return true;
            }
            continue;
        }
        loop {
            if depth == 0 {
                return false;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return false };
            (node, depth) = (parent, depth - 1);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Odd enough to make a parser move nodes about, and longer than a step.
    fn odd_page() -> String {
        let odd = "<p>One <b>two <i id=x>thr&eacute;e</b> f\r\nour</i><table><td>Cell<b>李</table>\
            <!-- no --><ul><li>a<li>b<template><p>t</template></ul>&amp;&unknown; <svg><path/></svg>\n";
        odd.repeat(500)
    }

    #[test]
    fn steps_make_no_difference() {
        let html = odd_page();
        assert!(page(&html).unwrap().html() == Document::from(html.as_str()).html());
        assert!(fragment(&html).unwrap().html() == Document::fragment(html.as_str()).html());
    }

    #[test]
    fn what_nests_or_multiplies_without_end_is_left_early() {
        // The whole of either would take hours or all memory.
        let deep = "<div><b><blockquote>".repeat(1_000_000);
        assert!(page(&deep).err().unwrap().contains("nested deeper"));
        assert!(fragment(&deep).err().unwrap().contains("nested deeper"));
        let styles: String = (0..400).map(|n| format!("<b id={n}>")).collect();
        let many = styles + &"<p>x</p>".repeat(1_000_000);
        assert!(page(&many).err().unwrap().contains("more than"));
    }
}
