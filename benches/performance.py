#!/usr/bin/env python3
"""Measures nn and writes the tables of docs/performance.md.

    cargo build --release
    python3 benches/performance.py ladder [--peers PYTHON]     the rungs, in turns with JAX and PyTorch of another Python
    python3 benches/performance.py scaling                     time a step against batch, width, depth, parameters, threads
    python3 benches/performance.py large                       ten thousand layers, and a hundred million parameters

Each table stands between two comments of the page; the rest of the page is written by hand.
"""
import argparse, json, os, pathlib, subprocess, tempfile, time

HERE = pathlib.Path(__file__).parent
NN = HERE.parent / "target/release/nn"
PAGE = HERE.parent / "docs/performance.md"
RUNGS = list(json.loads((HERE / "ladder.json").read_text())["rungs"])
ROUNDS = 2


def bench(script, *more):
    line = subprocess.run([NN, "bench", script, "--json", *more], check=True, capture_output=True, text=True).stdout
    return json.loads(line)


def peer(python, name, rung, threads=None):
    environment = dict(os.environ, **({"OMP_NUM_THREADS": threads} if threads else {}))
    line = subprocess.run([python, HERE / "peers.py", name, rung, "--seconds", "1"], check=True, capture_output=True,
                          text=True, env=environment).stdout
    return json.loads(line)["us_per_step"]


def micro(us):
    return f"{us:.3f}" if us < 10 else f"{us:.1f}" if us < 1000 else f"{us:,.0f}"


def ladder(python):
    rows = ["| rung | nn | JAX, whole epochs compiled | PyTorch eager | JAX / nn | PyTorch / nn | GFLOP/s | of the measured peak | MB moved | peak memory, MiB |",
            "|---|---|---|---|---|---|---|---|---|---|"]
    products = [1.0, 1.0]
    for rung in RUNGS:
        ours, jax, torch = [], [], []
        for _ in range(ROUNDS):
            ours.append(bench(HERE / f"ladder/{rung}.nn", "--seconds", "1.5"))
            if python:
                jax.append(peer(python, "jax", rung))
                torch += [peer(python, "torch", rung, threads) for threads in ("1", "2")]
        facts = min(ours, key=lambda facts: facts["step_us_best"])
        us = facts["step_us_best"]
        peers = [min(jax), min(torch)] if python else []
        products = [product * time / us for product, time in zip(products, peers)] or products
        cells = [micro(time) for time in peers] + [f"{time / us:.1f}" for time in peers] if python else ["", "", "", ""]
        gflops, peak = facts["gflop_per_s"], facts["peak_gflop_per_s"]
        rows.append(f"| {rung} | {micro(us)} | " + " | ".join(cells) + f" | {gflops:.1f} | {gflops / peak:.0%} | "
                    f"{facts['bytes_moved'] / 1e6:.3g} | {facts['peak_memory_mib']:.0f} |")
        print(rows[-1], flush=True)
    if python:
        means = [product ** (1 / len(RUNGS)) for product in products]
        rows.append(f"| geometric mean | | | | {means[0]:.1f} | {means[1]:.1f} | | | | |")
    write("ladder", rows)


def script(inputs, width, depth, batch, examples):
    layers = " |> ".join([f"dense({width}) |> relu"] * depth + ["dense(10)"])
    return f"""seed 1
data made = random(n = {examples}, inputs = {inputs}, classes = 10)
model net(x: [{inputs}]) -> [10] {{ x |> {layers} }}
train net on made {{ loss = softmax_cross_entropy, optimizer = adam(lr = 0.001), epochs = 1, batch = {batch} }}
"""


def measured(*sizes, threads=None):
    with tempfile.NamedTemporaryFile("w", suffix=".nn") as file:
        file.write(script(*sizes))
        file.flush()
        more = ["--threads", str(threads)] if threads else []
        return bench(file.name, "--seconds", "1", *more)


