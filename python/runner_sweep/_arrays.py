"""NumPy arrays as files that a results file can name."""
from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt


class _Digest:
    """A file that keeps nothing but the SHA-256 checksum of what is written to it."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        return len(data)


def write_array(file: BinaryIO | _Digest, array: npt.NDArray[Any]) -> None:
    """As .npy, in C order and little endian whatever the array's own order is, so that equal arrays make equal files."""
    array = np.ascontiguousarray(array)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    np.lib.format.write_array(file, array, allow_pickle=False)  # type: ignore[no-untyped-call]


def store_array(folder: Path, array: npt.NDArray[Any]) -> Path:
    """Writes an array as .npy into a folder under the file's SHA-256 checksum, unless it is there, and returns its path.

    A file that has the name has the content: it is written under another name, synced and renamed.
    """
    digest = _Digest()
    write_array(digest, array)
    path = folder / f"{digest.hash.hexdigest()}.npy"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{uuid.uuid4().hex}.new")
    try:
        with unfinished.open("xb") as file:
            write_array(file, array)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
