"""chapter6_test.py BUILD REPOSITORY: the programs of experiments/book_chapter6 print what its README shows, which is right.

Right is what NumPy makes of the same formulas. The figures of the programs can be drawn.
"""
import csv
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

build, repository = map(Path, sys.argv[1:])
folder = repository / "experiments/book_chapter6"
readme = (folder / "README.md").read_text()
programs = {path.stem for path in folder.glob("*.cpp")}


def output_of(command):
    command = command.replace("build/experiments", f"{build}/experiments", 1)
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert result.returncode == 0, f"{command}\n{result.stderr}"
    return result.stdout


def table(program):
    header, *rows = csv.reader(output_of(f"build/experiments/book_chapter6/{program}").splitlines())
    return header, rows


def close(actual, expected, tolerance):
    actual, expected = np.array(actual, float), np.array(expected, float)
    assert np.allclose(actual, expected, rtol=0, atol=tolerance), (actual, expected)


# What the README shows is what they print, word for word; none is left out, or longer than it should be.
shown = set()
for block in re.findall(r"```console\n(.*?)```", readme, re.DOTALL):
    command, _, output = block.partition("\n")
    if name := re.match(r"\$ build/experiments/book_chapter6/(\w+)", command):
        shown.add(name[1])
        now = output_of(command[2:])
        assert now == output, f"README.md shows of {command}\n{output}\nand now it is\n{now}"
assert shown == programs, shown ^ programs
for path in folder.glob("*.cpp"):
    assert len(path.read_text().splitlines()) < 60, path

# 6.1, by the book's formulas (Adam in the form of its code), on the book's function from the book's start.
header, rows = table("update_paths")
paths = dict(zip(header, np.array(rows, float).T))
assert len(rows) == 31


def follow(update):
    point, state, path = np.array([-7.0, 2.0]), np.zeros((2, 2)), []
    for step in range(31):
        path.append(point.copy())
        point -= update(step + 1, np.array([point[0] / 10, 2 * point[1]]), state)
    return np.array(path)


def momentum(step, gradient, state):
    state[0] = 0.9 * state[0] + 0.1 * gradient
    return state[0]


def adagrad(step, gradient, state):
    state[0] += gradient**2
    return 1.5 * gradient / (np.sqrt(state[0]) + 1e-7)


def adam(step, gradient, state):
    state[0] += (1 - 0.9) * (gradient - state[0])
    state[1] += (1 - 0.999) * (gradient**2 - state[1])
    return 0.3 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step) * state[0] / (np.sqrt(state[1]) + 1e-7)


for name, update in {"sgd": lambda step, gradient, state: 0.95 * gradient, "momentum": momentum, "adagrad": adagrad, "adam": adam}.items():
    close(np.stack([paths[f"{name}_x"], paths[f"{name}_y"]], axis=1), follow(update), 6e-5)

# 6.2, images, by weights drawn here. The sums of a unit have much in common, since images have; so a hundred units know their spread to some 7 %.
images = Path(os.environ.get("RUNNER_DATA", "/nowhere")) / "fashion-mnist"
images = images if images.is_dir() else Path("/usr/share/datasets/fashion-mnist")
pixels = next(path for path in (images / "train-images-idx3-ubyte", images / "train-images-idx3-ubyte.gz") if path.exists())
with (gzip.open if pixels.suffix == ".gz" else open)(pixels, "rb") as file:
    x = np.frombuffer(file.read(16 + 784000), np.uint8, offset=16).reshape(1000, 784) / 255
random = np.random.default_rng(1)
functions = {"sigmoid": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}
stds = {"std 1": lambda n: 1, "std 0.01": lambda n: 0.01, "xavier": lambda n: np.sqrt(1 / n), "he": lambda n: np.sqrt(2 / n)}
sums = x @ random.standard_normal((784, 1000))
relu_stds = {}
_, rows = table("hidden_activations")
assert [tuple(row[:2]) for row in rows] == [(activation, weights) for activation in functions for weights in stds]
for activation, weights, std, at_an_end, low, high, *shares in rows:
    shares = np.array(shares, float)
    z = functions[activation](stds[weights](784) * sums)
    close(float(std) / z.std(), 1, 0.25)
    ends = (z < float(low) + 0.01) | ((z > 0.99) if activation != "relu" else False)
    close(at_an_end, ends.mean(), 0.1)
    if activation == "relu":
        relu_stds[weights] = float(std)
    # The histogram holds each output once, and has their standard deviation.
    assert len(shares) == 30
    close(shares.sum(), 1, 30 * 5e-5)
    width = (float(high) - float(low)) / 30
    middles = float(low) + width * (np.arange(30) + 0.5)
    spread = np.sqrt((shares * middles**2).sum() - (shares * middles).sum() ** 2)
    close(spread, float(std), 0.6 * width)
# All have the same weights but for their scale, which relu leaves as it is.
for weights, std in relu_stds.items():
    close(std, relu_stds["std 1"] * stds[weights](784), 1e-3)

# 6.2, in depth. These depend on the weights drawn: in a layer of 100 units by some 7 % a layer.
_, rows = table("deep_activations")
assert [tuple(row[:2]) for row in rows] == [(activation, weights) for activation in functions for weights in stds]
for activation, weights, *layers in rows:
    z = random.standard_normal((1000, 100))
    for std in layers:
        z = functions[activation](stds[weights](100) * z @ random.standard_normal((100, 100)))
        close(np.log(float(std) / z.std()), 0, 0.5)

with tempfile.TemporaryDirectory() as name:
    subprocess.run(["/usr/bin/python3", folder / "plot.py", build / "experiments/book_chapter6", name], check=True, env=os.environ | {"MPLCONFIGDIR": name})
    drawn = {path.name for path in Path(name).glob("*.svg")}
    assert drawn == {f"{program}.svg" for program in programs}, drawn

# The README shows each figure there is, and has the commands of each config.
assert set(re.findall(r"\((\w+\.svg)\)", readme)) == {path.name for path in folder.glob("*.svg")}
for path in folder.glob("*.json"):
    assert json.loads(path.read_text())["name"] == f"chapter6_{path.stem}"
    assert f"build/runner experiments/book_chapter6/{path.name}\n" in readme, path
