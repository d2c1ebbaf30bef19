# Makes conv-util-forms.json: forms of convolution and pooling as PyTorch computes them, or null where it refuses.
# A row: kind, sizes, kernel, strides, padding, dilation, rounding, shape (channels second), and of the values, channels
# last, their sum and their sum weighted by 1 to 7 in turns. `python3 conv-util-forms.py > conv-util-forms.json`.
import itertools
import json

import torch
import torch.nn.functional as F

rows = []


def data(shape):
    """Whole numbers from -5 to 5, channels last."""
    n = 1
    for s in shape:
        n *= s
    return ((torch.arange(n, dtype=torch.float64) * 7) % 11 - 5).reshape(shape)


def first(x):
    """Channels second, as PyTorch has them."""
    return x.permute(0, x.dim() - 1, *range(1, x.dim() - 1))


def filters(k):
    """[..., in, out] to [out, in, ...]."""
    return k.permute(k.dim() - 1, k.dim() - 2, *range(k.dim() - 2))


def add(kind, size, kernel, strides, pad, dilation, rounding, f):
    shape = sums = None
    try:
        y = f()
        shape = list(y.shape)
        v = y.permute(0, *range(2, y.dim()), 1).reshape(-1).tolist()
        sums = [round(sum(v), 3), round(sum(x * (i % 7 + 1) for i, x in enumerate(v)), 2)]
    except RuntimeError:
        pass
    rows.append([kind, size, kernel, strides, pad, dilation, rounding, shape, sums])


def same(n, k, s):
    """TensorFlow's padding 'same'."""
    missing = max(0, (-(-n // s) - 1) * s + k - n)
    return missing // 2, missing - missing // 2


sizes, kernels, steps = [(7, 5), (3, 9), (4, 4)], [(3, 2), (1, 3), (5, 1)], [(1, 1), (2, 1), (1, 3)]
for size, kernel, stride, p, d in itertools.product(sizes, kernels, steps, [0, 1, 2], [1, 2]):
    if d > 1 and stride != (1, 1):
        continue
    x, k = first(data((1, *size, 2))), data((*kernel, 2, 3))
    form = [list(size), list(kernel), list(stride), p, d]
    add("conv2d", *form, None, lambda: F.conv2d(x, filters(k), stride=stride, padding=p, dilation=d))
    if d > 1:
        continue
    deep = data((*kernel, 2, 1)).permute(2, 3, 0, 1)
    add("depthwiseConv2d", *form, None, lambda: F.conv2d(x, deep, stride=stride, padding=p, groups=2))
    for up in (False, True):
        if p >= min(kernel) or 2 * p > min(kernel):
            continue
        mode = "ceil" if up else "floor"
        add("maxPool", *form, mode, lambda: F.max_pool2d(x, kernel, stride, p, ceil_mode=up))
        add("avgPool", *form, mode, lambda: F.avg_pool2d(x, kernel, stride, p, up, count_include_pad=False))
for w, k, s, p, d in itertools.product([5, 7, 2], [1, 3, 4], [1, 2, 3], [0, 1, 2], [1, 2]):
    if d > 1 and s > 1:
        continue
    x, f = first(data((2, w, 2))), filters(data((k, 2, 3)))
    add("conv1d", [w], [k], [s], p, d, None, lambda: F.conv1d(x, f, stride=s, padding=p, dilation=d))
for size, kernel, stride in itertools.product(
    [(4, 4, 4), (3, 2, 5)], [(1, 1, 1), (2, 3, 1), (3, 3, 3)], [(1, 1, 1), (2, 2, 2), (1, 2, 3)]
):
    x, k = first(data((1, *size, 2))), filters(data((*kernel, 2, 2)))
    for pad in (0, "same"):
        pads = [v for n, k1, s in reversed(list(zip(size, kernel, stride))) for v in (same(n, k1, s) if pad else (0, 0))]
        form = [list(size), list(kernel), list(stride), pad, 1, None]
        padded = lambda value, of=x: F.pad(of, pads, value=value)
        add("conv3d", *form, lambda: F.conv3d(padded(0.0), k, stride=stride))
        add("maxPool3d", *form, lambda: F.max_pool3d(padded(float("-inf")), kernel, stride))
        part = lambda of: F.avg_pool3d(padded(0.0, of), kernel, stride)
        add("avgPool3d", *form, lambda: part(x) / part(torch.ones_like(x)))
print("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]")
