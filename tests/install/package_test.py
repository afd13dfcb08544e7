"""package_test.py BUILD REPOSITORY: the Debian package.

Builds it and looks into it, without installing it: that needs a Debian of its own (scripts/packaging/README.md).
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

build, repository = map(Path, sys.argv[1:])


def run(*command, **options):
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    return result.stdout


def package_of(library):
    """The package that a shared library is from. Packages may name it by its place before /lib became a link to /usr/lib."""
    real = Path(library).resolve()
    for path in (real, Path("/") / real.relative_to("/usr") if real.is_relative_to("/usr") else real):
        found = subprocess.run(["dpkg-query", "--search", str(path)], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise AssertionError(f"no package has {library}")


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    run("cpack", "--config", build.resolve() / "CPackConfig.cmake", "-B", folder / "package", cwd=folder)
    package, = (folder / "package").glob("*.deb")
    run("dpkg", "--extract", package, folder / "root")
    program = folder / "root/usr/bin/runner"
    version = run(program, "--version").strip()

    architecture = run("dpkg", "--print-architecture").strip()
    assert package.name == f"runner_{version}_{architecture}.deb", package.name
    fields = dict(re.findall(r"^([A-Z][\w-]*): (.*(?:\n .*)*)", run("dpkg", "--field", package), re.MULTILINE))
    assert (fields["Package"], fields["Version"], fields["Architecture"]) == ("runner", version, architecture), fields
    assert fields["Section"] == "science" and fields["Recommends"] == "dataset-fashion-mnist", fields
    summary, *lines = fields["Description"].split("\n")
    assert summary == "trains very many small neural networks at once" and len(lines) == 3, fields
    assert all(len(line) <= 80 and not line.startswith("  ") for line in lines), lines

    # The packages of all libraries that the program names.
    depends = {relation.split()[0] for relation in fields["Depends"].split(", ")}
    needed = set(re.findall(r"NEEDED +(\S+)", run("objdump", "-p", program)))
    places = dict(re.findall(r"^\s*(\S+) => (/\S+)", run("ldd", program), re.MULTILINE))
    assert needed - {place for place in needed if place.startswith("ld-linux")} <= places.keys(), (needed, places)
    packages = {package_of(places[library]) for library in needed if library in places}
    assert packages == depends, f"the program needs {sorted(packages)}, and the package depends on {sorted(depends)}"

    # The program and what belongs to it, and not the libraries.
    files = {path.relative_to(folder / "root/usr").as_posix() for path in (folder / "root").rglob("*") if path.is_file()}
    configs = {f"share/runner/{path.relative_to(repository).as_posix()}" for path in (repository / "configs").iterdir()}
    assert files == configs | {
        "bin/runner", "share/man/man1/runner.1.gz", "share/doc/runner/LICENSE", "share/doc/runner/README.md", "share/doc/runner/copyright",
        "share/bash-completion/completions/runner", "share/fish/vendor_completions.d/runner.fish", "share/zsh/vendor-completions/_runner"}, files

    def words(text):
        return " ".join(text.replace("\n .\n", "\n").split())

    doc = folder / "root/usr/share/doc/runner"
    licence = words((doc / "LICENSE").read_text().removeprefix("MIT License"))
    holder, terms = licence.split("Permission", 1)
    copyright_file = words((doc / "copyright").read_text())
    assert "Permission" + terms in copyright_file
    assert holder.split("(c)")[1].strip() in copyright_file, holder
    assert run(program, "help").startswith("`runner help NAME` explains")
