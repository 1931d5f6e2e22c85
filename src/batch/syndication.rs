//! The same article twice: exact and near-duplicates, found as records go by.
//!
//! Wire copy is printed by many papers, cut, retitled and corrected. Workers
//! make a [`Print`] of every text: a hash of its words and a MinHash signature
//! of its four-word shingles (Broder 1997, one byte kept of each minimum after
//! Li and König's b-bit MinHash 2010). [`Syndication`] sees the prints in input
//! order and compares each with the *first* articles of the clusters so far,
//! found by bands of the signature (locality-sensitive hashing). An article
//! joins the cluster of the first it is most like, or begins one. Comparing
//! with firsts alone keeps chains of small changes from running together.
//!
//! Memory is bounded: the oldest firsts are forgotten, a band's slot holds the
//! last first that fell into it. Both depend on the sequence of records alone,
//! so the marks are the same for any number of threads.

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};
use std::sync::Arc;

use super::{Done, Outcome};
use crate::record::{Cluster, Standing};

/// Bytes of a signature; every [`BAND`] of them are one band.
const SIGNATURE: usize = 128;
const BAND: usize = 4;
const BANDS: usize = SIGNATURE / BAND;

/// Words of a shingle.
const SHINGLE: usize = 4;

/// How like the first of a cluster an article must be: the share of shingles they have in common.
const LIKE: f32 = 0.7;

/// Longest id that is remembered, in bytes; articles with longer ones begin no cluster that others join.
const LONGEST_ID: usize = 1 << 10;

/// What is compared of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    /// Of its words, whatever case, marks and space they wear.
    words: u64,
    signature: [u8; SIGNATURE],
}

impl Print {
    /// The print of a text; none when it has no words. Linear in the text.
    pub fn of(text: &str) -> Option<Print> {
        let mut all = crate::hash::Words::new();
        let mut recent = [0u64; SHINGLE];
        let mut minima = [u32::MAX; SIGNATURE];
        let mut count = 0;
        for word in crate::hash::words(text) {
            all.add(word);
            recent.rotate_left(1);
            recent[SHINGLE - 1] = word;
            count += 1;
            if count >= SHINGLE {
                lower(&mut minima, shingle(&recent));
            }
        }
        if count == 0 {
            return None;
        }
        if count < SHINGLE {
            lower(&mut minima, all.finish());
        }
        // The low byte: minima are small, so their high bits say little.
        Some(Print { words: all.finish(), signature: minima.map(|minimum| (minimum & 0xFF) as u8) })
    }

    /// The share of shingles in common, as the signatures estimate it.
    fn likeness(&self, other: &Print) -> f32 {
        if self.words == other.words {
            return 1.0;
        }
        let same = self.signature.iter().zip(&other.signature).filter(|(a, b)| a == b).count();
        // One byte in 256 agrees by chance.
        let agreeing = same as f32 / SIGNATURE as f32;
        ((agreeing - 1.0 / 256.0) / (1.0 - 1.0 / 256.0)).max(0.0)
    }

    fn band(&self, index: usize) -> u32 {
        let bytes = &self.signature[index * BAND..][..BAND];
        bytes.iter().fold(index as u32, |key, byte| key << 8 ^ u32::from(*byte) ^ key >> 24)
    }
}

fn shingle(words: &[u64; SHINGLE]) -> u64 {
    words.iter().fold(0, |hash, word| crate::hash::mix(hash ^ word))
}

/// Lowers each minimum by its own hash of the shingle: `a·x + b` over 32 bits, high half mixed in.
fn lower(minima: &mut [u32; SIGNATURE], shingle: u64) {
    let (low, high) = (shingle as u32, (shingle >> 32) as u32 | 1);
    let mut hash = low;
    for minimum in minima {
        // Double hashing, then a finaliser, so that neighbours are independent enough.
        hash = hash.wrapping_add(high);
        let mut mixed = hash;
        mixed = (mixed ^ mixed >> 16).wrapping_mul(0x7FEB_352D);
        mixed = (mixed ^ mixed >> 15).wrapping_mul(0x846C_A68B);
        mixed ^= mixed >> 16;
        *minimum = (*minimum).min(mixed);
    }
}

/// The first article of a cluster.
#[derive(Debug)]
struct First {
    print: Print,
    id: Arc<str>,
}

/// The clusters so far.
#[derive(Debug)]
pub struct Syndication {
    /// The firsts that are remembered, oldest first.
    firsts: VecDeque<First>,
    /// Firsts forgotten, modulo 2^32.
    forgotten: u32,
    /// For every band and key the number of the last first that had it, from 1.
    slots: Vec<u32>,
    /// Slots of one band, a power of two.
    size: usize,
    /// Bytes of ids held, and how many may be.
    id_bytes: usize,
    most_id_bytes: usize,
}

