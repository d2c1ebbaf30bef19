# The measured process of PyTorch: one op, with the inputs of the case of the same name in cases.ts. It speaks the
# protocol of ../cpu/serve.ts.
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

r = torch.randn
image = lambda: r(8, 16, 64, 64).contiguous(memory_format=torch.channels_last)


def gradient(y, x, dy):
    return lambda: torch.autograd.grad(y, x, dy, retain_graph=True)


def conv3d_gradient(of, stride=1):
    x, w = r(2, 8, 16, 32, 32, requires_grad=True), r(16, 8, 3, 3, 3, requires_grad=True)
    y = F.conv3d(x, w, padding=1, stride=stride)
    return gradient(y, x if of == "x" else w, torch.ones_like(y))


def pool3d_gradient(pool):
    x = r(2, 8, 16, 32, 32, requires_grad=True)
    y = pool(x, 2)
    return gradient(y, x, torch.ones_like(y))


def unary(function):
    x = torch.rand(256, 1024)
    return lambda: function(x)


def binary(function):
    x, y = torch.rand(256, 1024), torch.rand(256, 1024)
    return lambda: function(x, y)


def call(function, *inputs):
    return lambda: function(*inputs)


WORKS = {
    "Exp [256, 1024]": lambda: unary(torch.exp),
    "Tanh [256, 1024]": lambda: unary(torch.tanh),
    "Sigmoid [256, 1024]": lambda: unary(torch.sigmoid),
    "Erf [256, 1024]": lambda: unary(torch.erf),
    "Add [256, 1024] [256, 1024]": lambda: binary(torch.add),
    "Pow [256, 1024] [256, 1024]": lambda: binary(torch.pow),
    "Sum [256, 1024]": lambda: unary(lambda x: x.sum(1)),
    "Softmax [256, 1024]": lambda: unary(lambda x: x.softmax(1)),
    "TopK [1024, 1024], 5": lambda: call(lambda x: x.topk(5), r(1024, 1024)),
    "TopK [8, 1024], all": lambda: call(lambda x: x.topk(1024), r(8, 1024)),
    "Bincount int32 [100000] [0]": lambda: call(lambda x: x.bincount(minlength=256), torch.randint(256, (100000,))),
    "Unique int32 [20000]": lambda: call(lambda x: x.unique(), torch.randint(500, (20000,))),
    "SearchSorted [1, 1024] [1, 20000]": lambda: call(
        torch.searchsorted, torch.linspace(-1, 1, 1024), torch.rand(20000) * 2 - 1
    ),
    "Multinomial [1024, 1024]": lambda: call(
        lambda x: x.softmax(1).multinomial(8, replacement=True), r(1024, 1024)
    ),
    "BatchMatMul [256, 256] [256, 256]": lambda: call(torch.mm, r(256, 256), r(256, 256)),
    "BatchMatMul int32 [256, 256] int32 [256, 256]": lambda: call(
        torch.mm, *(torch.randint(99, (256, 256), dtype=torch.int32) for _ in range(2))
    ),
    "Conv2D NCHW": lambda: call(lambda x, w: F.conv2d(x, w, padding=1), r(8, 16, 64, 64), r(16, 16, 3, 3)),
    "Conv3D [2, 16, 32, 32, 8] [3, 3, 3, 8, 16]": lambda: call(
        lambda x, w: F.conv3d(x, w, padding=1), r(2, 8, 16, 32, 32), r(16, 8, 3, 3, 3)
    ),
    "Conv3DBackpropInputV2 [2, 16, 32, 32, 16] [3, 3, 3, 8, 16]": lambda: conv3d_gradient("x"),
    "Conv3DBackpropInputV2 stride 2": lambda: conv3d_gradient("x", 2),
    "Conv3DBackpropFilterV2 [2, 16, 32, 32, 8] [2, 16, 32, 32, 16]": lambda: conv3d_gradient("w"),
    "MaxPool3D [2, 16, 32, 32, 8]": lambda: call(lambda x: F.max_pool3d(x, 2), r(2, 8, 16, 32, 32)),
    "AvgPool3D [2, 16, 32, 32, 8]": lambda: call(lambda x: F.avg_pool3d(x, 2), r(2, 8, 16, 32, 32)),
    "MaxPool3DGrad [2, 8, 16, 16, 8] [2, 16, 32, 32, 8]": lambda: pool3d_gradient(F.max_pool3d),
    "AvgPool3DGrad [2, 8, 16, 16, 8] [2, 16, 32, 32, 8]": lambda: pool3d_gradient(F.avg_pool3d),
    "LRN [8, 64, 64, 16]": lambda: call(lambda x: F.local_response_norm(x, 11, 1, 0.5, 1), image()),
    "Transpose [256, 1024]": lambda: unary(lambda x: x.t().contiguous()),
    "GatherV2 [1000, 64] int32 [4096]": lambda: call(
        lambda x, i: x[i], r(1000, 64), torch.randint(1000, (4096,))
    ),
    "FFT complex64 [16, 1024]": lambda: call(torch.fft.fft, r(16, 1024, dtype=torch.complex64)),
    "FFT complex64 [4, 1009]": lambda: call(torch.fft.fft, r(4, 1009, dtype=torch.complex64)),
    "IFFT complex64 [16, 1000]": lambda: call(torch.fft.ifft, r(16, 1000, dtype=torch.complex64)),
}


def answer(request):
    global step
    if "prepare" in request:
        threads = request["prepare"]["threads"]
        torch.set_num_threads(threads)
        step = WORKS[request["prepare"]["work"]]()
        return {"ready": {"parameters": 0, "about": f"PyTorch {torch.__version__}, {threads} threads"}}
    cpu = time.process_time()
    times = []
    begun = now = time.perf_counter()
    while not times or (now - begun) * 1e3 < request["run"]["ms"]:
        step()
        end = time.perf_counter()
        times.append((end - now) * 1e3)
        now = end
    cpu = (time.process_time() - cpu) * 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"ran": {"ms": times, "first": 0, "last": 0, "cpu_ms": cpu, "peak_mb": peak}}


step = None
for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": str(error) or type(error).__name__}
    print(json.dumps(reply), flush=True)
