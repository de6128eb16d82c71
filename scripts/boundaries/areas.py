"""The areas of the force by code: boroughs, neighbourhood policing units, wards."""

from __future__ import annotations

CRS = "EPSG:27700"
FORCE = ("E23000014", "West Midlands Police force area")

# Borough code -> the neighbourhood policing unit (NPU) that equals it. Birmingham is
# not here: it is divided by wards.
BOROUGH_NPU = {
    "E08000026": "CV",
    "E08000027": "DY",
    "E08000028": "SW",
    "E08000029": "SH",
    "E08000030": "WS",
    "E08000031": "WV",
}
BIRMINGHAM = "E08000025"
BOROUGHS = (BIRMINGHAM, *BOROUGH_NPU)

NPU_NAMES = {
    "BE": "Birmingham East",
    "BW": "Birmingham West",
    "CV": "Coventry",
    "DY": "Dudley",
    "SH": "Solihull",
    "SW": "Sandwell",
    "WS": "Walsall",
    "WV": "Wolverhampton",
}

# Inferred from the police.uk neighbourhood ids, not official: no extent of the two
# Birmingham units is published. Every other Birmingham ward is taken as West.
BIRMINGHAM_EAST_WARDS = frozenset(
    {
        "Acocks Green",
        "Alum Rock",
        "Balsall Heath West",
        "Bromford & Hodge Hill",
        "Castle Vale",
        "Erdington",
        "Garretts Green",
        "Glebe Farm & Tile Cross",
        "Gravelly Hill",
        "Hall Green North",
        "Hall Green South",
        "Heartlands",
        "Kingstanding",
        "Moseley",
        "Perry Common",
        "Pype Hayes",
        "Shard End",
        "Sheldon",
        "Small Heath",
        "South Yardley",
        "Sparkbrook & Balsall Heath East",
        "Sparkhill",
        "Stockland Green",
        "Sutton Four Oaks",
        "Sutton Mere Green",
        "Sutton Reddicap",
        "Sutton Roughley",
        "Sutton Trinity",
        "Sutton Vesey",
        "Sutton Walmley & Minworth",
        "Sutton Wylde Green",
        "Tyseley & Hay Mills",
        "Ward End",
        "Yardley East",
        "Yardley West & Stechford",
    }
)


def ward_npu(local_authority: str, ward_name: str) -> str:
    """Give the NPU of a ward from its borough and, in Birmingham, its name."""
    if local_authority != BIRMINGHAM:
        return BOROUGH_NPU[local_authority]
    return "BE" if ward_name in BIRMINGHAM_EAST_WARDS else "BW"
