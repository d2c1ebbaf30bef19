"""Makes the files of PyTorch in fixtures/, with inputs and outputs in the order of axes of TensorFlow.js, with Debian's
python3-torch: `python3 make.py`. The safetensors files are written here, from the description of the format."""
import json
import struct
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent / "fixtures"
NAMES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


def save_file(tensors, path):
    """As safetensors.torch.save_file does: in the order of the names."""
    header, blobs, at = {}, [], 0
    for name in sorted(tensors):
        t = tensors[name].detach().contiguous()
        data = t.view(torch.int16).numpy().tobytes() if t.dtype == torch.bfloat16 else t.numpy().tobytes()
        header[name] = {"dtype": NAMES[t.dtype], "shape": list(t.shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
        blobs.append(data)
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def last(x):
    """Channels to the end."""
    return x.permute(0, *range(2, x.dim()), 1) if x.dim() > 2 else x


def randomize(module):
    for name, tensor in module.state_dict().items():
        if tensor.dtype == torch.float32:
            tensor.copy_(torch.rand_like(tensor) + 0.5 if "var" in name else torch.randn_like(tensor) * 0.5)
    return module.eval()


def round5(x):
    return [round(v, 6) for v in x.flatten().tolist()]


cases = {}


def case(name, module, x, run, channels=True):
    torch.manual_seed(len(cases))
    randomize(module)
    x = x()
    y = run(module, x)
    save_file(module.state_dict(), HERE / f"pytorch-{name}.safetensors")
    move = last if channels else (lambda t: t)
    x, y = move(x), move(y)
    # The inputs are exact in decimals
    cases[name] = {"x": {"shape": list(x.shape), "values": x.flatten().tolist()},
                   "y": {"shape": list(y.shape), "values": round5(y)}}


def named(**modules):
    return nn.ModuleDict(OrderedDict(modules))


case(
    "cnn",
    nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 5),
                  nn.ReLU(), nn.Linear(5, 2), nn.ReLU(), nn.Linear(2, 2), nn.Linear(2, 2)),
    lambda: torch.randn(2, 2, 6, 6),
    lambda m, x: m(x),
)
case(
    "convolutions",
    named(plain=nn.Conv1d(2, 4, 3, stride=2), deep=nn.Conv1d(4, 8, 2, groups=4), up=nn.ConvTranspose1d(8, 2, 3, stride=2)),
    lambda: torch.randn(2, 2, 12),
    lambda m, x: m["up"](m["deep"](m["plain"](x))),
)
case(
    "images",
    named(deep=nn.Conv2d(2, 4, (2, 3), groups=2), up=nn.ConvTranspose2d(4, 3, (3, 2), stride=(2, 1)),
          grouped=nn.Conv2d(3, 6, 2, groups=3), norm=nn.GroupNorm(3, 6), act=nn.PReLU(6)),
    lambda: torch.randn(2, 2, 4, 5),
    lambda m, x: m["act"](m["norm"](m["grouped"](m["up"](m["deep"](x))))),
)
for kind, module in (("lstm", nn.LSTM), ("gru", nn.GRU), ("rnn", nn.RNN)):
    case(
        kind,
        named(words=nn.Embedding(7, 3), rec=module(3, 4, batch_first=True), norm=nn.LayerNorm(4), out=nn.Linear(4, 2)),
        lambda: torch.randint(0, 7, (2, 5)),
        lambda m, x: m["out"](m["norm"](m["rec"](m["words"](x))[0])),
        channels=False,
    )
save_file(
    {"half": torch.tensor([0.5, -1.25, 65504.0, 6e-8], dtype=torch.float16),
     "brain": torch.tensor([1.0, -3.140625, 1e38], dtype=torch.bfloat16),
     "double": torch.tensor([[0.1, 2.0]], dtype=torch.float64),
     "long": torch.tensor([[-3], [2147483647]], dtype=torch.int64)},
    HERE / "types.safetensors",
)
(HERE / "pytorch.json").write_text(json.dumps(cases) + "\n")
