//! Why a name was found, the lists it hit and the features that counted, and why its entity took it.

use super::entities::Bond;
use super::features::{Feature, template as t};
use super::reading::Reading;
use super::tagger::{Tagger, features};
use super::{Names, Scratch};
use crate::Annotations;
use crate::annotations::Mention;
use crate::learn::labels::{Label, mark};

/// Why a mention is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The list entries that match it, or a part of it.
    pub lists: Vec<Listed>,
    /// The features that spoke most for it, strongest first.
    pub reasons: Vec<Reason>,
    /// The features that spoke most against it.
    pub doubts: Vec<Reason>,
    /// Why its entity took it; none for the name that the entity's others joined.
    pub bond: Option<Bond>,
}

/// An entry of a list that matches a mention or a part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The words that match.
    pub words: String,
    /// The list's name for it.
    pub name: String,
    /// person, organization or place, and the list's finer type.
    pub kind: String,
    /// The list.
    pub list: String,
}

/// A feature that counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The word of the mention that has it.
    pub word: String,
    /// What it says.
    pub feature: String,
    /// How much it adds to the score of the label, against the label's mean.
    pub weight: f32,
}

/// Most reasons that are given.
const MOST: usize = 8;

impl Names {
    /// Explains each mention of an article that [`Names::annotate`] has just read with `scratch`.
    pub fn explain(&self, text: &str, found: &Annotations, scratch: &Scratch) -> Vec<Explanation> {
        let desk = &scratch.desk;
        let reading = desk.page.reading(text, found, &desk.vocabulary);
        let explain = |(id, mention)| Explanation {
            bond: scratch.bonds.get(id).copied().flatten(),
            ..self.explain_one(&reading, mention, scratch)
        };
        found.mentions.iter().enumerate().map(explain).collect()
    }

    fn explain_one(&self, reading: &Reading<'_>, mention: &Mention, scratch: &Scratch) -> Explanation {
        let lists = self.reader.lists();
        let within = |range: &std::ops::Range<u32>| {
            mention.tokens.start <= range.start && range.end <= mention.tokens.end
        };
        let mut listed = Vec::new();
        for hit in scratch.desk.finder.hits.iter().filter(|hit| within(&hit.tokens)) {
            let words = reading.found.span_of(hit.tokens.clone()).of(reading.source);
            listed.extend(lists.entries(hit.name).map(|entry| Listed {
                words: words.to_owned(),
                name: entry.name(),
                kind: match entry.subtype() {
                    "" => entry.kind().to_string(),
                    subtype => format!("{}, {subtype}", entry.kind()),
                },
                list: entry.list().to_owned(),
            }));
        }
        let mut reasons = weigh(&self.tagger, reading, &scratch.desk.memory, mention);
        reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let doubts = reasons.iter().rev().take_while(|r| r.weight < 0.0).take(MOST / 2).cloned().collect();
        reasons.retain(|reason| reason.weight > 0.0);
        reasons.truncate(MOST);
        Explanation { lists: listed, reasons, doubts, bond: None }
    }
}

/// What each feature of a mention's tokens adds to the labels that make it one.
fn weigh(
    tagger: &Tagger,
    reading: &Reading<'_>,
    memory: &super::memory::Memory,
    mention: &Mention,
) -> Vec<Reason> {
    let tokens = mention.tokens.start as usize..mention.tokens.end as usize;
    let Some(kind) = (0..=u8::MAX).find(|&kind| tagger.kind(kind) == Some(mention.kind)) else {
        return Vec::new();
    };
    let mut labels: Vec<Label> = vec![0; tokens.len()];
    mark(&mut labels, 0..tokens.len(), kind);
    let Some(sentence) = reading.sentences().find(|s| s.contains(&tokens.start)) else { return Vec::new() };
    let table = tagger.crf.table();
    let mut reasons = Vec::new();
    for (at, label) in tokens.zip(labels) {
        features(reading, memory, &sentence, at, &mut |feature: Feature| {
            let Some(row) = table.get(feature.key()) else { return };
            let count = tagger.crf.labels().len();
            let mean = row[..count].iter().map(|&w| f32::from(w)).sum::<f32>() / count as f32;
            let weight = (f32::from(row[label as usize]) - mean) * table.scale();
            reasons.push(Reason {
                word: reading.text(at).to_owned(),
                feature: describe(feature.template, reading, &sentence, at),
                weight,
            });
        });
    }
    reasons
}

