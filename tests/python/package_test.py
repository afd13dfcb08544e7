#!/usr/bin/python3
"""The Python package over the program: sweeps, results as xarray and pandas, pictures, errors, Ctrl-C.

usage: package_test.py RUNNER REPOSITORY [TestClass…]
"""
import doctest
import gzip
import hashlib
import importlib
import io
import json
import os
import pkgutil
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import redirect_stderr
from pathlib import Path
from unittest import mock

RUNNER, REPOSITORY = (Path(argument).resolve() for argument in sys.argv[1:3])
sys.path[:0] = [str(REPOSITORY / "python"), str(REPOSITORY / "tests/support")]
os.environ |= {"RUNNER": str(RUNNER), "MPLBACKEND": "Agg"}

import matplotlib.pyplot as plt  # noqa: E402
import netCDF4  # noqa: E402, F401  (at the first import it warns of how it was compiled)
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import xarray as xr  # noqa: E402
from made_up_data import make_dataset, png, write_idx  # noqa: E402

import runner_sweep as rs  # noqa: E402

PARAMETERS = {"learning_rate": [0.1, 0.5], "hidden_size": [4, 8], "seed": rs.range(1, 3)}


class Case(unittest.TestCase):
    """Each test in a folder of its own, with a small data set in the folder `data`."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        before = os.getcwd()
        os.chdir(folder.name)
        self.addCleanup(os.chdir, before)
        self.addCleanup(plt.close, "all")
        make_dataset(Path("data"))

    def sweep(self, **keys):
        """A sweep of four configurations, in results/sweep.h5."""
        return rs.run({"dataset": {"dir": "data"}, "epochs": 3, "batch_size": 20} | PARAMETERS, **({"progress": False} | keys))


def fashion_mnist():
    """Some images of Debian's data set as arrays."""
    def read(name, header):
        with gzip.open(f"/usr/share/datasets/fashion-mnist/{name}.gz") as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)
    return {"x_train": read("train-images-idx3-ubyte", 16).reshape(-1, 28, 28)[:1000], "t_train": read("train-labels-idx1-ubyte", 8)[:1000],
            "x_test": read("t10k-images-idx3-ubyte", 16).reshape(-1, 28, 28)[:500], "t_test": read("t10k-labels-idx1-ubyte", 8)[:500]}


def program(*arguments):
    return subprocess.run([RUNNER, *arguments], check=True, capture_output=True, text=True).stdout


