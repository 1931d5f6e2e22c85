//! Hand-made gold for articles, written so that a person can check it by eye.
//!
//! An article `NAME.txt` has its gold beside it in `NAME.gold.tsv`. The gold
//! holds no offsets: its rows repeat words of the article, and this reader
//! finds where they stand. A row that does not match the text is an error
//! with file and line, so that gold and article cannot drift apart.
//!
//! Rows, separated by tabs; `#` starts a comment line:
//!
//! ```text
//! name   TYPE  ENTITY  SURFACE  [OCCURRENCES]
//! quote  KIND  ENTITY  SPEAKER  CUE  PIECE  [PIECE …]
//! ```
//!
//! *name*: every occurrence of SURFACE as a whole word that does not lie inside
//! a longer name of the gold is a mention of ENTITY. OCCURRENCES (`1,3`) picks
//! some, counted over all whole-word occurrences as an editor's search would.
//!
//! *quote*: the PIECEs are the content, in text order; rows stand in the order
//! of their first piece. SPEAKER and CUE are words of the article outside the
//! content: those occurrences that stand closest, counting the gaps between
//! speaker, cue and content; the earlier of two equally close. ENTITY is who
//! speaks, one of the entities of the *name* rows. `-` stands for none.
//!
//! ```
//! use saidwho::eval::gold::Gold;
//! let text = "“Go,” said Ama Mensah. Mensah left.";
//! let rows = "name\tperson\tAma Mensah\tAma Mensah\n\
//!             name\tperson\tAma Mensah\tMensah\n\
//!             quote\tdirect\tAma Mensah\tAma Mensah\tsaid\t“Go,”\n";
//! let gold = Gold::parse(text, rows, "go.gold.tsv")?;
//! assert_eq!(gold.names.len(), 2);
//! assert_eq!(gold.quotes[0].speaker.map(|s| s.of(text)), Some("Ama Mensah"));
//! # Ok::<(), saidwho::eval::gold::GoldError>(())
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thiserror::Error;

use crate::annotations::{EntityType, QuoteKind};
use crate::{Offsets, Span, Unit};

/// What an article's gold says, as byte spans of its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gold {
    /// Names in text order; they do not overlap.
    pub names: Vec<GoldName>,
    /// Quotes in the order of their first piece.
    pub quotes: Vec<GoldQuote>,
}

/// One name of the gold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldName {
    /// Where it stands.
    pub span: Span,
    /// Its type.
    pub kind: EntityType,
    /// The canonical name of its entity.
    pub entity: String,
}

/// One quote of the gold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldQuote {
    /// Direct, indirect or mixed.
    pub kind: QuoteKind,
    /// Its pieces in text order, at least one.
    pub segments: Vec<Span>,
    /// The words that name the speaker.
    pub speaker: Option<Span>,
    /// The canonical name of who speaks.
    pub entity: Option<String>,
    /// The words that report it.
    pub cue: Option<Span>,
}

/// Why gold cannot be read.
#[derive(Debug, Error)]
pub enum GoldError {
    /// A file that is not there or not UTF-8.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A row that is malformed or does not match the article.
    #[error("{file}:{line}: {problem}")]
    Row {
        /// The gold file.
        file: String,
        /// Line in it, from 1.
        line: usize,
        /// What is wrong and what to do.
        problem: String,
    },
}

impl Gold {
    /// Reads an article and the gold beside it: `NAME.txt` and `NAME.gold.tsv`. Gives the text, too.
    ///
    /// # Errors
    /// When one of them cannot be read, or a row does not match the text.
    pub fn read(article: &Path) -> Result<(String, Gold), GoldError> {
        let read = |path: &Path| {
            fs::read_to_string(path).map_err(|source| GoldError::Unreadable { path: path.to_owned(), source })
        };
        let text = read(article)?;
        let beside = article.with_extension("gold.tsv");
        let gold = Gold::parse(&text, &read(&beside)?, &beside.display().to_string())?;
        Ok((text, gold))
    }

    /// Finds the rows of `gold` in `text`; `file` names the gold in errors.
    ///
    /// # Errors
    /// At the first row that is malformed or does not match the text.
    pub fn parse(text: &str, gold: &str, file: &str) -> Result<Gold, GoldError> {
        let row_error =
            |line: usize, problem: String| GoldError::Row { file: file.to_owned(), line, problem };
        let mut names = Vec::new();
        let mut quotes = Vec::new();
        for (index, row) in gold.lines().enumerate() {
            if row.starts_with('#') || row.trim().is_empty() {
                continue;
            }
            let line = index + 1;
            let fields: Vec<&str> = row.split('\t').map(str::trim).collect();
            match fields[0] {
                "name" => names.push((line, NameRow::read(&fields).map_err(|p| row_error(line, p))?)),
                "quote" => quotes.push((line, QuoteRow::read(&fields).map_err(|p| row_error(line, p))?)),
                other => {
                    return Err(row_error(
                        line,
                        format!("a row starts with \"name\" or \"quote\", not \"{other}\""),
                    ));
                }
            }
        }
        let names = place_names(text, &names).map_err(|(line, p)| row_error(line, p))?;
        let quotes = place_quotes(text, &quotes, &names).map_err(|(line, p)| row_error(line, p))?;
        Ok(Gold { names, quotes })
    }

