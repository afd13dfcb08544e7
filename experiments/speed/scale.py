#!/usr/bin/python3
"""Runs sweeps of ever more tiny runs and prints what each run costs: time, memory, bytes of the results file.

usage: scale.py [RUNS …]     (1000 10000 100000)

200 images of Fashion-MNIST, 100 to test, networks of two hidden units, 5 epochs; a seed for every hundred runs. Then the sweep is extended by
an epoch, and read by `runner compare`.
"""
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNNER = Path(__file__).resolve().parents[2] / "build" / "runner"
CONFIG = '{"train_size": 200, "test_size": 100, "epochs": 5, "hidden_size": 2, "batch_size": 50, "learning_rate": %s, "seed": %s}'


def timed(*command):
    """Seconds and megabytes of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return time.perf_counter() - start, usage.ru_maxrss * 1024 / 1e6


def main():
    print(f"{'runs':>8} {'seconds':>9} {'µs a run':>9} {'MB':>7} {'KB a run':>9} {'file MB':>8} {'bytes a run':>12} {'extended':>9} {'MB':>7} {'compare':>9} {'MB':>7}")
    for runs in map(int, sys.argv[1:] or (1000, 10000, 100000)):
        with tempfile.TemporaryDirectory() as folder:
            config, output = Path(folder) / "scale.json", Path(folder) / "scale.h5"
            config.write_text(CONFIG % ([(i + 1) / 100 for i in range(100)], list(range(runs // 100))))
            run = [RUNNER, config, "--output", output, "--quiet"]
            start_seconds, start_megabytes = timed(RUNNER, config, "--output", f"{folder}/one.h5", "--quiet", "seed=0", "learning_rate=0.1")
            seconds, megabytes = timed(*run)
            size = output.stat().st_size
            extended, extended_megabytes = timed(*run, "epochs=6")
            compared, compared_megabytes = timed(RUNNER, "compare", output)
            print(f"{runs:8} {seconds:9.2f} {(seconds - start_seconds) / runs * 1e6:9.1f} {megabytes:7.0f} "
                  f"{(megabytes - start_megabytes) / runs * 1e3:9.2f} {size / 1e6:8.2f} {size / runs:12.0f} {extended:9.2f} "
                  f"{extended_megabytes:7.0f} {compared:9.2f} {compared_megabytes:7.0f}", flush=True)


if __name__ == "__main__":
    main()
