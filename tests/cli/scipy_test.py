#!/usr/bin/python3
"""What `runner compare` makes of a results file, against SciPy on the same numbers.

usage: scipy_test.py RUNNER
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_up_data import make_dataset, write_idx  # noqa: E402

CONFIG = {"name": "compared", "dataset": {"dir": "data"}, "epochs": 600, "batch_size": 5, "learning_rate": [0.05, 0.2, 3e38],
          "hidden_size": [4, 60], "seed": [1, 2, 3, 4, 5], "train_size": 60}
METRICS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "validation_loss", "validation_accuracy")


def estimate(values):
    """Mean and half width of the 95 % interval."""
    if not np.ptp(values):
        return {"mean": values[0], "ci": 0}
    low, high = stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=stats.sem(values))
    return {"mean": values.mean(), "ci": (high - low) / 2}


def jitter(curve, first):
    """Standard deviation of the noise from epoch to epoch, from `first` on where these are eight or more."""
    curve = curve[first:] if len(curve) - first >= 8 else curve
    bends = np.abs(curve[1:-1] - (curve[:-2] + curve[2:]) / 2)
    # The larger of the two in the middle, as everywhere where a curve is short.
    return 1.4826 * np.sort(bends)[len(bends) // 2] / np.sqrt(1.5)


def judge(r, loss, images):
    """The verdict of runner::Verdict's definition (include/runner/report/verdict.hpp) on seeds that learned."""
    curves, train = loss[:, 1:], r["train_loss"][:, 1:].mean(axis=0)
    mean, epochs = curves.mean(axis=0), curves.shape[1]
    w = max(2, int(epochs / 7 + 0.5))
    trend, train_trend = (np.convolve(curve, np.full(w, 1 / w), "valid") for curve in (mean, train))
    m, e = int(trend.argmin()), len(trend) - 1
    if m + w > e:
        return "fits", None, epochs
    rise, fall = trend[e] - trend[m], train_trend[m] - train_trend[e]
    windows = (epochs - m) // w
    blocks = curves[:, epochs - windows * w:].reshape(len(curves), windows, w).mean(axis=2)
    apart = blocks - blocks.mean(axis=0)
    apart -= apart.mean(axis=1, keepdims=True)
    between = (apart**2).sum() / ((len(curves) - 1) * (windows - 1)) / len(curves)
    noise = np.sqrt(2 * max(jitter(mean, m)**2 / w, between) + (2.5 * (rise + max(fall, 0)))**2 / images)
    if fall <= 2 * np.sqrt(2 / w) * jitter(train, m) or rise <= max(0.005 * trend[m], 1.4 * noise):
        return "fits", None, epochs
    middle = m + (w - 1) // 2
    above = np.flatnonzero(isotonic(mean[middle:]) > 1.01 * trend[m])
    sure = rise > max(0.01 * trend[m], 2.2 * noise) and above.size
    return "overfits" if sure else "perhaps", middle + int(above[0]) + 1 if above.size else None, middle + 1


def isotonic(values):
    """The increasing curve with the smallest squared distance: max over s ≤ t of the min over u ≥ t of mean(s … u)."""
    sums = np.concatenate([[0], np.cumsum(values)])
    n = len(values)
    return np.array([max(min((sums[u + 1] - sums[s]) / (u + 1 - s) for u in range(t, n)) for s in range(t + 1)) for t in range(n)])


def expected(r, chosen, images):
    """Of the runs of one configuration: metric → array (seed, epoch)."""
    accuracy, loss = r[f"{chosen}_accuracy"], r[f"{chosen}_loss"]
    best = int(np.round(accuracy * images).sum(axis=0).argmax())  # the first of equally many hits
    verdict, onset, stop = judge(r, loss, images)
    estimates = {name: estimate(values[:, -1]) for name, values in r.items()}
    estimates["gap"] = estimate(r["train_accuracy"][:, -1] - r["test_accuracy"][:, -1])
    estimates["best_accuracy"] = estimate(accuracy[:, best])
    estimates["best_test_accuracy"] = estimate(r["test_accuracy"][:, best])
    estimates["stopping_gain"] = estimate(r["test_accuracy"][:, stop] - r["test_accuracy"][:, -1])
    return estimates, {"best_epoch": best, "verdict": verdict, "overfits_from": onset, "stop_epoch": stop}


