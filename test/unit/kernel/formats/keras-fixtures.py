"""Makes the files of Keras in keras/, by h5py (Debian's python3-h5py) and numpy: `python3 keras-fixtures.py`. Keras
itself is not needed: the layout is that of keras/src/saving/saving_lib.py (Keras 3: config.json, metadata.json, and in
model.weights.h5 `layers/<kind>_<n>/vars/<i>`) and keras/src/legacy/saving/legacy_h5_format.py (the attributes
model_config, layer_names and weight_names). Outputs are computed here by numpy, from the definitions of the layers."""
import io
import json
import zipfile
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).parent / "keras"
HERE.mkdir(exist_ok=True)
rng = np.random.default_rng(5)
DTYPE = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def draw(*shape):
    return rng.normal(0, 0.5, shape).astype("float32")


def layer(kind, name, **config):
    return {"module": "keras.layers", "class_name": kind, "registered_name": None,
            "config": {"name": name, "trainable": True, "dtype": DTYPE, **config}, "build_config": {}}


def tensor(of, shape):
    return {"class_name": "__keras_tensor__",
            "config": {"shape": shape, "dtype": "float32", "keras_history": [of, 0, 0]}}


def zipped(path, config, write):
    memory = io.BytesIO()
    with h5py.File(memory, "w") as f:
        write(f)
    with zipfile.ZipFile(path, "w") as z:
        for name, data in (("metadata.json", json.dumps({"keras_version": "3.8.0", "date_saved": "2025-01-01"})),
                           ("config.json", json.dumps(config)), ("model.weights.h5", memory.getvalue())):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            z.writestr(info, data)


def put(f, path, *arrays):
    group = f.create_group(path).create_group("vars")
    for i, a in enumerate(arrays):
        group[str(i)] = a


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, kernel, recurrent, bias):
    units = recurrent.shape[0]
    h = c = np.zeros((x.shape[0], units))
    out = []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        out.append(h)
    return np.stack(out, 1)


expected = {}


def keep(name, x, y):
    expected[name] = {"x": {"shape": list(x.shape), "values": x.flatten().tolist()},
                      "y": {"shape": list(y.shape), "values": [round(float(v), 6) for v in y.flatten()]}}


# A sequential model: two dense layers around a normalization
w1, b1, w2, b2 = draw(3, 4), draw(4), draw(4, 2), draw(2)
gamma, beta, mean, variance = draw(4), draw(4), draw(4), np.abs(draw(4)) + 0.5
x = draw(2, 3)
hidden = (np.maximum(x @ w1 + b1, 0) - mean) / np.sqrt(variance + 1e-3) * gamma + beta
dense_y = hidden @ w2 + b2
keep("dense", x, dense_y)
dense_layers = [
    layer("InputLayer", "input_layer", batch_shape=[None, 3]),
    layer("Dense", "dense_7", units=4, activation="relu", use_bias=True),
    layer("BatchNormalization", "batch_normalization_2", axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True),
    layer("Dropout", "dropout", rate=0.5, seed=None, noise_shape=None),
    layer("Dense", "dense_3", units=2, activation="linear", use_bias=True),
]
sequential = {"module": "keras", "class_name": "Sequential", "registered_name": None,
              "config": {"name": "sequential", "trainable": True, "dtype": DTYPE, "layers": dense_layers},
              "compile_config": {"optimizer": "adam", "loss": "mse", "metrics": None}}


def dense_weights(f, layers="layers"):
    put(f, f"{layers}/dense", w1, b1)
    put(f, f"{layers}/batch_normalization", gamma, beta, mean, variance)
    put(f, f"{layers}/dropout/seed_generator", np.zeros(2, "uint32"))
    put(f, f"{layers}/dense_1", w2, b2)
    put(f, "optimizer", np.array(3, "int64"), np.float32(0.001))


zipped(HERE / "dense.keras", sequential, dense_weights)
with h5py.File(HERE / "dense.weights.h5", "w") as f:
    dense_weights(f)
with h5py.File(HERE / "old.weights.h5", "w") as f:
    dense_weights(f, "_layer_checkpoint_dependencies")

# A functional model: a bidirectional LSTM, a dense layer at each time, a model inside, two branches of one kind, of
# which the first in the configuration is named like the second
fk, fr, fb, bk, br, bb = draw(2, 8), draw(2, 8), draw(8), draw(2, 8), draw(2, 8), draw(8)
tk, tb, ik, ib, ak, ab, ck, cb = draw(4, 3), draw(3), draw(3, 3), draw(3), draw(3, 2), draw(2), draw(3, 2), draw(2)
x = draw(2, 5, 2)
both = np.concatenate([lstm(x, fk, fr, fb), lstm(x[:, ::-1], bk, br, bb)[:, ::-1]], 2)
inside = np.tanh((both @ tk + tb) @ ik + ib)
keep("branches", x, np.concatenate([inside @ ak + ab, inside @ ck + cb], 2))
init = {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True, "unit_forget_bias": True,
        "return_sequences": True, "return_state": False, "stateful": False, "unroll": False, "units": 2}
