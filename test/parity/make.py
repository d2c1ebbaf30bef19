#!/usr/bin/env python3
"""Makes the fixtures of the parity tests: what PyTorch gives, in double precision, for each case and seed.

`python3 test/parity/make.py` needs PyTorch and NumPy and writes cases.json and expected.bin beside itself. The table of
cases is here; test/parity/kinds.ts has the same functions in TensorFlow.js. Images are [batch, height, width, channels]
and kernels [height, width, in, out], as in TensorFlow.js; `nchw` and the like turn them round for PyTorch.

Inputs are not stored. Both sides draw them with mulberry32, seeded by the hash FNV-1a of "case/seed/input"; test/
gradients/random.ts is the same generator. `draw` names how: "any" -1 to 1, "positive" 0.2 to 1.2, "distinct" no two
nearly equal, "wide" -6 to 6, "prob" rows that sum to 1, "onehot" rows with one 1, "int:N" 0 to N - 1.

For each result, the value and then the gradient of sum(value * weights) by each input that has one, the file holds as
little-endian float64: the sum of sizes, the sum of the products with random numbers, and 8 elements at random places.
"""
import json
import math
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F

SEEDS = 6
SAMPLES = 8
HERE = os.path.dirname(os.path.abspath(__file__))
M = 0xFFFFFFFF


def imul(a, b):
    return (a * b) & M


class Random:
    """mulberry32, seeded by FNV-1a of a text; see test/gradients/random.ts."""

    def __init__(self, text):
        s = 0x811C9DC5
        for c in text:
            s = imul(s ^ ord(c), 0x01000193)
        self.s = s

    def next(self):
        self.s = (self.s + 0x6D2B79F5) & M
        s = self.s
        t = imul(s ^ (s >> 15), 1 | s)
        t = ((t + imul(t ^ (t >> 7), 61 | t)) & M) ^ t
        return ((t ^ (t >> 14)) & M) / 2**32


