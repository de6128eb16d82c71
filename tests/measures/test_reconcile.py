"""What does not add up in print: the papers of the catalogue, and one's own file."""

import csv
import random
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.errors import InputError, MethodError
from geosafety.measures.reconcile import Check, Ratio, Sum, half_up, judge
from geosafety.pipeline.papers.printed import read_catalogue
from geosafety.pipeline.papers.reconcile import reconcile_papers
from geosafety.publish.rounding import rounded

# What is known not to add up, typed in apart from the catalogue: paragraph, printed
# number, recomputed number. Confidence and Satisfaction Report, West Midlands Police,
# 28 June 2022; Public Consultation Findings Report, West Midlands Police and Crime
# Commissioner, March 2025; Police and Crime Plan 2021-2025, 8 October 2021.
EXPECTED = {
    "does not add up": [
        ("Paragraph 28", 9578, 9491),
        ("Paragraph 28", 69, 100 * 6518 / 9578),
        ("Paragraph 83", 100, 95.1),
        ("Appendix, Consultation Results Analysis", 4622, 4386),
    ],
    "only within rounding": [
        ("Paragraph 33", 100, 101),
        ("Question 5", 100, 100.1),
        ("Question 11", 100, 100.1),
        ("Demographics", 100, 100.1),  # gender identity
        ("Demographics", 100, 100.1),  # disability
        ("Demographics", 100, 99.9),  # ethnicity
        ("Demographics", 100, 99.9),  # sexuality
    ],
    "list incomplete in print": [
        ("Question 8", 100, 99.6),
        ("Question 2", 100, 88.9),
        ("Demographics", 100, 97.7),  # religion
        ("Demographics", 100, 76.4),  # age
    ],
    "derived trap": [("Figure 2, row WMP", 4.5, 1000 * 10276 / 2310560)],
}
# Found beside those, with their arithmetic.
FOUND = {
    "derived trap": [
        # 15,155 - 13,167 = 1,988 of 260,121 residents; 58.3 - 50.6 = 7.7.
        ("Figure 2, row DY", 7.7, 1000 * 1988 / 260121),
        # 12,407 - 11,209 = 1,198 of 174,712 residents; 71.0 - 64.2 = 6.8.
        ("Figure 2, row SH", 6.8, 1000 * 1198 / 174712),
        # Points of the Force total: 10.3 - 10.1, 8.0 - 8.3, 9.0 - 9.2.
        ("Figure 2, row SH", 0.2, 100 * (12407 / 121028 - 11209 / 110752)),
        ("Figure 2, row WS", -0.3, 100 * (9676 / 121028 - 9243 / 110752)),
        ("Figure 2, row WV", -0.2, 100 * (10944 / 121028 - 10134 / 110752)),
    ],
    "list incomplete in print": [
        ("Appendix, Phase 3, Demographics", 100, 90),  # female; "less than 1 %" more
        ("Appendix, Phase 3, Demographics", 100, 86 + 13),  # and "less than 1 %"
        ("Appendix, Phase 3, Demographics", 100, 82 + 16),
        ("Appendix, Phase 4, Demographics", 100, 46 + 48 + 3 + 1),
        ("Appendix, Phase 4, Demographics", 100, 14 + 68),
        ("Appendix, Phase 4, Demographics", 100, 72 + 7 + 5),
    ],
}


@pytest.fixture(scope="module")
def papers():
    return reconcile_papers()


@pytest.mark.parametrize("verdict", list(EXPECTED))
def test_the_papers_show_what_is_known_not_to_add_up_and_nothing_else(papers, verdict):
    _, table = papers
    shown = table[table["class"] == verdict].sort_values(["where", "recomputed"])
    wanted = sorted(
        [*EXPECTED[verdict], *FOUND.get(verdict, [])], key=lambda row: (row[0], row[2])
    )
    assert shown["where"].tolist() == [where for where, _, _ in wanted]
    assert shown["printed"].tolist() == pytest.approx([p for _, p, _ in wanted])
    assert shown["recomputed"].tolist() == pytest.approx([r for *_, r in wanted])


