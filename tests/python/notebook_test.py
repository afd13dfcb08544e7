#!/usr/bin/python3
"""The notebook of experiments/notebook runs from start to end and shows its pictures; as committed it has no outputs.

usage: notebook_test.py RUNNER REPOSITORY [PICTURES]

Pictures are written into the folder PICTURES.
"""
import base64
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

runner, repository = (Path(argument).resolve() for argument in sys.argv[1:3])
pictures = Path(sys.argv[3]) if len(sys.argv) > 3 else None
notebook = nbformat.read(repository / "experiments/notebook/overfitting.ipynb", as_version=4)
nbformat.validate(notebook)
code = [cell for cell in notebook.cells if cell.cell_type == "code"]
assert all(cell.outputs == [] and cell.execution_count is None for cell in code), "clear the outputs"

with tempfile.TemporaryDirectory() as folder:
    # Debian's ipywidgets, where they are installed, are too old for nbclient.
    (Path(folder) / "ipywidgets.py").write_text("raise ImportError\n")
    os.environ |= {"RUNNER": str(runner), "PYTHONPATH": f"{repository}/python:{folder}", "IPYTHONDIR": folder, "JUPYTER_RUNTIME_DIR": folder,
                   "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    NotebookClient(notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()

outputs = [output for cell in code for output in cell.outputs]
shown = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
assert len(shown) == 5, f"{len(shown)} pictures"
for number, picture in enumerate(shown):
    if pictures:
        pictures.mkdir(exist_ok=True)
        (pictures / f"{number}.png").write_bytes(base64.b64decode(picture))
tables = [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]
assert any("overfits" in table for table in tables), tables
said = "".join(output.text for output in outputs if output.output_type == "stream")
assert "15/15 runs" in said, said
assert "of 2000 test images" in said, said
