//! Which mentions belong together, and why: a union–find over mention numbers.

use std::fmt;

/// Why a mention belongs to the entity of another; displays as what stands before the other's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BondKind {
    /// The same words.
    SameSpelling,
    /// Another full name of one person: "John Kennedy", "John F. Kennedy".
    FullName,
    /// The end of a person's name: "Merkel".
    Surname,
    /// The start of a person's name: "Xi", "Hillary".
    GivenName,
    /// Words within a person's name.
    MiddleName,
    /// The same but for the legal suffix: "Siemens", "Siemens AG".
    LegalSuffix,
    /// Both mean one entry of the lists.
    SameEntry,
    /// The start or the end of a longer name, and of one only: "Barclays".
    ShortForm,
    /// The initials of a longer name.
    Acronym,
    /// In brackets behind the longer name.
    Introduced,
}

impl fmt::Display for BondKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BondKind::SameSpelling => "written like",
            BondKind::FullName => "another full name of",
            BondKind::Surname => "surname of",
            BondKind::GivenName => "given name of",
            BondKind::MiddleName => "part of the name of",
            BondKind::LegalSuffix => "but for its legal suffix",
            BondKind::SameEntry => "listed as the same as",
            BondKind::ShortForm => "short for",
            BondKind::Acronym => "initials of",
            BondKind::Introduced => "in brackets behind",
        })
    }
}

/// What ties a mention to its entity: the mention that it joined, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// Number of the mention that it joined.
    pub to: u32,
    /// Why.
    pub kind: BondKind,
}

/// Disjoint groups of mentions.
pub(super) struct Groups {
    parent: Vec<u32>,
    bonds: Vec<Option<Bond>>,
}

impl Groups {
    /// `mentions` groups of one.
    pub fn new(mentions: usize) -> Self {
        Groups { parent: (0..mentions as u32).collect(), bonds: vec![None; mentions] }
    }

    /// The first mention of the group of `mention`.
    pub fn first(&mut self, mention: u32) -> u32 {
        let mut root = mention;
        while self.parent[root as usize] != root {
            root = self.parent[root as usize];
        }
        let mut at = mention;
        while self.parent[at as usize] != root {
            at = std::mem::replace(&mut self.parent[at as usize], root);
        }
        root
    }

    /// Joins the group of `mention` to that of `to`.
    pub fn join(&mut self, mention: u32, to: u32, kind: BondKind) {
        let (a, b) = (self.first(mention), self.first(to));
        if a != b {
            self.bonds[mention as usize].get_or_insert(Bond { to, kind });
        }
        // The smaller number stays the root, so a group is named by its first mention.
        self.parent[a.max(b) as usize] = a.min(b);
    }

    /// Joins all `mentions` of one spelling.
    pub fn join_all(&mut self, mentions: &[u32]) {
        for &mention in mentions.iter().skip(1) {
            self.join(mention, mentions[0], BondKind::SameSpelling);
        }
    }

    /// What ties each mention to its entity; nothing for the name that the others joined.
    pub fn into_bonds(self) -> Vec<Option<Bond>> {
        self.bonds
    }
}
