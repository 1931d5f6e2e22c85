//! The parser's weights as a file.
//!
//! Sections: `tags` and `steps` name the classes of the rows; `words` is the
//! dictionary; `tagger`, `arcs` and `labels` are tables of weights. All of
//! them are read where they lie; nothing is copied but the names of classes.

use super::arcs::{self, Class, Step, WIDTH};
use super::weights::Table;
use super::{Label, Tag, tagger};
use crate::learn::file::{Cursor, ModelError, Reader, Writer, put_string};

/// What the files are models of.
pub(super) const KIND: &str = "syntax";
/// Grows when a feature, a hash or the layout changes.
pub(super) const VERSION: u32 = 2;

/// Everything the parser reads.
#[derive(Clone)]
pub(super) struct Model<'b> {
    pub tags: Vec<Tag>,
    pub classes: Vec<Class>,
    pub words: Table<'b, 1>,
    pub tagger: Table<'b, { tagger::BYTES }>,
    pub arcs: Table<'b, { arcs::BYTES }>,
    pub labels: Table<'b, { arcs::LABEL_BYTES }>,
}

/// The tables of a model, each as [`super::weights::write`] writes it.
pub(super) struct Tables {
    pub words: Vec<u8>,
    pub tagger: Vec<u8>,
    pub arcs: Vec<u8>,
    pub labels: Vec<u8>,
}

impl<'b> Model<'b> {
    pub fn open(bytes: &'b [u8]) -> Result<Self, ModelError> {
        let reader = Reader::open(bytes, KIND, VERSION)?;
        Ok(Model {
            tags: read_tags(reader.section("tags")?)?,
            classes: read_classes(reader.section("steps")?)?,
            words: Table::read(&mut reader.section("words")?)?,
            tagger: Table::read(&mut reader.section("tagger")?)?,
            arcs: Table::read(&mut reader.section("arcs")?)?,
            labels: Table::read(&mut reader.section("labels")?)?,
        })
    }
}

fn read_tags(mut from: Cursor<'_>) -> Result<Vec<Tag>, ModelError> {
    let mut tags = Vec::new();
    while !from.is_empty() {
        let name = from.string()?;
        tags.push(Tag::from_name(name).ok_or_else(|| from.malformed(format!("\"{name}\" is no tag")))?);
    }
    if tags.is_empty() || tags.len() > tagger::WIDTH {
        return Err(from.malformed(format!("{} tags do not fit", tags.len())));
    }
    Ok(tags)
}

fn read_classes(mut from: Cursor<'_>) -> Result<Vec<Class>, ModelError> {
    let mut classes = Vec::new();
    while !from.is_empty() {
        let step = match from.u8()? {
            0 => Step::Shift,
            1 => Step::Left,
            2 => Step::Right,
            other => return Err(from.malformed(format!("{other} is no step"))),
        };
        let count = from.u8()?;
        let mut labels = Vec::new();
        for _ in 0..count {
            let name = from.string()?;
            labels.push(
                Label::from_name(name).ok_or_else(|| from.malformed(format!("\"{name}\" is no label")))?,
            );
        }
        if (step == Step::Shift) != labels.is_empty() {
            return Err(from.malformed("steps to the sides have labels, shifts have none"));
        }
        classes.push(Class { step, labels });
    }
    let has = |step| classes.iter().any(|class: &Class| class.step == step);
    if classes.len() > WIDTH || ![Step::Shift, Step::Left, Step::Right].into_iter().all(has) {
        return Err(from.malformed("every kind of step must be there, and not more classes than fit"));
    }
    Ok(classes)
}

/// The file of a model.
pub(super) fn write(tags: &[Tag], classes: &[Class], tables: &Tables) -> Vec<u8> {
    let mut names = Vec::new();
    for tag in tags {
        put_string(&mut names, tag.name());
    }
    let mut steps = Vec::new();
    for class in classes {
        steps.extend([class.step as u8, class.labels.len() as u8]);
        for label in &class.labels {
            put_string(&mut steps, label.name());
        }
    }
    let mut writer = Writer::new(KIND, VERSION);
    writer.section("tags", &names);
    writer.section("steps", &steps);
    writer.section("words", &tables.words);
    writer.section("tagger", &tables.tagger);
    writer.section("arcs", &tables.arcs);
    writer.section("labels", &tables.labels);
    writer.finish()
}
