"""The same bits from a second hand: how `runner` trains a network, once more in NumPy, by what its public headers say.

No code is shared with the program. Each function names the header in include/runner/ that it follows. It takes integers, and
operations on float32 and double that are rounded one by one, so any other language would do. The names are those of "Deep
Learning from Scratch". Speed is no aim.

Left out are dropout, label noise, schedules of the learning rate, decoupled weight decay, and numerical gradients.
"""
import hashlib
import itertools

import numpy as np

f32, f64, u32, u64 = np.float32, np.float64, np.uint32, np.uint64

# compute/arithmetic.hpp
FIXED_POINT_LIMIT = 8_355_711
LANES = 16
EVALUATED_TOGETHER = 256

# data/random.hpp: RandomPurpose
PURPOSE = {"initial_W1": 1, "initial_W2": 2, "shuffle": 3, "with_replacement": 4}

# model/enumerations.hpp: moment_count
MOMENT_COUNT = {"sgd": 0, "momentum": 1, "nesterov": 1, "adagrad": 1, "rmsprop": 1, "adam": 2}


# --- Random numbers ---------------------------------------------------------------------------------------------------------


def random_blocks(seed, purpose, stream, blocks):
    """data/random.hpp, random_block: Philox4x32-10. The two 64-bit numbers of each block, one after the other."""
    low = 0xFFFFFFFF
    c = [blocks & low, blocks >> 32, np.full_like(blocks, stream), np.full_like(blocks, PURPOSE[purpose])]
    k = [seed & low, seed >> 32]
    for _ in range(10):
        p0, p1 = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [p1 >> 32 ^ c[1] ^ k[0], p1 & low, p0 >> 32 ^ c[3] ^ k[1], p0 & low]
        k = [k[0] + 0x9E3779B9 & low, k[1] + 0xBB67AE85 & low]
    return np.stack([c[0] | c[1] << 32, c[2] | c[3] << 32], axis=1).ravel()


def random_stream(seed, purpose, stream):
    """data/random.hpp, RandomStream: the numbers of a stream in order, as integers of Python, which have no largest."""
    for first in itertools.count(0, 20):
        yield from random_blocks(seed, purpose, stream, np.arange(first, first + 20, dtype=u64)).tolist()


def below(numbers, bound):
    """data/random.hpp, RandomStream::below."""
    x = next(numbers)
    while x * bound % 2**64 < 2**64 % bound:
        x = next(numbers)
    return x * bound // 2**64


