#!/usr/bin/python3
"""Draws what decides the gap: hidden units, or training images.

usage: runner compare images_*.h5 --csv | plot.py PICTURE.png

The files' sweeps are named images_N, after their number of training images. Left: accuracy at the last epoch on
training and test data against hidden units, a colour for each number of images. Right: the gap between them against
the number of images, a line for each number of hidden units. Bars are 95 % intervals over the seeds.
Needs Debian's python3-matplotlib.
"""
import csv
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

if len(sys.argv) != 2:
    sys.exit(__doc__)

rows = {}  # (images, hidden units): a line of the comparison
for row in csv.DictReader(sys.stdin):
    rows[int(row["file"].removeprefix("images_")), int(row["hidden_size"])] = row
images, sizes = (sorted({key[i] for key in rows}) for i in (0, 1))

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), constrained_layout=True)


def line(axes, x, keys, column, **style):
    mean, interval = ([float(rows[key][name]) for key in keys] for name in (column, f"{column}_ci"))
    axes.errorbar(x, mean, interval, capsize=2, elinewidth=1, markersize=5, **style)


for n, colour, marker in zip(images, ("#cc79a7", "#d55e00", "#009e73", "#0072b2"), "os^D"):
    for column, dash in (("train_accuracy", "-"), ("test_accuracy", "--")):
        line(left, sizes, [(n, size) for size in sizes], column, color=colour, marker=marker, linestyle=dash,
             label=f"{n:,} images" if dash == "-" else None)
left.set_xlabel("hidden units")
left.set_ylabel("accuracy (train solid, test dashed)")

shown = [sizes[0], sizes[len(sizes) // 2], sizes[-1]]
for size, colour, marker, dash in zip(shown, ("#56b4e9", "#e69f00", "#000000"), "ovs", ("-", "--", ":")):
    line(right, images, [(n, size) for n in images], "gap", color=colour, marker=marker, linestyle=dash,
         label=f"{size} hidden units")
right.set_xlabel("training images")
right.set_ylabel("gap: train minus test accuracy")
right.set_ylim(bottom=0)

for axes in (left, right):
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncol=2 if axes is left else 3, fontsize=9)
left.set_xticks(sizes, [str(size) for size in sizes])
right.set_xticks(images, [f"{n:,}" for n in images])
figure.savefig(sys.argv[1], dpi=100)
