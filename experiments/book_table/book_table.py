#!/usr/bin/python3
"""The accuracies that the book prints, beside those of our seeds.

usage: book_table.py RESULTS.h5

For each line of the book's table the mean and the standard deviation over our runs, and by how many deviations the
book's number is off. Exit code 1 where one is off by more than 3, the untrained first line aside. Needs Debian's
python3-h5py.
"""
import sys

import h5py
import numpy as np

# "Deep Learning from Scratch", chapter 4: training and test accuracy at every 600th update.
BOOK = np.array([
    (0.0993, 0.1032), (0.7774, 0.7846), (0.8763, 0.8796), (0.8963, 0.8999), (0.9070, 0.9100), (0.9134, 0.9153),
    (0.9192, 0.9220), (0.9228, 0.9242), (0.9272, 0.9289), (0.9302, 0.9293), (0.9337, 0.9324), (0.9371, 0.9361),
    (0.9387, 0.9390), (0.9415, 0.9399), (0.9438, 0.9428), (0.9453, 0.9431), (0.9477, 0.9471)])

if len(sys.argv) != 2:
    sys.exit(__doc__)

with h5py.File(sys.argv[1]) as file:
    ours = np.stack([file["train_accuracy"][()], file["test_accuracy"][()]], axis=-1).astype(float)  # run, epoch, set
if ours.shape[0] < 2 or ours.shape[1] < len(BOOK):
    sys.exit(f"{sys.argv[1]} holds {ours.shape[0]} runs of {ours.shape[1] - 1} epochs: 2 of {len(BOOK) - 1} are needed")
ours = ours[:, :len(BOOK)]
if not np.isfinite(ours).all():
    sys.exit(f"{sys.argv[1]} holds runs that are not done")

mean, deviation = ours.mean(axis=0), ours.std(axis=0, ddof=1)
off = (BOOK - mean) / deviation

print(f"{len(ours)} seeds      train accuracy                     test accuracy")
print("epoch   book             ours    off   book             ours    off")
for epoch, line in enumerate(zip(BOOK, mean, deviation, off)):
    print(f"{epoch:5d}", *(f"{book:.4f}  {m:.4f}±{s:.4f}  {o:+5.1f}" for book, m, s, o in zip(*line)), sep="  ")
largest = np.abs(off[1:]).max()
print(f"\n± standard deviation of a seed; off: the book's number, in these. The largest but for epoch 0: {largest:.1f}")
sys.exit(1 if largest > 3 else 0)
