//! Dependency arcs by shift, left and right.
//!
//! The arc-hybrid system of Kuhlmann, Gómez-Rodríguez & Satta (2011), greedy,
//! with the root behind the last token. Three kinds of step: *shift* the next
//! token onto the stack; make the stack's top a dependent of the next token
//! (*left*) or of the token below it (*right*), which takes it off. A sentence
//! of n tokens takes 2n steps. Every tree that comes out is projective and
//! has one root.
//!
//! Features: the templates of Zhang & Nivre (2011), plus what stands between
//! two tokens (finite verbs, commas, whether a quotation is open), which
//! decides most attachments in reported speech.

use super::weights::{Table, key};
use super::words::{Mark, Word};
use super::{Label, Tag};
use crate::learn::hash::Key;
use crate::processor::for_processors;

/// Bytes of a row of steps.
pub(super) const BYTES: usize = 16;
/// Step classes a row has room for.
pub(super) const WIDTH: usize = 2 * BYTES - 1;
/// Features of one step.
pub(super) const FEATURES: usize = 72;
/// Bytes of a row of labels.
pub(super) const LABEL_BYTES: usize = 24;
/// Labels a row has room for.
pub(super) const LABEL_WIDTH: usize = 2 * LABEL_BYTES - 1;
/// Features of one label.
pub(super) const LABEL_FEATURES: usize = 21;

/// The kinds of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Step {
    Shift,
    Left,
    Right,
}

const _: () = assert!(Label::ALL.len() <= LABEL_WIDTH);

/// A step together with the labels it may give: frequent labels are classes
/// of their own, the rare ones of each direction share one and are told apart
/// by a second table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub step: Step,
    pub labels: Vec<Label>,
}

// What stands where there is no token; any values that no token has.
const NO_WORD: u64 = 3;
const ROOT_WORD: u64 = 5;
const NO_TAG: u64 = 301;
const ROOT_TAG: u64 = 302;
const NO_LABEL: u64 = 401;
const NO_VERB: u64 = 500;
const NO_COUNT: u8 = 9;

/// A sentence half parsed.
///
/// All columns have two places more than the sentence has tokens: the root,
/// and "nothing", which is what a missing token points to. So nothing here
/// asks whether a token exists.
#[derive(Default)]
pub(super) struct State {
    tokens: u32,
    next: u32,
    stack: Vec<u32>,
    word: Vec<u64>,
    tag: Vec<u64>,
    label: Vec<u64>,
    head: Vec<u32>,
    /// Leftmost and second leftmost dependent.
    left: Vec<[u32; 2]>,
    /// Rightmost and second rightmost dependent.
    right: Vec<[u32; 2]>,
    lefts: Vec<u8>,
    rights: Vec<u8>,
    /// Finite verbs, commas and quotation marks before each place.
    before: Vec<[u32; 3]>,
    /// Tag of the next finite verb.
    verb: Vec<u64>,
}

impl State {
    /// Starts a sentence. `common(i)` tells whether the lower-cased form of token `i` is common.
    pub fn start(&mut self, words: &[Word], tags: &[Tag], common: impl Fn(usize) -> bool) {
        let tokens = words.len();
        let (root, none) = (tokens as u32, tokens as u32 + 1);
        self.tokens = root;
        self.next = 0;
        self.stack.clear();
        self.word.clear();
        self.word.extend(words.iter().enumerate().map(|(at, word)| {
            if common(at) { word.lower } else { u64::from(key(99, (word.ends[2], u64::from(word.shape), 0))) }
        }));
        self.word.extend([ROOT_WORD, NO_WORD]);
        self.tag.clear();
        self.tag.extend(tags.iter().map(|&tag| tag as u64 + 1));
        self.tag.extend([ROOT_TAG, NO_TAG]);
        let places = tokens + 2;
        refill(&mut self.label, places, NO_LABEL);
        refill(&mut self.head, places, none);
        refill(&mut self.left, places, [none; 2]);
        refill(&mut self.right, places, [none; 2]);
        refill(&mut self.lefts, places, 0);
        refill(&mut self.rights, places, 0);
        self.lefts[none as usize] = NO_COUNT;
        self.rights[none as usize] = NO_COUNT;
        self.before.clear();
        let mut count = [0u32; 3];
        for (word, tag) in words.iter().zip(tags) {
            self.before.push(count);
            count[0] += u32::from(tag.is_finite());
            count[1] += u32::from(word.mark == Mark::Comma);
            count[2] += u32::from(word.mark == Mark::Quote);
        }
        self.before.extend([count; 2]);
        refill(&mut self.verb, places, NO_VERB);
        let mut verb = 0;
        for (at, &tag) in tags.iter().enumerate().rev() {
            self.verb[at] = verb;
            if tag.is_finite() {
                verb = 1 + tag as u64;
            }
        }
    }

