//! Word clusters: which words are used alike, learned from raw text.
//!
//! A word's cluster at three grains generalises over words that no annotated
//! set holds (Miller, Guinness & Zamanian 2004, "Name Tagging with Word
//! Clusters and Discriminative Training"). Vectors come from
//! [`super::vectors`]; k-means on the unit sphere groups them, then groups the
//! centres, so that the coarse grains follow from the fine one. The table holds
//! hashes and cluster numbers, no words.

use super::file::{ModelError, Reader, Writer, put_varint};
use super::hash;
use super::random::Random;
use super::vectors::{Vectors, dot};

/// The grains: number of clusters, coarse to fine.
pub const GRAINS: [usize; 3] = [64, 256, 1024];
const KIND: &str = "clusters";
const VERSION: u32 = 1;

/// What the table knows about a word, written just so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Number from 1 at each of [`GRAINS`].
    pub grains: [u16; 3],
    /// Binary logarithm of how often the word was seen, from 1.
    pub frequency: u8,
}

/// Clusters by word.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    /// Hashes of words, rising.
    words: Vec<u32>,
    fine: Vec<u16>,
    frequency: Vec<u8>,
    /// Of each fine cluster the coarser ones.
    coarser: Vec<[u16; 2]>,
}

fn word_hash(word: &str) -> u32 {
    if word.bytes().any(|b| b.is_ascii_digit()) {
        let zeros: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        return hash::key(0, hash::text(&zeros));
    }
    hash::key(0, hash::text(word))
}