    /// The document as the scorers read it: one object with `id`, `text`, `entities` and `quotes`, offsets in code points.
    pub fn to_scorer(&self, id: &str, text: &str) -> Value {
        let offsets = Offsets::new(text, Unit::Char);
        let words = |span: Span| {
            let (start, end) = offsets.of(span);
            json!({ "start": start, "end": end, "text": span.of(text) })
        };
        let entities: Vec<Value> = self
            .names
            .iter()
            .map(|name| {
                let mut row = words(name.span);
                row["type"] = match name.kind {
                    EntityType::Person => "PER",
                    EntityType::Organization => "ORG",
                    EntityType::Place => "LOC",
                }
                .into();
                row["canonical"] = name.entity.as_str().into();
                row
            })
            .collect();
        let quotes: Vec<Value> = self
            .quotes
            .iter()
            .map(|quote| {
                let pieces: Vec<_> = quote.segments.iter().map(|&piece| offsets.of(piece)).collect();
                json!({
                    "start": pieces[0].0,
                    "end": pieces[pieces.len() - 1].1,
                    "segments": pieces,
                    "kind": quote.kind,
                    "speaker": quote.speaker.map(words),
                    "speaker_entity": quote.entity,
                    "cue": quote.cue.map(words),
                })
            })
            .collect();
        json!({ "id": id, "text": text, "entities": entities, "quotes": quotes })
    }
}

/// A *name* row as written.
struct NameRow<'g> {
    kind: EntityType,
    entity: &'g str,
    surface: &'g str,
    /// Which whole-word occurrences, from 1; empty for all that are free.
    occurrences: Vec<usize>,
}

impl<'g> NameRow<'g> {
    fn read(fields: &[&'g str]) -> Result<Self, String> {
        let (kind, entity, surface, rest) = match *fields {
            [_, kind, entity, surface, ref rest @ ..]
                if rest.len() <= 1 && !entity.is_empty() && !surface.is_empty() =>
            {
                (kind, entity, surface, rest)
            }
            _ => return Err("a name row has type, entity, surface and perhaps occurrence numbers".into()),
        };
        let kind = EntityType::ALL
            .into_iter()
            .find(|t| t.name() == kind)
            .ok_or_else(|| format!("the type is person, organization or place, not \"{kind}\""))?;
        let occurrences = match rest {
            [numbers] if !numbers.is_empty() => numbers
                .split(',')
                .map(|n| n.trim().parse().ok().filter(|&n: &usize| n > 0))
                .collect::<Option<_>>()
                .ok_or_else(|| {
                    format!("occurrences are numbers from 1 with commas between, not \"{numbers}\"")
                })?,
            _ => Vec::new(),
        };
        Ok(NameRow { kind, entity, surface, occurrences })
    }
}

/// A *quote* row as written.
struct QuoteRow<'g> {
    kind: QuoteKind,
    entity: Option<&'g str>,
    speaker: Option<&'g str>,
    cue: Option<&'g str>,
    pieces: Vec<&'g str>,
}

impl<'g> QuoteRow<'g> {
    fn read(fields: &[&'g str]) -> Result<Self, String> {
        let [_, kind, entity, speaker, cue, ref pieces @ ..] = *fields else {
            return Err("a quote row has kind, entity, speaker, cue and one piece of content or more".into());
        };
        if pieces.is_empty() || fields.iter().any(|f| f.is_empty()) {
            return Err("a quote row has no empty field and at least one piece; write - for none".into());
        }
        let kind = match kind {
            "direct" => QuoteKind::Direct,
            "indirect" => QuoteKind::Indirect,
            "mixed" => QuoteKind::Mixed,
            other => return Err(format!("the kind is direct, indirect or mixed, not \"{other}\"")),
        };
        let given = |field: &'g str| (field != "-").then_some(field);
        Ok(QuoteRow {
            kind,
            entity: given(entity),
            speaker: given(speaker),
            cue: given(cue),
            pieces: pieces.to_vec(),
        })
    }
}

/// All occurrences of `needle` that no letter or digit touches.
fn whole_words<'t>(text: &'t str, needle: &'t str) -> impl Iterator<Item = Span> + 't {
    let glued = |outside: Option<char>, inside: Option<char>| {
        outside.is_some_and(char::is_alphanumeric) && inside.is_some_and(char::is_alphanumeric)
    };
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text[from..].find(needle)?;
            let end = start + needle.len();
            from = start + needle.chars().next().map_or(1, char::len_utf8);
            if !glued(text[..start].chars().next_back(), needle.chars().next())
                && !glued(text[end..].chars().next(), needle.chars().next_back())
            {
                return Some(Span::new(start, end));
            }
        }
    })
}

