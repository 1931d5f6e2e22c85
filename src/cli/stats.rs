//! `saidwho stats` and `saidwho quotes`: what a whole output says.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::Exit;
use super::progress::counted;
use crate::Record;
use crate::annotations::{EntityType, Gender};
use crate::output::records;
use crate::record::Standing;

/// Who is named and who is quoted, how often.
#[derive(Args)]
#[command(after_help = "Examples:
  saidwho stats records.jsonl
  saidwho stats records.jsonl.zst --by month --top 50 --format csv > stats.csv
  saidwho stats records.jsonl --by source --format json

People are counted by canonical name over all articles. Women and men quoted are those whose
gender the record gives. With --distinct copies that `extract --dedup mark` found count once.")]
pub(super) struct Stats {
    /// Records of `extract`, JSON Lines.
    #[arg(value_name = "RECORDS", default_value = "-")]
    inputs: Vec<PathBuf>,
    /// Count by month (of meta.date), by source (meta.source or meta.site), or by another field of meta.
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// Names shown for each type.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Leave out copies of articles that `extract --dedup mark` found.
    #[arg(long)]
    distinct: bool,
    /// table, csv or json.
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = ["table", "csv", "json"])]
    format: String,
}

/// How often a name occurs.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    articles: u64,
    mentions: u64,
    quotes: u64,
    gender: Option<Gender>,
}

/// Numbers of one part of the records.
#[derive(Debug, Default)]
struct Part {
    articles: u64,
    quotes: u64,
    /// Of nobody known.
    anonymous: u64,
    /// Of women and of men.
    by_gender: [u64; 2],
    names: HashMap<(EntityType, String), Count>,
}

impl Part {
    fn add(&mut self, record: &Record) {
        self.articles += 1;
        self.quotes += record.quotes.len() as u64;
        for entity in &record.entities {
            let count = self.names.entry((entity.kind, entity.name.clone())).or_default();
            count.articles += 1;
            count.mentions += entity.mentions.len() as u64;
            count.gender = count.gender.or(entity.gender);
        }
        for quote in &record.quotes {
            let speaker =
                quote.speaker.as_ref().and_then(|speaker| record.entities.get(speaker.entity? as usize));
            let Some(speaker) = speaker else {
                self.anonymous += 1;
                continue;
            };
            self.names.entry((speaker.kind, speaker.name.clone())).or_default().quotes += 1;
            if let Some(gender) = speaker.gender {
                self.by_gender[usize::from(gender == Gender::Male)] += 1;
            }
        }
    }

    /// How many people of a gender are quoted, and how often.
    fn quoted(&self, gender: Gender) -> (u64, u64) {
        let people = self.names.values().filter(|count| count.gender == Some(gender) && count.quotes > 0);
        (people.count() as u64, self.by_gender[usize::from(gender == Gender::Male)])
    }

    /// The names with most quotes, then mentions; ties by name, so that the order is always the same.
    fn top(&self, kind: EntityType, most: usize) -> Vec<(&str, Count)> {
        let of_kind = self.names.iter().filter(|((found, _), _)| *found == kind);
        let mut names: Vec<(&str, Count)> =
            of_kind.map(|((_, name), count)| (name.as_str(), *count)).collect();
        names.sort_by_key(|(name, count)| {
            (std::cmp::Reverse(count.quotes), std::cmp::Reverse(count.mentions), *name)
        });
        names.truncate(most);
        names
    }
}

/// The first seven characters of a date that begins with year and month.
fn month(date: &str) -> Option<&str> {
    let month = date.get(..7)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(&month[..4]) && digits(&month[5..])).then_some(month)
}

/// The value of a field of meta as a name of a part.
fn part_of(record: &Record, by: &str) -> String {
    let text = |name: &str| match record.meta.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    };
    let found = match by {
        "month" => text("date").and_then(|date| month(&date).map(str::to_owned)),
        "source" => text("source").or_else(|| text("site")),
        field => text(field),
    };
    found.unwrap_or_else(|| "unknown".to_owned())
}

