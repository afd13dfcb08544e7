#!/usr/bin/python3
"""The program built for two architectures: the same numbers, and each takes the files of the other.

usage: arm64_test.py TestClass RUNNER OTHER…: the program of this machine, and the command that starts the other one
"""
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import h5py  # noqa: E402

from made_up_data import make_dataset  # noqa: E402

HERE, OTHER = [], []

# What has a code path of its own: activations, optimizers, numerical gradients, dropout, noise, a validation set.
SWEEP = {
    "dataset": {"dir": "data"}, "train_size": 160, "validation_size": 40, "epochs": 3, "batch_size": [10, 32], "save_weights": True,
    "grids": [
        {"activation": ["sigmoid", "tanh", "relu"], "hidden_size": 20, "loss": ["cross_entropy", "mean_squared_error"]},
        {"optimizer": ["momentum", "adagrad", "rmsprop", "adam"], "hidden_size": 5, "learning_rate": 0.01, "weight_decay": 0.01},
        {"gradient": "numerical", "hidden_size": 3, "sampling": "with_replacement"},
        {"dropout": 0.3, "label_noise": 0.2, "hidden_size": 8, "weight_init": "he", "learning_rate_schedule": "step",
         "schedule_epochs": 2},
    ],
}


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)
        make_dataset(self.dir / "data")
        self.config(3)

    def config(self, epochs):
        (self.dir / "sweep.json").write_text(json.dumps(SWEEP | {"epochs": epochs}))

    def run_it(self, program, *arguments, code=0):
        p = subprocess.run([*program, *arguments], cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(p.returncode, code, p.stdout + p.stderr)
        return p.stdout + p.stderr

    def fingerprint(self, program, file):
        return re.search(r"[0-9a-f]{16,64}", self.run_it(program, "compare", file).split("Fingerprint: ")[1]).group()

    def arrays(self, file):
        """All arrays of a file but those that tell of times and machines."""
        found = {}
        with h5py.File(self.dir / file) as f:
            f.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
        return {name: array for name, array in found.items() if not re.match("seal|sessions|wall_time", name)}

    def assert_same_numbers(self, a, b):
        x, y = self.arrays(a), self.arrays(b)
        self.assertEqual(set(x), set(y))
        for name in ("train_loss", "test_accuracy", "validation_loss", "weights/W1", "weights/initial_W2", "digest"):
            self.assertIn(name, x)
        for name in x:
            self.assertEqual((x[name].dtype, x[name].shape), (y[name].dtype, y[name].shape), name)
            self.assertEqual(x[name].tobytes(), y[name].tobytes(), name)


class Bits(Case):
    def test_results_are_the_same(self):
        self.run_it(HERE, "sweep.json", "-o", "here.h5")
        fingerprint = self.fingerprint(HERE, "here.h5")
        for kernel in ("reference", "auto"):
            with self.subTest(kernel=kernel):
                self.run_it(OTHER, "sweep.json", "-o", f"{kernel}.h5", "--kernel", kernel)
                self.assert_same_numbers("here.h5", f"{kernel}.h5")
                self.assertEqual(self.fingerprint(OTHER, f"{kernel}.h5"), fingerprint)
                self.assertEqual(self.fingerprint(HERE, f"{kernel}.h5"), fingerprint)
        # Either trains again what the other has stored.
        for program, file in ((HERE, "auto.h5"), (OTHER, "here.h5")):
            self.assertIn("every bit is the same", self.run_it(program, "verify", file, "--all", "--expect", fingerprint))
        self.run_it(OTHER, "verify", "here.h5", "--expect", "0" * 16, code=1)


class Files(Case):
    def test_either_goes_on_with_a_file_of_the_other(self):
        self.run_it(HERE, "sweep.json", "-o", "whole.h5")
        for first, second in ((HERE, OTHER), (OTHER, HERE)):
            with self.subTest(first=first):
                self.config(1)
                self.run_it(first, "sweep.json", "-o", "begun.h5")
                self.config(3)
                self.run_it(second, "sweep.json", "-o", "begun.h5")
                self.assert_same_numbers("whole.h5", "begun.h5")
                self.assertIn("every checksum is right", self.run_it(second, "check", "begun.h5"))
                (self.dir / "begun.h5").unlink()


if __name__ == "__main__":
    name, here, *OTHER = sys.argv[1:]
    HERE = [here]
    unittest.main(argv=[sys.argv[0], name])
