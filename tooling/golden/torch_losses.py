#!/usr/bin/python3
"""Golden losses computed by PyTorch (Debian package python3-torch).

usage: torch_losses.py SEED OUT.json
Each case holds the name of the function in torch.nn.functional, its inputs and options, the loss of each element and its
mean, and the gradient of sum(losses * weights) with respect to the first inputs. Everything is computed in float64. What
goes in is rounded to 9 significant digits before it is used; what comes out is written in full.
"""
import json, sys, torch
import torch.nn.functional as F
seed, out = int(sys.argv[1]), sys.argv[2]
g = torch.Generator().manual_seed(seed)
torch.set_default_dtype(torch.float64)

def flat(t):
    return {"shape": list(t.shape), "data": t.detach().reshape(-1).tolist()}

def rounded(t):
    return torch.tensor([float(f"{v:.9g}") for v in t.reshape(-1).tolist()]).reshape(t.shape)

def normal(*shape):
    return rounded(torch.randn(shape, generator=g) * 1.5)

cases = []
def record(name, inputs, loss, **options):
    """loss(reduction) -> tensor; `inputs` are the tensors to differentiate by."""
    for x in inputs.values():
        x.requires_grad_()
    losses = loss("none")
    weights = normal(*losses.shape)
    gradients = torch.autograd.grad((losses * weights).sum(), list(inputs.values()))
    cases.append({
        "name": name, "options": options, "inputs": {k: flat(x) for k, x in inputs.items()},
        "losses": flat(losses), "mean": loss("mean").item(), "weights": flat(weights),
        "gradients": {k: flat(x) for k, x in zip(inputs, gradients)},
    })

def ctc(T, C, targets, lengths, blank=0):
    logits = normal(T, len(targets), C)
    flat_targets = torch.tensor([label for row in targets for label in row], dtype=torch.long)
    counts = torch.tensor([len(row) for row in targets])
    loss = lambda reduction: F.ctc_loss(logits.log_softmax(-1), flat_targets, torch.tensor(lengths), counts, blank=blank,
                                        reduction=reduction, zero_infinity=True)
    record("ctc_loss", {"logits": logits}, loss, targets=targets, lengths=lengths, blank=blank)

ctc(4, 3, [[1, 2]], [4])
ctc(7, 5, [[1, 2, 3], [4, 4], [], [2]], [7, 5, 3, 1])
ctc(9, 4, [[0, 0, 0, 1], [1, 2, 1]], [9, 6], blank=3)
ctc(6, 4, [[1, 1, 1, 1], [2, 3, 2], [1, 1], [3]], [6, 3, 2, 6])
ctc(40, 6, [[1, 2, 3, 4, 5, 5, 4, 3, 2, 1], [3, 1, 4, 1, 5]], [40, 33])

def cross_entropy(shape, C, **kw):
    logits, targets = normal(*shape, C), torch.randint(0, C, shape, generator=g)
    weight = rounded(torch.rand(C, generator=g) + 0.2) if kw.pop("weighted", False) else None
    loss = lambda reduction: F.cross_entropy(logits.reshape(-1, C), targets.reshape(-1), weight=weight, reduction=reduction,
                                             **kw).reshape(shape if reduction == "none" else [])
    record("cross_entropy", {"logits": logits}, loss, targets=flat(targets), **kw,
           **({} if weight is None else {"weight": weight.tolist()}))

cross_entropy((6,), 4)
cross_entropy((3, 4), 5, weighted=True)
cross_entropy((3, 4), 3, weighted=True, label_smoothing=0.15)
cross_entropy((2, 5), 3, weighted=True, label_smoothing=0.3, ignore_index=1)

def gaussian(shape, **kw):
    mean, target = normal(*shape), normal(*shape)
    variance = rounded(torch.rand(shape, generator=g))
    loss = lambda reduction: F.gaussian_nll_loss(mean, target, variance, reduction=reduction, **kw)
    record("gaussian_nll_loss", {"mean": mean, "variance": variance, "target": target}, loss, **kw)

gaussian((2, 3))
gaussian((4,), full=True)
gaussian((3, 2), eps=0.5)
json.dump({"source": f"PyTorch {torch.__version__}, float64, seed {seed}", "cases": cases}, open(out, "w"))
print(len(cases), "cases")
