//! From a score to a probability that means what it says.
//!
//! Isotonic regression by pooling adjacent violators (Ayer et al. 1955;
//! Zadrozny & Elkan 2002, "Transforming Classifier Scores into Accurate
//! Multiclass Probability Estimates"), straight lines between the pools.

use super::file::{Cursor, ModelError, put_varint};

/// A rising curve from raw scores to probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// (score, probability), both rising.
    points: Vec<(f32, f32)>,
}

impl Default for Calibration {
    /// Scores are taken at their word.
    fn default() -> Self {
        Calibration { points: vec![(0.0, 0.0), (1.0, 1.0)] }
    }
}

impl Calibration {
    /// Fits to scores and whether they turned out right; a pool holds at
    /// least `least` of them, so that a lucky few do not claim certainty.
    pub fn fit(mut seen: Vec<(f32, bool)>, least: usize) -> Self {
        seen.retain(|(score, _)| score.is_finite());
        if seen.is_empty() {
            return Calibration::default();
        }
        seen.sort_by(|a, b| a.0.total_cmp(&b.0));
        // (sum of scores, right, count)
        let mut pools: Vec<(f64, f64, f64)> = Vec::new();
        let mut rest = seen.as_slice();
        while !rest.is_empty() {
            // Equal scores stay together: their order says nothing.
            let mut end = least.clamp(1, rest.len());
            end += rest[end..].iter().take_while(|case| case.0 == rest[end - 1].0).count();
            let (chunk, after) = rest.split_at(end);
            rest = after;
            let scores: f64 = chunk.iter().map(|c| f64::from(c.0)).sum();
            let right = chunk.iter().filter(|c| c.1).count() as f64;
            pools.push((scores, right, chunk.len() as f64));
            while let [.., a, b] = pools[..] {
                if a.1 / a.2 < b.1 / b.2 {
                    break;
                }
                pools.truncate(pools.len() - 2);
                pools.push((a.0 + b.0, a.1 + b.1, a.2 + b.2));
            }
        }
        // One imagined failure and one success for each pool.
        let mut points: Vec<(f32, f32)> =
            pools.iter().map(|p| ((p.0 / p.2) as f32, ((p.1 + 1.0) / (p.2 + 2.0)) as f32)).collect();
        points.dedup_by(|next, last| next.0 <= last.0);
        for at in 1..points.len() {
            points[at].1 = points[at].1.max(points[at - 1].1);
        }
        Calibration { points }
    }

    /// The probability that belongs to a score.
    pub fn probability(&self, score: f32) -> f32 {
        let next = self.points.partition_point(|point| point.0 < score);
        match (next.checked_sub(1).and_then(|at| self.points.get(at)), self.points.get(next)) {
            (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (score - a.0) / (b.0 - a.0),
            (Some(end), None) | (None, Some(end)) => end.1,
            (None, None) => score,
        }
    }

    /// Writes it as a section of a model file.
    pub fn write(&self) -> Vec<u8> {
        let mut to = Vec::new();
        put_varint(&mut to, self.points.len() as u64);
        for (score, probability) in &self.points {
            to.extend(score.to_le_bytes());
            to.extend(probability.to_le_bytes());
        }
        to
    }

    /// Reads it from a section of a model file.
    ///
    /// # Errors
    /// When the section makes no sense.
    pub fn read(cursor: &mut Cursor<'_>) -> Result<Self, ModelError> {
        let count = cursor.varint()?;
        let mut points = Vec::new();
        for _ in 0..count {
            points.push((cursor.f32()?, cursor.f32()?));
        }
        if points.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return Err(cursor.malformed("its scores do not rise"));
        }
        Ok(Calibration { points })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn overconfidence_is_taken_back() {
        // Whatever says .9 is right in 6 of 10 cases, .2 in 1 of 10.
        let seen = (0..1000).map(|n| if n % 2 == 0 { (0.9, n % 20 < 12) } else { (0.2, n % 20 == 1) });
        let curve = Calibration::fit(seen.collect(), 50);
        assert!((curve.probability(0.9) - 0.6).abs() < 0.02, "{curve:?}");
        assert!((curve.probability(0.2) - 0.1).abs() < 0.02, "{curve:?}");
        assert!((0.1..0.6).contains(&curve.probability(0.5)));
    }

    proptest! {
        #[test]
        fn rises_and_stays_within_bounds(seen in prop::collection::vec((0.0f32..1.0, any::<bool>()), 0..300)) {
            let curve = Calibration::fit(seen, 20);
            let mut last = 0.0;
            for step in 0..=100 {
                let p = curve.probability(step as f32 / 100.0);
                prop_assert!((0.0..=1.0).contains(&p) && p >= last);
                last = p;
            }
        }
    }
}
