//! `saidwho eval`: the scores.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::Exit;
use crate::annotations::QuoteKind;
use crate::eval::{self, Line, Prf, entities, names, quotes, sentences};
use crate::input::{compression, decode};

/// Score predictions against gold.
///
/// GOLD is JSON Lines with id, text and the annotations, offsets in Unicode code points.
/// PRED is the output of `extract` (any unit of offsets), or JSON Lines in the form of GOLD.
#[derive(Args)]
#[command(after_help = "Examples:
  saidwho extract gold.jsonl -o pred.jsonl
  saidwho eval names gold.jsonl pred.jsonl --by region
  saidwho eval quotes gold.jsonl pred.jsonl --core --subset direct --unit segment
  saidwho eval sentences gold.jsonl pred.jsonl --errors 20")]
pub(super) struct Eval {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Strict spans and types of names; span and overlap for orientation.
    Names(NamesArgs),
    /// B³: how names are grouped into entities.
    Entities(EntitiesArgs),
    /// Content, speakers, and both together.
    Quotes(QuotesArgs),
    /// Sentence boundaries, or golden rules.
    Sentences(SentencesArgs),
}

#[derive(Args)]
struct Files {
    /// Gold, JSON Lines.
    gold: PathBuf,
    /// Predictions, JSON Lines.
    pred: PathBuf,
    /// Print the scores as JSON.
    #[arg(long)]
    json: bool,
    /// Print so many of the errors.
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
}

#[derive(Args)]
struct NamesArgs {
    #[command(flatten)]
    files: Files,
    /// Score each value of this gold field by itself, too.
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// Compare spans as given, articles and possessives included.
    #[arg(long)]
    raw: bool,
    /// The types that count.
    #[arg(long, value_delimiter = ',', default_value = "PER,ORG,LOC", value_parser = names::TYPES)]
    types: Vec<String>,
}

#[derive(Args)]
struct EntitiesArgs {
    /// Gold, JSON Lines; mentions of one entity share its "canonical".
    gold: PathBuf,
    /// Predictions, JSON Lines.
    pred: PathBuf,
    /// Print the scores as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct QuotesArgs {
    #[command(flatten)]
    files: Files,
    /// The kinds that count: all, quoted (direct and mixed), direct, mixed or indirect.
    #[arg(long, default_value = "all", value_parser = ["all", "quoted", "direct", "mixed", "indirect"])]
    subset: String,
    /// quote, or segment: every contiguous piece counts by itself.
    #[arg(long, default_value = "quote", value_parser = ["quote", "segment"])]
    unit: String,
    /// Ignore gold whose cue reports no speech.
    #[arg(long)]
    speech: bool,
    /// As --speech, and ignore indirect gold without a finite verb.
    #[arg(long)]
    core: bool,
}

#[derive(Args)]
struct SentencesArgs {
    #[command(flatten)]
    files: Files,
}

impl Files {
    fn read(&self) -> anyhow::Result<(Vec<Line>, Vec<Line>)> {
        Ok((lines(&self.gold)?, lines(&self.pred)?))
    }

    /// What errors in scoring are about.
    fn context(&self) -> String {
        format!("scoring {} against {}", self.pred.display(), self.gold.display())
    }
}

fn lines(path: &Path) -> anyhow::Result<Vec<Line>> {
    let name = || path.display().to_string();
    let file = Box::new(BufReader::new(File::open(path).with_context(name)?));
    let mut text = String::new();
    let bytes = compression::open(file).and_then(decode::unmarked);
    bytes.and_then(|mut bytes| bytes.read_to_string(&mut text)).with_context(name)?;
    eval::lines(&text).with_context(name)
}

impl Eval {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut out = std::io::stdout().lock();
        match self.what {
            What::Names(args) => args.run(&mut out)?,
            What::Entities(args) => args.run(&mut out)?,
            What::Quotes(args) => args.run(&mut out)?,
            What::Sentences(args) => args.run(&mut out)?,
        }
        Ok(Exit::Done)
    }
}

