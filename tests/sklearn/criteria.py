"""Records what scikit-learn says of some labelings, for trainer/src/criteria/ to be held against.

    pip install scikit-learn==1.9.1
    python3 tests/sklearn/criteria.py > tests/data/sklearn/criteria.json

Small tables with labels: drawn groups, labels without any sense, segments of one customer, equal customers,
customers on a lattice (many equal distances), one feature. For each the silhouette of every customer and its
mean, the variance ratio, the measure of Davies and Bouldin; against a second labeling the adjusted Rand index
and the normalised mutual information.

scikit-learn has no density-based validation (Moulavi et al. 2014): `dbcv` below is written from the paper.
A label of -1 is noise; the criteria above are given those with a label only.
"""

import json

import numpy
import sklearn
from scipy.spatial.distance import cdist
from sklearn import metrics
from sklearn.cluster import KMeans


def spanning_tree(weights):
    """Prim's algorithm from the first node; equal weights: the lowest node, at the node that came first."""
    parent, nearest = numpy.zeros(len(weights), int), weights[0].copy()
    left, edges = list(range(1, len(weights))), []
    while left:
        new = min(left, key=lambda node: (nearest[node], node))
        left.remove(new)
        edges.append((parent[new], new, nearest[new]))
        closer = weights[new] < nearest
        nearest[closer], parent[closer] = weights[new][closer], new
    return edges


def dbcv(x, labels):
    found = [c for c in numpy.unique(labels[labels >= 0]) if (labels == c).sum() > 1]
    if len(found) < 2:
        return None
    core, inner, sparseness = {}, {}, {}
    for c in found:
        own = x[labels == c]
        apart = cdist(own, own)
        with numpy.errstate(divide="ignore"):
            power = numpy.where(apart > 0, 1.0 / apart, 0.0) ** x.shape[1]
            mean = power.sum(1) / (len(own) - 1)
            core[c] = numpy.where(mean > 0, mean ** (-1.0 / x.shape[1]), 0.0)
        reach = numpy.maximum(apart, numpy.maximum.outer(core[c], core[c]))
        tree = spanning_tree(reach)
        degree = numpy.bincount([node for edge in tree for node in edge[:2]], minlength=len(own))
        inside = degree > 1
        edges = [weight for a, b, weight in tree if inside[a] and inside[b]]
        inner[c] = inside if inside.any() else numpy.ones(len(own), bool)
        sparseness[c] = max(edges or [weight for _, _, weight in tree])
    total = 0.0
    for c in found:
        separation = min(
            numpy.maximum(
                cdist(x[labels == c], x[labels == d]), numpy.maximum.outer(core[c], core[d])
            )[numpy.ix_(inner[c], inner[d])].min()
            for d in found if d != c
        )
        most = max(separation, sparseness[c])
        validity = (separation - sparseness[c]) / most if most > 0 else 0.0
        total += (labels == c).sum() * validity
    return total / len(labels)


def tables():
    draw = numpy.random.default_rng(0)
    groups = numpy.concatenate([draw.normal(m, 1.0, (40, 3)) for m in (0, 4, 9)])
    yield "groups", groups, KMeans(3, n_init=4, random_state=0).fit_predict(groups)
    yield "groups, one too many", groups, KMeans(4, n_init=4, random_state=0).fit_predict(groups)
    yield "groups, labels without sense", groups, draw.integers(0, 5, 120)
    alone = numpy.concatenate([draw.normal(0, 1, (30, 2)), [[8, 8]], [[-9, 3]], [[0, 11]]])
    yield "segments of one", alone, numpy.array([0] * 15 + [4] * 15 + [1, 2, 3])
    # Quarters, so that the mean of equal ones is exactly their value.
    equal = numpy.repeat(draw.integers(-9, 9, (9, 2)) / 4, 5, axis=0)
    yield "equal customers", equal, numpy.arange(45) % 9 // 3
    yield "nothing varies within", equal, numpy.arange(45) // 5
    same = numpy.zeros((8, 2))
    yield "all equal", same, numpy.arange(8) % 2
    lattice = numpy.array([[a, b, c] for a in range(4) for b in range(4) for c in range(4)], float)
    yield "lattice", lattice, (lattice[:, 0] > 1.5) * 2 + (lattice[:, 1] > 1.5)
    yield "one feature", draw.exponential(3, (50, 1)).round(1), numpy.arange(50) % 3
    many = draw.normal(0, 1, (130, 17))
    yield "many features", many, KMeans(6, n_init=2, random_state=0).fit_predict(many)
    angle = draw.uniform(0, numpy.pi, 150)
    side = numpy.arange(150) % 2
    sign = 1 - 2 * side
    moons = numpy.stack([sign * numpy.cos(angle) + side, sign * numpy.sin(angle) + side / 2], 1)
    moons += draw.normal(0, 0.05, moons.shape)
    yield "moons", moons, numpy.where(draw.uniform(size=150) < 0.1, -1, side)
    yield "moons in halves", moons, KMeans(2, n_init=4, random_state=0).fit_predict(moons)


def main():
    draw = numpy.random.default_rng(1)
    out = {"scikit_learn": sklearn.__version__, "tables": []}
    for name, x, labels in tables():
        x, labels = x.round(4), numpy.asarray(labels, int)
        noisy = labels.copy()
        noisy[draw.uniform(size=len(labels)) < 0.15] = -1
        known = labels >= 0
        a, b = labels[known], numpy.where(draw.uniform(size=known.sum()) < 0.4, 7, labels[known])
        out["tables"].append({
            "name": name,
            "x": x.tolist(),
            "labels": [int(c) if c >= 0 else None for c in labels],
            "silhouettes": metrics.silhouette_samples(x[known], a).tolist(),
            "silhouette": float(metrics.silhouette_score(x[known], a)),
            "calinski_harabasz": float(metrics.calinski_harabasz_score(x[known], a)),
            "davies_bouldin": float(metrics.davies_bouldin_score(x[known], a)),
            "noisy": [int(c) if c >= 0 else None for c in noisy],
            "dbcv": dbcv(x, labels),
            "dbcv_noisy": dbcv(x, noisy),
            "other": b.tolist(),
            "adjusted_rand": float(metrics.adjusted_rand_score(a, b)),
            "normalised_mutual_information": float(metrics.normalized_mutual_info_score(a, b)),
        })
    one, pairs = [0, 0, 0, 0], [0, 1, 0, 1]
    out["labelings"] = [
        {
            "a": a,
            "b": b,
            "adjusted_rand": float(metrics.adjusted_rand_score(a, b)),
            "normalised_mutual_information": float(metrics.normalized_mutual_info_score(a, b)),
        }
        for a, b in [
            (one, one), (one, pairs), (pairs, one), (pairs, [1, 0, 1, 0]), (pairs, [0, 0, 1, 1]),
            ([0, 1, 2, 3], [3, 2, 1, 0]), ([0, 0, 1, 2], [0, 1, 2, 3]), ([0], [0]),
        ]
    ]
    print(json.dumps(out, indent=1))


main()
