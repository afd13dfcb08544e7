#!/usr/bin/python3
"""The Python package's types are right, by `mypy --strict`, and mypy finds one that is wrong.

usage: types_test.py REPOSITORY
"""
import subprocess
import sys
import tempfile
from pathlib import Path

package = Path(sys.argv[1]).resolve() / "python"


def mypy(*arguments):
    return subprocess.run(["mypy", "--config-file", package / "pyproject.toml", "--cache-dir", cache, *arguments], cwd=package, capture_output=True, text=True)


with tempfile.TemporaryDirectory() as cache:
    result = mypy("--strict", "runner_sweep")
    assert result.returncode == 0, result.stdout + result.stderr
    user = Path(cache) / "user.py"
    user.write_text("import runner_sweep as rs\n\ndata = rs.run({'seed': rs.range(1, 3)}, file='a.h5')\ndata.isel(run=0)\nrs.run(file=3)\n")
    result = mypy("--strict", user)
    assert result.stdout.count("error:") == 1 and "user.py:5" in result.stdout, result.stdout
