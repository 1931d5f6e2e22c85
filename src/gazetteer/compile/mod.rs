//! From lists to an index.
//!
//! Compiled into `build.rs` for the shipped lists and into the library for a
//! user's own, so that both go through the same code. It therefore uses
//! nothing of the rest of the crate.

mod batch;
pub mod fold;
pub mod layout;
pub mod list;
pub mod shipped;
pub mod variants;
mod vocabulary;
mod write;

pub use batch::Batch;
use batch::{Name, View};
use fold::Separator;
use layout::{ELSEWHERE, NOWHERE, Policy, field, link, put_varint};
use vocabulary::{Interner, Vocabulary};

/// One row of an entity list. Empty and `None` say "unknown".
#[derive(Clone, Copy, Debug, Default)]
pub struct Row<'r> {
    /// The canonical name.
    pub name: &'r str,
    /// Other names, separated by `|`.
    pub aliases: &'r str,
    /// Finer type.
    pub subtype: &'r str,
    /// ISO 3166 code.
    pub country: &'r str,
    /// Links, `key:value`, separated by spaces; `wikipedia:=` says that the title is the name.
    pub id: &'r str,
    /// More links.
    pub links: &'r [(&'r str, &'r str)],
    /// 0 to 10.
    pub prominence: f32,
    /// Whether a person is a woman.
    pub female: Option<bool>,
    /// Inhabitants.
    pub population: u64,
    /// Latitude and longitude in degrees.
    pub coordinates: Option<(f32, f32)>,
    /// When its names match, if not as the rest of the list.
    pub policy: Option<Policy>,
}

/// What is known of a list inside an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListMeta {
    /// Its name.
    pub name: String,
    /// Number of its entity type, or [`layout::NEVER`].
    pub kind: u8,
    /// A user's own.
    pub user: bool,
    /// Its names hide the same names of the lists below.
    pub overrides: bool,
}

/// A spelling that leads to a meaning.
struct Form {
    hash: u64,
    words: u32,
    meaning: u32,
    count: u8,
    policy: Policy,
    separated: bool,
    canonical: bool,
}

/// A meaning's fields as they are written.
struct Meaning {
    start: u32,
    end: u32,
    list: u8,
    prominence: u8,
}

/// Takes lists in and gives an index out.
#[derive(Default)]
pub struct Builder {
    lists: Vec<(ListMeta, Policy)>,
    vocabulary: Vocabulary,
    strings: Interner,
    separators: Interner,
    separator_classes: Vec<u8>,
    /// Which classes stand between words of names, one bit each.
    joins: u8,
    forms: Vec<Form>,
    /// Word numbers of all forms.
    pool: Vec<u32>,
    /// Beside `pool`, with one more place per form: numbers of what stands before each word, and after the last.
    gaps: Vec<u8>,
    meanings: Vec<Meaning>,
    /// By meaning: the first one that says the same.
    same: Vec<u32>,
    /// Meanings of the records, one record's after the other's; true where its spelling is the canonical one.
    meant: Vec<(u32, bool)>,
    fields: Vec<u8>,
    sets: Vec<(String, String)>,
    left_out: Vec<list::ListError>,
    scratch: Batch,
}

impl Builder {
    /// Announces a list; its number goes into [`Builder::entry`].
    ///
    /// # Errors
    /// When there are more lists than an index holds.
    pub fn list(&mut self, meta: ListMeta, policy: Policy) -> Result<u8, String> {
        if self.lists.len() >= ELSEWHERE as usize {
            return Err(format!("more than {} lists", ELSEWHERE - 1));
        }
        self.lists.push((meta, policy));
        Ok(self.lists.len() as u8 - 1)
    }

    /// Takes a row in.
    ///
    /// # Errors
    /// As [`Batch::push`].
    pub fn entry(&mut self, list: u8, row: &Row<'_>) -> Result<(), String> {
        let mut batch = std::mem::take(&mut self.scratch);
        batch.clear();
        let problem = batch.push(row);
        self.take(list, &batch, 0);
        self.scratch = batch;
        problem
    }

