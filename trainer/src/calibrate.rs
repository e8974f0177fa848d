//! How far customers usually are from their segment, measured on customers whom the segments were not fitted to.

use rayon::prelude::*;
use shared::FeatureVector;

use crate::algorithms::refine;
use crate::clustering::Clustering;
use crate::dataset::{FOLDS, fold_of};
use crate::evidence::gather::Subject;
use crate::random::{Purpose, Stream};

/// Of more customers a sample says how far they usually are from their segment.
const CALIBRATION_ROWS: usize = 20_000;

/// The draw of [`Purpose::Sample`] that is this module's.
const CALIBRATION_DRAW: usize = 20;

/// Distances of held-out customers to their segment, by the segment's position.
///
/// For each of five folds the rule is refined without the fold's customers ([`refine()`], from the rule itself, so
/// segments keep their positions); each customer of the fold is given a segment and a distance
/// ([`shared::assign::Segment::distance`]) by the refined rule. All customers are held out once.
///
/// # Shapes: `vectors` and `hashes` of the records are `(n_customers,)`, in canonical order; the result
/// has an entry for each segment, with distances in the order of folds and, within, of customers.
pub fn held_out_distances(
    clustering: &Clustering,
    vectors: &[FeatureVector],
    hashes: &[u128],
) -> Vec<Vec<f64>> {
    let folds: Vec<Vec<(u16, f64)>> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| {
            let paired = || vectors.iter().zip(hashes);
            let others: Vec<&FeatureVector> =
                paired().filter(|(_, hash)| fold_of(**hash) != fold).map(|(v, _)| v).collect();
            let rule = refine(&clustering.assigner, &others);
            let held_out = paired().filter(|(_, hash)| fold_of(**hash) == fold);
            let assigned = held_out.map(|(vector, _)| rule.assign(vector));
            assigned.map(|segment| (segment.id(), segment.distance())).collect()
        })
        .collect();
    let mut distances = vec![Vec::new(); clustering.assigner.n_segments()];
    for (segment, distance) in folds.into_iter().flatten() {
        distances[usize::from(segment)].push(distance);
    }
    distances
}

/// Held-out distances by segment: of all customers, or of a sample of many.
pub fn held_out(subject: &Subject<'_>, clustering: &Clustering) -> Vec<Vec<f64>> {
    let customers = &subject.dataset.customers;
    let rows = Stream::new(subject.seed, Purpose::Sample, CALIBRATION_DRAW)
        .choose(customers.len(), CALIBRATION_ROWS);
    let chosen = || rows.iter().map(|&row| &customers[row]);
    let vectors: Vec<_> = chosen().map(|c| subject.transform.apply(&c.record)).collect();
    let folds: Vec<u128> = chosen().map(|customer| customer.fold_hash).collect();
    held_out_distances(clustering, &vectors, &folds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithms::cases::numbers;
    use crate::kmeans::sweep;

    #[test]
    fn everybody_is_held_out_once_and_has_no_part_in_the_centre_they_are_measured_from() {
        let case = numbers((0..20).map(|i| vec![if i == 7 { 30.0 } else { f64::from(i % 4) }]));
        let clustering = Clustering::from(&sweep(case.x.view(), 1, 0, |_| ()).unwrap()[0]);
        // The one who is unlike the others is the only one of the first fold.
        let hashes: Vec<u128> = (0..20).map(|i| if i == 7 { 0 } else { 1 + i % 4 }).collect();
        let found = held_out_distances(&clustering, &case.vectors, &hashes);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [20]);
        let within = clustering.assigner.assign(&case.vectors[7]).distance();
        assert!((found[0][0] - within * 20.0 / 19.0).abs() < 1e-12);
    }

    #[test]
    fn distances_belong_to_the_segments_positions() {
        let at = |i: u32| if i.is_multiple_of(3) { 100.0 } else { 0.0 };
        let case = numbers((0..60).map(|i| vec![at(i) + f64::from(i % 7)]));
        let clustering = Clustering::from(&sweep(case.x.view(), 2, 0, |_| ()).unwrap()[1]);
        let hashes: Vec<u128> = (0..60).collect();
        let found = held_out_distances(&clustering, &case.vectors, &hashes);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), clustering.sizes);
        assert_eq!(clustering.sizes, [40, 20]);
    }
}
