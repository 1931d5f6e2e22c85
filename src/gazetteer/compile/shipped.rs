//! The shipped lists: a folder with a manifest.

use std::fs;
use std::path::Path;

use super::layout::Policy;
use super::list::{Content, ListError, ListInfo, Table, check_phrase};
use super::{Builder, ListMeta, Row};

/// What the manifest's folder holds, in the manifest's order.
///
/// # Errors
/// When the manifest cannot be read or an entry lacks what it needs.
pub fn manifest(folder: &Path) -> Result<Vec<ListInfo>, ListError> {
    let path = folder.join("manifest.toml");
    let file = path.display().to_string();
    let fail = |message: String| ListError { file: file.clone(), line: 0, message };
    let text = fs::read_to_string(&path).map_err(|e| fail(e.to_string()))?;
    let manifest: toml::Table = text.parse().map_err(|e: toml::de::Error| fail(e.to_string()))?;
    let entries = manifest.get("list").and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut lists = Vec::new();
    for entry in entries {
        let key = |key: &str| entry.get(key).and_then(toml::Value::as_str);
        let (Some(file), Some(content)) = (key("file"), key("type")) else {
            return Err(fail("a [[list]] lacks file or type".to_owned()));
        };
        let case = key("case").unwrap_or("title");
        let policy = Policy::from_name(case)
            .ok_or_else(|| fail(format!("{file}: case \"{case}\" is none of exact, title, upper, any")))?;
        lists.push(ListInfo { file: file.to_owned(), content: Content::from_name(content), policy });
    }
    Ok(lists)
}

/// The index of all lists in `folder`, and names that could not be taken in.
///
/// # Errors
/// When a list cannot be read.
pub fn compile(folder: &Path) -> Result<(Vec<u8>, Vec<ListError>), ListError> {
    let mut builder = Builder::default();
    let mut left_out = Vec::new();
    for list in manifest(folder)? {
        let path = folder.join(&list.file);
        let file = path.display().to_string();
        let text = read(&path).map_err(|message| ListError { file: file.clone(), line: 0, message })?;
        let table = Table::new(&file, &text)?;
        add(&mut builder, &list, table, &mut left_out)?;
    }
    let fail = |message| ListError { file: folder.display().to_string(), line: 0, message };
    Ok((builder.finish().map_err(fail)?, left_out))
}

/// The text of a list, unpacked if its name ends in `.zst`.
fn read(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|e| e.to_string())?;
    let bytes = match path.extension() {
        Some(ending) if ending == "zst" => zstd::decode_all(&bytes[..]).map_err(|e| e.to_string())?,
        _ => bytes,
    };
    String::from_utf8(bytes).map_err(|e| format!("not UTF-8 at byte {}", e.utf8_error().valid_up_to()))
}

/// Takes one list in.
fn add(
    builder: &mut Builder,
    list: &ListInfo,
    mut table: Table<'_>,
    left_out: &mut Vec<ListError>,
) -> Result<(), ListError> {
    let column = |name: &str| table.column(name);
    let count = column("count");
    match &list.content {
        Content::Entities(kind) => {
            let columns = Columns::of(&table);
            let meta = ListMeta { name: list.name().to_owned(), kind: *kind, user: false, overrides: false };
            let number = builder.list(meta, list.policy).map_err(|message| table.error(message))?;
            let mut fields = Vec::new();
            while table.next(&mut fields)? {
                let row = columns.row(&fields).map_err(|message| table.error(message))?;
                if let Err(message) = builder.entry(number, &row) {
                    left_out.push(table.error(message));
                }
            }
        }
        Content::Given => {
            let (female, by_country) = (column("female"), column("by_country"));
            let mut fields = Vec::new();
            // The few names whose gender depends on the country become a closed set.
            let mut countries = String::from("name\tby_country\n");
            while table.next(&mut fields)? {
                let share = female.and_then(|c| fields[c].parse().ok());
                builder.given(fields[0], frequency(count.map_or("", |c| fields[c])), share);
                if let Some(by) = by_country.map(|c| fields[c]).filter(|by| !by.is_empty()) {
                    check_phrase(fields[0]).map_err(|message| table.error(message))?;
                    countries.push_str(&format!("{}\t{by}\n", fields[0]));
                }
            }
            builder.set("given-by-country", countries);
        }
        Content::Surnames => {
            let mut fields = Vec::new();
            while table.next(&mut fields)? {
                builder.surname(fields[0], frequency(count.map_or("", |c| fields[c])));
            }
        }
        Content::Set(name) => {
            let mut text = table.columns.join("\t");
            text.push('\n');
            let (mut fields, mut phrases) = (Vec::new(), Vec::new());
            // Checked here, so that the set that is read from the index is known to be sound.
            while table.next_phrases(&mut fields, &mut phrases)? {
                text.push_str(&fields.join("\t"));
                text.push('\n');
            }
            builder.set(name, text);
        }
    }
    Ok(())
}

