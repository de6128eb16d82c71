"""Golden values of GeoDa (pygeoda) for tests/spatial.

    python scripts/golden/geoda.py tests/spatial/golden

Uses the Columbus data inside libpysal. The p-values are GeoDa's own: one-sided.
"""

from __future__ import annotations

import sys
from pathlib import Path

import libpysal
import pandas as pd
import pygeoda

DRAWS = 99_999


def main(out: Path) -> None:
    """Write `geoda_columbus.csv`."""
    shapes = Path(libpysal.__file__).parent / "examples/columbus/columbus.shp"
    layer = pygeoda.open(str(shapes))
    queen = pygeoda.queen_weights(layer)
    crime, value = layer.GetRealCol("CRIME"), layer.GetRealCol("HOVAL")
    options = {"permutations": DRAWS, "seed": 1, "cpu_threads": 1}
    found = {
        "moran": pygeoda.local_moran(queen, crime, **options),
        "geary": pygeoda.local_geary(queen, crime, **options),
        "gi_star": pygeoda.local_gstar(queen, crime, **options),
        "bivariate": pygeoda.local_bimoran(queen, crime, value, **options),
    }
    table = pd.DataFrame({"id": layer.GetIntegerCol("POLYID")})
    for name, lisa in found.items():
        table[name] = lisa.lisa_values()
        table[f"{name}_p"] = lisa.lisa_pvalues()
    table.to_csv(out / "geoda_columbus.csv", index=False, float_format="%.12g")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
