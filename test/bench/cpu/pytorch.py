"""The measured process of PyTorch: the works as its users write them. Implements the protocol of serve.ts, JSON lines on stdio.

Arguments: `cuda` computes on the graphics card, `tf32` allows products in TF32, `compile` compiles each network with torch.compile.
"""

import json
import math
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class MLP(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))


class CNN(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(1600, 10),
        )


class LeNet5(nn.Sequential):
    """LeNet-5 (LeCun et al. 1998) as it is built today: full second convolution, plain average pooling, softmax at the end."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 6, 5, padding=2),
            nn.Tanh(),
            nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.Tanh(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(400, 120),
            nn.Tanh(),
            nn.Linear(120, 84),
            nn.Tanh(),
            nn.Linear(84, 10),
        )


class Residual(nn.Module):
    """Two 3×3 convolutions and a shortcut, a 1×1 convolution where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(h)) + self.shortcut(x), inplace=True)


class ResNet20(nn.Sequential):
    def __init__(self):
        blocks = [
            Residual(inputs if i == 0 else outputs, outputs, stride if i == 0 else 1)
            for inputs, outputs, stride in [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
            for i in range(3)
        ]
        super().__init__(
            nn.Conv2d(3, 16, 3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            *blocks,
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(64, 10),
        )


class LSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(128, 128, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.head(h[0])


class GRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(128, 128, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.gru(x)[1][0])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.TransformerEncoderLayer(128, 4, dim_feedforward=512, dropout=0.0, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.block(x).mean(dim=1))


# work, without its batch → (module, shape of one example)
CLASSIFIERS = {
    "MLP": (MLP, (784,)),
    "CNN": (CNN, (1, 28, 28)),
    "LeNet-5": (LeNet5, (1, 28, 28)),
    "ResNet-20": (ResNet20, (3, 32, 32)),
    "LSTM": (LSTM, (32, 128)),
    "GRU": (GRU, (32, 128)),
    "Transformer block": (Transformer, (64, 128)),
}

DEVICE = "cuda" if "cuda" in sys.argv else "cpu"
TF32 = "tf32" in sys.argv
COMPILE = "compile" in sys.argv
if DEVICE == "cuda":
    torch.backends.cuda.matmul.allow_tf32 = TF32
    torch.backends.cudnn.allow_tf32 = TF32


def parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def trainer(model, x, y, loss_function):
    """One training step: forward, backward, Adam, loss read back."""
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    if COMPILE:
        model = torch.compile(model)

    def step():
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def classifier(work):
    """(parameters, step, note). Images have the memory layout that is faster on this machine."""
    name, batch = work.split(", batch ")
    make, shape = CLASSIFIERS[name]
    x = torch.rand(int(batch), *shape).to(DEVICE)
    y = (torch.arange(int(batch)) % 10).to(DEVICE)
    model = make().to(DEVICE)
    # Compiling for two layouts takes minutes
    if len(shape) < 3 or COMPILE:
        return parameters(model), trainer(model, x, y, F.cross_entropy), None
    nchw = trainer(model, x, y, F.cross_entropy)
    last = torch.channels_last
    nhwc = trainer(make().to(DEVICE, memory_format=last), x.to(memory_format=last), y, F.cross_entropy)
    run(nchw, 0)  # the first steps pay for set-up
    run(nhwc, 0)
    times = [[], []]
    for _ in range(3):
        for step, ms in zip((nchw, nhwc), times):
            ms += run(step, 100)[0]
    plain, channels_last = (min(ms) for ms in times)
    note = f"at best NCHW {plain:.3g} ms, channels_last {channels_last:.3g} ms: the faster is taken"
    return parameters(model), nchw if plain <= channels_last else nhwc, note


def xor():
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).to(DEVICE)
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]]).to(DEVICE)
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid()).to(DEVICE)
    return parameters(model), trainer(model, x, y, F.mse_loss), None


def matmul(n):
    a = torch.rand(n, n).to(DEVICE)
    b = torch.rand(n, n).to(DEVICE)
    multiply = torch.compile(torch.matmul) if COMPILE else torch.matmul

    def step():
        return multiply(a, b)[-1, -1].item()

    right = (a[-1].double() @ b[:, -1].double()).item()
    assert abs(step() - right) < (1e-2 if TF32 else 1e-4) * right, f"a wrong product: {step()}, not {right}"
    return 0, step, None


def prepare(work):
    if work == "XOR":
        return xor()
    if work.startswith("matmul "):
        return matmul(int(work.split()[1]))
    return classifier(work)


def run(step, budget):
    """Runs steps for `budget` ms, at least one: (ms of each, first loss, last loss)."""
    times = []
    start = now = time.perf_counter()
    first = None
    while not times or (now - start) * 1e3 < budget:
        loss = step()
        if not math.isfinite(loss):
            raise ValueError(f"the loss is {loss} in step {len(times) + 1} of a turn")
        if first is None:
            first = loss
        end = time.perf_counter()
        times.append((end - now) * 1e3)
        now = end
    return times, first, loss


def answer(request):
    global step
    if "prepare" in request:
        if COMPILE and not hasattr(torch, "compile"):
            raise RuntimeError(f"PyTorch {torch.__version__} has no torch.compile")
        threads = request["prepare"]["threads"]
        torch.manual_seed(1)
        torch.set_num_threads(threads)
        count, step, note = prepare(request["prepare"]["work"])
        about = f"PyTorch {torch.__version__}, " + (
            f"{torch.cuda.get_device_name()}, TF32 {'on' if TF32 else 'off'}"
            if DEVICE == "cuda"
            else f"{threads} thread{'s' if threads > 1 else ''}"
        )
        return {"ready": {"parameters": count, "about": about, **({"note": note} if note else {})}}
    before = time.process_time()
    times, first, last = run(step, request["run"]["ms"])
    cpu = (time.process_time() - before) * 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    device = {"device_mb": torch.cuda.max_memory_reserved() / 1e6} if DEVICE == "cuda" else {}
    return {"ran": {"ms": times, "first": first, "last": last, "cpu_ms": cpu, "peak_mb": peak, **device}}


step = None
for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": str(error) or type(error).__name__}
    print(json.dumps(reply), flush=True)
