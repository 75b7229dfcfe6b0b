"""Answers the quantum bench: a line of JSON asks for reads of a dwave-samplers solver on a model file, a line of JSON answers."""
import json
import resource
import sys
import time

import dimod
from dwave.samplers import SimulatedAnnealingSampler, TabuSampler

models = {}


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def model(path):
    if path not in models:
        models.clear()
        with open(path, "rb") as file:
            models[path] = dimod.BinaryQuadraticModel.from_file(file.read())
    return models[path]


def run(ask):
    bqm = model(ask["file"])
    sampler = TabuSampler() if ask["solver"] == "tabu" else SimulatedAnnealingSampler()
    options = ask.get("options", {})
    energies = []
    wall, spent, seed = time.monotonic(), cpu(), ask["seed"]
    # The more reads a call, the less its set-up weighs: as many as fill a quarter of the time.
    reads = 1
    while True:
        began = cpu()
        found = sampler.sample(bqm, num_reads=reads, seed=seed, **options)
        energies += [float(e) for row, n in zip(found.record.energy, found.record.num_occurrences) for e in [row] * int(n)]
        seed += 1
        each = (cpu() - began) / reads
        if cpu() - spent >= ask["seconds"] and len(energies) >= ask.get("least", 1):
            break
        reads = max(1, min(1000, int(ask["seconds"] / 4 / max(each, 1e-6))))
    return {"energies": energies, "cpu": cpu() - spent, "wall": time.monotonic() - wall}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
