//! Which records of the sources a run takes.

use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::Position;
use crate::input::source::Source;
use crate::input::{self, Cut, Format, Kind, Limits, Place};

/// One of several runs that share the input: every `of`-th record, from the `number`-th.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

impl FromStr for Shard {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((number, of)) if 1 <= number && number <= of => Ok(Shard { number, of }),
            _ => Err(format!("\"{text}\" is no shard: write i/n, such as 1/4")),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// What is read of the sources.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// Bounds of memory.
    pub limits: Limits,
    /// The format of all sources; told by name and content when none.
    pub format: Option<&'static Format>,
    /// A part of the records.
    pub shard: Option<Shard>,
    /// A share of the records, 0 to 1, the same ones every time.
    pub sample: Option<f64>,
    /// At most so many records.
    pub limit: Option<u64>,
}

/// Takes a record and the position behind it.
pub type Taker<'a> = dyn FnMut(Position, Cut) -> ControlFlow<()> + 'a;

/// Cuts records from a position on, of which so many were taken before; adds the bytes read to the counter.
pub type Cutter<'a> = dyn Fn(Position, u64, &Arc<AtomicU64>, &mut Taker<'_>) -> ControlFlow<()> + 'a;

impl Reading {
    /// Cuts the sources into records, from `start` on, of which `taken` were taken before.
    ///
    /// A source that cannot be opened is one broken record. The bytes read are added to `read`.
    pub fn read(
        &self,
        sources: &[Source],
        start: Position,
        taken: u64,
        read: &Arc<AtomicU64>,
        take: &mut Taker<'_>,
    ) -> ControlFlow<()> {
        let (mut position, mut taken) = (start, taken);
        for (index, source) in sources.iter().enumerate().skip(start.source) {
            let mut skip = if index == start.source { start.records } else { 0 };
            position.source = index;
            position.records = skip;
            let mut sink = |cut: Cut| {
                // Records that an earlier run has done are cut again, which is cheap, and dropped.
                if skip > 0 {
                    skip -= 1;
                    return ControlFlow::Continue(());
                }
                position.records += 1;
                position.total += 1;
                if !self.wants(position.total, &cut.place) {
                    return ControlFlow::Continue(());
                }
                if self.limit.is_some_and(|limit| taken >= limit) {
                    return ControlFlow::Break(());
                }
                taken += 1;
                take(position, cut)
            };
            let name = source.name();
            match source.open(Arc::clone(read)) {
                Ok(bytes) => input::read(&name, bytes, self.format, self.limits, &mut sink)?,
                Err(error) => {
                    let place = Place { source: name, record: 1 };
                    sink(Cut::broken(place, Kind::Text, Vec::new(), format!("cannot open: {error}")))?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn wants(&self, number: u64, place: &Place) -> bool {
        let in_shard = self.shard.is_none_or(|shard| (number - 1) % shard.of + 1 == shard.number);
        let in_sample = self.sample.is_none_or(|share| {
            let hash = crate::hash::of(format_args!("{place}"));
            (hash as f64) < share * u64::MAX as f64
        });
        in_shard && in_sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_numbered_from_one() {
        assert_eq!("2/3".parse(), Ok(Shard { number: 2, of: 3 }));
        for wrong in ["0/3", "4/3", "2", "a/b", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn shards_part_the_records_and_samples_stay_the_same() {
        let place = |n| Place { source: "in.jsonl".into(), record: n };
        for n in 1..100 {
            let shards = ["1/3", "2/3", "3/3"]
                .map(|shard| Reading { shard: shard.parse().ok(), ..Reading::default() });
            assert_eq!(shards.iter().filter(|reading| reading.wants(n, &place(n))).count(), 1);
        }
        let sample = Reading { sample: Some(0.3), ..Reading::default() };
        let count = (1..=10_000).filter(|&n| sample.wants(n, &place(n))).count();
        assert!((2800..3200).contains(&count), "{count}");
    }
}
