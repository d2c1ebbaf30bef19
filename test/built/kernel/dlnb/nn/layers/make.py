#!/usr/bin/env python3
"""Makes fixtures.json: what PyTorch gives for the layers of `nn`, in double precision, with all gradients.

`python3 test/built/kernel/dlnb/nn/layers/make.py` needs PyTorch and writes fixtures.json beside itself. Each case has the
options of the layer, its inputs and weights, its outputs, and the gradients of sum(outputs * directions) by each input and
weight. Sequences are [batch, places, channels] and images [batch, height, width, channels], as in TensorFlow.js; kernels
are in Keras's order.
"""
import json
import math
import os

import torch
import torch.nn.functional as F

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
cases = []


def rounded(t):
    return {'shape': list(t.shape), 'values': [float('%.8g' % v) for v in t.detach().reshape(-1).tolist()]}


def draw(shape, scale=1.0):
    """Numbers that are the same in single precision."""
    return (torch.randn(shape) * scale).float().double().requires_grad_()


def case(name, layer, options, inputs, weights, f, **more):
    """f takes the inputs, then the weights, and returns one tensor or several."""
    inputs = [draw(shape) if isinstance(shape, (list, tuple)) else shape for shape in inputs]
    weights = [draw(shape, 0.5) for shape in weights]
    outputs = f(*inputs, *weights)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    dys = [torch.randn(y.shape).float().double() if y.requires_grad else None for y in outputs]
    total = sum((y * dy).sum() for y, dy in zip(outputs, dys) if dy is not None)
    leaves = [x for x in [*inputs, *weights] if x.requires_grad]
    grads = torch.autograd.grad(total, leaves)
    cases.append({
        'name': name, 'layer': layer, 'options': options,
        'inputs': [rounded(x) for x in inputs], 'weights': [rounded(w) for w in weights],
        'outputs': [rounded(y) for y in outputs],
        'directions': [None if dy is None else rounded(dy) for dy in dys],
        'gradients': [rounded(g) for g in grads], **more,
    })


def first(x):
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


# --- normalization -------------------------------------------------------------------------------------------------
def group(groups, eps):
    return lambda x, gamma, beta: last(F.group_norm(first(x), groups, gamma, beta, eps))


case('groups of images', 'groupNorm', {'groups': 3}, [[2, 3, 2, 6]], [[6], [6]], group(3, 1e-3))
case('two groups of sequences, epsilon', 'groupNorm', {'groups': 2, 'epsilon': 1e-5}, [[2, 4, 4]], [[4], [4]], group(2, 1e-5))
case('of rows', 'groupNorm', {'groups': 2}, [[3, 6]], [[6], [6]], lambda x, g, b: F.group_norm(x, 2, g, b, 1e-3))
case('channels first', 'groupNorm', {'groups': 2, 'axis': 1}, [[2, 4, 3, 2]], [[4], [4]],
     lambda x, g, b: F.group_norm(x, 2, g, b, 1e-3))
case('without gamma and beta', 'groupNorm', {'groups': 2, 'scale': False, 'center': False}, [[2, 3, 4]], [],
     lambda x: last(F.group_norm(first(x), 2, None, None, 1e-3)))
case('of images', 'instanceNorm', {}, [[2, 3, 3, 2]], [[2], [2]],
     lambda x, g, b: last(F.instance_norm(first(x), weight=g, bias=b, eps=1e-3)))
case('of rows', 'rmsNorm', {}, [[3, 5]], [[5]], lambda x, s: x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * s)
case('along axis 1', 'rmsNorm', {'axis': 1, 'epsilon': 0.01}, [[2, 4, 3]], [[4]],
     lambda x, s: x * torch.rsqrt((x * x).mean(1, keepdim=True) + 0.01) * s[:, None])
case('of rows', 'unitNormalization', {}, [[3, 5]], [], lambda x: F.normalize(x, dim=-1))
case('along two axes', 'unitNormalization', {'axis': [1, 2]}, [[2, 3, 2]], [],
     lambda x: F.normalize(x.reshape(2, 6), dim=-1).reshape(2, 3, 2))


# --- attention -----------------------------------------------------------------------------------------------------
def heads(query, value, key, w, causal=False, key_mask=None, mask=None):
    q, k, v = (torch.einsum('btd,dhk->bhtk', x, kernel) + bias[None, :, None, :]
               for x, kernel, bias in ((query, w[0], w[1]), (key, w[2], w[3]), (value, w[4], w[5])))
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:]).triu(1).bool(), -math.inf)
    if key_mask is not None:
        scores = scores.masked_fill(~key_mask[:, None, None, :], -math.inf)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None], -math.inf)
    weights = scores.softmax(-1)
    return torch.einsum('bhtk,hko->bto', weights @ v, w[6]) + w[7], weights


