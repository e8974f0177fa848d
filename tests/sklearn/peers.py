"""Holds the out-of-fold predictions of `trainer fit` against other people's models on the same folds.

    pip install scikit-learn==1.9.1 lightgbm==4.7.0 lifetimes==0.11.3
    trainer fit janatahack_train.csv --target Segmentation --out-of-fold class.csv
    python3 peers.py class class.csv janatahack_train.csv --target Segmentation --drop ID
    trainer fit credit_card.csv --target PAYMENTS --out-of-fold number.csv
    python3 peers.py number number.csv credit_card.csv --target PAYMENTS --drop CUST_ID
    trainer rfm cdnow_transactions.csv --until 1997-09-30 --out customers.csv
    trainer fit customers.csv --target future_spend --out-of-fold spend.csv
    python3 peers.py spend spend.csv customers.csv --orders cdnow_transactions.csv --until 1997-09-30

It reads nothing but that file (`row`, 1 for the first customer of the data; `fold`; `segment`; predictions) and the
data. Each peer learns from the customers of the other folds and predicts those of its own, with its library's
defaults where its name says so. 2,000 paired bootstrap samples of customers give the 95 % interval of ours minus the
peer's, for each measure that is proper for the task.

Exit code 1: such an interval lies wholly on the worse side; or the coverage is surely below --level; or, for `spend`,
a prediction is negative or the total is more than a tenth off. Exit code 2: the file is not what it should be.
"""

import argparse
import functools
import sys
import warnings

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, PoissonRegressor, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def refuse(why):
    print(why, file=sys.stderr)
    sys.exit(2)


def read(args):
    """Ours, the data in the same rows, its features and its target."""
    ours = pd.read_csv(args.ours, dtype={"segment": str}).sort_values("row", ignore_index=True)
    data = pd.read_csv(args.data, dtype={args.customer: str} if args.task == "spend" else None)
    known = np.flatnonzero(data[args.target].notna()) + 1
    if not np.array_equal(ours["row"], known) or set(ours["fold"]) != set(range(5)):
        refuse(f"{args.ours}: not one row, in one of five folds, for each customer whose {args.target} is known")
    data = data.iloc[known - 1].reset_index(drop=True)
    x = data.drop(columns=[args.target, *args.drop])
    equal = x.groupby(list(x), dropna=False).ngroup()
    torn = (ours["fold"].groupby(equal).nunique() > 1).sum()
    print(f"{len(x)} customers, {equal.nunique()} different, in folds of {np.bincount(ours['fold']).tolist()}")
    if torn:
        refuse(f"{torn} groups of equal customers are in several folds: one's answer gives away the other's")
    return ours, data, x, data[args.target]


def numbers(x):
    """For models that need numbers: a column for each category, medians for what is missing, and that it is."""
    gaps = x.select_dtypes("number").isna().astype(float).add_suffix(" missing")
    wide = pd.get_dummies(x, dummy_na=True, dtype=float).join(gaps)
    return wide.loc[:, wide.nunique() > 1].fillna(wide.median()).astype(float)


def categories(x):
    return x.astype({c: "category" for c in x.columns.difference(x.select_dtypes("number").columns)})


def across(folds, predict):
    """What `predict(train, test)` says of each fold, in the order of the customers."""
    tests = [np.flatnonzero(folds == f) for f in range(5)]
    parts = np.concatenate([predict(np.flatnonzero(folds != f), test) for f, test in enumerate(tests)])
    return parts[np.argsort(np.concatenate(tests))]


def fitted(model, x, y, method="predict"):
    return lambda train, test: getattr(model.fit(x.iloc[train], y[train]), method)(x.iloc[test])


@functools.cache
def draws(n):
    """How often each of the customers is in each of the samples."""
    return np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), 2000).astype(float)


def average(values):
    return lambda w: w @ np.asarray(values, float) / w.sum(1)