impl NamesArgs {
    fn run(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let (gold, pred) = self.files.read()?;
        let options = names::Options { raw: self.raw, types: self.types.clone() };
        let context = || self.files.context();
        let all = names::score(&gold, &pred, &options).with_context(context)?;
        let parts = match &self.by {
            Some(field) => names::score_by(&gold, &pred, &options, field).with_context(context)?,
            None => Vec::new(),
        };
        if self.files.json {
            let mut value = names_json(&all);
            if self.by.is_some() {
                value["by"] = parts.iter().map(|(part, scores)| (part.clone(), names_json(scores))).collect();
            }
            writeln!(out, "{value}")?;
        } else {
            names_table(out, "ALL", &all)?;
            for (part, scores) in &parts {
                names_table(out, part, scores)?;
            }
        }
        for wrong in all.errors.iter().take(self.files.errors) {
            let what = if wrong.predicted { "FP" } else { "FN" };
            let context = wrong.context.replace('\n', "\\n");
            writeln!(out, "{what}\t{}\t{}\t{}\t{context}", wrong.id, wrong.text, wrong.kind)?;
        }
        Ok(())
    }
}

/// The rows of a table of scores for names.
fn names_rows(scores: &names::Scores) -> Vec<(&str, &Prf, bool)> {
    let types = scores.types.iter().map(|(kind, prf)| (kind.as_str(), prf, true));
    types
        .chain([
            ("micro", &scores.micro, true),
            ("span", &scores.span, true),
            ("overlap", &scores.overlap, false),
        ])
        .collect()
}

fn names_table(out: &mut impl Write, part: &str, scores: &names::Scores) -> std::io::Result<()> {
    writeln!(out, "{part:28} docs {} missing {}", scores.docs, scores.missing)?;
    for (row, prf, counted) in names_rows(scores) {
        let counts = match counted {
            true => format!("   tp {} pred {} gold {}", prf.tp, prf.pred, prf.gold),
            false => String::new(),
        };
        writeln!(out, "  {row:8} P {:6.2}  R {:6.2}  F1 {:6.2}{counts}", prf.p, prf.r, prf.f1)?;
    }
    Ok(())
}

fn names_json(scores: &names::Scores) -> Value {
    let mut value = Map::new();
    for (row, prf, counted) in names_rows(scores) {
        value.insert(row.to_owned(), prf_json(prf, counted));
    }
    value.insert("macroF1".into(), json!(scores.macro_f1));
    value.insert("docs".into(), json!(scores.docs));
    value.insert("missing".into(), json!(scores.missing));
    Value::Object(value)
}

fn prf_json(prf: &Prf, counted: bool) -> Value {
    let mut value = json!({"P": prf.p, "R": prf.r, "F1": prf.f1});
    if counted {
        value["tp"] = json!(prf.tp);
        value["pred"] = json!(prf.pred);
        value["gold"] = json!(prf.gold);
    }
    value
}

impl EntitiesArgs {
    fn run(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let context = || format!("scoring {} against {}", self.pred.display(), self.gold.display());
        let score = entities::score(&lines(&self.gold)?, &lines(&self.pred)?).with_context(context)?;
        let (matched, pred, gold) = score.counts();
        let views = [("matched", score.matched()), ("strict", score.strict())];
        if self.json {
            let mut value = json!({"mentions": {"matched": matched, "pred": pred, "gold": gold}});
            for (view, shares) in views {
                value[view] = json!({"P": shares.precision, "R": shares.recall, "F1": shares.f1});
            }
            writeln!(out, "{value}")?;
            return Ok(());
        }
        writeln!(out, "mentions matched {matched} pred {pred} gold {gold}")?;
        for (view, shares) in views {
            let [p, r, f1] = [shares.precision, shares.recall, shares.f1].map(|share| 100.0 * share);
            writeln!(out, "  {view:8} P {p:6.2}  R {r:6.2}  F1 {f1:6.2}")?;
        }
        Ok(())
    }
}

