"""Finds the program `runner` and calls it."""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Union

PathLike = Union[str, "os.PathLike[str]"]


class RunnerError(RuntimeError):
    """The program refused its input, or its work failed.

    `str()` of the error is the program's message. `exit_code` is the program's: 1, the work failed; 2, the input is bad;
    130, a signal stopped the program; negative, a signal ended it at once.

    >>> try:
    ...     rs.run(learning_rat=0.1)
    ... except rs.RunnerError as error:
    ...     print(error.exit_code, error)
    2 results/sweep.h5.json: unknown key "learning_rat": did you mean "learning_rate"?
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message, exit_code)
        self.exit_code = exit_code

    def __str__(self) -> str:
        return str(self.args[0])


class RunnerWarning(UserWarning):
    """The program did what it was asked to, and has something to say about it."""


def program() -> Path:
    """The program that this package calls.

    It is the one that the environment variable RUNNER names; else the one in the installed package; else `runner` on the
    PATH; else build/runner of the repository that the package is imported from. Raises FileNotFoundError if there is
    none of these.
    """
    named = os.environ.get("RUNNER")
    if named:
        found = shutil.which(named)
        if found is None:
            raise FileNotFoundError(f"the environment variable RUNNER names {named}, which is not a program")
        return Path(found)
    package = Path(__file__).resolve().parent
    carried, built = package / "bin/runner", package.parents[1] / "build/runner"
    on_path = shutil.which("runner")
    for candidate in (carried, Path(on_path) if on_path else carried, built):
        if os.access(candidate, os.X_OK):
            return candidate
    raise FileNotFoundError(
        "the program runner was not found: put it on the PATH, or set the environment variable RUNNER to it")


def argument(path: PathLike) -> str:
    """A path as an argument that is not taken for an option."""
    text = os.fspath(path)
    return f"./{text}" if text.startswith("-") else text


def message_of(errors: str) -> str:
    """The program's last message in what it wrote on standard error."""
    lines = errors.strip().splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("runner: ")]
    return "\n".join(lines[starts[-1]:] if starts else lines).removeprefix("runner: ")


def error_of(exit_code: int, errors: str, output: str = "") -> RunnerError:
    """What to raise after an exit code other than 0."""
    message = message_of(errors) or output.strip()
    if exit_code < 0:
        message = f"the program was ended by {signal.Signals(-exit_code).name}" + (f": {message}" if message else "")
    return RunnerError(message or f"the program ended with exit code {exit_code}", exit_code)


def call(*arguments: str) -> str:
    """What the program prints. Raises RunnerError where it fails."""
    done = subprocess.run([program(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise error_of(done.returncode, done.stderr, done.stdout)
    return done.stdout


def conditions(where: str | Sequence[str] | None) -> list[str]:
    """The arguments of one condition, or of several that must all hold."""
    if where is None:
        return []
    return [part for condition in ([where] if isinstance(where, str) else where) for part in ("--where", condition)]
