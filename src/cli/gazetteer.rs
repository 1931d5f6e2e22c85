//! `saidwho gazetteer`: look into lists, check one's own, measure them on a corpus.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::Exit;
use super::inputs::Inputs;
use super::progress::counted;
use crate::annotations::{Annotations, EntityType};
use crate::gazetteer::check::{Severity, check};
use crate::gazetteer::{Entry, Gazetteer, Hit};
use crate::names::Names;
use crate::quotes::{Kinds, Options, Quotes};
use crate::{Document, Pipeline, Scratch, Span, text};

/// Look names up, check lists of your own, measure lists on a corpus, compile them.
#[derive(Args)]
pub(super) struct GazetteerCommand {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Say what is wrong or doubtful in lists: malformed rows, names that can never match, duplicates, clashes, common words.
    Check {
        /// Lists (.tsv, .csv, .jsonl, also .gz or .zst) or folders of them.
        #[arg(required = true)]
        lists: Vec<PathBuf>,
    },
    /// Show what the lists know under a name.
    Find {
        /// Names, each as one argument.
        #[arg(required = true)]
        names: Vec<String>,
        /// Lists of your own that are looked into as well.
        #[arg(long, value_name = "LIST")]
        gazetteer: Vec<PathBuf>,
    },
    Stats(Stats),
    /// Compile lists into one index file, which `--gazetteer` takes like a list and opens at once.
    Compile {
        /// Lists or folders of them.
        #[arg(required = true)]
        lists: Vec<PathBuf>,
        /// Where the index goes; its name must end in .idx.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

/// Say how many of a corpus's names each list knows, which of your entries were never seen, and which frequent names no list knows.
#[derive(Args)]
struct Stats {
    #[command(flatten)]
    inputs: Inputs,
    /// Lists of your own.
    #[arg(long, value_name = "LIST")]
    gazetteer: Vec<PathBuf>,
    /// Take the names from the field `entities` of the articles (start and end in characters, type) instead of finding them.
    #[arg(long)]
    gold: bool,
    /// How many unseen entries and unknown names to show.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
}

impl GazetteerCommand {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut out = BufWriter::new(io::stdout().lock());
        let exit = match self.task {
            Task::Check { lists } => run_check(&lists, &mut out)?,
            Task::Find { names, gazetteer } => run_find(&names, &gazetteer, &mut out)?,
            Task::Stats(stats) => stats.run(&mut out)?,
            Task::Compile { lists, output } => run_compile(&lists, &output)?,
        };
        out.flush()?;
        Ok(exit)
    }
}

/// The shipped lists with those at `paths`; names that can never match are said once.
pub(super) fn open(paths: &[PathBuf]) -> anyhow::Result<Arc<Gazetteer>> {
    let (lists, left_out) = Gazetteer::with_lists(paths)?;
    const SHOWN: usize = 5;
    for problem in left_out.iter().take(SHOWN) {
        eprintln!("saidwho: warning: {problem}");
    }
    if left_out.len() > SHOWN {
        eprintln!("saidwho: warning: … {} more; see saidwho gazetteer check", left_out.len() - SHOWN);
    }
    Ok(Arc::new(lists))
}

fn run_check(lists: &[PathBuf], out: &mut impl Write) -> anyhow::Result<Exit> {
    let (mut errors, mut warnings) = (0, 0);
    let mut written = Ok(());
    let rows = check(lists, |finding| {
        let word = match finding.severity {
            Severity::Error => {
                errors += 1;
                "error"
            }
            Severity::Warning => {
                warnings += 1;
                "warning"
            }
        };
        if written.is_ok() {
            written = writeln!(out, "{word}: {}", finding.at);
        }
    })?;
    written?;
    let counts = [(rows as u64, "row"), (errors, "error"), (warnings, "warning")];
    writeln!(out, "{}", counts.map(|(number, what)| counted(number, what)).join(", "))?;
    Ok(if errors > 0 { Exit::SetAside } else { Exit::Done })
}

fn run_find(names: &[String], own: &[PathBuf], out: &mut impl Write) -> anyhow::Result<Exit> {
    let lists = open(own)?;
    let mut missing = false;
    for name in names {
        writeln!(out, "{name}")?;
        let mut entries: Vec<Entry<'_>> = lists.find(name).flat_map(|id| lists.entries(id)).collect();
        entries.sort_by(|a, b| b.is_user().cmp(&a.is_user()).then(b.prominence().total_cmp(&a.prominence())));
        for entry in &entries {
            writeln!(out, "  {}", describe(entry))?;
        }
        let facts = lists.word(name);
        if let Some(given) = facts.given {
            let women = given.p_female.map_or(String::new(), |p| format!(", {:.0} % women", p * 100.0));
            writeln!(out, "  given name: frequency {} of 15{women}", given.frequency)?;
        }
        if let Some(surname) = facts.surname {
            writeln!(out, "  surname: frequency {surname} of 15")?;
        }
        let mut sets = false;
        for set in lists.sets() {
            if lists.phrases(set).get(name).is_some() {
                writeln!(out, "  in the word list {set}")?;
                sets = true;
            }
        }
        if entries.is_empty() && facts.given.is_none() && facts.surname.is_none() && !sets {
            writeln!(out, "  not in any list")?;
            missing = true;
        }
    }
    Ok(if missing { Exit::SetAside } else { Exit::Done })
}

/// An entry on one line.
fn describe(entry: &Entry<'_>) -> String {
    let mut line = format!("{} {}", entry.kind(), entry.name());
    let mut more = |label: &str, value: String| {
        if !value.is_empty() {
            line.push_str(&format!(" · {label}{value}"));
        }
    };
    more("", entry.subtype().to_owned());
    more("", entry.country().to_owned());
    more("", entry.gender().map_or(String::new(), |g| format!("{g:?}").to_lowercase()));
    more("population ", if entry.population() > 0 { entry.population().to_string() } else { String::new() });
    more("at ", entry.coordinates().map_or(String::new(), |(lat, lon)| format!("{lat:.2}, {lon:.2}")));
    more("prominence ", format!("{:.1}", entry.prominence()));
    for (key, value) in entry.links() {
        more("", format!("{key}:{value}"));
    }
    more("list ", entry.list().to_owned());
    line
}

fn run_compile(lists: &[PathBuf], output: &Path) -> anyhow::Result<Exit> {
    if output.extension().is_none_or(|ending| ending != "idx") {
        bail!("{}: name the index .idx, so that --gazetteer knows it", output.display());
    }
    let (size, left_out) = Gazetteer::compile(lists, output)?;
    for problem in &left_out {
        eprintln!("saidwho: warning: {problem}");
    }
    eprintln!("saidwho: {size} bytes in {}", output.display());
    Ok(if left_out.is_empty() { Exit::Done } else { Exit::SetAside })
}

/// What a list did on the corpus.
#[derive(Default)]
struct Use {
    entries: usize,
    seen: HashSet<u64>,
    /// Spans it matched.
    matches: usize,
    /// Names it has with span and type.
    covered: usize,
    /// Spans it matched that are no name of its type.
    wrong: usize,
}

/// Counts over the corpus.
#[derive(Default)]
struct Tally {
    articles: usize,
    words: usize,
    names: [usize; 3],
    covered: [usize; 3],
    lists: BTreeMap<(bool, String), Use>,
    unknown: HashMap<String, usize>,
    /// Persons of several words: all, with a known part, with all parts known.
    parts: [usize; 3],
}

impl Stats {
    fn run(self, out: &mut impl Write) -> anyhow::Result<Exit> {
        let lists = open(&self.gazetteer)?;
        let names = Names::new(Some(Arc::clone(&lists)), None, None);
        let pipeline =
            Pipeline::new(names, Quotes::new(Options { kinds: Kinds::None, ..Options::default() }));
        let mut scratch = Scratch::default();
        let mut tally = Tally::default();
        for (entry, user) in lists.canonical().map(|entry| (entry, entry.is_user())) {
            tally.lists.entry((user, entry.list().to_owned())).or_default().entries += 1;
        }
        let exit = self.inputs.articles(|place, document| {
            let text = &document.text;
            if self.gold {
                let names = gold(&document).with_context(|| place.to_string())?;
                let mut found = Annotations::default();
                text::annotate(text, &mut found);
                tally.add(text, &found, &names, &lists);
            } else {
                let found = pipeline.annotate(&document, &mut scratch);
                let names: Vec<_> = found.mentions.iter().map(|m| (m.span, m.kind)).collect();
                tally.add(text, found, &names, &lists);
            }
            Ok(())
        })?;
        tally.show(&lists, self.top, out)?;
        Ok(exit)
    }
}

/// The names that an article's field `entities` gives.
fn gold(document: &Document) -> anyhow::Result<Vec<(Span, EntityType)>> {
    let entities = document.meta.get("entities").and_then(|e| e.as_array());
    let entities = entities.context("no list \"entities\"; leave --gold out to have the names found")?;
    let mut starts: Vec<usize> = document.text.char_indices().map(|(at, _)| at).collect();
    starts.push(document.text.len());
    let mut names = Vec::new();
    for entity in entities {
        let at = |key: &str| entity[key].as_u64().and_then(|at| starts.get(at as usize).copied());
        let kind = match entity["type"].as_str().unwrap_or("") {
            "PER" | "person" => EntityType::Person,
            "ORG" | "organization" => EntityType::Organization,
            "LOC" | "place" => EntityType::Place,
            _ => continue,
        };
        match (at("start"), at("end")) {
            (Some(start), Some(end)) if start < end => names.push((Span::new(start, end), kind)),
            _ => bail!("an entity without start and end in the text"),
        }
    }
    Ok(names)
}

impl Tally {
    fn add(&mut self, text: &str, found: &Annotations, names: &[(Span, EntityType)], lists: &Gazetteer) {
        self.articles += 1;
        self.words += found.tokens.iter().filter(|t| t.span.of(text).contains(char::is_alphanumeric)).count();
        let mut hits: Vec<Hit> = Vec::new();
        lists.lookup(text, &found.tokens, &mut hits);
        // Per list and span: the types it gives.
        let mut spans: BTreeMap<(bool, &str), BTreeMap<Span, Vec<EntityType>>> = BTreeMap::new();
        for hit in &hits {
            let span = found.span_of(Range::clone(&hit.tokens));
            for entry in lists.entries(hit.name) {
                let list = (entry.is_user(), entry.list());
                spans.entry(list).or_default().entry(span).or_default().push(entry.kind());
                if let Some(used) = self.lists.get_mut(&(list.0, list.1.to_owned())) {
                    used.seen.insert(entry.place());
                }
            }
        }
        let mut known: HashSet<(Span, EntityType)> = HashSet::new();
        for ((user, list), found) in &spans {
            let used = self.lists.entry((*user, (*list).to_owned())).or_default();
            for (span, kinds) in found {
                used.matches += 1;
                match names.iter().find(|(name, kind)| same(text, *name, *span) && kinds.contains(kind)) {
                    Some(&(name, kind)) => {
                        used.covered += 1;
                        known.insert((name, kind));
                    }
                    None => used.wrong += 1,
                }
            }
        }
        for &(span, kind) in names {
            self.names[kind as usize] += 1;
            if known.contains(&(span, kind)) {
                self.covered[kind as usize] += 1;
            } else {
                *self.unknown.entry(span.of(text).to_owned()).or_default() += 1;
            }
            if kind == EntityType::Person {
                self.count_parts(span.of(text), lists);
            }
        }
    }

