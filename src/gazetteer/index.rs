//! An index, read in place.
//!
//! See [`super::compile::layout`] for the bytes. Opening checks the header and
//! where the sections lie; nothing is parsed but a handful of list names.

use std::ops::Range;

use memmap2::Mmap;
use thiserror::Error;

use super::compile::fold::{self, Separator, Word};
use super::compile::layout::*;

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

    /// The index in a file, verified.
    pub fn mapped(map: Mmap) -> Result<Self, IndexError> {
        Self::open(Bytes::Mapped(map), true)
    }

    fn open(bytes: Bytes, verify: bool) -> Result<Self, IndexError> {
        let mut index = Index {
            bytes,
            sections: Default::default(),
            homes: 0,
            lists: Vec::new(),
            separators: Vec::new(),
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
        let mut separators = Vec::new();
        let mut at = 0;
        while let Some(&class) = bytes.get(at) {
            at += 1;
            let text = text_at(bytes, &mut at).ok_or(IndexError::Damaged("separators"))?;
            separators.push((Separator::from_number(class), text.into()));
        }
        self.lists = lists;
        self.separators = separators;
        Ok(())
    }

    fn all(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Static(bytes) => bytes,
            Bytes::Owned(bytes) => bytes,
            Bytes::Mapped(map) => map,
        }
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
    fn record_body(&self, names: &[u8], mut at: usize) -> Record {
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

    /// Calls `found` with the words (from, to) and record offset of every name in `words`.
    pub fn scan(&self, text: &str, words: &[Word], mut found: impl FnMut(usize, usize, u32)) {
        let filter = self.section(Section::Filter);
        let starts = self.section(Section::Starts);
        let mut buffers = (String::new(), String::new());
        for (first, word) in words.iter().enumerate() {
            if !may_start(text, word) && !passes(starts, word.hash) {
                continue;
            }
            let mut key = word.hash;
            let mut last = first;
            while passes(filter, key) {
                let goes_on = self.probe(key, |offset, names, at| {
                    let record = self.record_body(names, at);
                    if self.verify(&record, text, &words[first..=last], &mut buffers) {
                        found(first, last + 1, offset);
                    }
                });
                let after = words[last].after;
                if !goes_on || after == Separator::Break || last + 1 == words.len() {
                    break;
                }
                last += 1;
                key = fold::extend(key, after, words[last].hash);
            }
        }
    }

    /// Calls `name` with offset and body of each record that has this key's
    /// fingerprint; true when longer names may go on from here.
    #[inline]
    fn probe(&self, key: u64, mut name: impl FnMut(u32, &[u8], usize)) -> bool {
        let table = self.section(Section::Table);
        let print = print(key);
        let mut goes_on = false;
        let mut at = bucket(key, self.homes) * BUCKET;
        while let Some(bucket) = table.get(at..at + BUCKET) {
            let mut same = 0u32;
            let mut names = 0u32;
            for slot in 0..SLOTS {
                let value = u32_at(bucket, 4 + slot * 4);
                same |= u32::from(value & PRINT == print && value != 0) << slot;
                names |= (value & NAME) << slot;
            }
            if same != 0 {
                let mut rest = same;
                while rest != 0 {
                    let slot = rest.trailing_zeros();
                    rest &= rest - 1;
                    goes_on |= u32_at(bucket, 4 + slot as usize * 4) & PREFIX != 0;
                    if names >> slot & 1 != 0 {
                        let before = (names & ((1 << slot) - 1)).count_ones();
                        let records = self.section(Section::Names);
                        let mut offset = u32_at(bucket, 0) as usize;
                        for _ in 0..before {
                            let length = varint(records, &mut offset) as usize;
                            offset += length;
                        }
                        let mut body = offset;
                        varint(records, &mut body);
                        name(offset as u32, records, body);
                    }
                }
            }
            if u32_at(bucket, BUCKET - 4) == 0 {
                break;
            }
            at += BUCKET;
        }
        goes_on
    }

    /// Whether `words` of `text` are the record's, as its policy wants them.
    fn verify(&self, record: &Record, text: &str, words: &[Word], buffers: &mut (String, String)) -> bool {
        if record.count != words.len() {
            return false;
        }
        let names = self.section(Section::Names);
        let mut capitals = None;
        for (index, word) in words.iter().enumerate() {
            let listed = self.word(record.words[index]);
            let found = word.of(text);
            if listed != found.as_bytes() {
                if !same_word(listed, found, buffers) {
                    return false;
                }
                let article = index == 0 && words.len() > 1 && listed.eq_ignore_ascii_case(b"the");
                let fits = case_fits(record.policy, listed, found, words.len() == 1)
                    || (article && record.policy != Policy::Exact)
                    || (words.len() > 1
                        && *capitals.get_or_insert_with(|| words.iter().all(|w| is_capitals(w.of(text)))));
                if !fits {
                    return false;
                }
            }
            if let Some(before) = index.checked_sub(1) {
                let class = match record.gaps {
                    None => Separator::Space,
                    Some(gaps) => {
                        let number = names.get(gaps + index).map_or(0, |&n| usize::from(n));
                        self.separators.get(number).map_or(Separator::Break, |s| s.0)
                    }
                };
                if class != words[before].after {
                    return false;
                }
            }
        }
        true
    }
}

/// Whether a name that is listed with a capital may start at this word.
#[inline]
fn may_start(text: &str, word: &Word) -> bool {
    match text.as_bytes()[word.start as usize] {
        b'a'..=b'z' => false,
        0x80.. => word.of(text).chars().next().is_some_and(|c| !c.is_lowercase()),
        _ => true,
    }
}

/// Whether the hash may be in the Bloom filter.
#[inline]
fn passes(filter: &[u8], hash: u64) -> bool {
    if filter.is_empty() {
        return false;
    }
    let (word, mask) = bloom(hash, filter.len() / 8);
    u64_at(filter, word * 8) & mask == mask
}

/// Whether two spellings are one folded word.
fn same_word(listed: &[u8], found: &str, buffers: &mut (String, String)) -> bool {
    if listed.is_ascii() && found.is_ascii() {
        return listed.eq_ignore_ascii_case(found.as_bytes());
    }
    let (a, b) = buffers;
    a.clear();
    b.clear();
    fold::fold(std::str::from_utf8(listed).unwrap_or(""), a);
    fold::fold(found, b);
    a == b
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

/// Whether `found` is written as the policy wants the word `listed`, which is the whole name if `single`.
fn case_fits(policy: Policy, listed: &[u8], found: &str, single: bool) -> bool {
    let listed = std::str::from_utf8(listed).unwrap_or("");
    match policy {
        Policy::Any => true,
        Policy::Exact => {
            let (mut a, mut b) = (String::new(), String::new());
            fold::strip_accents(listed, &mut a);
            fold::strip_accents(found, &mut b);
            a == b
        }
        Policy::Title | Policy::Upper => {
            let capital = |word: &str| word.chars().next().is_some_and(|c| !c.is_lowercase());
            if !capital(listed) {
                // "iPhone", "van": at the start of a sentence and in titles with a capital too.
                return true;
            }
            let letters = listed.chars().count();
            // "WHO" is not "Who"; from four letters on, "Nato" is as good as "NATO".
            let acronym = (2..=3).contains(&letters) && is_capitals(listed);
            let shouted = single && policy == Policy::Title && is_capitals(found) && !is_capitals(listed);
            capital(found) && (!acronym || is_capitals(found)) && !shouted
        }
    }
}

/// Whether nothing is in lower case.
fn is_capitals(word: &str) -> bool {
    !word.chars().any(char::is_lowercase)
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

#[inline]
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

#[inline]
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut value = [0; 4];
    value.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(value)
}

#[inline]
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut value = [0; 8];
    value.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(value)
}