def check(runner, folder, validation_size):
    (folder / "config.json").write_text(json.dumps(CONFIG | {"validation_size": validation_size}))
    output = f"{validation_size}.h5"
    subprocess.run([runner, "config.json", "--output", output, "--quiet"], cwd=folder, check=True)
    said = json.loads(subprocess.run([runner, "compare", output, "--json"], cwd=folder, check=True, capture_output=True).stdout)
    chosen = "validation" if validation_size else "test"
    assert said["chosen_by"] == chosen
    with h5py.File(folder / output) as f:
        columns = {name: f[name][()] for name in ("learning_rate", "hidden_size")}
        metrics = {name: f[name][()].astype(float) for name in METRICS if name in f}
        images = int(f.attrs[f"{chosen}_size"])
        # Accuracies are shares of images, rounded to float32 in the file.
        for name in (name for name in metrics if name.endswith("accuracy")):
            size = f.attrs[f"{name.split('_')[0]}_size"]
            metrics[name] = np.round(metrics[name] * size) / size
    assert len(metrics) == (6 if validation_size else 4)
    onsets = 0
    for c in said["configurations"]:
        rows = (columns["learning_rate"] == c["learning_rate"]) & (columns["hidden_size"] == c["hidden_size"])
        assert c["seeds"] == rows.sum() == 5
        if c["learning_rate"] > 1e30:
            assert c["diverged"] == 5 and c["done"] == 0 and c["gap"] is None and c["best_epoch"] is None
            assert c["verdict"] == "diverged"
            continue
        estimates, epochs = expected({name: values[rows] for name, values in metrics.items()}, chosen, images)
        for name, e in estimates.items():
            assert np.isclose(c[name], e["mean"], rtol=1e-12, atol=1e-15), (name, c[name], e)
            assert np.isclose(c[f"{name}_ci"], e["ci"], rtol=1e-9, atol=1e-15), (name, c[f"{name}_ci"], e)
        for name, epoch in epochs.items():
            assert c[name] == epoch, (name, c, epoch)
        onsets += epochs["overfits_from"] is not None
    # Fifteen validation images are too few to tell.
    assert validation_size or 0 < onsets, "a sweep in which something overfits, or perhaps does, and is seen to"

    # The effect of one axis: differences of the means over the settings, seed by seed.
    by = [runner, "compare", output, "--by", "hidden_size", "--where", "learning_rate<100"]
    table, text = (subprocess.run(by + form, cwd=folder, check=True, capture_output=True, text=True).stdout for form in ([], ["--json"]))
    settings = [columns["learning_rate"] == rate for rate in CONFIG["learning_rate"] if rate < 100]
    small, large = (np.mean([metrics["test_accuracy"][rows & (columns["hidden_size"] == h), -1] for rows in settings], axis=0) for h in (4, 60))
    change = estimate(large - small)
    assert "2 settings of the others, 5 seeds" in table
    assert f"{change['mean']:+.4f}±{change['ci']:.4f}" in table, (table, change)
    value = json.loads(text)["values"][1]
    assert value["value"] == 60 and value["settings"] == 2 and value["seeds"] == 5, value
    assert np.isclose(value["test_change"], change["mean"], rtol=1e-9) and np.isclose(value["test_change_ci"], change["ci"], rtol=1e-9), value


def main():
    runner = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        make_dataset(Path(name) / "data")
        # Half of the training labels at random: what is learned by heart does harm.
        labels = Path(name) / "data" / "train-labels-idx1-ubyte"
        r = np.random.RandomState(5)
        right = np.frombuffer(labels.read_bytes(), np.uint8, offset=8)
        write_idx(labels, np.where(r.random_sample(len(right)) < 0.5, r.randint(0, 4, len(right)), right))
        for validation_size in (0, 15):
            check(runner, Path(name), validation_size)


if __name__ == "__main__":
    main()
