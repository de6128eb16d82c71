"""Build a folder of finished results from a project file; check a project without."""

from __future__ import annotations

import gzip
import hashlib
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from geosafety import __version__, results
from geosafety.geography.atlas import Atlas
from geosafety.geography.web import for_the_web
from geosafety.measures.harm import Weights, weights_notes
from geosafety.pipeline.alike import write_alike
from geosafety.pipeline.disclosure.guard import Guarded, guard
from geosafety.pipeline.events import categories_of, event_tables, find_coverage
from geosafety.pipeline.export import latest_period
from geosafety.pipeline.gazetteer import write_gazetteer
from geosafety.pipeline.impact.deprivation import deprivation_tables
from geosafety.pipeline.impact.stop_outcomes import stop_outcome_tables
from geosafety.pipeline.inputs import Placed, Progress, place_inputs, read_inputs
from geosafety.pipeline.judging import judged
from geosafety.pipeline.legitimacy.score import (
    find_parts,
    legitimacy_notes,
    legitimacy_tables,
)
from geosafety.pipeline.patterns.near_repeats import near_repeat_tables
from geosafety.pipeline.patterns.tables import TABLES, pattern_tables
from geosafety.pipeline.patterns.together import (
    PAIRS,
    bivariate,
    local_bivariate,
    similarity,
)
from geosafety.pipeline.series import series_entries, series_tables
from geosafety.pipeline.stocks import find_denominators, population_tables, stock_tables
from geosafety.pipeline.surfaces.files import write_surfaces
from geosafety.pipeline.survey.response_rates import (
    invited_notes,
    read_all_invited,
    response_rate_tables,
)
from geosafety.pipeline.survey.values import survey_tables
from geosafety.pipeline.survey.writing import write_surveys
from geosafety.pipeline.venues import venue_table
from geosafety.project import Project, read_project
from geosafety.readers.boundaries import read_atlas
from geosafety.readers.harm import read_harm
from geosafety.readers.margins import read_margins
from geosafety.readers.rejects import write_rejects
from geosafety.settings import Dataset, geographies

LIBRARIES = ("geopandas", "numpy", "pandas", "pyarrow", "pyproj", "scipy", "shapely")


def build(project_file: Path, out: Path, *, progress: Progress) -> dict[str, Any]:
    """Build the results of a project.

    Parameters
    ----------
    project_file
        `geosafety.toml`.
    out
        The results folder; replaced as a whole when all went well. Rejected rows go to
        a folder beside it, `OUT-rejects`, because they may hold personal data.
    progress
        Called with a sentence per step.

    Returns
    -------
    dict
        The manifest.
    """
    start = time.perf_counter()
    project = read_project(project_file)
    progress("reading boundaries")
    atlas, notes = read_atlas(project)
    inputs, ledger = place_inputs(
        read_inputs(project, atlas, progress), atlas, progress
    )
    harm = _harm_weights(project, inputs, notes)
    margins = read_margins(project, progress)
    invited = read_all_invited(project)
    parts = find_parts(project.legitimacy, series_entries(inputs, "area_values"))
    notes += invited_notes(invited) + legitimacy_notes(parts)
    guarded = guard(project, inputs, atlas, progress)
    notes += guarded.notes()
    with results.write_results(out) as folder:
        progress("measuring")
        coverage = _write_values(
            folder, project, (inputs, guarded), atlas, progress, harm
        )
        _write_patterns(folder, project, inputs, atlas, progress, harm)
        people = find_denominators(_of(inputs, "population"), atlas)
        notes += write_surveys(
            folder,
            project.policy["survey"],
            guarded.surveys,
            margins.table,
            atlas,
            people,
            seed=project.seed or 0,
            progress=progress,
        )
        notes += write_surfaces(
            folder, inputs, atlas, people, policy=project.policy, progress=progress
        )
        progress("writing boundaries")
        _write_geography(folder, atlas)
        write_gazetteer(folder, atlas)
        write_alike(folder, atlas)
        results.write_table(folder, "venues", [venue_table(inputs)])
        survey = project.policy["survey"]
        rates = response_rate_tables(survey, invited, inputs, guarded.surveys)
        results.write_table(folder, "disclosure", [guarded.record])
        results.write_table(folder, "response_rates", list(rates))
        scores = legitimacy_tables(folder, parts, seed=project.seed or 0)
        results.write_table(folder, "legitimacy", list(scores))
        ledger.to_parquet(folder / "ledger.parquet")
        coverage.to_parquet(folder / "coverage.parquet")
        manifest = _manifest(project, atlas, inputs, ledger, notes)
        manifest["seconds"] = round(time.perf_counter() - start, 1)
        results.write_manifest(folder, manifest)
    write_rejects(out, [placed.data for placed in inputs])
    return manifest


