//! Customers as models see them: prepared, and in segments. In a fold of the cross-validation both are found anew,
//! without the customers who are held out.

use ndarray::{Array2, ArrayView2, Axis};
use shared::{Assigner, FeatureVector, Schema, Transform};

use crate::algorithms::prototypes;
use crate::algorithms::{Algorithm, MixedRows, mixture};
use crate::dataset::{Customer, Dataset};
use crate::kmeans::{KMeansError, KMeansParams};
use crate::prepare::{self, ImputeOptions};

/// Restarts of a fold's clustering: it stands for the one that is written, which had more.
const RESTARTS: usize = 8;

/// How customers were prepared and divided, so that it can be done again without some of them.
#[derive(Debug, Clone, Copy)]
pub struct Recipe<'a> {
    /// All customers, in canonical order.
    pub dataset: &'a Dataset,
    /// Their columns.
    pub schema: &'a Schema,
    /// What stands in for missing values.
    pub impute: &'a ImputeOptions,
    /// The fewest customers of a level.
    pub min_level: usize,
    /// How segments are found.
    pub algorithm: Algorithm,
    /// How many.
    pub n_segments: usize,
    /// The fewest customers of a segment.
    pub min_segment: usize,
    /// Of everything random.
    pub seed: u64,
}

/// All customers by one preparation and one rule.
#[derive(Debug)]
pub struct Setting {
    /// The preparation.
    pub transform: Transform,
    /// The number of segments.
    pub n_segments: usize,
    /// Each customer's segment, `(n_customers,)`.
    pub segments: Vec<u16>,
    /// The model inputs, `(n_customers, n_model_inputs)`.
    pub inputs: Array2<f64>,
}

impl Setting {
    /// By what is written.
    pub fn written(dataset: &Dataset, transform: &Transform, assigner: &Assigner) -> Self {
        let vectors = vectors(&dataset.customers, transform);
        let segments = vectors.iter().map(|vector| assigner.assign(vector).id()).collect();
        let n_segments = assigner.n_segments();
        Self { transform: transform.clone(), n_segments, segments, inputs: inputs(&vectors) }
    }

    /// By what is found in the customers that `is_training` says yes to.
    pub fn without(recipe: &Recipe<'_>, is_training: impl Fn(&Customer) -> bool) -> Self {
        let all = &recipe.dataset.customers;
        let customers = all.iter().filter(|customer| is_training(customer)).cloned().collect();
        let training = Dataset { customers };
        let transform =
            prepare::estimate(&training, recipe.schema, recipe.impute, recipe.min_level);
        let of_training = vectors(&training.customers, &transform);
        let assigner = recipe.assigner(&of_training);
        Self::written(recipe.dataset, &transform, &assigner)
    }
}

impl Recipe<'_> {
    fn assigner(&self, vectors: &[FeatureVector]) -> Assigner {
        let width = vectors.first().map_or(0, |vector| vector.as_slice().len());
        let values: Vec<f64> = vectors.iter().flat_map(FeatureVector::as_slice).copied().collect();
        let x = Array2::from_shape_vec((vectors.len(), width), values).expect("rows are alike");
        // Fewer customers may have too few different values for as many segments.
        let few = || self.k_means(x.view(), 1).expect("customers can be one segment").0;
        let Ok((k_means, labels)) = self.k_means(x.view(), self.n_segments) else { return few() };
        match self.algorithm {
            Algorithm::KMeans => k_means,
            Algorithm::Mixture => {
                let fit = mixture::fit(x.view(), &labels, self.min_segment, self.seed);
                Assigner::Mixture(fit.mixture)
            }
            Algorithm::Prototypes => {
                let fit = prototypes::fit(&MixedRows::of(vectors), self.n_segments, self.seed);
                fit.map_or_else(|_| few(), |fit| Assigner::Prototypes(fit.prototypes))
            }
        }
    }

    fn k_means(
        &self,
        x: ArrayView2<'_, f64>,
        k: usize,
    ) -> Result<(Assigner, Vec<u16>), KMeansError> {
        let fit = KMeansParams::new(k).restarts(RESTARTS).seed(self.seed).check()?.fit(x)?;
        Ok((Assigner::KMeans(fit.centroids), fit.labels))
    }
}

fn vectors(customers: &[Customer], transform: &Transform) -> Vec<FeatureVector> {
    customers.iter().map(|customer| transform.apply(&customer.record)).collect()
}

fn inputs(vectors: &[FeatureVector]) -> Array2<f64> {
    let width = vectors.first().map_or(0, |vector| vector.model_inputs().len());
    let values: Vec<f64> = vectors.iter().flat_map(FeatureVector::model_inputs).copied().collect();
    Array2::from_shape_vec((vectors.len(), width), values).expect("rows are alike")
}

/// The customers that a model is fitted to, with what it is told of them.
#[derive(Debug)]
pub struct Sample {
    /// The model inputs, `(n_rows, n_model_inputs)`.
    pub x: Array2<f64>,
    /// The target, `(n_rows,)`; a class is its id.
    pub y: Vec<f64>,
    /// Each one's segment, `(n_rows,)`.
    pub segments: Vec<u16>,
    /// Each one's fold, `(n_rows,)`.
    pub folds: Vec<u8>,
    /// The number of segments.
    pub n_segments: usize,
}

impl Sample {
    /// The customers at `rows` of a setting; `y` and `folds` are of all customers.
    pub fn of(setting: &Setting, rows: &[u32], y: &[f64], folds: &[u8]) -> Self {
        let at: Vec<usize> = rows.iter().map(|&row| row as usize).collect();
        Self {
            x: setting.inputs.select(Axis(0), &at),
            y: at.iter().map(|&row| y[row]).collect(),
            segments: at.iter().map(|&row| setting.segments[row]).collect(),
            folds: at.iter().map(|&row| folds[row]).collect(),
            n_segments: setting.n_segments,
        }
    }

    /// The positions of the rows that `is_in` says yes to.
    pub fn rows(&self, is_in: impl Fn(usize) -> bool) -> Vec<u32> {
        (0..).zip(0..self.y.len()).filter(|&(_, row)| is_in(row)).map(|(row, _)| row).collect()
    }

    /// The rows of each segment among `rows`.
    pub fn by_segment(&self, rows: &[u32]) -> Vec<Vec<u32>> {
        let mut found = vec![Vec::new(); self.n_segments];
        for &row in rows {
            found[usize::from(self.segments[row as usize])].push(row);
        }
        found
    }

    /// The same with each segment as an input of 0 or 1, behind the others or instead of them.
    #[must_use]
    pub fn told_of_segments(&self, with_inputs: bool) -> Self {
        let width = if with_inputs { self.x.ncols() } else { 0 };
        let mut values = Vec::with_capacity(self.y.len() * (width + self.n_segments));
        for (row, &segment) in self.x.rows().into_iter().zip(&self.segments) {
            values.extend(row.iter().take(width));
            values.extend(marks(segment, self.n_segments));
        }
        let shape = (self.y.len(), width + self.n_segments);
        Self {
            x: Array2::from_shape_vec(shape, values).expect("rows are alike"),
            y: self.y.clone(),
            segments: self.segments.clone(),
            folds: self.folds.clone(),
            n_segments: self.n_segments,
        }
    }
}

/// 1 at the segment's position, else 0.
pub fn marks(segment: u16, n_segments: usize) -> impl Iterator<Item = f64> {
    (0..n_segments).map(move |position| f64::from(u8::from(position == usize::from(segment))))
}