impl Syndication {
    /// Clusters in at most about `bytes` of memory: one first in 300 to 400 bytes.
    pub fn new(bytes: usize) -> Self {
        let size = (bytes / 512).next_power_of_two().clamp(1 << 8, 1 << 26);
        Syndication {
            firsts: VecDeque::new(),
            forgotten: 0,
            slots: vec![0; size * BANDS],
            size,
            id_bytes: 0,
            most_id_bytes: size * 64,
        }
    }

    /// Where an article belongs; whether it began a cluster, which a log of firsts must hold.
    pub fn place(&mut self, print: &Print, id: &str) -> (Cluster, bool) {
        let mut best: Option<(f32, u32)> = None;
        for band in 0..BANDS {
            let number = self.slots[self.slot(band, print)];
            let Some(first) = self.first(number) else { continue };
            let like = first.print.likeness(print);
            // The most alike; of several the oldest.
            let age = number.wrapping_sub(self.forgotten);
            let better = best.is_none_or(|(most, other)| {
                like > most || like == most && age < other.wrapping_sub(self.forgotten)
            });
            if like >= LIKE && better {
                best = Some((like, number));
            }
        }
        if let Some((like, number)) = best
            && let Some(first) = self.first(number)
        {
            let exact = first.print.words == print.words;
            let cluster = Cluster {
                id: key(first.print.words),
                standing: if exact { Standing::Exact } else { Standing::Near },
                first: first.id.to_string(),
                // Two decimals are more than the estimate knows.
                similarity: if exact { 1.0 } else { (like.min(0.99) * 100.0).round() / 100.0 },
            };
            return (cluster, false);
        }
        let cluster = Cluster {
            id: key(print.words),
            standing: Standing::First,
            first: id.to_owned(),
            similarity: 1.0,
        };
        let remembered = id.len() <= LONGEST_ID;
        if remembered {
            self.remember(print.clone(), id);
        }
        (cluster, remembered)
    }

    /// Marks a record that was made with the cluster it belongs to; whether it began one, which
    /// [`Syndication::written`] writes down.
    ///
    /// # Errors
    /// Never in practice: writing into memory does not fail.
    pub fn mark(&mut self, done: &mut Done) -> io::Result<bool> {
        let (Outcome::Line(line), Some(print)) = (&mut done.outcome, &done.print) else { return Ok(false) };
        let (print, id) = &**print;
        let (cluster, new) = self.place(print, id);
        splice(line, &cluster)?;
        Ok(new)
    }

    fn slot(&self, band: usize, print: &Print) -> usize {
        let key = print.band(band).wrapping_mul(0x9E37_79B1);
        band * self.size + (key >> 6) as usize % self.size
    }

    fn first(&self, number: u32) -> Option<&First> {
        if number == 0 {
            return None;
        }
        // A number before the oldest wraps around to far beyond the newest.
        self.firsts.get(number.wrapping_sub(1).wrapping_sub(self.forgotten) as usize)
    }

    fn remember(&mut self, print: Print, id: &str) {
        while self.firsts.len() >= self.size || self.id_bytes + id.len() > self.most_id_bytes {
            let Some(oldest) = self.firsts.pop_front() else { break };
            self.id_bytes -= oldest.id.len();
            self.forgotten = self.forgotten.wrapping_add(1);
        }
        let number = self.forgotten.wrapping_add(self.firsts.len() as u32).wrapping_add(1);
        for band in 0..BANDS {
            let slot = self.slot(band, &print);
            self.slots[slot] = number;
        }
        self.id_bytes += id.len();
        self.firsts.push_back(First { print, id: id.into() });
    }

    /// A first as bytes, so that a run that is continued knows it again.
    pub fn written(print: &Print, id: &str) -> Vec<u8> {
        let mut into = Vec::with_capacity(SIGNATURE + 12 + id.len());
        into.extend_from_slice(&print.words.to_le_bytes());
        into.extend_from_slice(&print.signature);
        into.extend_from_slice(&(id.len() as u32).to_le_bytes());
        into.extend_from_slice(id.as_bytes());
        into
    }

    /// Remembers the firsts that were written down.
    ///
    /// # Errors
    /// When they cannot be read or are damaged.
    pub fn read_firsts(&mut self, mut from: impl BufRead) -> io::Result<()> {
        while !from.fill_buf()?.is_empty() {
            let (mut words, mut signature, mut length) = ([0; 8], [0; SIGNATURE], [0; 4]);
            from.read_exact(&mut words)?;
            from.read_exact(&mut signature)?;
            from.read_exact(&mut length)?;
            let length = u32::from_le_bytes(length) as usize;
            if length > LONGEST_ID {
                return Err(io::Error::other("damaged"));
            }
            let mut id = vec![0; length];
            from.read_exact(&mut id)?;
            let id = String::from_utf8(id).map_err(|_| io::Error::other("damaged"))?;
            self.remember(Print { words: u64::from_le_bytes(words), signature }, &id);
        }
        Ok(())
    }
}

