//! An index, read in place.
//!
//! See [`super::compile::layout`] for the bytes. Opening checks the header and
//! where the sections lie; nothing is parsed but a handful of list names.

use std::ops::Range;

use memmap2::Mmap;
use thiserror::Error;

use super::compile::fold::{self, Separator};
use super::compile::layout::*;
use super::lanes::Joins;

/// Why bytes are no index.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IndexError {
    /// Something else, or cut off at the start.
    #[error("not a gazetteer index: compile the list again with `saidwho gazetteer compile`")]
    Foreign,
    /// Made by another version of saidwho.
    #[error(
        "the index has format {found}, this saidwho reads {VERSION}: compile the list again with `saidwho gazetteer compile`"
    )]
    Version {
        /// The format that its header names.
        found: u32,
    },
    /// Cut off or altered.
    #[error("the index is damaged ({0}): compile the list again with `saidwho gazetteer compile`")]
    Damaged(&'static str),
}

/// Where an index's bytes are.
enum Bytes {
    Static(&'static [u8]),
    Owned(Vec<u8>),
    Mapped(Mmap),
}

/// A compiled set of lists.
pub struct Index {
    bytes: Bytes,
    sections: [Range<usize>; SECTIONS],
    /// Home buckets of the table.
    homes: usize,
    lists: Vec<List>,
    /// Class and text of what stands between words.
    separators: Vec<(Separator, Box<str>)>,
    /// The ASCII characters across which no name breaks off, and those that stand between words here.
    marks: u128,
    own: u128,
}

/// What is known of a list.
pub struct List {
    pub name: Box<str>,
    pub kind: u8,
    pub user: bool,
    pub overrides: bool,
}

/// A record's spelling, decoded.
pub struct Record {
    pub policy: Policy,
    /// Its words' numbers.
    pub words: [u32; MAX_WORDS],
    pub count: usize,
    /// Where the separator numbers are, if there are any.
    pub gaps: Option<usize>,
    /// Where the meanings are: a count, then each.
    pub meanings: usize,
}

impl Index {
    /// The index in `bytes` that are part of the program; the checksum is a test's business.
    pub fn embedded(bytes: &'static [u8]) -> Result<Self, IndexError> {
        Self::open(Bytes::Static(bytes), false)
    }

    /// The index in `bytes`, verified.
    pub fn owned(bytes: Vec<u8>) -> Result<Self, IndexError> {
        Self::open(Bytes::Owned(bytes), true)
    }

    /// The index in a file, verified unless somebody knows that it is whole.
    pub fn mapped(map: Mmap, verify: bool) -> Result<Self, IndexError> {
        Self::open(Bytes::Mapped(map), verify)
    }

    /// The checksum that its header names.
    pub fn checksum(&self) -> u64 {
        u64_at(self.all(), 16)
    }

    /// The names that can never match: file, line and message each.
    pub fn left_out(&self) -> impl Iterator<Item = (&str, usize, &str)> {
        let bytes = self.section(Section::LeftOut);
        let mut at = 0;
        std::iter::from_fn(move || {
            let file = text_at(bytes, &mut at)?;
            let line = varint(bytes, &mut at) as usize;
            Some((file, line, text_at(bytes, &mut at)?))
        })
    }

    fn open(bytes: Bytes, verify: bool) -> Result<Self, IndexError> {
        let mut index = Index {
            bytes,
            sections: Default::default(),
            homes: 0,
            lists: Vec::new(),
            separators: Vec::new(),
            marks: 0,
            own: 0,
        };
        let all = index.all();
        if all.get(..8) != Some(&MAGIC) {
            return Err(IndexError::Foreign);
        }
        let Some(header) = all.get(..HEADER) else { return Err(IndexError::Damaged("cut off")) };
        let found = u32_at(header, 8);
        if found != VERSION {
            return Err(IndexError::Version { found });
        }
        if u32_at(header, 12) as usize != SECTIONS {
            return Err(IndexError::Damaged("header"));
        }
        let mut sections: [Range<usize>; SECTIONS] = Default::default();
        for (number, range) in sections.iter_mut().enumerate() {
            let start = u64_at(header, 24 + number * 16) as usize;
            let length = u64_at(header, 32 + number * 16) as usize;
            let end = start.checked_add(length).filter(|&end| start >= HEADER && end <= all.len());
            *range = start..end.ok_or(IndexError::Damaged("cut off"))?;
        }
        if verify && u64_at(header, 16) != checksum(&all[24..]) {
            return Err(IndexError::Damaged("checksum"));
        }
        index.sections = sections;
        index.check_sizes()?;
        index.read_small_sections()?;
        Ok(index)
    }

