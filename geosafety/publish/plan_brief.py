"""Why each venue of a plan was chosen, in plain words, and as one page to print."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from geosafety.publish.classes import number
from geosafety.publish.words import group_text

Row = Mapping[str, Any]
EVERYONE = "people aged 16 and over"


@dataclass(frozen=True, kw_only=True)
class About:
    """What holds for a whole plan.

    Attributes
    ----------
    unit
        What is counted, in the plural: "members short of the Force rate".
    walk
        Such as "1,500 m in a straight line".
    objective
        What the plan was made for, as a sentence.
    proof
        How sure it is that no better plan exists, as a sentence.
    runs
        How many times the plan was made anew with other assumptions.
    notes
        What has to be known before the numbers are used.
    """

    title: str
    unit: str
    walk: str
    objective: str
    proof: str
    runs: int
    notes: Sequence[str]


def reason(pick: Row, about: About) -> str:
    """Say in plain words why a venue was chosen.

    Parameters
    ----------
    pick
        `name, people, people_new, reached, adds, lost, lost_replaced, replaced_by,
        responses, kept, word`; a number that is not known is missing.
    """
    said = [
        f"{_n(pick['people'])} {EVERYONE} live within {about.walk}{_of_them(pick)}.",
        _adds(pick, about.unit),
        _loss(pick, about.unit),
    ]
    if math.isfinite(pick["responses"]):
        said.append(f"At most {_n(pick['responses'])} responses can be expected.")
    if about.runs:
        kept = round(pick["kept"] * about.runs)
        how = "a robust choice" if pick["word"] == "robust" else "it depends on them"
        said.append(
            f"Kept in {kept} of {about.runs} runs with other assumptions: {how}."
        )
    return " ".join(text for text in said if text)


def _adds(pick: Row, unit: str) -> str:
    if unit == EVERYONE and abs(pick["adds"] - pick["people_new"]) < 1:
        return ""  # said already
    return (
        f"Within that reach are {_n(pick['reached'])} {unit}; this visit adds "
        f"{_n(pick['adds'])} that no booked event and no visit above it on the list "
        "covers."
    )


def _of_them(pick: Row) -> str:
    if not math.isfinite(pick["people_new"]):
        return ""
    if pick["people_new"] >= pick["people"]:
        return ", none of them within reach of a booked event or a visit above it"
    rest = "newly within reach"
    return f", {_n(pick['people_new'])} of them {rest}"


def _loss(pick: Row, unit: str) -> str:
    lost = f"Without it {_n(pick['lost'])} {unit} would not be covered"
    instead = pick["lost_replaced"]
    if not math.isfinite(instead):
        return f"{lost}, and what was asked of the plan could not be kept."
    if not pick["replaced_by"]:
        return f"{lost}, and no other venue would win any of them back."
    if instead < 0.5:
        return f"{lost}, but {pick['replaced_by']} would do as well."
    return (
        f"{lost}; with the best other venue in its place, {pick['replaced_by']}, the "
        f"plan would still cover {_n(instead)} fewer."
    )


def _n(value: float) -> str:
    return number(value, 0) if abs(value) >= 10 or value == 0 else number(value, 1)


def brief_html(pick: Row, groups: Sequence[Row], about: About) -> str:
    """Write the page of one venue: where, when, whom, and why. Fetches nothing.

    Parameters
    ----------
    pick
        As `reason` takes it, with `rank, also, venue_kind, postcode, zone_name, day,
        capacity, accessible`.
    groups
        `group, reached, closed` of this venue.
    """
    title = f"{pick['rank']}. {pick['name']}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(about.title)}</p>",
        f"<h2>Where and when</h2>{_facts(pick)}",
        f"<h2>Why here</h2><p>{escape(reason(pick, about))}</p>",
        _groups(groups, about.unit),
        f"<h2>Before you rely on it</h2><p>{escape(about.objective)}</p>",
        f"<p>{escape(about.proof)}</p>",
        "<ul>" + "".join(f"<li>{escape(note)}</li>" for note in about.notes) + "</ul>",
    ]
    return page(title, "".join(body))


def page(title: str, body: str) -> str:
    """Wrap trusted HTML as a page of its own."""
    style = files("geosafety").joinpath("publish", "map_page.css").read_text("utf-8")
    own = "@media print { h1 { font-size: 18px } } main { max-width: 760px }"
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}{own}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _facts(pick: Row) -> str:
    """List what is known of the venue; what is not known is said to be so."""
    accessible = {True: "yes", False: "no"}.get(pick["accessible"], "not known")
    capacity = pick["capacity"]
    facts = {
        "Kind": pick["venue_kind"],
        "Also here": pick["also"],
        "Postcode": pick["postcode"],
        "Area": pick["zone_name"],
        "Proposed day": pick["day"] or "none left while it is open",
        "Holds": f"{_n(capacity)} people" if math.isfinite(capacity) else "not known",
        "Accessible": accessible,
    }
    rows = (
        f'<tr><th scope="row">{name}</th><td>{escape(str(said))}</td></tr>'
        for name, said in facts.items()
        if said
    )
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _groups(groups: Sequence[Row], unit: str) -> str:
    if len(groups) < 2:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(group_text(str(row["group"])))}</th>'
        f'<td class="number">{_n(row["reached"])}</td>'
        f'<td class="number">{_n(row["closed"])}</td></tr>'
        for row in groups
    )
    heads = ("Group", f"{unit} within reach", "Covered by the plan there")
    cells = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    table = f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<h2>Whom</h2>{table}"
