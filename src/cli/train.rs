//! `saidwho train`: models from a data folder. The same data, settings and
//! seed give the same bytes.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::Exit;
use super::inputs::Inputs;
use super::naming::open_clusters;
use super::train_syntax::{Sentences, Syntax};
use crate::learn::vectors;
use crate::names::train::{ClusterSchool, Config, School};

/// Train a model on your own data.
#[derive(Subcommand)]
pub(super) enum Train {
    Names(Names),
    Clusters(WordClusters),
    Quotes(Quotes),
    Sentences(Sentences),
    Syntax(Syntax),
}

impl Train {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self {
            Train::Names(command) => command.run(),
            Train::Clusters(command) => command.run(),
            Train::Quotes(command) => command.run(),
            Train::Sentences(command) => command.run(),
            Train::Syntax(command) => command.run(),
        }
    }
}

/// Train the tagger of names on annotated articles.
///
/// The data are JSON Lines with "text" and "entities": [{"start","end","type"}],
/// offsets in code points. The configuration names the files, the types and the settings;
/// without one, the shipped model's is used.
#[derive(Args)]
pub(super) struct Names {
    /// Folder of the data.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Files, types and settings (TOML). Default: those of the shipped model.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Word clusters, made by `saidwho train clusters`. Default: the shipped ones.
    #[arg(long, value_name = "FILE")]
    clusters: Option<PathBuf>,
    /// Where the model goes.
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

const SHIPPED_CONFIG: &str = include_str!("../../models/names.toml");

impl Names {
    fn run(self) -> anyhow::Result<Exit> {
        let config = match &self.config {
            Some(file) => {
                std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
            }
            None => SHIPPED_CONFIG.to_owned(),
        };
        let config = Config::parse(&config)?;
        let clusters = self.clusters.as_deref().map(open_clusters).transpose()?;
        let school = School::new(config, &self.data, None, clusters)?;
        let model = school.train(|what, p| {
            eprintln!("{what}: pass {} of {}, loss {:.5}, {} features", p.pass, p.passes, p.loss, p.rows);
        });
        save(&self.output, &model.write())?;
        let types = school.types();
        for (file, total, scores) in school.measure(&model)? {
            let each = types.iter().zip(scores).map(|(kind, score)| format!("{kind} {:.1}", score.f1()));
            let each = each.collect::<Vec<_>>().join(", ");
            eprintln!("{}: F1 {:.2} ({each})", file.display(), total.f1());
        }
        Ok(Exit::Done)
    }
}

/// Train the judge of quotes on articles with hand-marked attributions.
///
/// The data are JSON Lines with "text" and "quotes": [{"segments": [[start, end], …], "speaker":
/// {"start","end"}, "cue": {"start","end"}, "finite"}], offsets in code points. All files of the
/// folder whose names end in .train.jsonl are read, in the order of their names.
#[derive(Args)]
pub(super) struct Quotes {
    /// Folder of the data.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the model goes.
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

impl Quotes {
    fn run(self) -> anyhow::Result<Exit> {
        use crate::quotes::train;
        let mut files = Vec::new();
        let folder = std::fs::read_dir(&self.data);
        for entry in folder.with_context(|| format!("cannot read the folder {}", self.data.display()))? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".train.jsonl")) {
                files.push(path);
            }
        }
        files.sort();
        if files.is_empty() {
            bail!("no file in {} ends in .train.jsonl", self.data.display());
        }
        let (names, mut scratch) = (crate::names::Names::default(), crate::names::Scratch::default());
        let mut articles = Vec::new();
        for file in &files {
            let contents =
                std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            for marked in train::read(&file.display().to_string(), &contents)? {
                let mut found = crate::Annotations::default();
                crate::text::annotate(&marked.text, &mut found);
                names.annotate(&marked.text, &mut found, &mut scratch);
                articles.push(train::Article { marked, found });
            }
        }
        save(&self.output, &train::train(articles, |what| eprintln!("{what}")))?;
        Ok(Exit::Done)
    }
}

/// Learn from raw articles which words are used alike.
#[derive(Args)]
pub(super) struct WordClusters {
    #[command(flatten)]
    inputs: Inputs,
    /// Read one article in N of a source that has more than 10,000 of them.
    #[arg(long, value_name = "N", default_value_t = 5)]
    thin: u64,
    /// Decides everything random.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Where the table goes.
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

/// Articles of one source after which it is thinned.
const MANY: u64 = 10_000;

impl WordClusters {
    fn run(self) -> anyhow::Result<Exit> {
        let mut school = ClusterSchool::default();
        let exit = self.inputs.articles(|place, document| {
            if place.record <= MANY || place.record % self.thin.max(1) == 0 {
                school.read(&document.text);
            }
            Ok(())
        })?;
        if school.words() == 0 {
            bail!("there are no words in the input: give files or folders with articles");
        }
        eprintln!("{} words", school.words());
        let clusters = school.learn(&vectors::Settings { seed: self.seed, ..vectors::Settings::default() });
        eprintln!("{} words in clusters", clusters.len());
        save(&self.output, &clusters.write())?;
        Ok(exit)
    }
}

fn save(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
    eprintln!("{}: {} bytes", file.display(), bytes.len());
    Ok(())
}
