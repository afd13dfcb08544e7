"""Values of a config that are not written out: lists by a rule, and values that are drawn.

This module defines a `range` of its own and uses no other.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Generator = dict[str, list[Any]]


def range(start: float, stop: float, step: float = 1) -> Generator:
    """`start`, `start + step`, … up to `stop`. Unlike Python's range it includes `stop`.

    >>> rs.range(1, 5)
    {'range': [1, 5, 1]}
    """
    return {"range": [start, stop, step]}


def linspace(start: float, stop: float, count: int) -> Generator:
    """`count` numbers at equal distances, both ends included.

    >>> rs.linspace(0, 0.5, 6)
    {'linspace': [0, 0.5, 6]}
    """
    return {"linspace": [start, stop, count]}


def logspace(start: float, stop: float, count: int) -> Generator:
    """`count` numbers at equal ratios, both ends included. `start` and `stop` are the numbers, not their logarithms.

    >>> rs.logspace(0.001, 1, 4)
    {'logspace': [0.001, 1, 4]}
    """
    return {"logspace": [start, stop, count]}


def uniform(low: float, high: float) -> Generator:
    """A number between `low` and `high`, drawn once for each of the config's `samples`.

    >>> rs.uniform(0, 0.5)
    {'uniform': [0, 0.5]}
    """
    return {"uniform": [low, high]}


def log_uniform(low: float, high: float) -> Generator:
    """A number between `low` and `high` whose logarithm is uniform, drawn once for each of the config's `samples`.

    >>> rs.log_uniform(0.001, 1)
    {'log_uniform': [0.001, 1]}
    """
    return {"log_uniform": [low, high]}


def int_uniform(low: int, high: int) -> Generator:
    """An integer from `low` to `high`, both included, drawn once for each of the config's `samples`.

    >>> rs.int_uniform(10, 100)
    {'int_uniform': [10, 100]}
    """
    return {"int_uniform": [low, high]}


def choice(values: Iterable[Any]) -> Generator:
    """One of `values`, drawn once for each of the config's `samples`.

    >>> rs.choice(["relu", "tanh"])
    {'choice': ['relu', 'tanh']}
    """
    return {"choice": list(values)}
