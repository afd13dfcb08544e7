#!/usr/bin/python3
"""The configs of configs/ do what configs/README.md says, and what it quotes of them stands in them.

usage: configs_test.py RUNNER REPOSITORY
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

runner, configs = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve() / "configs"
readme = (configs / "README.md").read_text()
known = {file.stem: json.loads(file.read_text()) for file in configs.glob("*.json") if file.name != "sweep.schema.json"}
SMALL = ["dataset=fashion-mnist", "epochs=2", "train_size=400", "test_size=100"]


def train(name, folder, *settings):
    """Trains a config, small, and returns the program's first line and its file."""
    file = folder / f"{name}.h5"
    small = [*SMALL, "validation_size=100"] if "validation_size" in known[name] else SMALL
    done = subprocess.run([runner, configs / f"{name}.json", *small, *settings, "-o", file], check=True, text=True, capture_output=True)
    return done.stderr.splitlines()[0], h5py.File(file)


def pairs(file, *axes):
    return sorted(set(zip(*(file[axis][:].tolist() for axis in axes))))


assert set(re.findall(r"^\| \[(\w+)\]\((?:\w+)\.json\)", readme, re.MULTILINE)) == known.keys(), "README.md has a line for each config"

quoted = [json.loads(block if block.startswith("{") else "{" + block + "}") for block in re.findall(r"```json\n(.*?)```", readme, re.DOTALL)]
assert len(quoted) >= 8


def stands_in(block, config):
    """Whether a config says what the block says, where both have the key."""
    return block.keys() <= config.keys() and all(value == config[key] or key == "grids" and all(grid in config["grids"] for grid in value) for key, value in block.items())


def is_taken(block):
    """Whether the program takes it, with the arrays that the Python of the text saves."""
    program, = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    settings = {"dataset": "fashion-mnist", "epochs": 2, "train_size": 400, "test_size": 100, "validation_size": 100} | block
    images, labels = np.zeros((500, 6), np.uint8), np.arange(500) % 3
    with tempfile.TemporaryDirectory() as folder:
        exec(program.replace('"fruits.npz"', "file"), {"np": np, "file": f"{folder}/fruits.npz", "x_train": images, "t_train": labels, "x_test": images, "t_test": labels})
        arguments = [f"{key}={json.dumps(value)}" for key, value in settings.items()]
        return subprocess.run([runner, configs / "smoke.json", *arguments, "--list"], cwd=folder, capture_output=True).returncode == 0


for block in quoted:
    assert any(stands_in(block, config) for config in known.values()) or is_taken(block), f"no config has {block}, and the program does not take it"

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    runs = {"smoke": 12, "sweep": 27, "book": 3, "overfitting": 18, "generators": 40, "zip": 15, "grids": 27, "where": 24, "random": 40, "sobol": 64, "halving": 162}
    files = {}
    for config in known:
        heading, files[config] = train(config, folder)
        if config in runs:
            assert f": {runs[config]} of {runs[config]} runs to train" in heading, heading

    assert pairs(files["zip"], "learning_rate", "batch_size") == [(0.1, 10), (0.2, 20), (0.4, 40)]
    assert np.allclose(np.unique(files["generators"]["learning_rate"][:]), np.logspace(-2, 0, 5), rtol=1e-5)
    assert pairs(files["where"], "hidden_size", "batch_size") == [(h, b) for h in (20, 50, 200) for b in (10, 50, 100) if h <= 50 or b >= 50]
    momenta = {(optimizer, momentum) for optimizer, momentum in pairs(files["grids"], "optimizer", "momentum")}
    assert len(momenta) == 4, momenta

    # More samples are added to those that are there.
    before = files["random"]["digest"][:]
    files.pop("random").close()
    heading, file = train("random", folder, "samples=44")
    assert ": 4 of 44 runs to train" in heading, heading
    assert np.array_equal(file["digest"][:40], before)

    # The 64 parts of Sobol's axes: each of the 32 samples in another thirty-second of the learning rates.
    rates = np.unique(files["sobol"]["learning_rate"][:])
    assert sorted(np.floor(16 * np.log10(rates / 0.01)).astype(int)) == list(range(32)), rates

print(f"{len(known)} configs, {len(quoted)} quotations")
