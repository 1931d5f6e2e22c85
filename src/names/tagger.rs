//! The trained judge: a CRF over the features of [`super::features`].
//!
//! Most of a text holds no names. Only *islands* are labelled: stretches
//! around capitalised words and list matches; every other token is no name.
//! The model is trained on the same islands.

use std::ops::Range;

use super::evidence::PHRASES;
use super::features::{Feature, REACH, VERSION, in_context, of_nothing, of_word};
use super::memory::Memory;
use super::reading::Reading;
use super::words::{Word, flag};
use crate::annotations::EntityType;
use crate::deadline::Deadline;
use crate::learn::calibration::Calibration;
use crate::learn::crf::{Crf, Features, Lattice};
use crate::learn::file::{ModelError, Reader, Writer};
use crate::learn::hash::Key;
use crate::learn::labels::{Label, Labels, spans};

/// What the file is a model of.
pub(crate) const KIND: &str = "names";

/// A trained tagger.
#[derive(Clone, Debug)]
pub struct Tagger {
    pub(crate) crf: Crf,
    /// From the probability of a span to the confidence of a mention.
    pub(crate) calibration: Calibration,
    /// The types of its spans by number; none for types that are learned to
    /// be told apart and dropped.
    pub(super) kinds: Vec<Option<EntityType>>,
}

/// A span that the tagger takes for a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tagged {
    /// Tokens.
    pub tokens: Range<usize>,
    /// Number of the type.
    pub kind: u8,
    /// Probability of exactly this span and type, before calibration.
    pub probability: f32,
}

/// Memory that is used again.
#[derive(Default)]
pub(crate) struct Scratch {
    islands: Vec<Range<usize>>,
    lattice: Lattice,
    labelling: Vec<Label>,
    keys: Vec<Key>,
    sums: Sums,
}

/// Scores that depend on a word and its distance alone, by word.
#[derive(Default)]
struct Sums {
    /// Words × distances × stride; `UNKNOWN` until summed.
    rows: Vec<i32>,
    /// The sum for the token at hand.
    row: Vec<i32>,
    keys: Vec<Key>,
}

const DISTANCES: usize = 2 * REACH + 1;
const UNKNOWN: i32 = i32::MIN;

impl Scratch {
    /// Forgets what it knows about words: their numbers have changed.
    pub fn forget_words(&mut self) {
        self.sums.rows.clear();
    }
}

impl Tagger {
    /// A tagger of a trained CRF with labels made by [`Labels::bilou`].
    pub(crate) fn new(crf: Crf, calibration: Calibration) -> Self {
        let labels = crf.labels();
        let names =
            (1..labels.len()).step_by(4).map(|first| labels.name(first as Label).trim_start_matches("B-"));
        let kinds = names.map(|name| EntityType::ALL.into_iter().find(|kind| kind.name() == name)).collect();
        Tagger { crf, calibration, kinds }
    }

    /// The names of its types, also of those that are dropped.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        let labels = self.crf.labels();
        (1..labels.len()).step_by(4).map(|first| labels.name(first as Label).trim_start_matches("B-"))
    }

    /// The type with number `kind`; none for one that is dropped.
    pub(crate) fn kind(&self, kind: u8) -> Option<EntityType> {
        self.kinds.get(kind as usize).copied().flatten()
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// When it is no model of names, one of another version, or damaged.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let reader = Reader::open(bytes, KIND, VERSION)?;
        let crf = Crf::read(&mut reader.section("crf")?)?;
        let calibration = Calibration::read(&mut reader.section("calibration")?)?;
        let kinds = (crf.labels().len() - 1) / 4;
        let types: Vec<String> = (0..kinds)
            .map(|k| crf.labels().name(1 + 4 * k as Label).trim_start_matches("B-").to_owned())
            .collect();
        if *crf.labels() != Labels::bilou(&types) {
            return Err(ModelError::malformed("crf", "its labels are not those of spans"));
        }
        Ok(Tagger::new(crf, calibration))
    }

    /// Writes a model file.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new(KIND, VERSION);
        writer.section("crf", &self.crf.write());
        writer.section("calibration", &self.calibration.write());
        writer.finish()
    }

    /// Appends the names of an article, in order; not all when the deadline passes.
    pub(crate) fn tag(
        &self,
        reading: &Reading<'_>,
        memory: &Memory,
        scratch: &mut Scratch,
        found: &mut Vec<Tagged>,
        deadline: Deadline,
    ) {
        let Scratch { islands: ranges, lattice, labelling, keys, sums } = scratch;
        for sentence in reading.sentences().take_while(|_| !deadline.passed()) {
            islands(reading, &sentence, ranges);
            for island in ranges.iter() {
                self.crf.begin(lattice);
                for at in island.clone() {
                    keys.clear();
                    sums.clear_row(self.crf.table().stride());
                    for distance in -(REACH as isize)..=REACH as isize {
                        match at.checked_add_signed(distance).filter(|i| sentence.contains(i)) {
                            Some(other) => {
                                sums.add(&self.crf, reading.word(other), reading.words[other], distance)
                            }
                            None => keys.push(of_nothing(distance).key()),
                        }
                    }
                    in_context(reading, memory, &sentence, at, &mut |feature| keys.push(feature.key()));
                    self.crf.push_unit(keys, &sums.row, lattice);
                }
                self.crf.best(lattice, labelling);
                if labelling.iter().all(|&label| label == 0) {
                    continue;
                }
                self.crf.marginals(lattice);
                found.extend(spans(labelling).map(|(range, kind)| Tagged {
                    probability: self.crf.path_probability(lattice, range.start, &labelling[range.clone()]),
                    tokens: island.start + range.start..island.start + range.end,
                    kind,
                }));
            }
        }
    }
}

