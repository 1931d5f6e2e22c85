//! How the parser is taught: `saidwho train syntax`.
//!
//! Two rounds for every table. The first learns with a row for every feature
//! it needs; the weightiest are given their places (see [`super::weights`]);
//! the second learns again with those features only, so that they make up for
//! what is gone. Then weights are rounded to four bits.
//!
//! The parser learns from its own mistakes, with the dynamic oracle for
//! arc-hybrid parsing (Goldberg & Nivre 2013): it mostly follows its own steps
//! and is told at each which ones still lead to the best tree within reach.
//! It learns on tags of the tagger, not of the teacher.
//!
//! Everything follows from the sentences, their order and the options: the
//! same input gives the same bytes.

mod oracle;
mod perceptron;

use std::collections::BTreeMap;
use std::time::Instant;

use super::arcs::{self, Class, LABEL_WIDTH, State, Step, WIDTH};
use super::weights::{self, Table};
use super::{Label, Parse, ParsedSentence, Parser, Scratch, Tag, model, tagger};
use crate::learn::file::{ModelError, Reader, Writer};
use crate::learn::hash::Key;
use oracle::Gold;
use perceptron::Perceptron;

/// Size and length of training.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of the order of sentences.
    pub seed: u64,
    /// Times all sentences are read in the first rounds, which choose features.
    pub first_passes: usize,
    /// Times the tagger reads all sentences in its second round.
    pub tagger_passes: usize,
    /// Times the parser reads all sentences in its second round.
    pub passes: usize,
    /// Logarithm (base 2) of the number of sets of sixteen rows in each table.
    pub bits: Bits,
}

/// Table sizes: rows = 16 · 2^bits.
#[derive(Clone, Copy, Debug)]
pub struct Bits {
    /// Dictionary: 3 bytes a row.
    pub words: u32,
    /// Tagger: 26 bytes a row.
    pub tagger: u32,
    /// Steps: 18 bytes a row.
    pub arcs: u32,
    /// Rare labels: 26 bytes a row.
    pub labels: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 1,
            first_passes: 1,
            tagger_passes: 2,
            passes: 3,
            bits: Bits { words: 13, tagger: 12, arcs: 14, labels: 8 },
        }
    }
}

/// Agreement with a teacher, in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// All tokens.
    pub tokens: usize,
    /// Tokens with the teacher's tag.
    pub tags: usize,
    /// Tokens that are not punctuation to the teacher.
    pub words: usize,
    /// Of these, how many have the right head: UAS.
    pub heads: usize,
    /// Of these, how many have the right head and label: LAS.
    pub labels: usize,
}

impl Agreement {
    /// Compares a parser with parsed sentences.
    pub fn measure(parser: &Parser<'_>, sentences: &[ParsedSentence]) -> Self {
        let (mut scratch, mut parse) = (Scratch::default(), Parse::default());
        let mut sum = Agreement::default();
        for gold in sentences {
            let words: Vec<&str> = gold.words.iter().map(String::as_str).collect();
            parser.parse(&words, &mut scratch, &mut parse);
            for at in 0..words.len() {
                sum.tokens += 1;
                sum.tags += usize::from(parse.tags[at] == gold.tags[at]);
                if gold.labels[at] == Label::Punctuation {
                    continue;
                }
                sum.words += 1;
                let head = parse.heads[at] == gold.heads[at];
                sum.heads += usize::from(head);
                sum.labels += usize::from(head && parse.labels[at] == gold.labels[at]);
            }
        }
        sum
    }
}

impl std::fmt::Display for Agreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        write!(
            f,
            "{} tokens: tags {:.2} %; without punctuation UAS {:.2} %, LAS {:.2} %",
            self.tokens,
            share(self.tags, self.tokens),
            share(self.heads, self.words),
            share(self.labels, self.words)
        )
    }
}

/// Teaches a parser and returns its model file. `progress` is told what happens.
///
/// # Errors
/// When there are no sentences to learn every kind of step from, or the
/// tables do not come out as they went in (a fault of the program).
pub fn train(
    sentences: &[ParsedSentence],
    options: &Options,
    progress: &mut dyn FnMut(String),
) -> Result<Vec<u8>, ModelError> {
    let begun = Instant::now();
    let mut tell = |what: String| progress(format!("{:4.0} s  {what}", begun.elapsed().as_secs_f64()));
    let tags = tags_by_frequency(sentences);
    let words = dictionary(sentences, &tags, options.bits.words);
    tell(format!("{} sentences, {} tags", sentences.len(), tags.len()));
    let tagger = train_tagger(sentences, &tags, &words, options, &mut tell)?;
    let classes = classes(sentences);
    let mut tables = model::Tables {
        words,
        tagger,
        arcs: empty::<{ arcs::BYTES }>(),
        labels: empty::<{ arcs::LABEL_BYTES }>(),
    };
    // The tagger is done: the parser learns on its tags.
    let unfinished = model::write(&tags, &classes, &tables);
    let parser = Parser::open(&unfinished)?;
    let mut learner = Learner { parser: &parser, classes: &classes, sentences, options };
    let (arcs, labels) = learner.run(&mut tell);
    tables.arcs = arcs;
    tables.labels = labels;
    Ok(model::write(&tags, &classes, &tables))
}

