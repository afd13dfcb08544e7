"""Runs sweeps."""
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Union

import numpy as np
import numpy.typing as npt
import xarray as xr

from ._arrays import store_array
from ._program import PathLike, RunnerError, RunnerWarning, argument, error_of, program
from ._results import open as open_results

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "IProgress not found")  # a notebook without ipywidgets has a bar of text
    import tqdm.auto

_PATHS = ("dir", "npz", "x_train", "t_train", "x_test", "t_test", "csv_train", "csv_test")  # of a data set

Config = Union[PathLike, Mapping[str, Any]]


def run(config: Config | None = None, *, x_train: npt.ArrayLike | None = None, t_train: npt.ArrayLike | None = None,
        x_test: npt.ArrayLike | None = None, t_test: npt.ArrayLike | None = None, standardise: bool = False,
        file: PathLike | None = None, threads: int | None = None, fresh: bool = False, progress: bool = True,
        **keys: Any) -> xr.Dataset:
    """Trains what a results file lacks of a sweep, and returns the sweep as `open` does.

    `config` is a dict of the keys that a config has, or the path of a config. A list is swept, and so is what `range`,
    `linspace` and the other generators return; every combination is a run. `keys` replace keys of the config.

    The data set is the config's `dataset`; or four arrays: images (N, rows, columns) or (N, values), and labels 0 … C−1 (N). They are
    written, once, as .npy into the folder `arrays` beside the results file, under their SHA-256 checksums: the results file
    names them, and `verify` and a later `run` read them there.

    Images are bytes, or floats, which the program turns into bytes by a scale that the results file keeps: one for all,
    or with `standardise` one for each pixel, for columns of tables that measure different things.

    `file` is the results file; results/<name>.h5 if None, where the name is the config's key `name`, else the stem of its
    path, else "sweep". The file is the only state: called again with the same arguments, `run` trains nothing; with more values,
    seeds or epochs it trains what is new. Epochs that the file has beyond those of the config are kept, and returned, too. A file of other data
    is refused, unless `fresh` is true: then what it holds is deleted.

    `threads` are the threads that compute; all processors if None. `progress` shows a bar, and what the program says: how long
    it expects to take, and how floats became bytes.

    Ctrl-C stops the sweep after the epoch in work and raises KeyboardInterrupt. What is trained by then is kept, and
    the same call goes on from there. A second Ctrl-C stops it at once. Raises RunnerError where the program fails; what it
    warns of are RunnerWarnings.

    >>> data = rs.run({"hidden_size": [10, 50], "learning_rate": 0.5, "seed": rs.range(1, 3)},
    ...               x_train=x_train, t_train=t_train, x_test=x_test, t_test=t_test, epochs=2, progress=False)
    >>> data.test_accuracy.dims, data.test_accuracy.shape
    (('run', 'epoch'), (6, 3))
    """
    path = None if config is None or isinstance(config, Mapping) else Path(config)
    settings = _from_here({**config, **keys} if isinstance(config, Mapping) else keys)
    name = str(settings.get("name") or (_name_in(path) if path else "sweep"))
    output = Path(file) if file is not None else Path("results") / f"{name}.h5"

    arrays = {"x_train": x_train, "t_train": t_train, "x_test": x_test, "t_test": t_test}
    given = [key for key, array in arrays.items() if array is not None]
    stored: dict[str, Path] = {}
    if given:
        if len(given) < len(arrays):
            raise TypeError(f"{', '.join(key for key in arrays if key not in given)} is missing: a data set has all four of {', '.join(arrays)}")
        if "dataset" in settings:
            raise TypeError("the config names a dataset, but arrays are given, too: give one of the two")
        stored = {key: store_array(output.parent / "arrays", np.asarray(array)) for key, array in arrays.items()}
        # The config that is written lies beside the folder; one that was given, somewhere else.
        settings["dataset"] = {key: str(array.resolve() if path else array.relative_to(output.parent)) for key, array in stored.items()}
        if standardise:
            settings["dataset"]["standardise"] = True
    elif standardise:
        raise TypeError("standardise goes with arrays; a config has it inside of its dataset")

    arguments = ["--output", argument(output), "--progress", "jsonl"]
    if threads is not None:
        arguments += ["--threads", str(threads)]
    if fresh:
        arguments.append("--fresh")
    if path is not None:
        arguments += [argument(path), *(f"{key}={_json(value)}" for key, value in settings.items())]
    else:
        arguments.append(argument(_write_config(output, {"name": output.stem, **settings})))
    try:
        _train(arguments, output, name, progress)
    except RunnerError as error:
        message = str(error)
        for key, array in stored.items():  # who gave an array knows it by its name
            message = message.replace(str(array.resolve()), key)
        raise RunnerError(message, error.exit_code) from None
    return open_results(output)


def _json(value: Any, **options: Any) -> str:
    """As JSON, where NumPy's numbers and arrays, ranges and paths may stand, too."""
    def plain(other: Any) -> Any:
        if isinstance(other, (np.ndarray, np.generic)):
            return other.tolist()
        if isinstance(other, os.PathLike):
            return os.fspath(other)
        if isinstance(other, range):
            return list(other)
        raise TypeError(f"a config cannot hold {other!r}, a {type(other).__name__}")
    return json.dumps(value, default=plain, ensure_ascii=False, **options)


def _from_here(settings: Mapping[str, Any]) -> dict[str, Any]:
    """With the paths of a data set as seen from the current folder: the config will lie in another."""
    dataset = settings.get("dataset")
    if not isinstance(dataset, Mapping):
        return dict(settings)
    return {**settings, "dataset": {key: str(Path(value).resolve()) if key in _PATHS else value for key, value in dataset.items()}}