inner = {"module": "keras", "class_name": "Sequential", "registered_name": None, "name": "inner",
         "config": {"name": "inner", "trainable": True, "dtype": DTYPE, "layers": [
             layer("InputLayer", "inner_input", batch_shape=[None, 5, 3]),
             layer("Dense", "inner_dense", units=3, activation="tanh", use_bias=True)]}}
nodes = [
    ({**layer("InputLayer", "sequence", batch_shape=[None, 5, 2]), "name": "sequence"}, []),
    (layer("Bidirectional", "both", merge_mode="concat", layer=layer("LSTM", "forward_lstm", **init),
           backward_layer=layer("LSTM", "backward_lstm", **{**init, "go_backwards": True})), ["sequence"]),
    (layer("TimeDistributed", "each", layer=layer("Dense", "step", units=3, activation="linear", use_bias=True)), ["both"]),
    (inner, ["each"]),
    (layer("Dense", "dense_1", units=2, activation="linear", use_bias=True), ["inner"]),
    (layer("Dense", "dense", units=2, activation="linear", use_bias=True), ["inner"]),
    (layer("Concatenate", "join", axis=-1), ["dense_1", "dense"]),
]
for node, sources in nodes:
    node["name"] = node["config"]["name"]
    args = [tensor(s, [None, 5, 2]) for s in sources]
    node["inbound_nodes"] = [{"args": [args] if len(args) > 1 else args, "kwargs": {}}] if args else []
functional = {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional",
              "config": {"name": "functional", "trainable": True, "layers": [node for node, _ in nodes],
                         "input_layers": [["sequence", 0, 0]], "output_layers": [["join", 0, 0]]}}


def functional_weights(f):
    put(f, "layers/bidirectional/forward_layer/cell", fk, fr, fb)
    put(f, "layers/bidirectional/backward_layer/cell", bk, br, bb)
    put(f, "layers/time_distributed/layer", tk, tb)
    put(f, "layers/sequential/layers/dense", ik, ib)
    put(f, "layers/dense", ak, ab)
    put(f, "layers/dense_1", ck, cb)


zipped(HERE / "branches.keras", functional, functional_weights)

# Keras 2: a whole model, and weights alone, with names split into two attributes as for long lists
config2 = {"class_name": "Sequential", "config": {"name": "sequential", "layers": [
    {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 3], "dtype": "float32", "name": "dense_input"}},
    {"class_name": "Dense", "config": {"name": "dense", "units": 4, "activation": "relu", "use_bias": True}},
    {"class_name": "BatchNormalization", "config": {"name": "norm", "axis": [1], "momentum": 0.99, "epsilon": 0.001}},
    {"class_name": "Dense", "config": {"name": "dense_1", "units": 2, "activation": "linear", "use_bias": True}}]}}


def keras2(root):
    layers = {"dense_input": {}, "dense": {"dense/kernel:0": w1, "dense/bias:0": b1},
              "norm": {"norm/gamma:0": gamma, "norm/beta:0": beta, "norm/moving_mean:0": mean,
                       "norm/moving_variance:0": variance},
              "dense_1": {"dense_1/kernel:0": w2, "dense_1/bias:0": b2}}
    root.attrs["layer_names"] = [n.encode() for n in layers]
    for name, weights in layers.items():
        group = root.create_group(name)
        names = [n.encode() for n in weights]
        if name == "norm":
            group.attrs["weight_names0"], group.attrs["weight_names1"] = names[:3], names[3:]
        else:
            group.attrs["weight_names"] = names
        for n, v in weights.items():
            group.create_dataset(n, data=v, compression="gzip" if name == "dense" else None)


with h5py.File(HERE / "keras2.h5", "w") as f:
    f.attrs["keras_version"], f.attrs["backend"] = "2.15.0", "tensorflow"
    f.attrs["model_config"] = json.dumps(config2)
    keras2(f.create_group("model_weights"))
with h5py.File(HERE / "keras2-weights.h5", "w") as f:
    keras2(f)
with h5py.File(HERE / "other.h5", "w") as f:
    f["measured"] = draw(3)
(HERE / "expected.json").write_text(json.dumps(expected) + "\n")
