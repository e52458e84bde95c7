"""One step in its own process: `make FOLDER PODS SEED FAULT`, or `decoding`, `phases`, `whole` FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from midwatch.evals.bench.measure import (
    Decoding,
    Phases,
    Whole,
    measure_decoding,
    measure_phases,
    measure_whole,
)
from midwatch.evals.bench.recording import About, make


def run(step: str, folder: Path, *arguments: str) -> About | Decoding | Phases | Whole:
    """The result of one step, which is printed as JSON."""
    if step == "make":
        pods, seed, fault = arguments
        return make(folder, int(pods), int(seed), fault)
    steps = {"decoding": measure_decoding, "phases": measure_phases, "whole": measure_whole}
    return steps[step](folder)


sys.stdout.buffer.write(msgspec.json.encode(run(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])))