class Run(Case):
    def test_returns_what_the_program_trains(self):
        data = self.sweep()
        program("results/sweep.h5.json", "--quiet", "--output", "direct.h5")
        direct = rs.open("direct.h5")
        self.assertEqual(data.sizes, {"run": 12, "epoch": 4})
        for metric in "train_loss", "train_accuracy", "test_loss", "test_accuracy":
            np.testing.assert_array_equal(data[metric].values, direct[metric].values)

    def test_trains_what_is_missing(self):
        first = self.sweep()
        again = self.sweep()
        np.testing.assert_array_equal(first.wall_time, again.wall_time)  # nothing was trained
        longer = self.sweep(seed=[1, 2, 3, 4])
        self.assertEqual(longer.sizes["run"], 16)
        np.testing.assert_array_equal(longer.isel(run=longer.seed.values <= 3).wall_time, first.wall_time)
        self.assertEqual(self.sweep(epochs=5).sizes, {"run": 12, "epoch": 6})
        self.assertEqual(self.sweep(epochs=2).sizes, {"run": 12, "epoch": 6})  # what is there is kept

    def test_takes_the_path_of_a_config_and_replaces_its_keys(self):
        Path("mine.json").write_text(json.dumps({"dataset": {"dir": "data"}, "epochs": 1, "hidden_size": 4}))
        self.assertEqual(rs.run("mine.json", progress=False, hidden_size=[4, 8]).hidden_size.values.tolist(), [4, 8])
        self.assertTrue(Path("results/mine.h5").exists())
        rs.run(Path("mine.json"), file="elsewhere/other.h5", progress=False)
        self.assertTrue(Path("elsewhere/other.h5").exists())
        rs.run("mine.json", name="renamed", progress=False)
        self.assertTrue(Path("results/renamed.h5").exists())

    def test_a_config_that_names_its_sweep(self):
        Path("mine.json").write_text('{"name": "a, }", "dataset": {"dir": "data"}, "epochs": 1}')
        rs.run("mine.json", progress=False)
        self.assertTrue(Path("results/a, }.h5").exists())
        Path("commented.json").write_text('{ // of ours\n"name": "with // slashes", /* "name": "no" */ "dataset": {"dir": "data"}, "epochs": 1, }')
        rs.run("commented.json", progress=False, name="plain")  # the program takes it
        with self.assertRaisesRegex(rs.RunnerError, "with // slashes"):  # and has something to say about this name
            rs.run("commented.json", progress=False)

    def test_numbers_of_numpy_in_a_config(self):
        data = self.sweep(learning_rate=np.array([0.25, 0.5]), hidden_size=np.int64(4), seed=range(1, 3))
        self.assertEqual(data.learning_rate.values.tolist(), [0.25, 0.25, 0.5, 0.5])
        self.assertEqual(data.seed.values.tolist(), [1, 2, 1, 2])
        with self.assertRaisesRegex(TypeError, "a config cannot hold .*, a object"):
            self.sweep(learning_rate=object())

    def test_drawn_values(self):
        data = self.sweep(learning_rate=rs.log_uniform(0.01, 1), hidden_size=rs.int_uniform(2, 9), activation=rs.choice(["relu", "tanh"]),
                          weight_decay=rs.uniform(0, 0.1), samples=5, seed=1)
        self.assertEqual(data.sizes["run"], 5)
        self.assertEqual(len(set(data.learning_rate.values)), 5)
        lists = self.sweep(learning_rate=rs.logspace(0.01, 1, 3), weight_decay=rs.linspace(0, 0.1, 2), hidden_size=rs.range(4, 8, 2), seed=1)
        self.assertEqual(sorted(set(lists.learning_rate.values)), [0.01, 0.1, 1])
        self.assertEqual(sorted(set(lists.hidden_size.values)), [4, 6, 8])

    def test_other_data_is_refused_and_fresh_replaces_it(self):
        self.sweep(epochs=1)
        with self.assertRaises(rs.RunnerError) as raised:
            self.sweep(epochs=1, train_size=100)
        self.assertEqual(raised.exception.exit_code, 2)
        self.assertEqual(self.sweep(epochs=1, train_size=100, fresh=True).attrs["train_size"], 100)

    def test_a_warning_of_the_program(self):
        # What a file that is trained on says about a program that cannot name its processor would do; this one is of ours.
        script = Path("warning")
        script.write_text(f'#!/bin/sh\n"{RUNNER}" "$@" || exit\necho "runner: mind the step" >&2\n')
        script.chmod(0o755)
        with mock.patch.dict(os.environ, RUNNER=str(script.resolve())), self.assertWarnsRegex(rs.RunnerWarning, "^mind the step$"):
            self.sweep(epochs=1)


