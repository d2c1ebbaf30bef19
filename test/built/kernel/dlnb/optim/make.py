#!/usr/bin/env python3
"""Makes fixtures.json beside itself: 50 steps of each optimizer, and schedules, as PyTorch has them, in double precision.

`python3 test/built/kernel/dlnb/optim/make.py` needs PyTorch and NumPy. optimizers.test.ts makes the same steps with
`optim`. ε is tiny where Keras and PyTorch add it at different places.
"""
import json
import os

import numpy as np
import torch

STEPS = 50
HERE = os.path.dirname(os.path.abspath(__file__))
r = np.random.RandomState(7)
draw = lambda *shape: r.uniform(-1, 1, shape).astype(np.float32).astype(np.float64)
X, T, W, B = draw(8, 3), draw(8, 2), draw(3, 2), draw(2)
O = torch.optim


class RmsProp(O.Optimizer):
    """PyTorch's RMSprop with the learning rate inside of the velocity, as in Keras."""

    def __init__(self, params, lr, rho=0.9, momentum=0.0, eps=1e-12, centered=False):
        super().__init__(params, dict(lr=lr))
        self.o = (rho, momentum, eps, centered)

    @torch.no_grad()
    def step(self):
        rho, momentum, eps, centered = self.o
        for group in self.param_groups:
            for p in group['params']:
                s = self.state[p]
                if not s:
                    s.update({k: torch.zeros_like(p) for k in 'sgm'})
                s['s'].mul_(rho).add_((1 - rho) * p.grad**2)
                s['g'].mul_(rho).add_((1 - rho) * p.grad)
                root = torch.sqrt(s['s'] - (s['g'] ** 2 if centered else 0) + eps)
                s['m'].mul_(momentum).add_(group['lr'] * p.grad / root)
                p.sub_(s['m'])


class Lion(O.Optimizer):
    """Chen et al., 2023, algorithm 2."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay))
        self.b = betas

    @torch.no_grad()
    def step(self):
        b1, b2 = self.b
        for group in self.param_groups:
            for p in group['params']:
                s = self.state[p]
                if not s:
                    s['m'] = torch.zeros_like(p)
                p.mul_(1 - group['lr'] * group['weight_decay'])
                p.sub_(group['lr'] * torch.sign(b1 * s['m'] + (1 - b1) * p.grad))
                s['m'].mul_(b2).add_((1 - b2) * p.grad)


class NAdam(O.Optimizer):
    """Dozat 2016. That of PyTorch 1.13 multiplies by μ twice where it computes the product of the next step."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group['params']:
                s = self.state[p]
                if not s:
                    s.update(m=torch.zeros_like(p), v=torch.zeros_like(p), t=0, product=1.0)
                s['t'] += 1
                mu, after = (0.9 * (1 - 0.5 * 0.96 ** (0.004 * t)) for t in (s['t'], s['t'] + 1))
                s['product'] *= mu
                s['m'].mul_(0.9).add_(0.1 * p.grad)
                s['v'].mul_(0.999).add_(0.001 * p.grad**2)
                root = torch.sqrt(s['v'] / (1 - 0.999 ** s['t'])) + 1e-7
                direction = (1 - mu) / (1 - s['product']) * p.grad + after / (1 - s['product'] * after) * s['m']
                p.sub_(group['lr'] * direction / root)


class Decoupled:
    """Another optimizer with decoupled decay of the first parameter."""

    def __init__(self, inner, p, decay):
        self.inner, self.p, self.decay = inner, p, decay
        self.param_groups = inner.param_groups

    def zero_grad(self):
        self.inner.zero_grad()

    def step(self):
        with torch.no_grad():
            self.p.mul_(1 - self.param_groups[0]['lr'] * self.decay)
        self.inner.step()


class Proximal(Decoupled):
    """A soft threshold after each step."""

    def step(self):
        self.inner.step()
        with torch.no_grad():
            t = self.param_groups[0]['lr'] * self.decay
            self.p.copy_(torch.sign(self.p) * torch.clamp(self.p.abs() - t, min=0))


def weights_only(make):
    """The weights with what `make` adds, the bias without."""
    return lambda p: make([{'params': [p[0]]}, {'params': [p[1]], 'weight_decay': 0}])