def _write_config(output: Path, config: Mapping[str, Any]) -> Path:
    """Keeps a config beside its results file, as <file>.json, so that the program can run it again."""
    text = _json(config, indent=2) + "\n"
    path = output.with_name(output.name + ".json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _name_in(path: Path) -> str:
    """The name that a config file gives its sweep: its key `name`, else its stem. What is wrong with the file the program will say."""
    try:
        text = path.read_text(encoding="utf-8")
        # Strings are kept as they are; comments and trailing commas between them go.
        text = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda match: match[1] or "", text, flags=re.DOTALL)
        text = re.sub(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', lambda match: match[1] or "", text)
        config = json.loads(text)
        return str(config["name"])
    except (OSError, ValueError, LookupError, TypeError):
        return path.stem


class _Bar:
    """How far a sweep has come, counted in epochs as the program counts them."""

    def __init__(self, name: str, file: Path, shown: bool) -> None:
        self._file = file
        try:
            self._bar = tqdm.auto.tqdm(desc=name, unit="epoch", disable=not shown)
        except AttributeError:  # in a notebook whose ipywidgets are too old for tqdm, as Debian 12's are
            self._bar = tqdm.std.tqdm(desc=name, unit="epoch", disable=not shown)
        self._epochs = 0                     # of the sweep
        self._position: dict[int, int] = {}  # each run's last epoch
        self._end: dict[int, int] = {}       # the epoch that each is to reach; of one stopped by a rule, the epoch that it has reached
        self._ended: set[int] = set()
        self._best = -1.0

    def add(self, line: Mapping[str, Any]) -> None:
        """Takes note of an epoch that is on file."""
        if self._bar.disable:
            return
        if not self._position:
            self._begin()
        run, epoch, status = line["run"], line["epoch"], line["status"]
        end = epoch if status == "stopped" else self._epochs
        self._bar.total += end - self._end[run]
        self._end[run] = end
        if status in ("done", "diverged"):
            epoch = end
        if epoch == 0:  # the run begins, or is trained anew: what it had before does not count
            self._bar.initial -= self._position[run]
            self._bar.n -= self._position[run]
            self._position[run] = 0
        self._bar.update(epoch - self._position[run])
        self._position[run] = epoch
        if status != "running":
            self._ended.add(run)
        if line["test_accuracy"] is not None:
            self._best = max(self._best, line["test_accuracy"])
        self._describe()

    def _begin(self) -> None:
        """Learns from the results file, which is there now, what has been trained before."""
        data = open_results(self._file)
        self._epochs = epochs = int(json.loads(data.attrs["config"])["epochs"])
        for run, status, done in zip(data.run.values.tolist(), data.status.values.tolist(), data.epochs_done.values.tolist()):
            if status in ("done", "diverged", "stopped"):
                self._ended.add(run)
            self._position[run] = epochs if status in ("done", "diverged") else min(max(done, 0), epochs)
            self._end[run] = self._position[run] if status == "stopped" else epochs
        self._bar.reset(sum(self._end.values()))
        self._bar.initial = self._bar.n = sum(self._position.values())
        self._best = float(data.test_accuracy.max())
        self._describe()

    def _describe(self) -> None:
        self._bar.set_postfix_str(f"{len(self._ended)}/{len(self._position)} runs, best test accuracy {self._best:.4f}", refresh=False)

    def finish(self) -> None:
        """The sweep is done."""
        if not self._bar.disable and not self._position:
            self._begin()
        self._bar.refresh()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.leave = bool(self._position)  # no trace of a sweep that has not begun
        self._bar.close()


def _train(arguments: list[str], file: Path, name: str, progress: bool) -> None:
    """Runs the program until it is done."""
    # In a session of its own, so that Ctrl-C reaches this process alone, which passes it on once.
    process = subprocess.Popen([program(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, encoding="utf-8", errors="replace", start_new_session=True)
    said: list[str] = []
    with process:
        assert process.stdout is not None and process.stderr is not None
        reader = threading.Thread(target=_pass_on, args=(process.stderr, said, progress), daemon=True)
        reader.start()
        try:
            with _Bar(name, file, progress) as bar:
                for line in process.stdout:
                    bar.add(json.loads(line))
                reader.join()
                if process.wait() == 0:
                    bar.finish()
        except BaseException:
            _stop(process)
            raise
        finally:
            reader.join()
    if process.returncode == 130:  # somebody else has stopped it
        raise error_of(130, said[-1] if said else "")
    if process.returncode != 0:
        raise error_of(process.returncode, "".join(said))
    for line in said:
        if line.startswith("runner: "):
            warnings.warn(line.removeprefix("runner: ").rstrip("\n"), RunnerWarning, stacklevel=3)


def _pass_on(stream: IO[str], lines: list[str], shown: bool) -> None:
    """Keeps the lines of a stream, and shows those that are neither errors nor warnings: what will be trained and how long it
    is expected to take, how floats became bytes, that Ctrl-C was understood."""
    for line in stream:
        lines.append(line)
        if shown and line.strip() and not line.startswith("runner: "):
            tqdm.std.tqdm.write(line.rstrip("\n"), file=sys.stderr)


def _stop(process: subprocess.Popen[str]) -> None:
    """Lets the program finish its epoch and keep what it has; a second Ctrl-C ends it at once."""
    assert process.stdout is not None
    process.send_signal(signal.SIGINT)
    try:
        for _ in process.stdout:
            pass
        process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        process.wait()
