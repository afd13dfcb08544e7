#!/usr/bin/python3
"""Says what helped against overfitting, and draws it.

usage: analyse.py RESULTS.h5 FOLDER

Prints every number that the README states, and draws FOLDER/curves.svg and FOLDER/gains.svg. The values of a cure
(weight decay, dropout, the epoch to stop at) are chosen by the mean validation accuracy over the seeds, once for each
hidden size and label noise. All that is printed of a chosen cure is measured on the test set. Intervals are 95 %,
Student's t over the seeds; differences are taken seed by seed. Needs Debian's python3-h5py, python3-scipy and
python3-matplotlib.
"""
import itertools
import sys
from typing import NamedTuple

import h5py
import matplotlib
import matplotlib.ticker
import numpy as np
from scipy import stats

matplotlib.use("Agg")
import matplotlib.pyplot as plt

if len(sys.argv) != 3:
    sys.exit(__doc__)

metrics = ("test_accuracy", "validation_accuracy", "validation_loss", "train_accuracy", "clean_train_accuracy",
           "test_loss")
axes = ("label_noise", "hidden_size", "weight_decay", "dropout", "seed")
with h5py.File(sys.argv[1]) as file:
    epochs = file["epoch"][()].astype(int)
    now = file["run"][()] >= 0  # the others have left the config
    columns = [[round(float(value), 9) for value in file[name][()][now]] for name in axes]
    recorded = {name: file[name][()][now].astype(float) for name in metrics}
noises, sizes, decays, dropouts, seeds = (sorted(set(column)) for column in columns)
order = {key: run for run, key in enumerate(zip(*columns))}
# metric: [label noise, hidden size, weight decay, dropout, seed, epoch]
shape = tuple(map(len, (noises, sizes, decays, dropouts, seeds)))
runs = np.array([order[key] for key in itertools.product(noises, sizes, decays, dropouts, seeds)])
data = {name: values[runs].reshape(*shape, len(epochs)) for name, values in recorded.items()}
if np.isnan(data["test_accuracy"]).any():
    sys.exit(f"{sys.argv[1]}: some runs are not done, or diverged")
last = len(epochs) - 1


class Interval(NamedTuple):
    mean: float
    half: float

    def __str__(self):
        return f"{self.mean:+.4f}±{self.half:.4f}" + (" " if self.is_noise() else "*")

    def is_noise(self):
        return abs(self.mean) <= self.half


def interval(values):
    """The mean of one value for each seed, and the half width of its 95 % interval."""
    return Interval(values.mean(), stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))


class Choice(NamedTuple):
    noise: int
    size: int
    decay: int
    dropout: int
    epoch: int

    def of(self, metric):
        return data[metric][self.noise, self.size, self.decay, self.dropout, :, self.epoch]

    def words(self):
        parts = []
        if self.decay:
            parts.append(f"decay {decays[self.decay]:g}")
        if self.dropout:
            parts.append(f"dropout {dropouts[self.dropout]:g}")
        if self.epoch != last:
            parts.append(f"epoch {epochs[self.epoch]}")
        return ", ".join(parts) or "-"


def choose(noise, size, decay=False, dropout=False, stop=False, metric="validation_accuracy"):
    """The best by the validation set of what these cures may be; the weakest and earliest of equals."""
    sign = -1 if metric.endswith("loss") else 1
    candidates = [
        Choice(noise, size, d, p, e)
        for d in (range(1, len(decays)) if decay else [0])
        for p in (range(1, len(dropouts)) if dropout else [0])
        for e in (range(len(epochs)) if stop else [last])
    ]
    return max(candidates, key=lambda choice: sign * choice.of(metric).mean())


def gain(choice, other, metric="test_accuracy"):
    return interval(choice.of(metric) - other.of(metric))


cures = {
    "stop": dict(stop=True),
    "decay": dict(decay=True),
    "dropout": dict(dropout=True),
    "decay+dropout": dict(decay=True, dropout=True),
    "decay+stop": dict(decay=True, stop=True),
    "dropout+stop": dict(dropout=True, stop=True),
    "all three": dict(decay=True, dropout=True, stop=True),
}
cells = list(itertools.product(range(len(noises)), range(len(sizes))))
none = {cell: choose(*cell) for cell in cells}
chosen = {(name, *cell): choose(*cell, **what) for name, what in cures.items() for cell in cells}

print(f"{len(runs)} runs, {len(seeds)} seeds; ±: 95 % interval over the seeds; * its interval excludes 0\n")
print("1. No cure, after the last epoch")
print("noise  hidden   train   clean train  test            gap     test loss: smallest @ epoch, last")
for cell in cells:
    what = none[cell]
    test, loss = interval(what.of("test_accuracy")), data["test_loss"][(*cell, 0, 0)].mean(axis=0)
    clean = what.of("clean_train_accuracy").mean()
    print(f"{noises[cell[0]]:5g}  {sizes[cell[1]]:6g}  {what.of('train_accuracy').mean():.4f}  "
          f"{'          -' if np.isnan(clean) else f'{clean:11.4f}'}  {test.mean:.4f}±{test.half:.4f}  "
          f"{(what.of('train_accuracy') - what.of('test_accuracy')).mean():.4f}  "
          f"{loss.min():.3f} @ {epochs[loss.argmin()]}, {loss[last]:.3f}")

