"""What other programs make of a results file: h5py, xarray with both engines, ncdump and h5dump, while it is being written, after
its writer was killed, and at the end.

usage: read_back_test.py WRITE_EXAMPLE
"""

import os
import signal
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import xarray

METRICS = ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]
RUN_TYPES = {
    "learning_rate": "float64", "batch_size": "int32", "hidden_size": "int32", "loss": "int8", "sampling": "int8", "gradient": "int8",
    "weight_init_std": "float64", "seed": "int64", "status": "int8", "epochs_done": "int32", "wall_time": "float64",
}
TEXTS = [
    "Conventions", "title", "summary", "source", "date_created", "program", "runner_version", "hdf5_version", "compiler",
    "kernel", "processor", "host", "command_line", "config_file", "config_text", "config", "dataset", "dataset_directory",
    "train_images_path", "train_images_sha256", "train_labels_path", "train_labels_sha256", "test_images_path",
    "test_images_sha256", "test_labels_path", "test_labels_sha256",
]
PENDING, RUNNING, DONE = 0, 1, 2


class Writer:
    """write_example, stopped after the first epoch until it is told to go on."""

    def __init__(self, program, path):
        self.process = subprocess.Popen([program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def line(self):
        return self.process.stdout.readline().strip()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def finish(self):
        output, _ = self.process.communicate("\n")
        assert self.process.returncode == 0, output
        return output.splitlines()


def check(path, status, epochs_done, committed_epochs):
    """The whole file, in every reader; committed_epochs: how many epochs each run has on file."""
    loss = np.full((4, 3), np.nan, np.float32)
    for run, count in enumerate(committed_epochs):
        for epoch in range(count):
            loss[run, epoch] = np.float32(run) + np.float32(epoch) / np.float32(10)
    for engine in ["h5netcdf", "netcdf4"]:
        with xarray.open_dataset(path, engine=engine) as data:
            assert dict(data.sizes) == {"run": 4, "epoch": 3}, data.sizes
            assert list(data.run.values) == [0, 1, 2, 3] and list(data.epoch.values) == [0, 1, 2]
            assert data.run.dtype == np.int32 and data.epoch.dtype == np.int32
            for name in METRICS:
                assert data[name].dims == ("run", "epoch") and data[name].dtype == np.float32, data[name]
                assert data[name].attrs["units"] == "1" and data[name].attrs["long_name"]
            assert np.array_equal(data.train_loss.values, loss, equal_nan=True), data.train_loss.values
            for name, dtype in RUN_TYPES.items():
                assert data[name].dims == ("run",) and data[name].dtype == dtype, data[name]
            assert list(data.learning_rate.values) == [0.1, 0.1, 0.5, 0.5]
            assert list(data.hidden_size.values) == [2, 3, 2, 3]
            assert set(data.seed.values) == {7} and set(data.batch_size.values) == {10}
            assert list(data.status.values) == status, data.status.values
            assert list(data.epochs_done.values) == epochs_done, data.epochs_done.values
            assert data.status.attrs["flag_meanings"] == "pending running done diverged stopped"
            assert list(data.status.attrs["flag_values"]) == [0, 1, 2, 3, 4]
            assert data.loss.attrs["flag_meanings"] == "cross_entropy mean_squared_error"
            assert data.sampling.attrs["flag_meanings"] == "shuffle with_replacement"
            assert data.gradient.attrs["flag_meanings"] == "backpropagation numerical"
            assert data.optimizer.attrs["flag_meanings"] == "sgd momentum nesterov adagrad rmsprop adam"
            assert data.wall_time.attrs["units"] == "s"
            digests = [str(digest) for digest in data.digest.values]
            assert len(set(digests)) == 4 and all(len(d) == 32 and int(d, 16) >= 0 for d in digests), digests
            assert set(data.test_loss.coords) >= {"learning_rate", "hidden_size", "seed"}
            for name in TEXTS:
                assert isinstance(data.attrs[name], str), name
            assert data.attrs["summary"] == "für Leser" and data.attrs["dataset"] == "tiny"
            assert data.attrs["test_labels_sha256"] == "d" * 64
            assert data.attrs["layout_version"] == 8 and data.attrs["train_size"] == 60
            assert data.attrs["image_rows"] == 5 and data.attrs["image_columns"] == 7 and data.attrs["classes"] == 3
            assert list(data.predictions_epoch.values) == [2 if state == DONE else -1 for state in status]
        with xarray.open_dataset(path, engine=engine, group="predictions") as predictions:
            assert dict(predictions.sizes) == {"run": 4, "test_image": 20} and predictions.test_label.dtype == np.uint8, predictions
            assert set(predictions.test_label.values) <= {0, 1, 2}
            for run, state in enumerate(status):
                expected = (run + np.arange(20)) % 3 if state == DONE else np.full(20, 255)
                assert np.array_equal(predictions.test_prediction.values[run], expected.astype(np.uint8)), predictions.test_prediction.values[run]
        with xarray.open_dataset(path, engine=engine, group="sessions") as sessions:
            assert dict(sessions.sizes) == {"session": 64} and np.isnan(sessions.expected_time.values).all(), sessions
        with xarray.open_dataset(path, engine=engine, group="weights") as weights:
            shapes = {name: (value.dims, value.shape, str(value.dtype)) for name, value in weights.items()}
            for when in ["initial_", ""]:
                assert shapes[when + "W1"] == (("run", "input", "hidden"), (4, 35, 3), "float32"), shapes
                assert shapes[when + "b1"] == (("run", "hidden"), (4, 3), "float32"), shapes
                assert shapes[when + "W2"] == (("run", "hidden", "class"), (4, 3, 3), "float32"), shapes
                assert shapes[when + "b2"] == (("run", "class"), (4, 3), "float32"), shapes
            for run, state in enumerate(status):
                width = [2, 3, 2, 3][run]
                written = {"initial_W1": committed_epochs[run] > 0, "W1": state == DONE}
                for name, there in written.items():
                    W1 = weights[name].values[run]
                    assert np.isnan(W1[:, width:]).all()
                    expected = np.arange(35 * width, dtype=np.float32).reshape(width, 35).T
                    assert np.array_equal(W1[:, :width], expected) if there else np.isnan(W1).all(), (name, run, W1)
    with h5py.File(path) as file:
        assert np.array_equal(file["train_loss"][:], loss, equal_nan=True)
        arrays = []
        file.visititems(lambda name, item: arrays.append(item) if isinstance(item, h5py.Dataset) else None)
        assert len(arrays) == 35 + 11 + 4 + 4 + 4 + 2, [a.name for a in arrays]
        assert list(file["weights_epoch"]) == [2 if state == DONE else -1 for state in status], file["weights_epoch"][:]
        for array in arrays:
            assert array.chunks is None and array.compression is None and array.id.get_offset(), array
        missing = file["train_loss"][:].view(np.uint32)[np.isnan(file["train_loss"][:])]
        assert (missing == 0x7FC00000).all()
    header = subprocess.run(["ncdump", "-h", path], check=True, capture_output=True, text=True).stdout
    for text in ["run = 4 ;", "epoch = 3 ;", "digest_length = 32 ;", "float train_loss(run, epoch) ;", "group: weights {", "group: sessions {", "group: predictions {", "ubyte test_prediction(run, test_image) ;", "double start(session) ;",
                 "char digest(run, digest_length) ;", "float initial_W1(run, input, hidden) ;"]:
        assert text in header, header
    header = subprocess.run(["h5dump", "-H", path], check=True, capture_output=True, text=True)
    assert 'DATASET "train_loss"' in header.stdout and not header.stderr, header


def check_gaps(program):
    """A file of some epochs: their coordinate says which."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "some.h5")
        subprocess.run([program, path, "7", "20"], input="\n", check=True, text=True, stdout=subprocess.DEVNULL)
        for engine in ["h5netcdf", "netcdf4"]:
            with xarray.open_dataset(path, engine=engine) as data:
                assert dict(data.sizes) == {"run": 4, "epoch": 4}, data.sizes
                assert data.epoch.dtype == np.int32 and list(data.epoch.values) == [0, 7, 14, 20]
                assert float(data.train_loss.sel(run=3, epoch=14)) == np.float32(3) + np.float32(14) / np.float32(10)
                assert float(data.train_loss.isel(run=3, epoch=-1)) == np.float32(3) + np.float32(20) / np.float32(10)
                assert list(data.epochs_done.values) == [20] * 4 and len(data.attrs["epoch_sha256"]) == 64
        with h5py.File(path) as file:
            assert list(file["epoch"]) == [0, 7, 14, 20] and list(file["weights_epoch"]) == [20] * 4
            assert not np.isnan(file["train_loss"][:]).any()


def main(program):
    check_gaps(program)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "example.h5")

        writer = Writer(program, path)
        assert writer.line() == "missing 4" and writer.line() == "committed 0 0"
        begun = dict(status=[RUNNING, PENDING, PENDING, PENDING], epochs_done=[0, -1, -1, -1], committed_epochs=[1, 0, 0, 0])
        check(path, **begun)
        second = subprocess.run([program, path], capture_output=True, text=True)
        assert second.returncode == 2 and f"pid {writer.process.pid} on" in second.stdout, second
        try:
            h5py.File(path, "r+")
            raise AssertionError("another program could open the file for writing")
        except OSError:
            pass

        writer.kill()
        check(path, **begun)

        # A reader that keeps the file open, and HDF5's own locks switched on, stop nobody.
        with h5py.File(path) as reader:
            writer = Writer(program, path)
            assert writer.line() == "missing 4" and writer.line() == "committed 0 0"
            assert writer.finish()[-1] == "closed"
            assert reader["status"].shape == (4,)
        check(path, status=[DONE] * 4, epochs_done=[2] * 4, committed_epochs=[3] * 4)
        assert os.listdir(folder) == ["example.h5"], os.listdir(folder)
        with h5py.File(path, "r+"):
            pass


main(sys.argv[1])
