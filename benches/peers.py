#!/usr/bin/env python3
"""Times one training step of each rung of ladder.json in a peer: JAX (whole epochs compiled into one program),
PyTorch (eager, fused optimizer), PyTorch compiled.

    python3 -m venv V && V/bin/pip install numpy jax torch      # some gigabytes
    V/bin/python peers.py jax|torch|torch-compiled [RUNG ...] [--seconds 2]

Prints a JSON line a rung: {"peer", "rung", "us_per_step"}: the best of the blocks timed, after a warm-up.
For PyTorch on few cores run it with OMP_NUM_THREADS=1 and =2 and keep the better: its thread pool can cost more than it gives.
"""
import argparse, json, os, pathlib, time

import numpy as np

LADDER = json.loads((pathlib.Path(__file__).parent / "ladder.json").read_text())["rungs"]


def made_data(rung):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rung["examples"], rung["dims"][0])).astype(np.float32)
    if rung["loss"] == "cross_entropy":
        y = rng.integers(0, rung["dims"][-1], rung["examples"])
    else:
        y = rng.random((rung["examples"], rung["dims"][-1])).astype(np.float32)
    return x, y


def best_block(epoch, steps_per_epoch, seconds):
    for _ in range(3):
        epoch()
    epochs = max(1, 200 // steps_per_epoch)
    best, end = float("inf"), time.time() + seconds
    while time.time() < end:
        start = time.perf_counter()
        for _ in range(epochs):
            epoch()
        best = min(best, (time.perf_counter() - start) / (epochs * steps_per_epoch))
    return best


def torch_step(rung, seconds, compiled):
    import torch
    from torch import nn

    x, y = (torch.from_numpy(a) for a in made_data(rung))
    acts = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "relu": nn.ReLU, "gelu": nn.GELU}
    layers = []
    for i, act in enumerate(rung["acts"]):
        layers.append(nn.Linear(rung["dims"][i], rung["dims"][i + 1]))
        if act != "identity":
            layers.append(acts[act]())
    model = nn.Sequential(*layers)
    if rung["optimizer"] == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, fused=True)
    loss_of = nn.CrossEntropyLoss() if rung["loss"] == "cross_entropy" else nn.MSELoss()

    def step(xb, yb):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model(xb), yb)
        loss.backward()
        optimizer.step()
        return loss

    if compiled:
        step = torch.compile(step)
    batch = rung["batch"]
    steps = rung["examples"] // batch

    def epoch():
        if steps == 1:
            step(x, y)
            return
        order = torch.randperm(rung["examples"])
        for i in range(steps):
            rows = order[i * batch : (i + 1) * batch]
            step(x[rows], y[rows])

    return best_block(epoch, steps, seconds)


def jax_step(rung, seconds):
    import jax
    import jax.numpy as jnp

    x, y = (jnp.array(a) for a in made_data(rung))
    acts = {"tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "identity": lambda v: v,
            "gelu": lambda v: jax.nn.gelu(v, approximate=False)}
    key = jax.random.PRNGKey(0)
    params = []
    for i in range(len(rung["acts"])):
        key, sub = jax.random.split(key)
        params.append((jax.random.normal(sub, (rung["dims"][i], rung["dims"][i + 1])) * 0.05, jnp.zeros(rung["dims"][i + 1])))

    def loss_of(params, xb, yb):
        for (w, b), act in zip(params, rung["acts"]):
            xb = acts[act](xb @ w + b)
        if rung["loss"] == "cross_entropy":
            return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(xb), yb[:, None], 1))
        return jnp.mean((xb - yb) ** 2)

    batch = rung["batch"]
    steps = rung["examples"] // batch
    tree = jax.tree.map

    def step(carry, rows):
        params, m, v, t = carry
        xb, yb = (x[rows], y[rows]) if steps > 1 else (x, y)
        loss, grads = jax.value_and_grad(loss_of)(params, xb, yb)
        if rung["optimizer"] == "sgd":
            params = tree(lambda p, g: p - 0.01 * g, params, grads)
        else:
            t = t + 1
            m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
            v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
            params = tree(lambda p, m, v: p - 1e-3 * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8), params, m, v)
        return (params, m, v, t), loss

    @jax.jit
    def epochs(carry, key):
        def one(carry, key):
            if steps > 1:
                rows = jax.random.permutation(key, rung["examples"])[: steps * batch].reshape(steps, batch)
            else:
                rows = jnp.zeros((1, 1), int)
            return jax.lax.scan(step, carry, rows)

        return jax.lax.scan(one, carry, jax.random.split(key, max(1, 200 // steps)))

    carry = (params, tree(jnp.zeros_like, params), tree(jnp.zeros_like, params), jnp.float32(0))
    count = max(1, 200 // steps) * steps
    for _ in range(2):
        carry, loss = epochs(carry, key)
        loss.block_until_ready()
    best, end = float("inf"), time.time() + seconds
    while time.time() < end:
        start = time.perf_counter()
        carry, loss = epochs(carry, key)
        loss.block_until_ready()
        best = min(best, (time.perf_counter() - start) / count)
    return best


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("peer", choices=["jax", "torch", "torch-compiled"])
    args.add_argument("rungs", nargs="*", default=list(LADDER))
    args.add_argument("--seconds", type=float, default=2.0)
    args = args.parse_args()
    for name in args.rungs or LADDER:
        rung = LADDER[name]
        if args.peer == "jax":
            seconds = jax_step(rung, args.seconds)
        else:
            seconds = torch_step(rung, args.seconds, args.peer == "torch-compiled")
        print(json.dumps({"peer": args.peer, "threads": os.environ.get("OMP_NUM_THREADS"), "rung": name, "us_per_step": round(seconds * 1e6, 3)}), flush=True)


if __name__ == "__main__":
    main()
