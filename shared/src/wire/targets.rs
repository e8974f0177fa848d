//! Targets and what their models are made of, as they are written: what is of one type stands in one row, target
//! after target, so that a small file cannot ask for much memory.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem::take as taken;

use serde::{Deserialize, Serialize};

use super::take;
use crate::forest::{Forest, Node};
use crate::margin::Margin;
use crate::segment_model::{Link, Own, Range, Target, TargetKind, TargetModels};

/// The models of all targets.
#[derive(Serialize, Deserialize, Default)]
pub(super) struct WireModels {
    targets: Vec<WireTarget>,
    /// For each target: the model for all, those of the segments, the one of the range.
    members: Vec<WireMember>,
    /// Of everything that is a number.
    coefficients: Vec<f64>,
    /// Of the trees' nodes in preorder: 0 for a leaf, else one more than the input.
    nodes: Vec<u16>,
    /// Of the splits: thresholds, and shares that go left.
    thresholds: Vec<i16>,
    left_shares: Vec<u8>,
    /// Of the leaves, in units.
    leaves: Vec<i32>,
}

#[derive(Serialize, Deserialize)]
struct WireTarget {
    name: String,
    /// 0 for a number.
    n_classes: u16,
    link: WireLink,
    has_own: bool,
    range: Option<WireRange>,
}

#[derive(Serialize, Deserialize)]
enum WireLink {
    Identity { floor: Option<f64> },
    Log,
    Prepared { column: u16 },
    Softmax,
}

#[derive(Serialize, Deserialize)]
struct WireRange {
    level_percent: u8,
    scale: Option<f64>,
}

#[derive(Serialize, Deserialize)]
enum WireMember {
    /// One coefficient an output.
    Constant,
    /// One coefficient an output, then one a model input for each output.
    Linear,
    /// One coefficient an output, then the unit.
    Trees { n_nodes: u32 },
}

/// Targets with their words for classes, which stand elsewhere.
pub(super) fn write(models: &[TargetModels], words: &mut Vec<String>) -> Option<WireModels> {
    let mut out = WireModels::default();
    for TargetModels { target, link, all, own, range } in models {
        let classes = target.kind.classes();
        words.extend_from_slice(classes);
        out.targets.push(WireTarget {
            name: target.name.clone(),
            n_classes: u16::try_from(classes.len()).ok()?,
            link: match *link {
                Link::Identity { floor } => WireLink::Identity { floor },
                Link::Log => WireLink::Log,
                Link::Prepared(column) => WireLink::Prepared { column },
                Link::Softmax => WireLink::Softmax,
            },
            has_own: !own.is_empty(),
            range: range
                .as_ref()
                .map(|range| WireRange { level_percent: range.level_percent, scale: range.scale }),
        });
        out.push(all)?;
        for Own { weight, margin } in own {
            out.coefficients.push(*weight);
            out.push(margin)?;
        }
        if let Some(range) = range {
            out.push(&range.quantiles)?;
            out.coefficients.extend_from_slice(&range.widen);
        }
    }
    Some(out)
}

impl WireModels {
    fn push(&mut self, margin: &Margin) -> Option<()> {
        match margin {
            Margin::Constant(values) => {
                self.members.push(WireMember::Constant);
                self.coefficients.extend_from_slice(values);
            }
            Margin::Linear { intercepts, weights } => {
                self.members.push(WireMember::Linear);
                self.coefficients.extend_from_slice(intercepts);
                self.coefficients.extend_from_slice(weights);
            }
            Margin::Trees(forest) => {
                let n_nodes = u32::try_from(forest.nodes().len()).ok()?;
                self.members.push(WireMember::Trees { n_nodes });
                self.coefficients.extend_from_slice(forest.base());
                self.coefficients.push(forest.unit());
                for node in forest.nodes() {
                    match *node {
                        Node::Leaf => self.nodes.push(0),
                        Node::Split { input, threshold, left_share } => {
                            self.nodes.push(input.checked_add(1)?);
                            self.thresholds.push(threshold);
                            self.left_shares.push(left_share);
                        }
                    }
                }
                self.leaves.extend_from_slice(forest.leaves());
            }
        }
        Some(())
    }