impl QuotesArgs {
    fn run(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let (gold, pred) = self.files.read()?;
        let subset = match self.subset.as_str() {
            "quoted" => quotes::Subset::Quoted,
            "direct" => quotes::Subset::Only(QuoteKind::Direct),
            "mixed" => quotes::Subset::Only(QuoteKind::Mixed),
            "indirect" => quotes::Subset::Only(QuoteKind::Indirect),
            _ => quotes::Subset::All,
        };
        let by_segment = self.unit == "segment";
        let options = quotes::Options { subset, speech: self.speech, core: self.core, by_segment };
        let scores = quotes::score(&gold, &pred, options).with_context(|| self.files.context())?;
        let rows = [
            ("span_exact", &scores.span_exact),
            ("span_overlap", &scores.span_overlap),
            ("token", &scores.token),
            ("joint", &scores.joint),
            ("joint_exact", &scores.joint_exact),
        ];
        let shares = [
            ("spk_span", scores.spk_span),
            ("spk_head", scores.spk_head),
            ("spk_any", scores.spk_any),
            ("spk_none", scores.spk_none),
            ("spk_null", scores.spk_null),
            ("spk_entity", scores.spk_entity),
            ("joint_entity_R", scores.joint_entity_r),
            ("kind_acc", scores.kind_acc),
        ];
        let (n_gold, n_pred) = (scores.span_exact.gold, scores.span_exact.pred);
        if self.files.json {
            let mut value = json!({"n_gold": n_gold, "n_pred": n_pred, "n_spk": scores.n_spk});
            for (row, prf) in rows {
                value[row] = prf_json(prf, true);
            }
            for (row, share) in shares {
                value[row] = json!(share);
            }
            writeln!(out, "{value}")?;
        } else {
            let flag = |on: bool| if on { "True" } else { "False" };
            writeln!(
                out,
                "subset={} unit={} speech={} core={} gold={n_gold} pred={n_pred}",
                self.subset,
                self.unit,
                flag(self.speech),
                flag(self.core),
            )?;
            for (row, prf) in rows {
                writeln!(out, "  {row:13} P {:5.1}  R {:5.1}  F1 {:5.1}", prf.p, prf.r, prf.f1)?;
            }
            let shares = shares.map(|(row, share)| match share {
                Some(share) => format!("{row}={share:.1}"),
                None => format!("{row}=None"),
            });
            writeln!(out, "  {}", shares.join("  "))?;
        }
        for wrong in scores.errors.iter().take(self.files.errors) {
            let [gold, pred] = wrong.speakers.each_ref().map(|words| words.as_deref().unwrap_or("-"));
            let content = wrong.content.replace('\n', "\\n");
            writeln!(out, "{}\t{}\tgold: {gold}\tpred: {pred}\t{content}", wrong.what, wrong.id)?;
        }
        Ok(())
    }
}

impl SentencesArgs {
    fn run(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let (gold, pred) = self.files.read()?;
        match sentences::score(&gold, &pred).with_context(|| self.files.context())? {
            sentences::Scores::Rules { passed, of, failures } => {
                if self.files.json {
                    writeln!(out, "{}", json!({"passed": passed, "of": of}))?;
                } else {
                    writeln!(out, "{passed}/{of}")?;
                }
                for (text, expected, got) in failures.iter().take(self.files.errors) {
                    writeln!(out, "TEXT {text:?}\n  EXP {expected:?}\n  GOT {got:?}")?;
                }
            }
            sentences::Scores::Boundaries { all, inner, quote, errors } => {
                let rows = [("all", all), ("inner", inner), ("quote", quote)];
                let fields = |f: &sentences::Fraction| (f.p(), f.r(), f.f1(), f.tp, f.fp, f.fn_);
                if self.files.json {
                    let value: Map<String, Value> = rows
                        .iter()
                        .map(|(row, fraction)| {
                            let (p, r, f, tp, fp, fn_) = fields(fraction);
                            (row.to_string(), json!({"P": p, "R": r, "F": f, "tp": tp, "fp": fp, "fn": fn_}))
                        })
                        .collect();
                    writeln!(out, "{}", Value::Object(value))?;
                } else {
                    for (row, fraction) in &rows {
                        let (p, r, f, tp, fp, fn_) = fields(fraction);
                        let (p, r, f) = (ratio(p, tp + fp), ratio(r, tp + fn_), ratio(f, tp));
                        writeln!(out, "{row} P={p} R={r} F={f} tp={tp} fp={fp} fn={fn_}")?;
                    }
                }
                for (predicted, before, after) in errors.iter().take(self.files.errors) {
                    writeln!(out, "{} {before} || {after}", if *predicted { "FP" } else { "FN" })?;
                }
            }
        }
        Ok(())
    }
}

/// Four decimals; a share of nothing is a bare 0.
fn ratio(value: f64, of: usize) -> String {
    if of == 0 { "0".to_owned() } else { format!("{value:.4}") }
}
