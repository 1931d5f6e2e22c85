//! What a name of the lists can mean.

use super::compile::layout::u32_at;
use super::compile::layout::{ELSEWHERE, NOWHERE, Section, field, link, varint};
use super::index::Index;
use crate::annotations::{EntityType, Gender};

/// One person, organization or place of the lists.
///
/// Fields are read from the index when asked for.
#[derive(Clone, Copy)]
pub struct Entry<'g> {
    index: &'g Index,
    /// The record of its canonical name.
    record: u32,
    list: u8,
    /// Where its fields are.
    fields: usize,
    alias: bool,
}

/// A meaning's fields, decoded but for the links.
#[derive(Default)]
struct Fields {
    have: u8,
    subtype: u64,
    country: u64,
    prominence: u8,
    links: usize,
    population: u64,
    lat: u32,
    lon: u32,
}

impl<'g> Entry<'g> {
    /// Its type.
    pub fn kind(&self) -> EntityType {
        let kind = self.index.lists().get(usize::from(self.list)).map_or(0, |list| list.kind);
        EntityType::ALL[usize::from(kind).min(2)]
    }

    /// The list's finer type (`country`, `city`, `party`, `football-club` …), empty when not given.
    pub fn subtype(&self) -> &'g str {
        let fields = self.fields();
        if fields.have & field::SUBTYPE == 0 { "" } else { self.index.string(fields.subtype) }
    }

    /// The canonical name, which may differ from the name that was matched.
    pub fn name(&self) -> String {
        self.index.spelling(self.record)
    }

    /// Whether the name that led here is another than the canonical one.
    pub fn is_alias(&self) -> bool {
        self.alias
    }

    /// ISO 3166 code of the country or nationality in capitals (`CN`), empty when unknown.
    pub fn country(&self) -> &'g str {
        let fields = self.fields();
        if fields.have & field::COUNTRY == 0 { "" } else { self.index.string(fields.country) }
    }

    /// Links to the world, by key: `wikipedia` → `Xi_Jinping`, `geonames` → `1816670`, a user's columns.
    pub fn links(&self) -> Vec<(String, String)> {
        let fields = self.fields();
        let mut links = Vec::new();
        if fields.have & field::TITLE != 0 {
            links.push(("wikipedia".to_owned(), self.name().replace(' ', "_")));
        }
        if fields.have & field::LINKS != 0 {
            let names = self.index.section(Section::Names);
            let mut at = fields.links;
            for _ in 0..varint(names, &mut at) {
                let key = self.index.string(varint(names, &mut at)).to_owned();
                links.push((key, read_link(names, &mut at)));
            }
        }
        links
    }

    /// How likely it is the one meant, 0 (unknown) to 10.
    pub fn prominence(&self) -> f32 {
        f32::from(self.fields().prominence) / 10.0
    }

    /// Gender, of persons, where the list knows it.
    pub fn gender(&self) -> Option<Gender> {
        let have = self.fields().have;
        (have & field::GENDER != 0).then_some(if have & field::FEMALE != 0 {
            Gender::Female
        } else {
            Gender::Male
        })
    }

    /// Inhabitants, of places; 0 when unknown.
    pub fn population(&self) -> u64 {
        self.fields().population
    }

    /// Latitude and longitude in degrees, of places.
    pub fn coordinates(&self) -> Option<(f32, f32)> {
        let fields = self.fields();
        if fields.have & field::PLACE == 0 || fields.lat == NOWHERE {
            return None;
        }
        // The grid is finer than four decimals, which is what lists give at most.
        let degrees = |grid: u32, half: f64| {
            let exact = f64::from(grid) / f64::from(NOWHERE - 1) * 2.0 * half - half;
            ((exact * 1e4).round() / 1e4) as f32
        };
        Some((degrees(fields.lat, 90.0), degrees(fields.lon, 180.0)))
    }

    /// The list it stands in, by its file name without ending: `people`, `cities`.
    pub fn list(&self) -> &'g str {
        self.index.lists().get(usize::from(self.list)).map_or("", |list| &*list.name)
    }

    /// Whether it comes from a user's own list.
    pub fn is_user(&self) -> bool {
        self.index.lists().get(usize::from(self.list)).is_some_and(|list| list.user)
    }

    /// Its place in its index, which tells entries of one list apart.
    #[cfg(feature = "cli")]
    pub(crate) fn place(&self) -> u64 {
        self.fields as u64
    }

    fn fields(&self) -> Fields {
        let names = self.index.section(Section::Names);
        Fields::read(names, &mut self.fields.clone())
    }
}

