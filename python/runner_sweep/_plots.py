"""Pictures of a sweep."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import stdtrit

from ._results import Results, as_dataset, metrics, parameters, varying

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Numbers = npt.NDArray[np.float64]

# Told apart by colour-blind eyes, too (Okabe and Ito).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


@dataclass(frozen=True)
class _Configuration:
    """All parameters but the seed, and the metrics (seed, epoch) of the seeds that count, up to the last epoch that each of them has.

    As in `runner compare`: the seeds that are done or stopped early count; where there are none, those that have not diverged.
    """

    settings: dict[str, Any]  # the parameters that vary
    epochs: Numbers
    metrics: dict[str, Numbers]

    @property
    def label(self) -> str:
        return ", ".join(f"{_words(name)} {value}" for name, value in self.settings.items()) or "the configuration"

    @property
    def seeds(self) -> int:
        return len(self.metrics["train_accuracy"])


def _configurations(data: xr.Dataset) -> list[_Configuration]:
    """Those of which some seed has an epoch, in the order of their first runs."""
    vary = varying(data)
    fixed = [name for name in parameters(data) if name != "seed"]
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, values in enumerate(zip(*(data[name].values.tolist() for name in fixed))):
        groups.setdefault(values, []).append(place)
    status = data.status.values
    recorded = {str(name): data[name].transpose("run", "epoch").values.astype(np.float64) for name in metrics(data)}
    found = []
    for values, group in groups.items():
        ended = [run for run in group if status[run] in ("done", "stopped")]
        seeds = ended or [run for run in group if status[run] != "diverged"]
        there = np.isfinite(recorded["train_loss"][seeds]).all(axis=0)
        if seeds and there.any():
            end = int(np.flatnonzero(there)[-1]) + 1
            settings = dict(zip(fixed, values))
            found.append(_Configuration({name: settings[name] for name in vary}, data.epoch.values[:end].astype(np.float64),
                                        {name: values[seeds, :end] for name, values in recorded.items()}))
    return found


def _estimate(values: Numbers) -> tuple[Any, Any]:
    """Along the first dimension, the seeds: mean, and half width of its 95 % interval, by Student's t; of two seeds half the
    range; of one 0."""
    seeds = len(values)
    mean = values.mean(axis=0)
    if seeds < 3:
        return mean, (values.max(axis=0) - values.min(axis=0)) / 2
    return mean, stdtrit(seeds - 1, 0.975) * values.std(axis=0, ddof=1) / np.sqrt(seeds)


def _spread(configurations: list[_Configuration]) -> str:
    """What bars and bands show."""
    counts = sorted({one.seeds for one in configurations})
    if counts == [1]:
        return "1 seed"
    if counts == [2]:
        return "mean and range of 2 seeds"
    if 2 in counts:
        return "mean and 95 % interval over the seeds; of 2 seeds the range"
    return f"mean and 95 % interval over {counts[-1] if len(counts) == 1 else 'the'} seeds"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _drawn(results: Results) -> list[_Configuration]:
    found = _configurations(as_dataset(results))
    if not found:
        raise ValueError("there is nothing to draw: no run has an epoch yet")
    return found


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt
    return plt.subplots(figsize=(6, 4.5), constrained_layout=True)[1]


def plot_accuracies(results: Results, *, by: str | None = None, ax: Axes | None = None) -> Axes:
    """Draws test against train accuracy after the last epoch, a point for each configuration. Returns the matplotlib axes.

    Bars are the 95 % intervals over the seeds, of two seeds the range. A point on the diagonal is of networks that are as good on
    test data as on training data; the further below it, the wider the gap. `by` names the parameter that colours tell apart; if it is
    None, six configurations or fewer have a colour each, and of more the first parameter that varies is taken.

    `results` is a file, or a Dataset such as `run` and `open` return, or a selection of its runs. `ax` are axes to draw on.

    >>> rs.plot_accuracies("results/example.h5", by="hidden_size").get_xlabel()
    'train accuracy'
    """
    configurations = _drawn(results)
    ax = _axes(ax)
    if by is None and len(configurations) > len(_COLOURS):
        by = next(iter(configurations[0].settings))
    keys = [one.label if by is None else one.settings.get(by) for one in configurations]
    if by is not None and None in keys:
        raise ValueError(f'"{by}" does not vary: what varies is {", ".join(configurations[0].settings) or "nothing"}')
    values = list(dict.fromkeys(keys))
    colours = _colours(values, ax, by)
    corners: list[Numbers] = []
    for value, colour in zip(values, colours):
        points = [one for one, key in zip(configurations, keys) if key == value]
        (x, x_bars), (y, y_bars) = (np.array([_estimate(one.metrics[metric][:, -1]) for one in points]).T
                                    for metric in ("train_accuracy", "test_accuracy"))
        label = None if len(values) > len(_COLOURS) else value if by is None else f"{_words(by)} {value}"
        ax.errorbar(x, y, xerr=x_bars, yerr=y_bars, fmt="o", markersize=5, elinewidth=1, capsize=2, color=colour, label=label)
        corners += [x - x_bars, x + x_bars, y - y_bars, y + y_bars]
    low, high = max(0.0, float(np.concatenate(corners).min())), min(1.0, float(np.concatenate(corners).max()))
    margin = 0.05 * max(high - low, 0.01)
    ax.set(xlim=(low - margin, high + margin), ylim=(low - margin, high + margin), xlabel="train accuracy", ylabel="test accuracy")
    ax.axline((low, low), slope=1, color="grey", linewidth=1, linestyle=":", label="no gap")
    ax.set_title(_spread(configurations), fontsize=9)
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    return ax


def _colours(values: list[Any], ax: Axes, by: str | None) -> list[Any]:
    """A colour for each value: of a few each its own; many are put on a scale, which stands beside the axes."""
    if len(values) <= len(_COLOURS):
        return list(_COLOURS[: len(values)])
    from matplotlib import cm, colors
    numbers = all(isinstance(value, (int, float)) for value in values)
    places = np.array(values if numbers else np.arange(len(values)), dtype=np.float64)
    logarithmic = numbers and places.min() > 0 and places.max() / places.min() > 20
    scale = cm.ScalarMappable((colors.LogNorm if logarithmic else colors.Normalize)(places.min(), places.max()), "viridis")
    bar = ax.figure.colorbar(scale, ax=ax, label=_words(by or ""))
    if not numbers:
        bar.set_ticks(places, labels=values)
    return list(scale.to_rgba(places))


def plot_curves(results: Results, *, metric: Literal["accuracy", "loss"] = "accuracy", ax: Axes | None = None) -> Axes:
    """Draws the learning curves on training and test data, a colour for each configuration. Returns the matplotlib axes.

    Lines are means over the seeds, solid on training data, dashed on test data, dotted on validation data; bands are 95 % intervals, of
    two seeds the range. Of more than six configurations two are drawn: the best by test accuracy (by validation accuracy, where
    there is a validation set), and that with the widest gap.

    `results` is a file, or a Dataset such as `run` and `open` return, or a selection of its runs. `ax` are axes to draw on.

    >>> rs.plot_curves("results/example.h5", metric="loss").get_ylabel()
    'loss (train solid, test dashed)'
    """
    configurations = _drawn(results)
    ax = _axes(ax)
    labels = [one.label for one in configurations]
    if len(configurations) > len(_COLOURS):
        configurations, labels = _best_and_widest(configurations)
    sets = [("train", "-"), ("test", "--"), ("validation", ":")]
    sets = [(name, line) for name, line in sets if f"{name}_{metric}" in configurations[0].metrics]
    for one, label, colour in zip(configurations, labels, _COLOURS):
        for name, line in sets:
            mean, half = _estimate(one.metrics[f"{name}_{metric}"])
            ax.plot(one.epochs, mean, line, color=colour, linewidth=1.5, label=label if name == "train" else None)
            ax.fill_between(one.epochs, mean - half, mean + half, color=colour, alpha=0.15, linewidth=0)
    if metric == "accuracy":  # an interval may reach beyond what accuracies can be
        ax.set_ylim(max(ax.get_ylim()[0], -0.02), min(ax.get_ylim()[1], 1.02))
    lines = {"-": "solid", "--": "dashed", ":": "dotted"}
    ax.set(xlabel="epoch", ylabel=f"{metric} ({', '.join(f'{name} {lines[line]}' for name, line in sets)})")
    ax.set_title(_spread(configurations), fontsize=9)
    ax.legend(frameon=False, fontsize=8, loc="lower right" if metric == "accuracy" else "upper right")
    return ax


def _best_and_widest(configurations: list[_Configuration]) -> tuple[list[_Configuration], list[str]]:
    chosen_by = "validation" if "validation_accuracy" in configurations[0].metrics else "test"
    best = max(configurations, key=lambda one: float(one.metrics[f"{chosen_by}_accuracy"].mean(axis=0).max()))
    widest = max(configurations, key=lambda one: float((one.metrics["train_accuracy"] - one.metrics["test_accuracy"])[:, -1].mean()))
    if best is widest:
        return [best], [f"best by {chosen_by} accuracy, and widest gap:\n{best.label}"]
    return [best, widest], [f"best by {chosen_by} accuracy:\n{best.label}", f"widest gap:\n{widest.label}"]


def plot(results: Results, *, metric: Literal["accuracy", "loss"] = "accuracy") -> npt.NDArray[np.object_]:
    """Draws `plot_accuracies` and `plot_curves` side by side. Returns the two matplotlib axes.

    >>> left, right = rs.plot("results/example.h5")
    >>> left.figure.savefig("overfitting.png")
    """
    import matplotlib.pyplot as plt
    axes: npt.NDArray[np.object_] = plt.subplots(1, 2, figsize=(11, 4.5), constrained_layout=True)[1]
    plot_accuracies(results, ax=axes[0])
    plot_curves(results, metric=metric, ax=axes[1])
    return axes
