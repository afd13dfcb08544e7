#!/usr/bin/python3
"""Kills a sweep at random moments and looks at what is left.

usage: kill_test.py RUNNER KILLS [SEED]

A sweep of several cohorts commits every epoch and tells it on its progress stream. It is killed (SIGKILL) before its file is there, while it
trains, and while it ends. After each kill the file opens in h5py, xarray and h5dump as it is, and every epoch that was told is in it with its
right values, as is every epoch the file itself says it has. The same command goes on; in the end the file holds what that of an undisturbed
sweep holds.
"""
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
import xarray

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_up_data import make_dataset  # noqa: E402
from results_values import values_of  # noqa: E402

METRICS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
CONFIG = {"name": "killed", "dataset": {"dir": "data"}, "epochs": 12, "learning_rate": [0.1, 0.5, 3e38], "batch_size": [7, 20, 40],
          "hidden_size": [8, 30], "seed": [1, 2], "save_weights": True}


def start(runner, folder, output):
    return subprocess.Popen([runner, "config.json", "--output", output, "--threads", "2", "--commit-interval", "0", "--progress", "jsonl"],
                            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def told_by(process):
    """What has been told, up to the last whole line."""
    output = process.stdout.read()
    return [json.loads(line) for line in output[:output.rfind(b"\n") + 1].splitlines()]


def ended(path):
    if not path.exists():
        return 0
    with h5py.File(path) as f:
        return int((f["status"][()] >= 2).sum())


def check(runner, path, told, reference):
    with h5py.File(path) as f:
        metrics = {name: f[name][()] for name in METRICS}
        done, status = f["epochs_done"][()], f["status"][()]
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert np.array_equal(data.epochs_done.values, done)
    subprocess.run(["h5dump", path], check=True, stdout=subprocess.DEVNULL)
    for run, last in enumerate(done):
        for name in METRICS:
            assert metrics[name][run, :last + 1].tobytes() == reference[name][run, :last + 1].tobytes(), (name, run, last)
        if status[run] >= 2:
            assert status[run] == reference["status"][run] and last == reference["epochs_done"][run]
    for line in told:
        run, epoch = line["run"], line["epoch"]
        for name in METRICS:
            value = np.float32(np.nan if line[name] is None else line[name])
            assert metrics[name][run, epoch].tobytes() == value.tobytes() == reference[name][run, epoch].tobytes(), (line, name)
        assert done[run] >= epoch or line["status"] == "diverged", (line, done[run])
    checked = subprocess.run([runner, "check", path], capture_output=True, text=True)
    assert checked.returncode == 0 and "every checksum is right" in checked.stdout, checked


def main():
    runner, kills = str(Path(sys.argv[1]).resolve()), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    r = random.Random(seed)
    counts = {"before the file": 0, "in training": 0, "at the end": 0}
    files = lines = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_dataset(folder / "data")
        (folder / "config.json").write_text(json.dumps(CONFIG))
        begin = time.perf_counter()
        undisturbed = start(runner, folder, "reference.h5")
        first_line = undisturbed.stdout.readline()
        until_told = time.perf_counter() - begin
        rest = told_by(undisturbed)
        assert undisturbed.wait() == 0, undisturbed.stderr.read()
        whole = time.perf_counter() - begin
        whole_reference = values_of(folder / "reference.h5")
        with h5py.File(folder / "reference.h5") as f:
            reference = {name: f[name][()] for name in (*METRICS, "run", "status", "epochs_done")}
        runs = len(reference["run"])
        assert set(reference["status"]) == {2, 3}
        assert first_line and len(rest) + 1 == (reference["epochs_done"] + 1 + (reference["status"] == 3)).sum()

        left = kills
        while left > 0:
            path = folder / f"{files}.h5"
            told = []
            for _ in range(min(left, r.randint(1, 5))):
                process = start(runner, folder, path.name)
                when = r.choice(sorted(counts))
                if when == "before the file":
                    time.sleep(r.uniform(0, until_told * 1.2))
                elif when == "in training":
                    time.sleep(r.uniform(until_told, whole))
                else:
                    to_end = runs - ended(path)
                    while to_end > 0 and (line := process.stdout.readline()):
                        told.append(json.loads(line))
                        to_end -= told[-1]["status"] in ("done", "diverged")
                    time.sleep(r.uniform(0, 0.01))
                process.kill()
                told += told_by(process)
                process.wait()
                left -= 1
                counts[when] += 1
                if path.exists():
                    check(runner, path, told, reference)
                else:
                    assert not told
            process = start(runner, folder, path.name)
            told += told_by(process)
            assert process.wait() == 0, process.stderr.read()
            check(runner, path, told, reference)
            assert values_of(path) == whole_reference
            assert sorted(p.name for p in folder.iterdir()) == sorted(["config.json", "data", "reference.h5", path.name])
            lines += len(told)
            path.unlink()
            files += 1
    print(f"seed {seed}: killed {kills} times ({', '.join(f'{n} {when}' for when, n in counts.items())}), {files} sweeps finished, "
          f"{lines} epochs told, none lost")


if __name__ == "__main__":
    main()
