//! A class: its frequencies in every segment, held to the global ones.

use shared::model::TargetModels;
use shared::segment_model::{SegmentModel, Target};

use super::{Expectation, Fold, POOLING, Row, best, split};
use crate::quality::{ClassErrors, ClassQuality, Quality};

/// Fits the target's models; `rows` is not empty.
pub(super) fn fit(
    target: &Target,
    rows: &[Row<usize>],
    n_segments: usize,
    n_classes: usize,
) -> Expectation {
    let folds = split(rows);
    let out_of_fold = |pooling: f64| {
        let mut pairs = Vec::with_capacity(rows.len());
        for Fold { training, held_out } in &folds {
            let fits = frequencies(training, n_segments, n_classes, pooling);
            pairs.extend(held_out.iter().map(|row| (row.y, fits[row.segment].clone())));
        }
        pairs
    };
    let global_pairs = out_of_fold(f64::INFINITY);
    let log_loss = |pairs: &[(usize, Vec<f64>)]| ClassErrors::from(pairs).log_loss;
    let (pooling, segment_pairs) = best(POOLING, log_loss, out_of_fold);
    let all: Vec<&Row<usize>> = rows.iter().collect();
    let models = frequencies(&all, n_segments, n_classes, pooling)
        .into_iter()
        .map(SegmentModel::Frequencies)
        .collect();
    Expectation {
        models: TargetModels { target: target.clone(), by_segment: models },
        quality: Quality::Class(ClassQuality {
            target: target.name.clone(),
            rows: rows.len(),
            segments_help: pooling.is_finite(),
            global: (&global_pairs[..]).into(),
            segments: (&segment_pairs[..]).into(),
        }),
    }
}

/// `(n_c + m p_c) / (n + m)` in each segment, with the global frequency `p_c` (half a customer is added to
/// every class, so that none is impossible) and `m` the pooling.
pub(super) fn frequencies(
    rows: &[&Row<usize>],
    n_segments: usize,
    n_classes: usize,
    pooling: f64,
) -> Vec<Vec<f64>> {
    let mut counts = vec![vec![0.0; n_classes]; n_segments];
    for row in rows {
        counts[row.segment][row.y] += 1.0;
    }
    let n = rows.len() as f64 + 0.5 * n_classes as f64;
    let global: Vec<f64> = (0..n_classes)
        .map(|c| (counts.iter().map(|own| own[c]).fold(0.5, |a, b| a + b)) / n)
        .collect();
    counts
        .into_iter()
        .map(|own| {
            if pooling.is_infinite() {
                return global.clone();
            }
            let total = own.iter().fold(pooling, |a, b| a + b);
            own.iter().zip(&global).map(|(count, p)| (count + pooling * p) / total).collect()
        })
        .collect()
}
