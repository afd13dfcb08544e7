#!/usr/bin/python3
"""Lets the calls of a command fail, one at a time, and looks at what is left.

usage: every_call_test.py RUNNER FAILING_CALLS [SAMPLE [SEED]]

FAILING_CALLS is the library that lets a call fail (failing_calls.cpp). A case is a command (sweep, going on, extension, merge, check, compare, report,
figures, verify), a function of the system, the number of its call, an error, and whether it fails once or from then on. All cases are tried,
or SAMPLE of them, the same for the same SEED.

Of each: the command ends with 0 (it did without) or with 1 and one message that names a file of the folder and the reason, never by a signal
(but for an allocation that fails inside another library), and with "bad input" only for a file that may not be read; every epoch that was told is on file; a file that was there is whole, and holds what it held; the same command, when
nothing fails any more, brings what it would have brought, and leaves nothing else.
"""
import errno
import hashlib
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_up_data import make_dataset  # noqa: E402
from results_values import values_of  # noqa: E402

METRICS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
ERRORS = {
    "open": ("EIO", "EMFILE", "ENFILE", "ENOMEM", "EACCES", "ESTALE"),
    "read": ("EIO", "ESTALE", "EINTR"), "pread": ("EIO", "ESTALE", "ENOMEM", "EINTR"),
    "write": ("EIO", "ENOSPC", "EDQUOT", "EFBIG"), "pwrite": ("EIO", "ENOSPC", "EDQUOT", "EFBIG", "EINTR"),
    "fsync": ("EIO", "ENOSPC", "EDQUOT"), "fdatasync": ("EIO", "ENOSPC"), "ftruncate": ("EIO", "ENOSPC", "EFBIG"),
    "rename": ("EIO", "ENOSPC", "EACCES"), "unlink": ("EIO", "EACCES"), "flock": ("EIO", "EINTR", "ENOLCK"), "fchmod": ("EIO", "EPERM"),
    "statvfs": ("EIO", "ENOSYS"), "mmap": ("ENOMEM",), "malloc": ("ENOMEM",),
}
SHORT = {"dataset": {"dir": "data"}, "epochs": 2, "learning_rate": [0.5], "batch_size": [10, 20], "hidden_size": 3, "save_weights": True}
LONG = {**SHORT, "epochs": 3, "learning_rate": [0.5, 3e38]}
SWEEP = ["--threads", "2", "--commit-interval", "0", "--progress", "jsonl"]


class Command:
    """What is run, from which files, and which it leaves."""

    def __init__(self, name, before, arguments, leaves):
        self.name, self.before, self.arguments, self.leaves = name, before, arguments, leaves


def commands(start):
    """`start`: folders of what was there before."""
    return [
        Command("sweep", start["nothing"], ["short.json", "--output", "s.h5", *SWEEP], ["s.h5"]),
        Command("going on", start["stopped"], ["long.json", "--output", "s.h5", *SWEEP], ["s.h5"]),
        Command("extension", start["short"], ["long.json", "--output", "s.h5", *SWEEP], ["s.h5"]),
        Command("merge", start["parts"], ["merge", "s.h5", "1.h5", "2.h5"], ["1.h5", "2.h5", "s.h5"]),
        Command("compare", start["short"], ["compare", "s.h5", "--csv"], ["s.h5"]),
        Command("report", start["short"], ["report", "s.h5", "--output", "s.html"], ["s.h5", "s.html"]),
        Command("figures", start["short"], ["report", "s.h5", "--svg", "."], None),
        Command("check", start["short"], ["check", "s.h5"], ["s.h5"]),
        Command("verify", start["short"], ["verify", "s.h5", "--threads", "1"], ["s.h5"]),
    ]


