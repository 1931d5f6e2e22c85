//! Questions about a finished tree.
//!
//! A [`Tree`] holds what questions need in columns (first and last dependent,
//! next sibling, edges of the subtree, depth), built in linear time and kept
//! from sentence to sentence. What a subject or a complement clause *means* is
//! not answered here.

use std::ops::Range;

use super::{Label, Parse, Tag};

const NONE: u32 = u32::MAX;

/// The columns of one sentence's tree.
///
/// ```
/// use saidwho::syntax::{Parse, Parser, Scratch, Tree};
/// let (mut scratch, mut parse) = (Scratch::default(), Parse::default());
/// let words = ["The", "minister", "said", "he", "would", "resign", "."];
/// Parser::shipped().parse(&words, &mut scratch, &mut parse);
/// let mut tree = Tree::default();
/// tree.build(&parse);
/// let subject = tree.subject(&parse, 2).map(|s| s.token);
/// assert_eq!(subject, Some(1));
/// assert_eq!(tree.span(1), 0..2);
/// let content = tree.complements(&parse, 2).next().map(|clause| tree.span(clause));
/// assert_eq!(content, Some(3..6));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tree {
    heads: Vec<u32>,
    first: Vec<u32>,
    next: Vec<u32>,
    /// First token of the subtree and one past its last.
    edges: Vec<[u32; 2]>,
    depth: Vec<u32>,
    root: u32,
    /// Tokens in an order in which every head comes before its dependents.
    order: Vec<u32>,
}

/// The subject of a verb and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubjectOf {
    /// The head of the subject's noun phrase.
    pub token: usize,
    /// How it belongs to the verb.
    pub by: SubjectBy,
}

/// How a subject was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectBy {
    /// It is a dependent of the verb.
    Own,
    /// The verb is passive, and this is whom it was done by.
    Agent,
    /// It is the subject of the verb's head, over an arc with this label ("he came *and said*", "he left, *saying*").
    Inherited(Label),
    /// The verb's clause modifies this noun ("a man *who said*", "a report *saying*").
    Modified(Label),
}

/// The way through the tree from one token to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    /// The lowest token above both (or one of the two).
    pub top: usize,
    /// Arcs from the first token up to it.
    pub up: usize,
    /// Arcs from it down to the second.
    pub down: usize,
}

impl Tree {
    /// Takes in a parse. Linear time.
    pub fn build(&mut self, parse: &Parse) {
        let tokens = parse.heads.len();
        self.heads.clear();
        self.heads.extend_from_slice(&parse.heads);
        for column in [&mut self.first, &mut self.next] {
            column.clear();
            column.resize(tokens, NONE);
        }
        self.root = 0;
        for at in (0..tokens as u32).rev() {
            let head = self.heads[at as usize];
            if head == at {
                self.root = at;
            } else {
                self.next[at as usize] = self.first[head as usize];
                self.first[head as usize] = at;
            }
        }
        self.depth.clear();
        self.depth.resize(tokens, 0);
        self.order.clear();
        if tokens > 0 {
            self.order.push(self.root);
        }
        let mut read = 0;
        while read < self.order.len() {
            let head = self.order[read] as usize;
            read += 1;
            let mut child = self.first[head];
            while child != NONE {
                self.depth[child as usize] = self.depth[head] + 1;
                self.order.push(child);
                child = self.next[child as usize];
            }
        }
        self.edges.clear();
        self.edges.extend((0..tokens as u32).map(|at| [at, at + 1]));
        for &at in self.order.iter().skip(1).rev() {
            let [start, end] = self.edges[at as usize];
            let edges = &mut self.edges[self.heads[at as usize] as usize];
            *edges = [edges[0].min(start), edges[1].max(end)];
        }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The root; 0 in an empty sentence.
    pub fn root(&self) -> usize {
        self.root as usize
    }

    /// The head of a token; none for the root.
    pub fn head(&self, token: usize) -> Option<usize> {
        Some(self.heads[token] as usize).filter(|&head| head != token)
    }

    /// Arcs between a token and the root.
    pub fn depth(&self, token: usize) -> usize {
        self.depth[token] as usize
    }

    /// The dependents of a token, in text order.
    pub fn children(&self, token: usize) -> impl Iterator<Item = usize> + '_ {
        let mut child = self.first[token];
        std::iter::from_fn(move || {
            let at = child;
            child = *self.next.get(at as usize)?;
            Some(at as usize)
        })
    }

