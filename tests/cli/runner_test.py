#!/usr/bin/python3
"""The program as its users meet it: arguments, files, signals and numbers.

usage: runner_test.py RUNNER [TestClass…]
"""
import csv
import gzip
import io
import itertools
import json
import os
import pty
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path
from unittest import mock

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_up_data import make_dataset, png, write_idx  # noqa: E402
from results_values import config_of, values_of  # noqa: E402

RUNNER = None
METRICS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")


def open_terminal(case):
    """The two ends of a new terminal; the test is skipped where the machine has none to give."""
    try:
        return pty.openpty()
    except OSError as error:
        case.skipTest(f"no pseudo-terminal can be opened: {error}")


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.dir = Path(self.folder.name)
        make_dataset(self.dir / "data")
        self.addCleanup(self.folder.cleanup)

    def config(self, name="sweep", **keys):
        keys = {"dataset": {"dir": "data"}, "epochs": 3, "batch_size": 20, "hidden_size": 8, "learning_rate": 0.5} | keys
        path = self.dir / f"{name}.json"
        path.write_text(json.dumps(keys))
        return path

    def start(self, *arguments, **options):
        return subprocess.Popen([RUNNER, *map(str, arguments)], cwd=self.dir, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)

    def run_it(self, *arguments, code=0):
        p = self.start(*arguments)
        out, err = p.communicate(timeout=300)
        self.assertEqual(p.returncode, code, f"{arguments}\n{out}\n{err}")
        return out, err

    def refused(self, *arguments, says, code=2):
        """Refused with one line, and nothing is left behind."""
        before = sorted(self.dir.rglob("*"))
        out, err = self.run_it(*arguments, code=code)
        self.assertEqual(out, "")
        for text in says:
            self.assertIn(text, err)
        self.assertEqual(sorted(self.dir.rglob("*")), before)
        return err

    def results(self, name="sweep", keys=METRICS):
        with h5py.File(self.dir / "results" / f"{name}.h5") as f:
            return {key: f[key][()] for key in keys}


class Arguments(Case):
    def test_help_and_version(self):
        self.assertIn("runner compare results/sweep.h5", self.run_it("--help")[0])
        self.assertRegex(self.run_it("--version")[0], r"^\d+\.\d+\.\d+\n$")

    def test_arguments_that_make_no_sense(self):
        config = self.config()
        for arguments in ([], ["--nonsense"], [config, "--threads", "0"], [config, "--threads", "many"],
                          [config, "--kernel", "cuda"], [config, "--instruction-set", "sparc"], ["compare"]):
            with self.subTest(arguments=arguments):
                self.refused(*arguments, says=[])

    def test_bad_configs_leave_no_results_file(self):
        for keys, says in (
                ({"learning_rat": 0.1}, ["learning_rat", "learning_rate"]),
                ({"epochs": 0}, ["epochs", "0"]),
                ({"epochs": 3.0}, ["epochs", "3.0"]),
                ({"learning_rate": []}, ["learning_rate"]),
                ({"learning_rate": -1}, ["learning_rate", "-1"]),
                ({"seed": [1, 2, 1]}, ["seed", "1"]),
                ({"batch_size": 201}, ["batch_size", "201", "200"]),
                ({"train_size": 201}, ["train_size", "201", "200"]),
                ({"dataset": {"dir": "elsewhere"}}, ["elsewhere"]),
                ({"dataset": "cifar"}, ["dataset", "cifar", "mnist"]),
        ):
            with self.subTest(keys=keys):
                self.refused(self.config(**keys), says=says)

    def test_bad_configs_are_refused_at_once(self):
        """Whatever their size; and in few words."""
        thousand = list(range(1, 1001))
        for text, says in (
                (json.dumps({key: thousand for key in ("seed", "hidden_size", "learning_rate", "weight_init_std")}), ["10000000 runs"]),
                ("[" * 100_000, ["8 levels"]),
                ('{"a":' * 100_000, ["8 levels"]),
                ("{}".ljust(10**7), ["1000000 bytes"]),
                ('{"name": "%s"}' % ("n" * 10**7), ["1000000 bytes"]),
                ('{"name": "../../x"}', ["../../x", "plain file name"]),
                ('{"epochs": [%s1]}' % ("1," * 400_000), ["epochs", "400001 values"]),
                ('{"epochs": %s}' % ("9" * 10**6), ["1000000 bytes"]),
                ('{"epochs": %s}' % ("9" * 900_000), ["epochs", "out of range"]),
                ('{"%s": 1}' % ("x" * 900_000), ["unknown key"]),
                ('{"train_size": 1%s}' % ("0" * 30), ["train_size", "1e+30", "2147483647"]),
                ('{"dataset": {"dir": "%s"}}' % ("d/" * 400_000), ["is not a path"]),
        ):
            with self.subTest(text=text[:40]):
                path = self.dir / "huge.json"
                path.write_text(text)
                self.refused_at_once(path, says=says)
        for override in ("seed=" + "[" * 100_000, "dataset=" + '{"a":' * 20_000, "epochs=" + "9" * 100_000, "x" * 100_000 + "=1"):
            with self.subTest(override=override[:40]):
                self.refused_at_once(self.config(), override, says=["command line"])

    def refused_at_once(self, *arguments, says):
        start = time.monotonic()
        err = self.refused(*arguments, says=says)
        self.assertLess(time.monotonic() - start, 60)  # it takes a tenth of a second; what is quadratic takes hours
        self.assertLess(len(err), 2000)

    def test_more_memory_than_there_is(self):
        for keys, says in (({"hidden_size": 2**31 - 1}, ["hidden_size 2147483647", "GB of memory"]),
                           ({"hidden_size": 2**31 - 1, "epochs": 10**9}, ["GB of memory"]),
                           ({"hidden_size": [4, 2**31 - 1], "save_weights": True}, ["GB of memory"]),
                           ({"epochs": 10**9, "seed": list(range(100))}, ["100 runs of 1000000000 epochs", "GB of memory"])):
            with self.subTest(keys=keys):
                self.refused(self.config(**keys), says=says, code=1)

    def test_syntax_errors_have_line_and_column(self):
        path = self.dir / "broken.json"
        path.write_text('{\n  "epochs": 3,\n  oops\n}')
        self.refused(path, says=["broken.json", "line 3", "column 3"])

    def test_a_config_that_is_not_there(self):
        self.refused("nothing.json", says=["nothing.json"])

    def test_a_data_file_that_is_damaged(self):
        images = self.dir / "data" / "train-images-idx3-ubyte"
        images.write_bytes(images.read_bytes()[:-1])
        self.refused(self.config(), says=["train-images-idx3-ubyte"])

    def test_compare_refuses_what_is_no_results_file(self):
        self.refused("compare", "nothing.h5", says=["nothing.h5"])
        (self.dir / "text.h5").write_text("not HDF5")
        self.refused("compare", "text.h5", says=["text.h5"])

    def test_list_does_nothing(self):
        config = self.config(learning_rate=[0.1, 0.5], hidden_size=[4, 8], seed=[1, 2])
        before = sorted(self.dir.rglob("*"))
        out, _ = self.run_it(config, "--list")
        self.assertRegex(out, r"\nresults/sweep.h5: 8 runs in \d+ cohorts, 3 epochs each\n$")
        rows = [line.split() for line in out.splitlines() if re.match(r"^ +\d+ +0\.", line)]
        self.assertEqual([(r[0], r[1], r[3], r[8]) for r in rows],
                         [(str(i), lr, h, s) for i, (lr, h, s) in
                          enumerate(itertools.product(("0.1", "0.5"), ("4", "8"), ("1", "2")))])
        self.assertEqual(sorted(self.dir.rglob("*")), before)

    def test_quiet_prints_nothing(self):
        self.assertEqual(self.run_it(self.config(), "--quiet"), ("", ""))


