"""Makes expected.json beside this file: derivatives by torch.autograd in double precision. `python3 make.py` needs
PyTorch."""
import json
import pathlib

import torch
from torch.autograd import functional

torch.manual_seed(7)


def rand(*shape):
    # Exact in single precision
    return torch.randn(*shape).to(torch.float64)


def out(t):
    if isinstance(t, (tuple, list)):
        return [out(x) for x in t]
    return {'shape': list(t.shape), 'values': [float(f'{v:.9g}') for v in t.detach().reshape(-1).tolist()]}


w, b, v, x, y = rand(2, 3), rand(3), rand(3), rand(5, 2), rand(5)


def loss(w, b, v, x=x, y=y):
    return ((torch.tanh(x @ w + b) @ v - y) ** 2).mean()


def field(a):
    # From 2 numbers to 9, and from 3 to 2
    return torch.sin(a[:, None] * torch.arange(1, 4)).prod(0)[None] * torch.exp(a[0]) + torch.outer(a, a).sum() * torch.eye(3)


def narrow(a):
    return torch.stack([a[0] * torch.sigmoid(a[1] * a[2]), (a ** 3).sum()])


params = (w, b, v)
dirs = (rand(2, 3), rand(3), rand(3))
a2, a3 = rand(2), rand(3)
leaves = [p.clone().requires_grad_() for p in params]
value = loss(*leaves)
one = lambda i: torch.autograd.grad(loss(*leaves, x[i:i + 1], y[i:i + 1]), leaves)
made = {
    'x': out(x), 'y': out(y), 'params': out(params), 'dirs': out(dirs), 'a2': out(a2), 'a3': out(a3),
    'da2': out(torch.tensor([0.5, -2.0])),
    'value': out(value), 'grads': out(torch.autograd.grad(value, leaves)),
    'hessian': out(functional.hessian(loss, params)),
    'hvp': out(functional.hvp(loss, params, dirs)[1]),
    'perExample': [out(torch.stack(g)) for g in zip(*[one(i) for i in range(5)])],
    'field': out(functional.jacobian(field, a2)),
    'jvp': out(functional.jvp(field, a2, torch.tensor([0.5, -2.0], dtype=torch.float64))[1]),
    'narrow': out(functional.jacobian(narrow, a3)),
}
path = pathlib.Path(__file__).parent / 'expected.json'
path.write_text('{\n' + ',\n'.join(f'"{k}": {json.dumps(v)}' for k, v in made.items()) + '\n}\n')
print(path.stat().st_size, 'bytes')
