"""A million respondents, 40 questions, seven demographics: how long, how much memory.

Run `python benchmarks/million.py [RESPONDENTS]`. It writes a synthetic survey, its
questionnaire and a project into a temporary folder, builds it with `geosafety build` as
a user would, and prints the seconds of every step and the peak of memory.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety.settings import boundaries_folder

QUESTIONS = 40
SCALE = [
    "Very safe",
    "Fairly safe",
    "Neither",
    "Fairly unsafe",
    "Very unsafe",
    "Don't know",
]
DEMOGRAPHICS = {
    "age": ["16-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+"],
    "sex": ["Female", "Male"],
    "ethnicity": ["White", "Asian", "Black", "Mixed", "Other"],
    "religion": ["None", "Christian", "Muslim", "Sikh", "Hindu", "Other"],
    "disability": ["Yes", "No"],
    "sexuality": ["Straight", "Gay or lesbian", "Bisexual", "Other"],
    "gender": ["Same as at birth", "Other"],
}
PROJECT = """
title = "A million respondents, synthetic"
synthetic = true
seed = 1

[policy.survey]
by_geographies = ["force", "local_authority", "npu", "impact_area", "ward"]

[[margins]]
dimension = "age"
reference = "made up"
files = ["margins.csv"]
columns = { force = "force", category = "group", population = "n" }
categories = { %s }

[[survey]]
files = ["answers.csv"]
survey = "questionnaire.toml"
kind = "synthetic"
source = "Synthetic"
"""


def questionnaire() -> str:
    """Write the questionnaire: 40 questions and every demographic."""
    head = 'name = "million"\ntitle = "Made up"\nsource = "Synthetic"\n'
    head += 'fieldwork = ["2024-01"]\nmode = "none"\nlanguages = "English"\n'
    head += 'responses = 0\n[[places]]\nrole = "home"\nkind = "postcode"\n'
    head += 'column = "Postcode"\n'
    blocks = [_question(f"q{i}", SCALE, demographic=False) for i in range(QUESTIONS)]
    blocks += [_question(m, o, demographic=True) for m, o in DEMOGRAPHICS.items()]
    return head + "".join(blocks)


def _question(name: str, options: list[str], *, demographic: bool) -> str:
    return (
        f'[[questions]]\nid = "{name}"\ncolumn = "{name}"\nmeasure = "{name}"\n'
        f"options = {options}\ndemographic = {str(demographic).lower()}\n"
    )


def write_answers(path: Path, respondents: int) -> None:
    """Draw answers at random from real postcodes, in parts that fit in memory."""
    rng = np.random.default_rng(1)
    postcodes = pd.read_parquet(boundaries_folder() / "postcodes.parquet")
    known = postcodes["postcode"].to_numpy()
    for start in range(0, respondents, 100_000):
        n = min(100_000, respondents - start)
        table = {"Postcode": rng.choice(known, n)}
        for i in range(QUESTIONS):
            table[f"q{i}"] = rng.choice(SCALE, n)
        for name, options in DEMOGRAPHICS.items():
            table[name] = rng.choice(options, n)
        frame = pd.DataFrame(table)
        frame.to_csv(path, mode="a", header=start == 0, index=False)


def write_margins(path: Path) -> str:
    """Write margins of age that differ from the sample; return the project file."""
    groups = DEMOGRAPHICS["age"]
    lines = [f"E23000014,{g},{100 + 20 * i}" for i, g in enumerate(groups)]
    path.write_text("\n".join(["force,group,n", *lines]) + "\n")
    return PROJECT % ", ".join(f'"{g}" = "{g}"' for g in groups)


def main() -> None:
    """Write, build, and say what it took."""
    respondents = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "questionnaire.toml").write_text(questionnaire())
        project = write_margins(folder / "margins.csv")
        (folder / "geosafety.toml").write_text(project)
        sys.stdout.write(f"writing {respondents:,} respondents" + "\n")
        write_answers(folder / "answers.csv", respondents)
        size = (folder / "answers.csv").stat().st_size / 1e6
        sys.stdout.write(f"{respondents:,} respondents, {size:,.0f} MB of CSV" + "\n")
        start = time.perf_counter()
        command = [sys.executable, "-m", "geosafety.cli", "build", "--verbose"]
        command += [str(folder / "geosafety.toml"), "--out", str(folder / "results")]
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        sys.stdout.write(f"{seconds:.1f} s, peak {peak:,.0f} MiB" + "\n")


if __name__ == "__main__":
    main()
