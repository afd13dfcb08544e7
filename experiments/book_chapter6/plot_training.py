#!/usr/bin/python3
"""Draws the figures of the chapter's sweeps.

usage: plot_training.py RESULTS FOLDER

RESULTS is the folder of the results files, results; the figures go into FOLDER. Lines are means over the seeds. Needs
Debian's python3-matplotlib, python3-numpy, python3-xarray and python3-h5netcdf.
"""
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

if len(sys.argv) != 3:
    sys.exit(__doc__)
results, folder = map(Path, sys.argv[1:])
plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "chapter6", "axes.spines.top": False, "axes.spines.right": False})
looks = (("#000000", "o"), ("#0072b2", "s"), ("#e69f00", "^"), ("#d55e00", "D"))


def means(name, axis):
    """The mean over the seeds of each value of an axis: {value: data set}."""
    data = xr.open_dataset(results / f"chapter6_{name}.h5", engine="h5netcdf")
    values = data[axis]
    if words := values.attrs.get("flag_meanings"):
        values = values.copy(data=np.array(words.split())[values])
    return {value: data.isel(run=np.flatnonzero(values == value)).mean("run") for value in dict.fromkeys(values.values.tolist())}


def save(figure, name):
    figure.savefig(folder / name, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)


def loss_and_accuracy(curves, name, scale):
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for (label, data), (colour, marker) in zip(curves.items(), looks):
        left.plot(data.epoch, data.train_loss, color=colour, marker=marker, markersize=4, label=label)
        right.plot(data.epoch[1:], data.test_accuracy[1:], color=colour, marker=marker, markersize=4, label=label)
    left.set(xlabel="epoch", ylabel="loss on the training images", yscale=scale)
    right.set(xlabel="epoch", ylabel="accuracy on the test images")
    left.legend(frameon=False, fontsize="small")
    save(figure, name)


optimizers = means("optimizers", "optimizer") | means("adam", "optimizer")
titles = {"sgd": "SGD, 0.01", "momentum": "Momentum, 0.01", "adagrad": "AdaGrad, 0.01", "adam": "Adam, 0.001"}
loss_and_accuracy({title: optimizers[name] for name, title in titles.items()}, "optimizers.svg", "log")

inits = means("weight_init", "weight_init")
titles = {"std": "standard deviation 0.01", "xavier": "Xavier", "he": "He"}
loss_and_accuracy({title: inits[name] for name, title in titles.items()}, "weight_init.svg", "linear")

data = xr.open_dataset(results / "chapter6_overfitting.h5", engine="h5netcdf")
figure, panels = plt.subplots(2, 4, figsize=(11, 5.4), sharex=True, sharey=True, layout="constrained")
cases = {"neither": (0, 0), "weight decay 0.1": (0.1, 0), "dropout 0.2": (0, 0.2), "both": (0.1, 0.2)}
for row, learning_rate in zip(panels, (0.01, 0.1)):
    for axes, (weight_decay, dropout) in zip(row, cases.values()):
        chosen = (data.learning_rate == learning_rate) & (data.weight_decay == weight_decay) & (data.dropout == dropout)
        runs = data.isel(run=np.flatnonzero(chosen)).mean("run")
        axes.plot(runs.epoch, runs.train_accuracy, color="#0072b2", label="train")
        axes.plot(runs.epoch, runs.test_accuracy, "--", color="#d55e00", label="test")
        axes.set(ylim=(0, 1.02))
    row[0].set_ylabel(f"learning rate {learning_rate}\naccuracy")
for (above, below), title in zip(panels.T, cases):
    above.set_title(title, fontsize="medium")
    below.set_xlabel("epoch")
panels[0, 0].legend(frameon=False, loc="lower right")
save(figure, "overfitting.svg")