impl Sums {
    /// Begins a token.
    fn clear_row(&mut self, stride: usize) {
        self.row.clear();
        self.row.resize(stride, 0);
    }

    /// Adds the scores of word number `number`, which stands at `distance`.
    fn add(&mut self, crf: &Crf, word: &Word, number: u32, distance: isize) {
        let stride = crf.table().stride();
        let start = (number as usize * DISTANCES + distance.wrapping_add_unsigned(REACH) as usize) * stride;
        if self.rows.len() < start + stride {
            self.rows.resize(start + stride, UNKNOWN);
        }
        let row = &mut self.rows[start..start + stride];
        if row[0] == UNKNOWN {
            row.fill(0);
            self.keys.clear();
            of_word(word, distance, &mut |feature| self.keys.push(feature.key()));
            crf.table().add(&self.keys, row);
        }
        for (sum, score) in self.row.iter_mut().zip(row) {
            *sum += *score;
        }
    }
}

/// All features of a token, as the model is trained on them.
pub(crate) fn features(
    reading: &Reading<'_>,
    memory: &Memory,
    sentence: &Range<usize>,
    at: usize,
    push: &mut impl FnMut(Feature),
) {
    for distance in -(REACH as isize)..=REACH as isize {
        match at.checked_add_signed(distance).filter(|i| sentence.contains(i)) {
            Some(other) => of_word(reading.word(other), distance, push),
            None => push(of_nothing(distance)),
        }
    }
    in_context(reading, memory, sentence, at, push);
}

/// The features of an island.
pub(crate) fn island_features(
    reading: &Reading<'_>,
    memory: &Memory,
    sentence: &Range<usize>,
    island: &Range<usize>,
    to: &mut Features,
) {
    to.clear();
    for at in island.clone() {
        features(reading, memory, sentence, at, &mut |feature| to.push(feature.key()));
        to.end_unit();
    }
}

/// Whether a name may begin or end at this token.
fn active(reading: &Reading<'_>, at: usize) -> bool {
    let word: &Word = reading.word(at);
    word.is(flag::CAPITAL | flag::MIXED | flag::SMALL_PLACE)
        || reading.evidence[at][..PHRASES].iter().any(|found| found.length > 0)
}

/// Tokens around an active one that belong to its island.
const MARGIN: usize = 1;
/// Islands that are no further apart than this are one.
const GAP: usize = 3;

/// The islands of a sentence, in order.
pub(crate) fn islands(reading: &Reading<'_>, sentence: &Range<usize>, islands: &mut Vec<Range<usize>>) {
    islands.clear();
    for at in sentence.clone().filter(|&at| active(reading, at)) {
        let (start, end) =
            (at.saturating_sub(MARGIN).max(sentence.start), (at + 1 + MARGIN).min(sentence.end));
        match islands.last_mut() {
            Some(last) if start <= last.end + GAP - 2 * MARGIN => last.end = end,
            _ => islands.push(start..end),
        }
    }
}
