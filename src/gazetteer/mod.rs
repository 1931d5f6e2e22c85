//! The lists, their index and the matcher.
//!
//! Lists say what a name *may* be; the names room decides what it is. Here
//! live the compiler that turns lists into an index (shared with `build.rs`),
//! the index and its matcher, the closed word sets, and people's own lists.
//! What stays out: any judgement about a text.
//!
//! ```
//! use saidwho::gazetteer::Gazetteer;
//! let lists = Gazetteer::shipped();
//! for entry in lists.find("United Nations").flat_map(|name| lists.entries(name)) {
//!     println!("{} {} {:?}", entry.kind(), entry.name(), entry.links());
//! }
//! ```

mod cache;
pub mod check;
#[allow(dead_code, reason = "shared with build.rs, which alone reads the shipped lists")]
mod compile;
mod entry;
mod index;
mod lanes;
mod matcher;
mod scan;
mod sets;
mod starts;
pub mod user;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use compile::list::ListError;
pub use entry::{Entries, Entry};
pub use index::IndexError;
pub use sets::{Given, Phrase, Phrases, TokenStats, WordFacts};

use crate::annotations::Token;
use compile::fold;
use compile::layout::NEVER;
use index::Index;
use matcher::Edges;
use scan::Scratch;

/// The index that `build.rs` made, at the start of a cache line.
#[repr(C, align(64))]
struct Aligned<B: ?Sized>(B);
static SHIPPED: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/gazetteer.idx")));

/// A name of the lists: one spelling with its case policy, and everything it can mean.
///
/// Valid for the [`Gazetteer`] that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(u32);

/// Bits of a [`NameId`] that say where in its layer the name is.
const OFFSET_BITS: u32 = 28;

/// Layers that a [`NameId`] can tell apart.
const MAX_LAYERS: usize = 1 << (u32::BITS - OFFSET_BITS);

impl NameId {
    fn new(layer: usize, offset: u32) -> Self {
        NameId((layer as u32) << OFFSET_BITS | offset)
    }

    fn layer(self) -> usize {
        (self.0 >> OFFSET_BITS) as usize
    }

    fn offset(self) -> u32 {
        self.0 & ((1 << OFFSET_BITS) - 1)
    }
}

/// A name of the lists found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The tokens it covers, at least one.
    pub tokens: Range<u32>,
    /// What stands there.
    pub name: NameId,
}

/// Lists, compiled: the shipped ones, and a user's own above them.
pub struct Gazetteer {
    /// The lowest first.
    layers: Vec<Arc<Index>>,
    sets: Vec<(String, OnceLock<Phrases>)>,
}

