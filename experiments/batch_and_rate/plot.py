#!/usr/bin/python3
"""Draws whether learning rate and batch size trade off.

usage: runner compare batch_and_rate.h5 --csv | plot.py PICTURE.png

Test accuracy at the last epoch against learning rate (left) and against learning rate over batch size (right), a line
for each batch size: where the two trade off, the lines on the right lie on each other. Bars are 95 % intervals over
the seeds. Needs Debian's python3-matplotlib.
"""
import csv
import sys
from collections import defaultdict

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

if len(sys.argv) != 2:
    sys.exit(__doc__)

lines = defaultdict(list)  # batch size: (rate, mean, interval)
for row in csv.DictReader(sys.stdin):
    lines[int(row["batch_size"])].append(
        (float(row["learning_rate"]), float(row["test_accuracy"]), float(row["test_accuracy_ci"])))

figure, panels = plt.subplots(1, 2, figsize=(10, 4.2), constrained_layout=True, sharey=True)
looks = zip(("#000000", "#0072b2", "#56b4e9", "#009e73", "#e69f00", "#d55e00"), "os^Dvx")
for (batch, points), (colour, marker) in zip(sorted(lines.items()), looks):
    rates, means, intervals = zip(*sorted(points))
    for axes, x in zip(panels, (rates, [rate / batch for rate in rates])):
        axes.errorbar(x, means, intervals, color=colour, marker=marker, markersize=5, capsize=2, elinewidth=1,
                      label=f"batch size {batch}")
for axes, label in zip(panels, ("learning rate", "learning rate / batch size")):
    axes.set_xscale("log")
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)
panels[0].set_ylabel("test accuracy after the last epoch")
panels[0].legend(frameon=False)
figure.savefig(sys.argv[1], dpi=100)
