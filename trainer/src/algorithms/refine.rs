//! A few more iterations of an algorithm, on other customers.

use ndarray::Array2;
use shared::centroids::Centroids;
use shared::{Assigner, FeatureVector};

use super::{MixedRows, assign, mixture, prototypes};

/// Iterations: from a converged start on most of its customers, the rule hardly moves any more.
const ITERATIONS: usize = 10;

/// The rule that the same algorithm comes to on these customers when it starts from a given one: at most ten
/// iterations. Segments keep their positions; one that nobody here belongs to keeps its place.
///
/// `vectors` were prepared by the transform that `start` belongs to.
pub fn refine(start: &Assigner, vectors: &[&FeatureVector]) -> Assigner {
    // Fewer could not fill the segments.
    if vectors.len() < start.n_segments() {
        return start.clone();
    }
    match start {
        Assigner::KMeans(centroids) => {
            Assigner::KMeans(iterated(centroids, |centroids| lloyd(centroids, vectors)))
        }
        Assigner::Mixture(mixture) => {
            let values = vectors.iter().flat_map(|vector| vector.as_slice()).copied().collect();
            let shape = (vectors.len(), mixture.means().n_features());
            let x = Array2::from_shape_vec(shape, values).expect("all were prepared alike");
            Assigner::Mixture(iterated(mixture, |mixture| mixture::step(mixture, x.view())))
        }
        Assigner::Prototypes(prototypes) => {
            let rows = MixedRows::of(vectors.iter().copied());
            Assigner::Prototypes(iterated(prototypes, |prototypes| {
                prototypes::step(prototypes, &rows)
            }))
        }
    }
}

fn iterated<R: Clone + PartialEq>(start: &R, step: impl Fn(&R) -> R) -> R {
    let mut rule = start.clone();
    for _ in 0..ITERATIONS {
        let next = step(&rule);
        if next == rule {
            break;
        }
        rule = next;
    }
    rule
}

/// One iteration of Lloyd's algorithm; sums of grid values are exact.
fn lloyd(centroids: &Centroids, vectors: &[&FeatureVector]) -> Centroids {
    let (n_segments, n_features) = (centroids.n_segments(), centroids.n_features());
    let (labels, sizes) = assign(vectors.len(), n_segments, |row, out| {
        centroids.squared_distances(vectors[row].as_slice(), out);
    });
    let mut sums = vec![0.0; n_segments * n_features];
    for (vector, &label) in vectors.iter().zip(&labels) {
        let own = sums[usize::from(label) * n_features..].iter_mut();
        own.zip(vector.as_slice()).for_each(|(sum, value)| *sum += value);
    }
    let mut means = Vec::with_capacity(sums.len());
    for (segment, &size) in sizes.iter().enumerate() {
        if size == 0 {
            means.extend(centroids.row(segment));
        } else {
            let sums = &sums[segment * n_features..][..n_features];
            means.extend(sums.iter().map(|sum| sum / size as f64));
        }
    }
    Centroids::from_rows(&means, n_features).expect("means of values on the grid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithms::cases::{Case, customers};
    use crate::clustering::Clustering;
    use crate::kmeans::sweep;
    use crate::random::{Purpose, Stream};

    fn case() -> Case {
        let mut stream = Stream::new(8, Purpose::Sample, 97);
        let rows: Vec<_> = (0..200)
            .map(|i| {
                let at = [0.0, 9.0, 20.0][i % 3];
                let word = if i % 3 == 0 { "a" } else { "b" };
                (vec![at + stream.normal(), stream.normal()], vec![Some(word)])
            })
            .collect();
        customers(&rows)
    }

    fn every_rule(case: &Case) -> [Clustering; 3] {
        let fits = sweep(case.x.view(), 3, 0, |_| ()).unwrap();
        let rows = MixedRows::of(&case.vectors);
        [
            Clustering::from(&fits[2]),
            mixture::fit(case.x.view(), &fits[2].labels, 1, 0).into(),
            prototypes::fit(&rows, 3, 0).unwrap().into(),
        ]
    }

    #[test]
    fn a_rule_that_has_converged_stays_and_keeps_its_positions_on_half_of_the_customers() {
        let case = case();
        let all: Vec<&FeatureVector> = case.vectors.iter().collect();
        let half: Vec<&FeatureVector> = case.vectors.iter().step_by(2).collect();
        for clustering in every_rule(&case) {
            let assigned = |rule: &Assigner| -> Vec<u16> {
                all.iter().map(|vector| rule.assign(vector).id()).collect()
            };
            let again = refine(&clustering.assigner, &all);
            assert_eq!(assigned(&again), clustering.labels, "{}", clustering.assigner.name());
            if !matches!(again, Assigner::Mixture(_)) {
                assert_eq!(again, clustering.assigner);
            }
            let of_half = refine(&clustering.assigner, &half);
            assert_ne!(of_half, clustering.assigner);
            assert_eq!(assigned(&of_half), clustering.labels);
        }
    }

    #[test]
    fn a_segment_without_customers_keeps_its_place() {
        let case = case();
        for clustering in every_rule(&case) {
            let others: Vec<&FeatureVector> = case
                .vectors
                .iter()
                .zip(&clustering.labels)
                .filter(|(_, label)| **label != 1)
                .map(|(vector, _)| vector)
                .collect();
            let refined = refine(&clustering.assigner, &others);
            let of_it = clustering.labels.iter().position(|&label| label == 1).unwrap();
            assert_eq!(refined.assign(&case.vectors[of_it]).id(), 1);
            assert_eq!(refine(&clustering.assigner, &others[..2]), clustering.assigner);
        }
    }
}