fn empty<const B: usize>() -> Vec<u8> {
    let mut bytes = Vec::new();
    weights::write::<B>(1, &[], &mut bytes);
    bytes
}

/// A fixed sequence of random numbers (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, (self.next() % (at as u64 + 1)) as usize);
        }
    }
}

/// The tags that occur, the most frequent first; not more than a row has room for.
fn tags_by_frequency(sentences: &[ParsedSentence]) -> Vec<Tag> {
    let mut counts = BTreeMap::<Tag, usize>::new();
    for tag in sentences.iter().flat_map(|sentence| &sentence.tags) {
        *counts.entry(*tag).or_default() += 1;
    }
    let mut tags: Vec<_> = counts.into_iter().collect();
    tags.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    tags.truncate(tagger::WIDTH);
    tags.into_iter().map(|(tag, _)| tag).collect()
}

/// Which class of the tagger a tag is.
fn class_of_tag(tags: &[Tag]) -> Vec<Option<u8>> {
    let class = |tag| tags.iter().position(|t| t == tag).map(|at| at as u8);
    Tag::ALL.iter().map(class).collect()
}

/// Words seen three times or more, with their usual tags.
fn dictionary(sentences: &[ParsedSentence], tags: &[Tag], bits: u32) -> Vec<u8> {
    const SEEN: u32 = 3;
    let class = class_of_tag(tags);
    let mut written = BTreeMap::<u64, BTreeMap<u8, u32>>::new();
    let mut lowered = BTreeMap::<u64, u32>::new();
    let mut buffer = String::new();
    for sentence in sentences {
        for (word, tag) in sentence.words.iter().zip(&sentence.tags) {
            let word = super::words::Word::new(word, &mut buffer);
            *lowered.entry(word.lower).or_default() += 1;
            if let Some(class) = class[*tag as usize] {
                *written.entry(word.exact).or_default().entry(class).or_default() += 1;
            }
        }
    }
    let mut entries = BTreeMap::<Key, (u32, tagger::Entry)>::new();
    for (hash, counts) in written {
        let seen: u32 = counts.values().sum();
        let Some((&tag, &most)) =
            counts.iter().max_by_key(|(tag, count)| (**count, std::cmp::Reverse(**tag)))
        else {
            continue;
        };
        if seen >= SEEN {
            let sure = seen >= 50 && f64::from(most) >= 0.998 * f64::from(seen);
            entries.insert(tagger::entry_key(hash), (seen, tagger::Entry::tagged(tag, sure)));
        }
    }
    for (hash, seen) in lowered {
        if seen >= SEEN {
            let (count, entry) = entries.entry(tagger::entry_key(hash)).or_insert((0, tagger::Entry::NONE));
            *count = (*count).max(seen);
            *entry = entry.common();
        }
    }
    let candidates = entries.iter().map(|(&key, &(seen, _))| (seen as f32, key)).collect();
    let placed = weights::place(1 << bits, candidates);
    let rows: Vec<_> = placed.iter().map(|&(key, at)| (key, at, [entries[&key].1.0])).collect();
    let mut bytes = Vec::new();
    weights::write(1 << bits, &rows, &mut bytes);
    bytes
}