    /// The place of the root.
    pub fn root(&self) -> u32 {
        self.tokens
    }

    /// The next token, or the root.
    pub fn next(&self) -> u32 {
        self.next
    }

    /// The tokens that wait for a head, the latest last.
    pub fn stack(&self) -> &[u32] {
        &self.stack
    }

    /// Whether the tree is complete.
    pub fn is_done(&self) -> bool {
        self.next == self.tokens && self.stack.is_empty()
    }

    /// Which steps are possible: shift, left, right. Until the end, one at least.
    pub fn possible(&self) -> [bool; 3] {
        let waiting = self.stack.len();
        let at_root = self.next == self.tokens;
        [!at_root, waiting > 0 && !(at_root && waiting > 1), waiting > 1]
    }

    /// The token that a step would give a head, and that head.
    pub fn arc(&self, step: Step) -> Option<(u32, u32)> {
        let top = *self.stack.last()?;
        match step {
            Step::Shift => None,
            Step::Left => Some((top, self.next)),
            Step::Right => Some((top, *self.stack.get(self.stack.len().checked_sub(2)?)?)),
        }
    }

    /// Shifts.
    pub fn shift(&mut self) {
        self.stack.push(self.next);
        self.next += 1;
    }

    /// Makes the stack's top a dependent of `head`.
    pub fn attach(&mut self, dependent: u32, head: u32, label: Label) {
        self.stack.pop();
        self.head[dependent as usize] = head;
        self.label[dependent as usize] = label as u64;
        let at = head as usize;
        let (outer, count) = if dependent < head {
            (&mut self.left[at], &mut self.lefts[at])
        } else {
            (&mut self.right[at], &mut self.rights[at])
        };
        *outer = [dependent, outer[0]];
        *count = count.saturating_add(1);
    }

    /// The heads and labels found: the root's head is itself.
    pub fn finish(&self, heads: &mut Vec<u32>, labels: &mut Vec<Label>) {
        heads.clear();
        labels.clear();
        for at in 0..self.tokens {
            let head = self.head[at as usize];
            heads.push(if head >= self.tokens { at } else { head });
            labels.push(Label::ALL[self.label[at as usize] as usize]);
        }
    }

    fn nothing(&self) -> u32 {
        self.tokens + 1
    }

    /// The `depth`-th token of the stack from its top.
    fn waiting(&self, depth: usize) -> u32 {
        self.stack.len().checked_sub(depth + 1).map_or(self.nothing(), |at| self.stack[at])
    }

    /// Dependents on one side: 0, 1, 2, 3 or more, or that there is no token.
    fn few(count: u8) -> u64 {
        u64::from(if count == NO_COUNT { NO_COUNT } else { count.min(3) })
    }

    /// Finite verbs and commas (up to two) between two places, and whether a quotation opens or closes there.
    fn between(&self, a: u32, b: u32) -> u64 {
        if a > self.tokens || b > self.tokens {
            return 77;
        }
        let (from, to) = (self.before[a as usize + 1], self.before[b as usize]);
        let counts: [u32; 3] = std::array::from_fn(|kind| to[kind].wrapping_sub(from[kind]));
        u64::from(counts[0].min(2) + 3 * counts[1].min(2) + 9 * (counts[2] & 1))
    }

