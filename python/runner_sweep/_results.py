"""Reads results files.

This module defines an `open` of its own and uses no other.
"""
from __future__ import annotations

import os
from collections.abc import Hashable
from typing import Union

import numpy as np
import pandas as pd
import xarray as xr

from ._program import PathLike

Results = Union[PathLike, xr.Dataset]


def open(file: PathLike, *, group: str | None = None) -> xr.Dataset:
    """A results file as a labelled Dataset, also while the sweep runs.

    Its dimensions are `run` and `epoch`. The parameters of each run are coordinates along `run`, with words as words:
    `data.optimizer` has "sgd", not 0. The metrics, such as `test_accuracy`, are variables over run and epoch; NaN
    where a run has no such epoch (yet). `data.attrs` says where the numbers come from. All of it is read into memory, and the
    file is closed. Runs that are no longer in the config are left out.

    `group` reads "weights" (where the sweep has `save_weights`) or "predictions" instead, with the same coordinates.

    >>> data = rs.open("results/example.h5")
    >>> data.sizes["run"], data.sizes["epoch"]
    (12, 6)
    >>> round(float(data.test_accuracy.sel(run=0, epoch=5)), 3)
    0.412
    >>> data.isel(run=data.learning_rate == 0.5).hidden_size.values
    array([10, 10, 10, 50, 50, 50], dtype=int32)
    """
    data = _words(xr.load_dataset(os.fspath(file), engine="netcdf4"))
    if group is not None:
        inside = xr.load_dataset(os.fspath(file), engine="netcdf4", group=group)
        data = inside.assign_coords({name: data.coords[name] for name in ("run", *parameters(data))})
    return data.isel(run=data.run.values >= 0)


def _words(data: xr.Dataset) -> xr.Dataset:
    """With the words that numbers stand for, where the file has such."""
    for name, variable in data.variables.items():
        meanings = variable.attrs.get("flag_meanings")
        if meanings is None:
            continue
        words = dict(zip(np.atleast_1d(variable.attrs["flag_values"]).tolist(), meanings.split()))
        texts = np.array([words[number] for number in variable.values.tolist()], dtype=np.str_)
        attributes = {key: text for key, text in variable.attrs.items() if not key.startswith("flag_")}
        data = data.assign({name: (variable.dims, texts, attributes)})
    return data


def as_dataset(results: Results) -> xr.Dataset:
    """A file's Dataset, or what was one already."""
    return results if isinstance(results, xr.Dataset) else open(results)


def parameters(data: xr.Dataset) -> list[str]:
    """The names of the parameters of the runs, the seed last."""
    return [str(name) for name, values in data.coords.items() if values.dims == ("run",) and name != "run"]


def varying(data: xr.Dataset) -> list[str]:
    """The parameters that differ between runs, but the seed."""
    return [name for name in parameters(data) if name != "seed" and np.unique(data[name].values).size > 1]


def metrics(data: xr.Dataset) -> list[Hashable]:
    """The names of what is recorded after each epoch."""
    return [name for name, values in data.data_vars.items() if values.dims == ("run", "epoch")]


def curves(results: Results) -> pd.DataFrame:
    """All learning curves as a tidy pandas DataFrame: a row for each run and epoch, a column for each metric and parameter.

    `results` is a file, or a Dataset such as `run` and `open` return, or a selection of its runs. Parameters that vary
    stand before the metrics, those that are the same for all runs behind them. Epochs that a run does not have are left out.

    >>> frame = rs.curves("results/example.h5")
    >>> frame[["learning_rate", "hidden_size", "seed", "epoch", "train_accuracy", "test_accuracy"]].head(4)
       learning_rate  hidden_size  seed  epoch  train_accuracy  test_accuracy
    0            0.1           10     1      0           0.102          0.088
    1            0.1           10     1      1           0.115          0.094
    2            0.1           10     1      2           0.153          0.146
    3            0.1           10     1      3           0.210          0.196
    """
    data = as_dataset(results)
    recorded = metrics(data)
    frame: pd.DataFrame = data[[*recorded, "status"]].to_dataframe(dim_order=["run", "epoch"]).reset_index()
    frame = frame.dropna(how="all", subset=recorded).reset_index(drop=True)
    first = ["run", *varying(data), *(["seed"] if "seed" in data.coords else []), "epoch", *recorded, "status"]
    return frame[[*first, *(name for name in frame.columns if name not in first)]]
