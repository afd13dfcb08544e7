"""chapter4_test.py BUILD REPOSITORY: the programs of experiments/book_chapter4 print what its README shows, which is right.

Right is what NumPy makes of the same formulas, and what the book prints.
"""
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

build, repository = map(Path, sys.argv[1:])
folder = repository / "experiments/book_chapter4"
programs = {path.stem for path in folder.glob("*.cpp")}


def output_of(command):
    command = command.replace("build/experiments", f"{build}/experiments", 1)
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert result.returncode == 0, f"{command}\n{result.stderr}"
    return result.stdout


# What the README shows is what they print, word for word; none is left out, or longer than it should be.
shown = {}
for block in re.findall(r"```console\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL):
    command, _, output = block.partition("\n")
    if name := re.match(r"\$ build/experiments/book_chapter4/(\w+)", command):
        shown[name[1]] = output
        now = output_of(command[2:])
        assert now == output, f"README.md shows of {command}\n{output}\nand now it is\n{now}"
assert set(shown) == programs, set(shown) ^ programs
for path in folder.glob("*.cpp"):
    assert len(path.read_text().splitlines()) < 60, path


def numbers(text):
    return [float(number) for number in re.findall(r"(?<![\w.])-?\d+\.\d+(?:e[+-]\d+)?|(?<![\w.])-?\d+e[+-]\d+", text)]


def close(actual, expected, rtol):
    assert np.allclose(actual, expected, rtol=rtol, atol=1e-12), (actual, expected)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def gradient(f, x, h=1e-4):
    result = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        moved = [x.copy(), x.copy()]
        moved[0][i] += h
        moved[1][i] -= h
        result[i] = (f(moved[0]) - f(moved[1])) / (2 * h)
    return result


# 4.2
t = np.eye(10)[2]
answers = np.array([[0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0], [0.1, 0.05, 0.1, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0]])
mse, ce = shown["losses"].splitlines()[1:]
close(numbers(mse), [0.5 * ((y - t) ** 2).sum() for y in answers], 1e-5)
close(numbers(ce), [-(t * np.log(y + 1e-7)).sum() for y in answers], 1e-5)
close(numbers(mse), [0.0975, 0.5975], 1e-5)  # the book's
close(numbers(ce), [0.510825457099338, 2.302584092994546], 1e-5)
each = -np.log(np.array([0.7, 0.5, 0.1]) + 1e-7)
close(numbers(shown["batch_loss"]), [*each, each.mean(), each.mean()], 1e-5)

# 4.3
f = lambda x: 0.01 * x**2 + 0.1 * x  # noqa: E731
for line, x, book in zip(shown["derivative"].splitlines()[1:], (5, 10), (0.1999999999990898, 0.2999999999986347)):
    numerical, analytical = numbers(line)
    assert numerical == (f(x + 1e-4) - f(x - 1e-4)) / 2e-4 == book
    close(analytical, 0.02 * x + 0.1, 1e-12)
rows = np.genfromtxt(output_of("build/experiments/book_chapter4/tangents").splitlines(), delimiter=",", skip_header=1)
close(rows[:, 1], f(rows[:, 0]), 1e-3)
close(rows[:, 2], 0.2 * (rows[:, 0] - 5) + f(5), 1e-3)
close(rows[:, 3], 0.3 * (rows[:, 0] - 10) + f(10), 1e-3)
close(numbers(shown["partial_derivatives"]), [6.00000000000378, 7.999999999999119], 1e-14)  # the book's

# 4.4
square = lambda x: (x**2).sum()  # noqa: E731
points = np.array([[3.0, 4.0], [0.0, 2.0], [3.0, 0.0]])
close(numbers(shown["gradient"]), np.ravel([gradient(square, p) for p in points]), 1e-6)
rows = np.genfromtxt(output_of("build/experiments/book_chapter4/gradient_field").splitlines(), delimiter=",", skip_header=1)
assert len(rows) == 17 * 17
close(rows[:, 2:], -2 * rows[:, :2], 1e-6)
found = np.array(numbers(shown["gradient_descent"].replace("learning rate   0.1", "").replace("learning rate 1e-10", ""))).reshape(3, 2)
for row, rate in zip(found, (0.1, 10.0, 1e-10)):
    x = np.array([-3.0, 4.0])
    for _ in range(100):
        x -= rate * gradient(square, x)
    close(row, x, 2e-5)
close(found[0], [-6.11110793e-10, 8.14814391e-10], 2e-5)  # the book's
close(found[1], [-2.58983747e13, -1.29524862e12], 2e-5)
rows = np.genfromtxt(output_of("build/experiments/book_chapter4/descent_path").splitlines(), delimiter=",", skip_header=1)
close(rows[:, 1:3], np.array([-3.0, 4.0]) * 0.8 ** rows[:, :1], 1e-2)
W, x, t = np.array([[0.47355232, 0.9977393, 0.84668094], [0.85557411, 0.03563661, 0.69422093]]), np.array([0.6, 0.9]), np.eye(3)[2]
loss = lambda W: -(t * np.log(softmax(x @ W) + 1e-7)).sum()  # noqa: E731
lines = shown["simple_net"].splitlines()
close(numbers(lines[2]), x @ W, 1e-7)
close(numbers(lines[3]), loss(W), 1e-7)
close(numbers(lines[4]) + numbers(lines[5]), gradient(loss, W).ravel(), 1e-6)
close(numbers(lines[3]), 0.92806853, 1e-6)  # the book's
close(numbers(lines[4]) + numbers(lines[5]), [0.21924763, 0.14356247, -0.36281009, 0.32887144, 0.2153437, -0.54421514], 1e-6)

# 4.5
assert [line.split() for line in shown["shapes"].splitlines()] == [["W1", "784x100"], ["b1", "1x100"], ["W2", "100x10"], ["b2", "1x10"], ["y", "100x10"]]
for line in shown["both_ways"].splitlines()[1:]:
    largest, difference = numbers(line)
    assert difference < 1e-5 * largest
epochs = [numbers(line) for line in shown["training"].splitlines()[1:]]
assert abs(epochs[0][0] - np.log(10)) < 0.01 and epochs[-1][0] < 0.5 and epochs[-1][2] > 0.8
