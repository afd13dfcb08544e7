#!/usr/bin/python3
"""Sweeps that are killed, stopped, extended, spread over shards and merged, at random, for a while.

usage: soak_test.py RUNNER SECONDS [SEED [FAILING_CALLS]]

Each round makes up a sweep and lets it grow once or more. On the way its runner is killed (SIGKILL) or stopped (SIGTERM) at random moments,
also while it replaces the file by a larger one, or, if there is the library that lets calls fail (failing_calls.cpp), some call of it fails; the last sweep may be trained in shards, whose files are merged again and again, complete or
not, and the merging is killed, too. Whatever happens every epoch that was told is on file with its numbers; in the end the file holds what that
of an undisturbed sweep holds, and is verified.
"""
import collections
import errno
import json
import math
import os
import random
import signal
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
CHOICES = {"learning_rate": [0.1, 0.5, 1, 3e38], "batch_size": [7, 20, 40], "hidden_size": [3, 8, 30], "seed": [1, 2, 3, 4],
           "loss": ["cross_entropy", "mean_squared_error"], "sampling": ["shuffle", "with_replacement"]}


FAILING = {"open": ["EIO", "EMFILE"], "pread": ["EIO", "EINTR"], "pwrite": ["EIO", "ENOSPC"], "fsync": ["EIO"], "fdatasync": ["EIO", "ENOSPC"],
           "rename": ["EIO"], "unlink": ["EIO"], "flock": ["ENOLCK"], "fchmod": ["EPERM"]}