/// A count as 1–15: one more than its binary logarithm.
fn frequency(count: &str) -> u8 {
    let count: u32 = count.parse().unwrap_or(1);
    (1 + count.max(1).ilog2()).min(15) as u8
}

/// Where an entity list keeps what.
pub struct Columns {
    name: usize,
    aliases: Option<usize>,
    kind: Option<usize>,
    country: Option<usize>,
    id: Option<usize>,
    prominence: Option<usize>,
    gender: Option<usize>,
    population: Option<usize>,
    lat: Option<usize>,
    lon: Option<usize>,
    case: Option<usize>,
    bulk_people: bool,
}

impl Columns {
    /// By the names of the table's columns; the first one is the name.
    pub fn of(table: &Table<'_>) -> Self {
        Columns {
            name: table.column("name").unwrap_or(0),
            aliases: table.column("aliases"),
            kind: table.column("kind"),
            country: table.column("country"),
            id: table.column("id"),
            prominence: table.column("prominence"),
            gender: table.column("gender"),
            population: table.column("population"),
            lat: table.column("lat"),
            lon: table.column("lon"),
            case: table.column("case"),
            bulk_people: table.columns == ["name", "country", "gender", "id", "prominence"],
        }
    }

    /// The row in `fields`.
    ///
    /// # Errors
    /// When a number or a gender is none.
    pub fn row<'r>(&self, fields: &[&'r str]) -> Result<Row<'r>, String> {
        let text = |column: Option<usize>| column.map_or("", |c| fields[c].trim());
        let number = |column: Option<usize>| match text(column) {
            "" => Ok(None),
            field => field.parse::<f64>().map(Some).map_err(|_| format!("\"{field}\" is no number")),
        };
        let name = fields[self.name];
        let mut row = Row {
            name,
            aliases: text(self.aliases),
            subtype: text(self.kind),
            country: text(self.country),
            id: text(self.id),
            prominence: number(self.prominence)?.unwrap_or(0.0) as f32,
            female: match text(self.gender) {
                "" => None,
                "F" => Some(true),
                "M" => Some(false),
                other => return Err(format!("gender \"{other}\" is neither M nor F")),
            },
            population: number(self.population)?.unwrap_or(0.0) as u64,
            coordinates: match (number(self.lat)?, number(self.lon)?) {
                (Some(lat), Some(lon)) => Some((lat as f32, lon as f32)),
                _ => None,
            },
            policy: match text(self.case) {
                "" => None,
                case => Some(
                    Policy::from_name(case)
                        .ok_or_else(|| format!("case \"{case}\" is none of exact, title, upper, any"))?,
                ),
            },
            ..Row::default()
        };
        if self.bulk_people {
            // The bulk list of a million leaves out what is nearly always the same: see its header.
            if text(self.prominence).is_empty() {
                row.prominence = 1.0;
            }
            match row.id {
                "-" => row.id = "",
                "" => row.id = "wikipedia:=",
                _ => {}
            }
        }
        Ok(row)
    }
}
