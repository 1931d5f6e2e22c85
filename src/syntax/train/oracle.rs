//! What each step would cost: the dynamic oracle for the arc-hybrid system.

use super::super::arcs::State;

/// A teacher's tree, laid out for the oracle.
#[derive(Default)]
pub(super) struct Gold {
    /// Head of each token; the root's is the place behind the last token.
    heads: Vec<u32>,
    /// Dependents of all tokens, head by head, and where each head's begin.
    dependents: Vec<u32>,
    begin: Vec<u32>,
}

impl Gold {
    /// Takes in a tree whose root is its own head.
    pub fn set(&mut self, heads: &[u32]) {
        let tokens = heads.len();
        self.heads.clear();
        self.heads.extend(
            heads.iter().enumerate().map(
                |(at, &head)| {
                    if head as usize == at { tokens as u32 } else { head }
                },
            ),
        );
        self.begin.clear();
        self.begin.resize(tokens + 2, 0);
        for &head in &self.heads {
            self.begin[head as usize + 1] += 1;
        }
        for at in 1..self.begin.len() {
            self.begin[at] += self.begin[at - 1];
        }
        let mut next = self.begin.clone();
        self.dependents.clear();
        self.dependents.resize(tokens, 0);
        for (at, &head) in self.heads.iter().enumerate() {
            let place = &mut next[head as usize];
            self.dependents[*place as usize] = at as u32;
            *place += 1;
        }
    }

    /// The head of a token.
    pub fn head(&self, token: u32) -> u32 {
        self.heads[token as usize]
    }

    /// How many arcs of this tree become unreachable by a shift, a left and a right step.
    pub fn costs(&self, state: &State) -> [u32; 3] {
        let next = state.next();
        let stack = state.stack();
        let Some((&top, below)) = stack.split_last() else {
            return [0; 3];
        };
        let mut shift = 0;
        if next < state.root() {
            let head = self.heads[next as usize];
            shift += u32::from(below.contains(&head));
            shift += stack.iter().filter(|&&waiting| self.heads[waiting as usize] == next).count() as u32;
        }
        let range = self.begin[top as usize] as usize..self.begin[top as usize + 1] as usize;
        let lost = self.dependents[range].iter().filter(|&&dependent| dependent >= next).count() as u32;
        let head = self.heads[top as usize];
        let left = lost + u32::from(below.last() == Some(&head)) + u32::from(head > next);
        let right = lost + u32::from(head >= next);
        [shift, left, right]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependents_are_grouped_by_head() {
        let mut gold = Gold::default();
        gold.set(&[1, 1, 3, 1]);
        assert_eq!(gold.heads, [1, 4, 3, 1]);
        assert_eq!(gold.begin, [0, 0, 2, 2, 3, 4]);
        assert_eq!(gold.dependents, [0, 3, 2, 1]);
    }
}