class Sweeps(Case):
    def test_a_sweep_is_run_shown_and_kept(self):
        config = self.config(learning_rate=[0.5, 1.0], seed=[1, 2], epochs=20)
        out, err = self.run_it(config)
        self.assertIn("4/4 runs, 80/80 epochs", err)
        self.assertIn("Verdicts: 2 fit so far.", out)
        r = self.results()
        self.assertEqual(r["test_accuracy"].shape, (4, 21))
        self.assertTrue(np.isfinite(r["train_loss"]).all())
        self.assertTrue((r["train_loss"][:, -1] < 0.7 * r["train_loss"][:, 0]).all())

        out_again, err_again = self.run_it(config)
        self.assertIn("nothing to do", err_again)
        self.assertEqual(out_again, out)
        self.assertEqual(self.run_it("compare", "results/sweep.h5")[0], out)

    def test_overrides_and_output(self):
        self.run_it(self.config(), "epochs=2", "learning_rate=[0.1,0.2]", "loss=mean_squared_error", "name=other")
        self.assertEqual(self.results("other")["test_loss"].shape, (2, 3))
        self.run_it(self.config(), "-o", "elsewhere/x.h5", "--threads", "1")
        self.assertTrue((self.dir / "elsewhere" / "x.h5").exists())

    def test_csv(self):
        self.run_it(self.config(learning_rate=[0.5, 1.0], epochs=20), "--quiet")
        rows = list(csv.DictReader(io.StringIO(self.run_it("compare", "results/sweep.h5", "--csv", "--sort", "gap")[0])))
        self.assertEqual(len(rows), 2)
        self.assertGreaterEqual(float(rows[0]["gap"]), float(rows[1]["gap"]))
        r = self.results()
        by_rate = {row["learning_rate"]: row for row in rows}
        self.assertAlmostEqual(float(by_rate["0.5"]["train_accuracy"]), float(r["train_accuracy"][0, -1]), places=6)

    def test_compare_takes_a_part_a_parameter_and_several_files(self):
        self.run_it(self.config(learning_rate=[0.1, 1.0], hidden_size=[4, 8, 12], seed=[1, 2, 3]), "--quiet")
        compare = ["compare", "results/sweep.h5"]
        said = json.loads(self.run_it(*compare, "--json", "--where", "hidden_size>4,learning_rate=1", "--sort", "hidden_size")[0])
        self.assertEqual([(c["hidden_size"], c["learning_rate"], c["seeds"]) for c in said["configurations"]], [(8, 1, 3), (12, 1, 3)])
        again = json.loads(self.run_it(*compare, "--json", "--where", "hidden_size = 8 || hidden_size = 12", "--where", "learning_rate = 1")[0])
        self.assertEqual(again, said)
        for condition in ("gap > 0", "gap <= 0"):
            some = json.loads(self.run_it(*compare, "--json", "--where", condition)[0])["configurations"]
            self.assertEqual({c["gap"] > 0 for c in some} - {condition == "gap > 0"}, set())
        said = json.loads(self.run_it(*compare, "--json", "--sort", "test_accuracy", "--top", "2")[0])
        self.assertEqual(len(said["configurations"]), 2)
        self.assertGreaterEqual(said["configurations"][0]["test_accuracy"], said["configurations"][1]["test_accuracy"])
        self.assertIn("2 settings of the others, 3 seeds", self.run_it(*compare, "--by", "hidden_size")[0])
        self.run_it(self.config("other", hidden_size=5), "--quiet")
        table, _ = self.run_it(*compare, "results/other.h5")
        self.assertTrue(table.startswith("sweep, other: 3 epochs, 7 configurations"), table)
        for arguments, says in ((["--where", "hiden_size=4"], 'at position 1: unknown name "hiden_size": did you mean "hidden_size"?'),
                                (["--where", "seed=1", "--where", "gap>"], "at the end: expected a value"), (["--by", "epochs"], "the axes are"),
                                (["--by", "batch_size"], "one value of batch_size"), (["--by", "seed"], "seeds measure the noise")):
            self.assertIn(says, self.run_it(*compare, *arguments, code=2)[1])
        self.run_it(*compare, "--csv", "--json", code=2)

    def test_a_key_that_means_nothing_to_a_run_has_no_value(self):
        self.run_it(self.config(seed=[1, 2], epochs=2, grids=[{"optimizer": "sgd"}, {"optimizer": "momentum", "momentum": [0.7, 0.8]}]), "--quiet")
        with h5py.File(self.dir / "results" / "sweep.h5") as file:
            self.assertEqual(list(file["momentum"][:]), [0.9, 0.9, 0.7, 0.7, 0.8, 0.8])  # the file has the default
        compare = ["compare", "results/sweep.h5"]
        for command in (compare, ["watch", "results/sweep.h5"]):
            self.assertRegex(self.run_it(*command)[0], r"\n *sgd +- ")
            self.assertNotIn("0.9 ", self.run_it(*command)[0])
        rows = list(csv.DictReader(io.StringIO(self.run_it(*compare, "--csv", "--sort", "momentum")[0])))
        self.assertEqual([row["momentum"] for row in rows], ["0.7", "0.8", ""])
        said = json.loads(self.run_it(*compare, "--json")[0])["configurations"]
        self.assertEqual([c["momentum"] for c in said], [None, 0.7, 0.8])
        self.assertIn("1 setting of the others, 2 seeds;\n2 runs that momentum does not apply to left out", self.run_it(*compare, "--by", "momentum")[0])
        self.assertIn("one value of momentum", self.run_it(*compare, "--where", "optimizer = sgd || momentum = 0.8", "--by", "momentum", code=2)[1])
        self.run_it("report", "results/sweep.h5")
        self.assertIn('"values":["0.7","0.8"],"at":[null,0,1]', (self.dir / "results" / "sweep.html").read_text())

    def test_which_parameters_matter(self):
        self.run_it(self.config(hidden_size=[2, 8], learning_rate=[0.1, 1], seed=[1, 2, 3], epochs=20), "--quiet")
        compare = ["compare", "results/sweep.h5", "--importance"]
        table, _ = self.run_it(*compare)
        self.assertIn("Importance of parameters: shares of the variance between 4 configurations,\nmeans over 3 seeds\n", table)
        # Against NumPy: effects of a 2 × 2 grid, each with what its interaction with the seeds adds taken off.
        with h5py.File(self.dir / "results" / "sweep.h5") as file:
            runs = sorted(zip(file["learning_rate"][:], file["hidden_size"][:], file["seed"][:], file["test_accuracy"][:, -1]))
        y = np.array([accuracy for *_, accuracy in runs], float).reshape(2, 2, 3)
        signs = {"learning_rate": [[-1, -1], [1, 1]], "hidden_size": [[-1, 1], [-1, 1]], "learning_rate x hidden_size": [[1, -1], [-1, 1]]}
        own = {name: (np.array(sign)[:, :, None] * y).sum((0, 1)) / 2 for name, sign in signs.items()}  # of each seed; 1 degree of freedom
        true = {name: each.mean() ** 2 - each.var(ddof=1) / 3 for name, each in own.items()}
        terms = json.loads(self.run_it(*compare, "--json")[0])["terms"]
        self.assertEqual(len(terms), 3)
        for term in terms:
            name = " x ".join(term["parameters"])
            self.assertAlmostEqual(term["accuracy_share"], max(0, true[name]) / sum(true.values()), places=5)
        self.assertEqual(self.run_it(*compare, "--csv")[0].splitlines()[0][:22], "file,method,parameters")
        self.refused(*compare, "--by", "hidden_size", says=["--by", "--importance"])

    def test_values_that_were_drawn_are_put_into_bins(self):
        # Each sweep leaves the runs of the one before behind.
        for k in range(12):
            self.run_it(self.config(learning_rate=0.1 + k / 50, weight_decay=1e-6 * (5 * k % 12), epochs=1), "--quiet")
        out, _ = self.run_it("compare", "results/sweep.h5", "--all", "--by", "learning_rate")
        self.assertIn("By learning_rate in 2 bins of 6 samples each, not paired:\nthe other parameters differ, too\n", out)
        self.assertIn("0.1 to 0.2  ", out)
        self.assertIn("Importance of parameters is not known: the configurations are not a full grid, and 12 samples are too few",
                      self.run_it("compare", "results/sweep.h5", "--all", "--importance")[0])

    def test_runs_that_left_the_config_are_counted_apart_unless_all_are_wanted(self):
        sweep = self.config(hidden_size=[4, 8])
        self.run_it(sweep, "--quiet")
        out, _ = self.run_it(sweep, "hidden_size=4")
        for text in (out, self.run_it("compare", "results/sweep.h5")[0]):
            self.assertIn("3 epochs, 1 configuration,", text)
            self.assertIn("1 run of earlier configs not counted (--all includes them)", text)
        self.assertEqual(json.loads(self.run_it("compare", "results/sweep.h5", "--json")[0])["kept"], 1)
        self.assertIn("3 epochs, 2 configurations,", self.run_it("compare", "results/sweep.h5", "--all")[0])
        picture, _ = self.run_it("watch", "results/sweep.h5")
        self.assertIn("sweep: 1 run, 1 done", picture)
        self.assertIn("all runs have ended; 1 run of earlier configs not counted\n", picture)
        self.assertNotIn("hidden", picture)
        for arguments, configurations in (([], 1), (["--all"], 2)):
            self.run_it("report", "results/sweep.h5", *arguments)
            self.assertIn(f'"configurations":{configurations},', (self.dir / "results" / "sweep.html").read_text())

    def test_after_a_large_sweep_the_ten_best_are_shown_and_where_the_rest_is(self):
        sweep = self.config(hidden_size=list(range(2, 33)), epochs=12, learning_rate=1)
        out, _ = self.run_it(sweep)
        self.assertIn("sweep: 12 epochs, 10 of 31 configurations", out)
        self.assertIn("all: runner compare results/sweep.h5", out)
        said = json.loads(self.run_it("compare", "results/sweep.h5", "--json", "--sort", "best_accuracy", "--top", "10")[0])
        best = said["configurations"][0]
        self.assertIn(f"hidden_size {best['hidden_size']}: {best['best_accuracy']:.4f}", out.replace("\n", " "))
        table, _ = self.run_it("compare", "results/sweep.h5", "--top", "3")
        self.assertIn("3 of 31 configurations", table)
        self.assertIn(f"hidden_size {best['hidden_size']}: {best['best_accuracy']:.4f}", table.replace("\n", " "))
        self.assertIn("sweep: 12 epochs, 31 configurations", self.run_it("compare", "results/sweep.h5")[0])

    def test_colour_is_for_terminals(self):
        self.run_it(self.config(hidden_size=[4, 8], epochs=20), "--quiet")
        self.assertNotIn("\x1b", self.run_it("compare", "results/sweep.h5")[0])
        for no_colour, expected in (("", True), ("1", False)):
            reader, terminal = open_terminal(self)
            p = subprocess.run([RUNNER, "compare", "results/sweep.h5"], cwd=self.dir, stdout=terminal, env=os.environ | {"TERM": "xterm", "NO_COLOR": no_colour})
            os.close(terminal)
            self.assertEqual(p.returncode, 0)
            self.assertEqual(b"\x1b[32m" in os.read(reader, 100000), expected)
            os.close(reader)

    def test_compare_refuses_an_unknown_column(self):
        self.run_it(self.config(), "--quiet")
        _, err = self.run_it("compare", "results/sweep.h5", "--sort", "beauty", code=2)
        self.assertIn("beauty", err)

    def test_commands_one_after_the_other_keep_what_the_ones_before_have_trained(self):
        sweep = self.config(learning_rate=[0.1, 0.5], seed=[1, 2], epochs=2)
        first, _ = self.run_it(sweep)
        before = self.results()
        out, err = self.run_it(sweep, "epochs=4", "learning_rate=[0.1, 0.3]")
        self.assertIn("4 of 4 runs to train", err)
        self.assertIn("2 of them are trained anew from epoch 0", err)
        self.assertIn("4 epochs", out)
        self.assertIn("2 runs of earlier configs not counted", out)
        # The first again: nothing is trained, and the same is shown.
        out, err = self.run_it(sweep)
        self.assertIn("nothing to do: results/sweep.h5 holds all 4 runs", err)
        self.assertIn("has 4 epochs; these are the first 2", out)
        self.assertEqual(out.splitlines()[-9:], first.splitlines()[-9:])
        after = self.results(keys=("run", *METRICS))
        order = list(after["run"])
        self.assertEqual(order[:4], [0, 1, 2, 3])
        for name in METRICS:
            self.assertEqual(after[name][:4, :3].tobytes(), before[name].tobytes())
            self.assertFalse(np.isnan(after[name][:2]).any())

    def test_what_is_trained_for_a_shorter_sweep_is_taken_on_later(self):
        self.run_it(self.config(epochs=4), "--quiet")
        self.run_it(self.config(epochs=2, learning_rate=[0.5, 0.1]), "--quiet")
        self.assertEqual([int(np.isnan(row).sum()) for row in self.results()["test_loss"]], [0, 2])
        self.run_it(self.config(epochs=4, learning_rate=[0.5, 0.1]), "--quiet")
        together = self.results()
        self.run_it(self.config(epochs=4, learning_rate=[0.5, 0.1]), "--fresh", "--quiet")
        for name in METRICS:
            self.assertEqual(together[name].tobytes(), self.results()[name].tobytes())

    def test_a_description_that_overrides_may_make_untrue_is_marked(self):
        sweep = self.config(description="three epochs")
        self.run_it(sweep, "epochs=2", "name=other", "--quiet")
        with h5py.File(self.dir / "results" / "other.h5") as f:
            self.assertEqual(f.attrs["summary"], "three epochs (changed on the command line: epochs=2)")
        self.run_it(sweep, "name=same", "--quiet")
        with h5py.File(self.dir / "results" / "same.h5") as f:
            self.assertEqual(f.attrs["summary"], "three epochs")

    def test_a_changed_description_is_no_other_sweep(self):
        self.run_it(self.config(description="one"), "--quiet")
        self.assertIn("nothing to do", self.run_it(self.config(description="two"))[1])

    def test_diverged_runs_are_results(self):
        out, _ = self.run_it(self.config(learning_rate=[0.5, 3e38], epochs=6))
        r = self.results(keys=(*METRICS, "status", "epochs_done"))
        self.assertEqual(r["epochs_done"][0], 6)
        self.assertLess(r["epochs_done"][1], 6)
        done = r["epochs_done"][1]
        self.assertTrue(np.isfinite(r["train_loss"][1, :done + 1]).all())
        self.assertTrue((r["train_loss"][1, done + 1:].view(np.uint32) == 0x7fc00000).all())
        self.assertIn("diverged", out)

    def test_live_line_on_a_terminal(self):
        leader, follower = open_terminal(self)
        p = subprocess.Popen([RUNNER, self.config(epochs=3000), "--commit-interval", "0"], cwd=self.dir, stderr=follower,
                             stdout=subprocess.DEVNULL)
        os.close(follower)
        text = b""
        while True:
            try:
                block = os.read(leader, 4096)
            except OSError:  # the other end is closed
                break
            if not block:
                break
            text += block
        os.close(leader)
        self.assertEqual(p.wait(), 0)
        self.assertGreater(text.count(b"\x1b[K"), 2)
        # The last line is whole, and has no replacement characters: a message may have no escapes.
        self.assertRegex(text, rb"\r\x1b\[K1/1 runs, 3000/3000 epochs, \d+:\d\d elapsed \(.+ expected\), best test accuracy \d\.\d{4}\r\n")
        self.assertNotIn("\N{REPLACEMENT CHARACTER}".encode(), text)

    def test_a_second_runner_is_refused(self):
        config = self.config(epochs=100000)
        first = self.start(config)
        while not (self.dir / "results" / "sweep.h5").exists():
            self.assertIsNone(first.poll())
            time.sleep(0.02)
        _, err = self.run_it(config, code=2)
        self.assertIn(f"{first.pid}", err)
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=300)
        self.assertEqual(first.returncode, 130)


    def test_progress_for_programs(self):
        out, err = self.run_it(self.config(learning_rate=[0.1, 3e38], seed=[1, 2]), "--progress", "jsonl")
        self.assertNotIn("\r", err)
        r = self.results(keys=METRICS + ("status", "epochs_done"))
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            digests = [b"".join(digest).decode() for digest in f["digest"][()]]
        told = set()
        for line in map(json.loads, out.splitlines()):
            run, epoch = line["run"], line["epoch"]
            self.assertEqual(line["digest"], digests[run])
            for name in METRICS:
                value = np.float32(np.nan if line[name] is None else line[name])
                self.assertEqual(value.tobytes(), r[name][run, epoch].tobytes())
            told.add((run, epoch, line["status"]))
        self.assertEqual(len(told), len(out.splitlines()))
        self.assertEqual({t for t in told if t[0] == 0}, {(0, 0, "running"), (0, 1, "running"), (0, 2, "running"), (0, 3, "done")})
        self.assertEqual({run for run, _, status in told if status == "diverged"}, {2, 3})
        self.refused(self.config(), "--progress", "jsonl", "--quiet", says=["--quiet"])


class Files(Case):
    def run_as_nobody(self, *arguments):
        """With no more rights than anybody; root may write everywhere."""
        options = {}
        if os.geteuid() == 0:
            options = {"user": 65534, "group": 65534, "extra_groups": []}
        program = self.dir / "runner"
        if not program.exists():
            shutil.copy(RUNNER, program)
        self.dir.chmod(0o755)
        return subprocess.run([program, *map(str, arguments)], cwd=self.dir, text=True, capture_output=True, **options)

    def assert_same(self, one, other):
        one, other = self.dir / one, self.dir / other
        self.assertEqual(config_of(one), config_of(other))
        self.assertEqual(values_of(one), values_of(other))