def test_every_check_of_the_papers_is_in_one_of_five_classes(papers):
    words, table = papers
    assert set(table["class"]) == {*EXPECTED, "adds up"}
    assert not table["label"].eq("").any()
    assert not table.duplicated(["source", "label", "where"]).any()
    assert words[0] == (
        "138 checks of printed numbers: does not add up 4, derived trap 6, list "
        "incomplete in print 10, only within rounding 7, adds up 111."
    )


def test_all_54_derived_cells_of_the_sign_up_table_and_its_sums_add_up(papers):
    _, table = papers
    rows = table[table["where"].str.startswith("Figure 2")]
    sums = rows["label"].str.contains("NPUs against Force")
    traps = rows["label"].str.contains("rise from|points from")
    cells = rows[~sums & ~traps]
    assert len(cells) == 54
    assert sums.sum() == 6
    assert traps.sum() == 18
    assert set(rows.loc[~traps, "class"]) == {"adds up"}


def test_the_missing_236_are_roundtables_and_young_people(papers):
    _, table = papers
    phases = table[table["where"] == "Appendix, Phases 1 to 5"]
    assert phases["class"].tolist() == ["adds up"]
    assert 333 + 2006 + 2047 + (17 + 31 + 19 + 19) + 150 == 4622


def test_words_show_the_arithmetic(papers):
    words, table = papers
    said = "\n".join(words)
    assert "6,518 + 1,709 + 1,264 = 9,491, printed 9,578: 87 short." in said
    assert "= 4.447, which rounds to 4.4; the printed 52.4 - 47.9 give 4.5" in said
    assert "= 97.7, not 100: 2.3 is left." in said
    exact = table[table["class"] == "adds up"]["words"]
    assert exact.str.contains("25,393 / 421,833 x 1,000 = 60.197: as printed").any()


def test_every_paper_says_what_it_is_and_under_what_licence():
    for paper in read_catalogue():
        assert paper.title
        assert len(paper.source) > len(paper.title)


def sum_of(parts, total="100", **options):
    parts = tuple(Decimal(str(part)) for part in parts)
    made = Sum(parts=parts, total=Decimal(total), **options)
    return judge(Check(label="x", where="y", source="z", arithmetic=made)).verdict


@pytest.mark.parametrize("k", [2, 3, 4])
def test_within_rounding_is_just_what_rounding_can_do(k):
    """Round every k true shares, in tenths, that sum to 8, and see what comes."""
    total, cut = 8, 10
    reached = set()
    for first in product(range(total * cut + 1), repeat=k - 1) if k < 4 else draws(k):
        last = total * cut - sum(first)
        if last >= 0:
            shares = [Fraction(n, cut) for n in (*first, last)]
            reached.add(sum(int(half_up(share, Decimal(1))) for share in shares))
    for printed in range(total - 4, total + 5):
        parts = [printed - k + 1] + [1] * (k - 1)
        verdict = sum_of(parts, str(total), rounded=True)
        assert (verdict != "does not add up") == (printed in reached), printed


def draws(k):
    """Draw shares at random, and those whose remainders are the worst there are."""
    drawn = random.Random(0)
    yield from ([drawn.randrange(30) for _ in range(k - 1)] for _ in range(1000))
    yield from product([14, 15, 24, 25], repeat=k - 1)


def test_rounding_is_that_of_every_other_table():
    drawn = random.Random(0)
    for _ in range(500):
        number, places = drawn.randrange(-(10**6), 10**6), drawn.randrange(4)
        like = Decimal(1).scaleb(-places)
        exact = Fraction(number, 10**4)
        assert float(half_up(exact, like)) == rounded(number / 10**4, places)


