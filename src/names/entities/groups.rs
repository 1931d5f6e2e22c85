//! Which mentions belong together: a union–find over mention numbers.

/// Disjoint groups of mentions.
pub(super) struct Groups {
    parent: Vec<u32>,
}

impl Groups {
    /// `mentions` groups of one.
    pub fn new(mentions: usize) -> Self {
        Groups { parent: (0..mentions as u32).collect() }
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

    /// Joins the groups of two mentions.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.first(a), self.first(b));
        // The smaller number stays the root, so a group is named by its first mention.
        self.parent[a.max(b) as usize] = a.min(b);
    }

    /// Joins all `mentions`.
    pub fn join_all(&mut self, mentions: &[u32]) {
        for pair in mentions.windows(2) {
            self.join(pair[0], pair[1]);
        }
    }
}
