//! Customers counted by the segment that they had and the one that they have.

/// At least one part in so many of a segment is worth telling.
const QUARTER: u64 = 4;

/// Counts by old and new segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contingency {
    n_new: usize,
    /// `(n_old, n_new)`.
    counts: Vec<u64>,
}

impl Contingency {
    /// Nobody yet.
    pub fn new(n_old: usize, n_new: usize) -> Self {
        Self { n_new, counts: vec![0; n_old * n_new] }
    }

    /// Counts customers whom both models give a segment, by its position.
    pub fn of(old: &[Option<u16>], new: &[u16], n_old: usize, n_new: usize) -> Self {
        let mut table = Self::new(n_old, n_new);
        for (old, &new) in old.iter().zip(new) {
            if let Some(old) = old {
                table.add((*old).into(), new.into());
            }
        }
        table
    }

    /// Counts a customer.
    ///
    /// # Panics
    /// When there is no such segment.
    pub fn add(&mut self, old: usize, new: usize) {
        self.counts[old * self.n_new + new] += 1;
    }

    /// The number of old segments.
    pub fn n_old(&self) -> usize {
        self.counts.len() / self.n_new.max(1)
    }

    /// The number of new segments.
    pub fn n_new(&self) -> usize {
        self.n_new
    }

    /// The customers of both.
    pub fn count(&self, old: usize, new: usize) -> u64 {
        self.counts[old * self.n_new + new]
    }

    /// The customers of an old segment.
    pub fn of_old(&self, old: usize) -> u64 {
        self.counts[old * self.n_new..(old + 1) * self.n_new].iter().sum()
    }

    /// The customers of a new segment.
    pub fn of_new(&self, new: usize) -> u64 {
        self.counts.iter().skip(new).step_by(self.n_new).sum()
    }

    /// All customers.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The customers of both as a share of those of either; 0 where there are none.
    pub fn jaccard(&self, old: usize, new: usize) -> f64 {
        let both = self.count(old, new);
        let either = self.of_old(old) + self.of_new(new) - both;
        both as f64 / either.max(1) as f64
    }

    /// Whether at least half of the old segment is in the new one, and at least half of the new one is of it.
    pub fn contained(&self, old: usize, new: usize) -> bool {
        let both = self.count(old, new);
        both > 0 && 2 * both >= self.of_old(old) && 2 * both >= self.of_new(new)
    }

    /// The new segments that an old one is split into: each has at least a quarter of it and is at least half of
    /// it. Fewer than two are no split.
    pub fn split(&self, old: usize) -> Vec<usize> {
        let of_old = self.of_old(old);
        let is_piece = |&new: &usize| {
            let both = self.count(old, new);
            both > 0 && QUARTER * both >= of_old && 2 * both >= self.of_new(new)
        };
        Some((0..self.n_new).filter(is_piece).collect::<Vec<_>>())
            .filter(|pieces| pieces.len() > 1)
            .unwrap_or_default()
    }

    /// The old segments that are merged in a new one: at least half of each is in it, and each is at least a
    /// quarter of it. Fewer than two are no merger.
    pub fn merged(&self, new: usize) -> Vec<usize> {
        let of_new = self.of_new(new);
        let is_part = |&old: &usize| {
            let both = self.count(old, new);
            both > 0 && 2 * both >= self.of_old(old) && QUARTER * both >= of_new
        };
        Some((0..self.n_old()).filter(is_part).collect::<Vec<_>>())
            .filter(|parts| parts.len() > 1)
            .unwrap_or_default()
    }
}