class Arrays(Case):
    """Data sets that come as NumPy arrays."""

    def setUp(self):
        super().setUp()

        def read(name, header):
            return np.frombuffer(Path(f"data/{name}").read_bytes(), np.uint8, offset=header)
        self.arrays = {"x_train": read("train-images-idx3-ubyte", 16).reshape(-1, 6, 6), "t_train": read("train-labels-idx1-ubyte", 8),
                       "x_test": read("t10k-images-idx3-ubyte", 16).reshape(-1, 6, 6), "t_test": read("t10k-labels-idx1-ubyte", 8)}

    def run_arrays(self, config=None, **keys):
        return rs.run({"epochs": 3, "batch_size": 20} | PARAMETERS if config is None else config, **(self.arrays | {"progress": False} | keys))

    def test_bytes_give_the_bits_of_idx_files(self):
        expected = self.sweep(name="idx")
        for name, arrays in ("as they are", {}), ("flat", {key: self.arrays[key].reshape(-1, 36) for key in ("x_train", "x_test")}):
            data = self.run_arrays(name=name, **arrays)
            for metric in "train_loss", "train_accuracy", "test_loss", "test_accuracy":
                np.testing.assert_array_equal(data[metric].values, expected[metric].values)

    def test_arrays_are_written_once_under_their_checksum(self):
        first = self.run_arrays(seed=1, file="there/a.h5")
        files = sorted(Path("there/arrays").iterdir())
        self.assertEqual(len(files), 4)
        for file in files:
            self.assertEqual(file.name, hashlib.sha256(file.read_bytes()).hexdigest() + ".npy")
        np.testing.assert_array_equal(np.load(first.attrs["train_images_path"]), self.arrays["x_train"])
        written = [file.stat().st_mtime_ns for file in files]
        # The same numbers in another order of bytes, from a view, or as lists.
        for same in ({}, {"x_train": np.asfortranarray(self.arrays["x_train"])}, {"x_test": np.repeat(self.arrays["x_test"], 2, axis=0)[::2]},
                     {"t_test": self.arrays["t_test"].astype(">u1")}):
            again = self.run_arrays(seed=1, file="there/a.h5", **same)
            np.testing.assert_array_equal(again.wall_time, first.wall_time)
        self.assertEqual(sorted(Path("there/arrays").iterdir()), files)
        self.assertEqual([file.stat().st_mtime_ns for file in files], written)
        longer = self.run_arrays(seed=[1, 2], file="there/a.h5")
        np.testing.assert_array_equal(longer.isel(run=longer.seed.values == 1).wall_time, first.wall_time)
        # Another file in the same folder shares them.
        self.run_arrays(seed=1, file="there/b.h5")
        self.assertEqual(sorted(Path("there/arrays").iterdir()), files)

    def test_labels_of_any_integers(self):
        data = self.run_arrays(t_train=self.arrays["t_train"].astype(np.int64), t_test=self.arrays["t_test"].tolist())
        np.testing.assert_array_equal(data.test_loss.values, self.run_arrays(name="bytes").test_loss.values)

    def test_floats(self):
        whole = self.run_arrays(epochs=20, learning_rate=1)
        for name, scale, dtype in ("unit", 1 / 255, np.float32), ("wide", 3.7, np.float64):
            floats = {key: (self.arrays[key] * scale).astype(dtype) for key in ("x_train", "x_test")}
            data = self.run_arrays(epochs=20, learning_rate=1, name=name, save_weights=True, **floats)
            np.testing.assert_allclose(data.test_accuracy[:, -1].mean(), whole.test_accuracy[:, -1].mean(), atol=0.1)
            self.assertIn("every bit is the same", rs.verify(f"results/{name}.h5"))
            predicted = rs.predict(f"results/{name}.h5", floats["x_test"], run=3)["class"]
            np.testing.assert_allclose((predicted == self.arrays["t_test"]).mean(), data.test_accuracy.sel(run=3)[-1], atol=1e-6)

    def test_standardise(self):
        floats = {key: self.arrays[key] * np.linspace(0.1, 1000, 36).reshape(6, 6) for key in ("x_train", "x_test")}
        data = self.run_arrays(epochs=20, learning_rate=1, standardise=True, **floats)
        self.assertGreater(float(data.test_accuracy[:, -1].mean()), 0.8)
        self.assertIn("every bit is the same", rs.verify("results/sweep.h5"))

    def test_the_file_can_be_verified_and_asked(self):
        data = self.run_arrays(save_weights=True)
        self.assertIn("12 of 12 runs", rs.verify("results/sweep.h5"))
        predicted = rs.predict("results/sweep.h5", self.arrays["x_test"], run=0)["class"]
        np.testing.assert_allclose((predicted == self.arrays["t_test"]).mean(), data.test_accuracy.sel(run=0)[-1], atol=1e-6)
        # The config beside it trains the same sweep, wherever it is run.
        program(Path("results/sweep.h5.json").resolve(), "--quiet", "--output", "again.h5")
        np.testing.assert_array_equal(rs.open("again.h5").test_loss.values, data.test_loss.values)

    def test_a_folder_that_has_moved(self):
        self.run_arrays(seed=1)
        Path("results").rename("moved")
        with self.assertRaises(rs.RunnerError) as raised:
            rs.verify("moved/sweep.h5")
        self.assertIn("--data", str(raised.exception))
        self.assertIn("4 of 4 runs", rs.verify("moved/sweep.h5", data="moved/arrays"))

    def test_a_config_file_with_arrays(self):
        Path("mine.json").write_text(json.dumps({"dataset": "fashion-mnist", "epochs": 1, "hidden_size": 4}))
        data = self.run_arrays(Path("mine.json"))
        self.assertEqual((data.attrs["train_size"], data.attrs["classes"]), (200, 4))

    def test_what_is_not_a_data_set(self):
        with self.assertRaisesRegex(TypeError, "t_test is missing: a data set has all four of x_train, t_train, x_test, t_test"):
            self.run_arrays(t_test=None)
        with self.assertRaisesRegex(TypeError, "names a dataset"):
            self.run_arrays(dataset="mnist")
        with self.assertRaisesRegex(TypeError, "standardise"):
            self.sweep(standardise=True)
        with self.assertRaises(rs.RunnerError) as raised:
            self.run_arrays(t_train=self.arrays["t_train"][:-1])
        self.assertEqual(str(raised.exception), "x_train holds 200 images but t_train holds 199 labels")
        with self.assertRaises(ValueError):  # objects are not numbers
            self.run_arrays(t_train=np.array([object()] * 200))

    def test_other_arrays_are_refused_and_fresh_replaces_them(self):
        self.run_arrays(seed=1)
        other = 255 - self.arrays["x_train"]
        with self.assertRaises(rs.RunnerError) as raised:
            self.run_arrays(seed=1, x_train=other)
        self.assertEqual(raised.exception.exit_code, 2)
        self.run_arrays(seed=1, x_train=other, fresh=True)