/// A problem with the line it stands on.
type Problem = (usize, String);

fn place_names(text: &str, rows: &[(usize, NameRow)]) -> Result<Vec<GoldName>, Problem> {
    let mut kinds: BTreeMap<&str, EntityType> = BTreeMap::new();
    for (line, row) in rows {
        if *kinds.entry(row.entity).or_insert(row.kind) != row.kind {
            return Err((*line, format!("\"{}\" has another type in an earlier row", row.entity)));
        }
    }
    // Longest surface first, so that shorter ones see what is taken.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(rows[i].1.surface.len()), i));
    let mut taken: BTreeMap<usize, (Span, usize)> = BTreeMap::new();
    for i in order {
        let (line, row) = &rows[i];
        let all: Vec<Span> = whole_words(text, row.surface).collect();
        let picked: Vec<Span> = if row.occurrences.is_empty() {
            let over =
                |span: Span| taken.range(..span.end()).next_back().filter(|(_, (t, _))| t.overlaps(span));
            let free: Vec<Span> = all
                .into_iter()
                .filter(|&span| over(span).is_none_or(|(_, (longer, _))| longer.len() <= span.len()))
                .collect();
            if free.is_empty() {
                return Err((
                    *line,
                    format!("\"{}\" does not stand in the article outside longer names", row.surface),
                ));
            }
            free
        } else {
            let pick = |&n: &usize| {
                all.get(n - 1).copied().ok_or_else(|| {
                    (
                        *line,
                        format!(
                            "\"{}\" stands in the article {} times, there is no {n}",
                            row.surface,
                            all.len()
                        ),
                    )
                })
            };
            row.occurrences.iter().map(pick).collect::<Result<_, _>>()?
        };
        for span in picked {
            let before = taken.range(..span.end()).next_back();
            if let Some((_, (other, j))) = before.filter(|(_, (other, _))| other.overlaps(span)) {
                return Err((
                    *line,
                    format!(
                        "\"{}\" runs into \"{}\" of line {}: give occurrence numbers",
                        row.surface,
                        other.of(text),
                        rows[*j].0
                    ),
                ));
            }
            taken.insert(span.start(), (span, i));
        }
    }
    let name = |&(span, i): &(Span, usize)| {
        let row = &rows[i].1;
        GoldName { span, kind: row.kind, entity: row.entity.to_owned() }
    };
    Ok(taken.values().map(name).collect())
}

fn place_quotes(
    text: &str,
    rows: &[(usize, QuoteRow)],
    names: &[GoldName],
) -> Result<Vec<GoldQuote>, Problem> {
    let mut quotes = Vec::with_capacity(rows.len());
    let mut from = 0;
    for (line, row) in rows {
        let mut segments: Vec<Span> = Vec::with_capacity(row.pieces.len());
        for piece in &row.pieces {
            let from = segments.last().map_or(from, |before| before.end());
            let found = whole_words(text, piece).find(|span| span.start() >= from).ok_or_else(|| {
                (*line, format!("\"{piece}\" does not stand in the article after the piece or row before it"))
            })?;
            segments.push(found);
        }
        from = segments[0].start();
        let places = |words: Option<&str>| match words {
            None => Ok(vec![None]),
            Some(words) => {
                let outside = |span: &Span| segments.iter().all(|piece| !piece.overlaps(*span));
                let found: Vec<_> = whole_words(text, words).filter(outside).map(Some).collect();
                if found.is_empty() {
                    return Err((
                        *line,
                        format!("\"{words}\" does not stand in the article outside the content"),
                    ));
                }
                Ok(found)
            }
        };
        let (speaker, cue) = closest(&places(row.speaker)?, &places(row.cue)?, &segments);
        if let Some(entity) = row.entity.filter(|&e| names.iter().all(|name| name.entity != e)) {
            return Err((*line, format!("\"{entity}\" is the entity of no name row")));
        }
        quotes.push(GoldQuote {
            kind: row.kind,
            speaker,
            entity: row.entity.map(str::to_owned),
            cue,
            segments,
        });
    }
    Ok(quotes)
}