print("\n2. Gain of test accuracy over no cure (chosen by validation accuracy)")
print("noise  hidden  cure           gain             chosen")
for cell in cells:
    for name in cures:
        what = chosen[(name, *cell)]
        print(f"{noises[cell[0]]:5g}  {sizes[cell[1]]:6g}  {name:13}  {gain(what, none[cell])}  {what.words()}")

print("\n3. Do they add up? Change of test accuracy")
print("noise  hidden  what                                      change")
for cell in cells:
    at = {name: chosen[(name, *cell)] for name in cures}
    singles = max(("decay", "dropout"), key=lambda name: at[name].of("validation_accuracy").mean())
    three = max(("stop", "decay", "dropout"), key=lambda name: at[name].of("validation_accuracy").mean())
    test = {name: what.of("test_accuracy") for name, what in at.items()} | {"none": none[cell].of("test_accuracy")}
    lines = {
        f"decay+dropout - {singles}": test["decay+dropout"] - test[singles],
        "gain of decay+dropout - sum of their gains":
            test["decay+dropout"] - test["decay"] - test["dropout"] + test["none"],
        "decay+stop - decay": test["decay+stop"] - test["decay"],
        "dropout+stop - dropout": test["dropout+stop"] - test["dropout"],
        "all three - decay+dropout": test["all three"] - test["decay+dropout"],
        f"all three - {three}": test["all three"] - test[three],
        "all three - stop": test["all three"] - test["stop"],
    }
    for name, values in lines.items():
        print(f"{noises[cell[0]]:5g}  {sizes[cell[1]]:6g}  {name:42}  {interval(values)}")

print("\n4. Other ways to stop: gain of test accuracy over no cure")
print("noise  hidden  by loss, all seeds at once    by accuracy, each seed alone   by loss, each seed alone")
for cell in cells:
    by_loss = choose(*cell, stop=True, metric="validation_loss")
    tests = data["test_accuracy"][(*cell, 0, 0)]

    def alone(metric, best):
        at = best(data[metric][(*cell, 0, 0)], axis=1)
        return f"{interval(tests[range(len(seeds)), at] - tests[:, last])} (epochs {epochs[at.min()]}-{epochs[at.max()]})"

    print(f"{noises[cell[0]]:5g}  {sizes[cell[1]]:6g}  {gain(by_loss, none[cell])} {by_loss.words():12}  "
          f"{alone('validation_accuracy', np.argmax):30}  {alone('validation_loss', np.argmin)}")

print("\n5. Fewer hidden units: change of test accuracy, against the most")
for noise in range(len(noises)):
    for size in range(len(sizes) - 1):
        most = len(sizes) - 1
        for name, what, other in (
            ("no cure", none[noise, size], none[noise, most]),
            ("all three", chosen["all three", noise, size], chosen["all three", noise, most]),
        ):
            print(f"{noises[noise]:5g}  {sizes[size]:4g} - {sizes[most]:<4g}  {name:9}  {gain(what, other)}")

print("\n6. Wrong labels learned by heart: accuracy on the labels as trained on, and on the right ones")
for cell in cells:
    if noises[cell[0]] == 0:
        continue
    for name, what in [("none", none[cell])] + [(name, chosen[(name, *cell)]) for name in cures]:
        train, clean, test = (interval(what.of(m)) for m in ("train_accuracy", "clean_train_accuracy", "test_accuracy"))
        print(f"{noises[cell[0]]:5g}  {sizes[cell[1]]:6g}  {name:13}  as trained {train.mean:.4f}  right {clean.mean:.4f}"
              f"  test {test.mean:.4f}  ({what.words()})")

print("\n7. What the choice by validation costs, and how much validation flatters")
print("noise  hidden  cure           gain on validation  on test  of the best by test")
for cell in cells:
    for name, what in cures.items():
        it, best = chosen[(name, *cell)], choose(*cell, **what, metric="test_accuracy")
        print(f"{noises[cell[0]]:5g}  {sizes[cell[1]]:6g}  {name:13}  "
              f"{gain(it, none[cell], 'validation_accuracy').mean:+18.4f}  {gain(it, none[cell]).mean:+.4f}  "
              f"{gain(best, none[cell]).mean:+.4f} ({best.words()})")