class Round:
    def __init__(self, runner, folder, random_numbers, counts, library=None):
        self.runner, self.folder, self.random, self.counts, self.library = runner, folder, random_numbers, counts, library
        self.told = {}  # (digest, epoch) → the numbers
        self.config = {"name": "soak", "dataset": {"dir": "data"}, "epochs": self.random.randint(2, 8),
                       "save_weights": self.random.random() < 0.5}
        for key, values in CHOICES.items():
            self.config[key] = self.random.sample(values, self.random.randint(1, 2))

    def write_config(self):
        (self.folder / "config.json").write_text(json.dumps(self.config))

    def start(self, *arguments, **environment):
        return subprocess.Popen([self.runner, *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**os.environ, **environment})

    def fault(self):
        """The environment of a process of which a call fails."""
        call = self.random.choice(sorted(FAILING))
        error = self.random.choice(FAILING[call])
        last = self.random.choice([3, 30, 300])
        return {"LD_PRELOAD": self.library, "FAIL_UNDER": str(self.folder.resolve()), "FAIL_CALL": call, "FAIL_AT": str(self.random.randint(1, last)),
                "FAIL_ERRNO": str(getattr(errno, error)), **({"FAIL_ALWAYS": "1"} if error != "EINTR" and self.random.random() < 0.3 else {})}

    def arguments(self, path, shard):
        r = self.random
        return ["config.json", "--output", path, "--progress", "jsonl", "--threads", str(r.choice([1, 2, 3])),
                "--commit-interval", r.choice(["0", "0", "30"]), *(["--shard", shard] if shard else [])]

    def train(self, path, shard=None, finish=True):
        """Runs the sweep, interrupted a few times."""
        for _ in range(self.random.randint(0, 4)):
            if self.library and self.random.random() < 0.5:
                process = self.start(*self.arguments(path, shard), **self.fault())
                self.take(process, path)
                code = process.wait()
                assert code in (0, 1), (code, process.stderr.read())
                self.counts["calls failed" if code else "faults borne"] += 1
                continue
            process = self.start(*self.arguments(path, shard))
            time.sleep(self.random.choice([self.random.uniform(0, 0.05), self.random.uniform(0, 0.5)]))
            how = self.random.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGXCPU])
            process.send_signal(how)
            self.take(process, path)
            code = process.wait()
            assert code in (0, 130, -how), (code, process.stderr.read())
            if code:
                self.counts["killed" if how == signal.SIGKILL else "stopped"] += 1
        if finish:
            process = self.start(*self.arguments(path, shard))
            self.take(process, path)
            assert process.wait() == 0, process.stderr.read()
            self.counts["sweeps finished"] += 1

    def take(self, process, path):
        """What has been told, up to the last whole line; all of it is on file."""
        output = process.stdout.read()
        lines = [json.loads(line) for line in output[:output.rfind(b"\n") + 1].splitlines()]
        for line in lines:
            numbers = np.array([np.nan if line[name] is None else line[name] for name in METRICS], np.float32).tobytes()
            assert self.told.setdefault((line["digest"], line["epoch"]), numbers) == numbers, line
        self.counts["epochs told"] += len(lines)
        if (self.folder / path).exists():
            with h5py.File(self.folder / path) as f:
                digests, done = [d.tobytes().decode() for d in f["digest"][()]], f["epochs_done"][()]
                metrics = np.stack([f[name][()] for name in METRICS], axis=-1)
            rows = {digest: row for row, digest in enumerate(digests)}
            for line in lines:
                row, epoch = rows[line["digest"]], line["epoch"]
                assert metrics[row, epoch].tobytes() == self.told[line["digest"], epoch], line
                assert done[row] >= epoch or line["status"] == "diverged", line
            for row, last in enumerate(done):
                for epoch in range(last + 1):
                    known = self.told.get((digests[row], epoch))
                    assert known is None or metrics[row, epoch].tobytes() == known, (digests[row], epoch)
        else:
            assert not lines

    def grow(self):
        key = self.random.choice(["epochs", *CHOICES])
        if key == "epochs":
            self.config["epochs"] += self.random.randint(1, 4)
        else:
            self.config[key] = self.config[key] + [v for v in CHOICES[key] if v not in self.config[key]][:1]
            self.random.shuffle(self.config[key])
        self.counts["extensions"] += 1

    def merge(self, codes):
        parts = sorted(p.name for p in self.folder.glob("part-*.h5"))
        process = self.start("merge", "soak.h5", *parts)
        if self.random.random() < 0.3:
            time.sleep(self.random.uniform(0, 0.03))
            process.kill()
            self.counts["mergers killed"] += 1
            codes = (*codes, -signal.SIGKILL)
        out, err = process.communicate()
        assert process.returncode in codes, (process.returncode, out, err)
        self.counts["mergers"] += 1
        return process.returncode

    def train_in_shards(self):
        runs = math.prod(len(self.config[key]) for key in CHOICES)
        shards = min(self.random.randint(2, 4), runs)
        for shard in range(1, shards + 1):
            for finish in (False, True):
                self.train(f"part-{shard}.h5", f"{shard}/{shards}", finish)
                if any(self.folder.glob("part-*.h5")):
                    self.merge(codes=(0, 1))
        while self.merge(codes=(0,)) != 0:
            pass

    def run(self):
        for _ in range(self.random.randint(0, 3)):
            self.write_config()
            self.train("soak.h5", finish=self.random.random() < 0.5)
            self.grow()
        self.write_config()
        if self.random.random() < 0.5:
            (self.folder / "soak.h5").unlink(missing_ok=True)  # a merger wants parts of one config
            (self.folder / "soak.h5.checkpoint").unlink(missing_ok=True)
            self.train_in_shards()
        else:
            self.train("soak.h5")
        undisturbed = self.start("config.json", "--output", "undisturbed.h5", "--quiet")
        assert undisturbed.wait() == 0, undisturbed.stderr.read()
        assert values_of(self.folder / "soak.h5") == values_of(self.folder / "undisturbed.h5")
        verified = subprocess.run([self.runner, "verify", "soak.h5", "--sample", "3", "--kernel", "reference"], cwd=self.folder,
                                  capture_output=True)
        assert verified.returncode == 0, verified
        checked = subprocess.run([self.runner, "check", "soak.h5"], cwd=self.folder, capture_output=True)
        assert checked.returncode == 0, checked
        left = {p.name for p in self.folder.iterdir()} - {"data", "config.json", "soak.h5", "undisturbed.h5"}
        assert all(name.startswith("part-") and name.endswith(".h5") for name in left), left
        self.counts["rounds"] += 1


def main():
    runner, seconds = str(Path(sys.argv[1]).resolve()), float(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    library = str(Path(sys.argv[4]).resolve()) if len(sys.argv) > 4 else None
    random_numbers, counts = random.Random(seed), collections.Counter()
    end = time.monotonic() + seconds
    while time.monotonic() < end or counts["rounds"] == 0:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_dataset(folder / "data")
            one = Round(runner, folder, random_numbers, counts, library)
            try:
                one.run()
            except BaseException:
                print(f"seed {seed}, round {counts['rounds']}, config {json.dumps(one.config)}", file=sys.stderr)
                raise
    print(f"seed {seed}: {', '.join(f'{count} {what}' for what, count in sorted(counts.items()))}; nothing lost")


if __name__ == "__main__":
    main()