class Trial:
    def __init__(self, runner, library, folder):
        self.runner, self.library, self.folder = runner, library, folder

    def run(self, arguments, **environment):
        work = self.folder / "work"
        try:
            process = subprocess.run([self.runner, *arguments], cwd=work, capture_output=True, timeout=300, env={**os.environ, **environment})
        except subprocess.TimeoutExpired:
            return "it hangs", b"", ""
        return process.returncode, process.stdout, process.stderr.decode(errors="replace")

    def failing(self, arguments, **fault):
        return self.run(arguments, LD_PRELOAD=str(self.library), FAIL_UNDER=str(self.folder / "work"), **fault)

    def begin(self, before):
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(before, work)
        return work


def told_in(output):
    return [json.loads(line) for line in output[:output.rfind(b"\n") + 1].splitlines() if line.startswith(b"{")]


def rows_of(path):
    """What a file claims: for each digest its epochs and weights."""
    with h5py.File(path) as f:
        rows = {}
        metrics = {name: f[name][()] for name in METRICS}
        weights = [f["weights"][name][()] for name in ("initial_W1", "initial_b1", "W1", "b1", "W2", "b2")]
        for run, digest in enumerate(f["digest"][()]):
            done = int(f["epochs_done"][run])
            rows[digest.tobytes()] = {"done": done, "status": int(f["status"][run]), "row": run,
                                      **{name: metrics[name][run, :done + 1].tobytes() for name in METRICS},
                                      "weights_epoch": int(f["weights_epoch"][run]), "weights": [w[run].tobytes() for w in weights]}
        return rows


def check_file(path, before, whole, told):
    """`before`, `whole`: rows of the file as it was, and as it is to be in the end."""
    now = rows_of(path)
    for digest, row in now.items():
        if digest not in whole:
            continue
        for name in METRICS:
            assert whole[digest][name].startswith(row[name]), f"{name} of run {row['row']}"
        if row["weights_epoch"] == whole[digest]["weights_epoch"] != -1:
            assert row["weights"] == whole[digest]["weights"], f"weights of run {row['row']}"
    for digest, row in before.items():
        assert now[digest]["done"] >= row["done"], f"run {row['row']} has lost epochs"
    for line in told:
        row = next(r for r in now.values() if r["row"] == line["run"])
        assert line["status"] == "diverged" or row["done"] >= line["epoch"], f"told, but not on file: {line}"


def digest_of(folder, names):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def values(path):
    return values_of(path)


def try_case(trial, command, call, number, error, always, expected):
    work = trial.begin(command.before)
    is_sweep = "jsonl" in command.arguments
    before = rows_of(work / "s.h5") if (work / "s.h5").exists() else {}
    parts = digest_of(work, [n for n in ("1.h5", "2.h5") if (work / n).exists()])
    fault = {"FAIL_CALL": call, "FAIL_AT": str(number), "FAIL_ERRNO": str(getattr(errno, error))}
    if always:
        fault["FAIL_ALWAYS"] = "1"
    code, output, message = trial.failing(command.arguments, **fault)
    problems = []
    # Where there is no memory HDF5 and others end the process: then it is as after a kill.
    may_be_bad_input = (call, error) == ("open", "EACCES")  # a file that its user may not read
    if code not in (0, 1) and not (code == 2 and may_be_bad_input) and (call != "malloc" or code in (2, 130, "it hangs")):
        problems.append(f"exit code {code}")
    lines = [line for line in message.splitlines() if line.startswith("runner: ")]
    if code in (1, 2) and call != "malloc" and call != "mmap":
        reason = os.strerror(getattr(errno, error))
        if len(lines) != 1 or reason not in lines[0] or not any(name in lines[0] for name in ("work", "s.h5", "1.h5", "2.h5", "data", ".json", ".svg", ".html")):
            problems.append("the message does not name file and reason")
    if code == 0 and not is_sweep and command.name != "merge" and output != expected["output"]:
        problems.append("it has said something else")
    if call != "malloc" and error == "EINTR" and not always and code != 0:
        problems.append("a signal has ended it")
    try:
        path = work / "s.h5"
        if path.exists():
            check_file(path, before, expected["rows"], told_in(output) if is_sweep else [])
        elif before:
            problems.append("the file is gone")
        if digest_of(work, parts) != parts:
            problems.append("a part has changed")
        again, output, second = trial.run(command.arguments)
        if again != expected["code"]:
            problems.append(f"again: exit code {again}: {second}")
        elif path.exists() and values(path) != expected["values"]:
            problems.append("again: other values")
        left = sorted(p.name for p in work.iterdir())
        if left != expected["left"]:
            problems.append(f"left: {set(left) ^ set(expected['left'])}")
    except Exception as problem:  # whatever cannot be read is a problem
        problems.append(f"{type(problem).__name__}: {problem}")
    return [f"{command.name}: {call} {number} {error}{' always' if always else ''}: {p}\n    {code} {message.strip()}" for p in problems]