/// The form under which a word is counted: digits are all alike.
pub fn form(word: &str) -> String {
    word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

impl Clusters {
    /// The cluster of a word, case as written.
    pub fn get(&self, word: &str) -> Option<Cluster> {
        let at = self.words.binary_search(&word_hash(word)).ok()?;
        let fine = self.fine[at];
        let [coarse, middle] = self.coarser[fine as usize];
        Some(Cluster { grains: [coarse + 1, middle + 1, fine + 1], frequency: self.frequency[at] })
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Groups the words of `vectors`; seeded.
    pub fn learn(vectors: &Vectors, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let points: Vec<&[f32]> = (0..vectors.len()).map(|word| vectors.unit(word)).collect();
        let (fine, centres) = k_means(&points, GRAINS[2], 10, &mut random);
        let centres: Vec<&[f32]> = centres.iter().map(Vec::as_slice).collect();
        let (middle, middles) = k_means(&centres, GRAINS[1], 30, &mut random);
        let middles: Vec<&[f32]> = middles.iter().map(Vec::as_slice).collect();
        let (coarse, _) = k_means(&middles, GRAINS[0], 30, &mut random);
        let coarser = middle.iter().map(|&m| [coarse[m as usize], m]).collect();
        let mut words: Vec<(u32, u16, u8)> = (0..vectors.len())
            .map(|word| {
                let frequency = vectors.count(word).max(1).ilog2() as u8 + 1;
                (word_hash(vectors.word(word)), fine[word], frequency)
            })
            .collect();
        words.sort_unstable();
        words.dedup_by_key(|entry| entry.0);
        Clusters {
            words: words.iter().map(|w| w.0).collect(),
            fine: words.iter().map(|w| w.1).collect(),
            frequency: words.iter().map(|w| w.2).collect(),
            coarser,
        }
    }

    /// Writes a model file.
    pub fn write(&self) -> Vec<u8> {
        let mut section = Vec::new();
        put_varint(&mut section, self.coarser.len() as u64);
        for [coarse, middle] in &self.coarser {
            section.extend(coarse.to_le_bytes());
            section.extend(middle.to_le_bytes());
        }
        put_varint(&mut section, self.words.len() as u64);
        let mut last = 0;
        for &word in &self.words {
            put_varint(&mut section, u64::from(word - last));
            last = word;
        }
        for (fine, frequency) in self.fine.iter().zip(&self.frequency) {
            // Ten bits and five make two bytes.
            section.extend((fine << 5 | u16::from((*frequency).min(31))).to_le_bytes());
        }
        let mut writer = Writer::new(KIND, VERSION);
        writer.section("words", &section);
        writer.finish()
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// When it is no table of clusters, one of another version, or damaged.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let reader = Reader::open(bytes, KIND, VERSION)?;
        let mut cursor = reader.section("words")?;
        let pair = |bytes: &[u8]| u16::from_le_bytes([bytes[0], bytes[1]]);
        let mut clusters = Clusters::default();
        for _ in 0..cursor.varint()? {
            let bytes = cursor.take(4)?;
            clusters.coarser.push([pair(bytes), pair(&bytes[2..])]);
        }
        let count = cursor.varint()?;
        let mut last = 0u64;
        for _ in 0..count {
            last += cursor.varint()?;
            clusters
                .words
                .push(u32::try_from(last).map_err(|_| cursor.malformed("its words are out of order"))?);
        }
        for _ in 0..count {
            let both = pair(cursor.take(2)?);
            if usize::from(both >> 5) >= clusters.coarser.len() {
                return Err(cursor.malformed("a word belongs to no cluster"));
            }
            clusters.fine.push(both >> 5);
            clusters.frequency.push((both & 31) as u8);
        }
        Ok(clusters)
    }
}

/// Lloyd's algorithm by the cosine: the cluster of each point, and the centres.
fn k_means(
    points: &[&[f32]],
    clusters: usize,
    rounds: usize,
    random: &mut Random,
) -> (Vec<u16>, Vec<Vec<f32>>) {
    let mut order: Vec<usize> = (0..points.len()).collect();
    random.shuffle(&mut order);
    let mut centres: Vec<Vec<f32>> = order.iter().take(clusters).map(|&at| points[at].to_vec()).collect();
    let mut member = vec![0u16; points.len()];
    for _ in 0..rounds {
        for (point, member) in points.iter().zip(&mut member) {
            let mut best = f32::NEG_INFINITY;
            for (number, centre) in centres.iter().enumerate() {
                let likeness = dot(point, centre);
                if likeness > best {
                    (best, *member) = (likeness, number as u16);
                }
            }
        }
        let mut sums: Vec<Vec<f32>> = centres.iter().map(|c| vec![0.0; c.len()]).collect();
        for (point, &member) in points.iter().zip(&member) {
            for (sum, value) in sums[member as usize].iter_mut().zip(*point) {
                *sum += value;
            }
        }
        for (centre, mut sum) in centres.iter_mut().zip(sums) {
            let length = dot(&sum, &sum).sqrt();
            if length > 0.0 {
                sum.iter_mut().for_each(|v| *v /= length);
                *centre = sum;
            } else if !points.is_empty() {
                // An empty cluster begins anew at some point.
                *centre = points[random.below(points.len())].to_vec();
            }
        }
    }
    (member, centres)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::vectors::Settings;
    use super::*;

    #[test]
    fn words_used_alike_share_a_cluster() {
        let mut vectors = Vectors::builder();
        let mut random = Random::new(7);
        let sorts = [["Ann", "Ben", "Cy", "Di"], ["Rome", "Oslo", "Lima", "Bonn"]];
        for _ in 0..3000 {
            let name = sorts[0][random.below(4)];
            let place = sorts[1][random.below(4)];
            vectors.sentence(["then", name, "spoke", "about", "it"].into_iter());
            vectors.sentence(["they", "went", "to", place, "by", "train"].into_iter());
        }
        let settings = Settings { dimensions: 16, sample: 1.0, ..Settings::default() };
        let vectors = vectors.learn(&settings);
        let near = |a: &str, b: &str| {
            let find = |w: &str| (0..vectors.len()).find(|&i| vectors.word(i) == w).unwrap();
            dot(vectors.unit(find(a)), vectors.unit(find(b)))
        };
        assert!(near("Ann", "Cy") > near("Ann", "Oslo") + 0.1);
        assert!(near("Lima", "Bonn") > near("Lima", "Di") + 0.1);
        let clusters = Clusters::learn(&vectors, 1);
        let bytes = clusters.write();
        assert_eq!(bytes, Clusters::learn(&vectors, 1).write());
        let again = Clusters::read(&bytes).unwrap();
        assert_eq!(again.get("Rome"), clusters.get("Rome"));
        assert!(again.get("Rome").is_some() && again.get("Paris").is_none());
    }
}
