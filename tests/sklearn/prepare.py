"""Records what scikit-learn makes of some columns, for trainer/src/prepare.rs to be held against.

    pip install scikit-learn==1.9.1
    python3 tests/sklearn/prepare.py > tests/data/sklearn/prepare.json

Columns: those of the sample customers, and drawn ones of awkward shapes. For each: what stands in for a
missing value (SimpleImputer), the exponent of Yeo-Johnson by maximum likelihood (PowerTransformer, where it
lies within Wedge's bounds of -2 and 4), the values at that exponent, and the same standardised (StandardScaler).
"""

import csv
import json
import pathlib

import numpy
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import PowerTransformer, StandardScaler

ROOT = pathlib.Path(__file__).resolve().parents[2]
N = 120


def columns():
    with open(ROOT / "trainer/samples/cdnow_customers.csv", newline="") as file:
        rows = list(csv.DictReader(file))[:N]
    for name in rows[0]:
        if name != "customer_id":
            yield f"cdnow {name}", [float(row[name]) for row in rows]
    draw = numpy.random.default_rng(0)
    yield "lognormal", draw.lognormal(3, 1.5, N).tolist()
    yield "gamma with gaps", [
        None if i % 9 == 0 else x for i, x in enumerate(draw.gamma(0.7, 40, N).tolist())
    ]
    yield "both signs", draw.standard_t(3, N).tolist()
    yield "left skewed", (-draw.exponential(5, N)).tolist()
    yield "counts", draw.poisson(1.3, N).astype(float).tolist()


def main():
    out = {"scikit_learn": sklearn.__version__, "columns": []}
    for name, values in columns():
        x = numpy.array([[numpy.nan if v is None else v] for v in values])
        fill = {how: SimpleImputer(strategy=how).fit(x).statistics_[0] for how in ("median", "mean")}
        full = numpy.where(numpy.isnan(x), fill["median"], x)
        power = PowerTransformer(method="yeo-johnson", standardize=False).fit(full)
        powered = power.transform(full)
        out["columns"].append({
            "name": name,
            "values": values,
            "median": fill["median"],
            "mean": fill["mean"],
            "lambda": power.lambdas_[0],
            "powered": powered[:, 0].tolist(),
            "standardised": StandardScaler().fit_transform(powered)[:, 0].tolist(),
            "plain_standardised": StandardScaler().fit_transform(full)[:, 0].tolist(),
        })
    print(json.dumps(out, indent=1))


main()
