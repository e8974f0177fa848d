//! Which segments of a previous model are still there.

use std::collections::BTreeSet;

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

use super::{Change, Contingency, Lineage};

/// Ids and names for the segments of a new model.
#[derive(Debug, Clone, PartialEq)]
pub struct Matching {
    /// The id of each new segment, by position.
    pub ids: Vec<u16>,
    /// The name and description that it keeps, by position; `None` for a new segment.
    pub kept: Vec<Option<(String, String)>>,
    /// The first id that no segment has had.
    pub next_id: u16,
    /// The position of the old segment that each new one goes on, by position.
    from: Vec<Option<usize>>,
    /// Ids and names of the old segments.
    old: Vec<(u16, String)>,
    table: Contingency,
}

/// Matches segments on the customers whom both models give one.
///
/// A new segment keeps id and name of an old one when at least half of either's customers are in the other; of all
/// such pairs, those that share the most customers together (the Hungarian algorithm of Kuhn 1955 and Munkres
/// 1957). A pair that overlaps less has no say, or two such could take a segment from its true successor. Other
/// segments get ids from `next_id` on, in order of position, so that an id is never given again.
///
/// `old` are id, name and description by position in the previous model. Returns `None` when there are no ids
/// left.
///
/// # Shapes: `old_labels` and `new_labels` are `(n_customers,)`, positions in the previous and in the new model.
/// # Ties: where pairs of exactly half share as many customers in sum, lower positions go first.
pub fn matched(
    old: &[(u16, String, String)],
    old_labels: &[Option<u16>],
    new_labels: &[u16],
    n_new: usize,
    next_id: u16,
) -> Option<Matching> {
    let table = Contingency::of(old_labels, new_labels, old.len(), n_new);
    let mut from = vec![None; n_new];
    for (old, new) in pairs(&table) {
        from[new] = Some(old);
    }
    // An old model's own word on its ids is not relied upon.
    let highest = old.iter().map(|(id, ..)| *id).max();
    let mut next_id = highest.map_or(Some(0), |id| id.checked_add(1))?.max(next_id);
    let mut ids = Vec::with_capacity(n_new);
    for from in &from {
        ids.push(if let Some(position) = from {
            old[*position].0
        } else {
            next_id = next_id.checked_add(1)?;
            next_id - 1
        });
    }
    let words = |position: usize| (old[position].1.clone(), old[position].2.clone());
    let kept = from.iter().map(|from| from.map(words)).collect();
    let old = old.iter().map(|(id, name, _)| (*id, name.clone())).collect();
    Some(Matching { ids, kept, next_id, from, old, table })
}

/// The pairs of old and new segments that are the same, by old position.
pub(crate) fn pairs(table: &Contingency) -> Vec<(usize, usize)> {
    let size = table.n_old().max(table.n_new());
    if size == 0 {
        return Vec::new();
    }
    let is_pair = |old: usize, new: usize| {
        old < table.n_old() && new < table.n_new() && table.contained(old, new)
    };
    let weights = Matrix::from_fn(size, size, |(old, new)| {
        let weight = if is_pair(old, new) { table.count(old, new) } else { 0 };
        i64::try_from(weight).unwrap_or(i64::MAX)
    });
    let (_, assigned) = kuhn_munkres(&weights);
    assigned.into_iter().enumerate().filter(|&(old, new)| is_pair(old, new)).collect()
}

impl Matching {
    /// What became of every segment, told under the previous model's id and the names that the new segments
    /// have got, by position. Each old segment is kept or retired, each new one kept or new; splits and mergers are
    /// told besides.
    pub fn lineage(&self, previous: String, names: &[String]) -> Lineage {
        let table = &self.table;
        let name = |new: usize| names.get(new).cloned().unwrap_or_default();
        let mut changes = Vec::new();
        let mut stayed = 0;
        let n_new = self.ids.len();
        for new in 0..n_new {
            if let Some(old) = self.from[new] {
                stayed += table.count(old, new);
                let jaccard = table.jaccard(old, new);
                changes.push(Change::Kept { id: self.ids[new], name: name(new), jaccard });
            }
        }
        let old_ids: Vec<u16> = self.old.iter().map(|(id, _)| *id).collect();
        changes.extend(splits_and_mergers(table, &old_ids, &self.ids));
        for new in (0..n_new).filter(|&new| self.from[new].is_none()) {
            changes.push(Change::New { id: self.ids[new], name: name(new) });
        }
        let kept: BTreeSet<usize> = self.from.iter().flatten().copied().collect();
        for (position, (id, name)) in self.old.iter().enumerate() {
            if !kept.contains(&position) {
                changes.push(Change::Retired { id: *id, name: name.clone() });
            }
        }
        let stayed = stayed as f64 / table.total().max(1) as f64;
        Lineage { previous, stayed, changes }
    }
}

