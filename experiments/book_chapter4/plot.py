#!/usr/bin/python3
"""Draws the chapter's figures from what its programs write.

usage: plot.py PROGRAMS FOLDER

PROGRAMS is the folder of the programs, build/experiments/book_chapter4; the figures go into FOLDER. Needs Debian's
python3-matplotlib and python3-numpy.
"""
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
plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "chapter4", "axes.spines.top": False, "axes.spines.right": False})


def table(name, delimiter=","):
    text = subprocess.run([programs / name], check=True, capture_output=True, text=True).stdout
    return np.genfromtxt(text.splitlines(), delimiter=delimiter, names=True)


def save(figure, name):
    figure.savefig(folder / name, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)


t = table("tangents")
figure, panels = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True)
for axes, at in zip(panels, (5, 10)):
    axes.plot(t["x"], t["f"], color="#0072b2", label="0.01x² + 0.1x")
    axes.plot(t["x"], t[f"tangent_at_{at}"], "--", color="#d55e00", label=f"tangent at {at}")
    axes.plot(at, t["f"][at], "o", color="#000000")
    axes.set_xlabel("x")
    axes.legend(frameon=False)
panels[0].set_ylabel("f(x)")
save(figure, "tangents.svg")

figure, axes = plt.subplots(figsize=(4.6, 4.2))
g = table("gradient_field")
axes.quiver(g["x0"], g["x1"], g["down0"], g["down1"], color="#0072b2", angles="xy")
axes.set(xlabel="x0", ylabel="x1", aspect="equal")
save(figure, "gradient_field.svg")

figure, axes = plt.subplots(figsize=(4.6, 4.2))
p = table("descent_path")
x = np.linspace(-4.5, 4.5, 91)
axes.contour(x, x, x[:, None] ** 2 + x**2, levels=[1, 4, 9, 16, 25], colors="0.7", linestyles="--", linewidths=1)
axes.plot(p["x0"], p["x1"], "o-", color="#d55e00", markersize=4, linewidth=1)
axes.plot(0, 0, "+", color="#000000", markersize=10)
axes.set(xlabel="x0", ylabel="x1", aspect="equal")
save(figure, "descent_path.svg")

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
t = table("training", delimiter=None)
left.plot(t["epoch"], t["loss"], "o-", color="#0072b2", markersize=4)
left.set(xlabel="epoch", ylabel="loss on the training images", ylim=(0, None))
right.plot(t["epoch"], t["train"], "o-", color="#0072b2", markersize=4, label="train")
right.plot(t["epoch"], t["test"], "s--", color="#d55e00", markersize=4, label="test")
right.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
right.legend(frameon=False, loc="lower right")
save(figure, "training.svg")