    fn count_parts(&mut self, name: &str, lists: &Gazetteer) {
        let words: Vec<&str> = name
            .split_whitespace()
            .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()))
            .filter(|w| w.chars().count() > 1 && w.starts_with(char::is_uppercase))
            .collect();
        if words.len() < 2 {
            return;
        }
        let known = words.iter().filter(|w| lists.given(w).is_some() || lists.surname(w).is_some()).count();
        self.parts[0] += 1;
        self.parts[1] += usize::from(known > 0);
        self.parts[2] += usize::from(known == words.len());
    }

    fn show(&self, lists: &Gazetteer, top: usize, out: &mut impl Write) -> io::Result<()> {
        let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        let names: usize = self.names.iter().sum();
        writeln!(out, "{} articles, {} words, {names} names", self.articles, self.words)?;
        for kind in EntityType::ALL {
            let (known, all) = (self.covered[kind as usize], self.names[kind as usize]);
            writeln!(
                out,
                "{:<13} {all:>7} names, {:5.1} % in some list of that type",
                kind.to_string(),
                share(known, all)
            )?;
        }
        let [several, one, all] = self.parts;
        writeln!(
            out,
            "persons of several words: {several}; some part known {:.1} %, all parts known {:.1} %",
            share(one, several),
            share(all, several)
        )?;
        writeln!(out, "\nlist                  entries     seen  matches  covers %  false/1000 words")?;
        for ((user, list), used) in &self.lists {
            writeln!(
                out,
                "{:<20} {:>8} {:>8} {:>8} {:>9.2} {:>17.2}",
                format!("{list}{}", if *user { " (own)" } else { "" }),
                used.entries,
                used.seen.len(),
                used.matches,
                share(used.covered, names),
                1000.0 * used.wrong as f64 / self.words.max(1) as f64
            )?;
        }
        let unseen: Vec<String> = lists
            .canonical()
            .filter(Entry::is_user)
            .filter(|entry| {
                let used = self.lists.get(&(true, entry.list().to_owned()));
                used.is_none_or(|used| !used.seen.contains(&entry.place()))
            })
            .map(|entry| format!("{} ({})", entry.name(), entry.list()))
            .take(top)
            .collect();
        if !unseen.is_empty() {
            writeln!(
                out,
                "\nof your own, never seen (the first {}):\n  {}",
                unseen.len(),
                unseen.join("\n  ")
            )?;
        }
        let mut unknown: Vec<(&String, &usize)> = self.unknown.iter().collect();
        unknown.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        writeln!(out, "\nmost frequent names that no list knows with this type:")?;
        for (name, count) in unknown.into_iter().take(top) {
            writeln!(out, "{count:>7} {}", name.replace(['\n', '\r'], " "))?;
        }
        Ok(())
    }
}

/// Whether a name and a match are the same but for a leading article or the period of an abbreviation.
fn same(text: &str, name: Span, found: Span) -> bool {
    let bare = |span: Span| {
        let words = span.of(text).trim_end_matches('.');
        let article = words.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("the "));
        (if article { span.start() + 4 } else { span.start() }, span.start() + words.len())
    };
    name == found || bare(name) == bare(found)
}