class ProgressBar(Case):
    def bar(self, **keys):
        """The last thing that the bar shows."""
        with redirect_stderr(io.StringIO()) as shown:
            self.sweep(progress=True, **keys)
        return shown.getvalue().rstrip("\n").split("\r")[-1].rstrip()

    def test_counts_epochs_and_runs(self):
        self.assertRegex(self.bar(), r"^sweep: 100%\|.*\| 36/36 \[.*, 12/12 runs, best test accuracy 0\.\d{4}\]$")
        self.assertRegex(self.bar(), r"^sweep: 100%\|.*\| 36/36 \[")  # nothing to do
        self.assertRegex(self.bar(epochs=7), r"^sweep: 100%\|.*\| 84/84 \[.*, 12/12 runs")
        self.assertRegex(self.bar(epochs=7, seed=rs.range(1, 4), evaluate_every=3), r"^sweep: 100%\|.*\| 112/112 \[.*, 16/16 runs")

    def test_counts_what_diverges_and_what_is_stopped_early(self):
        self.assertRegex(self.bar(learning_rate=[0.5, 3e38]), r"^sweep: 100%\|.*\| 36/36 \[.*, 12/12 runs")
        stopped = self.bar(epochs=200, learning_rate=0.5, early_stopping={"patience": 2}, name="stopped")
        self.assertRegex(stopped, r"^stopped: 100%\|.*\| (\d+)/\1 \[.*, 6/6 runs")
        self.assertNotIn("1200/1200", stopped)

    def test_shows_what_the_program_says(self):
        with redirect_stderr(io.StringIO()) as shown:
            self.sweep(progress=True)
            self.sweep(progress=True)
        self.assertRegex(shown.getvalue(), r"results/sweep.h5: 12 of 12 runs to train on data \(200 training, 80 test images\)")
        self.assertIn("nothing to do: results/sweep.h5 holds all 12 runs", shown.getvalue())
        with redirect_stderr(io.StringIO()) as shown:
            self.sweep()
        self.assertEqual(shown.getvalue(), "")

    def test_is_of_text_where_a_notebook_has_old_widgets(self):
        with mock.patch("tqdm.auto.tqdm", side_effect=AttributeError("'FloatProgress' object has no attribute 'style'")):
            self.assertRegex(self.bar(), r"^sweep: 100%\|.*\| 36/36 \[")

    def test_leaves_no_trace_of_a_sweep_that_is_refused(self):
        with redirect_stderr(io.StringIO()) as shown, self.assertRaises(rs.RunnerError):
            self.sweep(progress=True, learning_rat=1)
        self.assertEqual(shown.getvalue().split("\r")[-1].strip(), "")


class Interruptions(Case):
    SCRIPT = """
import sys
sys.path.insert(0, {package!r})
import runner_sweep as rs
try:
    rs.run({{"dataset": {{"dir": "data"}}, "epochs": {epochs}, "hidden_size": {hidden}, "seed": rs.range(1, 2)}}, threads=1)
except KeyboardInterrupt:
    print("interrupted", flush=True)
else:
    print("done")
"""

    def start(self, epochs, hidden=4):
        """A sweep in a process of its own, in which some epochs have been trained."""
        script = self.SCRIPT.format(package=str(REPOSITORY / "python"), epochs=epochs, hidden=hidden)
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        while not Path("results/sweep.h5").exists() or rs.open("results/sweep.h5").epochs_done.max() < 1:
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        return process

    def test_ctrl_c_stops_the_program_and_the_same_call_goes_on(self):
        process = self.start(epochs=1_000_000)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        self.assertEqual(process.communicate()[0], "interrupted\n")
        data = rs.open("results/sweep.h5")
        reached = data.epochs_done.values.max()
        self.assertGreaterEqual(reached, 1)
        # The program has closed the file, and the shorter sweep is there as far as it has come.
        Path("results/sweep.h5.json").write_text(json.dumps(json.loads(Path("results/sweep.h5.json").read_text()) | {"epochs": int(reached) + 5}))
        program("results/sweep.h5.json", "--quiet", "--output", "results/sweep.h5")
        self.assertIn("every bit is the same", rs.verify("results/sweep.h5"))

    def test_a_second_ctrl_c_ends_it_at_once(self):
        process = self.start(epochs=1_000_000)
        os.killpg(process.pid, signal.SIGINT)
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.communicate()[0], "interrupted\n")
        rs.check("results/sweep.h5")

    def test_a_program_that_somebody_else_stops_is_an_error(self):
        script = Path("stopped")
        script.write_text('#!/bin/sh\necho "a heading" >&2\necho "stopped: 0 of 2 runs are done" >&2\nexit 130\n')
        script.chmod(0o755)
        with mock.patch.dict(os.environ, RUNNER=str(script.resolve())), self.assertRaises(rs.RunnerError) as raised:
            self.sweep()
        self.assertEqual((raised.exception.exit_code, str(raised.exception)), (130, "stopped: 0 of 2 runs are done"))