impl std::fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("name", &self.name())
            .field("kind", &self.kind())
            .field("subtype", &self.subtype())
            .field("list", &self.list())
            .finish_non_exhaustive()
    }
}

impl Fields {
    /// Reads a meaning's fields, after its list number, and moves past them.
    fn read(names: &[u8], at: &mut usize) -> Self {
        let mut fields = Fields { have: names.get(*at).copied().unwrap_or(0), ..Fields::default() };
        *at += 1;
        if fields.have & field::SUBTYPE != 0 {
            fields.subtype = varint(names, at);
        }
        if fields.have & field::COUNTRY != 0 {
            fields.country = varint(names, at);
        }
        if fields.have & field::PROMINENCE != 0 {
            fields.prominence = names.get(*at).copied().unwrap_or(0);
            *at += 1;
        }
        if fields.have & field::LINKS != 0 {
            fields.links = *at;
            for _ in 0..varint(names, at) {
                varint(names, at);
                skip_link(names, at);
            }
        }
        if fields.have & field::PLACE != 0 {
            fields.population = varint(names, at);
            if let Some(six) = names.get(*at..*at + 6) {
                fields.lat = u32::from_le_bytes([six[0], six[1], six[2], 0]);
                fields.lon = u32::from_le_bytes([six[3], six[4], six[5], 0]);
            }
            *at += 6;
        }
        fields
    }
}

fn skip_link(names: &[u8], at: &mut usize) {
    let form = names.get(*at).copied().unwrap_or(link::NUMBER);
    *at += 1;
    let value = varint(names, at);
    if form == link::TEXT {
        *at = at.saturating_add(value as usize);
    }
}

fn read_link(names: &[u8], at: &mut usize) -> String {
    let form = names.get(*at).copied().unwrap_or(link::NUMBER);
    *at += 1;
    let value = varint(names, at);
    match form {
        link::TEXT => {
            let text = names.get(*at..at.saturating_add(value as usize)).unwrap_or(&[]);
            *at += text.len();
            String::from_utf8_lossy(text).into_owned()
        }
        link::Q_NUMBER => format!("Q{value}"),
        _ => value.to_string(),
    }
}

/// See [`super::Gazetteer::entries`].
#[derive(Clone)]
pub struct Entries<'g> {
    index: &'g Index,
    record: u32,
    at: usize,
    left: u8,
}

impl<'g> Entries<'g> {
    /// The meanings of a record.
    pub(super) fn of(index: &'g Index, record: u32) -> Self {
        let meanings = index.record(record).meanings;
        let left = index.section(Section::Names).get(meanings).copied().unwrap_or(0);
        Entries { index, record, at: meanings + 1, left }
    }

    /// The number of the list of each meaning.
    pub(super) fn lists(self) -> impl Iterator<Item = u8> {
        self.map(|entry| entry.list)
    }

    /// The meaning at position `ordinal` of the record, which is not elsewhere.
    fn nth_of(index: &'g Index, record: u32, ordinal: u8) -> Option<Entry<'g>> {
        let names = index.section(Section::Names);
        let mut entries = Entries::of(index, record);
        for _ in 0..ordinal {
            entries.pass(names)?;
        }
        let list = *names.get(entries.at).filter(|&&list| list != ELSEWHERE)?;
        Some(Entry { index, record, list, fields: entries.at + 1, alias: true })
    }

    fn pass(&mut self, names: &[u8]) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        let list = *names.get(self.at)?;
        self.at += 1;
        if list == ELSEWHERE {
            self.at += 5;
        } else {
            Fields::read(names, &mut self.at);
        }
        Some(())
    }
}

impl<'g> Iterator for Entries<'g> {
    type Item = Entry<'g>;

    fn next(&mut self) -> Option<Entry<'g>> {
        let names = self.index.section(Section::Names);
        loop {
            let at = self.at;
            self.pass(names)?;
            let list = names[at];
            if list != ELSEWHERE {
                return Some(Entry {
                    index: self.index,
                    record: self.record,
                    list,
                    fields: at + 1,
                    alias: false,
                });
            }
            let target = names.get(at + 1..at + 6)?;
            // A reference that leads nowhere exists in damaged indexes only.
            if let Some(entry) = Entries::nth_of(self.index, u32_at(target, 0), target[4]) {
                return Some(entry);
            }
        }
    }
}