def verdict(n, ours, peers, judged):
    """Prints every measure, then ours minus the peers'; returns what is significantly worse.

    `ours` and each of `peers` map a measure to a function of weights (samples x customers), or to a number;
    `judged` maps a measure to 1 where more is better, else to -1."""
    once = {name: {k: f(np.ones((1, n)))[0] if callable(f) else f for k, f in measures.items()}
            for name, measures in {"ours": ours, **peers}.items()}
    print("\n" + pd.DataFrame(once).T.to_string(float_format="{:.4f}".format, na_rep="-"))
    print("\nours minus the peer's, and the 95 % interval")
    worse = []
    for k, sign in judged.items():
        mine = ours[k](draws(n))
        for name in (name for name in peers if k in peers[name]):
            low, high = np.quantile(mine - peers[name][k](draws(n)), [0.025, 0.975])
            best, worst = (high, low) if sign > 0 else (-low, -high)
            mark = "WORSE" if best < 0 else "better" if worst > 0 else ""
            print(f"  {k:14} {name:28} {once['ours'][k] - once[name][k]:+10.4f} [{low:+10.4f}, {high:+10.4f}] {mark}")
            worse += [f"{k} than {name}"] if best < 0 else []
    return worse


def calibration(p, y, bins=15):
    """Expected calibration error of probabilities `p` that `y` holds, in bins of equal mass."""
    return sum(abs((p - y)[b].sum()) for b in np.array_split(np.argsort(p, kind="stable"), bins)) / len(y)


def class_measures(y, p, chosen=None):
    n, k = p.shape
    chosen = p.argmax(1) if chosen is None else chosen

    def macro_f1(w):
        return np.mean([2 * (w @ ((y == c) & (chosen == c))) / (w @ (1.0 * (y == c) + (chosen == c)))
                        for c in range(k)], axis=0)

    def errors(y):
        return calibration(p.max(1), p.argmax(1) == y), np.mean([calibration(p[:, c], y == c) for c in range(k)])

    # What probabilities like these show when they are exactly right.
    perfect = [errors((p.cumsum(1) < u).sum(1).clip(max=k - 1)) for u in np.random.default_rng(1).random((50, n, 1))]
    return {"accuracy": average(chosen == y), "macro-F1": macro_f1,
            "log-loss": average(-np.log(p[np.arange(n), y].clip(1e-15))),
            **dict(zip(("ECE", "classwise ECE"), errors(y))),
            **dict(zip(("ECE if right", "classwise if right"), np.mean(perfect, axis=0)))}


def classes(args):
    ours, _, x, target = read(args)
    names, y = np.unique(target.astype(str), return_inverse=True)
    p = ours[[f"probability_{args.target}_{c}" for c in names]].to_numpy(float)
    if not np.allclose(p.sum(1), 1, atol=1e-6) or (p < 0).any():
        refuse("the probabilities of a row do not add up to 1")
    chosen = pd.Categorical(ours[f"predicted_{args.target}"].astype(str), names).codes
    print(f"the predicted class is not the most probable one: {(chosen != p.argmax(1)).sum()} customers")
    wide, mixed = numbers(x), categories(x)
    peers = {
        "LightGBM, defaults": (LGBMClassifier(verbose=-1, random_state=0), mixed),
        "gradient boosting, defaults": (GradientBoostingClassifier(random_state=0), wide),
        "histogram boosting, defaults": (HistGradientBoostingClassifier(random_state=0), mixed),
        "logistic": (make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)), wide),
        "majority": (DummyClassifier(), wide),
    }
    peers = {name: class_measures(y, across(ours["fold"], fitted(model, features, y, "predict_proba")))
             for name, (model, features) in peers.items()}
    return verdict(len(y), class_measures(y, p, chosen), peers, {"accuracy": 1, "macro-F1": 1, "log-loss": -1})


def number_columns(args):
    ours, data, x, target = read(args)
    p, low, high = (ours[f"{part}_{args.target}"].to_numpy(float) for part in ("predicted", "lower", "upper"))
    if not np.isfinite([p, low, high]).all() or (low > high).any():
        refuse("a prediction is missing, or a lower end is above its upper end")
    return ours, data, x, target.to_numpy(float), p, low, high


def errors(y, p):
    return {"RMSE": lambda w: np.sqrt(average((y - p) ** 2)(w)), "MAE": average(abs(y - p)),
            "R2": lambda w: 1 - w @ (y - p) ** 2 / (w @ y**2 - (w @ y) ** 2 / w.sum(1))}


