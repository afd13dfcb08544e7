#!/usr/bin/python3
"""What `runner export` takes out of a results file is what the file holds, number for number.

usage: export_test.py RUNNER [TestClass…]
"""
import csv
import io
import os
import resource
import subprocess
import sys
import time
import unittest
import zipfile
from decimal import Decimal
from pathlib import Path

import h5py
import numpy as np

import runner_test

METRICS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "validation_loss", "validation_accuracy", "clean_train_accuracy")
RESULTS = "results/sweep.h5"


def digits(number):
    return Decimal(number).normalize().as_tuple()


class Case(runner_test.Case):
    def rows(self, text):
        self.assertEqual(text.count("\n"), text.count("\r\n"))
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))

    def exported(self, *arguments):
        """What goes to standard output, as bytes."""
        p = subprocess.run([runner_test.RUNNER, "export", *map(str, arguments)], cwd=self.dir, capture_output=True, timeout=300)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p.stdout


class Curves(Case):
    def assert_is_the_file(self, rows, file=RESULTS, name="sweep"):
        """The rows are those of the file: every run, every epoch with finite losses, every number."""
        with h5py.File(self.dir / file) as f:
            axes = f["train_loss"].attrs["coordinates"].split()
            columns = {name: f[name][()] for name in axes + [metric for metric in METRICS if metric in f]}
            words = {name: f[name].attrs["flag_meanings"].split() for name in axes + ["status"] if "flag_meanings" in f[name].attrs}
            runs, epochs, status, done = f["run"][()], f["epoch"][()], f["status"][()], f["epochs_done"][()]
        self.assertEqual(list(rows[0]), ["file", "run", *axes, "status", "epoch", *METRICS])
        at = 0
        for r, run in enumerate(runs):
            for e, epoch in enumerate(epochs[epochs <= done[r]]):
                row = rows[at]
                at += 1
                self.assertEqual((row["file"], row["run"], row["epoch"]), (name, str(run), str(epoch)))
                self.assertEqual(row["status"], words["status"][status[r]])
                for axis in axes:
                    if row[axis] == "":
                        continue  # it means nothing to the run; see below
                    if axis in words:
                        self.assertEqual(row[axis], words[axis][columns[axis][r]])
                    else:
                        self.assertEqual(columns[axis].dtype.type(row[axis]), columns[axis][r])
                        self.assertEqual(float(row[axis]), columns[axis][r])
                for metric in METRICS:
                    value = columns[metric][r, e] if metric in columns else np.float32("nan")
                    if np.isnan(value):
                        self.assertEqual(row[metric], "")
                        continue
                    self.assertEqual(np.float32(row[metric]), value)
                    self.assertEqual(digits(row[metric]), digits(str(value)))  # no digit more than it takes
        self.assertEqual(at, len(rows))

    def test_are_those_of_the_file(self):
        self.run_it(self.config(learning_rate=[0.1, 1 / 3], seed=[1, 2], epochs=5, evaluate_every=2, validation_size=50, label_noise=[0, 0.3],
                                grids=[{"optimizer": "sgd"}, {"optimizer": "momentum", "momentum": [0.7, 0.9]}]), "--quiet")
        out, err = self.run_it("export", RESULTS, "--curves", "curves.csv")
        self.assertEqual((out, err), ("curves.csv\n", ""))
        text = (self.dir / "curves.csv").read_bytes().decode()
        rows = self.rows(text)
        self.assertEqual(len(rows), 24 * 4)
        self.assert_is_the_file(rows)
        self.assertEqual({(row["optimizer"], row["momentum"]) for row in rows}, {("sgd", ""), ("momentum", "0.7"), ("momentum", "0.9")})
        self.assertEqual({row["beta1"] for row in rows}, {""})
        self.assertEqual({row["clean_train_accuracy"] == "" for row in rows if row["label_noise"] == "0"}, {False} if rows[0]["clean_train_accuracy"] else {True})
        self.assertEqual(self.exported(RESULTS, "--curves", "-").decode(), text)
        self.assertEqual(self.exported(RESULTS, "--curves", "/dev/stdout").decode(), text)

    def test_of_a_run_that_diverged_end_before(self):
        self.run_it(self.config(learning_rate=[0.1, 1e30], activation="relu", epochs=4), "--quiet")
        rows = self.rows(self.exported(RESULTS, "--curves", "-").decode())
        self.assert_is_the_file(rows)
        self.assertEqual([row["status"] for row in rows if row["run"] == "0"], ["done"] * 5)
        self.assertLess(sum(row["status"] == "diverged" for row in rows), 5)

    def test_of_shards_are_those_of_one_sweep(self):
        config = self.config(seed=[1, 2, 3, 4])
        self.run_it(config, "--quiet")
        whole = self.exported(RESULTS, "--curves", "-").decode()
        shards = [f"results/sweep.shard-{i}-of-2.h5" for i in (1, 2)]
        for i in (1, 2):
            self.run_it(config, "--quiet", "--shard", f"{i}/2")
        rows = self.rows(self.exported(*shards, "--curves", "-").decode())
        self.assertCountEqual([tuple(row.values()) for row in rows], [tuple(row.values()) for row in self.rows(whole)])

    def test_of_several_sweeps_have_their_names(self):
        self.run_it(self.config("a"), "--quiet")
        self.run_it(self.config("b"), "--quiet", 'name="=b,\\""')
        rows = self.rows(self.exported("results/a.h5", 'results/=b,".h5', "--curves", "-").decode())
        self.assertEqual([row["file"] for row in rows], ["a"] * 4 + ["'=b,\""] * 4)

    def test_of_runs_that_left_the_config_are_left_out(self):
        self.run_it(self.config(seed=[1, 2]), "--quiet")
        self.run_it(self.config(seed=[2, 3]), "--quiet")
        out, _ = self.run_it("export", RESULTS, "--curves", "curves.csv")
        self.assertEqual(out, "curves.csv\n1 run of earlier configs not counted (--all includes them)\n")
        self.assertEqual({row["seed"] for row in self.rows((self.dir / "curves.csv").read_bytes().decode())}, {"2", "3"})
        out, err = self.run_it("export", RESULTS, "--curves", "-")
        self.assertEqual(err, "1 run of earlier configs not counted (--all includes them)\n")
        self.assertNotIn("not counted", out)
        rows = self.rows(self.exported(RESULTS, "--all", "--curves", "-").decode())
        self.assertEqual({(row["run"], row["seed"]) for row in rows}, {("0", "2"), ("1", "3"), ("-1", "1")})

    def test_of_a_sweep_that_is_running(self):
        p = self.start(self.config(epochs=20_000, hidden_size=400, seed=[1, 2]), "--quiet", "--commit-interval", "0")
        try:
            rows = []
            while len(rows) < 4:
                self.assertIsNone(p.poll())
                time.sleep(0.05)
                if (self.dir / RESULTS).exists():
                    rows = self.rows(self.exported(RESULTS, "--curves", "-").decode())
            self.assertEqual({row["status"] for row in rows} - {"pending", "running"}, set())
        finally:
            p.terminate()
            p.communicate()
        later = self.rows(self.exported(RESULTS, "--curves", "-").decode())
        self.assert_is_the_file(later)
        metrics_of = {(row["run"], row["epoch"]): [row[metric] for metric in METRICS] for row in later}
        for row in rows:
            self.assertEqual(metrics_of[row["run"], row["epoch"]], [row[metric] for metric in METRICS])

    def test_replace_a_file_whole_or_not_at_all(self):
        self.run_it(self.config(seed=list(range(20))), "--quiet")
        curves = self.dir / "curves.csv"
        curves.write_text("mine")

        def limited():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        p = subprocess.run([runner_test.RUNNER, "export", RESULTS, "--curves", "curves.csv"], cwd=self.dir, capture_output=True, text=True, preexec_fn=limited)
        self.assertEqual((p.returncode, p.stderr), (1, "runner: cannot write curves.csv: File too large\n"))
        self.assertEqual(curves.read_text(), "mine")
        self.assertEqual([path.name for path in self.dir.iterdir() if "tmp" in path.name], [])
        self.run_it("export", RESULTS, "--curves", "curves.csv")
        self.assertEqual(len(self.rows(curves.read_bytes().decode())), 80)