fn key(words: u64) -> String {
    format!("{words:016x}")
}

/// Puts the cluster at the end of a record's line.
fn splice(line: &mut Vec<u8>, cluster: &Cluster) -> io::Result<()> {
    // A record is an object with fields, and its cluster is the last of them.
    let Some(end) = line.iter().rposition(|byte| *byte == b'}') else { return Ok(()) };
    line.truncate(end);
    line.write_all(b",\"cluster\":")?;
    serde_json::to_writer(&mut *line, cluster)?;
    line.write_all(b"}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An article of so many words, all of them decided by `seed`.
    fn article(seed: u64, words: usize) -> Vec<String> {
        (0..words as u64).map(|n| format!("w{:x}", crate::hash::mix(seed << 20 ^ n) % 5000)).collect()
    }

    fn print(words: &[String]) -> Print {
        Print::of(&words.join(" ")).unwrap()
    }

    #[test]
    fn likeness_estimates_the_share_of_common_shingles() {
        let whole = article(1, 1000);
        for (changed, expected) in [(0, 1.0f32), (5, 0.96), (50, 0.67), (200, 0.11)] {
            let mut other = whole.clone();
            for n in 0..changed {
                other[n * 1000 / changed] = format!("new{n}");
            }
            // Each change touches four shingles on either side.
            let like = print(&whole).likeness(&print(&other));
            assert!((like - expected).abs() < 0.13, "{changed} changes: {like}, expected {expected}");
        }
        assert!(print(&whole).likeness(&print(&article(2, 1000))) < 0.1);
    }

    #[test]
    fn copies_join_the_first_and_others_do_not() {
        let mut clusters = Syndication::new(1 << 20);
        let mut firsts = Vec::new();
        for seed in 0..500 {
            let (cluster, new) = clusters.place(&print(&article(seed, 300)), &format!("a{seed}"));
            assert!(new && cluster.standing == Standing::First, "{seed}: {cluster:?}");
            firsts.push(cluster.id);
        }
        for seed in 0..500 {
            let mut words = article(seed, 300);
            let (exact, _) = clusters.place(&Print::of(&words.join("\n\n")).unwrap(), "again");
            assert_eq!(
                (exact.id.as_str(), exact.standing),
                (firsts[seed as usize].as_str(), Standing::Exact)
            );
            // A new headline and six words corrected.
            words.splice(0..0, article(9000 + seed, 8));
            for n in 0..6 {
                words[40 * n + 20] = "corrected".into();
            }
            let (near, _) = clusters.place(&print(&words), "near");
            assert_eq!(
                (near.id.as_str(), near.standing),
                (firsts[seed as usize].as_str(), Standing::Near),
                "{seed}"
            );
            assert_eq!(near.first, format!("a{seed}"));
        }
    }

    #[test]
    fn case_marks_and_space_make_no_other_article() {
        let print = |text| Print::of(text).unwrap();
        assert_eq!(print("“We agree,” he said."), print("\"WE AGREE\"  he\nsaid"));
        assert_ne!(print("Yes"), print("No"));
        assert_eq!(Print::of(" … "), None);
    }

    #[test]
    fn memory_is_bounded_and_a_continued_run_knows_what_the_unbroken_one_knew() {
        // Far more firsts than fit: 256 are remembered.
        let mut unbroken = Syndication::new(0);
        let mut log = Vec::new();
        for seed in 0..2000 {
            let (print, id) = (print(&article(seed, 50)), format!("a{seed}"));
            if unbroken.place(&print, &id).1 {
                log.extend(Syndication::written(&print, &id));
            }
        }
        assert_eq!(unbroken.firsts.len(), 256);
        let mut continued = Syndication::new(0);
        continued.read_firsts(&log[..]).unwrap();
        for seed in 0..2000 {
            let (print, id) = (print(&article(seed, 50)), format!("b{seed}"));
            assert_eq!(unbroken.place(&print, &id), continued.place(&print, &id), "{seed}");
        }
        assert!(continued.read_firsts(&log[..log.len() - 1]).is_err());
    }

    #[test]
    fn the_cluster_is_the_last_field_of_the_line() {
        let mut line = b"{\"id\":\"a}\"}\n".to_vec();
        let (cluster, _) = Syndication::new(0).place(&Print::of("One.").unwrap(), "a}");
        splice(&mut line, &cluster).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!((&value["id"], &value["cluster"]["is"]), (&"a}".into(), &"first".into()));
    }
}
