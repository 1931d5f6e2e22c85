//! Parsed sentences as text: what the teacher writes and training reads.
//!
//! One sentence a line, four columns parted by tabs, each with one field per
//! token parted by blanks: words, tags, heads (counted from 0; the root is
//! its own head) and labels.
//!
//! ```text
//! He left .    PRP VBD .    1 1 1    nsubj ROOT punct
//! ```

use std::io::BufRead;

use thiserror::Error;

use super::{Label, Tag};

/// A sentence with its tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParsedSentence {
    /// The tokens.
    pub words: Vec<String>,
    /// Part of speech of each.
    pub tags: Vec<Tag>,
    /// Head of each: index of a token; the root is its own head.
    pub heads: Vec<u32>,
    /// What each is to its head.
    pub labels: Vec<Label>,
}

/// Why parses cannot be read.
#[derive(Debug, Error)]
pub enum TreesError {
    /// The file cannot be read.
    #[error("line {line}: {source}")]
    Io {
        /// Counted from 1.
        line: usize,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line is no parsed sentence.
    #[error(
        "line {line}: {what}; expected words, tags, heads and labels, parted by tabs, with one field per token"
    )]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

impl ParsedSentence {
    /// Reads one line.
    ///
    /// # Errors
    /// What is wrong with it: missing columns, unknown tags or labels, heads that are no tree.
    pub fn parse(line: &str) -> Result<Self, String> {
        let mut columns = line.split('\t');
        let mut column = |name: &str| columns.next().ok_or_else(|| format!("there is no column of {name}"));
        let words: Vec<String> = column("words")?.split(' ').map(str::to_owned).collect();
        let tags = column("tags")?
            .split(' ')
            .map(|name| Tag::from_name(name).ok_or_else(|| format!("\"{name}\" is no tag")))
            .collect::<Result<Vec<_>, _>>()?;
        let heads = column("heads")?
            .split(' ')
            .map(|head| head.parse().map_err(|_| format!("\"{head}\" is no index of a token")))
            .collect::<Result<Vec<u32>, _>>()?;
        let labels = column("labels")?
            .split(' ')
            .map(|name| Label::from_name(name).ok_or_else(|| format!("\"{name}\" is no label")))
            .collect::<Result<Vec<_>, _>>()?;
        if columns.next().is_some() {
            return Err("there is a fifth column".to_owned());
        }
        if [tags.len(), heads.len(), labels.len()] != [words.len(); 3] {
            return Err(format!(
                "{} words have {} tags, {} heads and {} labels",
                words.len(),
                tags.len(),
                heads.len(),
                labels.len()
            ));
        }
        if !is_tree(&heads) {
            return Err("the heads make no tree with one root".to_owned());
        }
        Ok(ParsedSentence { words, tags, heads, labels })
    }

    /// Reads all sentences, at most `words` words of them.
    ///
    /// # Errors
    /// When reading fails or a line is malformed; the error names the line.
    pub fn read_all(from: impl BufRead, words: usize) -> Result<Vec<Self>, TreesError> {
        let mut sentences = Vec::new();
        let mut read = 0;
        for (at, line) in from.lines().enumerate() {
            if read >= words {
                break;
            }
            let line = line.map_err(|source| TreesError::Io { line: at + 1, source })?;
            if line.is_empty() {
                continue;
            }
            let sentence = Self::parse(&line).map_err(|what| TreesError::Malformed { line: at + 1, what })?;
            read += sentence.words.len();
            sentences.push(sentence);
        }
        Ok(sentences)
    }

    /// Whether no two arcs cross, the arc from the root behind the last token included.
    pub fn is_projective(&self) -> bool {
        let tokens = self.heads.len();
        let head = |at: usize| {
            let head = self.heads[at] as usize;
            if head == at { tokens } else { head }
        };
        // Every token between the ends of an arc must have its head there too.
        (0..tokens).all(|at| {
            let (low, high) = (at.min(head(at)), at.max(head(at)));
            (low + 1..high).all(|inner| (low..=high).contains(&head(inner)) || high == tokens)
        })
    }
}

/// Whether `heads` is a tree with one root (its own head). Linear.
pub(super) fn is_tree(heads: &[u32]) -> bool {
    let mut roots = 0;
    // 0: not seen, 1: on the way up now, 2: leads to the root
    let mut state = vec![0u8; heads.len()];
    let mut path = Vec::new();
    for start in 0..heads.len() {
        let mut at = start;
        while state[at] == 0 {
            state[at] = 1;
            path.push(at);
            let head = heads[at] as usize;
            if head >= heads.len() {
                return false;
            }
            if head == at {
                roots += 1;
                state[at] = 2;
            }
            at = head;
        }
        if state[at] == 1 {
            return false;
        }
        for seen in path.drain(..) {
            state[seen] = 2;
        }
    }
    roots == 1
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_sentence() {
        let sentence = ParsedSentence::parse("He left .\tPRP VBD .\t1 1 1\tnsubj ROOT punct").unwrap();
        assert_eq!(sentence.words, ["He", "left", "."]);
        assert_eq!(sentence.tags, [Tag::Pronoun, Tag::VerbPast, Tag::Period]);
        assert_eq!(sentence.heads, [1, 1, 1]);
        assert_eq!(sentence.labels, [Label::Subject, Label::Root, Label::Punctuation]);
        assert!(sentence.is_projective());
    }

    #[test]
    fn malformed_lines_are_refused() {
        let refused = |line: &str| ParsedSentence::parse(line).unwrap_err();
        assert!(refused("He left").contains("no column of tags"));
        assert!(refused("He left\tPRP XYZ\t1 1\tnsubj ROOT").contains("\"XYZ\" is no tag"));
        assert!(refused("He left\tPRP\t1 1\tnsubj ROOT").contains("2 words have 1 tags"));
        assert!(refused("He left\tPRP VBD\t1 0\tnsubj ROOT").contains("no tree"));
        assert!(refused("He left\tPRP VBD\t0 1\tROOT ROOT").contains("no tree"));
        assert!(refused("He left\tPRP VBD\t1 9\tnsubj ROOT").contains("no tree"));
        assert!(refused("He left\tPRP VBD\t-1 1\tnsubj ROOT").contains("no index"));
        let error = ParsedSentence::read_all("He\tPRP\t0\tROOT\n\nHe\n".as_bytes(), 100).unwrap_err();
        assert!(error.to_string().starts_with("line 3: "), "{error}");
    }

    #[test]
    fn crossing_arcs_are_seen() {
        let crossing = ParsedSentence::parse("a b c d\tDT DT DT DT\t2 3 2 2\tdet det ROOT det").unwrap();
        assert!(!crossing.is_projective());
    }
}