    /// The features of the step to choose.
    #[inline(always)]
    pub fn features(&self) -> [Key; FEATURES] {
        let nothing = self.nothing();
        let word = |at: u32| self.word[at as usize];
        let tag = |at: u32| self.tag[at as usize];
        let label = |at: u32| self.label[at as usize];
        let left = |at: u32| self.left[at as usize];
        let right = |at: u32| self.right[at as usize];
        // The stack's top, the two below it; the next token and the two after it.
        let (top, below, deep) = (self.waiting(0), self.waiting(1), self.waiting(2));
        let next = self.next;
        let (next1, next2) = ((next + 1).min(nothing), (next + 2).min(nothing));
        let (w0, w1, wb) = (word(top), word(below), word(next));
        let (t0, t1, tb) = (tag(top), tag(below), tag(next));
        let (tb1, tb2) = (tag(next1), tag(next2));
        // Outermost dependents.
        let ([l0, l0b], [r0, r0b]) = (left(top), right(top));
        let (l1, r1, lb) = (left(below)[0], right(below)[0], left(next)[0]);
        let lefts = |at: u32| Self::few(self.lefts[at as usize]);
        let rights = |at: u32| Self::few(self.rights[at as usize]);
        let valency = |at: u32| rights(at) | lefts(at) << 8;
        let distance = |a: u32, b: u32| {
            if a == nothing {
                return 0;
            }
            match b - a {
                near @ 0..=5 => u64::from(near),
                6..=9 => 6,
                10..=17 => 7,
                _ => 8,
            }
        };
        let far0 = distance(top, next);
        let far1 = distance(below, top);
        let (gap0, gap1) = (self.between(top, next), self.between(below, top));
        let t01 = t0 | t1 << 20;
        let t0b = t0 | tb << 20;
        let t1b = t1 | tb << 20;
        let t01b = t01 | tb << 40;
        let verb = self.verb[next as usize];
        let labels3 = |a: u32, b: u32, c: u32| label(a) | label(b) << 10 | label(c) << 20;
        let values = [
            (0, 0, 0),
            // single
            (w0, 0, 0),
            (t0, 0, 0),
            (w0, t0, 0),
            (w1, 0, 0),
            (t1, 0, 0),
            (w1, t1, 0),
            (wb, 0, 0),
            (tb, 0, 0),
            (wb, tb, 0),
            (word(next1), tb1, 0),
            (tb1, 0, 0),
            (word(next2), tb2, 0),
            (tb, tb1, tb2),
            // pairs and triples of words and tags
            (w0, wb, 0),
            (t0b, 0, 0),
            (w0, tb, 0),
            (t0, wb, 0),
            (w0, wb, t0b),
            (w0, w1, 0),
            (t01, 0, 0),
            (w1, t0, 0),
            (t1, w0, 0),
            (t0b, tb1, 0),
            (t01b, 0, 0),
            (tag(deep), t01, 0),
            (w1, t0b, 0),
            (t1b, w0, 0),
            (t01, wb, 0),
            (t01b, tb1, 0),
            (w1, w0, wb),
            (t0b, tb1 | tb2 << 20, 0),
            (w0, t1b, tb1),
            (w1, wb, t01b),
            // dependents: tags, labels, words
            (t0b, tag(l0), 0),
            (t0b, tag(r0), 0),
            (t01, tag(r1), 0),
            (t01, tag(l1), 0),
            (t0b, tag(lb), 0),
            (t0, label(l0), label(r0)),
            (t1, label(l1), label(r1)),
            (tb, label(lb), t0),
            (w0, label(r0), 0),
            (w1, label(r1), 0),
            (wb, label(lb), 0),
            (w0, label(l0), 0),
            (label(r0b), label(r0), t0),
            (label(l0b), label(l0), t0),
            (word(r0), t0b, 0),
            (word(l0), t0b, 0),
            (word(r1), t01, 0),
            (word(lb), t0b, 0),
            (t0b, labels3(r0, lb, r1), 0),
            (t01b, labels3(r1, r0, l0), 0),
            (word(r1), w1, t0),
            (word(r0), w0, tb),
            // number of dependents
            (w0, valency(top), 0),
            (t0, valency(top), 0),
            (w1, valency(below), 0),
            (t1, valency(below), 0),
            (tb, lefts(next), 0),
            (wb, lefts(next), 0),
            (t0b, valency(top), far0),
            // distance
            (t0b, far0, 0),
            (w0, far0, tb),
            (t01, far1, 0),
            (w1, t0, far1),
            // what stands between, what comes
            (t0b, gap0, 0),
            (t01, gap1, 0),
            (t01b, gap0, gap1),
            (w0, gap0, tb),
            (t0b, verb, 0),
        ];
        std::array::from_fn(|template| key(template, values[template]))
    }

