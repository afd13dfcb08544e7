#!/usr/bin/python3
"""What doubling learning rate and batch size together does to test accuracy.

usage: equal_ratio.py RESULTS.h5

For each configuration whose neighbour with twice the rate and twice the batch is in the file, too: the change of test
accuracy after the last epoch, seed by seed, with its 95 % interval. Needs Debian's python3-h5py and
python3-scipy.
"""
import sys
from collections import defaultdict

import h5py
import numpy as np
from scipy import stats

if len(sys.argv) != 2:
    sys.exit(__doc__)

accuracy = defaultdict(dict)  # (rate, batch): by seed, after the last epoch
with h5py.File(sys.argv[1]) as file:
    columns = [file[name][()] for name in ("learning_rate", "batch_size", "seed")]
    for rate, batch, seed, last in zip(*columns, file["test_accuracy"][:, -1].astype(float)):
        accuracy[rate, batch][seed] = last

print("learning_rate  batch_size  twice both: change of test accuracy")
worst = 0.0
for (rate, batch), at_first in sorted(accuracy.items()):
    at_twice = accuracy.get((2 * rate, 2 * batch))
    if at_twice is None:
        continue
    change = np.array([at_twice[seed] - at_first[seed] for seed in at_first])
    half = stats.t.ppf(0.975, len(change) - 1) * change.std(ddof=1) / np.sqrt(len(change))
    mark = "*" if abs(change.mean()) > half else " "
    print(f"{rate:13g}  {batch:10d}  {mark}{change.mean():+.4f}±{half:.4f}")
    if rate <= 0.08:
        worst = max(worst, abs(change.mean()))
print(f"\n* more than its noise; largest change up to a learning rate of 0.16: {worst:.4f}")