def epoch_order(sampling, seed, epoch, train_size, batch_size):
    """data/batch_order.hpp: the images of an epoch in the order they are trained on."""
    numbers = random_stream(seed, sampling, epoch)
    if sampling == "with_replacement":
        return [below(numbers, train_size) for _ in range(max(1, train_size // batch_size) * batch_size)]
    order = list(range(train_size))
    for n in range(train_size, 1, -1):
        i = below(numbers, n)
        order[n - 1], order[i] = order[i], order[n - 1]
    return order


def initial_weights(run, purpose, hidden, width, inputs):
    """compute/initial_weights.hpp: hidden × width float32; Elementwise::normal makes them of random numbers."""
    std = {"std": run.weight_init_std, "xavier": 1 / np.sqrt(inputs), "he": np.sqrt(2 / inputs)}[run.weight_init]
    bits = np.array([list(itertools.islice(random_stream(run.seed, purpose, h), width)) for h in range(hidden)], u64)
    u = ((bits >> 12).astype(f64) + 0.5) * 2.0**-52
    return (f64(f32(std)) * normal_quantile(u)).astype(f32)


# --- exp, tanh, log, normal variates ----------------------------------------------------------------------------------------


def polynomial(x, *coefficients):
    """compute/portable_math.hpp: Horner's scheme, the highest power's coefficient first, in the type of x."""
    total = x.dtype.type(coefficients[0])
    for c in coefficients[1:]:
        total = total * x + x.dtype.type(c)
    return total


def exp(x):
    """compute/portable_math.hpp, exp of float32: e^x = 2^n·e^r with x = n·log 2 + r."""
    shifted = x * f32(1.44269504088896341) + f32(12582912)
    n = shifted - f32(12582912)
    r = (x - n * f32(0.693359375)) - n * f32(-2.12194440e-4)
    p = polynomial(r, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
    p = p * (r * r) + r + f32(1)
    power = ((shifted.view(u32) + u32(127)) << u32(23)).view(f32)
    return np.where(x > f32(88.37), f32(np.inf), np.where(x < f32(-87.33), f32(0), p * power))


def exp_negative(x):
    """compute/portable_math.hpp, exp_negative of double, for x ≤ 709."""
    shifted = x * 1.4426950408889634073599 + 6755399441055744.0
    n = shifted - 6755399441055744.0
    r = (x - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6
    rr = r * r
    p = r * polynomial(rr, 1.26177193074810590878e-4, 3.02994407707441961300e-2, 9.99999999999999999910e-1)
    q = polynomial(rr, 3.00198505138664455042e-6, 2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.00000000000000000009)
    e = 1.0 + 2.0 * (p / (q - p))
    power = ((shifted.view(u64) + u64(1023)) << u64(52)).view(f64)
    return np.where(x < -708.0, 0.0, e * power)


def log(x):
    """compute/portable_math.hpp, log of double: x = m·2^e with m in [½, 1)."""
    m, e = np.frexp(x)
    small = m < 0.70710678118654752440
    e = np.where(small, e - 1.0, e)
    m = np.where(small, m + m - 1.0, m - 1.0)
    p = polynomial(m, 1.01875663804580931796e-4, 4.97494994976747001425e-1, 4.70579119878881725854e0,
                   1.44989225341610930846e1, 1.79368678507819816313e1, 7.70838733755885391666e0)
    q = polynomial(m, 1.0, 1.12873587189167450590e1, 4.52279145837532221105e1, 8.29875266912776603211e1,
                   7.11544750618563894466e1, 2.31251620126765340583e1)
    mm = m * m
    y = m * (mm * p / q)
    y = y - e * 2.121944400546905827679e-4
    y = y - 0.5 * mm
    y = m + y
    return y + e * 0.693359375


def normal_quantile(p):
    """compute/portable_math.hpp: the inverse of the standard normal distribution, of double."""
    q = p - 0.5
    r = 0.180625 - q * q
    middle = q * polynomial(
        r, 2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
        1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0) / polynomial(
        r, 5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
        5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0)
    root = np.sqrt(-log(np.where(q < 0, p, 1.0 - p)))
    r = root - 1.6
    near = polynomial(
        r, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
        3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0) / polynomial(
        r, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
        6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0)
    r = root - 5.0
    far = polynomial(
        r, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
        2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0) / polynomial(
        r, 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
        1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0)
    tail = np.where(root <= 5.0, near, far)
    return np.where(abs(q) <= 0.425, middle, np.where(q < 0, -tail, tail))


# --- Activations: their value, and their slope where the value is z (model/enumerations.hpp, compute/elementwise.hpp) --------


def sigmoid(a):
    return f32(1) / (f32(1) + exp(-a))


def tanh(x):
    """compute/portable_math.hpp, tanh of float32."""
    magnitude, xx = abs(x), x * x
    near_zero = polynomial(xx, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1) * xx * x + x
    far = f32(1) - f32(2) / (exp(magnitude + magnitude) + f32(1))
    return np.where(magnitude < f32(0.625), near_zero, np.where(x < 0, -far, far))


def relu(a):
    return np.where(a > 0, a, f32(0))


ACTIVATION = {
    "sigmoid": (sigmoid, lambda z: (f32(1) - z) * z),
    "tanh": (tanh, lambda z: f32(1) - z * z),
    "relu": (relu, lambda z: (z > 0).astype(f32)),
}


# --- Sums -------------------------------------------------------------------------------------------------------------------


def product(x, w):
    """compute/kernel.hpp: x·w. x is pixels, 0…255; each column of w is written in fixed point, so that the sums are integers."""
    largest = abs(w).max(axis=0).astype(f64)
    e = 23 - np.frexp(largest)[1]  # with which the largest lies in [2^22, 2^23)
    e = np.where(np.rint(np.ldexp(largest, e)) > FIXED_POINT_LIMIT, e - 1, e)
    e = np.where(largest == 0, 0, np.minimum(e, 100))
    q = np.rint(np.ldexp(w.astype(f64), e)).astype(np.int64)
    S = x.astype(np.int64) @ q
    t = (S >> 16).astype(f32) * np.ldexp(f32(1), 8 - e) + (S & 0xFFFF).astype(f32) * np.ldexp(f32(1), -8 - e)
    return t + t * f32(1 / 255)


def sum_in_order(terms):
    """compute/elementwise.hpp: over classes and hidden units. NumPy's own sum has another order."""
    total = 0
    for term in terms:
        total = total + term
    return total


def sum_by_groups(terms):
    """compute/elementwise.hpp: dW2 and db1, over images."""
    return sum_in_order(sum_in_order(terms[b:b + LANES]) for b in range(0, len(terms), LANES))


def sum_by_tree(terms):
    """compute/elementwise.hpp: db2 and losses, over images."""
    zeros = np.zeros((-len(terms) % LANES, *terms.shape[1:]), terms.dtype)
    sums = sum_in_order(np.concatenate([terms, zeros]).reshape(-1, LANES, *terms.shape[1:]))
    while len(sums) > 1:
        sums = sums[:len(sums) // 2] + sums[len(sums) // 2:]
    return sums[0]


# --- The network ------------------------------------------------------------------------------------------------------------


def predict(run, params, x):
    """compute/elementwise.hpp: what the hidden layer makes of some images, and their scores, a row for each image."""
    W1, b1, W2, b2 = params
    z1 = ACTIVATION[run.activation][0](product(x, W1) + b1)
    return z1, sum_in_order(z1[:, [h]] * W2[h] for h in range(run.hidden_size)) + b2


def softmax(a2, exp):
    """compute/elementwise.hpp."""
    e = exp(a2 - a2.max(axis=1, keepdims=True))
    return e / sum_in_order(e.T)[:, None]


def gradient(run, params, x, t):
    """training/cohort_trainer.hpp and compute/elementwise.hpp: the gradients of W1, b1, W2, b2. t: one-hot."""
    z1, a2 = predict(run, params, x)
    y = softmax(a2, exp)
    if run.loss == "cross_entropy":
        dy = (y - t) / f32(len(x))
    else:
        dy = y * ((y - t) - sum_in_order(((y - t) * y).T)[:, None]) / f32(len(x))
    W2 = params[2]
    da1 = sum_in_order(dy[:, [c]] * W2[:, c] for c in range(W2.shape[1])) * ACTIVATION[run.activation][1](z1)
    return product(x.T, da1), sum_by_groups(da1), sum_by_groups(z1[:, :, None] * dy[:, None, :]), sum_by_tree(dy)


def evaluate(run, params, images, labels):
    """training/cohort_trainer.hpp, evaluate and test_predictions: loss and accuracy on a set, and the class of each image."""
    loss, predictions = 0.0, []
    for b in range(0, len(images), EVALUATED_TOGETHER):
        t = labels[b:b + EVALUATED_TOGETHER]
        a2 = predict(run, params, images[b:b + EVALUATED_TOGETHER])[1]
        y = softmax(a2.astype(f64), exp_negative)
        if run.loss == "cross_entropy":
            losses = -log(y[np.arange(len(t)), t] + 1e-7)
        else:
            difference = y - np.eye(y.shape[1])[t]
            losses = 0.5 * sum_in_order((difference * difference).T)
        loss = loss + sum_by_tree(losses)
        predictions.extend(a2.argmax(axis=1))  # the first of several
    correct = int((predictions == labels).sum())
    return f32(loss / len(images)), f32(correct / len(images)), np.array(predictions, np.uint8)


# --- Training ---------------------------------------------------------------------------------------------------------------


def power(base, exponent):
    """compute/learning_rate.hpp, power, of double."""
    result = 1.0
    while exponent > 0:
        if exponent % 2:
            result = result * base
        base, exponent = base * base, exponent // 2
    return result


def updated(run, step, w, g, first, second):
    """compute/update_rule.hpp: a parameter and its two moments after a step. g: with weight decay."""
    rate, mu, rho, beta1, beta2, epsilon = (
        f32(c) for c in (run.learning_rate, run.momentum, run.decay_rate, run.beta1, run.beta2, run.epsilon))
    if run.optimizer == "sgd":
        return w - rate * g, first, second
    if run.optimizer == "momentum":
        v = mu * first - rate * g
        return w + v, v, second
    if run.optimizer == "nesterov":
        v = mu * first - rate * g
        return w + (mu * v - rate * g), v, second
    if run.optimizer == "adagrad":
        h = first + g * g
        return w - rate * g / (np.sqrt(h) + epsilon), h, second
    if run.optimizer == "rmsprop":
        h = rho * first + (f32(1) - rho) * (g * g)
        return w - rate * g / (np.sqrt(h) + epsilon), h, second
    assert run.optimizer == "adam"
    rate = f32(float(rate) / (1 - power(float(beta1), step)))
    inverse_root = f32(1 / np.sqrt(1 - power(float(beta2), step)))
    m = beta1 * first + (f32(1) - beta1) * g
    v = beta2 * second + (f32(1) - beta2) * (g * g)
    return w - rate * m / (np.sqrt(v) * inverse_root + epsilon), m, v


def train(run, data, epochs):
    """training/cohort_trainer.hpp: a network from its initial weights on.

    run: the fields of model/run_spec.hpp. data: train_images, train_labels, test_images, test_labels, bytes.
    Returns by their names in a results file the four curves, epoch 0 first, the weights and moments, and the
    predictions after the last epoch.
    """
    pixels, classes = data.train_images.shape[1], 1 + int(data.train_labels.max())
    params = [initial_weights(run, "initial_W1", run.hidden_size, pixels, inputs=pixels).T, np.zeros(run.hidden_size, f32),
              initial_weights(run, "initial_W2", run.hidden_size, classes, inputs=run.hidden_size), np.zeros(classes, f32)]
    first, second = [np.zeros_like(w) for w in params], [np.zeros_like(w) for w in params]
    names = ("W1", "b1", "W2", "b2")
    found = {f"weights/initial_{name}": w for name, w in zip(names, params)}
    curves, step = [], 0
    for epoch in range(epochs + 1):
        order = epoch_order(run.sampling, run.seed, epoch, len(data.train_labels), run.batch_size) if epoch > 0 else []
        for b in range(0, len(order), run.batch_size):
            batch = order[b:b + run.batch_size]
            t = np.eye(classes, dtype=f32)[data.train_labels[batch]]
            step += 1
            for i, g in enumerate(gradient(run, params, data.train_images[batch], t)):
                if run.weight_decay != 0 and names[i] in ("W1", "W2"):
                    g = g + f32(run.weight_decay) * params[i]
                params[i], first[i], second[i] = updated(run, step, params[i], g, first[i], second[i])
        *test_metrics, predictions = evaluate(run, params, data.test_images, data.test_labels)
        curves.append((*evaluate(run, params, data.train_images, data.train_labels)[:2], *test_metrics))
    found["predictions/test_prediction"] = predictions
    found.update(zip(("train_loss", "train_accuracy", "test_loss", "test_accuracy"), np.array(curves).T))
    stored = {"": params, "moment1_": first, "moment2_": second}
    for prefix in list(stored)[:1 + MOMENT_COUNT[run.optimizer]]:
        found.update((f"weights/{prefix}{name}", w) for name, w in zip(names, stored[prefix]))
    return found


# --- What a paper prints ----------------------------------------------------------------------------------------------------


def fingerprint(runs):
    """results/fingerprint.hpp: of the runs of a sweep, for each its digest and what train() returns."""
    sha = hashlib.sha256()
    for digest, found in sorted(runs, key=lambda run: run[0]):
        sha.update(digest)
        for epoch, metrics in enumerate(zip(*(found[name] for name in ("train_loss", "train_accuracy", "test_loss", "test_accuracy")))):
            sha.update(np.array(epoch, "<i4").tobytes() + np.array(metrics, "<f4").tobytes())
    return sha.hexdigest()