class Validation(Files):
    """Images that are taken away from training, to choose by."""

    KEYS = {"learning_rate": [0.5, 3e38], "hidden_size": [8, 30], "epochs": 6, "train_size": 190}

    def test_it_is_the_last_of_the_training_images(self):
        self.run_it(self.config(validation_size=40, **self.KEYS), "--quiet")
        # The same as a data set of its own, where these are the test set.
        images = np.frombuffer((self.dir / "data" / "train-images-idx3-ubyte").read_bytes(), np.uint8, offset=16).reshape(200, 6, 6)
        labels = np.frombuffer((self.dir / "data" / "train-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
        (self.dir / "apart").mkdir()
        for name, part in (("train", slice(0, 150)), ("t10k", slice(150, 190))):
            write_idx(self.dir / "apart" / f"{name}-images-idx3-ubyte", images[part])
            write_idx(self.dir / "apart" / f"{name}-labels-idx1-ubyte", labels[part])
        keys = {key: value for key, value in self.KEYS.items() if key != "train_size"}
        self.run_it(self.config("apart", dataset={"dir": "apart"}, **keys), "--quiet")
        validated = self.results(keys=(*METRICS, "validation_loss", "validation_accuracy", "digest"))
        apart = self.results("apart", keys=(*METRICS, "digest"))
        for one, other in (("train_loss", "train_loss"), ("train_accuracy", "train_accuracy"),
                           ("validation_loss", "test_loss"), ("validation_accuracy", "test_accuracy")):
            self.assertEqual(validated[one].tobytes(), apart[other].tobytes(), one)
        self.assertTrue(np.isfinite(validated["validation_loss"][:2]).all())
        self.assertNotEqual(validated["digest"].tobytes(), apart["digest"].tobytes())

    def test_it_is_kept_verified_and_told(self):
        config = self.config(validation_size=40, **self.KEYS)
        out, _ = self.run_it(config, "--progress", "jsonl")
        lines = [json.loads(line) for line in out.splitlines()]
        stored = self.results(keys=("validation_loss", "validation_accuracy"))
        for line in lines:
            for name in stored:
                value = np.float32(np.nan if line[name] is None else line[name])
                self.assertEqual(value.tobytes(), stored[name][line["run"], line["epoch"]].tobytes())
        self.assertIn("every bit is the same", self.run_it("verify", "results/sweep.h5", "--all")[0])
        for i in (1, 2):
            self.run_it(config, "--shard", f"{i}/2", "--quiet")
        self.run_it("merge", "merged.h5", "results/sweep.shard-1-of-2.h5", "results/sweep.shard-2-of-2.h5")
        self.assert_same("merged.h5", "results/sweep.h5")

    def test_it_leaves_something_to_train_on(self):
        self.refused(self.config(validation_size=190, **self.KEYS), says=["validation_size is 190", "190"])
        self.refused(self.config(validation_size=180, **self.KEYS), says=["batch_size", "20", "10"])

    def test_another_one_is_refused(self):
        self.run_it(self.config(validation_size=40, **self.KEYS), "--quiet")
        _, err = self.run_it(self.config(validation_size=50, **self.KEYS), code=2)
        self.assertIn("validation_size: 40 in the file, 50 now", err)


class Plan(Files):
    """What a sweep will take is said before it is run, and afterwards held against what it took."""

    def plan(self, *arguments, code=0):
        """What is said, by its names, and the first line."""
        before = sorted(self.dir.rglob("*"))
        first, *lines = self.run_it("plan", *arguments, code=code)[0].splitlines()
        self.assertEqual(sorted(self.dir.rglob("*")), before)
        return first, dict(line.split(maxsplit=1) for line in lines)

    def test_says_what_is_to_be_done(self):
        config = self.config(learning_rate=[0.1, 0.5], seed=[1, 2, 3], epochs=4)
        first, plan = self.plan(config)
        self.assertEqual(first, "results/sweep.h5 is not there yet")
        self.assertEqual(plan["runs"], "6 of 6 to train, in 3 cohorts")
        self.assertEqual(plan["epochs"], "24")
        self.assertEqual(plan["updates"], "240")  # 24 epochs of 200 images, 20 at a time
        # Products of 200 training images in 4 epochs and of 280 images after each of them: 36 pixels, 8 hidden units, 4 classes. Untrained, the networks of a
        # seed are the same for both learning rates, and evaluated once.
        flop = 2 * 8 * (6 * 4 * 200 * (2 * 36 + 3 * 4) + (6 * 4 + 3) * 280 * (36 + 4))
        self.assertEqual(plan["arithmetic"], f"{flop / 1e6:.1f} Mflop")
        self.assertRegex(plan["memory"], r"^[\d.]+ MB, of [\d.]+ .B$")
        self.assertRegex(plan["file"], r"^[\d.]+ kB, of [\d.]+ .B free$")
        self.assertRegex(plan["time"], r"^about 0:0\d on \d+ threads, kernel \S+ \(\S+\)$")

    def test_of_a_sweep_that_is_there_in_part(self):
        config = self.config(seed=[1, 2, 3], save_weights=True)
        self.run_it(config, "seed=[1,2]", "--quiet")
        first, plan = self.plan(config)
        self.assertEqual(first, "results/sweep.h5 is there, and will be made larger")
        self.assertEqual(plan["runs"], "1 of 3 to train, in 1 cohort")
        self.assertEqual(plan["epochs"], "3 of 9")
        _, plan = self.plan(config, "epochs=5")  # two of them go on from epoch 3
        self.assertEqual((plan["runs"], plan["epochs"]), ("3 of 3 to train, in 3 cohorts", "9 of 15"))
        self.run_it(config, "--quiet")
        self.assertEqual(self.run_it("plan", config)[0], "results/sweep.h5 is there\nnothing to do: it holds all 3 runs\n")
        self.assertEqual(self.run_it("plan", config, "seed=[2,3]")[0], "results/sweep.h5 is there\nnothing to do: it holds all 2 runs\n")
        self.refused("plan", config, "save_weights=false", says=["cannot be continued: save_weights: true in the file, false now"])
        self.assertIn("other.h5 is not there yet", self.run_it("plan", config, "-o", "other.h5")[0])

    def test_of_early_stopping(self):
        config = self.config(hidden_size=[2, 4, 8], seed=[1, 2], epochs=9, early_stopping={"successive_halving": {"eta": 3, "min_epochs": 3}})
        _, plan = self.plan(config)  # one of three configurations is trained for 9 epochs, the others for 3
        self.assertEqual(plan["epochs"], "30 of 54")
        # Configurations have 14/3 hidden units on average. All are evaluated after epochs 0 to 3, and one of them once more when it goes on from there,
        # and after epochs 4 to 9.
        flop = 2 * 2 * 14 / 3 * (15 * 200 * (2 * 36 + 3 * 4) + (3 * 4 + 7) * 280 * (36 + 4))
        self.assertEqual(plan["arithmetic"], f"{flop / 1e6:.2f} Mflop")
        out, err = self.run_it(config)
        self.assertIn("30/30 epochs", err)
        self.assertIn(", about 0:01\n", err)
        _, plan = self.plan(config, "epochs=10", 'early_stopping={"patience":2}')
        self.assertTrue(plan["time"].startswith("at most 0:01"), plan)
        self.assertTrue(plan["epochs"].startswith("at most "), plan)
        self.refused("plan", config, "--shards", "2", says=["successive_halving compares all configurations"])

    def test_of_shares(self):
        config = self.config(batch_size=[10, 20, 30], seed=[1, 2])
        self.run_it(config, "--shard", "2/3", "--quiet")
        out = self.run_it("plan", config, "--shards", "3")[0]
        heading, *shares, note = out.splitlines()
        self.assertEqual(len(shares), 3)
        self.assertRegex(shares[0], r"^ +1/3 +2 +\d .* about 0:01 +results/sweep.shard-1-of-3.h5 is not there yet$")
        self.assertRegex(shares[1], r"^ +2/3 +0 +0 .* nothing to do +results/sweep.shard-2-of-3.h5 is there$")
        self.assertIn("a machine like this one", note)
        self.refused("plan", config, "--shards", "7", says=["7 shards are too many: "])
        self.refused("plan", config, "--shards", "2", "-o", "x.h5", says=["excludes"])

    def test_of_what_cannot_be(self):
        self.refused("plan", self.config(learning_rat=1), says=['did you mean "learning_rate"?'])
        self.refused("plan", self.config(hidden_size=2_000_000_000), says=["takes", "of memory"], code=1)
        self.refused("plan", "nowhere.json", says=["nowhere.json"])
        out, err = self.run_it("plan", self.config(hidden_size=5000, seed=list(range(100_000)), save_weights=True), code=1)
        self.assertIn("file ", out)
        self.assertIn("are free in its folder", err)

    def test_is_held_against_what_happened(self):
        config = self.config(seed=[1, 2])
        err = self.run_it(config)[1]
        self.assertRegex(err, r"kernel \S+ \(\S+\), about 0:01\n")
        self.assertRegex(err, r"6/6 epochs, 0:0\d elapsed \(about 0:01 expected\)")
        self.run_it(config, "epochs=4", "--quiet")
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            start, expected, taken = (f["sessions"][name][()] for name in ("start", "expected_time", "time"))
        self.assertTrue((np.abs(start[:2] - time.time()) < 600).all())
        self.assertTrue(start[0] < start[1])
        self.assertTrue((expected[:2] > 0).all() and (taken[:2] > 0).all())
        self.assertTrue(np.isnan([start[2:], expected[2:], taken[2:]]).all())


class Permissions(Files):
    """Folders and files that may be read and no more."""

    def setUp(self):
        super().setUp()
        self.sweep = self.config()
        self.run_it(self.sweep, "--quiet")
        (self.dir / "results").chmod(0o555)
        self.addCleanup((self.dir / "results").chmod, 0o755)

    def assert_refused(self, *arguments):
        before = {p: p.stat().st_mtime_ns for p in self.dir.rglob("*")}
        before[self.dir / "runner"] = None
        p = self.run_as_nobody(*arguments)
        self.assertEqual(p.returncode, 1, p)
        self.assertRegex(p.stderr, r"^runner: [^\n]*(results|elsewhere)[^\n]*Permission denied\n$")
        self.assertEqual({p: p.stat().st_mtime_ns for p in self.dir.rglob("*")} | {self.dir / "runner": None}, before)

    def test_a_folder(self):
        self.assert_refused(self.sweep)
        self.assert_refused(self.sweep, "epochs=9")
        self.assert_refused(self.sweep, "--output", "results/other.h5")
        self.assert_refused(self.sweep, "--output", "results/deeper/other.h5")
        self.assert_refused("merge", "results/other.h5", "results/sweep.h5")

    def test_a_file(self):
        (self.dir / "results").chmod(0o777)
        (self.dir / "results" / "sweep.h5").chmod(0o444)
        for arguments in (["epochs=9"], ["--fresh"]):
            self.assertIn("Permission denied", self.run_as_nobody(self.sweep, *arguments).stderr)
        self.run_it(self.sweep)  # as it was

    def test_a_plan_says_so(self):
        for arguments in (["epochs=9"], ["--output", "results/deeper/other.h5"], ["seed=[1,2]", "--shards", "2"]):
            p = self.run_as_nobody("plan", self.sweep, *arguments)
            self.assertEqual(p.returncode, 1, p)
            self.assertIn("results file" if "--shards" in arguments else "time  ", p.stdout)
            for line in p.stderr.splitlines():
                self.assertRegex(line, r"^runner: results/\S+\.h5 cannot be written: \S*/results: Permission denied$")
            self.assertEqual(len(p.stderr.splitlines()), 2 if "--shards" in arguments else 1)
        done = self.run_as_nobody("plan", self.sweep)  # there is nothing to write
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        (self.dir / "file").write_text("")
        p = self.run_as_nobody("plan", self.sweep, "-o", "file/x.h5")
        self.assertRegex(p.stderr, r"^runner: file/x.h5 cannot be written: \S*/file: Not a directory\n$")
        (self.dir / "results").chmod(0o777)
        (self.dir / "results" / "sweep.h5").chmod(0o444)
        p = self.run_as_nobody("plan", self.sweep, "epochs=9")
        self.assertRegex(p.stderr, r"^runner: results/sweep.h5 cannot be written: \S*/results/sweep.h5: Permission denied\n$")

    def test_can_be_looked_at(self):
        for command in ("compare", "verify"):
            p = self.run_as_nobody(command, "results/sweep.h5")
            self.assertEqual((p.returncode, p.stderr), (0, ""))


class Extension(Files):
    """A sweep that is run again with more in its config: what is there is not trained again."""

    BEFORE = {"learning_rate": [0.5, 0.1, 3e38], "batch_size": [20], "seed": [1, 2], "hidden_size": [8], "epochs": 4}

    def trained(self, *arguments, **keys):
        """Runs the sweep; which runs were trained, by (learning_rate, hidden_size, seed), and their last epoch."""
        out, _ = self.run_it(self.config(**(self.BEFORE | keys)), "--progress", "jsonl", *arguments)
        r = self.results(keys=("learning_rate", "hidden_size", "seed"))
        last = {}
        for line in map(json.loads, out.splitlines()):
            last[tuple(r[key][line["run"]].item() for key in r)] = line["epoch"]
        return last

    def assert_same_as_fresh(self, **keys):
        """Value for value, but for times, the file of a sweep that was run at once."""
        self.run_it(self.config(**(self.BEFORE | keys)), "--quiet", "--output", "fresh.h5")
        self.assert_same("results/sweep.h5", "fresh.h5")

    def test_values_and_seeds(self):
        for weights in (False, True):
            with self.subTest(save_weights=weights):
                self.assertEqual(len(self.trained("--fresh", save_weights=weights)), 6)
                more = {"learning_rate": [0.1, 0.2, 0.5, 3e38], "hidden_size": [12, 8], "seed": [3, 2, 1], "save_weights": weights}
                trained = self.trained(**more)
                self.assertEqual(len(trained), 4 * 2 * 3 - 6)
                self.assertEqual({run for run in trained if run[0] == 0.5 and run[1] == 8}, {(0.5, 8, 3)})
                self.assert_same_as_fresh(**more)
                (self.dir / "fresh.h5").unlink()

    def test_epochs(self):
        self.trained()
        self.assertEqual(self.trained(epochs=7), {(rate, 8, seed): 7 for rate in (0.5, 0.1) for seed in (1, 2)})
        self.assert_same_as_fresh(epochs=7)

    def test_epochs_go_on_from_stored_weights(self):
        self.trained(save_weights=True)
        out, _ = self.run_it(self.config(**(self.BEFORE | {"epochs": 7, "save_weights": True})), "--progress", "jsonl")
        epochs = sorted((line["run"], line["epoch"]) for line in map(json.loads, out.splitlines()))
        self.assertEqual(epochs, [(run, epoch) for run in range(4) for epoch in (5, 6, 7)])
        self.assert_same_as_fresh(epochs=7, save_weights=True)

    def test_epochs_and_values_at_once(self):
        self.trained(save_weights=True)
        more = {"epochs": 6, "save_weights": True, "learning_rate": [0.2, 0.1, 0.5, 3e38], "batch_size": [20, 30], "hidden_size": [8, 20]}
        self.trained(**more)
        self.assert_same_as_fresh(**more)

    def test_an_extension_that_is_killed(self):
        for times in range(6):
            self.trained("--fresh", save_weights=True)
            process = self.start(self.config(**(self.BEFORE | {"epochs": 400, "save_weights": True})), "--progress", "jsonl",
                                 "--commit-interval", "0")
            for _ in range(10 * times):
                process.stdout.readline()
            process.kill()
            process.communicate()
            self.trained(epochs=400, save_weights=True)
            self.assert_same_as_fresh(epochs=400, save_weights=True)
            (self.dir / "fresh.h5").unlink()

    def test_values_removed_are_kept_until_pruned(self):
        self.trained()
        before = self.results()
        self.assertEqual(self.trained(learning_rate=[0.1, 0.3]), {(0.3, 8, 1): 4, (0.3, 8, 2): 4})
        r = self.results(keys=("run", *METRICS))
        self.assertEqual(list(r["run"]), [0, 1, 2, 3, -1, -1, -1, -1])
        for name in METRICS:
            self.assertEqual(r[name][4:].tobytes(), np.concatenate([before[name][:2], before[name][4:]]).tobytes())
        self.assertEqual(self.trained("--prune", learning_rate=[0.1, 0.3]), {})
        self.assert_same_as_fresh(learning_rate=[0.1, 0.3])


class EvaluateEvery(Files):
    """A sweep that is measured after some of its epochs: the numbers there are those of one that is measured after all."""

    KEYS = {"learning_rate": [0.5, 0.1, 3e38], "seed": [1, 2], "epochs": 20}

    def lines(self, *arguments, **keys):
        out, _ = self.run_it(self.config(**(self.KEYS | keys)), "--progress", "jsonl", *arguments)
        return [(line["run"], line["epoch"]) for line in map(json.loads, out.splitlines())]

    def assert_same_where_measured(self, epochs, of=20):
        self.run_it(self.config(**(self.KEYS | {"epochs": of})), "--quiet", "--output", f"all-{of}.h5")
        with h5py.File(self.dir / f"all-{of}.h5") as every, h5py.File(self.dir / "results/sweep.h5") as some:
            self.assertEqual(list(some["epoch"]), epochs)
            for name in METRICS:
                self.assertEqual(every[name][:][:, epochs].tobytes(), some[name][:].tobytes(), name)
            self.assertEqual(list(every["status"]), list(some["status"]))
            for every_done, some_done in zip(every["epochs_done"], some["epochs_done"]):
                self.assertEqual(max([epoch for epoch in epochs if epoch <= every_done], default=-1), some_done)
        out, _ = self.run_it("verify", "results/sweep.h5", "--all")
        self.assertIn("every bit is the same", out)

    def test_the_numbers_are_the_same(self):
        lines = self.lines(evaluate_every=7)
        self.assertEqual({epoch for run, epoch in lines}, {0, 7, 14, 20})
        self.assert_same_where_measured([0, 7, 14, 20])
        self.assertEqual(self.lines(evaluate_every=7), [])

    def test_more_epochs_are_those_of_both(self):
        for weights in (False, True):
            with self.subTest(save_weights=weights):
                self.lines("--fresh", evaluate_every=7, save_weights=weights)
                lines = self.lines(evaluate_every=7, save_weights=weights, epochs=40)
                self.assertEqual({epoch for run, epoch in lines}, {21, 28, 35, 40} | (set() if weights else {0, 7, 14, 20}))
                self.assert_same_where_measured([0, 7, 14, 20, 21, 28, 35, 40], 40)

    def test_finer_and_coarser(self):
        self.lines(evaluate_every=5)
        _, err = self.run_it(self.config(**(self.KEYS | {"evaluate_every": 4})))
        self.assertIn("trained anew from epoch 0: the file lacks some of the 9 epochs to record of them", err)
        self.assert_same_where_measured([0, 4, 5, 8, 10, 12, 15, 16, 20])
        self.assertEqual(self.lines(evaluate_every=10), [])
        self.lines()
        self.assert_same_where_measured(list(range(21)))
        self.assertEqual(self.lines(evaluate_every=3), [])
        self.assertEqual(self.lines(evaluate_every=3, epochs=9), [])

    def test_it_is_told(self):
        out, err = self.run_it(self.config(**(self.KEYS | {"evaluate_every": 7, "learning_rate": [0.5, 0.1]})))
        self.assertIn("80/80 epochs", err)
        self.assertIn("sweep: 20 epochs, 2 configurations", out)
        self.assertRegex(out, r"@ +(7|14|20)\b")
        out, _ = self.run_it(self.config(**(self.KEYS | {"evaluate_every": 7})), "--list")
        self.assertIn("20 epochs each, measured every 7\n", out)
        out, _ = self.run_it("compare", "results/sweep.h5", "--csv")
        for row in csv.DictReader(io.StringIO(out)):
            self.assertEqual(row["epochs"], "20")
            self.assertIn(row["best_epoch"], ("0", "7", "14", "20"))
        self.run_it("report", "results/sweep.h5", "--svg", "figures")
        self.assertIn(">20</text>", (self.dir / "figures/learning_curves.svg").read_text())

    def test_a_stop_between_costs_no_epoch(self):
        keys = {"epochs": 6000, "evaluate_every": 2200, "learning_rate": 0.1, "hidden_size": 40, "seed": 1}
        config = self.config(**keys)
        r, between = random.Random(3), 0
        for attempt in range(1, 21):
            p = self.start(config, "--progress", "jsonl", "--commit-interval", "0")
            p.stderr.readline()  # it has begun
            time.sleep(r.random() * attempt / 20)  # first soon, for a fast program; then later, for a slow one
            p.send_signal(signal.SIGTERM)
            p.communicate()
            if p.returncode == 0:
                break
            if (self.dir / "results/sweep.h5.checkpoint").exists():
                # The epoch stands behind a line of 20 bytes and the digest.
                epoch = int.from_bytes((self.dir / "results/sweep.h5.checkpoint").read_bytes()[52:56], "little")
                between += epoch % 2200 != 0
        self.assertGreater(between, 1)
        self.run_it(config, "--quiet")  # the rest, where the program is slow
        self.assertEqual(self.results(keys=("epochs_done",))["epochs_done"].tolist(), [6000])
        self.run_it(self.config(**(keys | {"evaluate_every": 2000})), "--quiet", "--output", "other.h5")
        with h5py.File(self.dir / "results/sweep.h5") as stopped, h5py.File(self.dir / "other.h5") as other:
            for name in METRICS:
                self.assertEqual(stopped[name][0, -1], other[name][0, -1])

    def test_shards(self):
        for shard in (1, 2):
            self.run_it(self.config(**(self.KEYS | {"evaluate_every": 7})), "--quiet", "--shard", f"{shard}/2")
        parts = [f"results/sweep.shard-{shard}-of-2.h5" for shard in (1, 2)]
        self.run_it("watch", *parts)
        self.run_it("merge", "results/sweep.h5", *parts)
        self.assert_same_where_measured([0, 7, 14, 20])
        self.run_it(self.config(**(self.KEYS | {"evaluate_every": 5})), "--quiet", "--shard", "2/2", "--fresh")
        _, err = self.run_it("merge", "results/sweep.h5", *parts, code=2)
        self.assertIn("do not belong together: evaluate_every: 7 and 5", err)


class Shards(Files):
    KEYS = {"learning_rate": [0.1, 0.5, 3e38], "batch_size": [20, 40], "hidden_size": [8, 30], "seed": [1, 2], "save_weights": True}

    def setUp(self):
        super().setUp()
        self.sweep = self.config(**self.KEYS)

    def part(self, i, n=3):
        return f"results/sweep.shard-{i}-of-{n}.h5"

    def train(self, *shards):
        for i in shards:
            self.run_it(self.sweep, "--shard", f"{i}/3", "--quiet")

    def test_are_merged_with_few_descriptors_and_where_nothing_can_be_made(self):
        for i in range(1, 25):
            self.run_it(self.sweep, "--shard", f"{i}/24", "--quiet")
        before = (self.dir / "results").stat().st_mtime_ns  # changes when a name comes or goes
        process = subprocess.run([RUNNER, "merge", "whole.h5", *(self.part(i, 24) for i in range(1, 25))], cwd=self.dir, text=True,
                                 capture_output=True, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12)))
        self.assertEqual(process.stdout, "whole.h5: 24 of 24 runs\n", process.stderr)
        self.assertEqual((self.dir / "results").stat().st_mtime_ns, before)

    def test_merged_they_are_the_whole_sweep(self):
        self.train(1, 2, 3)
        rows = [list(self.results(f"sweep.shard-{i}-of-3", ["run"])["run"]) for i in (1, 2, 3)]
        self.assertEqual(sorted(sum(rows, [])), list(range(24)))
        self.assertTrue(all(4 <= len(r) <= 12 and r == sorted(r) for r in rows), rows)
        out, _ = self.run_it("merge", "results/sweep.h5", *map(self.part, (1, 2, 3)))
        self.assertEqual(out, "results/sweep.h5: 24 of 24 runs\n")
        self.run_it(self.sweep, "--quiet", "--output", "single.h5")
        self.assert_same("results/sweep.h5", "single.h5")
        self.assertIn("nothing to do", self.run_it(self.sweep)[1])
        self.assertIn("every bit is the same", self.run_it("verify", "results/sweep.h5")[0])
        self.assertEqual([p.name for p in sorted((self.dir / "results").iterdir())],
                         sorted(["sweep.h5"] + [Path(self.part(i)).name for i in (1, 2, 3)]))

    def test_are_of_one_sweep_where_one_says_how_many_images_there_are(self):
        self.train(1)
        for i in (2, 3):
            self.run_it(self.sweep, "train_size=200", "test_size=80", "--shard", f"{i}/3", "--quiet")
        out, _ = self.run_it("merge", "results/sweep.h5", *map(self.part, (1, 2, 3)))
        self.assertEqual(out, "results/sweep.h5: 24 of 24 runs\n")
        self.run_it(self.sweep, "train_size=100", "--shard", "2/3", "--quiet", "--fresh")
        self.assertIn("training images: 200 and 100", self.run_it("merge", "other.h5", self.part(1), self.part(2), code=2)[1])

    def test_unmerged_they_are_compared_shown_and_watched_as_one(self):
        self.train(1, 2, 3)
        parts = [self.part(i) for i in (1, 2, 3)]
        together, _ = self.run_it("compare", *parts, "--csv")
        self.run_it("merge", "results/sweep.h5", *parts)
        self.assertEqual(together, self.run_it("compare", "results/sweep.h5", "--csv")[0])
        picture, _ = self.run_it("watch", *parts)
        self.assertTrue(picture.startswith("sweep: 24 runs, 16 done, 0 running, 0 pending, 8 diverged\n"), picture)
        self.assertIn("all runs have ended", picture)
        self.run_it(self.config("other", **self.KEYS), "epochs=2", "--quiet")
        self.assertIn("are not shards of one sweep", self.run_it("watch", *parts, "results/other.h5", code=2)[1])
        # The same sweep twice is two files, not two shards.
        self.assertIn("are not shards of one sweep", self.run_it("watch", parts[0], "results/sweep.h5", code=2)[1])

    def test_after_a_change_of_the_config_they_are_still_one_sweep(self):
        self.train(1, 2, 3)
        self.sweep = self.config(**{**self.KEYS, "seed": [2, 3], "hidden_size": [8, 40]})
        self.train(1, 2, 3)
        parts = [self.part(i) for i in (1, 2, 3)]
        ours = [set(self.digests(i, in_sweep=True)) for i in (1, 2, 3)]
        kept = [set(self.digests(i, in_sweep=False)) for i in (1, 2, 3)]
        self.assertTrue(any(kept[i] & ours[k] for i in range(3) for k in range(3)), "a run that another shard has now")
        gone = len(set.union(*kept) - set.union(*ours))
        self.run_it(self.sweep, "--quiet", "--output", "single.h5")
        single = json.loads(self.run_it("compare", "single.h5", "--json")[0])["configurations"]
        together = json.loads(self.run_it("compare", *parts, "--json")[0])
        self.assertEqual(together["configurations"], single)
        self.assertEqual(together["kept"], gone)
        every = json.loads(self.run_it("compare", *parts, "--all", "--json")[0])["configurations"]
        self.assertEqual(sum(c["seeds"] for c in every), 24 + gone)
        self.assertIn(f"not counted (--all includes them)\nBy batch_size", self.run_it("compare", *parts, "--by", "batch_size")[0])
        picture, _ = self.run_it("watch", *parts)
        self.assertTrue(picture.startswith("sweep: 24 runs, 16 done, 0 running, 0 pending, 8 diverged\n"), picture)
        self.assertIn(f"all runs have ended; {gone} runs of earlier configs not counted\n", picture)

    def digests(self, i, in_sweep):
        r = self.results(f"sweep.shard-{i}-of-3", ["run", "digest"])
        return [bytes(d) for run, d in zip(r["run"], r["digest"]) if (run >= 0) == in_sweep]

    def test_merging_can_be_done_bit_by_bit_and_again(self):
        self.train(3)
        there = self.results("sweep.shard-3-of-3", ["run"])["run"]
        out, _ = self.run_it("merge", "results/sweep.h5", self.part(3), code=1)
        missing = [str(run) for run in range(24) if run not in there]
        self.assertEqual(out, f"results/sweep.h5: {len(there)} of 24 runs\nmissing: {' '.join(missing)}\n")
        self.train(1)
        self.run_it("merge", "results/sweep.h5", self.part(1), code=1)
        # What is still missing is trained like that of any other sweep.
        self.run_it(self.sweep, "--quiet")
        self.run_it(self.sweep, "--quiet", "--output", "single.h5")
        self.assert_same("results/sweep.h5", "single.h5")
        self.run_it("merge", "results/sweep.h5", self.part(1), self.part(3))
        self.assert_same("results/sweep.h5", "single.h5")

    def test_a_shard_goes_on_like_any_sweep(self):
        process = self.start(self.sweep, "epochs=300", "--shard", "2/3", "--progress", "jsonl", "--commit-interval", "0")
        runs = {json.loads(process.stdout.readline())["run"] for _ in range(20)}
        process.kill()
        process.communicate()
        self.run_it(self.sweep, "epochs=300", "--shard", "2/3", "--quiet")
        r = self.results("sweep.shard-2-of-3", ["run", "status"])
        self.assertTrue(runs <= set(r["run"]))
        self.assertTrue((r["status"] >= 2).all())

    def test_parts_that_do_not_belong_together(self):
        self.train(1, 2)
        self.run_it("merge", "results/sweep.h5", self.part(1), code=1)
        before = (self.dir / "results" / "sweep.h5").read_bytes()
        with h5py.File(self.dir / self.part(1), "r+") as f:
            f["test_loss"][0, 1] += 1
        _, err = self.run_it("merge", "results/sweep.h5", self.part(1), self.part(2), code=2)
        self.assertIn("is damaged, in run", err)
        # A number that was written so, by whatever program, has its checksum.
        with h5py.File(self.dir / self.part(1), "r+") as f:
            metrics = np.array([f[name][0, 1] for name in METRICS], np.float32)
            f["checksums/metrics"][0, 1] = zlib.crc32(f["digest"][0].tobytes() + np.int32(1).tobytes() + metrics.tobytes())
        _, err = self.run_it("merge", "results/sweep.h5", self.part(1), self.part(2), code=2)
        self.assertIn("different numbers for run", err)
        self.run_it(self.config("other", **(self.KEYS | {"epochs": 4})), "--quiet")
        _, err = self.run_it("merge", "results/sweep.h5", self.part(2), "results/other.h5", code=2)
        self.assertIn("epochs: 3 and 4", err)
        (self.dir / "text.h5").write_text("not HDF5")
        self.assertIn("text.h5", self.run_it("merge", "results/sweep.h5", "text.h5", code=2)[1])
        self.assertIn("nothing.h5", self.run_it("merge", "results/sweep.h5", "nothing.h5", code=2)[1])
        self.assertEqual((self.dir / "results" / "sweep.h5").read_bytes(), before)

    def test_a_part_that_is_being_written(self):
        process = self.start(self.sweep, "epochs=100000", "--shard", "1/3", "--progress", "jsonl")
        process.stdout.readline()
        self.assertIn(str(process.pid), self.run_it("merge", "results/sweep.h5", self.part(1), code=2)[1])
        process.kill()
        process.communicate()

    def test_shares_that_make_no_sense(self):
        for shard in ("0/3", "4/3", "1", "1/", "/3", "a/b", "1/3x", "-1/3"):
            self.refused(self.sweep, "--shard", shard, says=["i/N"])
        self.refused(self.sweep, "--shard", "1/25", says=["25 shards", "24 runs"])


