"""What people train these sweeps with today, each doing the work that `runner` does, in float32 and written for speed.

A peer is a function (data, runs, epochs) -> a list of curves, one for each run: (train loss, train accuracy, test loss, test accuracy) after
every epoch. `data`: x_train, t_train, x_test, t_test, images as rows of float32 in 0…1. `runs`: of one group, see `groups`. One thread. They know
the optimizers sgd, momentum and adam, the activations sigmoid and relu, and dropout.
"""
import itertools
import warnings

import numpy as np

F = np.float32
FUSED = 12  # runs side by side: more are slower, their weights no longer lie in the level-2 cache


class Sgd:
    """Plain gradient descent. `rate`: a number, or one for each parameter as NumPy stretches it. Gradients are written over."""

    def __init__(self, run):
        pass

    def begin(self):
        """The next step."""

    def move(self, k, w, gradient, rate):
        """Parameter k of the network."""
        gradient *= rate
        w -= gradient


class Momentum(Sgd):
    def __init__(self, run):
        self.v = {}

    def move(self, k, w, gradient, rate):
        v = self.v.setdefault(k, np.zeros_like(w))
        v *= F(0.9)
        gradient *= rate
        v -= gradient
        w += v


class Adam(Sgd):
    def __init__(self, run):
        self.m, self.v, self.scratch, self.t = {}, {}, {}, 0

    def begin(self):
        self.t += 1
        self.step, self.root = F(1 / (1 - 0.9**self.t)), F(1 / np.sqrt(1 - 0.999**self.t))

    def move(self, k, w, gradient, rate):
        m, v, scratch = (state.setdefault(k, np.zeros_like(w)) for state in (self.m, self.v, self.scratch))
        m *= F(0.9)
        np.multiply(gradient, F(0.1), out=scratch)
        m += scratch
        v *= F(0.999)
        gradient *= gradient
        gradient *= F(0.001)
        v += gradient
        np.sqrt(v, out=scratch)
        scratch *= self.root
        scratch += F(1e-7)
        np.divide(m, scratch, out=scratch)
        scratch *= rate * self.step
        w -= scratch


OPTIMIZERS = {"sgd": Sgd, "momentum": Momentum, "adam": Adam}


class NumPyNetwork:
    """TwoLayerNet with buffers made beforehand."""

    def __init__(self, pixels, hidden, classes, batch, run):
        self.random = np.random.RandomState(run["seed"])
        self.masks = np.random.default_rng(run["seed"])
        self.optimizer, self.activation, self.dropout = OPTIMIZERS[run["optimizer"]](run), run["activation"], F(run["dropout"])
        self.W1 = (0.01 * self.random.randn(pixels, hidden)).astype(F)
        self.W2 = (0.01 * self.random.randn(hidden, classes)).astype(F)
        self.b1, self.b2 = np.zeros(hidden, F), np.zeros(classes, F)
        self.dW1, self.dW2 = np.empty_like(self.W1), np.empty_like(self.W2)
        self.x = np.empty((batch, pixels), F)
        self.z, self.dz, self.slope = (np.empty((batch, hidden), F) for _ in range(3))
        self.y = np.empty((batch, classes), F)

    def scores(self, x, z, y, training=False):
        np.dot(x, self.W1, out=z)
        activate(self.activation, z, self.b1)
        if self.dropout:
            z *= self.masks.random(z.shape, F) >= self.dropout if training else 1 - self.dropout
        np.dot(z, self.W2, out=y)
        y += self.b2
        return y

    def step(self, x, t, rows, rate):
        n = len(rows)
        xb, z, dz, slope, y = (buffer[:n] for buffer in (self.x, self.z, self.dz, self.slope, self.y))
        np.take(x, rows, axis=0, out=xb, mode="clip")
        softmax(self.scores(xb, z, y, training=True))
        y[np.arange(n), t[rows]] -= 1
        y *= F(1 / n)
        np.dot(z.T, y, out=self.dW2)
        np.dot(y, self.W2.T, out=dz)
        times_slope(self.activation, dz, z, slope)
        np.dot(xb.T, dz, out=self.dW1)
        self.optimizer.begin()
        for k, (w, gradient) in enumerate(((self.W1, self.dW1), (self.W2, self.dW2), (self.b1, dz.sum(0)), (self.b2, y.sum(0)))):
            self.optimizer.move(k, w, gradient, rate)

    def evaluate(self, x, t, block=2000):
        loss = hits = 0.0
        for k in range(0, len(x), block):
            label = t[k:k + block]
            n = len(label)
            y = self.scores(x[k:k + block], np.empty((n, len(self.b1)), F), np.empty((n, len(self.b2)), F))
            hits += (y.argmax(1) == label).sum()
            y -= y.max(1, keepdims=True)
            loss += float(np.log(np.exp(y).sum(1)).sum() - y[np.arange(n), label].sum())
        return loss / len(x), hits / len(x)