def check(
    project_file: Path, *, progress: Progress
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Read and place everything a project names, and write nothing.

    Returns
    -------
    dict, DataFrame
        What the manifest would say, and the ledger.
    """
    project = read_project(project_file)
    progress("reading boundaries")
    atlas, notes = read_atlas(project)
    inputs, ledger = place_inputs(
        read_inputs(project, atlas, progress), atlas, progress
    )
    _harm_weights(project, inputs, notes)
    read_margins(project, progress)
    parts = find_parts(project.legitimacy, series_entries(inputs, "area_values"))
    notes += invited_notes(read_all_invited(project)) + legitimacy_notes(parts)
    return _manifest(project, atlas, inputs, ledger, notes), ledger


def _of(inputs: list[Placed], dataset: str) -> list[Placed]:
    return [placed for placed in inputs if placed.data.dataset == dataset]


def _harm_weights(
    project: Project, inputs: list[Placed], notes: list[str]
) -> Weights | None:
    """Read the harm weights, if the project has any, and note whose they are."""
    categories = categories_of(_of(inputs, "crime"))
    harm = read_harm(project, categories)
    notes += weights_notes(harm, categories)
    return harm


def _write_values(
    folder: Path,
    project: Project,
    read: tuple[list[Placed], Guarded],
    atlas: Atlas,
    progress: Progress,
    harm: Weights | None,
) -> pd.DataFrame:
    """Measure every dataset and append its tables; return what the sources cover."""
    policy, (inputs, guarded) = project.policy, read
    by_dataset = {
        name: [placed for placed in inputs if placed.data.dataset == name]
        for name in policy
    }
    people = find_denominators(by_dataset["population"], atlas)
    coverage = [pd.DataFrame(columns=["dataset", "local_authority", "period"])]
    with results.ValueWriter(folder / "values.parquet") as writer:
        for name, dataset in policy.items():
            progress(f"measuring {dataset.label.lower()}")
            mine, denominators = (by_dataset[name], guarded), (people, harm)
            for table in judged(_tables(dataset, mine, atlas, denominators)):
                writer.append(table)
            found = None
            if dataset.counts == "events":
                found = find_coverage(dataset, by_dataset[name], atlas)
            if found is not None and len(found.table):
                coverage.append(found.table)
    return pd.concat(coverage, ignore_index=True)


def _write_patterns(
    folder: Path,
    project: Project,
    inputs: list[Placed],
    atlas: Atlas,
    progress: Progress,
    harm: Weights | None,
) -> None:
    """Test the datasets that are counted on small areas for clusters and change."""
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    people = find_denominators(_of(inputs, "population"), atlas)
    for dataset in project.policy.values():
        mine = _of(inputs, dataset.name)
        coverage = find_coverage(dataset, mine, atlas) if dataset.small_area else None
        if coverage is None:
            continue
        made = pattern_tables(
            dataset,
            mine,
            atlas,
            people,
            coverage,
            seed=project.seed or 0,
            progress=progress,
            harm=harm,
        )
        for name, table in made.items():
            found[name].append(table)
    seed = project.seed or 0
    latest = _latest(folder)
    found["autocorrelation"] += bivariate(latest, atlas, seed=seed)
    found["clusters"] += local_bivariate(latest, atlas, seed=seed)
    crime, stops = _of(inputs, "crime"), _of(inputs, "stop_search")
    if crime and stops:
        found["concentration"].append(similarity(crime, stops, atlas, seed=seed))
    progress("looking for near repeats")
    near = near_repeat_tables(project.policy, inputs, seed=seed)
    for name, tables in {**found, "near_repeat": list(near)}.items():
        results.write_table(folder, name, tables)


def _latest(folder: Path) -> dict[tuple[str, str], pd.DataFrame]:
    """By indicator and geography, the latest values of what may go together."""
    names = list(dict.fromkeys(name for pair in PAIRS for name in pair))
    layers = [g.name for g in geographies().values() if g.local_statistics]
    values = results.read_unfinished(
        folder, indicator=names, geography=layers, group=["all"]
    )
    keys = [values["indicator"].astype(str), values["geography"].astype(str)]
    return {
        (str(name), str(layer)): table[table["period"] == latest_period(table)]
        for (name, layer), table in values.groupby(keys)
    }


def _tables(
    dataset: Dataset,
    read: tuple[list[Placed], Guarded],
    atlas: Atlas,
    beside: tuple[Any, Weights | None],
) -> Any:
    """Choose the step for a dataset."""
    (inputs, guarded), (people, harm) = read, beside
    hidden = guarded.numbers.get(dataset.name)
    if dataset.name == "survey":
        return survey_tables(dataset, guarded.surveys, atlas)
    if dataset.name in ("series", "area_values"):
        return series_tables(dataset, inputs, atlas)
    if dataset.name == "population":
        return population_tables(dataset, people, atlas)
    if dataset.name == "deprivation":
        return deprivation_tables(dataset, inputs, atlas, people)
    if dataset.name == "stop_search":
        made = event_tables(dataset, inputs, atlas, people, harm, hidden)
        return chain(made, stop_outcome_tables(dataset, inputs, atlas, hidden))
    if dataset.counts == "events":
        return event_tables(dataset, inputs, atlas, people, harm)
    return stock_tables(dataset, inputs, atlas, people, hidden)


def _write_geography(folder: Path, atlas: Atlas) -> None:
    """Write the list of areas, and each layer for analysis and for the page."""
    lists = []
    for name, layer in atlas.layers.items():
        areas = layer.areas
        slim = areas[["area_name", "geometry"]].reset_index()
        slim.to_parquet(folder / "geometry" / f"{name}.parquet", compression="zstd")
        text = for_the_web(areas)
        # A fixed time in the header keeps the bytes, and so the cache key, the same.
        packed = gzip.compress(text.encode("utf-8"), mtime=0)
        (folder / "geometry" / f"{name}.geojson.gz").write_bytes(packed)
        listed = areas[["area_name"]].reset_index().assign(geography=name)
        lists.append(listed.assign(approximate=layer.approximate, note=layer.note))
    columns = ["geography", "area_code", "area_name", "approximate", "note"]
    whole = pd.concat(lists, ignore_index=True)[columns]
    whole.to_parquet(folder / "areas.parquet")


def _manifest(
    project: Project,
    atlas: Atlas,
    inputs: list[Placed],
    ledger: pd.DataFrame,
    notes: list[str],
) -> dict[str, Any]:
    """Say what went in, so that every number can be traced."""
    said = [*notes, *(note for placed in inputs for note in placed.data.notes)]
    return {
        "title": project.title,
        "synthetic": project.synthetic,
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "seed": project.seed,
        "project_sha256": hashlib.sha256(project.path.read_bytes()).hexdigest(),
        "catalogue_sha256": _catalogue_hash(),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "notes": said,
        "inputs": [_input_entry(placed, ledger) for placed in inputs],
        "series": series_entries(inputs, "series"),
        "area_values": series_entries(inputs, "area_values"),
        "layers": {
            name: {
                "label": geographies()[name].label,
                "areas": len(layer.areas),
                "vintage": layer.vintage,
                "approximate": layer.approximate,
                "note": layer.note,
            }
            for name, layer in atlas.layers.items()
        },
    }


def _input_entry(placed: Placed, ledger: pd.DataFrame) -> dict[str, Any]:
    data = placed.data
    lines = ledger[(ledger["input"] == data.name) & (ledger["geography"] == "force")]
    rows = lines.groupby("outcome")["rows"].sum()
    return {
        "name": data.name,
        "dataset": data.dataset,
        "kind": data.kind,
        "source": data.source,
        "vintage": data.vintage,
        "rows": data.rows_in,
        **{k: int(rows.get(k, 0)) for k in ("placed", "unplaced", "rejected")},
        "counted": float(data.rows["n"].sum()),
        "files": [
            {"name": f.name, "sha256": f.sha256, "rows": f.rows} for f in data.files
        ],
    }


def _catalogue_hash() -> str:
    """Hash every file of the catalogue, in order."""
    digest = hashlib.sha256()

    def add(folder: Traversable) -> None:
        for item in sorted(folder.iterdir(), key=lambda f: f.name):
            if item.is_dir():
                add(item)
            elif item.name.endswith((".toml", ".csv")):
                digest.update(item.name.encode() + item.read_bytes())

    add(files("geosafety").joinpath("catalog"))
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