def intervals(y, low, high, level):
    outside = np.maximum(low - y, 0) + np.maximum(y - high, 0)
    return {"coverage": average((low <= y) & (y <= high)), "width": average(high - low),
            "interval score": average(high - low + 2 / (1 - level) * outside)}


def covered(whose, y, low, high, groups):
    print(f"\ncoverage by {whose}")
    within = (low <= y) & (y <= high)
    for name, rows in groups.items():
        share = within[rows].mean()
        print(f"  {name:12} {rows.sum():5} customers  {share:.4f} +- {np.sqrt(share * (1 - share) / rows.sum()):.4f}"
              f"  mean width {(high - low)[rows].mean():.2f}")
    return within


def groups_of(ours):
    return {"all": np.full(len(ours), True), **{
        f"segment {s}": (ours["segment"] == s).to_numpy() for s in sorted(set(ours["segment"]))}}


def surely_below(within, level):
    return ["coverage than meant"] if np.quantile(average(within)(draws(len(within))), 0.975) < level else []


def conformal_quantiles(x, y, level):
    """Conformalised quantile regression (Romano et al. 2019); a quarter of the training rows calibrates."""
    def predict(train, test):
        mixed = np.random.default_rng(0).permutation(train)
        held, rest = np.split(mixed, [len(mixed) // 4])
        low, high = (GradientBoostingRegressor(loss="quantile", alpha=a, random_state=0).fit(x.iloc[rest], y[rest])
                     for a in ((1 - level) / 2, (1 + level) / 2))
        scores = np.maximum(low.predict(x.iloc[held]) - y[held], y[held] - high.predict(x.iloc[held]))
        more = np.sort(scores)[int(np.ceil((len(scores) + 1) * level)) - 1]
        return np.sort([low.predict(x.iloc[test]) - more, high.predict(x.iloc[test]) + more], axis=0).T
    return predict


def number(args):
    ours, _, x, y, p, low, high = number_columns(args)
    wide = numbers(x)
    peers = {
        "LightGBM, defaults": (LGBMRegressor(verbose=-1, random_state=0), categories(x)),
        "gradient boosting, defaults": (GradientBoostingRegressor(random_state=0), wide),
        "ridge": (make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 4, 13))), wide),
    }
    peers = {name: errors(y, across(ours["fold"], fitted(model, features, y)))
             for name, (model, features) in peers.items()}
    ends = across(ours["fold"], conformal_quantiles(wide, y, args.level)).T
    peers["conformal quantile boosting"] = intervals(y, *ends, args.level)
    worse = verdict(len(y), errors(y, p) | intervals(y, low, high, args.level), peers,
                    {"RMSE": -1, "MAE": -1, "R2": 1, "interval score": -1})
    covered("conformal quantile boosting", y, *ends, groups_of(ours))
    return worse + surely_below(covered("ours", y, low, high, groups_of(ours)), args.level)


def buy_till_you_die(args, data, amounts):
    """BG/NBD + Gamma-Gamma from the customers' own orders, their amounts those of the `repeat` days, as in the
    textbook, or of `all` days with a purchase."""
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data as summary

    who, when, what = args.customer, args.date, args.amount
    orders = pd.read_csv(args.orders, dtype={who: str}, parse_dates=[when])
    past = orders[orders[when] <= args.until]
    ahead = (orders[when].max() - pd.Timestamp(args.until)).days / 7
    rfm = summary(past, who, when, what, observation_period_end=args.until).loc[data[who]].reset_index()
    count, recency, age = rfm["frequency"], rfm["recency"] / 7, rfm["T"] / 7
    if (count + 1 != data["frequency"]).any():
        refuse("the customers' frequency is not the days with a purchase of --orders up to --until")
    days, mean = count, rfm["monetary_value"]
    if amounts == "all":
        each = past.groupby([who, when])[what].sum().groupby(who).mean()
        days, mean = count + 1, each[data[who]].reset_index(drop=True)

    def predict(train, test):
        buys = BetaGeoFitter().fit(count[train], recency[train], age[train], tol=1e-6)
        times = buys.conditional_expected_number_of_purchases_up_to_time(ahead, count[test], recency[test], age[test])
        paid = train[((days > 0) & (mean > 0))[train]]
        p, q, v = GammaGammaFitter().fit(days[paid], mean[paid], tol=1e-6).params_[["p", "q", "v"]]
        return (times * p * (v + days[test] * mean[test]) / (p * days[test] + q - 1)).to_numpy()
    return predict