    /// What the readers rely on without looking again.
    fn check_sizes(&mut self) -> Result<(), IndexError> {
        let table = self.section(Section::Table);
        let (buckets, homes) = (table.len() / BUCKET, table.len() % BUCKET);
        if homes != 8 {
            return Err(IndexError::Damaged("table"));
        }
        let homes = u64_at(table, buckets * BUCKET) as usize;
        let words = self.section(Section::Lengths).len();
        let fits = homes >= 1
            && homes <= buckets
            && self.section(Section::Facts).len() == words * 2
            && self.section(Section::Bases).len() == words.div_ceil(STRIDE) * 4
            && self.section(Section::Lexicon).len() >= 4
            && self.section(Section::Kinds).len().is_multiple_of(8);
        if !fits {
            return Err(IndexError::Damaged("sections"));
        }
        self.homes = homes;
        Ok(())
    }

    fn read_small_sections(&mut self) -> Result<(), IndexError> {
        let bytes = self.section(Section::Lists);
        let mut lists = Vec::new();
        let mut at = 0;
        while let Some(&[kind, flags]) = bytes.get(at..at + 2) {
            at += 2;
            let name = text_at(bytes, &mut at).ok_or(IndexError::Damaged("lists"))?;
            lists.push(List { name: name.into(), kind, user: flags & 1 != 0, overrides: flags & 2 != 0 });
        }
        let bytes = self.section(Section::Separators);
        let joins = bytes.first().copied().ok_or(IndexError::Damaged("separators"))?;
        let mut separators = Vec::new();
        let mut at = 1;
        while let Some(&class) = bytes.get(at) {
            at += 1;
            let text = text_at(bytes, &mut at).ok_or(IndexError::Damaged("separators"))?;
            separators.push((Separator::from_number(class), text.into()));
        }
        self.lists = lists;
        self.separators = separators;
        self.marks = fold::marks(|class| class != Separator::Break);
        self.own = fold::marks(|class| joins >> class as u8 & 1 != 0);
        Ok(())
    }

    fn all(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Static(bytes) => bytes,
            Bytes::Owned(bytes) => bytes,
            Bytes::Mapped(map) => map,
        }
    }

    /// Home buckets of the table.
    #[inline]
    pub(super) fn homes(&self) -> usize {
        self.homes
    }

