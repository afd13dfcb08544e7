"""The numbers of `runner` are, bit for bit, those of reference.py, which follows the public headers alone.

usage: reference_test.py RUNNER
"""
import functools
import json
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path
from unittest import mock

import h5py
import numpy as np

import reference

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_up_data import make_dataset  # noqa: E402

# Neither the set nor its last batch is a multiple of 16 or 256 images, nor are the hidden units one of 16.
TRAIN, TEST, EPOCHS = 523, 300, 2
COMMON = {"learning_rate": 0.05, "batch_size": 37, "hidden_size": 21, "seed": 2**40 + 3}
GRIDS = [
    {"loss": ["cross_entropy", "mean_squared_error"], "sampling": ["shuffle", "with_replacement"],
     "activation": ["sigmoid", "tanh", "relu"], "optimizer": ["sgd", "momentum", "adam"], "weight_init_std": 0.1},
    {"optimizer": ["nesterov", "adagrad", "rmsprop"], "weight_decay": [0, 0.01], "activation": "tanh", "weight_init": ["xavier", "he"]},
]


def read_images(folder):
    """data/idx.hpp: the headers are 16 and 8 bytes long."""
    def read(name, header):
        return np.frombuffer((folder / name).read_bytes(), np.uint8, offset=header)

    return types.SimpleNamespace(
        train_images=read("train-images-idx3-ubyte", 16).reshape(TRAIN, -1), train_labels=read("train-labels-idx1-ubyte", 8),
        test_images=read("t10k-images-idx3-ubyte", 16).reshape(TEST, -1), test_labels=read("t10k-labels-idx1-ubyte", 8))


def read_run(file, row):
    """The values of a run: words are numbers in the file, whose meanings stand beside them."""
    def value(name):
        number = file[name][row].item()
        return file[name].attrs["flag_meanings"].split()[number] if "flag_meanings" in file[name].attrs else number

    return types.SimpleNamespace(**{name: value(name) for name in (
        "learning_rate", "batch_size", "hidden_size", "loss", "sampling", "optimizer", "momentum", "decay_rate", "beta1", "beta2",
        "epsilon", "weight_decay", "activation", "weight_init", "weight_init_std", "seed")})


class SameBits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        folder = Path(folder.name)
        make_dataset(folder / "data", train=TRAIN, test=TEST)
        config = {"name": "sweep", "dataset": {"dir": "data"}, "epochs": EPOCHS, "save_weights": True, **COMMON, "grids": GRIDS}
        (folder / "sweep.json").write_text(json.dumps(config))
        subprocess.run([RUNNER, "sweep.json", "--quiet"], cwd=folder, check=True)
        cls.data = read_images(folder / "data")
        cls.file = h5py.File(folder / "results/sweep.h5")
        cls.addClassCleanup(cls.file.close)
        cls.runs = [read_run(cls.file, row) for row in range(len(cls.file["seed"]))]

    @classmethod
    @functools.cache
    def trained(cls, row):
        """By the reference as it is."""
        return reference.train(cls.runs[row], cls.data, EPOCHS)

    def different(self, row, numbers):
        """Which arrays of a run are not, byte for byte, those of the reference."""
        self.assertEqual({name: array.dtype for name, array in numbers.items()}, {name: self.file[name].dtype for name in numbers})
        return [name for name, array in numbers.items() if array.tobytes() != self.file[name][row].tobytes()]

    def row(self, **values):
        return next(i for i, run in enumerate(self.runs) if vars(run).items() >= values.items())

    def test_every_run(self):
        self.assertEqual(len(self.runs), 36 + 12)
        for row, run in enumerate(self.runs):
            with self.subTest(**vars(run)):
                self.assertEqual(self.different(row, self.trained(row)), [])

    def test_no_two_runs_are_the_same(self):
        for name in ("train_loss", "weights/W1", "weights/W2"):
            self.assertEqual(len({numbers.tobytes() for numbers in self.file[name]}), len(self.runs), name)

    def test_the_fingerprint(self):
        runs = [(digest.tobytes(), self.trained(row)) for row, digest in enumerate(self.file["digest"])]
        fingerprint = reference.fingerprint(runs)
        path = self.file.filename
        said = json.loads(subprocess.run([RUNNER, "compare", path, "--json"], check=True, capture_output=True).stdout)
        self.assertEqual(said["fingerprints"], [{"file": "sweep", "fingerprint": fingerprint[:16]}])
        subprocess.run([RUNNER, "verify", path, "--sample", "1", "--expect", fingerprint], check=True, capture_output=True)

        # The order of the runs is of no importance, every number is.
        self.assertEqual(reference.fingerprint(runs[::-1]), fingerprint)
        digest, found = runs[7]
        loss = found["test_loss"].copy()
        loss[1] = np.nextafter(loss[1], np.float32(9))
        self.assertNotEqual(reference.fingerprint(runs[:7] + [(digest, found | {"test_loss": loss})] + runs[8:]), fingerprint)

    # A comparison that finds nothing would be worth nothing: the reference is changed in one place, and it shows.

    def assert_shows(self, name, value, **run):
        row = self.row(**run)
        with mock.patch.object(reference, name, value):
            self.assertNotEqual(self.different(row, reference.train(self.runs[row], self.data, EPOCHS)), [], name)

    def test_another_rounding_shows(self):
        self.assert_shows("FIXED_POINT_LIMIT", 2**22)

    def test_another_order_of_sums_shows(self):
        self.assert_shows("LANES", 8)
        self.assert_shows("sum_in_order", lambda terms: np.add.reduce(np.stack(list(terms)[::-1])))

    def test_a_fused_multiply_add_shows(self):
        def fused(x, *coefficients):
            wide = x.astype(np.longdouble)
            total = x.dtype.type(coefficients[0])
            for c in coefficients[1:]:
                total = (total * wide + x.dtype.type(c)).astype(x.dtype)
            return total

        self.assert_shows("polynomial", fused)

    def test_the_exp_of_the_C_library_shows(self):
        self.assert_shows("exp", np.exp)

    def test_other_random_numbers_show(self):
        for sampling in ("shuffle", "with_replacement"):
            self.assert_shows("PURPOSE", {**reference.PURPOSE, sampling: 9}, sampling=sampling)


if __name__ == "__main__":
    RUNNER = str(Path(sys.argv[1]).resolve())
    unittest.main(argv=sys.argv[:1])