def spend_measures(y, p):
    order = np.argsort(-p, kind="stable")
    shared = pd.Series(y).groupby(p).transform("mean").to_numpy()[order]  # equal predictions share what they got

    def best_tenth(w):
        w = w[:, order]
        taken = np.minimum(w.cumsum(1), w.sum(1, keepdims=True) / 10)
        return np.diff(taken, axis=1, prepend=0) @ shared / (w @ shared)

    safe = p.clip(1e-6)
    deviance = 2 * (np.where(y > 0, y * np.log(y.clip(1e-6) / safe), 0) - y + safe)
    return errors(y, p) | {"Poisson dev.": average(deviance), "total": lambda w: w @ p / (w @ y),
                           "of best tenth": best_tenth, "lowest": p.min()}


def spend(args):
    args.drop = [*args.drop, args.customer]
    ours, data, x, y, p, low, high = number_columns(args)
    x = numbers(x)
    logs = np.log1p(x).assign(gone=x["recency_days"] / x["tenure_days"].clip(lower=1))
    poisson = make_pipeline(StandardScaler(), PoissonRegressor(alpha=0.01, max_iter=2000))
    small = dict(num_leaves=4, learning_rate=0.05, n_estimators=100, min_child_samples=40)
    peers = {
        "BG/NBD + Gamma-Gamma": buy_till_you_die(args, data, "repeat"),
        "BG/NBD + GG, all amounts": buy_till_you_die(args, data, "all"),
        "LightGBM tweedie, defaults": fitted(LGBMRegressor(objective="tweedie", verbose=-1), x, y),
        "LightGBM poisson, 4 leaves": fitted(LGBMRegressor(objective="poisson", verbose=-1, **small), x, y),
        "Poisson on logs": fitted(poisson, logs, y),
        "mean": fitted(DummyRegressor(), x, y),
    }
    peers = {name: across(ours["fold"], predict) for name, predict in peers.items()}
    worse = verdict(len(y), spend_measures(y, p) | intervals(y, low, high, args.level),
                    {name: spend_measures(y, q) for name, q in peers.items()},
                    {"RMSE": -1, "Poisson dev.": -1, "of best tenth": 1})
    print("\nlift by tenth of the predictions, and what was predicted, both as multiples of the mean spend")
    for name, q in {"ours": p, **peers}.items():
        tenths = np.array_split(np.argsort(-q, kind="stable"), 10)
        print(f"  {name:27}", *(f"{y[t].mean() / y.mean():.2f} ({q[t].mean() / y.mean():.2f})" for t in tenths))
    within = covered("ours", y, low, high, groups_of(ours) | {"buyers": y > 0, "others": y == 0})
    worse += surely_below(within, args.level)
    worse += ["a prediction is below 0"] if min(p.min(), low.min()) < 0 else []
    return worse + ([] if 0.9 <= p.sum() / y.sum() <= 1.1 else ["the total is more than a tenth off"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tasks = parser.add_subparsers(dest="task", required=True)
    for name, run in {"class": classes, "number": number, "spend": spend}.items():
        task = tasks.add_parser(name)
        task.set_defaults(run=run)
        task.add_argument("ours", help="what --out-of-fold wrote")
        task.add_argument("data", help="the file that was fitted")
        task.add_argument("--target", default="future_spend", required=name != "spend")
        task.add_argument("--drop", action="append", default=[], help="a column that is no feature, such as an id")
        task.add_argument("--level", type=float, default=0.9, help="what the intervals are meant to cover")
    task.add_argument("--orders", required=True, help="what `trainer rfm` turned into the data")
    task.add_argument("--until", required=True, help="as given to `trainer rfm`")
    for column, usual in {"customer": "customer_id", "date": "date", "amount": "amount"}.items():
        task.add_argument(f"--{column}", default=usual)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    worse = args.run(args)
    print("\n" + ("WORSE: " + "; ".join(worse) if worse else "not worse than any peer"))
    sys.exit(bool(worse))


if __name__ == "__main__":
    main()