def sigmoid(z, bias):
    z += bias
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    np.reciprocal(z, out=z)


def activate(activation, z, bias):
    if activation == "sigmoid":
        sigmoid(z, bias)
    else:
        z += bias
        np.maximum(z, 0, out=z)


def times_slope(activation, dz, z, slope):
    """dz times the derivative of the activation where its value is z; 0 for a unit that was dropped, whose z is 0."""
    if activation == "sigmoid":
        dz *= z
        np.subtract(1, z, out=slope)
        dz *= slope
    else:
        dz *= z > 0


def softmax(y):
    y -= y.max(-1, keepdims=True)
    np.exp(y, out=y)
    y /= y.sum(-1, keepdims=True)


def numpy(data, runs, epochs):
    x, t, u, s = data
    curves = []
    for run in runs:
        batch = run["batch_size"]
        network = NumPyNetwork(x.shape[1], run["hidden_size"], int(t.max()) + 1, batch, run)
        curves.append([])
        for _ in range(epochs):
            order = network.random.permutation(len(x))
            for k in range(0, len(x), batch):
                network.step(x, t, order[k:k + batch], F(run["learning_rate"]))
            curves[-1].append(network.evaluate(x, t) + network.evaluate(u, s))
    return curves


def numpy_fused(data, runs, epochs):
    """Runs that differ in learning rate and seed alone, side by side: one product of the first layer serves all."""
    x, t, u, s = data
    hidden, batch, count = runs[0]["hidden_size"], runs[0]["batch_size"], len(runs)
    networks = [NumPyNetwork(x.shape[1], hidden, int(t.max()) + 1, 0, run) for run in runs]
    plain, activation, dropout = runs[0]["optimizer"] == "sgd", runs[0]["activation"], F(runs[0]["dropout"])
    optimizer, masks = networks[0].optimizer, networks[0].masks
    W1 = np.concatenate([network.W1 for network in networks], axis=1)
    W2 = np.stack([network.W2 for network in networks])
    b1, b2 = np.zeros(len(W1[0]), F), np.zeros((count, 1, W2.shape[2]), F)
    rate = np.array([run["learning_rate"] for run in runs], F).reshape(count, 1, 1)
    unit_rate = np.repeat(rate.ravel(), hidden)
    dW1 = np.empty_like(W1)
    xb = np.empty((batch, x.shape[1]), F)
    stack, deltas = np.empty((batch, len(b1)), F), np.empty((batch, len(b1)), F)

    def scores(x, stack, training=False):
        np.dot(x, W1, out=stack)
        activate(activation, stack, b1)
        if dropout:
            stack *= masks.random(stack.shape, F) >= dropout if training else 1 - dropout
        z = stack.reshape(len(x), count, hidden).transpose(1, 0, 2)
        y = np.matmul(z, W2)
        y += b2
        return z, y

    def step(rows, rate=rate, unit_rate=unit_rate):
        n = len(rows)
        xb_n, stack_n, deltas_n = xb[:n], stack[:n], deltas[:n]
        np.take(x, rows, axis=0, out=xb_n, mode="clip")
        z, y = scores(xb_n, stack_n, training=True)
        softmax(y)
        y[:, np.arange(n), t[rows]] -= 1
        y *= F(1 / n)
        dW2 = np.matmul(z.transpose(0, 2, 1), y)
        np.copyto(deltas_n.reshape(n, count, hidden).transpose(1, 0, 2), np.matmul(y, W2.transpose(0, 2, 1)))
        times_slope(activation, deltas_n, stack_n, stack_n)
        if plain:  # the rate in the deltas, which are fewer than the weights
            deltas_n *= unit_rate
        np.dot(xb_n.T, deltas_n, out=dW1)
        db1 = deltas_n.sum(0)
        optimizer.begin()
        for k, (w, gradient) in enumerate(((W1, dW1), (b1, db1))):
            if plain:
                np.subtract(w, gradient, out=w)
            else:
                optimizer.move(k, w, gradient, unit_rate)
        optimizer.move(2, W2, dW2, rate)
        optimizer.move(3, b2, y.sum(1, keepdims=True), rate)

    def evaluate(x, t, block=500):
        loss, hits = np.zeros(count), np.zeros(count)
        for k in range(0, len(x), block):
            label = t[k:k + block]
            n = len(label)
            y = scores(x[k:k + block], np.empty((n, len(b1)), F))[1]
            hits += (y.argmax(2) == label).sum(1)
            y -= y.max(2, keepdims=True)
            loss += np.log(np.exp(y).sum(2)).sum(1) - y[:, np.arange(n), label].sum(1)
        return loss / len(x), hits / len(x)

    curves = [[] for _ in runs]
    for _ in range(epochs):
        order = networks[0].random.permutation(len(x))
        for k in range(0, len(x), batch):
            step(order[k:k + batch])
        for curve, values in zip(curves, zip(*evaluate(x, t), *evaluate(u, s))):
            curve.append(values)
    return curves