impl Gazetteer {
    /// The lists that the library carries.
    ///
    /// Opened once, in place: nothing is parsed or copied.
    pub fn shipped() -> &'static Gazetteer {
        static OPENED: OnceLock<Gazetteer> = OnceLock::new();
        OPENED.get_or_init(|| match Index::embedded(&SHIPPED.0) {
            Ok(index) => Gazetteer::of(vec![Arc::new(index)]),
            Err(error) => unreachable!("this build's own index: {error}"),
        })
    }

    /// The shipped lists with a user's own above them: files and folders, in the format of [`user`].
    ///
    /// Large lists are compiled once and kept in the user's cache folder,
    /// named by their content. The second part of the answer are names that
    /// can never match, with file and line: a warning is in order.
    ///
    /// # Errors
    /// When a list cannot be read or a row is malformed, with file and line.
    pub fn with_lists(paths: &[PathBuf]) -> Result<(Gazetteer, Vec<ListError>), ListError> {
        Self::with_lists_cached(paths, cache::folder().as_deref())
    }

    /// The same with the cache in a folder of one's choice, or none.
    ///
    /// # Errors
    /// As [`Gazetteer::with_lists`].
    pub fn with_lists_cached(
        paths: &[PathBuf],
        cache: Option<&Path>,
    ) -> Result<(Gazetteer, Vec<ListError>), ListError> {
        let mut layers = Gazetteer::shipped().layers.clone();
        let is_index = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "idx");
        let mut left_out = Vec::new();
        for path in paths.iter().filter(is_index) {
            let (index, problems) = cache::compiled(path, cache)?;
            layers.push(Arc::new(index));
            left_out.extend(problems);
        }
        let lists: Vec<PathBuf> = paths.iter().filter(|path| !is_index(path)).cloned().collect();
        let files = user::read_all(&lists)?;
        if !files.is_empty() {
            let (own, problems) = cache::index(&files, cache)?;
            layers.push(Arc::new(own));
            left_out.extend(problems);
        }
        if layers.len() > MAX_LAYERS {
            let message =
                format!("more than {} compiled indexes: compile the lists into one", MAX_LAYERS - 1);
            return Err(ListError { file: paths[0].display().to_string(), line: 0, message });
        }
        if let Some(large) = layers.iter().position(|index| index.names_size() >= 1 << OFFSET_BITS) {
            let file =
                paths.get(large.saturating_sub(1)).map_or_else(String::new, |p| p.display().to_string());
            let message = "the lists are too large: 256 MB of compiled names at most".to_owned();
            return Err(ListError { file, line: 0, message });
        }
        Ok((Gazetteer::of(layers), left_out))
    }

    /// Compiles a user's lists into the index file `into`; gives its size in bytes and the names that can never match.
    ///
    /// The file is in its place only when it is complete, so that programs may have the old one open.
    ///
    /// # Errors
    /// As [`Gazetteer::with_lists`], and when the file cannot be written.
    pub fn compile(paths: &[PathBuf], into: &Path) -> Result<(usize, Vec<ListError>), ListError> {
        let (index, left_out) = user::compile(&user::read_all(paths)?)?;
        cache::write(into, &index).map_err(|error| ListError {
            file: into.display().to_string(),
            line: 0,
            message: format!("cannot write: {error}"),
        })?;
        Ok((index.len(), left_out))
    }

    /// Every entry once, under its canonical name; a user's own last.
    pub fn canonical(&self) -> impl Iterator<Item = Entry<'_>> {
        let records = |index: &'_ Arc<Index>| -> Vec<u32> { index.records().collect() };
        self.layers.iter().flat_map(move |index| {
            records(index)
                .into_iter()
                .flat_map(|offset| Entries::of(index, offset))
                .filter(|entry| !entry.is_alias())
        })
    }

    /// Names of the closed sets.
    pub fn sets(&self) -> impl Iterator<Item = &str> {
        self.sets.iter().map(|(name, _)| name.as_str())
    }

    fn of(layers: Vec<Arc<Index>>) -> Self {
        let sets = layers[0].sets().map(|(name, _)| (name.to_owned(), OnceLock::new())).collect();
        Gazetteer { layers, sets }
    }

    /// Appends every name that starts and ends at token edges, by start, then end.
    ///
    /// All of them, nested and overlapping ones too: which one counts is the
    /// reader's decision (see [`longest`]). Spellings that differ in case or
    /// accents only ("US", "Us") are names of their own, so one span may have
    /// several hits; they follow one another, a user's own first.
    pub fn lookup(&self, text: &str, tokens: &[Token], hits: &mut Vec<Hit>) {
        let edges = Edges::of(text, tokens);
        let first = hits.len();
        let mut scratch = Scratch::default();
        for (layer, index) in self.layers.iter().enumerate().rev() {
            index.scan(edges.text(), &mut scratch, |start, end, offset| {
                if let Some(tokens) = edges.tokens(start, end) {
                    hits.push(Hit { tokens, name: NameId::new(layer, offset) });
                }
            });
        }
        if self.layers.len() > 1 {
            let found = hits.split_off(first);
            self.merge(found, hits);
        }
    }

    /// Puts the hits of several layers in order, and lets blocked and overridden ones go.
    fn merge(&self, mut found: Vec<Hit>, hits: &mut Vec<Hit>) {
        // Layers came highest first; a stable sort keeps that order within a span.
        found.sort_by_key(|hit| (hit.tokens.start, hit.tokens.end));
        for same in found.chunk_by(|a, b| a.tokens == b.tokens) {
            let says = |test: fn(&index::List) -> bool, hit: &Hit| {
                let index = &self.layers[hit.name.layer()];
                Entries::of(index, hit.name.offset())
                    .lists()
                    .any(|list| test(&index.lists()[usize::from(list)]))
            };
            if same.iter().any(|hit| says(|list| list.kind == NEVER, hit)) {
                continue;
            }
            let over =
                same.iter().filter(|hit| says(|list| list.overrides, hit)).map(|hit| hit.name.layer()).max();
            hits.extend(
                same.iter().filter(|hit| over.is_none_or(|layer| hit.name.layer() >= layer)).cloned(),
            );
        }
    }

    /// The names that `name`, as a whole, is a match of.
    pub fn find(&self, name: &str) -> impl Iterator<Item = NameId> + use<> {
        let mut words = Vec::new();
        fold::words(name, &mut words);
        let whole = words.first().zip(words.last()).map(|(first, last)| (first.start, last.end));
        let (mut scratch, mut found) = (Scratch::default(), Vec::new());
        for (layer, index) in self.layers.iter().enumerate().rev() {
            index.scan(name, &mut scratch, |start, end, offset| {
                if whole == Some((start as u32, end as u32)) {
                    found.push(NameId::new(layer, offset));
                }
            });
        }
        found.into_iter()
    }

    /// What `name` can mean, most prominent first.
    pub fn entries(&self, name: NameId) -> Entries<'_> {
        Entries::of(&self.layers[name.layer()], name.offset())
    }

    /// The spelling that the list has of `name`.
    pub fn spelling(&self, name: NameId) -> String {
        self.layers[name.layer()].spelling(name.offset())
    }

    /// How common `word` is as a given name; none when it is not one.
    ///
    /// Of a hyphenated word, the first part counts that is one.
    pub fn given(&self, word: &str) -> Option<Given> {
        self.word(word).given.or_else(|| parts(word).find_map(|part| self.word(part).given))
    }

    /// How common `word` is as a surname, 1 (rare) to 15; none when it is not one.
    ///
    /// Of a hyphenated word, the last part counts that is one.
    pub fn surname(&self, word: &str) -> Option<u8> {
        self.word(word).surname.or_else(|| parts(word).filter_map(|part| self.word(part).surname).last())
    }

    /// In how many listed names `word` occurs, by type and place in the name.
    pub fn token_stats(&self, word: &str) -> TokenStats {
        self.word(word).stats
    }

    /// Everything that is known about a single word.
    ///
    /// Case and accents do not count, nor do apostrophes (`O’Brien`) and a
    /// period at the end (`Inc.`).
    pub fn word(&self, word: &str) -> WordFacts {
        let joined = fold::without_apostrophes(word.trim_end_matches('.'));
        let mut folded = String::with_capacity(joined.len());
        fold::fold(&joined, &mut folded);
        self.layers[0].facts(&folded).map_or_else(WordFacts::default, WordFacts::from_row)
    }

    /// The closed set of this type in the manifest: `title`, `role`, `legal-suffix`, `demonym` …
    ///
    /// A set that no list fills is empty. Several lists of one type are one set
    /// with the columns of the first.
    pub fn phrases(&self, set: &str) -> &Phrases {
        static NONE: OnceLock<Phrases> = OnceLock::new();
        match self.sets.iter().find(|(name, _)| name == set) {
            None => NONE.get_or_init(Phrases::default),
            Some((_, phrases)) => phrases.get_or_init(|| {
                let table =
                    self.layers[0].sets().find(|(name, _)| *name == set).map_or("", |(_, table)| table);
                match Phrases::new(set, table) {
                    Ok(phrases) => phrases,
                    Err(error) => unreachable!("the build checks its lists: {error}"),
                }
            }),
        }
    }

    /// Size of the indexes in bytes.
    pub fn size(&self) -> usize {
        self.layers.iter().map(|index| index.size()).sum()
    }
}

/// A name's words, folded: what two spellings of one name share.
fn key(name: &str) -> String {
    let mut words = Vec::new();
    fold::words(name, &mut words);
    let mut key = String::new();
    for word in &words {
        fold::fold(word.of(name), &mut key);
        key.push(' ');
    }
    key
}

/// The parts of a hyphenated word; none when it has no hyphen.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let hyphen = |c: char| matches!(c, '-' | '‐' | '‑');
    word.contains(hyphen).then(|| word.split(hyphen)).into_iter().flatten()
}

/// Keeps, of hits that overlap, the one that starts first, and of those the longest.
///
/// All hits of a span that is kept are kept. `hits` come as [`Gazetteer::lookup`] gives them.
pub fn longest(hits: &mut Vec<Hit>) {
    hits.sort_by_key(|hit| (hit.tokens.start, std::cmp::Reverse(hit.tokens.end)));
    let mut kept = 0..0;
    hits.retain(|hit| {
        if hit.tokens.start >= kept.end {
            kept = hit.tokens.clone();
        }
        hit.tokens == kept
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_index_is_whole() {
        assert!(Gazetteer::shipped().layers[0].is_whole());
    }
}