/// The pair of occurrences that stand closest to each other and to the content; not overlapping each other.
fn closest(
    speakers: &[Option<Span>],
    cues: &[Option<Span>],
    content: &[Span],
) -> (Option<Span>, Option<Span>) {
    let gap = |a: Span, b: Span| a.start().saturating_sub(b.end()) + b.start().saturating_sub(a.end());
    let away =
        |span: Option<Span>| span.and_then(|s| content.iter().map(|&piece| gap(piece, s)).min()).unwrap_or(0);
    let pairs = speakers.iter().flat_map(|&speaker| cues.iter().map(move |&cue| (speaker, cue)));
    pairs
        .filter_map(|(speaker, cue)| {
            let between = match (speaker, cue) {
                (Some(s), Some(c)) if s.overlaps(c) => return None,
                (Some(s), Some(c)) => gap(s, c),
                _ => 0,
            };
            Some((away(speaker) + away(cue) + between, speaker, cue))
        })
        .min()
        .map_or((None, None), |(_, speaker, cue)| (speaker, cue))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn problem(text: &str, rows: &str) -> String {
        Gold::parse(text, rows, "a.gold.tsv").unwrap_err().to_string()
    }

    #[test]
    fn a_shorter_name_inside_a_longer_one_is_no_mention() {
        let text = "Lima University is in Lima.";
        let gold = Gold::parse(
            text,
            "# comment\nname\tplace\tLima\tLima\nname\torganization\tLima University\tLima University\n",
            "a",
        )
        .unwrap();
        let found: Vec<_> = gold.names.iter().map(|n| (n.span.start(), n.span.of(text))).collect();
        assert_eq!(found, [(0, "Lima University"), (22, "Lima")]);
    }

    #[test]
    fn occurrence_numbers_pick_among_whole_words() {
        let text = "Kim met Kim. Kimchi and Kim.";
        let gold =
            Gold::parse(text, "name\tperson\tKim A\tKim\t1,3\nname\tperson\tKim B\tKim\t2\n", "a").unwrap();
        let found: Vec<_> = gold.names.iter().map(|n| (n.span.start(), n.entity.as_str())).collect();
        assert_eq!(found, [(0, "Kim A"), (8, "Kim B"), (24, "Kim A")]);
    }

    #[test]
    fn speaker_and_cue_are_the_closest_outside_the_content() {
        let text = "He slept. \"He did,\" he said, \"and said so.\" She said no.";
        let gold =
            Gold::parse(text, "quote\tdirect\t-\the\tsaid\t\"He did,\"\t\"and said so.\"\n", "a").unwrap();
        let quote = &gold.quotes[0];
        assert_eq!(quote.speaker, Some(Span::new(20, 22)));
        assert_eq!(quote.cue, Some(Span::new(23, 27)));
        assert_eq!(quote.segments.len(), 2);
    }

    #[test]
    fn a_row_that_does_not_match_says_where() {
        assert_eq!(
            problem("Lima.", "# head\nname\tplace\tQuito\tQuito\n"),
            "a.gold.tsv:2: \"Quito\" does not stand in the article outside longer names"
        );
        assert!(problem("Lima.", "name\tcity\tLima\tLima\n").starts_with("a.gold.tsv:1: the type is"));
        assert!(problem("Lima.", "name\tplace\tLima\tLima\t2\n").contains("there is no 2"));
        assert!(problem("Lima.", "name\tplace\tLima\tLima\tx\n").contains("occurrences are numbers"));
        assert!(problem("Lima.", "name\tplace\tLima\n").contains("a name row has"));
        assert!(problem("Lima.", "nam\tplace\tLima\tLima\n").contains("\"name\" or \"quote\""));
        assert!(problem("Lima.", "name\tplace\tA\tLima\nname\tperson\tA\tLima\n").contains("another type"));
        assert!(problem("Lima.", "name\tplace\tA\tLima\nname\tplace\tB\tLima\n").contains("runs into"));
        assert!(
            problem("\"A,\" he said.", "quote\tdirect\t-\the\tsaid\t\"B,\"\n").contains("does not stand")
        );
        assert!(problem("\"A,\" he said.", "quote\tdirect\tX\the\tsaid\t\"A,\"\n").contains("no name row"));
        assert!(
            problem("\"A,\" he said.", "quote\tdirect\t-\tshe\tsaid\t\"A,\"\n")
                .contains("outside the content")
        );
        assert!(problem("\"A,\" he said.", "quote\tdirect\t-\the\tsaid\n").contains("at least one piece"));
    }

    #[test]
    fn offsets_for_the_scorers_are_code_points() {
        let text = "“É,” said Zoë.";
        let gold =
            Gold::parse(text, "name\tperson\tZoë\tZoë\nquote\tdirect\tZoë\tZoë\tsaid\t“É,”\n", "a").unwrap();
        let row = gold.to_scorer("z", text);
        assert_eq!(
            row["entities"][0],
            json!({"start": 10, "end": 13, "text": "Zoë", "type": "PER", "canonical": "Zoë"})
        );
        assert_eq!(row["quotes"][0]["segments"], json!([[0, 4]]));
        assert_eq!(row["quotes"][0]["speaker"]["start"], 10);
    }
}
