"""Makes expected.json beside this file: linear algebra, sorting and statistics by PyTorch in double precision, with first
and second derivatives. `python3 make.py` needs PyTorch."""
import json
import pathlib

import torch

torch.manual_seed(20260)
F64 = torch.float64


def rand(*shape):
    # Exact in single precision
    return torch.randn(*shape).to(F64)


def fixed(vectors, *others):
    """Columns whose component of largest size is positive, with those of the other factors."""
    with torch.no_grad():
        at = vectors.abs().argmax(-2, keepdim=True)
        sign = vectors.gather(-2, at).sign()
    return [v * sign for v in (vectors, *others)]


def eigh(a):
    w, v = torch.linalg.eigh((a + a.mT) / 2)
    return [w, *fixed(v)]


def svd(a):
    u, s, vh = torch.linalg.svd(a, full_matrices=False)
    u, v = fixed(u, vh.mT)
    return [u, s, v]


def slogdet(a):
    sign, log = torch.linalg.slogdet(a)
    return [sign, log]


def spd(a):
    return a @ a.mT + torch.eye(a.shape[-1], dtype=F64)


def norm(ord, dim=None):
    return lambda x: [torch.linalg.norm(x, ord, dim)]


INF = float('inf')
batch = rand(2, 4, 4) + 3 * torch.eye(4, dtype=F64)
ill = torch.tensor([[1.0, 1e-3, 0], [1, 1.0009765625, 1], [0, 1, 1e-4]]).to(F64)
cases = {
    'solve': [
        (lambda a, b: [torch.linalg.solve(a, b)], [[batch, rand(2, 4, 3)], [rand(3, 3), rand(3)], [ill, rand(3, 1)], [batch, rand(4, 2)], [rand(1, 1), rand(1, 1)], [rand(17, 17), rand(17, 2)]]),
    ],
    'inv': [(lambda a: [torch.linalg.inv(a)], [[batch], [rand(1, 1)], [ill]])],
    'det': [(lambda a: [torch.linalg.det(a)], [[batch], [rand(5, 5)], [rand(1, 1)]])],
    'slogdet': [(slogdet, [[batch], [rand(5, 5)]])],
    'cholesky': [(lambda a: [torch.linalg.cholesky(spd(a))], [[batch], [rand(5, 5)], [rand(1, 1)]])],
    'qr': [(lambda a: list(torch.linalg.qr(a)), [[rand(5, 3)], [rand(2, 4, 4)], [rand(3, 5)], [rand(2, 3, 1)]])],
    'eigh': [(eigh, [[rand(4, 4)], [rand(2, 5, 5)], [rand(1, 1)], [rand(2, 2)], [rand(13, 13)]])],
    'svd': [(svd, [[rand(4, 4)], [rand(2, 5, 3)], [rand(3, 5)], [rand(1, 4)]])],
    'pinv': [(lambda a: [torch.linalg.pinv(a)], [[rand(5, 3)], [rand(2, 3, 4)], [rand(3, 3)]])],
    'norm': [(lambda x: [torch.linalg.norm(x)], [[rand(5)], [rand(3, 4)], [rand(2, 3, 2)]])],
    'norm 3 axis 1': [(norm(3, 1), [[rand(3, 4)]])],
    'norm 1': [(norm(1), [[rand(5)], [rand(3, 4)]])],
    'norm inf': [(norm(INF), [[rand(5)], [rand(3, 4)]])],
    'norm -inf': [(norm(-INF), [[rand(5)], [rand(3, 4)]])],
    'norm 2': [(norm(2), [[rand(3, 4)]])],
    'norm -2': [(norm(-2), [[rand(3, 4)]])],
    'norm nuc': [(norm('nuc'), [[rand(3, 4)]])],
    'norm fro axes 2 0': [(norm('fro', (2, 0)), [[rand(2, 3, 4)]])],
    'norm nuc axes 2 0': [(norm('nuc', (2, 0)), [[rand(2, 3, 4)]])],
    'sort': [(lambda x: [torch.sort(x, stable=True)[0]], [[rand(7)], [rand(2, 3, 5)]])],
    'sort axis 1 descending': [(lambda x: [torch.sort(x, dim=1, descending=True, stable=True)[0]], [[rand(2, 6, 3)]])],
    'variance': [(lambda x: [x.var(unbiased=False)], [[rand(7)], [rand(3, 4) + 100]])],
    'variance axis 0 correction 1': [(lambda x: [x.var(0, unbiased=True)], [[rand(5, 3)]])],
    'std axis 1': [(lambda x: [x.std(1, unbiased=False)], [[rand(3, 4)]])],
    'quantile': [(lambda x: [torch.quantile(x, torch.tensor([0.0, 0.1, 0.5, 0.93, 1.0], dtype=F64))], [[rand(8)], [rand(3, 4)]])],
    'quantile axis 0': [(lambda x: [torch.quantile(x, torch.tensor([0.25, 0.6], dtype=F64), 0)], [[rand(6, 3)]])],
    'median': [(lambda x: [torch.quantile(x, 0.5)], [[rand(6)], [rand(7)]])],
}


def numbers(t):
    # PyTorch has zeros without numbers
    flat = [0.0] * t.numel() if t._is_zerotensor() else t.reshape(-1).tolist()
    return {'shape': list(t.shape), 'values': [float(f'{v:.9g}') for v in flat]}


made = []
for name, lists in cases.items():
    for f, inputs in lists:
        for xs in inputs:
            xs = [x.clone().requires_grad_() for x in xs]
            ys = f(*xs)
            # The weights of a sum whose gradient is taken: those of the outputs' numbers, in their order
            total = sum((y * torch.cos(1 + torch.arange(y.numel(), dtype=F64)).reshape(y.shape)).sum() for y in ys)
            grads = torch.autograd.grad(total, xs, create_graph=True)
            squares = sum((g * g).sum() for g in grads)
            second = torch.autograd.grad(squares, xs, allow_unused=True) if squares.requires_grad else [None] * len(xs)
            second = [torch.zeros_like(x) if s is None else s for s, x in zip(second, xs)]
            made.append({
                'name': name,
                'inputs': [numbers(x.detach()) for x in xs],
                'outputs': [numbers(y.detach()) for y in ys],
                'gradients': [numbers(g.detach()) for g in grads],
                'second': [numbers(s.detach()) for s in second],
            })
path = pathlib.Path(__file__).parent / 'expected.json'
path.write_text('[\n' + ',\n'.join(json.dumps(m, ensure_ascii=False) for m in made) + '\n]\n')
print(len(made), 'cases', path.stat().st_size, 'bytes')
