"""Trains very many small neural networks from NumPy arrays, and shows which of them overfit.

The package calls the program `runner`; README.md says how it finds it. From arrays to a picture of overfitting:

    import runner_sweep as rs

    data = rs.run({"hidden_size": [5, 20, 100], "learning_rate": 0.5, "epochs": 100, "seed": rs.range(1, 3)},
                  x_train=x_train, t_train=t_train, x_test=x_test, t_test=t_test)
    rs.plot(data)

The examples in the documentation are about a sweep on a data set that has a name, which needs no arrays:

    >>> data = rs.run({"dataset": "fashion-mnist", "train_size": 1000, "test_size": 500, "epochs": 5, "batch_size": 20,
    ...                "learning_rate": [0.1, 0.5], "hidden_size": [10, 50], "seed": rs.range(1, 3), "save_weights": True},
    ...               file="results/example.h5", progress=False)

`from runner_sweep import *` takes all names but those of Python itself, `open` and `range`.
"""
from ._compare import check, classes, compare, confusion, importance, predict, verify
from ._generators import choice, int_uniform, linspace, log_uniform, logspace, uniform
from ._generators import range as range
from ._plots import plot, plot_accuracies, plot_curves
from ._program import RunnerError, RunnerWarning, program
from ._results import curves
from ._results import open as open
from ._run import run

__all__ = [
    "RunnerError", "RunnerWarning", "check", "choice", "classes", "compare", "confusion", "curves", "importance", "int_uniform", "linspace",
    "log_uniform", "logspace", "plot", "plot_accuracies", "plot_curves", "predict", "program", "run", "uniform", "verify",
]