print("\n8. Test accuracy (gap to training) after the last epoch, by weight decay (down) and dropout (across)")
for cell in cells:
    print(f"noise {noises[cell[0]]:g}, {sizes[cell[1]]:g} hidden units" + "".join(f"{p:>18g}" for p in dropouts))
    for d, decay in enumerate(decays):
        tests = [data["test_accuracy"][(*cell, d, p)][:, last].mean() for p in range(len(dropouts))]
        trains = [data["train_accuracy"][(*cell, d, p)][:, last].mean() for p in range(len(dropouts))]
        print(f"{decay:26g}" + "".join(f"  {t:.4f} ({u - t:+.4f})" for t, u in zip(tests, trains)))

# --- Figures -----------------------------------------------------------------------------------------------------------

plt.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "cures", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
size = len(sizes) - 1
looks = {
    "no cure": ("#000000", "-"),
    "decay": ("#d55e00", "--"),
    "dropout": ("#0072b2", "-."),
    "decay+dropout": ("#009e73", (0, (5, 1, 1, 1, 1, 1))),
}


def label_beside(panel, labels, least):
    """Labels right of the last epoch, moved apart to at least `least`."""
    labels = sorted(labels)
    heights = [height for height, *_ in labels]
    for _ in range(200):
        for i in range(1, len(heights)):
            short = least - (heights[i] - heights[i - 1])
            if short > 0:
                heights[i - 1] -= short / 2
                heights[i] += short / 2
    for height, (_, text, colour) in zip(heights, labels):
        panel.annotate(text, (epochs[last], height), xytext=(7, 0), textcoords="offset points", va="center",
                       color=colour, annotation_clip=False)


figure, panels = plt.subplots(1, len(noises), figsize=(10, 4.4), constrained_layout=True, sharey=True)
labels = [[] for _ in noises]
for noise, panel in enumerate(panels):
    for name, (colour, dash) in looks.items():
        it = none[noise, size] if name == "no cure" else chosen[name, noise, size]
        curve = data["test_accuracy"][noise, size, it.decay, it.dropout]
        means, halves = zip(*(interval(curve[:, e]) for e in range(1, len(epochs))))
        means, halves = np.array(means), np.array(halves)
        panel.fill_between(epochs[1:], means - halves, means + halves, color=colour, alpha=0.15, linewidth=0)
        panel.plot(epochs[1:], means, color=colour, linestyle=dash, linewidth=1.8)
        best = data["validation_accuracy"][noise, size, it.decay, it.dropout].mean(axis=0).argmax()
        panel.plot(epochs[best], means[best - 1], marker="o", markersize=8, markerfacecolor="white",
                   markeredgecolor=colour, markeredgewidth=2, zorder=5)
        labels[noise].append((means[-1], name if name == "no cure" else it.words().replace(", ", " + "), colour))
    panel.set_title(f"{noises[noise]:.0%} of the training labels drawn anew" if noises[noise] else "right labels",
                    loc="left", fontsize=11)
    panel.set_xlabel("epoch")
    panel.set_xlim(0, epochs[last] + 1)
panels[0].set_ylabel(f"test accuracy, {sizes[size]:g} hidden units")
for panel, beside in zip(panels, labels):
    label_beside(panel, beside, 0.05 * np.diff(panel.get_ylim())[0])
figure.savefig(f"{sys.argv[2]}/curves.svg", metadata={"Date": None}, bbox_inches="tight")

figure, panels = plt.subplots(1, len(noises), figsize=(10, 4.4), constrained_layout=True, sharey=True)
styles = list(zip(("#d55e00", "#0072b2", "#000000"), "osD"))[: len(sizes)]
for noise, panel in enumerate(panels):
    panel.axvline(0, color="#888888", linewidth=1)
    for s, (colour, marker) in enumerate(styles):
        for row, name in enumerate(cures):
            mean, half = gain(chosen[name, noise, s], none[noise, s])
            y = -row + (s - (len(sizes) - 1) / 2) * -0.26
            panel.errorbar(mean, y, xerr=half, color=colour, marker=marker, markersize=6, capsize=3, linewidth=1.6)
            if noise == len(noises) - 1 and row == 0:
                panel.annotate(f"{sizes[s]:g} hidden units", (mean + half, y), xytext=(8, 0), va="center",
                               textcoords="offset points", color=colour)
    panel.set_title(f"{noises[noise]:.0%} of the training labels drawn anew" if noises[noise] else "right labels",
                    loc="left", fontsize=11)
    panel.set_xlabel("gain of test accuracy over no cure")
    panel.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6))
    panel.grid(axis="x", color="#dddddd", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.tick_params(axis="y", length=0)
names = {"stop": "stop early", "decay": "weight decay"}
panels[0].set_yticks([-row for row in range(len(cures))], [names.get(name, name.replace("+", " + ")) for name in cures])
figure.savefig(f"{sys.argv[2]}/gains.svg", metadata={"Date": None}, bbox_inches="tight")
