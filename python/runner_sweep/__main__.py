"""python3 -m runner_sweep ARGS…: the program itself, as `runner ARGS…`."""
import os
import sys

from ._program import program


def main() -> None:
    """Becomes the program."""
    path = program()
    os.execv(path, [str(path), *sys.argv[1:]])


if __name__ == "__main__":
    main()