def draw(kind, shape, text):
    r = Random(text)
    n = int(np.prod(shape)) if shape else 1
    if kind.startswith('int:'):
        top = int(kind[4:])
        return torch.tensor([math.floor(r.next() * top) for _ in range(n)]).reshape(shape)
    if kind == 'distinct':
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = math.floor(r.next() * (i + 1))
            order[i], order[j] = order[j], order[i]
        v = np.array([(i + 0.25) / n * 2 - 1 for i in order])
    elif kind == 'onehot':
        v = np.zeros((n // shape[-1], shape[-1]))
        for row in v:
            row[math.floor(r.next() * shape[-1])] = 1
    else:
        low, high = {'any': (-1, 1), 'positive': (0.2, 1.2), 'wide': (-6, 6), 'prob': (0.1, 1.1)}[kind]
        v = np.array([low + (high - low) * r.next() for _ in range(n)])
        if kind == 'prob':
            v = v.reshape(-1, shape[-1])
            v = v / v.sum(1, keepdims=True)
    return torch.tensor(v.astype(np.float32).astype(np.float64)).reshape(shape)


# --- layouts -------------------------------------------------------------------------------------------------------
def first(x):
    """[batch, ..., channels] to [batch, channels, ...]"""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def kernel(w):
    """[..., in, out] to [out, in, ...]"""
    return w.movedim((-1, -2), (0, 1))


def same(x, sizes, strides, dilations, value=0.0):
    """Padding 'same' of TensorFlow: as much as makes ceil(size / stride), the odd one at the end."""
    pads = []
    for d, k, s, l in zip(x.shape[2:], sizes, strides, dilations):
        total = max(0, (math.ceil(d / s) - 1) * s + (k - 1) * l + 1 - d)
        pads = [total // 2, total - total // 2] + pads
    return F.pad(x, pads, value=value)


def conv(rank):
    f = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[rank]

    def run(o, x, w):
        s, l = [o['stride']] * rank, [o.get('dilation', 1)] * rank
        x = first(x)
        if o['pad'] == 'same':
            x = same(x, w.shape[:rank], s, l)
        return last(f(x, kernel(w), stride=s, dilation=l))

    return run


def depthwise(o, x, w):
    s, l = [o['stride']] * 2, [o.get('dilation', 1)] * 2
    h, v, c, m = w.shape
    x = first(x)
    if o['pad'] == 'same':
        x = same(x, (h, v), s, l)
    k = w.permute(2, 3, 0, 1).reshape(c * m, 1, h, v)
    return last(F.conv2d(x, k, stride=s, dilation=l, groups=c))


def separable(o, x, w, p):
    y = depthwise(o, x, w)
    return last(F.conv2d(first(y), kernel(p)))


def transposed(o, x, w):
    """w: [height, width, out, in]. The gradient of a convolution with the same padding."""
    s, k = o['stride'], w.shape[0]
    y = F.conv_transpose2d(first(x), w.permute(3, 2, 0, 1), stride=s)
    if o['pad'] == 'same':
        cut = max(0, k - s)
        b = cut // 2
        size = [d * s for d in x.shape[1:3]]
        y = F.pad(y, (0, max(0, s - k), 0, max(0, s - k)))
        y = y[:, :, b : b + size[0], b : b + size[1]]
    return last(y)


def pool(rank, kind):
    def run(o, x):
        k, s = [o['size']] * rank, [o['stride']] * rank
        x = first(x)
        if kind == 'max':
            if o['pad'] == 'same':
                x = same(x, k, s, [1] * rank, -math.inf)
            return last({2: F.max_pool2d, 3: F.max_pool3d}[rank](x, k, s))
        f = {2: F.avg_pool2d, 3: F.avg_pool3d}[rank]
        if o['pad'] == 'valid':
            return last(f(x, k, s))
        # The mean of what lies inside
        ones = same(torch.ones_like(x), k, s, [1] * rank)
        return last(f(same(x, k, s, [1] * rank), k, s) / f(ones, k, s))

    return run


# --- normalization -------------------------------------------------------------------------------------------------
def batch_norm_train(o, x, g, b):
    dims = tuple(range(x.dim() - 1))
    v, m = torch.var_mean(x, dims, unbiased=False)
    return (x - m) / torch.sqrt(v + 1e-3) * g + b


def batch_norm(o, x, m, v, b, g):
    return (x - m) / torch.sqrt(v + 1e-3) * g + b


def layer_norm(o, x, g, b):
    return F.layer_norm(x, x.shape[-1:], g, b, 1e-3)


def group_norm(o, x, g, b):
    return last(F.group_norm(first(x), o['groups'], g, b, 1e-5))


# --- recurrent -----------------------------------------------------------------------------------------------------
GATES = {'sigmoid': torch.sigmoid, 'hardSigmoid': lambda x: torch.clamp(0.2 * x + 0.5, 0, 1)}


def recurrent(cell):
    def run(o, x, k, r, b, *mask):
        gate = GATES[o.get('gate', 'sigmoid')]
        u = r.shape[0]
        h = torch.zeros(x.shape[0], u, dtype=x.dtype)
        c = h
        steps, outs = range(x.shape[1]), []
        keep = (x != 0).any(-1, keepdim=True) if o.get('mask') else None
        for t in reversed(steps) if o.get('backwards') else steps:
            if cell == 'rnn':
                new_h, new_c = torch.tanh(x[:, t] @ k + h @ r + b), c
            elif cell == 'lstm':
                i, f, g, p = (x[:, t] @ k + h @ r + b).split(u, 1)
                new_c = gate(f) * c + gate(i) * torch.tanh(g)
                new_h = gate(p) * torch.tanh(new_c)
            else:
                kz, kr, kh = (x[:, t] @ k + b).split(u, 1)
                rz, rr, rh = r.split(u, 1)
                z, q = gate(kz + h @ rz), gate(kr + h @ rr)
                new_h, new_c = z * h + (1 - z) * torch.tanh(kh + (q * h) @ rh), c
            if keep is not None:
                new_h, new_c = torch.where(keep[:, t], new_h, h), torch.where(keep[:, t], new_c, c)
            h, c = new_h, new_c
            outs.append(h)
        return torch.stack(outs, 1) if o.get('sequences') else h

    return run


def torch_lstm(o, x, k, r, b):
    """The LSTM of PyTorch itself; its gates are in the order input, forget, cell, output too."""
    zero = torch.zeros(1, x.shape[0], r.shape[0], dtype=x.dtype)
    weights = [k.t(), r.t(), b, torch.zeros_like(b)]
    return torch.lstm(x, (zero, zero), weights, True, 1, 0.0, False, False, True)[0]


def bidirectional(o, x, k, r, b, k2, r2, b2):
    one = recurrent('lstm')(o, x, k, r, b)
    two = recurrent('lstm')({**o, 'backwards': True}, x, k2, r2, b2)
    return torch.cat([one, two.flip(1) if o.get('sequences') else two], -1)


def attention(o, q, k, v):
    s = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if o.get('causal'):
        n = s.shape[-1]
        s = s.masked_fill(torch.ones(n, n).triu(1).bool(), -1e9)
    return torch.softmax(s, -1) @ v


# --- the rest ------------------------------------------------------------------------------------------------------
ELEMENTWISE = {
    'abs': torch.abs, 'acos': lambda x: torch.acos(x * 0.1), 'acosh': lambda x: torch.acosh(x.abs() + 1.5),
    'asin': lambda x: torch.asin(x * 0.1), 'asinh': torch.asinh, 'atan': torch.atan,
    'atanh': lambda x: torch.atanh(x * 0.1), 'cos': torch.cos, 'cosh': torch.cosh, 'elu': F.elu, 'erf': torch.erf,
    'exp': torch.exp, 'expm1': torch.expm1, 'leakyRelu': lambda x: F.leaky_relu(x, 0.2),
    'log': lambda x: torch.log(x.abs()), 'log1p': lambda x: torch.log1p(x.abs()), 'logSigmoid': F.logsigmoid,
    'reciprocal': torch.reciprocal, 'relu': F.relu, 'relu6': F.relu6, 'rsqrt': lambda x: torch.rsqrt(x.abs()),
    'selu': F.selu, 'sigmoid': torch.sigmoid, 'sin': torch.sin, 'softplus': F.softplus,
    'sqrt': lambda x: torch.sqrt(x.abs()), 'square': torch.square, 'tanh': torch.tanh, 'gelu': F.gelu,
}  # fmt: skip


def binary(o, a, b):
    ops = {'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'div': lambda a, b: a / (b.abs() + 0.5)}
    ops |= {'maximum': torch.maximum, 'minimum': torch.minimum, 'pow': lambda a, b: (a.abs() + 0.2) ** b}
    ops |= {'atan2': torch.atan2}
    return ops[o['op']](a, b)


def reduction(o, x):
    axis, op = o['axis'], o['op']
    if op in ('max', 'min'):
        return {'max': torch.amax, 'min': torch.amin}[op](x, axis)
    if op == 'variance':
        return torch.var(x, axis, unbiased=False)
    if op == 'euclideanNorm':
        return torch.linalg.vector_norm(x, 2, axis)
    return {'sum': torch.sum, 'mean': torch.mean, 'prod': torch.prod, 'logSumExp': torch.logsumexp}[op](x, axis)


def scan(o, x):
    if o.get('reverse'):
        x = x.flip(o['axis'])
    y = {'cumsum': torch.cumsum, 'cumprod': torch.cumprod}[o['op']](x, o['axis'])
    return y.flip(o['axis']) if o.get('reverse') else y


def resize(o, x):
    return last(F.interpolate(first(x), o['size'], mode='bilinear', align_corners=o['align']))


def nearest(o, x):
    return last(F.interpolate(first(x), o['size'], mode='nearest'))


def mirror(o, x):
    return F.pad(x, o['pads'], mode='reflect')


def spectrum(o, x):
    z = torch.fft.rfft(x)
    return z.real**2 + z.imag**2


def round_trip(o, x, y):
    z = torch.fft.fft(torch.complex(x, y))
    return torch.cat([z.real, z.imag], -1)


def loss(o, t, p):
    n, name, eps = t.shape[-1], o['op'], o.get('smoothing', 0)
    if name == 'softmaxCrossEntropy':
        t = t * (1 - eps) + eps / n
        return -(t * F.log_softmax(p, -1)).sum(-1).mean()
    if name == 'sigmoidCrossEntropy':
        t = t * (1 - eps) + 0.5 * eps
        return F.binary_cross_entropy_with_logits(p, t)
    if name == 'hingeLoss':
        return torch.relu(1 - (2 * t - 1) * p).mean()
    if name == 'logLoss':
        return (-t * torch.log(p + 1e-7) - (1 - t) * torch.log(1 - p + 1e-7)).mean()
    if name == 'cosineDistance':
        return (1 - (t * p).sum(-1)).mean()
    if name == 'huberLoss':
        return F.huber_loss(p, t, delta=0.5)
    if name == 'absoluteDifference':
        return F.l1_loss(p, t)
    return F.mse_loss(p, t)


def keras_loss(o, t, p):
    name = o['op']
    if name == 'categoricalCrossentropy':
        return -(t * torch.log(torch.clamp(p / p.sum(-1, keepdim=True), 1e-7, 1 - 1e-7))).sum(-1)
    if name == 'binaryCrossentropy':
        return F.binary_cross_entropy(torch.clamp(p, 1e-7, 1 - 1e-7), t, reduction='none').mean(-1)
    if name == 'meanSquaredError':
        return ((t - p) ** 2).mean(-1)
    if name == 'meanAbsoluteError':
        return (t - p).abs().mean(-1)
    if name == 'meanAbsolutePercentageError':
        return 100 * ((t - p).abs() / torch.clamp(t.abs(), min=1e-7)).mean(-1)
    if name == 'meanSquaredLogarithmicError':
        return ((torch.log1p(t) - torch.log1p(p)) ** 2).mean(-1)
    if name == 'kullbackLeiblerDivergence':
        t, p = torch.clamp(t, 1e-7, 1), torch.clamp(p, 1e-7, 1)
        return (t * torch.log(t / p)).sum(-1)
    if name == 'squaredHinge':
        return (torch.relu(1 - t * p) ** 2).mean(-1)
    if name == 'poisson':
        return (p - t * torch.log(p + 1e-7)).mean(-1)
    raise ValueError(name)


KINDS = {
    'conv1d': conv(1), 'conv2d': conv(2), 'conv3d': conv(3), 'depthwise': depthwise, 'separable': separable,
    'transposed': transposed, 'maxPool': pool(2, 'max'), 'avgPool': pool(2, 'avg'), 'maxPool3d': pool(3, 'max'),
    'avgPool3d': pool(3, 'avg'), 'batchNormTrain': batch_norm_train, 'batchNorm': batch_norm,
    'layerNorm': layer_norm, 'groupNorm': group_norm, 'simpleRNN': recurrent('rnn'), 'lstm': recurrent('lstm'),
    'gru': recurrent('gru'), 'torchLstm': torch_lstm, 'bidirectional': bidirectional, 'attention': attention,
    'embedding': lambda o, w, i: w[i], 'elementwise': lambda o, x: ELEMENTWISE[o['op']](x), 'binary': binary,
    'reduction': reduction, 'scan': scan, 'softmax': lambda o, x: torch.softmax(x, -1),
    'logSoftmax': lambda o, x: F.log_softmax(x, -1), 'topk': lambda o, x: torch.topk(x, o['k'])[0],
    'matMul': lambda o, a, b: (a.transpose(-1, -2) if o.get('ta') else a) @ (b.transpose(-1, -2) if o.get('tb') else b),
    'einsum': lambda o, a, b: torch.einsum(o['equation'], a, b), 'resize': resize, 'nearest': nearest,
    'mirror': mirror, 'spectrum': spectrum, 'fft': round_trip, 'loss': loss, 'kerasLoss': keras_loss,
    'gather': lambda o, x, i: torch.index_select(x, o['axis'], i),
}  # fmt: skip

CASES = []


def case(name, kind, inputs, **options):
    """inputs: pairs of shape and draw; only those of draws that are not labels have gradients."""
    CASES.append({'name': name, 'kind': kind, 'inputs': [[list(s), d] for s, d in inputs], 'options': options})


def table():
    for pad in ('same', 'valid'):
        for s, l in ((1, 1), (2, 1), (1, 2)):
            case(f'conv1d {pad} stride {s} dilation {l}', 'conv1d', [((2, 11, 3), 'any'), ((4, 3, 5), 'any')], stride=s, pad=pad, dilation=l)
        for size, s, l in ((3, 1, 1), (3, 2, 1), (2, 2, 1), (3, 1, 2), (1, 2, 1), (5, 3, 1)):
            case(f'conv2d {size} {pad} stride {s} dilation {l}', 'conv2d', [((2, 9, 8, 3), 'any'), ((size, size, 3, 4), 'any')], stride=s, pad=pad, dilation=l)
        for size, s in ((2, 1), (3, 2), (1, 2)):
            case(f'conv3d {size} {pad} stride {s}', 'conv3d', [((1, 5, 4, 6, 2), 'any'), ((size, size, size, 2, 3), 'any')], stride=s, pad=pad)
        for s, l in ((1, 1), (2, 1), (1, 2)):
            case(f'depthwise {pad} stride {s} dilation {l}', 'depthwise', [((2, 7, 8, 3), 'any'), ((3, 3, 3, 2), 'any')], stride=s, pad=pad, dilation=l)
        for s in (1, 2):
            case(f'separable {pad} stride {s}', 'separable', [((1, 7, 6, 3), 'any'), ((3, 3, 3, 2), 'any'), ((1, 1, 6, 4), 'any')], stride=s, pad=pad)
        for size, s in ((3, 1), (3, 2), (4, 2), (2, 3)):
            case(f'conv2dTranspose {size} {pad} stride {s}', 'transposed', [((2, 4, 5, 3), 'any'), ((size, size, 2, 3), 'any')], stride=s, pad=pad)
        for size, s in ((2, 2), (3, 2), (3, 1)):
            case(f'maxPool {size} {pad} stride {s}', 'maxPool', [((2, 7, 8, 3), 'distinct')], size=size, stride=s, pad=pad)
            case(f'avgPool {size} {pad} stride {s}', 'avgPool', [((2, 7, 8, 3), 'any')], size=size, stride=s, pad=pad)
        case(f'maxPool3d {pad}', 'maxPool3d', [((1, 5, 5, 4, 2), 'distinct')], size=2, stride=2, pad=pad)
        case(f'avgPool3d {pad}', 'avgPool3d', [((1, 5, 5, 4, 2), 'any')], size=3, stride=2, pad=pad)
    for shape in ((8, 5), (2, 4, 3, 6)):
        c = shape[-1:]
        case(f'batchNorm in training, rank {len(shape)}', 'batchNormTrain', [(shape, 'any'), (c, 'positive'), (c, 'any')])
        case(f'batchNorm in inference, rank {len(shape)}', 'batchNorm', [(shape, 'any'), (c, 'any'), (c, 'positive'), (c, 'any'), (c, 'positive')])
        case(f'layerNorm, rank {len(shape)}', 'layerNorm', [(shape, 'any'), (c, 'positive'), (c, 'any')])
    for groups in (1, 2, 6):
        case(f'groupNorm {groups}', 'groupNorm', [((2, 3, 4, 6), 'any'), ((6,), 'positive'), ((6,), 'any')], groups=groups)
    for kind, n in (('simpleRNN', 1), ('lstm', 4), ('gru', 3)):
        weights = [((3, 4 * n), 'any'), ((4, 4 * n), 'any'), ((4 * n,), 'any')]
        for more in ({}, {'sequences': True}, {'backwards': True, 'sequences': True}, {'mask': True}):
            case(f'{kind} {" ".join(more) or "last"}', kind, [((2, 5, 3), 'sparse' if 'mask' in more else 'any'), *weights], **more)
        if n > 1:
            case(f'{kind} hardSigmoid', kind, [((2, 5, 3), 'any'), *weights], gate='hardSigmoid', sequences=True)
    lstm = [((3, 16), 'any'), ((4, 16), 'any'), ((16,), 'any')]
    case('lstm of PyTorch', 'torchLstm', [((2, 6, 3), 'any'), *lstm])
    for more in ({}, {'sequences': True}):
        case(f'bidirectional {" ".join(more) or "last"}', 'bidirectional', [((2, 5, 3), 'any'), *lstm, *lstm], **more)
    case('embedding', 'embedding', [((7, 4), 'any'), ((3, 5), 'int:7')])
    case('gather', 'gather', [((3, 6, 2), 'any'), ((4,), 'int:6')], axis=1)
    for causal in (False, True):
        case(f'attention{" causal" if causal else ""}', 'attention', [((2, 2, 5, 4), 'any')] * 3, causal=causal)
    for op in ELEMENTWISE:
        case(f'{op}', 'elementwise', [((41,), 'wide')], op=op)
    for op in ('add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'pow', 'atan2'):
        case(f'{op} broadcast', 'binary', [((3, 1, 5), 'any'), ((4, 1), 'any')], op=op)
    for op in ('sum', 'mean', 'prod', 'max', 'min', 'logSumExp', 'variance', 'euclideanNorm'):
        case(f'{op} of an axis', 'reduction', [((3, 5, 4), 'distinct')], op=op, axis=1)
    case('cumsum', 'scan', [((3, 6), 'any')], op='cumsum', axis=1)
    case('cumsum reverse', 'scan', [((3, 6), 'any')], op='cumsum', axis=1, reverse=True)
    case('cumprod', 'scan', [((3, 6), 'positive')], op='cumprod', axis=1)
    case('softmax', 'softmax', [((4, 7), 'wide')])
    case('logSoftmax', 'logSoftmax', [((4, 7), 'wide')])
    case('topk', 'topk', [((3, 9), 'distinct')], k=4)
    case('matMul', 'matMul', [((5, 7), 'any'), ((7, 3), 'any')])
    case('matMul transposed', 'matMul', [((7, 5), 'any'), ((3, 7), 'any')], ta=True, tb=True)
    case('matMul batched', 'matMul', [((2, 3, 4, 5), 'any'), ((2, 3, 5, 2), 'any')])
    case('matMul broadcast', 'matMul', [((2, 1, 4, 5), 'any'), ((3, 5, 2), 'any')])
    case('einsum bij,bjk->bik', 'einsum', [((2, 3, 4), 'any'), ((2, 4, 5), 'any')], equation='bij,bjk->bik')
    case('einsum ij,kj->ik', 'einsum', [((3, 4), 'any'), ((5, 4), 'any')], equation='ij,kj->ik')
    for align in (False, True):
        case(f'resizeBilinear {"corners" if align else "centers"}', 'resize', [((1, 5, 4, 2), 'any')], size=[8, 7], align=align)
    case('resizeNearestNeighbor', 'nearest', [((1, 4, 4, 2), 'any')], size=[8, 8])
    case('mirrorPad', 'mirror', [((2, 3, 6), 'any')], pads=[2, 1])
    case('power of rfft', 'spectrum', [((2, 9), 'any')])
    case('fft', 'fft', [((2, 8), 'any'), ((2, 8), 'any')])
    for op, t, p in (
        ('softmaxCrossEntropy', 'onehot', 'wide'), ('sigmoidCrossEntropy', 'onehot', 'wide'), ('hingeLoss', 'onehot', 'any'),
        ('logLoss', 'onehot', 'prob'), ('cosineDistance', 'any', 'any'), ('huberLoss', 'any', 'any'),
        ('absoluteDifference', 'any', 'any'), ('meanSquaredError', 'any', 'any'),
    ):  # fmt: skip
        case(f'losses.{op}', 'loss', [((5, 4), t, ), ((5, 4), p)], op=op)
    for op in ('softmaxCrossEntropy', 'sigmoidCrossEntropy'):
        case(f'losses.{op} smoothed', 'loss', [((5, 4), 'onehot'), ((5, 4), 'wide')], op=op, smoothing=0.1)
    for op, t, p in (
        ('categoricalCrossentropy', 'onehot', 'prob'), ('binaryCrossentropy', 'onehot', 'prob'), ('meanSquaredError', 'any', 'any'),
        ('meanAbsoluteError', 'any', 'any'), ('meanAbsolutePercentageError', 'positive', 'any'),
    ):  # fmt: skip
        case(f'keras {op}', 'kerasLoss', [((5, 4), t), ((5, 4), p)], op=op)


# --- optimizers ----------------------------------------------------------------------------------------------------
STEPS = 50


class RmsProp(torch.optim.Optimizer):
    """As TensorFlow 1 defines it: epsilon is inside of the root, and momentum is that of TensorFlow."""

    def __init__(self, params, lr, rho=0.9, momentum=0.0, eps=1e-7, centered=False):
        super().__init__(params, {})
        self.o = (lr, rho, momentum, eps, centered)

    @torch.no_grad()
    def step(self):
        lr, rho, momentum, eps, centered = self.o
        for p in self.param_groups[0]['params']:
            s = self.state[p]
            if not s:
                s.update({k: torch.zeros_like(p) for k in 'sgm'})
            s['s'].mul_(rho).add_((1 - rho) * p.grad**2)
            s['g'].mul_(rho).add_((1 - rho) * p.grad)
            root = torch.sqrt(s['s'] - (s['g'] ** 2 if centered else 0) + eps)
            s['m'].mul_(momentum).add_(lr * p.grad / root)
            p.sub_(s['m'])


class Lion(torch.optim.Optimizer):
    """Chen et al., 2023, algorithm 2."""

    def __init__(self, params, lr, betas=(0.9, 0.99)):
        super().__init__(params, {})
        self.o = (lr, *betas)

    @torch.no_grad()
    def step(self):
        lr, b1, b2 = self.o
        for p in self.param_groups[0]['params']:
            s = self.state[p]
            if not s:
                s['m'] = torch.zeros_like(p)
            p.sub_(lr * torch.sign(b1 * s['m'] + (1 - b1) * p.grad))
            s['m'].mul_(b2).add_((1 - b2) * p.grad)


O = torch.optim
OPTIMIZERS = {
    'sgd': lambda p: O.SGD(p, 0.1), 'momentum': lambda p: O.SGD(p, 0.05, 0.9),
    'nesterov': lambda p: O.SGD(p, 0.05, 0.9, nesterov=True),
    'adagrad': lambda p: O.Adagrad(p, 0.1, initial_accumulator_value=0.1, eps=1e-7),
    'adadelta': lambda p: O.Adadelta(p, 1.0, 0.95, 1e-6), 'adam': lambda p: O.Adam(p, 0.01, eps=1e-7),
    'adamw': lambda p: O.AdamW(p, 0.01, eps=1e-7, weight_decay=0.01),
    'adamax': lambda p: O.Adamax(p, 0.01, eps=1e-7), 'lion': lambda p: Lion(p, 0.005),
    'rmsprop': lambda p: RmsProp(p, 0.01), 'rmsprop momentum': lambda p: RmsProp(p, 0.01, 0.9, 0.5),
    'rmsprop centered': lambda p: RmsProp(p, 0.01, 0.9, 0.0, 1e-3, True),
}  # fmt: skip


def trajectory(name):
    """Losses of a small network at each step, and its weights at the end."""
    at = lambda what, shape, kind='any': draw(kind, shape, f'optimizer/{what}')
    params = [at(w, s).requires_grad_() for w, s in (('w1', (4, 8)), ('b1', (8,)), ('w2', (8, 3)), ('b2', (3,)))]
    x, t = at('x', (16, 4)), at('t', (16, 3))
    optimizer, losses = OPTIMIZERS[name](params), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        y = torch.tanh(x @ params[0] + params[1]) @ params[2] + params[3]
        l = F.mse_loss(y, t)
        l.backward()
        optimizer.step()
        losses.append(l.item())
    return losses + [v for p in params for v in p.detach().flatten().tolist()]


LABELS = ('int', 'onehot')


def summary(v, text):
    v = v.detach().double().flatten().numpy()
    r = Random(text)
    weights = np.array([r.next() * 2 - 1 for _ in range(len(v))])
    places = [math.floor(r.next() * len(v)) for _ in range(SAMPLES)]
    return [float(np.abs(v).sum()), float((v * weights).sum()), *v[places]]


def main():
    table()
    numbers = []
    for c in CASES:
        for seed in range(SEEDS):
            at = f'{c["name"]}/{seed}'
            xs = []
            for i, (shape, kind) in enumerate(c['inputs']):
                x = draw('any' if kind == 'sparse' else kind, shape, f'{at}/{i}')
                if kind == 'sparse':
                    # The last two steps of the first row, and the first of the second, are masked
                    x[0, -2:] = 0
                    x[1, 0] = 0
                if not kind.startswith(LABELS):
                    x.requires_grad_()
                xs.append(x)
            y = KINDS[c['kind']](c['options'], *xs)
            c['shape'] = list(y.shape)
            weights = draw('any', list(y.shape), f'{at}/weights')
            (y * weights).sum().backward()
            numbers += summary(y, f'{at}/y')
            for i, x in enumerate(xs):
                if x.requires_grad:
                    assert x.grad is not None, f'{at}: input {i} is not used'
                    numbers += summary(x.grad, f'{at}/gradient {i}')
    for name in OPTIMIZERS:
        numbers += trajectory(name)
    with open(os.path.join(HERE, 'expected.bin'), 'wb') as f:
        f.write(struct.pack(f'<{len(numbers)}d', *numbers))
    with open(os.path.join(HERE, 'cases.json'), 'w') as f:
        f.write('{\n"seeds": %d, "samples": %d, "steps": %d,\n' % (SEEDS, SAMPLES, STEPS))
        f.write('"optimizers": %s,\n"cases": [\n' % json.dumps(list(OPTIMIZERS)))
        f.write(',\n'.join(json.dumps(c) for c in CASES))
        f.write('\n]\n}\n')
    print(f'{len(CASES)} cases, {len(CASES) * SEEDS} configurations, {len(numbers) * 8} bytes')


main()