def shapes(d, h, k, v, out, dv=None, dk=None):
    return [[d, h, k], [h, k], [dk or d, h, k], [h, k], [dv or d, h, v], [h, v], [h, v, out], [out]]


W = shapes(4, 2, 3, 3, 4)
case('self-attention', 'multiHeadAttention', {'numHeads': 2, 'keyDim': 3}, [[2, 3, 4]], W,
     lambda x, *w: heads(x, x, x, w)[0])
case('causal, with scores', 'multiHeadAttention',
     {'numHeads': 2, 'keyDim': 3, 'causal': True, 'returnAttentionScores': True}, [[1, 4, 4]], W,
     lambda x, *w: heads(x, x, x, w, causal=True))
case('query and value', 'multiHeadAttention', {'numHeads': 2, 'keyDim': 2, 'valueDim': 3, 'outputDim': 5},
     [[2, 3, 4], [2, 5, 3]], shapes(4, 2, 2, 3, 5, 3, 3), lambda q, v, *w: heads(q, v, v, w)[0])
case('query, value and key', 'multiHeadAttention', {'numHeads': 1, 'keyDim': 2}, [[2, 3, 4], [2, 2, 3], [2, 2, 5]],
     shapes(4, 1, 2, 2, 4, 3, 5), lambda q, v, k, *w: heads(q, v, k, w)[0])
KEYS = torch.tensor([[True, True, False], [True, False, False]])
case('with masked keys', 'multiHeadAttention', {'numHeads': 2, 'keyDim': 3}, [[2, 3, 4]], W,
     lambda x, *w: heads(x, x, x, w, key_mask=KEYS)[0], mask=KEYS.int().tolist())
PAIRS = torch.tensor([[[True, False, True], [False, True, True], [True, True, True]]])
case('with masked pairs', 'multiHeadAttention', {'numHeads': 2, 'keyDim': 3}, [[1, 3, 4]], W,
     lambda x, *w: heads(x, x, x, w, mask=PAIRS)[0], attentionMask=PAIRS.int().tolist())


def torch_heads(x, *w):
    """torch.nn.MultiheadAttention itself, with the same weights in its order."""
    module = torch.nn.MultiheadAttention(4, 2, batch_first=True)
    flat = lambda kernel: kernel.reshape(4, -1).T
    module.in_proj_weight, module.in_proj_bias, module.out_proj.weight, module.out_proj.bias = (None,) * 4
    return F.multi_head_attention_forward(
        x.transpose(0, 1), x.transpose(0, 1), x.transpose(0, 1), 4, 2,
        torch.cat([flat(w[0]), flat(w[2]), flat(w[4])]), torch.cat([w[1].reshape(-1), w[3].reshape(-1), w[5].reshape(-1)]),
        None, None, False, 0.0, w[6].reshape(4, 4).T, w[7], need_weights=False)[0].transpose(0, 1)


case("as PyTorch's module", 'multiHeadAttention', {'numHeads': 2, 'keyDim': 2}, [[2, 3, 4]], shapes(4, 2, 2, 2, 4),
     torch_heads)
case('dot', 'attention', {}, [[2, 3, 4], [2, 5, 4]], [], lambda q, v: (q @ v.transpose(1, 2)).softmax(-1) @ v)
case('scaled, with scores', 'attention', {'useScale': True, 'returnAttentionScores': True},
     [[2, 3, 4], [2, 2, 3], [2, 2, 4]], [[]],
     lambda q, v, k, s: ((s * q @ k.transpose(1, 2)).softmax(-1) @ v, (s * q @ k.transpose(1, 2)).softmax(-1)))
case('causal', 'attention', {'causal': True}, [[1, 4, 3]], [],
     lambda x: (x @ x.transpose(1, 2)).masked_fill(torch.ones(4, 4).triu(1).bool(), -math.inf).softmax(-1) @ x)
case('concat', 'attention', {'scoreMode': 'concat', 'useScale': True}, [[2, 3, 4], [2, 2, 4]], [[], []],
     lambda q, v, s, c: (c * torch.tanh(s * (q[:, :, None] + v[:, None])).sum(-1)).softmax(-1) @ v)


