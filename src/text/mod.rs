//! Paragraphs, sentences and tokens: what every later stage stands on.
//!
//! [`Sentences`] and [`Tokens`] are iterators over a text that allocate nothing
//! and can be used alone; [`annotate`] fills the layers of a document with them.
//! Here live the byte scanner, the rules and their lists (`lexicons/*.tsv`);
//! what a token means is for later stages.
//!
//! ```
//! use saidwho::{Annotations, text};
//! let article = "“We agree,” said Jean-Claude O'Brien's aide.\n\nTroops left Gaza.";
//! let mut found = Annotations::default();
//! text::annotate(article, &mut found);
//! assert_eq!((found.paragraphs.len(), found.sentences.len()), (2, 2));
//! let words: Vec<&str> = found.tokens.iter().map(|token| token.span.of(article)).collect();
//! assert_eq!(words[6..10], ["Jean-Claude", "O'Brien", "'s", "aide"]);
//! assert_eq!(words[words.len() - 2..], ["Gaza", "."]);
//! ```

mod boundary;
mod heading;
mod label;
mod layout;
mod lexicon;
mod marks;
mod scan;
mod sentence;
mod shape;
mod token;

pub use sentence::Sentences;
pub use token::Tokens;

use crate::Span;
use crate::annotations::{Annotations, Paragraph, Sentence};

/// Fills the paragraphs, sentences and tokens of `text`, which must be empty.
pub fn annotate(text: &str, found: &mut Annotations) {
    let mut sentences = Sentences::new(text);
    let mut open: Option<Paragraph> = None;
    while let Some(span) = sentences.next() {
        let first_token = found.tokens.len() as u32;
        found.tokens.extend(Tokens::new(text, span));
        let tokens = first_token..found.tokens.len() as u32;
        let sentence = found.sentences.len() as u32;

        let paragraph = match open.take() {
            Some(mut paragraph) if !sentences.parted(Span::new(paragraph.span.end(), span.start())) => {
                paragraph.span = paragraph.span.join(span);
                paragraph.sentences.end = sentence + 1;
                paragraph.tokens.end = tokens.end;
                paragraph
            }
            done => {
                found.paragraphs.extend(done);
                Paragraph { span, sentences: sentence..sentence + 1, tokens: tokens.clone() }
            }
        };
        found.sentences.push(Sentence { span, tokens, paragraph: found.paragraphs.len() as u32 });
        open = Some(paragraph);
    }
    found.paragraphs.extend(open);
}
