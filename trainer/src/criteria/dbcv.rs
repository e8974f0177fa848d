//! Density-based clustering validation (Moulavi, Jaskowiak, Campello, Zimek and Sander 2014, Proceedings of the
//! SIAM International Conference on Data Mining, pages 839-847): segments of any shape are good where the
//! densest way through each is denser than the best way to another.

use ndarray::ArrayView2;
use shared::math;

use super::squared_distance;
use crate::random::{Purpose, Stream};

/// Of more customers, so many are drawn.
pub const MAX_ROWS: usize = 1_500;

/// From -1 to 1. Customers without a segment count as noise: each segment's validity is weighted by its share of
/// all customers. A segment with one (drawn) customer is noise as well.
///
/// The paper's core distance divides by distances, and is not defined for equal customers: here they add
/// nothing to each other's density, which is seen from the others, and a customer whose segment has no other
/// values has core distance 0. Where a segment's spanning tree has no inner node, or no edge between two, all
/// its nodes or edges count. Equal edges: the tree grows from the segment's first customer, by the lowest
/// customer, at the one that came first. `None` where fewer than two segments are left.
///
/// # Shapes: `labels` is `(n_rows,)`.
pub fn dbcv(x: ArrayView2<'_, f64>, labels: &[Option<u16>], seed: u64) -> Option<f64> {
    let drawn = Stream::new(seed, Purpose::Sample, 1).choose(labels.len(), MAX_ROWS);
    let n_segments = labels.iter().flatten().max().map_or(0, |label| usize::from(*label) + 1);
    let mut members: Vec<Vec<Vec<f64>>> = vec![Vec::new(); n_segments];
    for &row in &drawn {
        let Some(label) = labels[row] else { continue };
        members[usize::from(label)].push(x.row(row).to_vec());
    }
    members.retain(|rows| rows.len() > 1);
    if members.len() < 2 {
        return None;
    }
    let segments: Vec<Segment> = members.into_iter().map(Segment::new).collect();
    let mut separation = vec![f64::INFINITY; segments.len()];
    for (a, first) in segments.iter().enumerate() {
        for (b, second) in segments.iter().enumerate().skip(a + 1) {
            let apart = first.separation(second);
            separation[a] = separation[a].min(apart);
            separation[b] = separation[b].min(apart);
        }
    }
    let weighted = segments.iter().zip(separation).map(|(segment, separation)| {
        let larger = separation.max(segment.sparseness);
        let validity = if larger > 0.0 { (separation - segment.sparseness) / larger } else { 0.0 };
        segment.size as f64 * validity
    });
    Some(weighted.fold(0.0, |sum, part| sum + part) / drawn.len() as f64)
}

/// One segment as the others see it.
struct Segment {
    size: usize,
    /// The inner nodes of its spanning tree and their core distances.
    inner: Vec<(Vec<f64>, f64)>,
    /// The longest edge between two of these.
    sparseness: f64,
}

impl Segment {
    fn new(rows: Vec<Vec<f64>>) -> Self {
        let apart: Vec<Vec<f64>> =
            rows.iter().map(|a| rows.iter().map(|b| distance(a, b)).collect()).collect();
        let n_features = rows[0].len();
        let core: Vec<f64> = apart.iter().map(|apart| core_distance(apart, n_features)).collect();
        let tree = spanning_tree(&apart, &core);
        let mut degree = vec![0; rows.len()];
        for edge in &tree {
            degree[edge.from] += 1;
            degree[edge.to] += 1;
        }
        let is_inner = |node: usize| degree[node] > 1;
        let longest = |edges: &mut dyn Iterator<Item = &Edge>| {
            edges.map(|edge| edge.length).fold(f64::NEG_INFINITY, f64::max)
        };
        let mut between = tree.iter().filter(|edge| is_inner(edge.from) && is_inner(edge.to));
        let mut sparseness = longest(&mut between);
        if sparseness < 0.0 {
            sparseness = longest(&mut tree.iter());
        }
        let any_inner = degree.iter().any(|degree| *degree > 1);
        let size = rows.len();
        let nodes = rows.into_iter().zip(core).enumerate();
        let inner = nodes.filter(|(node, _)| !any_inner || is_inner(*node));
        Self { size, inner: inner.map(|(_, node)| node).collect(), sparseness }
    }

    /// The least mutual reachability distance between inner nodes of the two.
    fn separation(&self, other: &Self) -> f64 {
        let pairs = self.inner.iter().flat_map(|own| other.inner.iter().map(move |o| (own, o)));
        pairs
            .map(|((a, core_a), (b, core_b))| distance(a, b).max(*core_a).max(*core_b))
            .fold(f64::INFINITY, f64::min)
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    squared_distance(a, b).sqrt()
}

/// The distance at which the segment is as dense as it is around one of its rows: the mean of the inverse
/// distances to the others, each to the power of the number of features, to that power's inverse.
fn core_distance(apart: &[f64], n_features: usize) -> f64 {
    let others = || apart.iter().filter(|distance| **distance > 0.0);
    let nearest = others().copied().fold(f64::INFINITY, f64::min);
    if nearest.is_infinite() {
        return 0.0;
    }
    // In units of the nearest distance: powers of small distances would overflow.
    let features = n_features as f64;
    let powers = others().map(|distance| math::exp(features * math::ln(nearest / distance)));
    let mean = powers.fold(0.0, |sum, power| sum + power) / (apart.len() - 1) as f64;
    nearest * math::exp(-math::ln(mean) / features)
}

struct Edge {
    from: usize,
    to: usize,
    length: f64,
}

/// A minimum spanning tree of the mutual reachability distances (Prim 1957).
fn spanning_tree(apart: &[Vec<f64>], core: &[f64]) -> Vec<Edge> {
    let reach = |a: usize, b: usize| apart[a][b].max(core[a]).max(core[b]);
    // Of each node outside the tree its nearest inside.
    let mut outside: Vec<Edge> =
        (1..core.len()).map(|to| Edge { from: 0, to, length: reach(0, to) }).collect();
    let mut tree = Vec::with_capacity(outside.len());
    while let Some((at, _)) =
        outside.iter().enumerate().min_by(|(_, a), (_, b)| a.length.total_cmp(&b.length))
    {
        let new = outside.remove(at);
        for edge in &mut outside {
            let length = reach(new.to, edge.to);
            if length < edge.length {
                *edge = Edge { from: new.to, to: edge.to, length };
            }
        }
        tree.push(new);
    }
    tree
}
