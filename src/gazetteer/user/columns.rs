//! Which column of a list is what, and what its fields say.

use super::super::compile::Row;
use super::super::compile::layout::{NEVER, Policy};

/// The prominence of a user's own names, where the list does not say: above any shipped one.
const OWN: f32 = 10.0;

/// A row of a user's list, checked.
pub struct UserRow<'r> {
    /// Number of the entity type, or [`NEVER`].
    pub kind: u8,
    /// Whether the lists below do not count.
    pub overrides: bool,
    /// The rest, but for `links`.
    pub row: Row<'r>,
    /// What reaches the entity's links.
    pub links: Vec<(&'r str, &'r str)>,
}

/// Which column is what.
#[derive(Clone)]
pub(super) struct Columns {
    names: Vec<String>,
    /// By the order of [`KNOWN`].
    known: [Option<usize>; KNOWN.len()],
    others: Vec<(String, usize)>,
}

const KNOWN: [&str; 13] = [
    "name",
    "type",
    "aliases",
    "id",
    "mode",
    "case",
    "kind",
    "country",
    "prominence",
    "gender",
    "population",
    "lat",
    "lon",
];

impl Columns {
    pub fn of(names: &[&str]) -> Result<Self, String> {
        let mut columns = Columns {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            known: [None; KNOWN.len()],
            others: Vec::new(),
        };
        for (index, name) in names.iter().enumerate() {
            let name = name.trim();
            match KNOWN.iter().position(|known| name.eq_ignore_ascii_case(known)) {
                Some(known) if columns.known[known].is_some() => {
                    return Err(format!("two columns \"{name}\""));
                }
                Some(known) => columns.known[known] = Some(index),
                None if name.is_empty() => return Err(format!("column {} has no name", index + 1)),
                None => columns.others.push((name.to_owned(), index)),
            }
        }
        for needed in [0, 1] {
            if columns.known[needed].is_none() {
                return Err(format!(
                    "no column \"{}\": a list has columns name and type (person, organization, place, never), and others as needed",
                    KNOWN[needed]
                ));
            }
        }
        Ok(columns)
    }

    /// Whether these are the names of its columns, in that order.
    pub fn are<'n>(&self, names: impl Iterator<Item = &'n str>) -> bool {
        names.eq(self.names.iter().map(String::as_str))
    }

    /// What the fields of a row say.
    ///
    /// # Errors
    /// When there are too many, one is not of its kind, or there is no name.
    pub fn row<'r>(&'r self, fields: &[&'r str]) -> Result<UserRow<'r>, String> {
        if fields.len() > self.names.len() {
            return Err(format!("{} fields, but {} columns", fields.len(), self.names.len()));
        }
        let text = |known: usize| {
            self.known[known].and_then(|index| fields.get(index)).map_or("", |field| field.trim())
        };
        let number = |known: usize| match text(known) {
            "" => Ok(None),
            field => field
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_finite())
                .map(Some)
                .ok_or_else(|| format!("{} \"{field}\" is no number", KNOWN[known])),
        };
        let kind = match text(1).to_ascii_lowercase().as_str() {
            "person" | "per" => 0,
            "organization" | "organisation" | "org" => 1,
            "place" | "location" | "loc" | "gpe" => 2,
            "never" => NEVER,
            other => return Err(format!("type \"{other}\" is none of person, organization, place, never")),
        };
        let (never, overrides) = match text(4) {
            "" | "add" => (false, false),
            "override" => (false, true),
            "never" => (true, false),
            other => return Err(format!("mode \"{other}\" is none of add, override, never")),
        };
        if text(0).is_empty() {
            return Err("no name".to_owned());
        }
        let id = text(3);
        let mut links: Vec<(&str, &str)> = Vec::new();
        // An id with no key of its own is one text, spaces and all.
        if !id.is_empty() && !id.split(' ').all(|part| part.contains(':')) {
            links.push(("id", id));
        }
        for (key, index) in &self.others {
            if let Some(value) = fields.get(*index).map(|f| f.trim()).filter(|f| !f.is_empty()) {
                links.push((key.as_str(), value));
            }
        }
        let case = text(5);
        let row = Row {
            name: text(0),
            aliases: text(2),
            subtype: text(6),
            country: text(7),
            id: if links.first().is_some_and(|l| l.0 == "id") { "" } else { id },
            links: &[],
            prominence: number(8)?.map_or(OWN, |p| p as f32),
            female: match text(9) {
                "" => None,
                "F" | "f" | "female" => Some(true),
                "M" | "m" | "male" => Some(false),
                other => return Err(format!("gender \"{other}\" is neither M nor F")),
            },
            population: number(10)?.unwrap_or(0.0) as u64,
            coordinates: match (number(11)?, number(12)?) {
                (Some(lat), Some(lon)) => Some((lat as f32, lon as f32)),
                _ => None,
            },
            policy: match case {
                "" => None,
                case => Some(
                    Policy::from_name(case)
                        .ok_or_else(|| format!("case \"{case}\" is none of exact, title, upper, any"))?,
                ),
            },
        };
        Ok(UserRow { kind: if never { NEVER } else { kind }, overrides, row, links })
    }
}
