#!/usr/bin/env python3
"""The Python of README.md runs as it stands there, without a warning, and shows what it says.

usage: readme_python_test.py RUNNER REPOSITORY

The command before it makes the results file. The example prints last the test accuracy of a network that NumPy has run, beside that of the
file: they are the same. Then it prints what the network predicted, a row for each class; its diagonal gives the accuracy once more.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

runner, repository = (Path(argument).resolve() for argument in sys.argv[1:])
readme = (repository / "README.md").read_text()
programs = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
assert len(programs) == 1, len(programs)
command = re.search(r"```console\n\$ build/runner ([^\n]*save_weights=true)\n```\n\n```python", readme).group(1)

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "configs").symlink_to(repository / "configs")
    subprocess.run(["bash", "-c", f"'{runner}' {command} --quiet"], cwd=folder, check=True)
    result = subprocess.run(["/usr/bin/python3", "-W", "error", "-c", programs[0]], cwd=folder, capture_output=True, text=True,
                            env=os.environ | {"MPLBACKEND": "Agg", "MPLCONFIGDIR": str(folder)})
    assert result.returncode == 0 and not result.stderr, result.stderr
    assert (folder / "loss.png").read_bytes().startswith(b"\x89PNG")
    lines = result.stdout.splitlines()
    *lines, accuracies = lines[:-10]
    ours, recorded = map(float, accuracies.split())
    assert abs(ours - recorded) < 1e-6, accuracies
    confusion = np.array([re.findall(r"\d+", line) for line in result.stdout.splitlines()[-10:]], int)
    assert confusion.shape == (10, 10) and abs(np.trace(confusion) / confusion.sum() - recorded) < 1e-6, confusion
    # Every configuration is there, each over its three seeds.
    configurations = [line.split() for line in lines[2:]]
    assert len(configurations) == 4 and all(row[-2] == "3" for row in configurations), result.stdout