    /// Takes the row of this number in, if its name can match.
    pub fn take(&mut self, list: u8, batch: &Batch, number: usize) {
        let row = batch.row(number);
        let policy = row.rest().policy.unwrap_or(self.lists[list as usize].1);
        let meaning = self.meanings.len() as u32;
        let forms = self.forms.len();
        for name in row.names() {
            self.form(&name, policy, meaning);
        }
        if self.forms.len() == forms {
            return;
        }
        // The same word by two ways: the first, which is the canonical one if it is among them.
        let mut kept = forms;
        for index in forms..self.forms.len() {
            let same = (forms..kept).any(|k| self.same_matches(&self.forms[k], &self.forms[index]));
            if !same {
                self.forms.swap(kept, index);
                kept += 1;
            }
        }
        self.forms.truncate(kept);
        self.meaning(list, row);
    }

    /// Takes a given name in: how common (1–15) and the share of women, 0 to 1.
    pub fn given(&mut self, name: &str, frequency: u8, p_female: Option<f32>) {
        if let Some(facts) = self.vocabulary.facts(name) {
            facts.given = facts.given.max(frequency.min(15));
            if let Some(share) = p_female {
                facts.p_female = 1 + (share.clamp(0.0, 1.0) * 100.0).round() as u8;
            }
        }
    }

    /// Takes a surname in: how common, 1–15.
    pub fn surname(&mut self, name: &str, frequency: u8) {
        if let Some(facts) = self.vocabulary.facts(name) {
            facts.surname = facts.surname.max(frequency.min(15));
        }
    }

    /// Takes a closed set in, as TSV with a line of column names.
    pub fn set(&mut self, name: &str, table: String) {
        self.sets.push((name.to_owned(), table));
    }

    /// Notes what can never match, for those who open the index.
    pub fn left_out(&mut self, problem: list::ListError) {
        self.left_out.push(problem);
    }

    /// How many spellings there are.
    pub fn len(&self) -> usize {
        self.forms.len()
    }

    fn same_spelling(&self, a: &Form, b: &Form) -> bool {
        a.hash == b.hash && a.policy == b.policy && self.words_of(a) == self.words_of(b)
    }

    /// Whether two spellings match the same texts: they differ in accents or not at all.
    fn same_matches(&self, a: &Form, b: &Form) -> bool {
        let bare = |form: &Form| {
            let mut bare = String::new();
            for &word in self.words_of(form) {
                fold::strip_accents(self.vocabulary.text(word), &mut bare);
                bare.push(' ');
            }
            bare
        };
        a.hash == b.hash
            && a.policy == b.policy
            && (self.words_of(a) == self.words_of(b) || bare(a) == bare(b))
    }

    fn words_of(&self, form: &Form) -> &[u32] {
        &self.pool[form.words as usize..form.words as usize + form.count as usize]
    }

    /// Adds a spelling.
    fn form(&mut self, name: &Name<'_>, policy: Policy, meaning: u32) {
        let &Name { text, words, hashes, canonical } = name;
        let start = self.pool.len() as u32;
        let mut hash = 0;
        let mut at = 0;
        let mut separated = false;
        for (index, (word, &of_text)) in words.iter().zip(hashes).enumerate() {
            let gap = &text[at..word.start as usize];
            separated |= gap != if index == 0 { "" } else { " " };
            at = word.end as usize;
            hash = match index.checked_sub(1) {
                None => word.hash,
                Some(before) => {
                    self.joins |= 1 << words[before].after as u8;
                    fold::extend(hash, words[before].after, word.hash)
                }
            };
            self.pool.push(self.vocabulary.number(word.of(text), of_text, word.hash));
            self.gaps.push(0);
        }
        separated |= at != text.len();
        self.pool.push(0);
        self.gaps.push(0);
        if separated {
            let mut at = 0;
            for (index, word) in words.iter().enumerate() {
                let gap = &text[at..word.start as usize];
                self.gaps[start as usize + index] = match index.checked_sub(1) {
                    None => self.edge(gap),
                    Some(before) => self.separator(gap, words[before].after),
                };
                at = word.end as usize;
            }
            self.gaps[start as usize + words.len()] = self.edge(&text[at..]);
        }
        let count = words.len() as u8;
        self.forms.push(Form { hash, words: start, meaning, count, policy, separated, canonical });
    }