    /// `None` where parts run out, are left over or contradict each other.
    pub(super) fn read(
        mut self,
        words: &mut impl Iterator<Item = String>,
        n_inputs: usize,
        n_segments: usize,
    ) -> Option<Vec<TargetModels>> {
        let targets = taken(&mut self.targets);
        let mut parts = Parts {
            n_inputs,
            members: self.members.into_iter(),
            coefficients: self.coefficients.into_iter(),
            nodes: self.nodes.into_iter(),
            thresholds: self.thresholds.into_iter(),
            left_shares: self.left_shares.into_iter(),
            leaves: self.leaves.into_iter(),
        };
        let mut models = Vec::with_capacity(targets.len());
        for WireTarget { name, n_classes, link, has_own, range } in targets {
            let kind = match n_classes {
                0 => TargetKind::Number,
                _ => TargetKind::Class { classes: take(words, n_classes.into())? },
            };
            let n_outputs = kind.n_outputs();
            let all = parts.margin(n_outputs)?;
            let mut own = Vec::new();
            for _ in 0..if has_own { n_segments } else { 0 } {
                let weight = parts.coefficients.next()?;
                own.push(Own { weight, margin: parts.margin(n_outputs)? });
            }
            let range = match range {
                Some(WireRange { level_percent, scale }) => Some(Range {
                    level_percent,
                    scale,
                    quantiles: parts.margin(2)?,
                    widen: take(&mut parts.coefficients, n_segments)?,
                }),
                None => None,
            };
            let link = match link {
                WireLink::Identity { floor } => Link::Identity { floor },
                WireLink::Log => Link::Log,
                WireLink::Prepared { column } => Link::Prepared(column),
                WireLink::Softmax => Link::Softmax,
            };
            models.push(TargetModels { target: Target { name, kind }, link, all, own, range });
        }
        parts.are_used_up().then_some(models)
    }
}

/// What is left of the rows.
struct Parts<M, C, N, T, S, L> {
    n_inputs: usize,
    members: M,
    coefficients: C,
    nodes: N,
    thresholds: T,
    left_shares: S,
    leaves: L,
}

impl<M, C, N, T, S, L> Parts<M, C, N, T, S, L>
where
    M: Iterator<Item = WireMember>,
    C: Iterator<Item = f64>,
    N: Iterator<Item = u16>,
    T: Iterator<Item = i16>,
    S: Iterator<Item = u8>,
    L: Iterator<Item = i32>,
{
    fn margin(&mut self, n_outputs: usize) -> Option<Margin> {
        Some(match self.members.next()? {
            WireMember::Constant => Margin::Constant(take(&mut self.coefficients, n_outputs)?),
            WireMember::Linear => Margin::Linear {
                intercepts: take(&mut self.coefficients, n_outputs)?,
                weights: take(&mut self.coefficients, n_outputs.checked_mul(self.n_inputs)?)?,
            },
            WireMember::Trees { n_nodes } => {
                let base = take(&mut self.coefficients, n_outputs)?;
                let unit = self.coefficients.next()?;
                let mut nodes = Vec::new();
                let mut n_leaves = 0_usize;
                for _ in 0..n_nodes {
                    let node = match self.nodes.next()?.checked_sub(1) {
                        Some(input) => Node::Split {
                            input,
                            threshold: self.thresholds.next()?,
                            left_share: self.left_shares.next()?,
                        },
                        None => Node::Leaf,
                    };
                    n_leaves += usize::from(node == Node::Leaf);
                    nodes.push(node);
                }
                let leaves = take(&mut self.leaves, n_leaves.checked_mul(n_outputs)?)?;
                Margin::Trees(Forest::new(self.n_inputs, base, unit, nodes, leaves)?)
            }
        })
    }

    fn are_used_up(mut self) -> bool {
        self.members.next().is_none()
            && self.coefficients.next().is_none()
            && self.nodes.next().is_none()
            && self.thresholds.next().is_none()
            && self.left_shares.next().is_none()
            && self.leaves.next().is_none()
    }
}