def scaling():
    for name, head, cases in [
        ("batch", "batch", [(batch, (256, 256, 2, batch, 4096), None) for batch in (1, 4, 16, 64, 256, 1024, 4096)]),
        ("width", "width", [(width, (256, width, 2, 64, 1280), None) for width in (8, 32, 128, 512, 2048, 4096)]),
        ("depth", "layers", [(depth, (64, 64, depth, 64, 1280), None) for depth in (1, 4, 16, 64, 256, 1024)]),
        ("threads", "threads", [(threads, (784, 1024, 3, 256, 2560), threads) for threads in (1, 2, 4)]),
    ]:
        points = []
        rows = [f"| {head} | parameters | µs a step | GFLOP/s | of the measured peak | MiB |", "|---|---|---|---|---|---|"]
        for value, sizes, threads in cases:
            facts = measured(*sizes, threads=threads)
            rows.append(f"| {value:,} | {facts['parameters']:,} | {micro(facts['step_us_best'])} | {facts['gflop_per_s']:.1f} | "
                        f"{facts['gflop_per_s'] / facts['peak_gflop_per_s']:.0%} | {facts['peak_memory_mib']:.0f} |")
            print(rows[-1], flush=True)
            points.append((value, facts["step_us_best"], facts["product_flop"] / facts["peak_gflop_per_s"] / 1000))
        if name != "threads":
            rows += ["", f"![Time a step against {head}](performance/{name}.svg)"]
            draw(name, head, points)
        write(name, rows)


def draw(name, head, points):
    """The points as a picture, by nn itself: what was measured, and what the multiply-adds alone would take at best."""
    at, measured, arithmetic = (", ".join(f"{number:.6g}" for number in numbers) for numbers in zip(*points))
    picture = PAGE.parent / f"performance/{name}.svg"
    picture.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".nn") as file:
        file.write(f"""measured = [{measured}]
arithmetic = [{arithmetic}]
plot(measured, arithmetic, x = log([{at}]) / log(2), log = true, x_label = "{head}, as a power of two",
     y_label = "µs a step", to = "{picture}")
""")
        file.flush()
        subprocess.run([NN, "run", "--quiet", file.name], check=True)


def large():
    deep = """seed 1
data made = random(n = 64, inputs = 8, outputs = 2)
model net(x: [8]) -> [2] {
    h = x
    for i in 1..10000 {
        h = h |> dense(8) |> tanh
    }
    h |> dense(2)
}
train net on made { loss = mse, optimizer = sgd(lr = 0.01), epochs = 1, batch = 32 }
"""
    wide = """seed 1
data made = random(n = 64, inputs = 1024, classes = 10)
model net(x: [1024]) -> [10] { x |> dense(7000) |> relu |> dense(7000) |> relu |> dense(6100) |> relu |> dense(10) }
train net on made { loss = softmax_cross_entropy, optimizer = adam(lr = 0.0001), epochs = 1, batch = 32 }
"""
    rows = ["| network | parameters | ms a step | whole run, s | peak memory, MiB | four numbers a parameter, MiB |", "|---|---|---|---|---|---|"]
    for name, text in [("10,000 layers of 8, SGD, batch 32", deep), ("1024-7000-7000-6100-10, Adam, batch 32", wide)]:
        with tempfile.NamedTemporaryFile("w", suffix=".nn") as file:
            file.write(text)
            file.flush()
            facts = bench(file.name, "--seconds", "2")
            begun = time.monotonic()
            run = subprocess.Popen([NN, "run", "--quiet", file.name])
            _, status, usage = os.wait4(run.pid, 0)
            seconds = time.monotonic() - begun
            assert status == 0, name
        rows.append(f"| {name} | {facts['parameters']:,} | {facts['step_us_best'] / 1000:.1f} | {seconds:.1f} | "
                    f"{usage.ru_maxrss / 1024:,.0f} | {facts['parameters'] * 16 / 2**20:,.0f} |")
        print(rows[-1], flush=True)
    write("large", rows)


def write(name, rows):
    page = PAGE.read_text()
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = page.split(begin)
    after = rest.split(end)[1]
    PAGE.write_text(before + begin + "\n".join(rows) + "\n" + end + after)


if __name__ == "__main__":
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("what", choices=["ladder", "scaling", "large"])
    args.add_argument("--peers", help="a Python that has numpy, jax and torch")
    args = args.parse_args()
    {"ladder": lambda: ladder(args.peers), "scaling": scaling, "large": large}[args.what]()
