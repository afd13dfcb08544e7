#!/usr/bin/env python3
"""label_curves.py FOLDER: what is true of each network in FOLDER/*.h5 after 10, 20, … epochs, by its 20 seeds, as CSV on standard output.

The truth is taken from the curves of all 20 seeds, in another way than the program judges a few of them:

- learned: a seed has learned if over the last tenth of its epochs its training loss is below that of the class frequencies and its training
  accuracy above the largest class's share c by more than three standard deviations, 3·√(c(1 − c)/N). Where 18 seeds or more did not:
  did_not_learn; where 18 or more diverged: diverged; where more than two seeds differ from the others: mixed.
- the mean curve: at each epoch the mean of the seeds that learned without the two largest and the two smallest, so that a seed that is stuck
  for a while does not decide.
- the minimum: the smallest mean of E/10 neighbouring epochs. rise: the mean loss of the last E/10 epochs less that of these, seed by seed.
- overfits: the rise (trimmed mean) is 1.5 % of the minimum or more, and in 17 of 20 seeds the test loss rises and the training loss falls
  between the two (by chance alone: 1 in 700). fits: the rise is below 0.5 %, or fewer than 14 of 20 seeds agree. Between these: slight,
  where nobody can say that the one or the other is wrong.
- overfits_from: the first epoch from which on the increasing curve nearest to the mean curve (isotonic regression) is 1 % above the minimum.
"""

import csv
import pathlib
import sys

import h5py
import numpy as np

LENGTHS = (10, 20, 40, 60, 100, 200, 400)


def moving_mean(values, width):
    sums = np.concatenate([[0], np.cumsum(values)])
    return (sums[width:] - sums[:-width]) / width


def increasing(values):
    """The increasing curve nearest to these values."""
    pools = []
    for value in values:
        pools.append([value, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, count = pools.pop()
            pools[-1] = [(pools[-1][0] * pools[-1][1] + mean * count) / (pools[-1][1] + count), pools[-1][1] + count]
    return np.concatenate([np.full(count, mean) for mean, count in pools])


def trimmed_mean(curves):
    cut = len(curves) // 10
    return np.sort(curves, axis=0)[cut:len(curves) - cut].mean(axis=0)


def truth(train_loss, train_accuracy, test_loss, class_loss, class_share, train_size):
    """The label and the epoch; curves are (seed, epoch), from epoch 1 on."""
    alive = np.isfinite(test_loss).all(axis=1)
    if alive.mean() <= 0.1:
        return "diverged", ""
    tenth = max(1, round(test_loss.shape[1] / 10))
    luck = 3 * np.sqrt(class_share * (1 - class_share) / train_size)
    learned = alive & (np.nan_to_num(train_loss[:, -tenth:].mean(axis=1), nan=np.inf) < class_loss)
    learned &= np.nan_to_num(train_accuracy[:, -tenth:].mean(axis=1)) > class_share + luck
    if alive.all() and learned.mean() <= 0.1:
        return "did_not_learn", ""
    if learned.mean() < 0.9:
        return "mixed", ""

    train, test = train_loss[learned], test_loss[learned]
    mean = trimmed_mean(test)
    trend = moving_mean(mean, tenth)
    lowest = int(np.argmin(trend))
    early = slice(lowest, lowest + tenth)
    rise = test[:, -tenth:].mean(axis=1) - test[:, early].mean(axis=1)
    share = trimmed_mean(rise) / trend[lowest]
    agree = np.mean((rise > 0) & (train[:, early].mean(axis=1) > train[:, -tenth:].mean(axis=1)))
    if share < 0.005 or agree < 0.7:
        return "fits", ""
    if share < 0.015 or agree < 0.85:
        return "slight", ""
    middle = lowest + (tenth - 1) // 2
    above = np.flatnonzero(increasing(mean[middle:]) > 1.01 * trend[lowest])
    return "overfits", middle + int(above[0]) + 1


def main():
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["file", "learning_rate", "hidden_size", "epochs", "truth", "overfits_from"])
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.h5")):
        with h5py.File(path) as file:
            counts = file.attrs["train_class_counts"]
            shares = counts / counts.sum()
            squares = file["loss"][0] == 1
            class_loss = (1 - (shares**2).sum()) / 2 if squares else -(shares[shares > 0] * np.log(shares[shares > 0])).sum()
            names = list(zip(file["learning_rate"][:].tolist(), file["hidden_size"][:].tolist()))
            for name in sorted(set(names)):
                seeds = np.array([other == name for other in names])
                curves = [file[metric][:][seeds].astype(float) for metric in ("train_loss", "train_accuracy", "test_loss")]
                for epochs in (length for length in LENGTHS if length < curves[0].shape[1]):
                    label = truth(*(curve[:, 1:epochs + 1] for curve in curves), class_loss, shares.max(), counts.sum())
                    out.writerow([path.name, *name, epochs, *label])


if __name__ == "__main__":
    main()