class Weights(Case):
    def test_are_those_of_the_file(self):
        self.run_it(self.config(hidden_size=[4, 7], seed=[1, 2], save_weights=True), "--quiet")
        with h5py.File(self.dir / RESULTS) as f:
            hidden = f["hidden_size"][()]
            stored = {name: f["weights"][name][()] for name in ("W1", "b1", "W2", "b2", "initial_W1", "initial_b1", "initial_W2", "initial_b2")}
        for run in range(4):
            out, err = self.run_it("export", RESULTS, "--run", run, "--weights", "w.npz")
            self.assertEqual(err, "")
            self.assertEqual(out, f"w.npz\nweights of run {run} (hidden_size {hidden[run]}, seed {1 + run % 2}) before epoch 1 and after epoch 3\n")
            self.assertIsNone(zipfile.ZipFile(self.dir / "w.npz").testzip())
            with np.load(self.dir / "w.npz", allow_pickle=False) as weights:
                self.assertEqual(sorted(weights), sorted(stored))
                for name, array in stored.items():
                    expected = array[run]
                    if name.endswith("1"):
                        expected = expected[..., :hidden[run]]
                    elif name.endswith("W2"):
                        expected = expected[:hidden[run]]
                    self.assertEqual((weights[name].dtype, weights[name].shape), (np.dtype(np.float32), expected.shape))
                    self.assertTrue((weights[name] == expected).all(), name)
                self.assertFalse((weights["W1"] == weights["initial_W1"]).all())
            bytes_of_file = (self.dir / "w.npz").read_bytes()
            self.assertEqual(self.exported(RESULTS, "--run", run, "--weights", "-"), bytes_of_file)

    def test_of_the_best_run(self):
        self.run_it(self.config(learning_rate=[1e-6, 0.5], epochs=20, save_weights=True), "--quiet")
        out, _ = self.run_it("export", RESULTS, "--best", "--weights", "w.npz", "--curves", "curves.csv")
        self.assertEqual(out, "w.npz\nweights of run 1 (learning_rate 0.5) before epoch 1 and after epoch 20\ncurves.csv\n")

    def test_headers_are_numpys(self):
        self.run_it(self.config(save_weights=True), "--quiet")
        self.run_it("export", RESULTS, "--run", 0, "--weights", "w.npz")
        with np.load(self.dir / "w.npz") as weights:
            np.savez(self.dir / "numpys.npz", **dict(weights))
        ours, numpys = (zipfile.ZipFile(self.dir / name) for name in ("w.npz", "numpys.npz"))
        self.assertEqual(ours.namelist(), numpys.namelist())
        for name in ours.namelist():
            begin = ours.read(name)[:10], numpys.read(name)[:10]
            self.assertEqual(begin[0][:8], begin[1][:8])
            self.assertEqual((len(ours.read(name)) - ours.getinfo(name).file_size, ours.read(name).index(b"\n") % 64), (0, 63))
            self.assertEqual(ours.read(name).split(b"\n", 1)[0].split(b"{")[1].rstrip(), numpys.read(name).split(b"\n", 1)[0].split(b"{")[1].rstrip())


