#!/usr/bin/python3
"""Draws train against test, from a results file, as two panels.

usage: plot.py RESULTS.h5 PICTURE.png

Left: accuracy at the last epoch against hidden size, a point for each seed, lines through the means.
Right: the loss of each epoch on training data (solid) and test data (dashed), mean over seeds, for three hidden sizes.
Needs Debian's python3-xarray, python3-h5netcdf and python3-matplotlib.
"""
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

if len(sys.argv) != 3:
    sys.exit(__doc__)
results, picture = sys.argv[1:]

data = xr.open_dataset(results, engine="h5netcdf")
last = data.isel(epoch=-1)
by_size = last.groupby("hidden_size").mean("run")
sizes = by_size.hidden_size.values

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), constrained_layout=True)

for key, label, colour, style, marker in (
        ("train_accuracy", "train", "#0072b2", "-", "o"), ("test_accuracy", "test", "#d55e00", "--", "s")):
    left.plot(last.hidden_size, last[key], marker, color=colour, alpha=0.35, markersize=5, markeredgewidth=0)
    left.plot(sizes, by_size[key], style, color=colour, label=label)
left.fill_between(sizes, by_size.test_accuracy, by_size.train_accuracy, color="0.5", alpha=0.12, label="gap")
left.set_xscale("log")
left.set_xticks(sizes, [str(size) for size in sizes])
left.minorticks_off()
left.set_xlabel("hidden units")
left.set_ylabel(f"accuracy after {int(data.epoch[-1])} epochs")
left.legend(frameon=False)

for size, colour in zip((sizes[0], sizes[len(sizes) // 2], sizes[-1]), ("#56b4e9", "#009e73", "#cc79a7")):
    runs = data.isel(run=(data.hidden_size == size).values).mean("run")
    right.plot(data.epoch, runs.train_loss, "-", color=colour, label=f"{size} hidden units")
    right.plot(data.epoch, runs.test_loss, "--", color=colour)
right.set_xlabel("epoch")
right.set_ylabel("cross-entropy loss (train solid, test dashed)")
right.set_ylim(bottom=0)
right.legend(frameon=False)

for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
figure.suptitle(f"{data.attrs['dataset']}, {data.attrs['train_size']} training images")
figure.savefig(picture, dpi=110)