/// What is split and merged, by ids.
pub(crate) fn splits_and_mergers(table: &Contingency, old: &[u16], new: &[u16]) -> Vec<Change> {
    let ids = |of: &[u16], positions: Vec<usize>| -> Vec<u16> {
        positions.into_iter().map(|position| of[position]).collect()
    };
    let splits = (0..old.len()).filter_map(|position| {
        let into = ids(new, table.split(position));
        (!into.is_empty()).then(|| Change::Split { from: old[position], into })
    });
    let mergers = (0..new.len()).filter_map(|position| {
        let from = ids(old, table.merged(position));
        (!from.is_empty()).then(|| Change::Merged { from, into: new[position] })
    });
    splits.chain(mergers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Customers by old segment, then new one.
    fn match_of(counts: &[&[usize]], ids: &[u16], next_id: u16) -> Matching {
        let (mut old_labels, mut new_labels) = (vec![None; 7], vec![0; 7]);
        for (old, row) in counts.iter().enumerate() {
            for (new, &count) in row.iter().enumerate() {
                old_labels.extend(vec![Some(u16::try_from(old).unwrap()); count]);
                new_labels.extend(vec![u16::try_from(new).unwrap(); count]);
            }
        }
        let old: Vec<_> =
            ids.iter().map(|id| (*id, format!("name {id}"), format!("text {id}"))).collect();
        matched(&old, &old_labels, &new_labels, counts[0].len(), next_id).unwrap()
    }

    fn changes(matching: &Matching) -> Vec<String> {
        let names: Vec<String> = (0..matching.ids.len()).map(|i| format!("now {i}")).collect();
        let lineage = matching.lineage("before".into(), &names);
        let said = |change: &Change| match change {
            Change::Kept { id, name, jaccard } => format!("kept {id} as {name}: {jaccard:.2}"),
            Change::Split { from, into } => format!("split {from} into {into:?}"),
            Change::Merged { from, into } => format!("merged {from:?} into {into}"),
            Change::New { id, name } => format!("new {id}: {name}"),
            Change::Retired { id, name } => format!("retired {id}: {name}"),
        };
        lineage.changes.iter().map(said).collect()
    }

    #[test]
    fn segments_in_another_order_keep_their_ids_and_names() {
        let matching = match_of(&[&[0, 90, 10], &[80, 0, 5], &[3, 2, 60]], &[4, 0, 7], 9);
        assert_eq!(matching.ids, [0, 4, 7]);
        assert_eq!(matching.next_id, 9);
        assert_eq!(matching.kept[0], Some(("name 0".into(), "text 0".into())));
        assert_eq!(
            changes(&matching),
            ["kept 0 as now 0: 0.91", "kept 4 as now 1: 0.88", "kept 7 as now 2: 0.75"]
        );
        let lineage = matching.lineage("before".into(), &[]);
        assert_eq!(lineage.stayed, 230.0 / 250.0);
    }

    #[test]
    fn a_segment_in_two_halves_is_split_and_its_larger_half_keeps_the_id() {
        let matching = match_of(&[&[60, 40, 0], &[0, 0, 50]], &[0, 1], 2);
        assert_eq!(matching.ids, [0, 2, 1]);
        assert_eq!(matching.kept[1], None);
        assert_eq!(
            changes(&matching),
            [
                "kept 0 as now 0: 0.60",
                "kept 1 as now 2: 1.00",
                "split 0 into [0, 2]",
                "new 2: now 1"
            ]
        );
    }

    #[test]
    fn a_segment_in_three_parts_is_retired_and_its_id_is_not_given_again() {
        let matching = match_of(&[&[34, 33, 33]], &[5], 6);
        assert_eq!((matching.ids.as_slice(), matching.next_id), ([6, 7, 8].as_slice(), 9));
        let expected = ["split 5 into [6, 7, 8]", "new 6: now 0", "new 7: now 1", "new 8: now 2"];
        assert_eq!(changes(&matching)[..4], expected);
        assert_eq!(changes(&matching)[4], "retired 5: name 5");
    }

    #[test]
    fn merged_segments_give_the_larger_ones_id_where_it_is_half() {
        let matching = match_of(&[&[60], &[40]], &[0, 1], 2);
        assert_eq!(matching.ids, [0]);
        assert_eq!(
            changes(&matching),
            ["kept 0 as now 0: 0.60", "merged [0, 1] into 0", "retired 1: name 1"]
        );
        let thirds = match_of(&[&[34], &[33], &[33]], &[0, 1, 2], 3);
        assert_eq!(thirds.ids, [3]);
        assert_eq!(changes(&thirds)[0], "merged [0, 1, 2] into 3");
    }

    #[test]
    fn what_overlaps_little_takes_no_segment_from_its_successor() {
        // By overlap alone, 49 + 49 would beat 51.
        let matching = match_of(&[&[51, 49], &[49, 0]], &[0, 1], 2);
        assert_eq!(matching.ids, [0, 2]);
    }

    #[test]
    fn a_tie_goes_to_the_lower_segment() {
        assert_eq!(match_of(&[&[50, 50]], &[3], 4).ids, [3, 4]);
        assert_eq!(match_of(&[&[50], &[50]], &[3, 1], 4).ids, [3]);
        assert_eq!(match_of(&[&[50, 50], &[50, 50]], &[0, 1], 2).ids, [0, 1]);
    }

    #[test]
    fn customers_whom_the_previous_model_cannot_read_have_no_say() {
        let old = [(0, "a".to_owned(), String::new())];
        let matching = matched(&old, &[None, None, Some(0)], &[0, 0, 1], 2, 1).unwrap();
        assert_eq!(matching.ids, [1, 0]);
        let none = matched(&old, &[None; 3], &[0, 0, 1], 2, 1).unwrap();
        assert_eq!(none.ids, [1, 2]);
        assert_eq!(none.lineage("before".into(), &[]).stayed, 0.0);
    }

    #[test]
    fn ids_are_never_given_twice_whatever_the_previous_model_says() {
        assert_eq!(match_of(&[&[10, 0], &[10, 0]], &[8, 3], 0).next_id, 10);
        let last = [(u16::MAX, "a".to_owned(), String::new())];
        assert_eq!(matched(&last, &[Some(0)], &[0], 1, 0), None);
    }
}