class Results(Case):
    def test_words_stand_for_numbers(self):
        data = self.sweep(optimizer=["sgd", "adam"], learning_rate=[0.1, 3e38], name="words")
        self.assertEqual(sorted(set(data.optimizer.values)), ["adam", "sgd"])
        self.assertEqual(set(data.status.values), {"done", "diverged"})
        self.assertEqual(sorted(set(data.isel(run=data.status == "diverged").learning_rate.values)), [3e38])
        self.assertNotIn("flag_meanings", data.status.attrs)
        raw = xr.load_dataset("results/words.h5", engine="h5netcdf")
        self.assertEqual(dict(enumerate(raw.optimizer.attrs["flag_meanings"].split()))[int(raw.optimizer[0])], data.optimizer.values[0])

    def test_groups(self):
        self.sweep(save_weights=True)
        weights = rs.open("results/sweep.h5", group="weights")
        self.assertEqual(weights.W1.sel(run=0).shape, (36, 8))
        self.assertEqual(weights.hidden_size.values.tolist()[:4], [4, 4, 4, 8])
        predictions = rs.open("results/sweep.h5", group="predictions")
        accuracy = (predictions.test_prediction == predictions.test_label).mean("test_image")
        np.testing.assert_allclose(accuracy, rs.open("results/sweep.h5").test_accuracy.isel(epoch=-1), rtol=1e-6)

    def test_runs_of_earlier_configs_are_left_out(self):
        self.sweep()
        self.sweep(seed=[1, 2])
        self.assertEqual(rs.open("results/sweep.h5").seed.values.tolist(), [1, 2] * 4)
        self.assertEqual(rs.open("results/sweep.h5", group="predictions").sizes["run"], 8)

    def test_curves_are_tidy(self):
        data = self.sweep(learning_rate=[0.5, 3e38])
        frame = rs.curves("results/sweep.h5")
        pd.testing.assert_frame_equal(frame, rs.curves(data))
        self.assertEqual(list(frame.columns[:9]), ["run", "learning_rate", "hidden_size", "seed", "epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy"])
        diverged = frame[frame.status == "diverged"]
        self.assertEqual(len(frame), 6 * 4 + len(diverged))
        self.assertLess(len(diverged), 6 * 4)
        one = frame[(frame.run == 4) & (frame.epoch == 2)].iloc[0]
        self.assertEqual(np.float32(one.test_loss), data.test_loss.sel(run=4, epoch=2).item())
        self.assertEqual(set(rs.curves(data.isel(run=[0])).run), {0})

    def test_a_file_that_is_not_there(self):
        with self.assertRaises(FileNotFoundError):
            rs.open("results/none.h5")