    /// The features of the label of an arc about to be made.
    #[inline(always)]
    pub fn label_features(&self, dependent: u32, head: u32) -> [Key; LABEL_FEATURES] {
        let nothing = self.nothing();
        let word = |at: u32| self.word[at as usize];
        let tag = |at: u32| self.tag[at as usize];
        let label = |at: u32| self.label[at as usize];
        let ([l0, l0b], [r0, _]) = (self.left[dependent as usize], self.right[dependent as usize]);
        let ([hl, hlb], [hr, _]) = (self.left[head as usize], self.right[head as usize]);
        let leftward = u64::from(head > dependent);
        let (wd, wh, td, th) = (word(dependent), word(head), tag(dependent), tag(head));
        let tags = td | th << 20 | leftward << 50;
        let side = td | leftward << 30;
        let gap = self.between(dependent.min(head), dependent.max(head));
        let previous = dependent.checked_sub(1).unwrap_or(nothing);
        let after = (dependent + 1).min(nothing);
        let values = [
            (wd, leftward, 0),
            (tags, 0, 0),
            (wh, leftward, 0),
            (wd, wh, leftward),
            (wd, th, leftward),
            (wh, td, leftward),
            (tags, label(l0), 0),
            (tags, label(r0), 0),
            (tags, word(l0), 0),
            (tags, word(r0), 0),
            (tags, label(hr), 0),
            (tags, label(hl), 0),
            (tags, gap, 0),
            (tags, tag(previous), 0),
            (tags, tag(after), 0),
            (wh, word(l0), side),
            (wh, label(hr), side),
            (wd, tag(after), leftward),
            (tags, label(l0b), label(l0)),
            (wd, label(r0), leftward),
            (wh, word(hlb), td),
        ];
        std::array::from_fn(|template| key(200 + template, values[template]))
    }
}

/// Sets a column to `count` times `value`, and keeps its memory.
fn refill<T: Copy>(column: &mut Vec<T>, count: usize, value: T) {
    column.clear();
    column.resize(count, value);
}

/// The best possible class.
pub(super) fn best<S: PartialOrd + Copy>(scores: &[S], classes: &[Class], possible: [bool; 3]) -> usize {
    let mut best: Option<usize> = None;
    for (at, class) in classes.iter().enumerate() {
        if possible[class.step as usize] && best.is_none_or(|b| scores[at] > scores[b]) {
            best = Some(at);
        }
    }
    best.unwrap_or(0)
}

/// The label that a class gives to an arc; `score` is called when there is a choice.
pub(super) fn choose_label<S: PartialOrd + Copy>(
    class: &Class,
    score: impl FnOnce() -> [S; LABEL_WIDTH],
) -> Label {
    match class.labels.as_slice() {
        [] => Label::Unclassified,
        [only] => *only,
        [first, rest @ ..] => {
            let scores = score();
            rest.iter().fold(*first, |best, &label| {
                if scores[label as usize] > scores[best as usize] { label } else { best }
            })
        }
    }
}

for_processors! {
/// Parses the sentence that `state` was started with.
pub(super) fn parse(
    steps: &Table<'_, BYTES>,
    labels: &Table<'_, LABEL_BYTES>,
    classes: &[Class],
    state: &mut State,
) {
    while !state.is_done() {
        let possible = state.possible();
        if possible == [true, false, false] {
            state.shift();
            continue;
        }
        let class = &classes[best(steps.score(&state.features()).as_flattened(), classes, possible)];
        match state.arc(class.step) {
            None => state.shift(),
            Some((dependent, head)) => {
                let label = choose_label(class, || {
                    let scores = labels.score(&state.label_features(dependent, head));
                    std::array::from_fn(|label| scores.as_flattened()[label])
                });
                state.attach(dependent, head, label);
            }
        }
    }
}
}
