"""Records what scikit-learn makes of small tables, for trainer/src/algorithms/ to be held against.

    pip install scikit-learn==1.9.1
    python3 tests/sklearn/mixture.py > tests/data/sklearn/mixture.json

`mixtures`: drawn groups of unequal size, shape and overlap, by GaussianMixture with diagonal covariances
and nothing added to them (`reg_covar=0`), best of 20 starts. `ward`: the same rows by AgglomerativeClustering.
`prepared` values are multiples of 2^-20, as Wedge's are.
"""

import json

import numpy
import sklearn
from sklearn.cluster import AgglomerativeClustering
from sklearn.mixture import GaussianMixture


def draw(groups, seed):
    random = numpy.random.default_rng(seed)
    parts = [random.normal(mean, deviation, (n, len(mean))) for n, mean, deviation in groups]
    return numpy.round(numpy.concatenate(parts) * 2**20) / 2**20


CASES = [
    ("apart", draw([(60, (-4, 0, 1), (1, 0.5, 1)), (40, (3, 3, -1), (0.6, 1.2, 1))], 1), 2),
    ("overlapping", draw([
        (70, (0, 0), (1, 0.4)), (50, (1.5, 1), (0.3, 1)), (30, (-2, 2), (0.7, 0.7))], 2), 3),
    ("one in another", draw([(80, (0, 0), (2.5, 2.5)), (60, (0.3, 0), (0.3, 0.4))], 3), 2),
]


def main():
    out = {"scikit_learn": sklearn.__version__, "mixtures": [], "ward": []}
    for name, x, k in CASES:
        model = GaussianMixture(
            k, covariance_type="diag", reg_covar=0, tol=1e-12, max_iter=5000, n_init=20, random_state=0
        ).fit(x)
        order = numpy.argsort(model.means_[:, 0])
        out["mixtures"].append({
            "name": name,
            "prepared": x.tolist(),
            "k": k,
            "log_likelihood": model.score(x) * len(x),
            "bic": model.bic(x),
            "weights": model.weights_[order].tolist(),
            "means": model.means_[order].tolist(),
            "variances": model.covariances_[order].tolist(),
        })
        labels = AgglomerativeClustering(k + 1, linkage="ward").fit_predict(x)
        out["ward"].append({"name": name, "k": k + 1, "labels": labels.tolist()})
    print(json.dumps(out, indent=1))


main()