class Comparisons(Case):
    def test_means_and_intervals_are_the_program_s(self):
        self.sweep()
        frame = rs.compare("results/sweep.h5")
        rows = json.loads(program("compare", "results/sweep.h5", "--json"))
        self.assertEqual(list(frame.columns[:3]), ["learning_rate", "hidden_size", "seeds"])
        self.assertEqual(set(frame.columns), set(rows["configurations"][0]))
        for name in frame.columns:
            for ours, theirs in zip(frame[name], [row[name] for row in rows["configurations"]]):
                self.assertTrue(ours == theirs or (theirs is None and np.isnan(ours)), (name, ours, theirs))
        self.assertEqual(frame.attrs["trust"], rows["trust"])
        self.assertTrue(frame.momentum.isna().all() and frame.momentum.dtype == float)  # sgd has none

    def test_conditions(self):
        self.sweep()
        self.assertEqual(rs.compare("results/sweep.h5", where="hidden_size = 8").learning_rate.tolist(), [0.1, 0.5])
        self.assertEqual(len(rs.compare("results/sweep.h5", where=["hidden_size = 8", "learning_rate = 0.1"])), 1)
        self.assertEqual(len(rs.compare("results/sweep.h5", where="hidden_size > 100")), 0)
        with self.assertRaises(rs.RunnerError) as raised:
            rs.compare("results/sweep.h5", where="hiden_size = 8")
        self.assertEqual(raised.exception.exit_code, 2)
        self.assertIn("hiden_size", str(raised.exception))

    def test_by_a_parameter_and_importance(self):
        self.sweep()
        frame = rs.compare("results/sweep.h5", by="hidden_size")
        self.assertEqual(frame.value.tolist(), [4, 8])
        self.assertEqual(frame.test_change[0], 0)
        terms = rs.importance("results/sweep.h5")
        self.assertEqual(terms.parameters.tolist(), ["learning_rate", "hidden_size", "learning_rate x hidden_size"])

    def test_several_files(self):
        self.sweep()
        self.sweep(file="-other.h5", seed=[7, 8, 9])
        frame = rs.compare(["results/sweep.h5", Path("-other.h5")])
        self.assertEqual(frame.file.tolist(), ["sweep"] * 4 + ["-other"] * 4)
        self.assertEqual(frame.columns[0], "file")

    def test_classes(self):
        data = self.sweep()
        labels = rs.open("results/sweep.h5", group="predictions")
        classes, matrix = rs.classes("results/sweep.h5", run=5), rs.confusion("results/sweep.h5", run=5)
        ours = np.zeros((4, 4))
        np.add.at(ours, (labels.test_label.values, labels.test_prediction.sel(run=5).values), 1)
        np.testing.assert_array_equal(matrix, ours)
        np.testing.assert_allclose(classes.recall, np.diag(ours) / ours.sum(axis=1))
        self.assertAlmostEqual(np.trace(ours) / 80, float(data.test_accuracy.sel(run=5)[-1]), places=6)
        self.assertEqual(rs.classes("results/sweep.h5", where="hidden_size = 4").attrs["seeds"], [1, 2, 3])

    def test_check_and_verify(self):
        self.sweep()
        self.assertIn("every checksum is right", rs.check("results/sweep.h5"))
        self.assertIn("12 of 12 runs", rs.verify("results/sweep.h5", threads=1))
        self.assertIn("3 of 12 runs", rs.verify("results/sweep.h5", sample=3))
        import h5py
        with h5py.File("results/sweep.h5", "r+") as file:
            file["test_accuracy"][2, 1] += 0.125
        for look in rs.check, rs.verify:
            with self.assertRaises(rs.RunnerError) as raised:
                look("results/sweep.h5")
            self.assertEqual(raised.exception.exit_code, 1)
            self.assertIn("run 2", str(raised.exception))


class Predictions(Case):
    def test_arrays_and_files(self):
        self.sweep(save_weights=True, epochs=20, learning_rate=[0.5, 1])
        images = np.random.RandomState(1).randint(0, 220, (5, 6, 6)).astype(np.uint8)
        write_idx(Path("images-idx3-ubyte"), images)
        frame = rs.predict("results/sweep.h5", images, run=4)
        self.assertEqual(list(frame.columns), ["image", "class", *(f"probability_{i}" for i in range(4))])
        pd.testing.assert_frame_equal(frame, rs.predict("results/sweep.h5", "images-idx3-ubyte", run=4).drop(columns="file"))
        weights = rs.open("results/sweep.h5", group="weights").sel(run=4)
        hidden = 1 / (1 + np.exp(-(images.reshape(5, 36) / 255 @ weights.W1.values[:, :8] + weights.b1.values[:8])))
        scores = hidden @ weights.W2.values[:8] + weights.b2.values
        expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(frame.filter(like="probability"), expected, rtol=1e-4)
        np.testing.assert_array_equal(frame["class"], expected.argmax(axis=1))
        # Views of any order.
        pd.testing.assert_frame_equal(frame, rs.predict("results/sweep.h5", np.asfortranarray(images), run=4))
        # Pictures, of the best network.
        Path("one.png").write_bytes(png((6, 6), 8, 0, [bytes(line) for line in images[0]]))
        best = rs.predict("results/sweep.h5", ["one.png", "images-idx3-ubyte"])
        self.assertEqual(best.file.tolist(), ["one.png"] + ["images-idx3-ubyte"] * 5)
        np.testing.assert_array_equal(best.filter(like="probability").iloc[0], best.filter(like="probability").iloc[1])
        light = rs.predict("results/sweep.h5", 255 - images, invert=True, run=4)
        pd.testing.assert_frame_equal(frame, light)

    def test_a_file_without_weights(self):
        self.sweep()
        with self.assertRaisesRegex(rs.RunnerError, "save_weights"):
            rs.predict("results/sweep.h5", np.zeros((1, 6, 6), np.uint8))


