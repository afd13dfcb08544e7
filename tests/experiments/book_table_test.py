"""book_table_test.py RUNNER REPOSITORY: experiments/book_table/book_table.py on numbers that are known."""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

runner, repository = (Path(argument).resolve() for argument in sys.argv[1:])
sys.path.insert(0, str(repository / "tests/support"))
from made_up_data import make_dataset  # noqa: E402

script = repository / "experiments/book_table/book_table.py"
readme = (repository / "experiments/book_table/README.md").read_text()
shown = [[float(n) for n in re.findall(r"[+-]?\d+\.\d+", line)] for line in readme.splitlines() if re.match(r" +\d+  0\.\d{4}  ", line)]
book = np.array([[line[0], line[4]] for line in shown])
assert book.shape == (17, 2)


def run(file, code):
    result = subprocess.run(["/usr/bin/python3", script, file], capture_output=True, text=True)
    assert result.returncode == code, result.stdout + result.stderr
    return result


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)

    def write(accuracies):
        with h5py.File(folder / "made.h5", "w") as file:
            for k, key in enumerate(("train_accuracy", "test_accuracy")):
                file[key] = accuracies[:, :, k].astype(np.float32)
        return folder / "made.h5"

    # Two seeds a hundredth above and below: a standard deviation of 0.0141.
    around = np.stack([book - 0.01, book + 0.01])
    out = run(write(around), 0).stdout
    assert "2 seeds" in out and "The largest but for epoch 0: 0.0" in out
    assert f"{book[5, 0]:.4f}  {book[5, 0]:.4f}±0.0141   +0.0" in out or f"{book[5, 0]:.4f}±0.0141   -0.0" in out, out
    around[:, 9, 1] -= 0.05  # 3.5 of these
    assert "+3.5" in run(write(around), 1).stdout
    around[:, 9, 1] += 0.05
    around[:, 0, 0] += 1  # untrained
    run(write(around), 0)
    assert "2 of 16 are needed" in run(write(around[:1]), 1).stderr
    assert "2 of 16 are needed" in run(write(around[:, :9]), 1).stderr
    around[0, 3, 1] = np.nan
    assert "not done" in run(write(around), 1).stderr

    # A file of the program itself, on data that are learned at once: nowhere near.
    make_dataset(folder / "data")
    subprocess.run([runner, repository / "experiments/book_table/book_table.json", 'dataset={"dir": "data"}', "seed=[1,2]", "--quiet", "-o", "real.h5"],
                   cwd=folder, check=True)
    assert "2 seeds" in run(folder / "real.h5", 1).stdout
