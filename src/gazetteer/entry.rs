//! What a name of the lists can mean.

use std::marker::PhantomData;

use crate::annotations::{EntityType, Gender};

/// One person, organization or place of the lists.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'g>(PhantomData<&'g ()>);

impl<'g> Entry<'g> {
    /// Its type.
    pub fn kind(&self) -> EntityType {
        EntityType::Person
    }

    /// The list's finer type (`country`, `city`, `party`, `football-club` …), empty when not given.
    pub fn subtype(&self) -> &'g str {
        ""
    }

    /// The canonical name, which may differ from the name that was matched.
    pub fn name(&self) -> String {
        String::new()
    }

    /// Whether the name that led here is another than the canonical one.
    pub fn is_alias(&self) -> bool {
        false
    }

    /// ISO 3166 code of the country or nationality in capitals (`CN`), empty when unknown.
    pub fn country(&self) -> &'g str {
        ""
    }

    /// Links to the world, by key: `wikipedia` → `Xi_Jinping`, `geonames` → `1816670`, a user's columns.
    pub fn links(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// How likely it is the one meant, 0 (unknown) to 10.
    pub fn prominence(&self) -> f32 {
        0.0
    }

    /// Gender, of persons, where the list knows it.
    pub fn gender(&self) -> Option<Gender> {
        None
    }

    /// Inhabitants, of places; 0 when unknown.
    pub fn population(&self) -> u64 {
        0
    }

    /// Latitude and longitude in degrees, of places.
    pub fn coordinates(&self) -> Option<(f32, f32)> {
        None
    }

    /// The list it stands in, by its file name without ending: `people`, `cities`.
    pub fn list(&self) -> &'g str {
        ""
    }

    /// Whether it comes from a user's own list.
    pub fn is_user(&self) -> bool {
        false
    }
}

/// See [`super::Gazetteer::entries`].
#[derive(Clone, Debug, Default)]
pub struct Entries<'g>(PhantomData<&'g ()>);

impl<'g> Iterator for Entries<'g> {
    type Item = Entry<'g>;

    fn next(&mut self) -> Option<Entry<'g>> {
        None
    }
}