class Predict(Case):
    """Stored weights at work on images."""
    IMAGES, LABELS = "data/t10k-images-idx3-ubyte", "data/t10k-labels-idx1-ubyte"

    def trained(self, **keys):
        self.run_it(self.config(save_weights=True, **keys), "--quiet")

    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.run_it("predict", "results/sweep.h5", *arguments, "--csv")[0], newline="")))

    def images(self):
        return np.fromfile(self.dir / self.IMAGES, np.uint8, offset=16).reshape(80, 6, 6)

    def labels(self):
        return np.fromfile(self.dir / self.LABELS, np.uint8, offset=8)

    def by_numpy(self, run):
        """The probabilities of the test images in double precision, as the book's predict."""
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            hidden = f["hidden_size"][run]
            W1, b1, W2, b2 = (f["weights"][name][run] for name in ("W1", "b1", "W2", "b2"))
            activation, kept = f["activation"][run], 1 - f["dropout"][run]
        a = self.images().reshape(80, 36) / 255 @ W1[:, :hidden].astype(float) + b1[:hidden]
        z = kept * (1 / (1 + np.exp(-a)), np.tanh(a), np.maximum(a, 0))[activation]
        s = z @ W2[:hidden].astype(float) + b2
        e = np.exp(s - s.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def test_names_the_classes_where_they_have_names(self):
        rng = np.random.default_rng(5)
        fashion = self.dir / "fashion-mnist"
        fashion.mkdir()
        for part, count in ("train", 60), ("t10k", 20):
            labels = np.arange(count, dtype=np.uint8) % 10
            images = rng.integers(0, 256, (count, 28, 28), np.uint8)
            write_idx(fashion / f"{part}-images-idx3-ubyte", images)
            write_idx(fashion / f"{part}-labels-idx1-ubyte", labels)
        with mock.patch.dict(os.environ, RUNNER_DATA=str(self.dir)):
            self.trained(dataset="fashion-mnist")
        out, _ = self.run_it("predict", "results/sweep.h5", "--run", 0, fashion / "t10k-images-idx3-ubyte")
        lines = out.splitlines()[1:]
        self.assertRegex(lines[0], r"^ +class  probability  image$")
        classes = [re.fullmatch(r" *(\S+(?: \S+)?) +0\.\d{4} +\d+", line).group(1) for line in lines[1:]]
        names = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
        numbers = [int(row["class"]) for row in self.rows("--run", 0, fashion / "t10k-images-idx3-ubyte")]
        self.assertEqual(classes, [names[number] for number in numbers])

    def test_is_what_was_recorded_and_what_numpy_says(self):
        self.trained(activation=["sigmoid", "tanh", "relu"], dropout=[0, 0.3], hidden_size=[3, 40], loss=["cross_entropy", "mean_squared_error"])
        (self.dir / "data").rename(self.dir / "elsewhere")  # the data set is not needed
        self.IMAGES, self.LABELS = (path.replace("data", "elsewhere") for path in (self.IMAGES, self.LABELS))
        recorded = self.results(keys=("test_accuracy",))["test_accuracy"][:, -1]
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            predicted = f["predictions"]["test_prediction"][()]
        self.assertEqual(len(recorded), 24)
        self.assertGreater(len(set(recorded)), 5)
        for run, accuracy in enumerate(recorded):
            out, err = self.run_it("predict", "results/sweep.h5", "--run", run, self.IMAGES, "--labels", self.LABELS, "--csv")
            rows = list(csv.DictReader(io.StringIO(out, newline="")))
            classes = np.array([int(row["class"]) for row in rows])
            np.testing.assert_array_equal(classes, predicted[run])
            self.assertEqual([int(row["label"]) for row in rows], list(self.labels()))
            self.assertEqual(np.float32(np.mean(classes == self.labels())), accuracy)
            self.assertIn(f"\naccuracy {accuracy:.4f}: {round(80 * accuracy)} of 80 images\n", err)
            y = np.array([[float(row[f"probability_{c}"]) for c in range(4)] for row in rows])
            expected = self.by_numpy(run)
            np.testing.assert_allclose(y, expected, atol=1e-5)
            np.testing.assert_array_equal(classes, expected.argmax(axis=1))

    def test_an_image_is_the_same_in_every_kind_of_file(self):
        self.trained(hidden_size=10)
        images = self.images()
        expected = self.rows("--run", 0, self.IMAGES)
        self.assertEqual([row["image"] for row in expected], [str(i) for i in range(80)])

        def same(path, count=80):
            rows = self.rows("--run", 0, path)
            self.assertEqual([list(row.values())[1:] for row in rows], [list(row.values())[1:] for row in expected[:count]], path)

        (self.dir / "images").write_bytes(gzip.compress((self.dir / self.IMAGES).read_bytes()))
        same("images")
        for array, count in ((images, 80), (images.reshape(80, 36), 80), (images[:1], 1), (images[0], 1), (images[0].ravel(), 1)):
            np.save(self.dir / "array.npy", array)
            same("array.npy", count)
        for write, arrays in ((np.savez, {"x_test": images, "t_test": images[:, 0, 0]}), (np.savez_compressed, {"pictures": images})):
            write(self.dir / "archive.npz", **arrays)
            same("archive.npz")
        table = "\n".join([",".join(f"p{i}" for i in range(36)), *(",".join(map(str, image)) for image in images.reshape(80, 36))])
        (self.dir / "table.csv").write_text(table)
        same("table.csv")
        for depth, colour, lines in ((8, 0, images[0]), (8, 2, np.repeat(images[0], 3, axis=1)), (16, 0, np.repeat(images[0], 2, axis=1))):
            (self.dir / "image").write_bytes(png((6, 6), depth, colour, lines))
            same("image", 1)
        (self.dir / "negative.png").write_bytes(png((6, 6), 8, 0, 255 - images[0]))
        self.assertEqual(list(self.rows("--run", 0, "negative.png", "--invert")[0].values())[1:], list(expected[0].values())[1:])

    def test_tables(self):
        self.trained(hidden_size=[10, 5])
        for i in (3, 5):
            (self.dir / f"{i}\n.png").write_bytes(png((6, 6), 8, 0, self.images()[i]))
        rows = self.rows("--run", 1, self.IMAGES)
        lines = [f"{row['class']:>5}  {float(row['probability_' + row['class']]):>11.4f}  " for row in rows]
        out, err = self.run_it("predict", "results/sweep.h5", "--run", 1, self.IMAGES)
        heading, *table = out.splitlines()
        self.assertEqual(heading, "results/sweep.h5, run 1 (hidden_size 5), after epoch 3")
        self.assertEqual(table, ["class  probability  image"] + [f"{line}{i}" for i, line in enumerate(lines)])
        self.assertEqual(err, "")
        out, err = self.run_it("predict", "results/sweep.h5", "--run", 1, "3\n.png", self.IMAGES, "5\n.png")
        table = out.splitlines()[2:]
        self.assertEqual(table, [f"{lines[3]}3�.png"] + [f"{line}{self.IMAGES}[{i}]" for i, line in enumerate(lines)] + [f"{lines[5]}5�.png"])
        labels = self.labels()
        right = sum(int(row["class"]) == label for row, label in zip(rows, labels))
        out, err = self.run_it("predict", "results/sweep.h5", "--run", 1, self.IMAGES, "--labels", self.LABELS)
        self.assertEqual(out, f"{heading}\naccuracy {right / 80:.4f}: {right} of 80 images\n")
        for dtype in (np.uint8, np.int64, ">i4"):
            np.save(self.dir / "labels.npy", labels.astype(dtype))
            self.assertEqual(self.run_it("predict", "results/sweep.h5", "--run", 1, self.IMAGES, "--labels", "labels.npy")[0], out)
        np.savez(self.dir / "both.npz", x_test=self.images(), t_test=labels, t_train=labels + 1)
        np.savez(self.dir / "labels.npz", y=labels)
        (self.dir / "both.csv").write_text("\n".join([",".join([*(f"p{i}" for i in range(36)), "label"]), *(
            ",".join(map(str, [*image.ravel(), label])) for image, label in zip(self.images(), labels))]))
        for images, classes in (("both.npz", "both.npz"), ("both.csv", "both.csv"), (self.IMAGES, "labels.npz")):
            self.assertEqual(self.run_it("predict", "results/sweep.h5", "--run", 1, images, "--labels", classes)[0], out)

    def test_the_best_is_that_of_compare(self):
        for name, keys in (("without", {}), ("with", {"validation_size": 50})):
            with self.subTest(name=name):
                self.run_it(self.config(name="sweep", save_weights=True, hidden_size=[1, 4, 30], learning_rate=[0.01, 0.5, 3e38], epochs=8,
                                        batch_size=10, seed=[1, 2, 3], **keys), "--quiet", "--fresh")
                found = re.search(r"\+ Best by \w+ accuracy: learning_rate (\S+),\s+hidden_size (\d+):", self.run_it("compare", "results/sweep.h5")[0])
                rate, hidden = float(found[1]), int(found[2])
                r = self.results(keys=("hidden_size", "learning_rate", "seed", "validation_accuracy" if keys else "test_accuracy"))
                accuracy = list(r.values())[-1][:, -1]
                runs = np.flatnonzero((r["hidden_size"] == hidden) & (r["learning_rate"] == rate))
                self.assertEqual(len(runs), 3)
                run = runs[np.argmax(accuracy[runs])]
                out, _ = self.run_it("predict", "results/sweep.h5", "--best", self.IMAGES, "--labels", self.LABELS)
                self.assertIn(f", run {run} (", out)
                self.assertIn(f"seed {r['seed'][run]}), after epoch 8\n", out)

    def test_runs_that_have_no_weights_are_refused(self):
        self.trained(learning_rate=[0.5, 3e38], hidden_size=[5, 8])
        for arguments, says in (
                (["--run", "4"], ["results/sweep.h5 has no run 4", "runner", "sweep.json --list"]),
                (["--run", "2"], ["run 2 (learning_rate 3e+38, hidden_size 5)", "results/sweep.h5", "has diverged"]),
                (["--run", "-1"], ["--run"]), (["--run", "x"], ["--run"]), ([], ["--run", "--best"]),
                (["--run", "1", "--best"], ["--run", "--best"])):
            with self.subTest(arguments=arguments):
                self.refused("predict", "results/sweep.h5", self.IMAGES, *arguments, says=says)
        with h5py.File(self.dir / "results" / "sweep.h5", "r+") as f:
            f["status"][1], f["epochs_done"][1] = 1, 2
        self.refused("predict", "results/sweep.h5", self.IMAGES, "--run", "1",
                     says=["run 1 (learning_rate 0.5, hidden_size 8) of results/sweep.h5 is not done"])
        with h5py.File(self.dir / "results" / "sweep.h5", "r+") as f:
            f["weights"]["W1"][0] = np.nan
        self.refused("predict", "results/sweep.h5", self.IMAGES, "--run", "0", "--labels", self.LABELS, says=["run 0", "damaged"])
        self.run_it(self.config(name="none"), "--quiet")
        self.refused("predict", "results/none.h5", self.IMAGES, "--best", says=["results/none.h5 holds no weights", "save_weights=true"])
        self.run_it(self.config(name="nothing", save_weights=True, learning_rate=1e-9), "--quiet")
        self.refused("predict", "results/nothing.h5", self.IMAGES, "--best", says=["no network of results/nothing.h5 has learned"])
        self.refused("predict", "nowhere.h5", self.IMAGES, "--best", says=["nowhere.h5"])

    def test_data_that_do_not_fit_are_refused(self):
        self.trained()
        write_idx(self.dir / "wide", np.zeros((2, 6, 7)))
        (self.dir / "large.png").write_bytes(png((60, 60), 8, 0, np.zeros((60, 60), np.uint8)))
        np.save(self.dir / "floats.npy", self.images() / 255)
        np.save(self.dir / "few.npy", self.labels()[:79])
        np.save(self.dir / "narrow.npy", self.images().reshape(80, 4, 9))
        np.savez(self.dir / "narrow.npz", x_test=self.images().reshape(80, 9, 4), t_test=self.labels())
        np.savez(self.dir / "other.npz", x=self.images(), t=self.labels())
        np.save(self.dir / "wrong.npy", self.labels() + 1)
        (self.dir / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 JFIF")
        good = [self.IMAGES]
        for arguments, says in (
                (["wide"], ["wide is an array of the shape (2, 6, 7)", "6 x 6"]),
                (["narrow.npy"], ["narrow.npy is an array of the shape (80, 4, 9)", "(n, 6, 6) or (n, 36)"]),
                (["narrow.npz"], ["narrow.npz: x_test is an array of the shape (80, 9, 4)", "(n, 6, 6) or (n, 36)"]),
                (["other.npz"], ["other.npz holds no array x_test; it holds x, t"]),
                (good + ["--labels", "other.npz"], ["other.npz holds no array t_test; it holds x, t"]),
                (["large.png"], ["large.png has 60 x 60 pixels", "6 x 6"]),
                (["floats.npy"], ["floats.npy is an array of float64", "uint8"]), (["photo.jpg"], ["photo.jpg", "PNG"]), (["nowhere"], ["nowhere"]),
                (["data"], ["data"]), (good + ["wide"], ["wide"]), (good + ["--labels", "few.npy"], ["few.npy holds 79 labels for 80 images"]),
                (good + ["--labels", "wrong.npy"], ["wrong.npy", "is 4", "0 to 3"]), (good + ["--labels", self.IMAGES], [self.IMAGES]),
                ([self.LABELS], ["is an array of the shape (80,)"])):
            with self.subTest(arguments=arguments):
                self.refused("predict", "results/sweep.h5", "--run", "0", *arguments, says=says)


class Verify(Case):
    FILE = Path("results") / "sweep.h5"

    def sweep(self, **keys):
        self.run_it(self.config(**({"learning_rate": [0.1, 0.5, 3e38], "seed": [1, 2], "batch_size": [20, 40]} | keys)), "--quiet")

    def change(self, name, index, change):
        with h5py.File(self.dir / self.FILE, "r+") as f:
            f[name][index] = change(f[name][index])

    def test_an_untouched_file(self):
        self.sweep()
        before = (self.dir / self.FILE).read_bytes()
        self.assertRegex(self.run_it("verify", self.FILE)[0], r"10 of 12 runs trained again, \d+ epochs: every bit is the same")
        self.assertIn("12 of 12 runs", self.run_it("verify", self.FILE, "--all", "--threads", "1", "--kernel", "reference")[0])
        self.assertIn("3 of 12 runs", self.run_it("verify", self.FILE, "--sample", "3", "--instruction-set", "x86-64")[0])
        self.assertEqual((self.dir / self.FILE).read_bytes(), before)

    def test_every_changed_number_is_found(self):
        self.sweep()
        next_number = lambda value: np.nextafter(value, np.float32(9), dtype=np.float32)
        for name, index in (("train_loss", (0, 3)), ("test_accuracy", (1, 0)), ("test_loss", (3, 2)), ("train_accuracy", (2, 1))):
            with self.subTest(name=name):
                self.change(name, index, next_number)
                out, _ = self.run_it("verify", self.FILE, "--all", code=1)
                self.assertIn(f"run {index[0]}: {name} of epoch {index[1]} is ", out)
                self.assertIn("1 run differs", out)
                self.change(name, index, lambda value: np.nextafter(value, np.float32(-9), dtype=np.float32))
        self.assertIn("every bit", self.run_it("verify", self.FILE, "--all")[0])

    def test_a_diverged_run_must_diverge_again(self):
        self.sweep()
        with h5py.File(self.dir / self.FILE) as f:
            diverged = int(np.flatnonzero(f["status"][()] == 3)[0])
            epoch = int(f["epochs_done"][diverged]) + 1
        self.change("epochs_done", diverged, lambda value: value + 1)
        self.assertIn("is damaged", self.run_it("verify", self.FILE, "--all", code=2)[1])
        for metric in "train_loss", "train_accuracy", "test_loss", "test_accuracy":
            self.change(metric, (diverged, epoch), lambda _: 0.5)
        self.assertIn(f"run {diverged}: epochs_done of", self.run_it("verify", self.FILE, "--all", code=1)[0])

    def test_a_changed_specification(self):
        self.sweep()
        self.change("learning_rate", 4, lambda value: value * 2)
        self.assertIn("run 4", self.run_it("verify", self.FILE, "--all", code=1)[1])

    def test_a_changed_data_set(self):
        self.sweep()
        images = self.dir / "data" / "train-images-idx3-ubyte"
        bytes_then = images.read_bytes()
        images.write_bytes(bytes_then[:-1] + bytes([bytes_then[-1] ^ 1]))
        self.assertIn("SHA-256", self.run_it("verify", self.FILE, code=1)[1])
        images.unlink()
        self.assertIn("train-images-idx3-ubyte", self.run_it("verify", self.FILE, code=2)[1])

    def test_a_file_that_is_not_finished(self):
        config = self.config(epochs=100000, seed=[1, 2])
        process = self.start(config, "--commit-interval", "0", "--progress", "jsonl")
        for _ in range(20):
            process.stdout.readline()
        process.kill()
        process.communicate()
        self.assertIn("every bit is the same", self.run_it("verify", self.FILE)[0])


class Check(Files):
    """Is what is in a results file what was written, and which sweep is it?"""
    FILE = Path("results") / "sweep.h5"

    def sweep(self, **keys):
        config = self.config(**({"learning_rate": [0.1, 0.5, 3e38], "seed": [1, 2]} | keys))
        self.run_it(config, "--quiet")
        return config

    def flip(self, name, index, bit=0, file=FILE):
        with h5py.File(self.dir / file, "r+") as f:
            values = f[name][()]
            values.view(np.uint8).reshape(*values.shape, -1)[index][bit // 8] ^= 1 << bit % 8
            f[name][...] = values

    def fingerprint(self, file=FILE):
        (one,) = json.loads(self.run_it("compare", file, "--json")[0])["fingerprints"]
        return one["fingerprint"]

    def test_a_right_file(self):
        self.sweep(save_weights=True)
        before = (self.dir / self.FILE).read_bytes()
        self.assertRegex(self.run_it("check", self.FILE)[0],
                         rf"^{self.FILE}: 6 runs, \d+ epochs, weights: every checksum is right, fingerprint {self.fingerprint()}\n$")
        self.run_it("check", self.FILE, "--drop")
        self.assertEqual((self.dir / self.FILE).read_bytes(), before)

    def test_what_is_changed_is_listed_refused_dropped_and_trained_again(self):
        config = self.sweep(save_weights=True)
        shutil.copy(self.dir / self.FILE, self.dir / "right.h5")
        self.flip("train_loss", (1, 2))
        self.flip("test_accuracy", (1, 0))
        self.flip("weights/W1", (2, 5, 3))
        lines = ["run 1: the metrics of epochs 0 and 2", "run 2: the last weights or their moments"]
        out, err = self.run_it("check", self.FILE, code=1)
        self.assertEqual(out.splitlines()[:-1], [f"{self.FILE}: {line}" for line in lines])
        self.assertIn("2 of 6 runs damaged", out)
        for command in ([config], [config, "epochs=5"], ["plan", config], ["merge", "whole.h5", self.FILE], ["merge", self.FILE, "right.h5"]):
            with self.subTest(command=command):
                self.refused(*command, says=["is damaged", lines[0], "runner check ", "--drop"])
        # Whoever only reads does not look.
        for command in (["compare", self.FILE], ["report", self.FILE], ["watch", self.FILE]):
            self.run_it(*command)
        self.assertIn("taken out", self.run_it("check", self.FILE, "--drop")[0])
        self.assertIn("every checksum is right\n", self.run_it("check", self.FILE)[0])
        self.assertIn("2 of 6 runs to train", self.run_it(config)[1])
        self.assert_same(self.FILE, "right.h5")

    def test_several_files(self):
        self.sweep()
        shutil.copy(self.dir / self.FILE, self.dir / "b.h5")
        self.flip("train_loss", (1, 2), file="b.h5")
        out, err = self.run_it("check", "b.h5", self.FILE, code=1)
        self.assertIn("b.h5: run 1: ", out)
        self.assertIn("every checksum is right", out)
        out, err = self.run_it("check", "nowhere.h5", "b.h5", self.config(), code=2)
        self.assertIn("b.h5: run 1: ", out)
        self.assertEqual(len(err.splitlines()), 2, err)
        self.assertIn("there is no results file nowhere.h5", self.run_it("check", "nowhere.h5", code=2)[1])

    def test_a_file_that_is_being_written(self):
        config = self.config(epochs=100000, seed=[1, 2], save_weights=True)
        process = self.start(config, "--commit-interval", "0", "--progress", "jsonl")
        for _ in range(20):
            process.stdout.readline()
            self.assertIn("every checksum is right\n", self.run_it("check", self.FILE)[0])
        self.refused("check", self.FILE, "--drop", says=["sweep.h5"])
        process.kill()
        process.communicate()
        self.assertIn("every checksum is right\n", self.run_it("check", self.FILE)[0])

    def test_the_fingerprint_is_of_the_numbers_alone(self):
        config = self.sweep(epochs=4)
        fingerprint = self.fingerprint()
        self.assertRegex(fingerprint, "^[0-9a-f]{16}$")
        line = f"Fingerprint: {fingerprint}"
        self.assertEqual(self.run_it("compare", self.FILE)[0].splitlines()[-1], line)
        self.assertEqual(self.run_it(config)[0].splitlines()[-1], line)  # nothing to do
        self.assertEqual(self.run_it("compare", self.FILE, "--where", "seed = 1")[0].splitlines()[-1], line)
        self.run_it("report", self.FILE)
        self.assertIn(f'["Fingerprint","{fingerprint}"]', (self.dir / self.FILE).with_suffix(".html").read_text())
        self.assertNotIn(fingerprint, self.run_it(config, "--output", "c.h5", "--progress", "jsonl")[0])
        # In another order, with weights, in shards, first shorter and with more runs.
        self.run_it(config, "seed=[2,1]", "learning_rate=[3e38,0.5,0.1]", "name=other", "save_weights=true", "--quiet", "--output", "a.h5")
        for shard in (1, 2):
            self.run_it(config, "--shard", f"{shard}/2", "--quiet")
        parts = [f"results/sweep.shard-{shard}-of-2.h5" for shard in (1, 2)]
        self.assertEqual(self.run_it("compare", *parts)[0].splitlines()[-1], line)
        self.run_it("merge", "b.h5", *parts)
        self.run_it(config, "epochs=2", "seed=[1,2,3]", "--quiet", "--output", "d.h5")
        self.run_it(config, "--quiet", "--output", "d.h5")
        for file in ("a.h5", "b.h5", "c.h5", "d.h5"):
            self.assertEqual(self.fingerprint(file), fingerprint, file)
        # A shorter sweep on the longer file has the one that it has in a file of its own.
        shorter = self.run_it(config, "epochs=2", "--output", "a2.h5")[0].splitlines()[-1]
        self.assertEqual(self.run_it(config, "epochs=2")[0].splitlines()[-1], shorter)
        self.assertNotEqual(shorter, line)

    def test_a_sweep_that_has_not_ended_has_none(self):
        config = self.sweep()
        self.run_it(config, "seed=[1,2,3]", "--shard", "1/2", "--quiet", "--output", "part.h5")
        self.run_it("merge", "whole.h5", "part.h5", code=1)
        self.assertIsNone(self.fingerprint("whole.h5"))
        self.assertNotIn("Fingerprint", self.run_it("compare", "whole.h5")[0])
        self.assertIn("has no fingerprint", self.run_it("verify", "whole.h5", "--expect", "0123abcd", code=1)[0])

    def test_the_fingerprint_that_is_expected(self):
        self.sweep()
        fingerprint = self.fingerprint()
        self.assertIn("every bit is the same", self.run_it("verify", self.FILE, "--expect", fingerprint)[0])
        self.assertIn("every bit is the same", self.run_it("verify", self.FILE, "--expect", fingerprint[:8], "--sample", "2")[0])
        other = ("0" if fingerprint[0] != "0" else "1") + fingerprint[1:]
        out, _ = self.run_it("verify", self.FILE, "--expect", other, code=1)
        self.assertEqual(out, f"{self.FILE}: its fingerprint is {fingerprint}, expected is {other}\n")
        for text in ("3f9a", "xyz", "3F9A1C2B", "0" * 65):
            self.refused("verify", self.FILE, "--expect", text, says=[text, "8 to 64"])
        self.flip("train_loss", (1, 2))
        self.assertIn("its fingerprint is", self.run_it("verify", self.FILE, "--expect", fingerprint, code=1)[0])


class Seal(Files):
    """What other programs do to a results file."""
    FILE = Path("results") / "sweep.h5"
    OPENED = "import h5py, sys, time; f = h5py.File(sys.argv[1], 'a'); print('open', flush=True); time.sleep(600)"

    def sweep(self):
        config = self.config(learning_rate=[0.1, 0.5])
        self.run_it(config, "--quiet")
        return config

    def another_writer(self):
        writer = subprocess.Popen([sys.executable, "-c", self.OPENED, self.dir / self.FILE], stdout=subprocess.PIPE, text=True)
        self.addCleanup(writer.stdout.close)
        self.addCleanup(writer.wait)
        self.addCleanup(writer.kill)
        self.assertEqual(writer.stdout.readline(), "open\n")
        return writer

    def test_a_program_that_has_it_open_and_is_killed(self):
        config = self.sweep()
        writer = self.another_writer()
        self.assertNotEqual((self.dir / self.FILE).read_bytes()[20], 0)  # the mark that HDF5 leaves
        self.assertIn("0.5", self.run_it("compare", self.FILE)[0])
        for command in ([config], [config, "epochs=5"], [config, "--fresh"], ["merge", self.FILE, self.FILE], ["seal", self.FILE]):
            with self.subTest(command=command):
                self.refused(*command, says=["sweep.h5 is open for writing in another program"])
        writer.kill()
        writer.wait()
        self.assertNotEqual((self.dir / self.FILE).read_bytes()[20], 0)
        for command in (["compare", self.FILE], ["report", self.FILE], ["watch", self.FILE], ["verify", self.FILE], [config]):
            with self.subTest(command=command):
                self.run_it(*command)
        self.assertIn("the seal is right", self.run_it("seal", self.FILE)[0])
        self.run_it(config, "--quiet", "epochs=5")
        self.run_it(config, "--quiet", "epochs=5", "--output", "fresh.h5")
        self.assert_same(self.FILE, "fresh.h5")

    def test_what_another_program_adds(self):
        config = self.sweep()
        with h5py.File(self.dir / self.FILE, "a") as f:
            f["train_loss"].attrs["note"] = "look here"
            f["mean"] = np.arange(200_000.0)
        said = [f"another program has written into the results file {self.FILE}, or it is damaged: runner seal {self.FILE} lists what was added"]
        for command in (["compare", self.FILE], ["verify", self.FILE], ["watch", self.FILE]):
            self.refused(*command, says=said)
        self.assertEqual(self.run_it("seal", self.FILE)[0],
                         f"{self.FILE}: another program has added\n  the variable mean\n  the attribute note of train_loss\n"
                         "The arrays are in their places, and the numbers can be read: the file is sealed as it is now.\n")
        self.assertIn("every bit is the same", self.run_it("verify", self.FILE)[0])
        self.assertIn("nothing to do", self.run_it(config)[1])
        with h5py.File(self.dir / self.FILE) as f:
            self.assertEqual(f["train_loss"].attrs["note"], "look here")
            self.assertEqual(f["mean"][199_999], 199_999)
        self.assertIn("the variable mean in ", self.run_it(config, "epochs=5")[1])

    def test_a_file_that_cannot_be_taken_as_it_is(self):
        self.sweep()
        with h5py.File(self.dir / self.FILE, "a") as f:
            del f["train_loss"]
        before = (self.dir / self.FILE).read_bytes()
        self.refused("seal", self.FILE, says=["the array train_loss is missing"])
        self.assertEqual((self.dir / self.FILE).read_bytes(), before)
        self.refused("seal", self.config(), says=["is not a results file"])
        self.refused("seal", "nowhere.h5", says=["there is no results file nowhere.h5"])

    def test_a_file_of_another_arithmetic(self):
        """It is shown; nothing is compared with it, trained or put into it."""
        config = self.sweep()
        with h5py.File(self.dir / self.FILE, "a") as f:
            f.attrs.modify("arithmetic_version", 99)
        self.run_it("seal", self.FILE)
        for command in (["compare", self.FILE], ["report", self.FILE], ["watch", self.FILE]):
            with self.subTest(command=command):
                self.run_it(*command)
        for command in (["verify", self.FILE], [config], [config, "epochs=5"], [config, "learning_rate=[0.1,0.2,0.5]"],
                        ["merge", "whole.h5", self.FILE]):
            with self.subTest(command=command):
                self.refused(*command, says=["version 99 of the arithmetic, but this program has"])


class Report(Case):
    def setUp(self):
        super().setUp()
        self.run_it(self.config(hidden_size=[3, 9], seed=[1, 2], description="<b>&</b>"), "--quiet")
        self.file = self.dir / "results" / "sweep.h5"

    @staticmethod
    def data_of(page):
        return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.S)[1])

    def test_lies_beside_the_results(self):
        out, err = self.run_it("report", "results/sweep.h5")
        self.assertEqual((out, err), ("results/sweep.html\n", ""))
        data = self.data_of(self.dir / "results" / "sweep.html")
        self.assertEqual(data["configurations"], 2)
        self.assertEqual(data["description"], "<b>&</b>")
        compared = json.loads(self.run_it("compare", self.file, "--json")[0])["configurations"]
        for i, c in enumerate(compared):
            for name, values in data["columns"].items():
                self.assertEqual(values[i], c[name])

    def test_output(self):
        page = self.dir / "page.html"
        for _ in range(2):  # the second in the place of the first
            self.run_it("report", self.file, "-o", page)
            self.assertEqual(self.data_of(page)["name"], "sweep")
        self.assertEqual(sorted(p.name for p in self.dir.iterdir() if "tmp" in p.name), [])

    def test_of_100_runs_is_below_1_mb_with_all_its_sections(self):
        make_dataset(self.dir / "images", side=28, classes=10)
        self.run_it(self.config(name="hundred", dataset={"dir": "images"}, epochs=20, save_weights=True, hidden_size=[30, 50],
                                learning_rate=[0.1, 0.2, 0.5, 1, 2], seed={"range": [1, 10]}), "--quiet")
        self.run_it("report", "results/hundred.h5")
        page = self.dir / "results" / "hundred.html"
        data = self.data_of(page)
        self.assertEqual(data["runs"], 100)
        self.assertEqual([len(run["units"]) for run in data["weights"]["runs"]], [24] * 6)
        self.assertLess(page.stat().st_size, 1_000_000)

    def test_never_in_the_place_of_the_results(self):
        before = self.file.read_bytes()
        self.refused("report", self.file, "-o", "results/../results/sweep.h5", says=["results file"])
        self.assertEqual(self.file.read_bytes(), before)

    def test_where_nothing_can_be_written(self):
        (self.dir / "folder").mkdir()
        self.refused("report", self.file, "-o", "folder", code=1, says=["cannot write folder", "directory"])
        self.refused("report", self.file, "-o", "nowhere/page.html", code=1, says=["cannot write nowhere/page.html", "No such file"])

    def test_what_is_no_results_file(self):
        self.refused("report", "nowhere.h5", says=["nowhere.h5"])
        self.refused("report", "sweep.json", says=["sweep.json"])
        self.refused("report", says=["FILE"])

    def test_several_files_are_one_page_and_need_its_name(self):
        self.run_it(self.config(name="other", hidden_size=[3, 9], seed=[1, 2], train_size=20), "--quiet")
        other = self.dir / "results" / "other.h5"
        self.refused("report", self.file, other, says=["--output"])
        self.refused("report", self.file, other, "--svg", "figures", says=["--svg", "several"])
        self.run_it("report", self.file, other, "-o", "both.html")
        data = self.data_of(self.dir / "both.html")
        self.assertEqual(data["axes"][0]["name"], "file")
        self.assertEqual(data["axes"][0]["values"], ["sweep", "other"])
        self.assertEqual(data["configurations"], 4)
        self.refused("report", self.file, other, "-o", other, says=["results file"])


class Classes(Case):
    def setUp(self):
        super().setUp()
        self.run_it(self.config(learning_rate=[0.05, 0.5], seed=[1, 2, 3], epochs=20), "--quiet")
        self.file = self.dir / "results" / "sweep.h5"
        self.labels = np.frombuffer((self.dir / "data" / "t10k-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
        with h5py.File(self.file) as f:
            self.predictions = f["predictions/test_prediction"][()]
            self.rates, self.accuracies = f["learning_rate"][()], f["test_accuracy"][:, -1]

    def classes(self, *arguments):
        return json.loads(self.run_it("classes", self.file, "--json", *arguments)[0])

    def test_are_what_numpy_makes_of_the_predictions(self):
        shown = self.classes("--where", "learning_rate = 0.05")
        self.assertEqual(shown["settings"], [])
        rows = self.predictions[self.rates == 0.05]
        confusion = np.array([[[np.sum((self.labels == t) & (row == p)) for p in range(4)] for t in range(4)] for row in rows])
        np.testing.assert_allclose(shown["confusion"], confusion.mean(axis=0), rtol=1e-15)
        right = confusion.diagonal(axis1=1, axis2=2)
        of_label, of_prediction = confusion.sum(axis=2), confusion.sum(axis=1)
        with np.errstate(invalid="ignore"):
            expected = {"accuracy": (80 + 2 * right - of_label - of_prediction) / 80, "precision": np.nan_to_num(right / of_prediction),
                        "recall": right / of_label, "f1": 2 * right / (of_label + of_prediction)}
        for name, values in expected.items():
            np.testing.assert_allclose([c[name] for c in shown["classes"]], values.mean(axis=0), rtol=1e-12, err_msg=name)
            half = 4.302652729911275 * values.std(axis=0, ddof=1) / np.sqrt(3)  # Student's t, 2 degrees of freedom
            np.testing.assert_allclose([c[f"{name}_ci"] for c in shown["classes"]], half, rtol=1e-9, atol=1e-15, err_msg=name)
        self.assertAlmostEqual(shown["test_accuracy"], self.accuracies[self.rates == 0.05].mean(), 6)
        self.assertEqual(shown["runs"], 3)
        wrong = (rows != self.labels).sum(axis=0)
        worst = np.argsort(-wrong, kind="stable")[:min(40, np.count_nonzero(wrong))]
        self.assertEqual([(one["image"], one["class"], one["runs"]) for one in shown["misclassified"]],
                         [(i, self.labels[i], wrong[i]) for i in worst])

    def test_are_of_the_best_configuration_or_of_a_run(self):
        best = max(set(self.rates), key=lambda rate: self.accuracies[self.rates == rate].mean())
        shown = self.classes()
        self.assertEqual((shown["settings"], shown["seeds"], shown["runs"]), ([f"learning_rate {best:g}"], [1, 2, 3], 6))
        table = self.run_it("classes", self.file)[0]
        self.assertIn("Best of 2 configurations by test accuracy", table)
        self.assertIn(" taken for ", table)
        one = self.classes("--run", 4)
        self.assertEqual((one["chosen"], one["seeds"]), ("Run 4", [2]))
        self.assertEqual(one["test_accuracy"], np.mean(self.predictions[4] == self.labels))
        lines = list(csv.reader(io.StringIO(self.run_it("classes", self.file, "--run", 4, "--csv")[0])))
        self.assertEqual([line[:3] for line in lines[1:]], [[str(k), str(k), str(np.sum(self.labels == k))] for k in range(4)])
        self.assertEqual([[float(x) for x in line[-4:]] for line in lines[1:]], one["confusion"])

    def test_of_shards_on_the_page_are_each_of_their_file(self):
        for shard in ("1/2", "2/2"):
            self.run_it("sweep.json", "--shard", shard, "--quiet")
        shards = [f"results/sweep.shard-{k}-of-2.h5" for k in (1, 2)]
        self.run_it("report", *shards, "-o", "shards.html")
        self.run_it("report", self.file, "-o", "whole.html")
        pages = [Report.data_of(self.dir / name)["classes"] for name in ("shards.html", "whole.html")]
        self.assertEqual(*pages)
        self.assertEqual(len(pages[0]["of"]), 2)

    def test_need_predictions(self):
        self.run_it(self.config("bare", save_predictions=False), "--quiet")
        self.refused("classes", "results/bare.h5", says=["results/bare.h5 has no predictions", '"save_predictions": true'])
        self.refused("classes", self.file, "--run", "6", says=["there is no run 6"])
        self.refused("classes", self.file, "--where", "learning_rate > 1", says=["sweep.h5", "no run"])
        self.refused("classes", self.file, "--where", "learnig_rate > 1", says=["learnig_rate"])
        self.refused("classes", self.file, "--csv", "--json", says=["--json"])

    def test_a_page_of_a_hundred_runs_is_below_a_megabyte(self):
        make_dataset(self.dir / "large", train=100, test=200, side=28, classes=10)
        self.run_it(self.config("hundred", dataset={"dir": "large"}, epochs=10, batch_size=50,
                                learning_rate=[k / 50 for k in range(1, 11)], hidden_size=list(range(1, 11))), "--quiet")
        self.run_it("report", "results/hundred.h5")
        page = self.dir / "results" / "hundred.html"
        data = Report.data_of(page)
        self.assertEqual((data["runs"], len(data["classes"]["of"]), len(data["classes"]["files"][0]["misclassified"])), (100, 100, 40))
        self.assertGreater(len(data["classes"]["files"][0]["pixels"]), 40_000)
        self.assertLess(page.stat().st_size, 1_000_000)


class Figures(Case):
    """report --svg"""

    def setUp(self):
        super().setUp()
        self.run_it(self.config(hidden_size=[3, 9], seed=[1, 2], learning_rate=[0.1, 1], name="a<b&c"), "--quiet", "-o", "r.h5")

    @staticmethod
    def texts(svg):
        return [(float(t.get("x")), float(t.get("y")), t.get("text-anchor"), t.text)
                for t in svg.iter("{http://www.w3.org/2000/svg}text")]

    def test_are_files(self):
        out, err = self.run_it("report", "r.h5", "--svg", "paper/plots")
        self.assertEqual(err, "")
        files = out.split()
        self.assertEqual([f"paper/plots/{name}.svg" for name in (
            "train_against_test", "learning_curves", "gap_by_learning_rate", "accuracy_by_learning_rate", "gap_by_hidden_size",
            "accuracy_by_hidden_size", "gap_learning_rate_hidden_size", "test_accuracy_learning_rate_hidden_size")], files)
        self.assertEqual(sorted(files), sorted(f"paper/plots/{p.name}" for p in (self.dir / "paper" / "plots").iterdir()))
        self.assertFalse((self.dir / "r.html").exists())
        for file in files:
            svg = ElementTree.parse(self.dir / file).getroot()
            self.assertEqual(svg.tag, "{http://www.w3.org/2000/svg}svg")
            self.assertIn("a<b&c: ", [t for *_, t in self.texts(svg)][0])
            width = float(svg.get("width"))
            self.assertTrue(all(0 <= x <= width for x, *_ in self.texts(svg)))

    def test_take_the_place_of_older_ones(self):
        self.run_it("report", "r.h5", "--svg", ".")
        figure = self.dir / "train_against_test.svg"
        content = figure.read_bytes()
        figure.write_text("older")
        out, _ = self.run_it("report", "r.h5", "--svg", ".", "-o", "page.html")
        self.assertEqual(out.split()[:2], ["page.html", "./train_against_test.svg"])
        self.assertEqual(figure.read_bytes(), content)
        self.assertTrue((self.dir / "page.html").exists())

    def test_points_lie_where_the_axes_say(self):
        self.run_it("report", "r.h5", "--svg", ".")
        svg = ElementTree.parse(self.dir / "train_against_test.svg").getroot()
        # The axes, from their labels: those of y end at their marks, those of x have theirs in the middle.
        ticks = {anchor: [(x, y, float(t)) for x, y, a, t in self.texts(svg) if a == anchor and re.fullmatch(r"-?[\d.]+", t)]
                 for anchor in ("middle", "end")}
        x_axis = np.polyfit([x for x, _, _ in ticks["middle"]], [v for *_, v in ticks["middle"]], 1)
        y_axis = np.polyfit([y - 0.36 * 11 for _, y, _ in ticks["end"]], [v for *_, v in ticks["end"]], 1)
        # The first kind of configurations are circles, "M left y a radius …".
        drawn = []
        for path in svg.iter("{http://www.w3.org/2000/svg}path"):
            if path.get("fill") == "#0072b2":
                for x, y, r in re.findall(r"M([\d.]+) ([\d.]+)a([\d.]+)", path.get("d"))[:2]:
                    drawn.append((np.polyval(x_axis, float(x) + float(r)), np.polyval(y_axis, float(y))))
        compared = json.loads(self.run_it("compare", "r.h5", "--json")[0])["configurations"]
        axis = next(a for a in ("learning_rate", "hidden_size") if any(t.startswith(a) for *_, t in self.texts(svg)))
        first = min(c[axis] for c in compared)
        expected = [(c["train_accuracy"], c["test_accuracy"]) for c in compared if c[axis] == first]
        # Two decimals of a pixel, on labels of three digits.
        np.testing.assert_allclose(sorted(drawn[:2]), sorted(expected), atol=5e-4)

    def test_of_the_best_runs(self):
        out, _ = self.run_it("report", "r.h5", "--svg", "plots", "--top", "5")
        self.assertEqual(out.split()[2], "plots/best_runs.svg")
        texts = [t for *_, t in self.texts(ElementTree.parse(self.dir / "plots" / "best_runs.svg").getroot())]
        with h5py.File(self.dir / "r.h5") as file:
            best = sorted(file["test_accuracy"][:, -1], reverse=True)[:5]
        self.assertEqual([t for t in texts if re.fullmatch(r"\d+: [\d.]+", t)], [f"{k + 1}: {accuracy:.4f}" for k, accuracy in enumerate(best)])
        self.refused("report", "r.h5", "--top", "5", says=["--svg"])
        self.refused("report", "r.h5", "--svg", "plots", "--top", "0", says=["--top"])

    def test_of_nothing_done(self):
        self.run_it(self.config(learning_rate=3e38), "--quiet", "-o", "d.h5")
        out, _ = self.run_it("report", "d.h5", "--svg", "plots")
        self.assertIn("d.h5: there are no figures yet, because no run is done", out)
        self.assertFalse((self.dir / "plots").exists())

    def test_where_nothing_can_be_written(self):
        (self.dir / "file").write_text("")
        self.refused("report", "r.h5", "--svg", "file", code=1, says=["cannot", "file"])
        self.refused("report", "nowhere.h5", "--svg", "plots", says=["nowhere.h5"])


class Gradcheck(Case):
    def test_back_propagation_is_right(self):
        out, _ = self.run_it("gradcheck", self.config(hidden_size=[3, 20], loss=["cross_entropy", "mean_squared_error"], seed=[1, 2]))
        self.assertEqual(out.count("images of"), 4)  # a seed makes no other network
        self.assertIn("36-3-4, cross_entropy, weight_init_std", out)
        self.assertIn("Back-propagation is right", out)

    def test_overrides(self):
        out, _ = self.run_it("gradcheck", self.config(), "loss=mean_squared_error", "hidden_size=7", "batch_size=11")
        self.assertIn("-7-4, mean_squared_error", out)
        self.assertIn(", 11 images of", out)

    def test_says_where_the_logarithm_s_constant_shows(self):
        out, _ = self.run_it("gradcheck", self.config(), "weight_init_std=100", code=1)
        self.assertIn("Back-propagation is off", out)

    def test_bad_input(self):
        self.refused("gradcheck", self.config(loss="hinge"), says=["loss", "hinge"])
        self.refused("gradcheck", "nowhere.json", says=["nowhere.json"])
        self.refused("gradcheck", says=["CONFIG"])


class Bits(Case):
    """A run's numbers depend on its specification alone."""

    axes = {"learning_rate": [0.1, 0.7], "batch_size": [7, 20], "hidden_size": [3, 30], "seed": [1, 2],
            "sampling": ["shuffle", "with_replacement"], "loss": ["cross_entropy", "mean_squared_error"]}

    def all_of(self, name, *arguments, **keys):
        """Every run's numbers by its axis values."""
        self.run_it(self.config(name, save_weights=True, **keys), "--quiet", *arguments)
        with h5py.File(self.dir / "results" / f"{name}.h5") as f:
            specs = zip(*(f[key][()].tolist() for key in self.axes))
            weights = f["weights"]
            numbers = []
            for r, hidden in enumerate(f["hidden_size"][()]):
                parts = [f[key][r] for key in METRICS]
                for stage in ("initial_", ""):
                    parts += [weights[stage + "W1"][r, :, :hidden], weights[stage + "b1"][r, :hidden],
                              weights[stage + "W2"][r, :hidden], weights[stage + "b2"][r]]
                numbers.append(b"".join(np.ascontiguousarray(p).tobytes() for p in parts))
            return dict(zip(specs, numbers))

    def test_threads_kernels_and_instruction_sets(self):
        expected = self.all_of("expected", "--threads", "1", "--kernel", "reference", **self.axes)
        self.assertEqual(len(expected), 64)
        self.assertEqual(len(set(expected.values())), 64)
        flags = Path("/proc/cpuinfo").read_text()
        settings = [["--threads", n] for n in (1, 2, 3, 8)] + [["--kernel", "reference", "--threads", 3]]
        settings += [["--instruction-set", s] for s, flag in
                     (("x86-64", "sse2"), ("x86-64-v3", "avx2"), ("x86-64-v4", "avx512vl")) if flag in flags]
        for i, setting in enumerate(settings):
            with self.subTest(setting=setting):
                self.assertEqual(self.all_of(f"s{i}", *setting, **self.axes), expected)

    def test_order_of_lists_and_company(self):
        expected = self.all_of("expected", **self.axes)
        self.assertEqual(self.all_of("reversed", **{k: v[::-1] for k, v in self.axes.items()}), expected)
        for i, (spec, numbers) in enumerate(random.Random(1).sample(sorted(expected.items()), 4)):
            alone = dict(zip(self.axes, spec))
            alone["sampling"] = self.axes["sampling"][alone["sampling"]]
            alone["loss"] = self.axes["loss"][alone["loss"]]
            self.assertEqual(self.all_of(f"alone{i}", **alone), {spec: numbers})

    def test_numerical_gradients(self):
        keys = {"gradient": "numerical", "batch_size": 20, "hidden_size": [3, 30], "loss": self.axes["loss"], "epochs": 2}
        expected = self.all_of("expected", "--threads", "1", **keys)
        self.assertEqual(len(expected), 4)
        for i, setting in enumerate([["--threads", 3], ["--threads", 8], ["--kernel", "reference"], ["--instruction-set", "x86-64"]]):
            with self.subTest(setting=setting):
                self.assertEqual(self.all_of(f"s{i}", *setting, **keys), expected)
        # Stored weights, two epochs further, and trained again from what the file says.
        config = self.config("expected", save_weights=True, **{**keys, "epochs": 4})
        self.run_it(config, "--quiet")
        self.assertIn("every bit is the same", self.run_it("verify", "results/expected.h5", "--all")[0])


class Interruptions(Files):
    # So many that a fast machine, too, is at work for longer than it takes to stop it.
    EPOCHS = 300
    keys = {"learning_rate": [0.1, 0.3, 0.7], "hidden_size": [10, 40], "seed": list(range(12)), "epochs": EPOCHS,
            "save_weights": True}

    def interrupted(self, how, code):
        """Runs a sweep, interrupting it again and again, to its end; returns how often it was."""
        config = self.config(**self.keys)
        r = random.Random(5)
        for count in range(200):
            p = self.start(config, "--commit-interval", "20", "--progress", "jsonl")
            # At first at once, when there may be no file yet; then after some epochs, more and more:
            # what is killed has to begin its runs in flight anew.
            for _ in range(r.randrange(20, 300 + 100 * count) if count > 2 else 0):
                p.stdout.readline()
            p.send_signal(how)
            p.stdout.read()
            err = p.stderr.read()
            p.wait()
            p.stdout.close()
            p.stderr.close()
            if p.returncode == 0:
                return count
            self.assertIn(p.returncode, code, err)
            if p.returncode == 130:
                self.assertIn("the same command continues", err)
            if (self.dir / "results" / "sweep.h5").exists():
                self.results(keys=(*METRICS, "epochs_done"))
        self.fail("it never came to an end")

    def check(self, how, code):
        self.run_it(self.config(**self.keys), "--quiet", "--output", "results/undisturbed.h5")
        self.assertGreater(self.interrupted(how, code), 5)
        self.assert_same("results/sweep.h5", "results/undisturbed.h5")

    def test_ctrl_c(self):
        # Before there is a results file, the signal has its ordinary effect.
        self.check(signal.SIGINT, (130, -signal.SIGINT))

    def test_sigterm(self):
        self.check(signal.SIGTERM, (130, -signal.SIGTERM))

    def test_kill(self):
        self.check(signal.SIGKILL, (-signal.SIGKILL,))


class InterruptionsThatStop(Files):
    keys = Interruptions.keys | {"save_weights": False}

    def test_a_stopped_sweep_trains_no_epoch_twice(self):
        self.run_it(self.config(**self.keys), "--quiet", "--output", "results/undisturbed.h5")
        config = self.config(**self.keys)
        told, stops, code = [], 0, 130
        while code == 130:
            p = self.start(config, "--commit-interval", "20", "--progress", "jsonl")
            for _ in range(300 + 100 * stops):
                told.append(p.stdout.readline())
            p.send_signal(signal.SIGTERM)
            told += p.stdout.readlines()
            code = p.wait()
            p.stdout.close()
            p.stderr.close()
            stops += code == 130
        self.assertEqual(code, 0)
        self.assertGreater(stops, 3)
        # The untrained network is made anew each time.
        epochs = [(line["run"], line["epoch"]) for line in map(json.loads, filter(None, told)) if line["epoch"] > 0]
        self.assertEqual(len(epochs), 72 * Interruptions.EPOCHS)
        self.assertEqual(len(set(epochs)), 72 * Interruptions.EPOCHS)
        self.run_it(config, "--quiet")
        self.assert_same("results/sweep.h5", "results/undisturbed.h5")
        self.assertEqual(sorted(p.name for p in (self.dir / "results").iterdir()), ["sweep.h5", "undisturbed.h5"])

    def test_a_stop_is_answered_at_once_and_a_second_one_ends_the_program(self):
        for which in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=which):
                # An epoch of this takes far longer than the test: the answer and the end do not wait for it.
                p = self.start(self.config(dataset="fashion-mnist", gradient="numerical", hidden_size=400, batch_size=1, name=which.name),
                               "--progress", "jsonl", "--commit-interval", "0")
                self.assertIn('"epoch":0', p.stdout.readline())
                self.assertIn("to train on", p.stderr.readline())
                p.send_signal(which)
                self.assertEqual(p.stderr.readline(), "stopping after this epoch; press Ctrl-C again to stop at once\n")
                self.assertIsNone(p.poll())
                p.send_signal(which)
                self.assertEqual(p.wait(timeout=60), 130)
                self.assertEqual(self.results(which.name, ["epochs_done"])["epochs_done"][0], 0)
                p.stdout.close()
                p.stderr.close()

    def test_a_stopped_sweep_counts_the_runs_of_the_config_alone(self):
        self.run_it(self.config(seed=[1, 2, 3]), "--quiet")
        p = self.start(self.config(seed=4, epochs=1000000), "--progress", "jsonl")
        p.stdout.readline()
        p.send_signal(signal.SIGTERM)
        p.stdout.read()
        err = p.stderr.read()
        p.stdout.close()
        p.stderr.close()
        self.assertEqual(p.wait(), 130)
        self.assertIn("stopped: 0 of 1 runs", err)

    def test_a_stopped_sweep_finishes_its_epochs_and_says_so(self):
        p = self.start(self.config(epochs=1000000), "--progress", "jsonl")
        for _ in range(3):
            p.stdout.readline()
        p.send_signal(signal.SIGTERM)
        p.stdout.read()
        err = p.stderr.read()
        p.stdout.close()
        p.stderr.close()
        self.assertEqual(p.wait(), 130)
        self.assertIn("stopped: 0 of 1 runs", err)
        self.assertGreater(self.results(keys=["epochs_done"])["epochs_done"][0], 0)


class EarlyStopping(Files):
    """Runs that end before the sweep does: which these are follows from the numbers of the whole sweep."""

    KEYS = {"learning_rate": [0.5, 0.01, 3e38, 2], "hidden_size": [4, 8, 16], "seed": [1, 2], "epochs": 12}
    HALVING = {"successive_halving": {"eta": 3, "min_epochs": 2}}
    PATIENCE = {"patience": 2, "metric": "test_accuracy"}
    ENDS = ("status", "epochs_done", "hidden_size", "learning_rate", "seed")
    DONE, DIVERGED, STOPPED = 2, 3, 4

    def setUp(self):
        super().setUp()
        self.run_it(self.config("whole", **self.KEYS), "--quiet")
        self.whole = self.results("whole", (*METRICS, *self.ENDS))

    def stopping(self, rule, **keys):
        return self.config(**(self.KEYS | {"early_stopping": rule} | keys))

    def lines(self, *arguments):
        out, _ = self.run_it(*arguments, "--progress", "jsonl")
        return [json.loads(line) for line in out.splitlines()]

    def assert_trained_once(self, lines):
        """No epoch twice; what is stopped at a rung is told of again."""
        epochs = [(line["run"], line["epoch"]) for line in lines if line["epoch"] > 0 and line["status"] != "stopped"]
        self.assertEqual(len(epochs), len(set(epochs)))

    def assert_ends(self, ends, name="sweep"):
        """The runs end after these epochs, and until then their numbers are those of the whole sweep."""
        r = self.results(name, (*METRICS, *self.ENDS))
        self.assertEqual(r["epochs_done"].tolist(), ends)
        for run, end in enumerate(ends):
            for metric in METRICS:
                self.assertEqual(r[metric][run, :end + 1].tobytes(), self.whole[metric][run, :end + 1].tobytes())
                self.assertTrue(np.isnan(r[metric][run, end + 1:]).all())
            ended = self.DIVERGED if self.whole["status"][run] == self.DIVERGED else self.DONE if end == 12 else self.STOPPED
            self.assertEqual(r["status"][run], ended)
        self.assertIn("every bit is the same", self.run_it("verify", f"results/{name}.h5", "--all")[0])

    def ends_by_patience(self, patience, values):
        """As Keras counts: the first epoch is 1, and always the best until then."""
        ends = []
        for curve, last in zip(values, self.whole["epochs_done"].tolist()):
            best, wait, end = -np.inf, 0, last
            for epoch in range(1, last + 1):
                wait += 1
                if curve[epoch] > best:
                    best, wait = curve[epoch], 0
                if wait >= patience:
                    end = epoch
                    break
            ends.append(end)
        return ends

    def ends_by_halving(self, eta, rung):
        ends, left = self.whole["epochs_done"].tolist(), list(range(12))
        while rung < 12:
            def cost(c):
                seeds = [2 * c, 2 * c + 1]
                if any(self.whole["epochs_done"][run] < rung for run in seeds):
                    return np.inf
                return np.mean([np.float64(self.whole["test_loss"][run, rung]) for run in seeds])
            left.sort(key=lambda c: (cost(c), c))
            for c in left[max(len(left) // eta, 1):]:
                for run in (2 * c, 2 * c + 1):
                    ends[run] = min(ends[run], rung)
            left = left[:max(len(left) // eta, 1)]
            rung *= eta
        return ends

    def test_patience(self):
        for weights in (False, True):
            with self.subTest(save_weights=weights):
                lines = self.lines(self.stopping(self.PATIENCE, save_weights=weights), "--fresh")
                self.assert_trained_once(lines)
                ends = self.ends_by_patience(2, self.whole["test_accuracy"])
                self.assertGreater(len(set(ends)), 4)
                self.assert_ends(ends)
                self.assertEqual({line["run"] for line in lines if line["status"] == "stopped"},
                                 {run for run, end in enumerate(ends) if 0 < end < 12})
                self.assertEqual(self.lines(self.stopping(self.PATIENCE, save_weights=weights)), [])

    def test_patience_by_loss(self):
        self.run_it(self.stopping({"patience": 3}), "--quiet")
        self.assert_ends(self.ends_by_patience(3, -self.whole["test_loss"]))

    def test_successive_halving(self):
        ends = self.ends_by_halving(3, 2)
        self.assertEqual(ends.count(12), 2)
        self.assertEqual(ends.count(6), 6)
        for weights in (False, True):
            for threads in (1, 2):
                with self.subTest(save_weights=weights, threads=threads):
                    config = self.stopping(self.HALVING, save_weights=weights)
                    self.assert_trained_once(self.lines(config, "--threads", threads, "--fresh"))
                    self.assert_ends(ends)
                    self.assertEqual(self.lines(config), [])
                    shutil.copy(self.dir / "results/sweep.h5", self.dir / f"{weights}-{threads}.h5")
            self.assert_same(f"{weights}-1.h5", f"{weights}-2.h5")
        self.assertEqual([path.name for path in (self.dir / "results").glob("*.checkpoint")], [])

    LONGER = {"learning_rate": [0.5, 0.1, 3e38], "hidden_size": [10, 40], "seed": list(range(60)), "epochs": 60}

    def check_interrupted(self, rule, how, codes, **keys):
        config = self.stopping(rule, **(self.LONGER | keys))
        self.run_it(config, "--quiet", "--output", "results/undisturbed.h5", "--fresh")
        r, lines, interruptions, code = random.Random(9), [], 0, None
        while code != 0:
            p = self.start(config, "--progress", "jsonl", "--commit-interval", "0", *(["--fresh"] if code is None else []))
            told = [p.stdout.readline() for _ in range(r.randrange(1, 20 + 60 * interruptions))]
            p.send_signal(how)
            told += p.stdout.readlines()
            p.communicate()
            code = p.returncode
            self.assertIn(code, (0, *codes))
            lines += [json.loads(line) for line in told if line.endswith("\n")]
            interruptions += code != 0
        self.assertGreater(interruptions, 1)
        self.assert_same("results/sweep.h5", "results/undisturbed.h5")
        with h5py.File(self.dir / "results/sweep.h5") as f:
            self.assertIn(self.STOPPED, f["status"][:])
        return lines

    def test_killed(self):
        for weights in (False, True):
            for rule in (self.HALVING, {"patience": 10, "metric": "test_accuracy"}):
                with self.subTest(save_weights=weights, rule=rule):
                    self.check_interrupted(rule, signal.SIGKILL, (-signal.SIGKILL,), save_weights=weights)

    def test_stopped_by_a_signal_no_epoch_is_trained_twice(self):
        for rule in (self.HALVING, {"patience": 10, "metric": "test_accuracy"}):
            with self.subTest(rule=rule):
                self.assert_trained_once(self.check_interrupted(rule, signal.SIGTERM, (130, -signal.SIGTERM)))

    def test_without_the_rule_they_are_taken_on(self):
        for weights in (False, True):
            for rule in (self.HALVING, self.PATIENCE):
                with self.subTest(save_weights=weights, rule=rule):
                    self.run_it(self.stopping(rule, save_weights=weights), "--quiet", "--fresh")
                    lines = self.lines(self.config(**(self.KEYS | {"save_weights": weights})))
                    if weights:
                        self.assertEqual([line for line in lines if line["epoch"] == 0], [])
                    self.run_it(self.config(**(self.KEYS | {"save_weights": weights})), "--quiet", "--fresh", "--output", "plain.h5")
                    self.assert_same("results/sweep.h5", "plain.h5")

    def test_with_another_rule_they_are_those_of_that_rule(self):
        config = self.stopping({"patience": 4, "metric": "test_accuracy"}, epochs=20)
        self.run_it(self.stopping(self.PATIENCE), "--quiet")
        self.run_it(config, "--quiet")
        self.run_it(config, "--quiet", "--output", "fresh.h5")
        self.assert_same("results/sweep.h5", "fresh.h5")

    def test_what_is_done_stays_done(self):
        for rule in (self.HALVING, self.PATIENCE):
            shutil.copy(self.dir / "results/whole.h5", self.dir / "results/sweep.h5")
            self.assertEqual(self.lines(self.stopping(rule)), [])
            self.assert_ends(self.whole["epochs_done"].tolist())

    def test_a_run_in_the_middle_that_fulfils_the_rule_is_trained_no_further(self):
        self.run_it(self.config(**(self.KEYS | {"epochs": 6})), "--quiet")
        self.run_it(self.stopping(self.PATIENCE), "--quiet")
        ends = [end if end == 12 else min(max(end, 6), last) for end, last in
                zip(self.ends_by_patience(2, self.whole["test_accuracy"]), self.whole["epochs_done"].tolist())]
        self.assertIn(6, ends)
        self.assert_ends(ends)

    def test_shards(self):
        for shard in (1, 2):
            self.run_it(self.stopping(self.PATIENCE), "--quiet", "--shard", f"{shard}/2")
        parts = [f"results/sweep.shard-{shard}-of-2.h5" for shard in (1, 2)]
        out, _ = self.run_it("merge", "results/sweep.h5", *parts)
        self.assertIn("24 of 24 runs", out)
        self.assert_ends(self.ends_by_patience(2, self.whole["test_accuracy"]))
        self.refused(self.stopping(self.HALVING, name="other"), "--shard", "1/2",
                     says=["--shard", "successive_halving", "a shard has only its own"])

    def test_it_is_told(self):
        out, err = self.run_it(self.stopping(self.HALVING))
        self.assertIn("24/24 runs (16 stopped early), ", err)
        note = re.search(r"\d+ of 12 configurations were stopped early; their numbers are those of their\slast\sepoch", out)
        self.assertIsNotNone(note, out)
        self.run_it("report", "results/sweep.h5")
        self.assertIn(note.group().replace("\n", " "), (self.dir / "results/sweep.html").read_text())
        out, _ = self.run_it("watch", "results/sweep.h5")
        self.assertIn("16 stopped early", out.splitlines()[0])
        self.assertIn("all runs have ended", out)
        out, _ = self.run_it("compare", "results/sweep.h5", "--csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        r = self.results(keys=self.ENDS)
        for row, runs in zip(rows, r["epochs_done"].reshape(-1, 2)):
            if row["stopped"] == "2":
                self.assertEqual(int(row["epochs"]), runs[0])
        self.assertEqual(sum(int(row["stopped"]) for row in rows), 16)
        self.run_it("report", "results/sweep.h5", "--svg", "figures")
        self.assertNotIn("nan", (self.dir / "figures/learning_curves.svg").read_text())
        out, _ = self.run_it("compare", "results/sweep.h5", "--by", "hidden_size")
        self.assertIn("16 runs that were stopped early left out", out)


class Numbers(Case):
    @staticmethod
    def load(name, header):
        import gzip
        return np.frombuffer(gzip.open(FASHION_MNIST / name).read(), np.uint8, offset=header)

    def test_whole_set_training_equals_numpy_in_double_precision(self):
        n, test = 1000, 500
        rates = [0.1, 0.7]
        self.run_it(self.config(dataset="fashion-mnist", train_size=n, test_size=test, batch_size=n, epochs=25,
                                learning_rate=rates, hidden_size=50, save_weights=True), "--quiet")
        x = self.load("train-images-idx3-ubyte.gz", 16).reshape(-1, 784)[:n] / 255.0
        t = self.load("train-labels-idx1-ubyte.gz", 8)[:n]
        u = self.load("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784)[:test] / 255.0
        s = self.load("t10k-labels-idx1-ubyte.gz", 8)[:test]
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            for r, rate in enumerate(rates):
                W1, b1, W2, b2 = (f["weights"]["initial_" + k][r].astype(np.float64) for k in ("W1", "b1", "W2", "b2"))
                rate = float(np.float32(rate))

                def forward(x):
                    z = 1 / (1 + np.exp(-(x @ W1 + b1)))
                    a = z @ W2 + b2
                    e = np.exp(a - a.max(1, keepdims=True))
                    return z, e / e.sum(1, keepdims=True)

                def loss(x, t):
                    return -np.log(forward(x)[1][np.arange(len(t)), t] + 1e-7).mean()

                for epoch in range(26):
                    if epoch > 0:
                        z, y = forward(x)
                        dy = (y - np.eye(10)[t]) / n
                        da = dy @ W2.T * z * (1 - z)
                        W1, b1, W2, b2 = (W1 - rate * x.T @ da, b1 - rate * da.sum(0), W2 - rate * z.T @ dy,
                                          b2 - rate * dy.sum(0))
                    for key, expected in (("train_loss", loss(x, t)), ("test_loss", loss(u, s))):
                        self.assertLess(abs(float(f[key][r, epoch]) / expected - 1), 1e-6, f"{key}, epoch {epoch}, rate {rate}")
                    self.assertAlmostEqual(float(f["train_accuracy"][r, epoch]), (forward(x)[1].argmax(1) == t).mean(), delta=1.5 / n)
                final = f["weights"]["W1"][r].astype(np.float64)
                self.assertLess(np.abs(final - W1).max(), 1e-6)


if __name__ == "__main__":
    RUNNER = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