class Pictures(Case):
    def errors(self, ax):
        """The points of the picture, with what their bars reach."""
        return [(line.get_xdata(), line.get_ydata(), [bar.get_segments() for bar in bars]) for line, _, bars in (c.lines for c in ax.containers)]

    def test_points_and_bars_are_those_of_compare(self):
        self.sweep()
        frame = rs.compare("results/sweep.h5")
        ax = rs.plot_accuracies("results/sweep.h5")
        points = self.errors(ax)
        self.assertEqual(len(points), 4)
        for (x, y, (x_bars, y_bars)), row in zip(points, frame.itertuples()):
            np.testing.assert_allclose([*x, *y], [row.train_accuracy, row.test_accuracy], rtol=1e-6)
            np.testing.assert_allclose(x_bars[0][:, 0], row.train_accuracy + np.array([-1, 1]) * row.train_accuracy_ci, rtol=1e-5)
            np.testing.assert_allclose(y_bars[0][:, 1], row.test_accuracy + np.array([-1, 1]) * row.test_accuracy_ci, rtol=1e-5)
        self.assertEqual(ax.get_title(), "mean and 95 % interval over 3 seeds")
        self.assertEqual([text.get_text() for text in ax.get_legend().get_texts()][1], "learning rate 0.1, hidden size 4")

    def test_what_bars_show_of_few_seeds(self):
        data = self.sweep()
        two = rs.plot_accuracies(data.isel(run=data.seed.values <= 2))
        self.assertEqual(two.get_title(), "mean and range of 2 seeds")
        (x, _, (x_bars, _)), *_ = self.errors(two)
        values = data.train_accuracy.isel(run=[0, 1], epoch=-1).values
        np.testing.assert_allclose(x_bars[0][:, 0], np.sort(values), rtol=1e-6)
        one = rs.plot_accuracies(data.isel(run=data.seed.values == 1))
        self.assertEqual(one.get_title(), "1 seed")

    def test_colours_by_a_parameter(self):
        data = self.sweep(hidden_size=[2, 3, 4, 5, 6, 7, 8], seed=1)
        legend = [text.get_text() for text in rs.plot_accuracies(data, by="learning_rate").get_legend().get_texts()]
        self.assertEqual(legend, ["no gap", "learning rate 0.1", "learning rate 0.5"])
        ax = rs.plot_accuracies(data, by="hidden_size")  # more than there are colours for
        self.assertEqual(ax.figure.axes[1].get_ylabel(), "hidden size")
        with self.assertRaisesRegex(ValueError, '"batch_size" does not vary: what varies is learning_rate, hidden_size'):
            rs.plot_accuracies(data, by="batch_size")

    def test_curves_are_means_over_the_seeds(self):
        data = self.sweep(validation_size=40)
        for metric in "accuracy", "loss":
            ax = rs.plot_curves(data, metric=metric)
            self.assertEqual(len(ax.lines), 12)
            for line, name in zip(ax.lines, ("train", "test", "validation")):
                np.testing.assert_allclose(line.get_ydata(), data[f"{name}_{metric}"][:3].mean("run"), rtol=1e-6)
                np.testing.assert_array_equal(line.get_xdata(), data.epoch)

    def test_of_many_configurations_the_best_and_the_widest_gap(self):
        data = self.sweep(hidden_size=[2, 3, 4, 8], seed=1, epochs=20)
        legend = "\n".join(text.get_text() for text in rs.plot_curves(data).get_legend().get_texts())
        frame = rs.compare("results/sweep.h5")
        best = frame.loc[frame.best_accuracy.idxmax()]
        widest = frame.loc[frame.gap.idxmax()]
        self.assertIn(f"learning rate {best.learning_rate}, hidden size {best.hidden_size}", legend)
        self.assertIn(f"learning rate {widest.learning_rate}, hidden size {widest.hidden_size}", legend)

    def test_diverged_and_stopped_runs(self):
        data = self.sweep(learning_rate=[0.5, 3e38])
        self.assertEqual(len(self.errors(rs.plot_accuracies(data))), 2)
        with self.assertRaisesRegex(ValueError, "nothing to draw"):
            rs.plot_curves(data.isel(run=data.status.values == "diverged"))
        stopped = self.sweep(epochs=200, learning_rate=[0.5, 1], early_stopping={"patience": 2}, name="stopped")
        frame = rs.compare("results/stopped.h5")
        for line, epochs in zip(rs.plot_curves(stopped).lines[::2], frame.epochs):
            self.assertEqual(line.get_xdata()[-1], epochs)

    def test_both_side_by_side(self):
        left, right = rs.plot(self.sweep(), metric="loss")
        self.assertEqual((left.get_xlabel(), right.get_xlabel()), ("train accuracy", "epoch"))
        left.figure.savefig("both.png")
        self.assertTrue(Path("both.png").read_bytes().startswith(b"\x89PNG"))


