//! A number: ridge regression in every segment, held to the global one.

use ndarray::Array2;
use shared::model::TargetModels;
use shared::segment_model::{SegmentModel, Target, linear};

use super::{Expectation, Fold, POOLING, Row, best, mean, split};
use crate::quality::{NumberQuality, Quality};
use crate::ridge::{LinearFit, Ridge};

/// Penalties tried for the global model: features are standardised, so these are in customers. Indicators of
/// missing values are 0 or 1 and vary less, so the penalty weighs more on them the rarer the gap is: what few
/// customers show is trusted less.
const PENALTIES: [f64; 5] = [0.1, 1.0, 10.0, 100.0, 1000.0];

/// Fits the target's models; `rows` is not empty.
pub(super) fn fit(target: &Target, rows: &[Row<f64>], n_segments: usize) -> Expectation {
    let never_negative = rows.iter().all(|row| row.y >= 0.0);
    let floor = never_negative.then_some(0.0);
    let predict =
        |fit: &LinearFit, row: &Row<f64>| linear(fit.intercept, &fit.weights, floor, row.x);
    let folds = split(rows);
    let out_of_fold = |fit: &dyn Fn(&[&Row<f64>]) -> Vec<LinearFit>| {
        let mut pairs = Vec::with_capacity(rows.len());
        for Fold { training, held_out } in &folds {
            let fits = fit(training);
            pairs.extend(held_out.iter().map(|row| (row.y, predict(&fits[row.segment], row))));
        }
        pairs
    };

    let for_all = |fit: LinearFit| vec![fit; n_segments];
    let (global_penalty, global_pairs) = best(PENALTIES, mean_squared_error, |penalty| {
        out_of_fold(&|training| for_all(ridge(training, penalty, None)))
    });
    let (pooling, segment_pairs) = best(POOLING, mean_squared_error, |pooling| {
        out_of_fold(&|training| by_segment(training, n_segments, global_penalty, pooling))
    });
    let baseline_pairs = out_of_fold(&|training| {
        let n_features = training[0].x.len();
        for_all(LinearFit {
            weights: vec![0.0; n_features],
            intercept: mean(training.iter().map(|r| r.y)),
        })
    });

    let all: Vec<&Row<f64>> = rows.iter().collect();
    let models = by_segment(&all, n_segments, global_penalty, pooling)
        .into_iter()
        .map(|fit| SegmentModel::Linear {
            // Negative zeros are folded: the artifact knows one zero.
            intercept: fit.intercept + 0.0,
            weights: fit.weights.into_iter().map(|weight| weight + 0.0).collect(),
            floor,
        })
        .collect();
    Expectation {
        models: TargetModels { target: target.clone(), by_segment: models },
        quality: Quality::Number(NumberQuality {
            target: target.name.clone(),
            rows: rows.len(),
            segments_help: pooling.is_finite(),
            baseline: (&baseline_pairs[..]).into(),
            global: (&global_pairs[..]).into(),
            segments: (&segment_pairs[..]).into(),
        }),
    }
}

fn ridge(rows: &[&Row<f64>], penalty: f64, prior: Option<&LinearFit>) -> LinearFit {
    let n_features = rows[0].x.len();
    let values: Vec<f64> = rows.iter().flat_map(|row| row.x.iter().copied()).collect();
    let x = Array2::from_shape_vec((rows.len(), n_features), values).expect("rows are alike");
    let y: Vec<f64> = rows.iter().map(|row| row.y).collect();
    Ridge::new(penalty).expect("penalties are positive").fit(x.view(), &y, prior)
}

/// A segment's model is held to the global one, so one with few customers, or none, is nearly or fully it.
fn by_segment(
    rows: &[&Row<f64>],
    n_segments: usize,
    global_penalty: f64,
    pooling: f64,
) -> Vec<LinearFit> {
    let global = ridge(rows, global_penalty, None);
    (0..n_segments)
        .map(|segment| {
            let own: Vec<&Row<f64>> =
                rows.iter().copied().filter(|r| r.segment == segment).collect();
            if own.is_empty() || pooling.is_infinite() {
                global.clone()
            } else {
                ridge(&own, pooling, Some(&global))
            }
        })
        .collect()
}

fn mean_squared_error(pairs: &[(f64, f64)]) -> f64 {
    mean(pairs.iter().map(|(y, predicted)| (y - predicted) * (y - predicted)))
}
