#!/usr/bin/env python3
"""Makes fixtures.json beside itself: values and gradients of losses as PyTorch has them, in double precision.

`python3 test/built/kernel/dlnb/losses/make.py` needs PyTorch and NumPy. Gradients are those of Σ weight · loss with the
weights 1, 2, 3 … of the losses, by the predictions.
"""
import json
import math
import os

import numpy as np
import torch
import torch.distributions as D
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
r = np.random.RandomState(3)
any_ = lambda *shape, scale=2.0: torch.tensor(r.uniform(-scale, scale, shape).astype(np.float32).astype(np.float64))
unit = lambda *shape: torch.tensor(r.uniform(0.05, 0.95, shape).astype(np.float32).astype(np.float64))
ints = lambda top, *shape: torch.tensor(r.randint(0, top, shape))
pos = lambda x: F.softplus(x) + 1e-6
cases = []


def case(name, options, y, p, f):
    p = p.clone().requires_grad_()
    loss = f(y, p)
    weights = torch.arange(1, loss.numel() + 1, dtype=torch.float64).reshape(loss.shape)
    (loss * weights).sum().backward()
    flat = lambda t: {'shape': list(t.shape), 'values': [float(f'{v:.9g}') for v in t.detach().double().flatten().tolist()]}
    cases.append({'name': name, 'options': options, 'y': flat(y), 'p': flat(p), 'loss': flat(loss), 'gradient': flat(p.grad)})


