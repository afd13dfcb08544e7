"""What the program says about results files, as pandas frames."""
from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Union

import numpy as np
import numpy.typing as npt
import pandas as pd

from ._arrays import write_array
from ._program import PathLike, argument, call, conditions

Files = Union[PathLike, Sequence[PathLike]]


def _paths(files: Files) -> list[str]:
    return [argument(file) for file in (files if isinstance(files, (list, tuple)) else [files])]


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A frame in which a number that is missing is NaN, also where all of a column are."""
    frame = pd.DataFrame(rows)
    return frame.astype({name: float for name in frame.columns if frame[name].isna().all()})


def compare(file: Files, *, by: str | None = None, where: str | Sequence[str] | None = None) -> pd.DataFrame:
    """The configurations of a results file as a pandas DataFrame: a row for each, means over its seeds.

    A configuration is all parameters but the seed. Beside each mean, such as `test_accuracy`, stands the half width of its
    95 % confidence interval over the seeds, `test_accuracy_ci`; NaN for fewer than three seeds. `gap` is train minus test
    accuracy, `verdict` says whether the networks overfit, and `overfits_from` from which epoch on. Parameters that
    vary stand first, those that do not last. `frame.attrs` has the rest of what `runner compare --json` says, such as
    the `fingerprints` and, under `trust`, how sure the best configuration is.

    `where` leaves what fulfils a condition, or several, as `runner compare --where` takes it. `by` names a parameter: then a
    row is a value of it, compared with the first value in runs that differ in nothing else. `file` may be
    several files, which stand below each other.

    >>> frame = rs.compare("results/example.h5", where="gap > 0.01")
    >>> frame[["learning_rate", "hidden_size", "test_accuracy", "test_accuracy_ci", "gap", "verdict"]].round(3)
       learning_rate  hidden_size  test_accuracy  test_accuracy_ci    gap verdict
    0            0.1           10          0.311             0.217  0.015    fits
    1            0.1           50          0.492             0.053  0.021    fits
    2            0.5           10          0.559             0.124  0.022    fits
    3            0.5           50          0.727             0.113  0.032    fits
    >>> rs.compare("results/example.h5", by="hidden_size")[["value", "test_accuracy", "test_change", "test_change_ci"]].round(3)
       value  test_accuracy  test_change  test_change_ci
    0     10          0.435        0.000           0.000
    1     50          0.610        0.175           0.169
    """
    options = ["--json", *conditions(where), *(["--by", by] if by is not None else [])]
    answer: dict[str, Any] = json.loads(call("compare", *_paths(file), *options))
    frame = _frame(answer.pop("configurations" if by is None else "values"))
    frame.attrs = answer
    if by is not None or frame.empty:
        return frame
    names = list(frame.columns)
    settings = names[: names.index("seeds")]  # the file, and the parameters
    vary = [name for name in settings if frame[name].nunique(dropna=False) > 1]
    return frame[[*vary, *names[len(settings):], *(name for name in settings if name not in vary)]]


def importance(file: Files, *, where: str | Sequence[str] | None = None) -> pd.DataFrame:
    """How much of the variance of accuracy and gap is due to each parameter, as `runner compare --importance` finds it.

    A row is a parameter, or two parameters together. `accuracy_share` and `gap_share` are shares of the variance between the
    configurations; `accuracy_p` and `gap_p` say how likely chance alone would do as much. Where one parameter varies
    alone, there is nothing to share, and no row.

    >>> rs.importance("results/example.h5")[["parameters", "accuracy_share", "accuracy_p"]].round(3)
                        parameters  accuracy_share  accuracy_p
    0                learning_rate           0.670       0.004
    1                  hidden_size           0.334       0.047
    2  learning_rate x hidden_size           0.000       0.798
    """
    terms = json.loads(call("compare", *_paths(file), "--importance", "--json", *conditions(where)))["terms"]
    return _frame([term | {"parameters": " x ".join(term["parameters"])} for term in terms])


def _classes(file: PathLike, where: str | Sequence[str] | None, run: int | None) -> dict[str, Any]:
    options = [*conditions(where), *(["--run", str(run)] if run is not None else [])]
    answer: dict[str, Any] = json.loads(call("classes", argument(file), "--json", *options))
    return answer


def classes(file: PathLike, *, where: str | Sequence[str] | None = None, run: int | None = None) -> pd.DataFrame:
    """Accuracy, precision, recall and f1 of each class, of the best configuration of a file, as a pandas DataFrame.

    Beside each mean over the seeds stands the half width of its 95 % interval, `recall_ci` beside `recall`. `where` chooses among
    fewer configurations, `run` takes one run.

    >>> rs.classes("results/example.h5")[["images", "precision", "recall", "f1"]].round(2).head(3)
                 images  precision  recall    f1
    class
    T-shirt/top      55       0.87    0.85  0.86
    Trouser          52       0.98    0.92  0.95
    Pullover         65       0.38    0.33  0.35
    """
    answer = _classes(file, where, run)
    frame = _frame(answer["classes"]).rename(columns={"name": "class"}).set_index("class")
    frame.attrs = {key: value for key, value in answer.items() if key not in ("classes", "confusion")}
    return frame


def confusion(file: PathLike, *, where: str | Sequence[str] | None = None, run: int | None = None) -> pd.DataFrame:
    """How many test images of a class (row) were predicted as which class (column), mean over the seeds of the best configuration.

    `where` chooses among fewer configurations, `run` takes one run.

    >>> rs.confusion("results/example.h5").round(1).iloc[:3, :3]
    predicted    T-shirt/top  Trouser  Pullover
    class
    T-shirt/top         46.7      0.0       0.3
    Trouser              0.0     47.7       0.0
    Pullover             0.0      0.0      21.7
    """
    answer = _classes(file, where, run)
    names = [one["name"] for one in answer["classes"]]
    return pd.DataFrame(answer["confusion"], index=pd.Index(names, name="class"), columns=pd.Index(names, name="predicted"))


def predict(file: PathLike, images: npt.NDArray[Any] | PathLike | Sequence[PathLike], *, run: int | None = None,
            invert: bool = False) -> pd.DataFrame:
    """What a trained network takes images for, as a pandas DataFrame: a row for each image.

    `class` is the prediction, `probability_0` … are the probabilities of all classes. `images` is a NumPy array of images of the
    kind that the networks were trained on; or the path of a picture, or of a file of images; or several paths. The sweep must have
    been trained with `save_weights`. The network is the best seed of the best configuration, or that of `run`.
    `invert` turns dark into light first: for ink on paper, where the network knows light on dark.

    >>> rs.predict("results/example.h5", x_test[:3])[["class", "probability_9"]].round(3)
       class  probability_9
    0      9          0.647
    1      2          0.001
    2      1          0.000
    """
    options = [*(["--best"] if run is None else ["--run", str(run)]), *(["--invert"] if invert else []), "--csv"]
    if not isinstance(images, np.ndarray):
        return pd.read_csv(io.StringIO(call("predict", argument(file), *_paths(images), *options)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        with path.open("wb") as opened:
            write_array(opened, images)
        answer = call("predict", argument(file), str(path), *options)
    return pd.read_csv(io.StringIO(answer)).drop(columns="file")


def check(file: PathLike) -> str:
    """Compares what is in a file with its checksums, without training. Returns what was checked; RunnerError if something is damaged.

    >>> rs.check("results/example.h5")
    'results/example.h5: 12 runs, 72 epochs, weights: every checksum is right, fingerprint e44a76f1bb26d5d5'
    """
    return call("check", argument(file)).strip()


def verify(file: PathLike, *, sample: int | None = None, data: PathLike | None = None, threads: int | None = None) -> str:
    """Trains stored runs again and compares every bit. Returns what was compared; RunnerError if something differs.

    All runs are trained again, or `sample` of them, spread evenly over the file. `data` says where the data set is now, if it has
    moved: a folder with files of the same names, such as `arrays`.

    >>> rs.verify("results/example.h5", sample=2)
    'results/example.h5: 2 of 12 runs trained again, 12 epochs: every bit is the same'
    """
    options = ["--all"] if sample is None else ["--sample", str(sample)]
    if data is not None:
        options += ["--data", argument(data)]
    if threads is not None:
        options += ["--threads", str(threads)]
    return call("verify", argument(file), *options).strip()