def torch(data, runs, epochs):
    """Without autograd, which makes it half as slow again; other optimizers than plain gradient descent are those of torch.optim."""
    import torch
    from torch.nn.functional import cross_entropy

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    x, t, u, s = map(torch.from_numpy, data)
    curves = []
    for run in runs:
        batch, rate, relu, dropout = run["batch_size"], run["learning_rate"], run["activation"] == "relu", run["dropout"]
        start = NumPyNetwork(x.shape[1], run["hidden_size"], int(t.max()) + 1, 0, run)
        W1, b1, W2, b2 = parameters = [torch.from_numpy(w) for w in (start.W1, start.b1, start.W2, start.b2)]
        optimizer = {"sgd": lambda: None,
                     "momentum": lambda: torch.optim.SGD(parameters, lr=rate, momentum=0.9),
                     "adam": lambda: torch.optim.Adam(parameters, lr=rate, eps=1e-7)}[run["optimizer"]]()
        minus_one = torch.full((batch, 1), -1.0)
        activate = torch.relu_ if relu else torch.sigmoid_

        def evaluate(x, t, block=2000):
            loss = hits = 0
            for k in range(0, len(x), block):
                y = torch.addmm(b2, activate(torch.addmm(b1, x[k:k + block], W1)).mul_(1 - dropout), W2)
                loss += cross_entropy(y, t[k:k + block], reduction="sum").item()
                hits += (y.argmax(1) == t[k:k + block]).sum().item()
            return loss / len(x), hits / len(x)

        curves.append([])
        for _ in range(epochs):
            order = torch.from_numpy(start.random.permutation(len(x)))
            for k in range(0, len(x), batch):
                rows = order[k:k + batch]
                xb, tb = torch.index_select(x, 0, rows), torch.index_select(t, 0, rows)
                z = activate(torch.addmm(b1, xb, W1))
                if dropout:
                    z.mul_(torch.rand_like(z) >= dropout)
                y = torch.softmax(torch.addmm(b2, z, W2), 1)
                y.scatter_add_(1, tb.unsqueeze(1), minus_one[:len(rows)]).mul_(1 / len(rows))
                dz = torch.mm(y, W2.t())
                dz = dz.mul_(z > 0) if relu else dz.mul_(z).mul_(1 - z)
                if optimizer is None:
                    for w, a, b in ((W2, z, y), (W1, xb, dz)):
                        w.addmm_(a.t(), b, alpha=-rate)
                    b2.sub_(y.sum(0), alpha=rate)
                    b1.sub_(dz.sum(0), alpha=rate)
                else:
                    W1.grad, b1.grad, W2.grad, b2.grad = torch.mm(xb.t(), dz), dz.sum(0), torch.mm(z.t(), y), y.sum(0)
                    optimizer.step()
            curves[-1].append(evaluate(x, t) + evaluate(u, s))
    return curves


def sklearn(data, runs, epochs):
    """scikit-learn's MLPClassifier."""
    from sklearn.metrics import log_loss
    from sklearn.neural_network import MLPClassifier

    x, t, u, s = data
    curves = []
    for run in runs:
        if run["dropout"]:
            raise ValueError("MLPClassifier has no dropout")
        solver, momentum = {"sgd": ("sgd", 0), "momentum": ("sgd", 0.9), "adam": ("adam", 0)}[run["optimizer"]]
        activation = {"sigmoid": "logistic", "relu": "relu"}[run["activation"]]
        network = MLPClassifier((run["hidden_size"],), activation=activation, solver=solver, alpha=0, momentum=momentum,
                                nesterovs_momentum=False, epsilon=1e-7, shuffle=True,
                                batch_size=run["batch_size"], learning_rate_init=run["learning_rate"], random_state=run["seed"])
        curves.append([])
        for _ in range(epochs):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that it has not converged
                network.partial_fit(x, t, classes=np.arange(int(t.max()) + 1))
            values = ()
            for images, labels in ((x, t), (u, s)):
                y = network.predict_proba(images)
                values += (log_loss(labels, y), (y.argmax(1) == labels).mean())
            curves[-1].append(values)
    return curves


PEERS = {"numpy": numpy, "numpy-fused": numpy_fused, "torch": torch, "sklearn": sklearn}


def groups(peer, runs):
    """The runs that one call of a peer trains."""
    if peer != "numpy-fused":
        return [[run] for run in runs]
    shape = lambda run: (run["optimizer"], run["activation"], run["dropout"], run["hidden_size"], run["batch_size"])
    alike = (list(group) for _, group in itertools.groupby(sorted(runs, key=shape), key=shape))
    return [group[k:k + FUSED] for group in alike for k in range(0, len(group), FUSED)]
