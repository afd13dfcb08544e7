"""Puts the program `runner` into the wheel: the one that the environment variable RUNNER names, else the build's."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution
from wheel.bdist_wheel import bdist_wheel

here = Path(__file__).resolve().parent
program = Path(os.environ.get("RUNNER") or here.parent / "build/runner").resolve()
if not os.access(program, os.X_OK):
    sys.exit(f"there is no program {program}: build runner first, or set RUNNER to the program that the wheel is to carry")


class WithProgram(Distribution):
    def has_ext_modules(self):
        return True  # what is built belongs to a platform


class BuildWithProgram(build_py):
    def run(self):
        super().run()
        folder = Path(self.build_lib) / "runner_sweep/bin"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, folder / "runner")


class PlatformWheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]  # any Python 3, on this platform


setup(
    version=subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip(),
    distclass=WithProgram,
    cmdclass={"bdist_wheel": PlatformWheel, "build_py": BuildWithProgram},
)