/// Opens one table outside a model file.
fn with_table<const W: usize, R>(
    bytes: &[u8],
    then: impl FnOnce(Table<'_, W>) -> R,
) -> Result<R, ModelError> {
    let mut writer = Writer::new("table", 0);
    writer.section("table", bytes);
    let file = writer.finish();
    let table = Table::read(&mut Reader::open(&file, "table", 0)?.section("table")?)?;
    Ok(then(table))
}

/// Keeps what fits into 2^bits sets.
fn prune<const W: usize>(learned: &Perceptron<W>, bits: u32) -> Vec<(Key, usize)> {
    weights::place(1 << bits, learned.importance())
}

/// Rounds and lays out.
fn finish<const W: usize, const B: usize>(
    learned: &Perceptron<W>,
    placed: &[(Key, usize)],
    bits: u32,
) -> Vec<u8> {
    let row = |key| weights::quantise::<B>(&learned.scaled(key, weights::UNITS));
    let rows: Vec<_> = placed.iter().map(|&(key, at)| (key, at, row(key))).collect();
    let mut bytes = Vec::new();
    weights::write(1 << bits, &rows, &mut bytes);
    bytes
}

fn train_tagger(
    sentences: &[ParsedSentence],
    tags: &[Tag],
    words: &[u8],
    options: &Options,
    tell: &mut dyn FnMut(String),
) -> Result<Vec<u8>, ModelError> {
    let class = class_of_tag(tags);
    with_table(words, |dictionary: Table<'_, 1>| {
        let mut scratch = Scratch::default();
        let mut learn =
            |learned: &mut Perceptron<{ tagger::WIDTH }>, passes, tell: &mut dyn FnMut(String)| {
                let mut random = Random::new(options.seed);
                let mut order: Vec<usize> = (0..sentences.len()).collect();
                for pass in 1..=passes {
                    random.shuffle(&mut order);
                    let (mut wrong, mut all) = (0usize, 0usize);
                    for sentence in order.iter().map(|&at| &sentences[at]) {
                        scratch.look(&dictionary, sentence.words.iter().map(String::as_str));
                        let Scratch { words, hints, tags: given, .. } = &mut scratch;
                        given.clear();
                        for (at, hint) in hints.iter().enumerate() {
                            let tag = hint.sure.unwrap_or_else(|| {
                                let features = tagger::features(words, hints, given, at);
                                let tag = tagger::best(&learned.score(&features)[..tags.len()]);
                                all += 1;
                                if let Some(right) = class[sentence.tags[at] as usize].map(usize::from)
                                    && right != tag
                                {
                                    learned.update(&features, right, tag);
                                    wrong += 1;
                                }
                                tag as u8
                            });
                            given.push(tag);
                        }
                        learned.tick();
                    }
                    tell(format!(
                        "tagger, pass {pass}: {:.2} % of unsure words wrong, {} features",
                        100.0 * wrong as f64 / all.max(1) as f64,
                        learned.len()
                    ));
                }
                learned.average();
            };
        let mut first = Perceptron::open();
        learn(&mut first, options.first_passes, tell);
        let placed = prune(&first, options.bits.tagger);
        drop(first);
        let mut second = Perceptron::closed(placed.iter().map(|p| p.0));
        learn(&mut second, options.tagger_passes, tell);
        finish::<_, { tagger::BYTES }>(&second, &placed, options.bits.tagger)
    })
}

/// The steps with their labels: shift, the most frequent labels of each
/// direction, and one class for the other labels of each direction.
fn classes(sentences: &[ParsedSentence]) -> Vec<Class> {
    const OWN: [usize; 2] = [13, WIDTH - 16];
    // With the shift and the two classes of rare labels, that fills a row.
    let mut counts = [vec![0usize; Label::ALL.len()], vec![0; Label::ALL.len()]];
    let mut total = 0;
    for sentence in sentences {
        for (at, (&head, &label)) in sentence.heads.iter().zip(&sentence.labels).enumerate() {
            // The root is the dependent of what comes after the last token.
            let rightward = (head as usize) < at;
            counts[usize::from(rightward)][label as usize] += 1;
            total += 1;
        }
    }
    let mut classes = vec![Class { step: Step::Shift, labels: Vec::new() }];
    for ((step, counts), own) in [Step::Left, Step::Right].into_iter().zip(&counts).zip(OWN) {
        let mut labels: Vec<Label> = Label::ALL.iter().copied().filter(|&l| counts[l as usize] > 0).collect();
        labels.sort_by_key(|&label| (std::cmp::Reverse(counts[label as usize]), label));
        let frequent = labels.iter().take_while(|&&label| counts[label as usize] > total / 20_000).count();
        let rare = labels.split_off(frequent.min(own));
        classes.extend(labels.into_iter().map(|label| Class { step, labels: vec![label] }));
        if !rare.is_empty() || frequent == 0 {
            let labels = if rare.is_empty() { vec![Label::Unclassified] } else { rare };
            classes.push(Class { step, labels });
        }
    }
    classes
}

/// Teaches steps and labels.
struct Learner<'a> {
    parser: &'a Parser<'a>,
    classes: &'a [Class],
    sentences: &'a [ParsedSentence],
    options: &'a Options,
}