def nll(make):
    """−log p of the distribution that `make` has of the parts of the predictions; the sum over the last axis."""
    return lambda count: lambda y, p: -make(*torch.split(p, p.shape[-1] // count, -1)).log_prob(y).sum(-1)


Y = any_(4, 3)
case('gaussianNll', {'sigma': 0.7}, Y, any_(4, 3), nll(lambda m: D.Normal(m, 0.7))(1))
case('gaussianNll', {}, Y, any_(4, 6), nll(lambda m, s: D.Normal(m, pos(s)))(2))
case('gaussianNll', {'link': 'exp', 'minimum': 0.1}, Y, any_(4, 6), nll(lambda m, s: D.Normal(m, s.exp() + 0.1))(2))
case('laplaceNll', {}, Y, any_(4, 6), nll(lambda m, s: D.Laplace(m, pos(s)))(2))
case('studentTNll', {'df': 3}, Y, any_(4, 6), nll(lambda m, s: D.StudentT(torch.full_like(m, 3), m, pos(s)))(2))
case('studentTNll', {}, Y, any_(4, 9), nll(lambda m, s, d: D.StudentT(pos(d), m, pos(s)))(3))
case('exponentialNll', {}, unit(4, 2) * 5, any_(4, 2, scale=4), nll(lambda l: D.Exponential(pos(l)))(1))
case('gammaNll', {}, unit(4, 2) * 5, any_(4, 4, scale=5), nll(lambda a, b: D.Gamma(pos(a), pos(b)))(2))
case('betaNll', {}, unit(4, 2), any_(4, 4, scale=5), nll(lambda a, b: D.Beta(pos(a), pos(b)))(2))
case('vonMisesNll', {}, any_(6, 2, scale=3), any_(6, 4, scale=8), nll(lambda m, k: D.VonMises(m, pos(k)))(2))
case('bernoulliNll', None, ints(2, 4, 3).double(), any_(4, 3, scale=30), nll(lambda x: D.Bernoulli(logits=x))(1))
case('poissonNll', None, ints(30, 6, 2).double(), any_(6, 2), nll(lambda x: D.Poisson(x.exp()))(1))
case('categoricalNll', None, ints(4, 5), any_(5, 4, scale=30), lambda y, p: -D.Categorical(logits=p).log_prob(y))


def mixture(k):
    def f(y, p):
        n = y.shape[-1]
        logits, means, scales = torch.split(p, [k, k * n, k * n], -1)
        each = lambda x: x.reshape(*x.shape[:-1], k, n)
        parts = D.Independent(D.Normal(each(means), pos(each(scales))), 1)
        return -D.MixtureSameFamily(D.Categorical(logits=logits), parts).log_prob(y)

    return f


case('gaussianMixtureNll', {'components': 3}, any_(4, 1), any_(4, 9), mixture(3))
case('gaussianMixtureNll', {'components': 2}, any_(4, 2), any_(4, 10), mixture(2))


def multivariate(y, p):
    n = y.shape[-1]
    L = torch.zeros(*y.shape[:-1], n, n, dtype=torch.float64)
    i, j = torch.tril_indices(n, n)
    L[..., i, j] = p[..., n:]
    diagonal = pos(torch.diagonal(L, dim1=-2, dim2=-1))
    L = torch.tril(L, -1) + torch.diag_embed(diagonal)
    return -D.MultivariateNormal(p[..., :n], precision_matrix=L @ L.transpose(-1, -2)).log_prob(y)


case('multivariateNormalNll', {}, any_(4, 3), any_(4, 9), multivariate)
case('multivariateNormalNll', {}, any_(2, 2, 1), any_(2, 2, 2), multivariate)


def plackett_luce(y, p):
    s = torch.gather(p, -1, y)
    return sum(torch.logsumexp(s[..., i:], -1) - s[..., i] for i in range(y.shape[-1]))


case('plackettLuceNll', None, torch.tensor([[2, 0, 1, 3], [3, 2, 1, 0], [0, 1, 3, 2]]), any_(3, 4, scale=20), plackett_luce)

B = ints(2, 4, 3).double()
case('meanSquaredError', None, Y, any_(4, 3), lambda y, p: ((y - p) ** 2).mean(-1))
case('meanAbsoluteError', None, Y, any_(4, 3), lambda y, p: F.l1_loss(p, y, reduction='none').mean(-1))
case('huber', {'delta': 0.6}, Y, any_(4, 3), lambda y, p: F.huber_loss(p, y, reduction='none', delta=0.6).mean(-1))
bce = lambda y, p, **o: F.binary_cross_entropy_with_logits(p, y, reduction='none', **o).mean(-1)
case('sigmoidCrossEntropy', {}, B, any_(4, 3, scale=60), bce)
case('sigmoidCrossEntropy', {'positiveWeight': 4}, B, any_(4, 3), lambda y, p: bce(y, p, pos_weight=torch.tensor(4.0)))
case('sigmoidCrossEntropy', {'labelSmoothing': 0.2}, B, any_(4, 3), lambda y, p: bce(y * 0.8 + 0.1, p))
ce = lambda y, p, **o: F.cross_entropy(p, y, reduction='none', **o)
C = ints(4, 5)
W = torch.tensor([1, 2, 0.5, 3]).double()
case('softmaxCrossEntropy', {}, C, any_(5, 4, scale=50), ce)
case('softmaxCrossEntropy', {'labelSmoothing': 0.2}, C, any_(5, 4), lambda y, p: ce(y, p, label_smoothing=0.2))
case('softmaxCrossEntropy', {'classWeights': W.tolist()}, C, any_(5, 4), lambda y, p: ce(y, p, weight=W))
case('softmaxCrossEntropy', {'classWeights': W.tolist(), 'labelSmoothing': 0.3}, C, any_(5, 4),
     lambda y, p: ce(y, p, weight=W, label_smoothing=0.3))  # fmt: skip
case('softmaxCrossEntropy', {}, torch.softmax(any_(5, 4), -1), any_(5, 4), ce)


def focal(gamma, alpha):
    """As torchvision.ops.sigmoid_focal_loss."""

    def f(y, x):
        p = torch.sigmoid(x)
        q = p * y + (1 - p) * (1 - y)
        loss = F.binary_cross_entropy_with_logits(x, y, reduction='none') * (1 - q) ** gamma
        return (loss if alpha is None else (alpha * y + (1 - alpha) * (1 - y)) * loss).mean(-1)

    return f


case('sigmoidFocalCrossEntropy', {}, B, any_(4, 3), focal(2, None))
case('sigmoidFocalCrossEntropy', {'gamma': 1.5, 'alpha': 0.25}, B, any_(4, 3), focal(1.5, 0.25))
case('sigmoidFocalCrossEntropy', {'gamma': 0}, B, any_(4, 3), bce)


def softmax_focal(gamma, alpha):
    def f(y, x):
        log = torch.log_softmax(x, -1).gather(-1, y[:, None])[:, 0]
        return -alpha[y] * (1 - log.exp()) ** gamma * log

    return f


case('softmaxFocalCrossEntropy', {}, C, any_(5, 4), softmax_focal(2, torch.ones(4).double()))
case('softmaxFocalCrossEntropy', {'gamma': 0.5, 'alpha': W.tolist()}, C, any_(5, 4), softmax_focal(0.5, W))
M = ints(2, 3, 4, 2).double()
dice = lambda y, p, s: 1 - (2 * (y * p).sum((1, 2)) + s) / (y.sum((1, 2)) + p.sum((1, 2)) + s)
case('dice', {}, M, unit(3, 4, 2), lambda y, p: dice(y, p, 1))
case('dice', {'smooth': 0.5, 'fromLogits': True}, M, any_(3, 4, 2), lambda y, p: dice(y, torch.sigmoid(p), 0.5))
case('contrastive', {'margin': 1.5}, B, unit(4, 3) * 3,
     lambda y, d: (y * d**2 + (1 - y) * torch.clamp(1.5 - d, min=0) ** 2).mean(-1))  # fmt: skip


def info_nce(a, b):
    logits = F.normalize(a, dim=-1) @ F.normalize(b, dim=-1).T / 0.2
    n = torch.arange(len(a))
    return (ce(n, logits) + ce(n, logits.T)) / 2


case('infoNce', {'temperature': 0.2}, any_(4, 3), any_(4, 3), info_nce)
Q = torch.tensor([[0.5, 0.5, 0], [0.1, 0.2, 0.7]]).double()
case('klDivergence', {}, Q, torch.softmax(any_(2, 3), -1), lambda y, p: F.kl_div(p.log(), y, reduction='none').sum(-1))
case('klDivergence', {'fromLogits': True}, Q, any_(2, 3, scale=40),
     lambda y, p: F.kl_div(torch.log_softmax(p, -1), y, reduction='none').sum(-1))  # fmt: skip

m, v = any_(4, 3).requires_grad_(), any_(4, 3)
kl = D.kl_divergence(D.Normal(m, (v / 2).exp()), D.Normal(0, 1)).sum(-1)
X = [1e-3, 0.1, 0.5, 1, 1.5, 2, 3.3, 7, 20, 300, 1e4, 1e6]
xs = torch.tensor(X).double()
K = [0, 1e-3, 0.5, 2, 3.7, 3.8, 5, 20, 100, 1e4]
ks = torch.tensor(K).double()
special = {
    'x': X, 'logGamma': torch.lgamma(xs).tolist(), 'digamma': torch.digamma(xs).tolist(),
    'trigamma': torch.polygamma(1, xs).tolist(),
    'k': K, 'logI0': (torch.log(torch.special.i0e(ks)) + ks).tolist(),
    'ratio': (torch.special.i1e(ks) / torch.special.i0e(ks)).tolist(),
}  # fmt: skip
gaussian = {'mean': m.detach().tolist(), 'logVariance': v.tolist(), 'kl': kl.tolist()}
with open(os.path.join(HERE, 'fixtures.json'), 'w') as f:
    json.dump({'cases': cases, 'special': special, 'gaussianKl': gaussian}, f, separators=(',', ':'))
    f.write('\n')
print(len(cases), 'cases')