@pytest.mark.parametrize(
    ("parts", "options", "verdict"),
    [
        (["33.3", "33.3", "33.3"], {"rounded": True}, "only within rounding"),
        (["33.3", "33.3", "33.2"], {"rounded": True}, "does not add up"),
        (["33.3", "33.3", "33.3"], {}, "does not add up"),
        (["50", "50"], {"rounded": True}, "adds up"),
        (
            ["60", "20"],
            {"rounded": True, "complete": False},
            "list incomplete in print",
        ),
        (["90", "20"], {"rounded": True, "complete": False}, "does not add up"),
        (
            ["50.2", "49.7"],
            {"rounded": True, "complete": False},
            "list incomplete in print",
        ),
    ],
)
def test_a_sum_is_put_into_its_class(parts, options, verdict):
    assert sum_of(parts, **options) == verdict


@pytest.mark.parametrize(
    ("count", "base", "printed", "verdict"),
    [
        (1, 8, "12.5", "adds up"),
        (1, 8, "13", "adds up"),
        (1, 8, "12", "only within rounding"),  # an exact half, rounded to even
        (2, 3, "66.7", "adds up"),
        (2, 3, "66.6", "does not add up"),  # cut off
    ],
)
def test_a_share_is_put_into_its_class(count, base, printed, verdict):
    made = Ratio(count=Decimal(count), base=Decimal(base), printed=Decimal(printed))
    found = judge(Check(label="x", where="y", source="z", arithmetic=made))
    assert found.verdict == verdict


def test_a_base_of_zero_is_refused():
    made = Ratio(count=Decimal(1), base=Decimal(0), printed=Decimal(1))
    with pytest.raises(MethodError, match="z, y, x: a base is not above 0"):
        judge(Check(label="x", where="y", source="z", arithmetic=made))


OWN = """
title = "Our leaflet"

[[figures]]
indicator = "members"
period = "2024"
value = 200

[[checks]]
kind = "parts"
label = "Ratings"
where = "page 1"
parts = [24.0, 76.1]

[[checks]]
kind = "rate"
label = "Members per 1,000"
where = "page 2"
part = { indicator = "members" }
base = 4000
per = 1000
printed = 51.0

[[checks]]
kind = "change"
label = "More members"
where = "page 3"
before = 150
after = 200
printed = 50

[[checks]]
kind = "difference"
label = "Rise of the rate"
where = "page 4"
earlier = { part = 1444, base = 100000, printed = 1.4 }
later = { part = 2446, base = 100000, printed = 2.4 }
per = 100

[[printed]]
label = "Stalls"
where = "page 5"
value = 12
unit = "stalls"
"""


def run(tmp_path, text, *options):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    command = ["reconcile", str(tmp_path / "own.toml"), *map(str, options)]
    return CliRunner().invoke(main, command)


def test_a_file_of_one_s_own_is_recomputed(tmp_path):
    done = run(tmp_path, OWN, "--out", tmp_path / "checks.csv")
    assert done.exit_code == 0
    rows = list(
        csv.DictReader((tmp_path / "checks.csv").read_text("utf-8").split("\n"))
    )
    assert [row["class"] for row in rows] == [
        "only within rounding",
        "does not add up",
        "adds up",
        "adds up",
    ]
    assert rows[1]["words"] == (
        "200 / 4,000 x 1,000 = 50.000, which rounds to 50.0; printed 51.0."
    )
    assert "1 more numbers stand alone" in done.output
    assert {row["source"] for row in rows} == {"Our leaflet"}


def test_findings_are_no_failure_unless_strict(tmp_path):
    assert run(tmp_path, OWN, "--strict").exit_code == 1
    fine = OWN.replace("51.0", "50.0")
    assert run(tmp_path, fine, "--strict").exit_code == 0
    assert run(tmp_path, OWN, "--quiet").output == ""


def test_digits_are_kept_as_they_are_typed(tmp_path):
    whole = '[[checks]]\nkind = "share"\nlabel = "a"\nwhere = "b"\npart = 2\nbase = 3\n'
    assert run(tmp_path, whole + "printed = 67", "--strict").exit_code == 0
    assert run(tmp_path, whole + "printed = 67.0", "--strict").exit_code == 1