# --- positions -----------------------------------------------------------------------------------------------------
def waves(length, size, longest):
    return torch.tensor([[(math.sin if i % 2 == 0 else math.cos)(p / longest ** ((i - i % 2) / size)) for i in range(size)]
                         for p in range(length)])


case('added', 'sinePositions', {}, [[2, 5, 6]], [], lambda x: x + waves(5, 6, 10000.0))
case('an odd number of features', 'sinePositions', {'maxWavelength': 100}, [[1, 3, 5]], [],
     lambda x: x + waves(3, 5, 100.0))
case('the first of more', 'learnedPositions', {'sequenceLength': 6}, [[2, 4, 3]], [[6, 3]], lambda x, e: x + e[:4])


# --- convolution ---------------------------------------------------------------------------------------------------
def depthwise(x, kernel, stride=1, dilation=1, pads=(0, 0)):
    size, channels, multiplier = kernel.shape
    w = kernel.permute(1, 2, 0).reshape(channels * multiplier, 1, size)
    return last(F.conv1d(F.pad(first(x), pads), w, stride=stride, dilation=dilation, groups=channels))


def same(places, reach, stride):
    total = max(0, (math.ceil(places / stride) - 1) * stride + reach - places)
    return (total // 2, total - total // 2)


case('valid, two of each', 'depthwiseConv1d', {'kernelSize': 3, 'depthMultiplier': 2}, [[2, 6, 2]], [[3, 2, 2], [4]],
     lambda x, k, b: depthwise(x, k) + b)
case('same, stride 2, relu', 'depthwiseConv1d',
     {'kernelSize': 4, 'strides': 2, 'padding': 'same', 'activation': 'relu'}, [[2, 7, 3]], [[4, 3, 1], [3]],
     lambda x, k, b: torch.relu(depthwise(x, k, 2, 1, same(7, 4, 2)) + b))
case('causal, dilated, without bias', 'depthwiseConv1d',
     {'kernelSize': 3, 'dilationRate': 2, 'padding': 'causal', 'useBias': False}, [[1, 6, 2]], [[3, 2, 1]],
     lambda x, k: depthwise(x, k, 1, 2, (4, 0)))
case('channels first', 'depthwiseConv1d', {'kernelSize': 2, 'dataFormat': 'channelsFirst'}, [[2, 3, 5]], [[2, 3, 1], [3]],
     lambda x, k, b: first(depthwise(last(x), k) + b))
case('valid', 'separableConv1d', {'filters': 3, 'kernelSize': 3, 'depthMultiplier': 2}, [[2, 6, 2]],
     [[3, 2, 2], [1, 4, 3], [3]], lambda x, k, p, b: depthwise(x, k) @ p[0] + b)
case('same, stride 2, tanh', 'separableConv1d',
     {'filters': 2, 'kernelSize': 3, 'strides': 2, 'padding': 'same', 'activation': 'tanh'}, [[2, 8, 3]],
     [[3, 3, 1], [1, 3, 2], [2]], lambda x, k, p, b: torch.tanh(depthwise(x, k, 2, 1, same(8, 3, 2)) @ p[0] + b))


def transposed(x, kernel, stride=1, dilation=1, padding=0, more=0):
    """kernel [size, filters, channels]"""
    return last(F.conv_transpose1d(first(x), kernel.permute(2, 1, 0), stride=stride, dilation=dilation, padding=padding,
                                   output_padding=more))


case('valid, stride 2', 'conv1dTranspose', {'filters': 3, 'kernelSize': 3, 'strides': 2}, [[2, 4, 2]], [[3, 3, 2], [3]],
     lambda x, k, b: transposed(x, k, 2) + b)
case('kernel smaller than the stride', 'conv1dTranspose', {'filters': 2, 'kernelSize': 1, 'strides': 2}, [[1, 3, 2]],
     [[1, 2, 2], [2]], lambda x, k, b: F.pad(transposed(x, k, 2), (0, 0, 0, 1)) + b)
case('same, stride 2', 'conv1dTranspose', {'filters': 2, 'kernelSize': 4, 'strides': 2, 'padding': 'same'}, [[2, 3, 2]],
     [[4, 2, 2], [2]], lambda x, k, b: transposed(x, k, 2, 1, 1) + b)
case('same, odd kernel', 'conv1dTranspose', {'filters': 2, 'kernelSize': 3, 'padding': 'same', 'useBias': False},
     [[2, 4, 2]], [[3, 2, 2]], lambda x, k: transposed(x, k, 1, 1, 1))
case('dilated', 'conv1dTranspose', {'filters': 2, 'kernelSize': 3, 'dilationRate': 2}, [[1, 4, 2]], [[3, 2, 2], [2]],
     lambda x, k, b: transposed(x, k, 1, 2) + b)
case('valid with output padding', 'conv1dTranspose', {'filters': 2, 'kernelSize': 3, 'strides': 2, 'outputPadding': 1},
     [[1, 3, 2]], [[3, 2, 2], [2]], lambda x, k, b: transposed(x, k, 2, 1, 0, 1) + b)
case('same with output padding', 'conv1dTranspose',
     {'filters': 2, 'kernelSize': 3, 'strides': 2, 'padding': 'same', 'outputPadding': 1}, [[1, 3, 2]], [[3, 2, 2], [2]],
     lambda x, k, b: transposed(x, k, 2, 1, 1, 1) + b)
case('channels first', 'conv1dTranspose', {'filters': 2, 'kernelSize': 2, 'strides': 2, 'dataFormat': 'channelsFirst'},
     [[2, 3, 4]], [[2, 2, 3], [2]], lambda x, k, b: first(transposed(last(x), k, 2) + b))

# --- resampling ----------------------------------------------------------------------------------------------------
case('by 3', 'upSampling1d', {'size': 3}, [[2, 3, 2]], [], lambda x: last(F.interpolate(first(x), scale_factor=3)))
case('by 2', 'upSampling3d', {}, [[1, 2, 3, 2, 2]], [], lambda x: last(F.interpolate(first(x), scale_factor=2)))
case('by each axis, channels first', 'upSampling3d', {'size': [1, 2, 3], 'dataFormat': 'channelsFirst'}, [[1, 2, 2, 2, 2]],
     [], lambda x: F.interpolate(x, scale_factor=(1, 2, 3)))
case('on both sides', 'zeroPadding1d', {'padding': [2, 1]}, [[2, 3, 2]], [], lambda x: F.pad(x, (0, 0, 2, 1)))
case('by sides', 'zeroPadding3d', {'padding': [[1, 0], [0, 2], [1, 1]]}, [[1, 2, 2, 2, 2]], [],
     lambda x: F.pad(x, (0, 0, 1, 1, 0, 2, 1, 0)))
case('by axes, channels first', 'zeroPadding3d', {'padding': [1, 0, 2], 'dataFormat': 'channelsFirst'}, [[1, 2, 2, 1, 2]],
     [], lambda x: F.pad(x, (2, 2, 0, 0, 1, 1)))
case('on both sides', 'cropping1d', {'cropping': [1, 2]}, [[2, 6, 2]], [], lambda x: x[:, 1:-2])
case('by sides', 'cropping3d', {'cropping': [[1, 0], [0, 1], [1, 1]]}, [[1, 3, 3, 3, 2]], [],
     lambda x: x[:, 1:, :-1, 1:-1])


def places(index, width, channels):
    """PyTorch's indices, y * width + x of each channel, as TensorFlow's."""
    return last(index) * channels + torch.arange(channels)


def pooled(x, size):
    y, index = F.max_pool2d(first(x), size, return_indices=True)
    return last(y), places(index, x.shape[2], x.shape[3]).double()


def unpooled(y, index, size, height, width, channels):
    return last(F.max_unpool2d(first(y), first((index - torch.arange(channels)) // channels).long(), size,
                               output_size=(height, width)))


case('2 by 2', 'maxPoolingWithIndices', {}, [[2, 4, 6, 2]], [], lambda x: pooled(x, 2))
case('of odd sizes', 'maxPoolingWithIndices', {'poolSize': [2, 3]}, [[1, 5, 7, 2]], [], lambda x: pooled(x, (2, 3)))
with torch.no_grad():
    INDEX = pooled(torch.randn(2, 4, 6, 2), 2)[1]
    ODD = pooled(torch.randn(1, 5, 7, 2), (2, 3))[1]
case('2 by 2', 'maxUnpooling', {}, [[2, 2, 3, 2], INDEX], [], lambda y, i: unpooled(y, i, 2, 4, 6, 2))
case('of odd sizes', 'maxUnpooling', {'poolSize': [2, 3], 'outputSize': [5, 7]}, [[1, 2, 2, 2], ODD], [],
     lambda y, i: unpooled(y, i, (2, 3), 5, 7, 2))

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fixtures.json'), 'w') as file:
    json.dump(cases, file, separators=(',', ':'))
    file.write('\n')
print(len(cases), 'cases')