    /// The number of what stands before the first word or after the last, which is nothing where all numbers are taken.
    fn edge(&mut self, text: &str) -> u8 {
        if let Some(number) = self.separators.get(text) {
            return number as u8;
        }
        let nothing = self.separator("", Separator::Space);
        let fits = self.separators.len() < 256 && text.len() < 256;
        if fits { self.separator(text, Separator::Space) } else { nothing }
    }

    /// The number of what stands between two words; when all numbers are taken, that of the plain form of its class.
    fn separator(&mut self, text: &str, class: Separator) -> u8 {
        // Class and text decide together: ". " is a space only after an abbreviation, which it was.
        if self.separators.is_empty() {
            for (class, plain) in [(1, " "), (2, "'"), (3, ", "), (4, " & "), (5, "/")] {
                self.separators.number(plain);
                self.separator_classes.push(class);
            }
        }
        if let Some(number) = self.separators.get(text) {
            if self.separator_classes[number as usize] == class as u8 {
                return number as u8;
            }
        } else if self.separators.len() < 256 && text.len() < 256 {
            self.separator_classes.push(class as u8);
            return self.separators.number(text) as u8;
        }
        class as u8 - 1
    }

    /// Writes the fields of a row.
    fn meaning(&mut self, list: u8, view: View<'_>) {
        let (row, links) = (view.rest(), view.links());
        let start = self.fields.len() as u32;
        let mut have = 0;
        let prominence = (row.prominence.clamp(0.0, 25.0) * 10.0).round() as u8;
        self.fields.push(0);
        if !row.subtype.is_empty() {
            have |= field::SUBTYPE;
            put_varint(self.strings.number(row.subtype).into(), &mut self.fields);
        }
        if !row.country.is_empty() {
            have |= field::COUNTRY;
            put_varint(self.strings.number(row.country).into(), &mut self.fields);
        }
        if prominence > 0 {
            have |= field::PROMINENCE;
            self.fields.push(prominence);
        }
        if links.len() > 0 {
            have |= field::LINKS;
            put_varint(links.len() as u64, &mut self.fields);
            for (key, value) in links {
                put_varint(self.strings.number(key).into(), &mut self.fields);
                put_link(value, &mut self.fields);
            }
        }
        if let Some(female) = row.female {
            have |= field::GENDER | if female { field::FEMALE } else { 0 };
        }
        if row.population > 0 || row.coordinates.is_some() {
            have |= field::PLACE;
            put_varint(row.population, &mut self.fields);
            let (lat, lon) = match row.coordinates {
                Some((lat, lon)) => (grid(lat, 90.0), grid(lon, 180.0)),
                None => (NOWHERE, NOWHERE),
            };
            self.fields.extend_from_slice(&lat.to_le_bytes()[..3]);
            self.fields.extend_from_slice(&lon.to_le_bytes()[..3]);
        }
        have |= if view.title() { field::TITLE } else { 0 };
        self.fields[start as usize] = have;
        self.meanings.push(Meaning { start, end: self.fields.len() as u32, list, prominence });
    }
}

/// A coordinate of ±`half` degrees on a grid of 24 bits.
fn grid(degrees: f32, half: f64) -> u32 {
    let share = (f64::from(degrees) + half) / (2.0 * half);
    (share.clamp(0.0, 1.0) * f64::from(NOWHERE - 1)).round() as u32
}

/// Writes a link's value, numbers compactly.
fn put_link(value: &str, into: &mut Vec<u8>) {
    let number = |digits: &str| match digits.parse::<u64>() {
        Ok(number) if number < 1 << 56 && number.to_string() == digits => Some(number),
        _ => None,
    };
    if let Some(number) = number(value) {
        into.push(link::NUMBER);
        put_varint(number, into);
    } else if let Some(number) = value.strip_prefix('Q').and_then(number) {
        into.push(link::Q_NUMBER);
        put_varint(number, into);
    } else {
        into.push(link::TEXT);
        put_varint(value.len() as u64, into);
        into.extend_from_slice(value.as_bytes());
    }
}