CASES = {
    'sgd': ('sgd', {'learningRate': 0.1}, lambda p: O.SGD(p, 0.1)),
    'momentum': ('sgd', {'learningRate': 0.05, 'momentum': 0.9}, lambda p: O.SGD(p, 0.05, 0.9)),
    'nesterov': ('sgd', {'learningRate': 0.05, 'momentum': 0.9, 'nesterov': True},
                 lambda p: O.SGD(p, 0.05, 0.9, nesterov=True)),
    'adagrad': ('adagrad', {'learningRate': 0.1, 'epsilon': 1e-12},
                lambda p: O.Adagrad(p, 0.1, initial_accumulator_value=0.1, eps=1e-12)),
    'adadelta': ('adadelta', {'learningRate': 1, 'epsilon': 1e-6}, lambda p: O.Adadelta(p, 1.0, 0.95, 1e-6)),
    'rmsprop': ('rmsprop', {'learningRate': 0.01, 'epsilon': 1e-12}, lambda p: O.RMSprop(p, 0.01, 0.9, 1e-6)),
    'rmsprop momentum': ('rmsprop', {'learningRate': 0.01, 'momentum': 0.5, 'epsilon': 1e-12},
                         lambda p: RmsProp(p, 0.01, 0.9, 0.5)),
    'rmsprop centered': ('rmsprop', {'learningRate': 0.01, 'centered': True, 'epsilon': 1e-3},
                         lambda p: RmsProp(p, 0.01, 0.9, 0.0, 1e-3, True)),
    'adam': ('adam', {'learningRate': 0.01}, lambda p: O.Adam(p, 0.01, eps=1e-7)),
    'amsgrad': ('adam', {'learningRate': 0.05, 'amsgrad': True, 'beta2': 0.9},
                lambda p: O.Adam(p, 0.05, (0.9, 0.9), eps=1e-7, amsgrad=True)),
    'adamw': ('adamw', {'learningRate': 0.01, 'weightDecay': 0.1},
              weights_only(lambda g: O.AdamW(g, 0.01, eps=1e-7, weight_decay=0.1))),
    'adamw of all': ('adamw', {'learningRate': 0.01, 'weightDecay': 0.1, 'exclude': []},
                     lambda p: O.AdamW(p, 0.01, eps=1e-7, weight_decay=0.1)),
    'adamax': ('adamax', {'learningRate': 0.01}, lambda p: O.Adamax(p, 0.01, eps=1e-7)),
    'nadam': ('nadam', {'learningRate': 0.01, 'momentumDecay': 0.004}, lambda p: NAdam(p, dict(lr=0.01))),
    'lion': ('lion', {'learningRate': 0.005}, lambda p: Lion(p, 0.005)),
    'lion decay': ('lion', {'learningRate': 0.005, 'weightDecay': 0.3},
                   weights_only(lambda g: Lion(g, 0.005, weight_decay=0.3))),
    'sgd l2': ('sgd', {'learningRate': 0.05, 'momentum': 0.9, 'l2': 0.1},
               weights_only(lambda g: O.SGD(g, 0.05, 0.9, weight_decay=0.1))),
    'adam l2': ('adam', {'learningRate': 0.01, 'l2': 0.1},
                weights_only(lambda g: O.Adam(g, 0.01, eps=1e-7, weight_decay=0.1))),
    'sgd decay': ('sgd', {'learningRate': 0.05, 'momentum': 0.9, 'weightDecay': 0.1},
                  lambda p: Decoupled(O.SGD(p, 0.05, 0.9), p[0], 0.1)),
    'nadam decay': ('nadam', {'learningRate': 0.01, 'momentumDecay': 0.004, 'weightDecay': 0.2},
                    lambda p: Decoupled(NAdam(p, dict(lr=0.01)), p[0], 0.2)),
    'proximal': ('sgd', {'learningRate': 0.1, 'proximalL1': 0.2}, lambda p: Proximal(O.SGD(p, 0.1), p[0], 0.2)),
    'proximal adam': ('adam', {'learningRate': 0.05, 'proximalL1': 0.2},
                      lambda p: Proximal(O.Adam(p, 0.05, eps=1e-7), p[0], 0.2)),
    'l1': ('sgd', {'learningRate': 0.05, 'l1': 0.1}, lambda p: O.SGD(p, 0.05)),
    'clip value': ('sgd', {'learningRate': 0.1, 'clipValue': 0.05}, lambda p: O.SGD(p, 0.1)),
    'clip norm': ('adam', {'learningRate': 0.01, 'clipNorm': 0.1}, lambda p: O.Adam(p, 0.01, eps=1e-7)),
    'clip global norm': ('sgd', {'learningRate': 0.1, 'momentum': 0.9, 'globalClipNorm': 0.1},
                         lambda p: O.SGD(p, 0.1, 0.9)),
    'accumulation': ('adam', {'learningRate': 0.05, 'gradientAccumulationSteps': 4},
                     lambda p: O.Adam(p, 0.05, eps=1e-7)),
}  # fmt: skip