/// What a template looks at, with the words it finds there.
fn describe(template: u16, reading: &Reading<'_>, sentence: &std::ops::Range<usize>, at: usize) -> String {
    let word = |i: Option<usize>| i.filter(|i| sentence.contains(i)).map_or("nothing", |i| reading.text(i));
    let left = || word(at.checked_sub(1));
    let right = || word(Some(at + 1));
    let run = reading.run(at);
    let before = || word(run.start.checked_sub(1));
    let after = || word(Some(run.end));
    let text = reading.text(at);
    match template {
        t::BIAS => "how common the type is".to_owned(),
        t::EXACT | t::LOW => format!("the word \"{text}\""),
        t::SHAPE | t::FULL_SHAPE => format!("a word written like \"{text}\""),
        6..=8 => "how the word begins".to_owned(),
        9..=11 => "how the word ends".to_owned(),
        t::FLAG => "a property of the word: capital, title, head of a name …".to_owned(),
        t::GIVEN_SURNAME | t::GIVEN | t::SURNAME | t::COMMON_NAME => {
            "known as a given name or surname".to_owned()
        }
        34..=36 => "used like other words of its cluster".to_owned(),
        37..=41 => "how often it stands in listed names".to_owned(),
        100..=199 => {
            let distance = ((template - t::NEIGHBOUR) / 20) as isize - 2;
            format!("\"{}\" at {distance:+}", word(at.checked_add_signed(distance)))
        }
        t::PART | t::SAYS | t::AMBIGUOUS | t::KINDS => "a list has it".to_owned(),
        t::LEFT_PART | t::LEFT_SAYS => format!("a list has \"{}\" to the left", left()),
        t::RIGHT_PART | t::RIGHT_SAYS => format!("a list has \"{}\" to the right", right()),
        206 | 207 => "a list has a word nearby".to_owned(),
        t::NAME_LEFT => format!("\"{}\" and it as parts of a person's name", left()),
        t::NAME_RIGHT => format!("it and \"{}\" as parts of a person's name", right()),
        t::AROUND_LOW | t::CLUSTERS_AROUND => format!("between \"{}\" and \"{}\"", left(), right()),
        213..=219 => format!("how it and its neighbours \"{}\", \"{}\" are written", left(), right()),
        t::CLUSTER_LEFT => format!("its cluster after that of \"{}\"", left()),
        t::CLUSTER_RIGHT => format!("its cluster before that of \"{}\"", right()),
        223..=226 => "how often the words of the run stand in listed names".to_owned(),
        227..=231 => "no space to its neighbour".to_owned(),
        232..=237 => "where in its line it stands, how the line is written".to_owned(),
        t::RUN_LENGTH | t::RUN_POSITION => "its place in a run of capitalised words".to_owned(),
        t::RUN_BEFORE | t::RUN_BEFORE_CLUSTER => format!("\"{}\" before the run", before()),
        t::RUN_AFTER | t::RUN_AFTER_CLUSTER => format!("\"{}\" after the run", after()),
        t::RUN_END_WORD => format!("the run ends in \"{}\"", word(run.end.checked_sub(1))),
        t::RUN_FIRST_WORD => format!("the run begins with \"{}\"", word(Some(run.start))),
        248..=254 => "the run that a comma or a small word joins to it".to_owned(),
        t::BRACKETED | t::BEFORE_BRACKET => "a short form in brackets".to_owned(),
        t::DIGIT_NAME => "a number beside the name".to_owned(),
        t::SMALL_ELSEWHERE => "written small elsewhere".to_owned(),
        t::CAPITAL_INSIDE => "a capital within a sentence elsewhere".to_owned(),
        t::REPEATED => "it occurs again".to_owned(),
        t::SEEN_CONTEXT => "what it stands beside elsewhere: a title, \"said\", \"in\" …".to_owned(),
        t::ACRONYM | t::ACRONYM_HEAD => "the initials of a longer name in the article".to_owned(),
        t::NEIGHBOUR_LEFT | t::NEIGHBOUR_RIGHT => "its neighbours elsewhere in the article".to_owned(),
        308..=314 => "a longer name elsewhere that holds it".to_owned(),
        other => format!("template {other}"),
    }
}