class Refusals(Case):
    def test_say_what_to_do(self):
        self.run_it(self.config(), "--quiet")
        self.run_it(self.config("kept", save_weights=True), "--quiet")
        for arguments, message in (
                ([RESULTS], "export: nothing to write: name a file, --curves curves.csv or --weights weights.npz"),
                (["results/kept.h5", "--curves", "-", "--weights", "-", "--best"], "export: only one of --curves and --weights can go to standard output"),
                ([RESULTS, "results/kept.h5", "--weights", "w.npz", "--best"], "export: --weights takes one results file, not several"),
                (["results/kept.h5", "--weights", "w.npz"], "choose a run: --run K takes run K, --best the best one"),
                (["results/kept.h5", "--weights", "w.npz", "--run", "7"], "results/kept.h5 has no run 7: `runner {config} --list` shows those of its sweep"),
                ([RESULTS, "--weights", "w.npz", "--run", "0"], "results/sweep.h5 holds no weights: `runner {config} name=… save_weights=true` trains a sweep that keeps them"),
                ([RESULTS, "--best"], "--best requires --weights"),
                ([RESULTS, "--curves", RESULTS], "cannot write results/sweep.h5: that is the results file"),
                (["nothing.h5", "--curves", "-"], "there is no results file nothing.h5"),
                ([], "FILE is required: runner export FILE… [OPTIONS]"),
        ):
            with self.subTest(arguments=arguments):
                err = self.refused("export", *arguments, says=[])
                name = "kept" if "results/kept.h5" in arguments else "sweep"
                self.assertIn(message.format(config=self.dir / f"{name}.json"), err)
                self.assertTrue(err.startswith("runner: "), err)
                self.assertEqual(err.count("\n"), 1)
        self.assertEqual(self.refused("export", RESULTS, "--curves", "no/folder.csv", says=[], code=1),
                         "runner: cannot write no/folder.csv: No such file or directory\n")


if __name__ == "__main__":
    runner_test.RUNNER = os.fspath(Path(sys.argv.pop(1)).resolve())
    unittest.main()
