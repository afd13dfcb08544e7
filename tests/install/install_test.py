"""install_test.py BUILD REPOSITORY COMPILER: the library as others use it.

Installs a build into a folder of its own, builds the example of include/runner/README.md against what is there with find_package, and runs it.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

build, repository, compiler = sys.argv[1:]


def run(*command, **options):
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    return result.stdout


section = (Path(repository) / "include/runner/README.md").read_text().split("\n## As a library\n")[1].split("\n## ")[0]
example, = re.findall(r"```cpp\n(.*?)```", section, re.DOTALL)
lists, = re.findall(r"```cmake\n(.*?)```", section, re.DOTALL)
shown, = re.findall(r"\$ build/curve\n(.*?)```", section, re.DOTALL)

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    prefix, project = folder / "prefix", folder / "project"
    run("cmake", "--install", build, "--prefix", prefix)
    for path in prefix.rglob("*"):
        if path.suffix in (".cmake", ".hpp"):
            for place in (build, repository):
                assert place not in path.read_text(), f"{path} tells of {place}"
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run(prefix / "bin/runner", "--version"))
    for place in ("man/man1/runner.1.gz", "bash-completion/completions/runner", "zsh/site-functions/_runner", "fish/vendor_completions.d/runner.fish"):
        assert (prefix / "share" / place).stat().st_size > 0, place
    # Every header is there, and no other.
    installed = {p.relative_to(prefix / "include") for p in (prefix / "include").rglob("*.hpp")}
    assert installed == {p.relative_to(Path(repository) / "include") for p in (Path(repository) / "include").rglob("*.hpp")}

    # The library alone needs neither Chart.js nor CLI11.
    library = folder / "library"
    run("cmake", "-S", repository, "-B", library, "-G", "Ninja", "-DRUNNER_PROGRAM=OFF", "-DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON",
        "-DCHART_JS=CHART_JS-NOTFOUND", f"-DCMAKE_CXX_COMPILER={compiler}")
    steps = run("ninja", "-C", library, "-n")
    assert "librunner_report.a" in steps and "src/cli" not in steps and "page.html" not in steps, steps

    project.mkdir()
    (project / "curve.cpp").write_text(example)
    (project / "CMakeLists.txt").write_text(lists)
    run("cmake", "-S", project, "-B", project / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={compiler}")
    run("cmake", "--build", project / "build")
    out = run(project / "build/curve")
    assert out == shown, f"include/runner/README.md shows\n{shown}\nand it prints\n{out}"