def test_counts_are_not_excused_by_rounding(tmp_path):
    text = '[[checks]]\nkind = "parts"\nlabel = "a"\nwhere = "b"\nparts = [90, 11]\n'
    assert run(tmp_path, text + "total = 100", "--strict").exit_code == 1


@pytest.mark.parametrize(
    ("old", "new", "problem", "hint"),
    [
        ('"parts"', '"part"', "[[checks]] 1 has kind 'part'", 'mean "parts"'),
        ("per = 1000", "pr = 1000", "[[checks]] 2 has an unknown key 'pr'", '"per"'),
        ("per = 1000\n", "", "[[checks]] 2 lacks the key 'per'", "part, base, per"),
        ("base = 4000", "base = 0", "page 2, Members per 1,000: a base", "above 0"),
        ("base = 4000", 'base = "4000"', "2, base is '4000'", "as it is printed"),
        ("base = 4000", "base = nan", "2, base is Decimal('NaN')", "as it is printed"),
        ("base = 4000", "base = []", "2, base is empty", "at least one"),
        ('"members" }', '"member" }', "0 figures are", '"members"'),
        ("[24.0, 76.1]", "[24.0]\ncomplete = false", "gives no reason", "reason ="),
        ("[24.0, 76.1]", "[24.0]\nrounded = 1", "rounded is 1", "true or false"),
        ("earlier = {", "earlier = { parts = 1,", "4, earlier has an unknown", "part"),
        ("printed = 50\n", "printed = 50\nto_nearest = 7\n", "to_nearest is 7", "100"),
        (
            "printed = 50\n",
            "printed = 50\nto_nearest = 20\n",
            "to_nearest is 20",
            "100",
        ),
        ("printed = 50\n", "printed = 50\nto_nearest = 100\n", "printed 50", "100"),
        (
            "[[figures]]",
            '[[figures]]\nindicator = "members"\nvalue = 1\n[[figures]]',
            "2 figures are",
            "Figures have: indicator",
        ),
        ('unit = "stalls"', 'units = "stalls"', "[[printed]] 1 has an unknown", "unit"),
        (
            'title = "Our',
            'titel = "Our',
            "own.toml has an unknown key 'titel'",
            "title",
        ),
        ("value = 200", "value = 2.25\ndecimals = 1", "more decimals", "as it is"),
        (
            "[[figures]]",
            'figures_from = ["wmnow"]\n[[figures]]',
            "'wmnow'",
            "wmnow_2022",
        ),
        ("parts = [", "parts = ", "own.toml is not valid TOML", "reference.md"),
    ],
)
def test_an_error_names_the_block_and_what_to_do(tmp_path, old, new, problem, hint):
    assert old in OWN
    done = run(tmp_path, OWN.replace(old, new))
    assert done.exit_code == 1
    assert problem in done.output
    assert hint in done.output.split("Hint:")[1]


def test_a_group_with_a_star_names_all_that_begin_so(tmp_path):
    one = '[[figures]]\nindicator = "share"\ngroup = "{}"\nvalue = {}\n'
    groups = {"safe=Yes": 60, "safe=No": 40, "safer=Yes": 7, "safe=N": 1}
    text = "".join(one.format(group, value) for group, value in groups.items())
    text += '[[checks]]\nkind = "parts"\nlabel = "a"\nwhere = "b"\n'
    named = 'parts = {{ indicator = "share", group = "{}" }}\ntotal = {}\n'
    for group, total in (("safe=*", 101), ("safe=N*", 41), ("safe=N", 1)):
        done = run(tmp_path, text + named.format(group, total), "--strict")
        assert done.exit_code == 0, done.output


def test_text_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "own.toml").write_bytes('title = "Café"'.encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        reconcile_papers(tmp_path / "own.toml")
