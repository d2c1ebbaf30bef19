"""Makes gru.json: values and gradients of PyTorch's GRU, which recurrent.test.ts reads. /usr/bin/python3 make.py"""
import json
import os

import torch

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def keras(w):
    """PyTorch has rows of reset, update and candidate gates; Keras columns of update, reset and candidate."""
    r, z, n = w.split(w.shape[0] // 3)
    return torch.cat([z, r, n]).t()


cases = []
for batch, steps, inputs, units in ((2, 5, 3, 4), (7, 3, 5, 9)):
    gru = torch.nn.GRU(inputs, units, batch_first=True)
    for p in gru.parameters():
        torch.nn.init.normal_(p, 0, 0.6)
    x = torch.randn(batch, steps, inputs, requires_grad=True)
    h = torch.randn(1, batch, units, requires_grad=True)
    weight = torch.randn(batch, steps, units)
    y, _ = gru(x, h)
    (y * weight).sum().backward()
    kernel, recurrent, bias, bias2 = gru.parameters()
    both = lambda a, b: torch.stack([keras(a), keras(b)])
    tensors = {
        'x': x, 'h': h[0], 'weight': weight, 'kernel': keras(kernel), 'recurrent': keras(recurrent),
        'bias': both(bias, bias2), 'y': y, 'dx': x.grad, 'dh': h.grad[0], 'dkernel': keras(kernel.grad),
        'drecurrent': keras(recurrent.grad), 'dbias': both(bias.grad, bias2.grad),
    }  # fmt: skip
    rounded = lambda t: [round(v, 7) for v in t.detach().reshape(-1).tolist()]
    cases.append({name: {'shape': list(t.shape), 'values': rounded(t)} for name, t in tensors.items()})

with open(os.path.join(os.path.dirname(__file__), 'gru.json'), 'w') as f:
    json.dump(cases, f, separators=(',', ':'))
    f.write('\n')