impl Stats {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut parts: std::collections::BTreeMap<String, Part> = std::collections::BTreeMap::new();
        for path in &self.inputs {
            for record in records::open(path)? {
                let record = record?;
                let copy = record.cluster.as_ref().is_some_and(|c| c.standing != Standing::First);
                if self.distinct && copy {
                    continue;
                }
                let name = self.by.as_deref().map_or_else(|| "all".to_owned(), |by| part_of(&record, by));
                parts.entry(name).or_default().add(&record);
            }
        }
        let mut out = std::io::stdout().lock();
        match self.format.as_str() {
            "json" => {
                let parts: serde_json::Map<String, Value> =
                    parts.iter().map(|(name, part)| (name.clone(), self.json(part))).collect();
                writeln!(out, "{:#}", Value::Object(parts))?;
            }
            "csv" => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(["part", "type", "name", "articles", "mentions", "quotes"])?;
                for (part, numbers) in &parts {
                    let mut sum = |kind: &str, name: &str, articles: String, quotes: u64| {
                        csv.write_record([part, kind, name, &articles, "", &quotes.to_string()])
                    };
                    sum("all", "", numbers.articles.to_string(), numbers.quotes)?;
                    sum("women", "", String::new(), numbers.quoted(Gender::Female).1)?;
                    sum("men", "", String::new(), numbers.quoted(Gender::Male).1)?;
                    sum("nobody known", "", String::new(), numbers.anonymous)?;
                    for kind in EntityType::ALL {
                        for (name, count) in numbers.top(kind, self.top) {
                            let counts =
                                [count.articles, count.mentions, count.quotes].map(|n| n.to_string());
                            csv.write_record([part, kind.name(), name, &counts[0], &counts[1], &counts[2]])?;
                        }
                    }
                }
                csv.flush()?;
            }
            _ => {
                for (name, part) in &parts {
                    self.table(&mut out, name, part)?;
                }
            }
        }
        Ok(Exit::Done)
    }

    fn json(&self, part: &Part) -> Value {
        let names = |kind| -> Vec<Value> {
            let row = |(name, count): (&str, Count)| json!({"name": name, "articles": count.articles, "mentions": count.mentions, "quotes": count.quotes});
            part.top(kind, self.top).into_iter().map(row).collect()
        };
        let ((women, of_women), (men, of_men)) = (part.quoted(Gender::Female), part.quoted(Gender::Male));
        json!({
            "articles": part.articles,
            "quotes": part.quotes,
            "quotes_of_nobody_known": part.anonymous,
            "women_quoted": women,
            "men_quoted": men,
            "quotes_of_women": of_women,
            "quotes_of_men": of_men,
            "person": names(EntityType::Person),
            "organization": names(EntityType::Organization),
            "place": names(EntityType::Place),
        })
    }

    fn table(&self, out: &mut impl Write, name: &str, part: &Part) -> std::io::Result<()> {
        let ((women, of_women), (men, of_men)) = (part.quoted(Gender::Female), part.quoted(Gender::Male));
        writeln!(
            out,
            "{name}: {}, {} ({of_women} by {women} women, {of_men} by {men} men, {} by nobody known)",
            counted(part.articles, "article"),
            counted(part.quotes, "quote"),
            part.anonymous
        )?;
        for kind in EntityType::ALL {
            writeln!(out, "\n  {:8} {:8} {:8} {}", "quotes", "mentions", "articles", kind.name())?;
            for (name, count) in part.top(kind, self.top) {
                writeln!(out, "  {:8} {:8} {:8} {name}", count.quotes, count.mentions, count.articles)?;
            }
        }
        writeln!(out)
    }
}

/// The distinct quotes of all articles, each with speaker, count and first article.
#[derive(Args)]
#[command(after_help = "Example:
  saidwho quotes records.jsonl --min 2

Quotes are the same when their words are, whatever marks, case and punctuation they wear. One
JSON object a line: quote_key, text, speaker, kind, count, first (the id of the first article).
Memory grows with the number of distinct quotes, some 400 bytes each.")]
pub(super) struct Quotes {
    /// Records of `extract`, JSON Lines.
    #[arg(value_name = "RECORDS", default_value = "-")]
    inputs: Vec<PathBuf>,
    /// Only quotes found in so many articles or more.
    #[arg(long, value_name = "N", default_value_t = 1)]
    min: u64,
    /// Only quotes of speakers whose name holds this, whatever the case.
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,
}

struct Said {
    text: String,
    speaker: Option<String>,
    kind: Value,
    count: u64,
    first: String,
}

impl Quotes {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let wanted = self.speaker.as_deref().map(str::to_lowercase);
        let (mut order, mut said): (Vec<String>, HashMap<String, Said>) = Default::default();
        for path in &self.inputs {
            for record in records::open(path)? {
                let record = record?;
                let mut here = std::collections::BTreeSet::new();
                for quote in &record.quotes {
                    let speaker = quote.speaker.as_ref().map(|s| s.name.as_ref().unwrap_or(&s.text).clone());
                    let named =
                        |name: &String| wanted.as_ref().is_none_or(|part| name.to_lowercase().contains(part));
                    if wanted.is_some() && !speaker.as_ref().is_some_and(named) {
                        continue;
                    }
                    let key = &quote.quote_key;
                    let entry = said.entry(key.clone()).or_insert_with(|| {
                        order.push(key.clone());
                        Said {
                            text: quote.text.clone(),
                            speaker: None,
                            kind: json!(quote.kind),
                            count: 0,
                            first: record.id.clone(),
                        }
                    });
                    // Twice in one article is once.
                    if here.insert(key.clone()) {
                        entry.count += 1;
                    }
                    entry.speaker = entry.speaker.take().or(speaker);
                }
            }
        }
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for key in order {
            let quote = &said[&key];
            if quote.count >= self.min {
                let line = json!({
                    "quote_key": key,
                    "text": quote.text,
                    "speaker": quote.speaker,
                    "kind": quote.kind,
                    "count": quote.count,
                    "first": quote.first,
                });
                writeln!(out, "{line}")?;
            }
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_from_dates() {
        assert_eq!(month("2020-03-04T05:06"), Some("2020-03"));
        assert_eq!(month("March 4"), None);
    }
}