    /// The tokens from a token's first descendant to its last, itself included.
    /// As arcs do not cross, these are its descendants and nothing else.
    pub fn span(&self, token: usize) -> Range<usize> {
        let [start, end] = self.edges[token];
        start as usize..end as usize
    }

    /// Whether `token` is `head` or below it.
    pub fn is_below(&self, token: usize, head: usize) -> bool {
        self.span(head).contains(&token)
    }

    /// The tokens above `token`, from its head up to the root.
    pub fn ancestors(&self, token: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.head(token), |&at| self.head(at))
    }

    /// The way from `from` to `to`. Takes as many steps as it has arcs.
    pub fn path(&self, from: usize, to: usize) -> Path {
        let (mut a, mut b) = (from, to);
        let (mut up, mut down) = (0, 0);
        while a != b {
            if self.depth[a] >= self.depth[b] {
                a = self.heads[a] as usize;
                up += 1;
            } else {
                b = self.heads[b] as usize;
                down += 1;
            }
        }
        Path { top: a, up, down }
    }

    /// The subject of a verb: its own, the agent of a passive, or that of the
    /// clause it hangs on, at most three arcs up.
    pub fn subject(&self, parse: &Parse, verb: usize) -> Option<SubjectOf> {
        let own = |verb: usize| self.children(verb).find(|&child| parse.labels[child].is_subject());
        // Whoever does what a passive verb tells is its agent, not its subject.
        if let Some(token) = self.agent(parse, verb) {
            return Some(SubjectOf { token, by: SubjectBy::Agent });
        }
        if let Some(token) = own(verb) {
            return Some(SubjectOf { token, by: SubjectBy::Own });
        }
        let over = parse.labels[verb];
        let mut at = verb;
        for _ in 0..3 {
            let head = self.head(at)?;
            match parse.labels[at] {
                Label::AdjectivalClause | Label::RelativeClause if parse.tags[head].is_noun() => {
                    return Some(SubjectOf { token: head, by: SubjectBy::Modified(parse.labels[at]) });
                }
                Label::Conjunct
                | Label::OpenComplement
                | Label::AdverbialClause
                | Label::PrepositionalClause
                | Label::Prepositional
                | Label::ClausalComplement
                | Label::Auxiliary => at = head,
                _ => return None,
            }
            if let Some(token) = own(at) {
                return Some(SubjectOf { token, by: SubjectBy::Inherited(over) });
            }
        }
        None
    }

    /// Whom a passive verb's deed was done by: "was told *by officials*".
    pub fn agent(&self, parse: &Parse, verb: usize) -> Option<usize> {
        let by = self.children(verb).find(|&child| parse.labels[child] == Label::Agent)?;
        self.children(by).find(|&child| parse.labels[child] == Label::PrepositionalObject)
    }

    /// The clauses that complete a verb: what is said, thought, asked.
    pub fn complements<'t>(&'t self, parse: &'t Parse, verb: usize) -> impl Iterator<Item = usize> + 't {
        self.children(verb)
            .filter(|&child| matches!(parse.labels[child], Label::ClausalComplement | Label::Parataxis))
    }

    /// The word that opens a clause: "that", "if", "because".
    pub fn marker(&self, parse: &Parse, clause: usize) -> Option<usize> {
        self.children(clause).find(|&child| parse.labels[child] == Label::Marker)
    }

    /// Whether the clause of a verb is finite: the verb itself or one of its auxiliaries is.
    pub fn is_finite(&self, parse: &Parse, verb: usize) -> bool {
        parse.tags[verb].is_finite()
            || self.children(verb).any(|child| {
                matches!(parse.labels[child], Label::Auxiliary | Label::PassiveAuxiliary)
                    && parse.tags[child].is_finite()
            })
    }

    /// Whether a verb is negated: "did *not* say", "*never* said", "*didn't* say". `words` are the sentence's.
    pub fn is_negated(&self, parse: &Parse, words: &[&str], verb: usize) -> bool {
        let contracted = |at: usize| {
            let word = words[at];
            ["n't", "n’t", "cannot"].iter().any(|end| {
                word.len() >= end.len()
                    && word.is_char_boundary(word.len() - end.len())
                    && word[word.len() - end.len()..].eq_ignore_ascii_case(end)
            })
        };
        let auxiliary = |at: usize| matches!(parse.labels[at], Label::Auxiliary | Label::PassiveAuxiliary);
        contracted(verb)
            || self
                .children(verb)
                .any(|child| parse.labels[child] == Label::Negation || auxiliary(child) && contracted(child))
    }

    /// The modal verb of a verb: "*may* say", "*would* have said".
    pub fn modal(&self, parse: &Parse, verb: usize) -> Option<usize> {
        self.children(verb).find(|&child| parse.tags[child] == Tag::Modal)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::ParsedSentence;
    use super::*;

    fn parse(line: &str) -> (Parse, Tree) {
        let sentence = ParsedSentence::parse(line).unwrap();
        let parse = Parse { tags: sentence.tags, heads: sentence.heads, labels: sentence.labels };
        let mut tree = Tree::default();
        tree.build(&parse);
        (parse, tree)
    }

    // The old man came and said he would not go
    // 0   1   2   3    4   5    6  7     8   9
    fn sample() -> (Parse, Tree) {
        parse(concat!(
            "The old man came and said he would not go\t",
            "DT JJ NN VBD CC VBD PRP MD RB VB\t",
            "2 2 3 3 3 3 9 9 9 5\t",
            "det amod nsubj ROOT cc conj nsubj aux neg ccomp"
        ))
    }

    #[test]
    fn structure() {
        let (_, tree) = sample();
        assert_eq!(tree.root(), 3);
        assert_eq!(tree.head(3), None);
        assert_eq!(tree.children(3).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(tree.children(0).count(), 0);
        assert_eq!((tree.span(2), tree.span(5), tree.span(3)), (0..3, 5..10, 0..10));
        assert_eq!(tree.ancestors(8).collect::<Vec<_>>(), [9, 5, 3]);
        assert_eq!(tree.path(8, 0), Path { top: 3, up: 3, down: 2 });
        assert_eq!(tree.path(9, 5), Path { top: 5, up: 1, down: 0 });
        assert!(tree.is_below(8, 5) && !tree.is_below(2, 5));
    }

    #[test]
    fn clauses() {
        let (parse, tree) = sample();
        let words: Vec<&str> = "The old man came and said he would not go".split(' ').collect();
        let subject = tree.subject(&parse, 5).unwrap();
        assert_eq!(subject, SubjectOf { token: 2, by: SubjectBy::Inherited(Label::Conjunct) });
        assert_eq!(tree.subject(&parse, 9).unwrap().by, SubjectBy::Own);
        assert_eq!(tree.complements(&parse, 5).collect::<Vec<_>>(), [9]);
        assert!(tree.is_finite(&parse, 9) && tree.is_negated(&parse, &words, 9));
        assert_eq!(tree.modal(&parse, 9), Some(7));
        assert!(!tree.is_negated(&parse, &words, 5));
    }

    #[test]
    fn contractions_negate() {
        let (parse, tree) = parse("He didn’t go\tPRP VBD VB\t2 2 2\tnsubj aux ROOT");
        assert!(tree.is_negated(&parse, &["He", "didn’t", "go"], 2));
        assert!(!tree.is_negated(&parse, &["He", "did", "go"], 2));
    }

    #[test]
    fn whom_a_passive_was_done_by() {
        let (parse, tree) =
            parse("He was told by aides\tPRP VBD VBN IN NNS\t2 2 2 2 3\tnsubjpass auxpass ROOT agent pobj");
        assert_eq!(tree.subject(&parse, 2), Some(SubjectOf { token: 4, by: SubjectBy::Agent }));
    }

    #[test]
    fn a_noun_that_a_clause_modifies() {
        let (parse, tree) = parse("a report saying so\tDT NN VBG RB\t1 1 1 2\tdet ROOT acl advmod");
        let subject = tree.subject(&parse, 2).unwrap();
        assert_eq!(subject, SubjectOf { token: 1, by: SubjectBy::Modified(Label::AdjectivalClause) });
    }

    #[test]
    fn nothing_is_a_tree_too() {
        let mut tree = Tree::default();
        tree.build(&Parse::default());
        assert!(tree.is_empty());
        assert_eq!(tree.root(), 0);
    }
}
