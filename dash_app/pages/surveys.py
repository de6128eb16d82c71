"""Surveys: who answered, who is missing, what they said, and what may be said of it."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dash_app.components import fields, shell
from dash_app.components.attributes import aria
from dash_app.components.surveys import facts, heard, needed, said
from dash_app.queries import choices, source, survey_choices, surveys
from dash_app.queries.survey_choices import Asked
from geosafety.publish.survey_words import ages_caution, heard_sentence

dash.register_page(
    __name__,
    path="/surveys",
    name="Surveys",
    title="Surveys: geosafety",
    order=60,
    in_menu=True,
)

CONTENTS = {
    "who": "Who answered",
    "needed": "More answers needed",
    "even": "How evenly",
    "first": "Chosen most",
    "visited": "Home and visited",
    "groups": "Groups compared",
    "answers": "Answers",
    "weighting": "Weighting",
    "surveys": "All surveys",
}

_BLOCK = """[[survey]]
survey = "consultation_2024"
files = ["answers.csv"]
kind = "observed"
"""


def layout(**asked: str) -> html.Div:
    """Build the page for the survey in the URL (`?s=&a=&by=&i=&g=`)."""
    if error := choices.problem():
        return shell.page("/surveys", *shell.stopped(error))
    chosen = survey_choices.resolve(**asked)
    content = _none() if chosen is None else _content(chosen)
    synthetic = bool(source.manifest().get("synthetic"))
    return shell.page("/surveys", *content, synthetic=synthetic)


def _none() -> list[Any]:
    return [
        html.H1("Surveys"),
        html.P("These results hold no survey of people.", className="sentence"),
        html.P(
            "Who answered, who is missing and what people said are worked out from a "
            "file with a row for each person. The results keep no such row, and hide "
            "figures of fewer than ten people."
        ),
        html.P(
            "To add one, put its CSV file beside the project file, write these lines "
            "in the project file and build again:"
        ),
        html.Pre(_BLOCK),
        html.P("The questionnaires that are known by name:"),
        html.Ul(
            [
                html.Li([html.Code(name), f" {title}"])
                for name, title in surveys.questionnaires().items()
            ],
            className="prose",
        ),
    ]


def _content(asked: Asked) -> list[Any]:
    known = surveys.facts()
    one = next(fact for fact in known if fact.name == asked.survey)
    where = "the force area" if asked.geography == "force" else asked.area_name
    people = surveys.representation(asked)
    groups = [row for row in people if not heard.is_area(str(row["dimension"]))]
    sentence = heard_sentence(groups, [str(row["name"]) for row in groups], where)
    return [
        shell.notices(asked.notes),
        facts.heading(one, sentence, ages_caution(groups), where),
        _choices(asked),
        _contents(),
        *heard.representation(people, where),
        *needed.needed(surveys.responses_needed(asked), where),
        needed.by_area(surveys.needed_by_area(asked), _group(asked)),
        *needed.evenness(surveys.evenness(asked), surveys.response_rates(asked)),
        *said.priorities(surveys.priorities(asked), where),
        *_compared(asked, where),
        *_answers(asked, where),
        *facts.weighted(one, surveys.margins(asked)),
        *facts.all_surveys(known),
    ]


def _compared(asked: Asked, where: str) -> list[Any]:
    visited = surveys.comparisons(asked, "home and visited")
    wanted = {"by": asked.by, "indicator": asked.indicator}
    rows = surveys.comparisons(asked, "groups", **wanted)
    name = asked.indicators.get(asked.indicator, asked.indicator)
    return [
        *said.home_and_visited(visited, where),
        *said.groups(rows, _group(asked), name, where),
        *said.waves(surveys.comparisons(asked, "waves")),
    ]


def _answers(asked: Asked, where: str) -> list[Any]:
    name = asked.indicators.get(asked.indicator, "")
    layer = asked.layers.get(asked.layer, "")
    return [
        html.H2("Answers, not weighted beside weighted", id="answers"),
        *said.estimates(
            f"By {_group(asked).lower()}",
            name,
            surveys.by_group(asked),
            where,
            first="Group",
        ),
        *said.estimates(layer, name, surveys.by_area(asked), layer, first="Area"),
    ]


def _group(asked: Asked) -> str:
    return asked.dimensions.get(asked.by, asked.by)


def _choices(asked: Asked) -> html.Form:
    return fields.form(
        "/surveys",
        fields.select("Survey", "s", asked.surveys, asked.survey),
        fields.select("Answers of", "a", asked.areas, asked.area),
        fields.select("Figure", "i", asked.indicators, asked.indicator),
        fields.select("Group people by", "by", asked.dimensions, asked.by),
        fields.select("List areas by", "g", asked.layers, asked.layer),
    )


def _contents() -> html.Nav:
    links = [html.A(text, href=f"#{name}") for name, text in CONTENTS.items()]
    return html.Nav(links, className="links contents", **aria(label="On this page"))
