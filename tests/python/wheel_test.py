#!/usr/bin/python3
"""The wheel carries the program: built, installed into a virtual environment of its own, and used where there is no other.

usage: wheel_test.py RUNNER REPOSITORY
"""
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

runner, repository = (Path(argument).resolve() for argument in sys.argv[1:])
environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "RUNNER")} | {"PATH": "/usr/bin:/bin", "MPLBACKEND": "Agg"}


def run(*command, **options):
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, **({"env": environment} | options))
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    return result.stdout


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    source = folder / "python"  # building leaves files beside the sources
    shutil.copytree(repository / "python", source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info", "dist"))
    build = ("/usr/bin/python3", "-m", "build", "--no-isolation", "--wheel", source)
    refused = subprocess.run(build, env=environment, capture_output=True, text=True)
    assert refused.returncode != 0 and "build runner first" in refused.stdout + refused.stderr, refused.stdout + refused.stderr
    run(*build, env=environment | {"RUNNER": str(runner)})
    wheel, = (source / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "runner_sweep/py.typed" in names and any(name.endswith("/LICENSE") for name in names), names
    version = run(runner, "--version").strip()
    platform = re.sub(r"[.-]", "_", sysconfig.get_platform())
    assert wheel.name == f"runner_sweep-{version}-py3-none-{platform}.whl", wheel.name

    venv = folder / "venv"
    run("/usr/bin/python3", "-m", "venv", "--system-site-packages", venv)
    run(venv / "bin/pip", "install", "--no-index", "--disable-pip-version-check", wheel)
    python = venv / "bin/python"
    carried = run(python, "-c", "import runner_sweep; print(runner_sweep.program())", cwd=folder).strip()
    assert carried.startswith(str(venv)) and Path(carried).read_bytes() == runner.read_bytes(), carried
    assert run(venv / "bin/runner", "--version") == run(python, "-m", "runner_sweep", "--version") == f"{version}\n"
    trained = run(python, "-c", """
import runner_sweep as rs
data = rs.run({"dataset": "fashion-mnist", "train_size": 200, "test_size": 100, "epochs": 2, "seed": rs.range(1, 3)}, progress=False)
rs.plot(data)[0].figure.savefig("picture.png")
print(data.sizes["run"], rs.compare("results/sweep.h5").seeds[0])
""", cwd=folder)
    assert trained == "3 3\n", trained
    assert (folder / "picture.png").stat().st_size > 1000