def clip(name, params):
    if name == 'clip value':
        torch.nn.utils.clip_grad_value_(params, 0.05)
    elif name == 'clip norm':
        for p in params:
            torch.nn.utils.clip_grad_norm_([p], 0.1)
    elif name == 'clip global norm':
        torch.nn.utils.clip_grad_norm_(params, 0.1)


def steps(name):
    _, options, make = CASES[name]
    params = [torch.tensor(W, requires_grad=True), torch.tensor(B, requires_grad=True)]
    x, t = torch.tensor(X), torch.tensor(T)
    optimizer, losses = make(params), []
    count = options.get('gradientAccumulationSteps', 1)
    optimizer.zero_grad()
    for step in range(STEPS):
        # With accumulation, batches differ
        rows = slice(step % count * (8 // count), (step % count + 1) * (8 // count))
        loss = torch.nn.functional.mse_loss(torch.tanh(x[rows] @ params[0] + params[1]), t[rows])
        full = loss + (0.1 * params[0].abs().sum() if name == 'l1' else 0)
        (full / count).backward()
        losses.append(loss.item())
        if (step + 1) % count == 0:
            clip(name, params)
            optimizer.step()
            optimizer.zero_grad()
    return losses, [p.detach().flatten().tolist() for p in params]


def rates(make, n):
    optimizer = O.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    schedule, list_ = make(optimizer), []
    for _ in range(n):
        list_.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        schedule.step()
    return list_


S = O.lr_scheduler
VALUES = [1, 0.9, 0.9, 0.95, 0.899, 0.8999, 0.91, 0.92, 0.93, 0.94, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]


def plateau():
    optimizer = O.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    schedule, list_ = S.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, cooldown=1, min_lr=0.2, threshold=1e-2), []
    for v in VALUES:
        schedule.step(v)
        list_.append(optimizer.param_groups[0]['lr'])
    return list_


SCHEDULES = {
    'step': rates(lambda o: S.StepLR(o, 5, 0.5), 20),
    'multi-step': rates(lambda o: S.MultiStepLR(o, [3, 7], 0.1), 12),
    'exponential': rates(lambda o: S.ExponentialLR(o, 0.9), 20),
    'cosine': rates(lambda o: S.CosineAnnealingLR(o, 20, 0.05), 21),
    'one cycle': rates(lambda o: S.OneCycleLR(o, 1.0, 30, cycle_momentum=False), 30),
    'one cycle, linear': rates(
        lambda o: S.OneCycleLR(o, 1.0, 30, 0, None, 0.4, 'linear', False, div_factor=10, final_div_factor=100), 30),
    'plateau': plateau(),
}  # fmt: skip

cases = {}
for name, (maker, options, _) in CASES.items():
    losses, weights = steps(name)
    cases[name] = {'optimizer': maker, 'options': options, 'losses': losses, 'weights': weights}
with open(os.path.join(HERE, 'fixtures.json'), 'w') as f:
    data = {'x': X.tolist(), 't': T.tolist(), 'w': W.tolist(), 'b': B.tolist(), 'values': VALUES}
    rounded = json.loads(json.dumps([cases, SCHEDULES]), parse_float=lambda s: float(f'{float(s):.9g}'))
    json.dump({**data, 'cases': rounded[0], 'schedules': rounded[1]}, f, separators=(',', ':'))
    f.write('\n')