class TheProgram(Case):
    def test_is_found(self):
        with mock.patch.dict(os.environ, RUNNER=""), mock.patch.dict(os.environ, PATH="/nowhere"):
            built = REPOSITORY / "build/runner"
            if built.exists():
                self.assertEqual(rs.program(), built)
        Path("bin").mkdir()
        Path("bin/runner").symlink_to(RUNNER)
        with mock.patch.dict(os.environ, RUNNER="", PATH=str(Path("bin").resolve())):
            self.assertEqual(rs.program(), Path("bin").resolve() / "runner")
        with mock.patch.dict(os.environ, RUNNER="nowhere/runner"), self.assertRaisesRegex(FileNotFoundError, "RUNNER names nowhere/runner"):
            rs.program()
        # A copy of the package that has no program beside it.
        package = Path("copy/python/runner_sweep")
        package.parent.mkdir(parents=True)
        shutil.copytree(REPOSITORY / "python/runner_sweep", package)
        lost = subprocess.run([sys.executable, "-B", "-m", "runner_sweep"], cwd="copy/python", env=os.environ | {"RUNNER": "", "PATH": "/nowhere"},
                              capture_output=True, text=True)
        self.assertIn("the program runner was not found", lost.stderr)

    def test_an_error_has_its_message_and_exit_code(self):
        with self.assertRaises(rs.RunnerError) as raised:
            self.sweep(learning_rat=1)
        self.assertEqual(str(raised.exception), 'results/sweep.h5.json: unknown key "learning_rat": did you mean "learning_rate"?')
        self.assertEqual(raised.exception.exit_code, 2)
        with self.assertRaises(rs.RunnerError) as raised:
            rs.compare("none.h5")
        self.assertEqual((str(raised.exception), raised.exception.exit_code), ("there is no results file none.h5", 2))

    def test_a_program_that_crashes(self):
        script = Path("crash")
        script.write_text("#!/bin/sh\nkill -SEGV $$\n")
        script.chmod(0o755)
        with mock.patch.dict(os.environ, RUNNER=str(script.resolve())):
            for work in self.sweep, lambda: rs.compare("some.h5"):
                with self.assertRaises(rs.RunnerError) as raised:
                    work()
                self.assertEqual((str(raised.exception), raised.exception.exit_code), ("the program was ended by SIGSEGV", -signal.SIGSEGV))

    def test_star_leaves_the_names_of_python_alone(self):
        names = {}
        exec("from runner_sweep import *", names)
        self.assertNotIn("open", names)
        self.assertNotIn("range", names)
        self.assertIs(names["run"], rs.run)


class Documentation(Case):
    def test_examples_in_docstrings(self):
        arrays = fashion_mnist()
        modules = [rs, *(importlib.import_module(f"runner_sweep.{module.name}") for module in pkgutil.iter_modules(rs.__path__) if module.name != "__main__")]
        tried = 0
        for module in modules:
            failures, examples = doctest.testmod(module, extraglobs={"rs": rs} | arrays, optionflags=doctest.NORMALIZE_WHITESPACE)
            self.assertEqual(failures, 0, module.__name__)
            tried += examples
        self.assertGreater(tried, 20)

    def test_readme(self):
        readme = (REPOSITORY / "python/README.md").read_text()
        first, look, error = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
        names = fashion_mnist()
        with redirect_stderr(io.StringIO()) as shown:
            exec(first, names)
        self.assertIn("15/15 runs", shown.getvalue())
        rs.run("results/sweep.h5.json", save_weights=True, fresh=True, file="results/sweep.h5", progress=False)
        lines = [line for line in look.splitlines() if line]
        for line in lines:
            if "to_parquet" in line:
                self.assertIn("to_csv", line)
                line = 'rs.curves(data).to_csv("curves.csv")'
            exec(line, names)
        self.assertGreater(len(lines), 15)
        called = {name for name in rs.__all__ if f"rs.{name}(" in readme} | {name for name in rs.__all__ if f"rs.{name}`" in readme}
        self.assertEqual(called | {"RunnerWarning"}, set(rs.__all__))  # it shows all there is
        statement, answer = error.removeprefix(">>> ").splitlines()
        with self.assertRaises(rs.RunnerError) as raised:
            exec(statement, names)
        self.assertEqual(f"RunnerError: {raised.exception}", answer)

    def test_all_public_names_are_documented(self):
        for name in [*rs.__all__, "open", "range"]:
            self.assertTrue(getattr(rs, name).__doc__, name)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], warnings="error")