impl Learner<'_> {
    fn run(&mut self, tell: &mut dyn FnMut(String)) -> (Vec<u8>, Vec<u8>) {
        let bits = self.options.bits;
        let (mut arcs, mut labels) = (Perceptron::open(), Perceptron::open());
        self.learn(&mut arcs, &mut labels, self.options.first_passes, tell);
        let placed = (prune(&arcs, bits.arcs), prune(&labels, bits.labels));
        drop((arcs, labels));
        let mut arcs = Perceptron::closed(placed.0.iter().map(|p| p.0));
        let mut labels = Perceptron::closed(placed.1.iter().map(|p| p.0));
        self.learn(&mut arcs, &mut labels, self.options.passes, tell);
        (
            finish::<_, { arcs::BYTES }>(&arcs, &placed.0, bits.arcs),
            finish::<_, { arcs::LABEL_BYTES }>(&labels, &placed.1, bits.labels),
        )
    }

    fn learn(
        &self,
        arcs: &mut Perceptron<WIDTH>,
        labels: &mut Perceptron<LABEL_WIDTH>,
        passes: usize,
        tell: &mut dyn FnMut(String),
    ) {
        /// Words read before the parser's own steps are followed.
        const LED: usize = 100_000;
        let mut random = Random::new(self.options.seed);
        let mut order: Vec<usize> =
            (0..self.sentences.len()).filter(|&at| self.sentences[at].is_projective()).collect();
        let class_of = self.class_of_label();
        let (mut scratch, mut parse) = (Scratch::default(), Parse::default());
        let mut gold = Gold::default();
        let mut read = 0;
        for pass in 1..=passes {
            random.shuffle(&mut order);
            let (mut wrong, mut all) = (0usize, 0usize);
            for sentence in order.iter().map(|&at| &self.sentences[at]) {
                let words: Vec<&str> = sentence.words.iter().map(String::as_str).collect();
                read += words.len();
                self.parser.tag(&words, &mut scratch, &mut parse);
                let Scratch { words, entries, state, .. } = &mut scratch;
                state.start(words, &parse.tags, |at| entries[at]);
                gold.set(&sentence.heads);
                while !state.is_done() {
                    let possible = state.possible();
                    if possible == [true, false, false] {
                        state.shift();
                        continue;
                    }
                    let features = state.features();
                    let scores = arcs.score(&features);
                    let best = arcs::best(&scores, self.classes, possible);
                    let right = self.right_class(&scores, state, sentence, &gold, &class_of);
                    all += 1;
                    if right != best {
                        arcs.update(&features, right, best);
                        wrong += 1;
                    }
                    let follow = if read > LED && random.next() % 10 < 9 { best } else { right };
                    self.step(follow, state, sentence, labels);
                }
                arcs.tick();
                labels.tick();
            }
            tell(format!(
                "parser, pass {pass}: {:.2} % of steps wrong, {} features, {} of labels",
                100.0 * wrong as f64 / all.max(1) as f64,
                arcs.len(),
                labels.len()
            ));
        }
        arcs.average();
        labels.average();
    }

    /// Class of each label for left and right steps.
    fn class_of_label(&self) -> [Vec<Option<usize>>; 2] {
        [Step::Left, Step::Right].map(|step| {
            let class = |label| {
                self.classes.iter().position(|class| class.step == step && class.labels.contains(label))
            };
            Label::ALL.iter().map(class).collect()
        })
    }

    /// The best class among those that lose nothing (or the least).
    fn right_class(
        &self,
        scores: &[f32; WIDTH],
        state: &State,
        sentence: &ParsedSentence,
        gold: &Gold,
        class_of: &[Vec<Option<usize>>; 2],
    ) -> usize {
        let possible = state.possible();
        let costs = gold.costs(state);
        let least = (0..3).filter(|&step| possible[step]).map(|step| costs[step]).min().unwrap_or(0);
        // An arc of the teacher's tree must also get the teacher's label.
        let wanted = [Step::Left, Step::Right].map(|step| {
            let (dependent, head) = state.arc(step)?;
            if gold.head(dependent) != head {
                return None;
            }
            class_of[step as usize - 1][sentence.labels[dependent as usize] as usize]
        });
        let mut right: Option<usize> = None;
        for (at, class) in self.classes.iter().enumerate() {
            let step = class.step as usize;
            let labelled = step == 0 || wanted[step - 1].is_none_or(|class| class == at);
            if possible[step]
                && costs[step] == least
                && labelled
                && right.is_none_or(|best| scores[at] > scores[best])
            {
                right = Some(at);
            }
        }
        right.unwrap_or_else(|| arcs::best(scores, self.classes, possible))
    }

    /// Takes a step, and learns its label where there is a choice.
    fn step(
        &self,
        class: usize,
        state: &mut State,
        sentence: &ParsedSentence,
        labels: &mut Perceptron<LABEL_WIDTH>,
    ) {
        let class = &self.classes[class];
        let Some((dependent, head)) = state.arc(class.step) else {
            state.shift();
            return;
        };
        let mut seen = None;
        let label = arcs::choose_label(class, || {
            let features = state.label_features(dependent, head);
            seen = Some(features);
            labels.score(&features)
        });
        let right = sentence.labels[dependent as usize];
        let right_head = match sentence.heads[dependent as usize] {
            root if root == dependent => state.root(),
            head => head,
        };
        if let Some(features) = seen
            && right_head == head
            && label != right
            && class.labels.contains(&right)
        {
            labels.update(&features, right as usize, label as usize);
        }
        state.attach(dependent, head, label);
    }
}
