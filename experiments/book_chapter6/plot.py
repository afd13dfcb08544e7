#!/usr/bin/python3
"""Draws the figures of what the chapter's programs write.

usage: plot.py PROGRAMS FOLDER

PROGRAMS is the folder of the programs, build/experiments/book_chapter6; the figures go into FOLDER. Needs Debian's
python3-matplotlib and python3-numpy.
"""
import csv
import subprocess
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

if len(sys.argv) != 3:
    sys.exit(__doc__)
programs, folder = map(Path, sys.argv[1:])
plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "chapter6", "axes.spines.top": False, "axes.spines.right": False})
names = {"std 1": "standard deviation 1", "std 0.01": "standard deviation 0.01", "xavier": "Xavier", "he": "He"}


def lines(name):
    text = subprocess.run([programs / name], check=True, capture_output=True, text=True).stdout
    return list(csv.reader(text.splitlines()))


def save(figure, name):
    figure.savefig(folder / name, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)


# The ways of the optimizers, on lines of equal height.
header, *rows = lines("update_paths")
paths = dict(zip(header, np.array(rows, float).T))
x, y = np.linspace(-8, 4, 61), np.linspace(-3, 3, 61)
height = x**2 / 20 + y[:, None] ** 2
figure, panels = plt.subplots(2, 2, figsize=(8.4, 5), sharex=True, sharey=True, layout="constrained")
for axes, (rule, title) in zip(panels.flat, {"sgd": "SGD, 0.95", "momentum": "Momentum, 0.1", "adagrad": "AdaGrad, 1.5", "adam": "Adam, 0.3"}.items()):
    axes.contour(x, y, height, levels=[0.1, 0.5, 1, 2, 4, 7, 11], colors="0.75", linewidths=0.8)
    axes.plot(paths[f"{rule}_x"], paths[f"{rule}_y"], "o-", color="#d55e00", markersize=3, linewidth=1)
    axes.plot(0, 0, "+", color="#000000", markersize=10)
    axes.set(title=title, xlim=(-8, 4), ylim=(-3, 3))
for axes in panels[1]:
    axes.set_xlabel("x")
for axes in panels[:, 0]:
    axes.set_ylabel("y")
save(figure, "update_paths.svg")

# What the hidden layer makes of images: a row of panels for each activation, a column for each way to draw weights.
rows = lines("hidden_activations")[1:]
figure, panels = plt.subplots(3, 4, figsize=(9.6, 5.6), layout="constrained")
for axes, (activation, weights, _, _, low, high, *shares) in zip(panels.flat, rows):
    edges = np.linspace(float(low), float(high), len(shares) + 1)
    axes.stairs(np.array(shares, float), edges, fill=True, color="#0072b2")
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, 0.65))
    if activation != "relu":
        axes.set_xticks([edges[0], edges.mean(), edges[-1]])
    if axes.get_subplotspec().is_first_row():
        axes.set_title(names[weights], fontsize="medium")
    if axes.get_subplotspec().is_first_col():
        axes.set_ylabel(f"{activation}\nshare of outputs")
    else:
        axes.set_yticklabels([])
save(figure, "hidden_activations.svg")

# The same in five layers: how wide the outputs lie, by layer.
rows = lines("deep_activations")[1:]
figure, panels = plt.subplots(1, 3, figsize=(9.6, 3.2), sharey=True, layout="constrained")
looks = dict(zip(names, (("#000000", "o"), ("#0072b2", "s"), ("#e69f00", "^"), ("#d55e00", "D"))))
for activation, weights, *stds in rows:
    axes = panels[("sigmoid", "tanh", "relu").index(activation)]
    colour, marker = looks[weights]
    axes.semilogy(range(1, 6), np.array(stds, float), color=colour, marker=marker, markersize=4, label=names[weights])
    axes.set(title=activation, xlabel="layer", xticks=range(1, 6))
panels[0].set_ylabel("standard deviation of the outputs")
panels[0].legend(frameon=False, fontsize="small")
save(figure, "deep_activations.svg")