def make_starts(runner, folder):
    starts = {name: folder / name for name in ("nothing", "stopped", "short", "parts")}
    nothing = starts["nothing"]
    nothing.mkdir()
    make_dataset(nothing / "data")
    (nothing / "short.json").write_text(json.dumps(SHORT))
    (nothing / "long.json").write_text(json.dumps(LONG))
    for name in ("stopped", "short", "parts"):
        shutil.copytree(nothing, starts[name])

    def run(where, *arguments):
        subprocess.run([runner, *arguments], cwd=starts[where], check=True, capture_output=True)
    run("short", "short.json", "-o", "s.h5", "-q")
    # Stopped in the middle of longer runs: a checkpoint lies beside the file.
    with subprocess.Popen([runner, "long.json", "epochs=4000", "-o", "s.h5", *SWEEP], cwd=starts["stopped"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        for _ in range(8):
            process.stdout.readline()
        process.terminate()
        process.stdout.read()
    assert (starts["stopped"] / "s.h5.checkpoint").exists()
    config = json.loads((starts["stopped"] / "long.json").read_text())
    with h5py.File(starts["stopped"] / "s.h5") as f:
        config["epochs"] = int(max(f["epochs_done"][()])) + 3
    (starts["stopped"] / "long.json").write_text(json.dumps(config))
    for shard in "12":
        run("parts", "long.json", "-o", f"{shard}.h5", "-q", "--shard", f"{shard}/2")
    return starts


def main():
    runner, library = (str(Path(a).resolve()) for a in sys.argv[1:3])
    sample = int(sys.argv[3]) if len(sys.argv) > 3 else None
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        trial = Trial(runner, library, folder)
        cases, expected = [], {}
        for command in commands(make_starts(runner, folder)):
            work = trial.begin(command.before)
            counts = folder / "counts"
            code, output, message = trial.failing(command.arguments, FAIL_COUNTS=str(counts))
            assert code == 0, message
            rows = rows_of(work / "s.h5")
            expected[command.name] = {"code": code, "output": output, "rows": rows, "values": values(work / "s.h5"),
                                      "left": sorted(p.name for p in work.iterdir())}
            for line in counts.read_text().splitlines():
                call, count = line.split()
                numbers = range(1, int(count) + 1) if call != "malloc" else range(1, int(count) + 1, max(1, int(count) // 300))
                cases += [(command, call, *rest) for rest in itertools.product(numbers, ERRORS[call], (False, True))
                          if rest[1:] != ("EINTR", True)]  # who calls again and again waits for ever
        total = len(cases)
        if sample is not None:
            cases = random.Random(seed).sample(cases, min(sample, total))
        count = 0
        for tried, (command, call, number, error, always) in enumerate(cases, 1):
            problems = try_case(trial, command, call, number, error, always, expected[command.name])
            count += len(problems)
            for problem in problems:
                print(problem, flush=True)
            if tried % 500 == 0 or tried == len(cases):
                print(f"{tried} of {total} cases in {time.perf_counter() - begin:.0f} s, {count} problems", flush=True)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