    /// What may stand between two words of its names.
    #[inline]
    pub(super) fn joins(&self) -> Joins<'_> {
        Joins { marks: self.marks, own: self.own, inner: self.section(Section::Inner) }
    }

    /// Class of what stands between words, by its number.
    #[inline]
    pub(super) fn separator(&self, number: usize) -> Separator {
        self.separators.get(number).map_or(Separator::Break, |separator| separator.0)
    }

    /// Size in bytes.
    pub fn size(&self) -> usize {
        self.all().len()
    }

    /// Size of the name records in bytes.
    pub fn names_size(&self) -> usize {
        self.section(Section::Names).len()
    }

    /// Whether the checksum is right: a test asks, as opening the embedded index does not.
    #[cfg(test)]
    pub fn is_whole(&self) -> bool {
        u64_at(self.all(), 16) == checksum(&self.all()[24..])
    }

    #[inline]
    pub fn section(&self, section: Section) -> &[u8] {
        &self.all()[self.sections[section as usize].clone()]
    }

    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    /// The closed sets: name and TSV.
    pub fn sets(&self) -> impl Iterator<Item = (&str, &str)> {
        let bytes = self.section(Section::Sets);
        let mut at = 0;
        std::iter::from_fn(move || Some((text_at(bytes, &mut at)?, text_at(bytes, &mut at)?)))
    }

    /// The interned string of this number.
    pub fn string(&self, number: u64) -> &str {
        let bytes = self.section(Section::Strings);
        let number = number as usize;
        let count = if bytes.len() < 4 { 0 } else { u32_at(bytes, 0) as usize };
        if number >= count {
            return "";
        }
        let end = u32_at(bytes, 4 + number * 4) as usize;
        let start = if number == 0 { 0 } else { u32_at(bytes, number * 4) as usize };
        let texts = &bytes[4 + count * 4..];
        texts.get(start..end).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or("")
    }

    /// The word of this number, as spelled.
    #[inline]
    pub fn word(&self, number: u32) -> &[u8] {
        let lengths = self.section(Section::Lengths);
        let number = number as usize;
        let first = number / STRIDE * STRIDE;
        let before: usize = lengths[first..number].iter().map(|&l| usize::from(l)).sum();
        let start = u32_at(self.section(Section::Bases), number / STRIDE * 4) as usize + before;
        &self.section(Section::Words)[start..start + usize::from(lengths[number])]
    }

    /// The eight bytes of facts about a folded word.
    pub fn facts(&self, folded: &str) -> Option<[u8; 8]> {
        let lexicon = self.section(Section::Lexicon);
        let size = lexicon.len() / 4;
        let mut slot = bucket(fold::hash_ascii(folded.as_bytes()), size);
        let mut buffer = String::new();
        for _ in 0..size {
            let number = u32_at(lexicon, slot * 4).checked_sub(1)?;
            if folds_to(self.word(number), folded, &mut buffer) {
                let row = u16_at(self.section(Section::Facts), number as usize * 2) as usize;
                let mut facts = [0; 8];
                facts.copy_from_slice(self.section(Section::Kinds).get(row * 8..row * 8 + 8)?);
                return Some(facts);
            }
            slot = if slot + 1 == size { 0 } else { slot + 1 };
        }
        None
    }

    /// The record at `offset` of the names.
    pub fn record(&self, offset: u32) -> Record {
        let names = self.section(Section::Names);
        let mut at = offset as usize;
        varint(names, &mut at);
        self.record_body(names, at)
    }

    #[inline]
    pub(super) fn record_body(&self, names: &[u8], mut at: usize) -> Record {
        let flags = names[at];
        at += 1;
        let count = usize::from(flags >> 3).min(MAX_WORDS);
        let mut words = [0; MAX_WORDS];
        for word in &mut words[..count] {
            *word = varint(names, &mut at) as u32;
        }
        let gaps = (flags & SEPARATED != 0).then_some(at);
        if gaps.is_some() {
            at += count + 1;
        }
        Record { policy: Policy::from_number(flags), words, count, gaps, meanings: at }
    }

    /// The name as listed.
    pub fn spelling(&self, offset: u32) -> String {
        let record = self.record(offset);
        let names = self.section(Section::Names);
        let mut out = String::new();
        for (index, &word) in record.words[..record.count].iter().enumerate() {
            match record.gaps {
                Some(gaps) => out.push_str(self.gap(names, gaps + index)),
                None if index > 0 => out.push(' '),
                None => {}
            }
            out.push_str(std::str::from_utf8(self.word(word)).unwrap_or(""));
        }
        if let Some(gaps) = record.gaps {
            out.push_str(self.gap(names, gaps + record.count));
        }
        out
    }

    fn gap(&self, names: &[u8], at: usize) -> &str {
        names
            .get(at)
            .and_then(|&number| self.separators.get(usize::from(number)))
            .map_or("", |(_, text)| text)
    }

    /// Every record's offset.
    pub fn records(&self) -> impl Iterator<Item = u32> {
        let names = self.section(Section::Names);
        let mut at = 0;
        std::iter::from_fn(move || {
            let offset = at;
            let length = varint(names, &mut at) as usize;
            at += length;
            (offset < names.len()).then_some(offset as u32)
        })
    }
}

/// Whether `word`, as spelled, folds to `folded`.
fn folds_to(word: &[u8], folded: &str, buffer: &mut String) -> bool {
    if word.is_ascii() {
        return word.eq_ignore_ascii_case(folded.as_bytes());
    }
    buffer.clear();
    fold::fold(std::str::from_utf8(word).unwrap_or(""), buffer);
    buffer == folded
}

/// A text with its length in front.
fn text_at<'b>(bytes: &'b [u8], at: &mut usize) -> Option<&'b str> {
    if *at >= bytes.len() {
        return None;
    }
    let length = varint(bytes, at) as usize;
    let text = bytes.get(*at..at.checked_add(length)?)?;
    *at += length;
    std::str::from_utf8(text).ok()
}
