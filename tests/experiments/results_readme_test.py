#!/usr/bin/env python3
"""The Python and the R of results/README.md run as they stand there, without a warning, and show what the text says.

usage: results_readme_test.py RUNNER REPOSITORY

The command before it makes the results file. The example prints last the test accuracy of a network that NumPy has run, beside that of the
file: they are the same. Then it prints what the network predicted, a row for each class; its diagonal gives the accuracy once more. The
second example prints the fingerprint that `compare` has. R prints the mean test accuracy of each configuration, as `compare --json` has it.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

runner, repository = (Path(argument).resolve() for argument in sys.argv[1:])
readme = (repository / "results/README.md").read_text()
programs = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
assert len(programs) == 4, len(programs)
exports = re.findall(r"^\$ build/runner (export [^#\n]*)", readme, re.MULTILINE)
assert len(exports) == 2, exports
r_program, = re.findall(r"```r\n(.*?)```", readme, re.DOTALL)
command = re.search(r"```console\n\$ build/runner ([^\n]*save_weights=true)\n```\n\n```python", readme).group(1)

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "configs").symlink_to(repository / "configs")

    def printed(program):
        result = subprocess.run(["/usr/bin/python3", "-W", "error", "-c", program], cwd=folder, capture_output=True, text=True,
                                env=os.environ | {"MPLBACKEND": "Agg", "MPLCONFIGDIR": str(folder)})
        assert result.returncode == 0 and not result.stderr, result.stderr
        return result.stdout

    # With label noise and a validation set there are more metrics; a run that diverges has fewer epochs.
    for keys in [], ["label_noise=[0,0.5]"], ["validation_size=100", "learning_rate=[0.1,3e38]"]:
        subprocess.run(["bash", "-c", f"'{runner}' {command} --quiet --fresh \"$@\"", "sh", *keys], cwd=folder, check=True)
        compared = subprocess.run([runner, "compare", "results/weights.h5", "--json"], cwd=folder, check=True, capture_output=True, text=True)
        assert [one["fingerprint"] for one in json.loads(compared.stdout)["fingerprints"]] == [printed(programs[1]).strip()]

    subprocess.run(["bash", "-c", f"'{runner}' {command} --quiet --fresh"], cwd=folder, check=True)
    result = printed(programs[0])
    assert (folder / "loss.png").read_bytes().startswith(b"\x89PNG")
    lines = result.splitlines()
    *lines, accuracies = lines[:-10]
    ours, recorded = map(float, accuracies.split())
    assert abs(ours - recorded) < 1e-6, accuracies
    confusion = np.array([re.findall(r"\d+", line) for line in result.splitlines()[-10:]], int)
    assert confusion.shape == (10, 10) and abs(np.trace(confusion) / confusion.sum() - recorded) < 1e-6, confusion
    # Every configuration is there, each over its three seeds.
    configurations = [line.split() for line in lines[2:]]
    assert len(configurations) == 4 and all(row[-2] == "3" for row in configurations), result

    # What export writes is what the file has.
    for export in exports:
        subprocess.run(["bash", "-c", f"'{runner}' {export}"], cwd=folder, check=True, capture_output=True)
    text = printed(f"import h5py\n{programs[2]}\nprint(np.array_equal(loss, h5py.File('results/weights.h5')['test_loss'][0]))")
    assert text == "True\n", text
    text = printed(f"import numpy as np\nx = np.zeros((5, 784))\n{programs[3]}\nprint(scores.shape)")
    assert text == "(5, 10)\n", text

    rows = subprocess.run(["Rscript", "-e", r_program], cwd=folder, check=True, capture_output=True, text=True).stdout.splitlines()
    assert rows[0].split() == ["learning_rate", "hidden_size", "test_accuracy"], rows
    compared = json.loads(subprocess.run([runner, "compare", "results/weights.h5", "--json"], cwd=folder, check=True, capture_output=True, text=True).stdout)
    expected = sorted((one["learning_rate"], one["hidden_size"], one["test_accuracy"]) for one in compared["configurations"])
    ours = sorted(tuple(map(float, row.split()[1:])) for row in rows[1:])
    assert len(expected) == 4 and np.allclose(ours, expected, rtol=1e-6), (ours, expected)
