"""Results in which every text that is free to be anything runs as script, if it can."""

import gzip
import json

import pandas as pd

from geosafety import results
from geosafety.settings import FORCE_CODE
from tests.fixtures_results import write_fixture_results

SCRIPT = "\"'><img src=x onerror=hurt()><script>hurt()</script></td></option>"
# Words of geosafety's own, which a page looks up before it shows them.
OWN = {
    "geography", "indicator", "period", "compared_with", "status", "kind", "statistic",
    "label", "class", "trend", "last_month", "verdict", "stability_word", "outcome",
    "local_authority", "dataset",
}  # fmt: skip
SAME = {"", "all", FORCE_CODE}


def hostile(text):
    return text if text in SAME or text.endswith(SCRIPT) else text + SCRIPT


def write_hostile_results(folder):
    """Write the results of the tests, and put the script behind every free text."""
    write_fixture_results(folder)
    for file in folder.glob("*.parquet"):
        table = pd.read_parquet(file)
        for column in table.columns.difference(list(OWN)):
            if not pd.api.types.is_numeric_dtype(table[column]):
                table[column] = table[column].astype(str).map(hostile)
        if file.stem == "values":
            with results.ValueWriter(file) as writer:
                writer.append(table)
        else:
            table.to_parquet(file, row_group_size=50)
    for file in (folder / "geometry").glob("*.geojson.gz"):
        layer = json.loads(gzip.decompress(file.read_bytes()))
        for feature in layer["features"]:
            texts = feature["properties"]
            texts |= {k: hostile(v) for k, v in texts.items() if k in ("code", "name")}
        file.write_bytes(gzip.compress(json.dumps(layer).encode()))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(_in(manifest)), "utf-8")
    return folder


def _in(value, key=""):
    if isinstance(value, dict):
        return {name: _in(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_in(part) for part in value]
    return hostile(value) if isinstance(value, str) and key not in OWN else value
