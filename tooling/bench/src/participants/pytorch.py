"""A participant for PyTorch; usage: pytorch.py THREADS. The protocol is that of ../protocol.ts."""
import json
import math
import os
import sys
import time

threads = int(sys.argv[1])
# The library under the matrix products has threads of its own, which torch.set_num_threads does not reach; it reads this when it loads.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(threads)
answers = sys.stdout
sys.stdout = sys.stderr


def answer(**value):
    answers.write(json.dumps(value) + "\n")
    answers.flush()


def blas():
    """The library that multiplies matrices, where the system tells: the plain one is several times slower than the others."""
    try:
        with open("/proc/self/maps") as maps:
            loaded = maps.read().lower()
    except OSError:
        return "BLAS not known"
    known = {"libopenblas": "OpenBLAS", "libmkl": "MKL", "libblis": "BLIS"}
    found = [name for part, name in known.items() if part in loaded]
    return found[0] if found else "REFERENCE BLAS, SLOW" if "libblas" in loaded else "own BLAS"


def section(run, runs):
    value = 0.0
    start = time.perf_counter()
    for _ in range(runs):
        value = run()
    milliseconds = (time.perf_counter() - start) * 1000 / runs
    if not math.isfinite(value):
        raise ValueError(f"the result is {value}")
    return dict(milliseconds=milliseconds, value=value)


def warm(run, least):
    last = section(run, 1)
    spent = last["milliseconds"]
    while spent < least:
        runs = max(1, round(spent / last["milliseconds"]))
        last = section(run, runs)
        spent += last["milliseconds"] * runs
    return last


def prepare(w, mode):
    torch.manual_seed(1)
    lstm = torch.nn.LSTM(w["input"], w["hidden"], num_layers=w["layers"])
    head = torch.nn.Linear(w["hidden"], w["output"])
    x = torch.rand(w["time"], w["batch"], w["input"]) * 2 - 1
    last = w["head"] == "last step"
    steps = 1 if last else w["time"]
    states = lambda: lstm(x)[0][-1:] if last else lstm(x)[0]
    if mode == "inference":
        lstm.eval()
        head.eval()

        def infer():
            with torch.inference_mode():
                return float(head(states()).numpy().reshape(-1)[-1])

        return infer
    parameters = [*lstm.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters)
    if w["loss"] == "crossEntropy":
        target = torch.randint(w["output"], (steps * w["batch"],))
        compute = lambda y: torch.nn.functional.cross_entropy(y.reshape(-1, w["output"]), target)
    else:
        target = torch.rand(steps, w["batch"], w["output"]) * 2 - 1
        compute = lambda y: torch.nn.functional.mse_loss(y, target)

    def train():
        optimizer.zero_grad(set_to_none=True)
        loss = compute(head(states()))
        loss.backward()
        optimizer.step()
        return loss.item()

    return train


try:
    import torch
except ImportError as error:
    answer(unsupported=str(error))
    sys.exit()
torch.set_num_threads(threads)
answer(versions={"PyTorch": f"{torch.__version__} ({blas()})"})
run = None
for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["do"] == "prepare":
            run = prepare(request["workload"], request["mode"])
            answer(**warm(run, request["warmUp"]))
        elif request["do"] == "section":
            answer(**section(run, request["runs"]))
        else:
            answer(unsupported=f"nothing to do for {request['do']}")
    except Exception as error:
        answer(error=f"{type(error).__name__}: {error}")
