"""PostGIS, against a real server: nothing lost, no half seen, nothing but reading."""

import json
import threading
from collections import Counter
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
from click.testing import CliRunner
from shapely import box

from geosafety import results
from geosafety.cli import main
from geosafety.errors import InputError
from geosafety.pipeline.export import table_names
from geosafety.publish.postgis.publication import Contents, publish
from geosafety.publish.postgis.tables import KEYS
from geosafety.settings import CRS
from tests.fixtures_results import write_fixture_results
from tests.publish.hostile_names import NAMES
from tests.publish.server import running_server

READER = "geosafety_reader"


@pytest.fixture(scope="module")
def server():
    with running_server() as one:
        one.run("CREATE ROLE publisher LOGIN CREATEROLE")
        one.run("GRANT CREATE ON SCHEMA public TO publisher", "template1")
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_fixture_results(tmp_path_factory.mktemp("postgis") / "results")


@pytest.fixture(scope="module")
def shared(server):
    base = server.base()
    server.run(f"GRANT CREATE ON DATABASE {base} TO publisher")
    return base


@pytest.fixture
def base(server, shared):
    """Empty the database into which `publisher`, who is no boss, may publish."""
    for command in (
        "DROP SCHEMA IF EXISTS geosafety, other CASCADE",
        "DROP TABLE IF EXISTS public.layer_styles, public.notes CASCADE",
        "GRANT CREATE ON SCHEMA public TO publisher",
    ):
        server.run(command, shared)
    return shared


def run(*arguments, **environment):
    return CliRunner().invoke(main, ["publish", "postgis", *arguments], env=environment)


@pytest.fixture(scope="module")
def published(server, folder):
    """Publish the fixture results, as a user does."""
    base = server.base()
    server.run(f"GRANT CREATE ON DATABASE {base} TO publisher")
    done = run(str(folder), GEOSAFETY_DSN=server.dsn(base, "publisher"))
    assert done.exit_code == 0, done.output
    assert READER in done.output
    return base


def small(built="first", rows=3, **tables):
    """Make contents of a few squares: one layer, and the values of one indicator."""
    codes = [f"W{n}" for n in range(rows)]
    shapes = [box(4e5 + n, 3e5, 4e5 + n + 1, 3e5 + 1) for n in range(rows)]
    layer = gpd.GeoDataFrame(
        {"area_name": codes}, geometry=shapes, index=codes, crs=CRS
    )
    areas = pd.DataFrame({"geography": "ward", "area_code": codes, "area_name": codes})
    values = areas.assign(
        period="2023-04", compared_with="", indicator="crime_rate", group="all",
        unit="per 1,000", denominator="population", vintage="2021", kind="synthetic",
        status="ok", verdict="", value=1.5, lower=1.0, upper=2.0, numerator=3.0,
        base=2e3,
    )  # fmt: skip
    manifest = {
        "title": "Squares",
        "built": built,
        "layers": {"ward": {"label": "Ward"}},
    }
    return Contents(
        manifest=manifest,
        areas=areas.assign(approximate=True, note=""),
        layers={"ward": layer},
        tables=list({"values": values, **tables}.items()),
    )


def put(server, base, contents, **options):
    dsn = server.dsn(base, "publisher")
    given = {"schema": "geosafety", "reader": READER, **options}
    return publish(dsn, contents, **given)


def plain(cell):
    """Make what two libraries call missing the same, and no number a lesser one."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return None
    return repr(cell.item() if isinstance(cell, np.generic) else cell)


def rows_of(table):
    return Counter(
        tuple(plain(cell) for cell in row)
        for row in table.astype("object").itertuples(index=False, name=None)
    )


def rows_in(server, base, name, columns):
    listed = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
    found = server.run(f'SELECT {listed} FROM geosafety."{name}"', base)
    return Counter(tuple(plain(cell) for cell in row) for row in found)


# Nothing is lost.


def test_every_row_of_every_table_comes_back(server, folder, published):
    names = table_names(folder)
    assert {"values", "clusters", "trends", "ledger", "coverage", "areas"} <= set(names)
    for name in names:
        table = pd.read_parquet(folder / f"{name}.parquet")
        there = rows_in(server, published, name, list(table.columns))
        assert there == rows_of(table), name
        assert there.total() == len(table)


def test_polygons_come_back_to_the_last_bit(server, folder, published):
    layers = results.read_manifest(folder)["layers"]
    for name in layers:
        layer = results.read_geometry(folder, name)
        found = server.run(
            "SELECT area_code, area_name, ST_AsBinary(geom), ST_SRID(geom),"
            f" GeometryType(geom) FROM geosafety.{name}",
            published,
        )
        assert {row[3:] for row in found} == {(27700, "MULTIPOLYGON")}
        assert {row[0]: row[1] for row in found} == layer["area_name"].to_dict()
        for code, _, binary, *_ in found:
            shape, known = shapely.from_wkb(binary), layer.geometry[code]
            assert shape.equals(known)
            ours = shapely.get_coordinates(known)
            assert (shapely.get_coordinates(shape) == ours).all()


def test_hidden_incomplete_missing_few_and_zero_stay_five_things(server, published):
    found = server.run(
        "SELECT status, count(*), count(value), count(*) FILTER (WHERE value = 0)"
        " FROM geosafety.values WHERE indicator = 'feels_safe_home'"
        " AND geography = 'ward' GROUP BY status",
        published,
    )
    said = {status: rest for status, *rest in found}
    assert (
        said["suppressed"] == said["incomplete"] == said["not available"] == [1, 0, 0]
    )
    assert said["low base"] == [1, 1, 0]
    assert said["ok"] == [12, 12, 1]


def test_odd_numbers_and_words_come_back(server, base):
    odd = pd.DataFrame(
        {
            "number": [0.1 + 0.2, -0.0, 1e-308, 5e-324, np.inf, -np.inf, np.nan, 1e300],
            "count": pd.array([2**53 + 1, None, -1, 0, 1, 2, 3, 4], dtype="Int64"),
            "truth": [True, False] * 4,
            "text": ["", None, "\\N", "\\.", "a\tb", "a\nb\r\n\\.\nc", "é€😀", "\\"],
            'of "group" %s': pd.Categorical(
                ["a", "b\\", "a", None, "", "a", "\n", "a"]
            ),
            "nothing": pd.Series([None] * 8, dtype="object"),
        }
    )
    put(server, base, small(odd=odd, none=pd.DataFrame()))
    assert rows_in(server, base, "odd", list(odd.columns)) == rows_of(odd)
    types = server.run(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = 'odd'",
        base,
    )
    assert dict(types)["number"] == "double precision"
    assert dict(types)["count"] == "bigint"
    assert dict(types)["truth"] == "boolean"


def test_hostile_names_survive_in_tables_comments_and_styles(server, base):
    names = [*NAMES, "'; DROP SCHEMA geosafety CASCADE; --", "\\.", "$$", "%s {}"]
    contents = small(rows=len(names))
    layer = contents.layers["ward"].assign(area_name=names)
    note = "'; DROP TABLE geosafety.values; -- </rule><script>"
    manifest = {**contents.manifest, "layers": {"ward": {"label": note, "note": note}}}
    areas = contents.areas.assign(area_name=names)
    put(
        server,
        base,
        replace(contents, areas=areas, layers={"ward": layer}, manifest=manifest),
    )
    for table in ("areas", "ward", "ward_latest"):
        there = server.run(f"SELECT area_name FROM geosafety.{table}", base)
        assert sorted(row[0] for row in there) == sorted(names)
    said = server.run("SELECT obj_description('geosafety.ward'::regclass)", base)
    assert note in said[0][0]
    kept = server.run(
        "SELECT manifest->'layers'->'ward'->>'note' FROM geosafety.manifest", base
    )
    assert kept == [(note,)]


def test_a_text_that_the_database_cannot_keep_is_named(server, base):
    odd = pd.DataFrame({"name": ["a\0b"]})
    with pytest.raises(
        InputError, match="name of the table odd holds the character NUL"
    ):
        put(server, base, small(odd=odd))


def test_the_manifest_is_there_whole(server, folder, published):
    found = server.run(
        "SELECT publication, manifest FROM geosafety.manifest", published
    )
    assert found == [(1, json.loads((folder / "manifest.json").read_text("utf-8")))]


# What a table is, the database knows.


def test_keys_references_indexes_and_comments_are_there(server, folder, published):
    kinds = server.run(
        "SELECT conrelid::regclass::text, contype::text FROM pg_constraint"
        " WHERE connamespace = 'geosafety'::regnamespace",
        published,
    )
    name = "geosafety.{}".format
    layers = list(results.read_manifest(folder)["layers"])
    with_key = {*layers, "manifest"} | (set(table_names(folder)) & set(KEYS))
    keyed = {table.replace('"', "") for table, kind in kinds if kind == "p"}
    assert keyed >= {name(table) for table in with_key}
    refer = {table.replace('"', "") for table, kind in kinds if kind == "f"}
    assert refer >= {name("values"), name("clusters"), name("trends")}
    spatial = server.run(
        "SELECT tablename FROM pg_indexes WHERE schemaname = 'geosafety'"
        " AND indexdef LIKE '%USING gist (geom)'",
        published,
    )
    assert {row[0] for row in spatial} == set(layers)
    unsaid = server.run(
        "SELECT attrelid::regclass::text, attname FROM pg_attribute JOIN pg_class c"
        " ON c.oid = attrelid WHERE relnamespace = 'geosafety'::regnamespace"
        " AND relkind IN ('r', 'v') AND attnum > 0"
        " AND COALESCE(col_description(attrelid, attnum), '')"
        " IN ('', 'No description yet')",
        published,
    )
    assert unsaid == []
    titles = server.run(
        "SELECT relname, obj_description(oid) FROM pg_class WHERE relkind IN ('r', 'v')"
        " AND relnamespace = 'geosafety'::regnamespace",
        published,
    )
    assert all(said for _, said in titles)
    assert dict(titles)["ledger"].startswith(
        "Ledger: where every row went. One row per"
    )


def test_no_number_gets_in_beside_suppressed_and_no_unknown_status(server, base):
    put(server, base, small())
    for change in ("status = 'suppressed'", "status = 'secret'", "area_code = 'W9'"):
        with pytest.raises(psycopg.errors.IntegrityError):
            server.run(f"UPDATE geosafety.values SET {change}", base)


# QGIS.


def test_views_hold_the_latest_figures_of_every_area(server, folder, published):
    values = results.read_values(
        folder, geography=["ward"], indicator=["feels_safe_home"]
    )
    known = values.set_index("area_code")
    found = server.run(
        "SELECT area_code, feels_safe_home, feels_safe_home_status, crime_rate,"
        " wmnow_change FROM geosafety.ward_latest",
        published,
    )
    assert len(found) == 16
    for code, value, status, *_ in found:
        assert plain(value) == plain(known["value"][code])
        assert status == known["status"][code]
    # Of two earlier dates compared with, the later one.
    change = results.read_values(folder, geography=["ward"], indicator=["wmnow_change"])
    change = change[change["compared_with"] == "2021-09"].set_index("area_code")[
        "value"
    ]
    assert {row[0]: row[4] for row in found} == change.to_dict()


def test_an_area_without_a_row_is_not_available_in_a_view(server, base):
    contents = small()
    name, values = contents.tables[0]
    put(server, base, replace(contents, tables=[(name, values.iloc[:2])]))
    found = server.run(
        "SELECT area_code, crime_rate, crime_rate_status FROM geosafety.ward_latest"
        " ORDER BY area_code",
        base,
    )
    assert found == [
        ("W0", 1.5, "ok"),
        ("W1", 1.5, "ok"),
        ("W2", None, "not available"),
    ]


def test_styles_are_where_qgis_looks_and_other_peoples_stay(server, base):
    put(server, base, small())
    styles = "SELECT stylename, useasdefault, owner, xml_is_well_formed(styleqml::text)"
    styles += " FROM public.layer_styles WHERE f_table_schema = 'geosafety'"
    styles += " AND f_table_catalog = current_database() ORDER BY owner"
    assert server.run(styles, base) == [("crime_rate", True, "geosafety", True)]
    server.run("UPDATE public.layer_styles SET useasdefault = false", base)
    server.run(
        "INSERT INTO public.layer_styles (f_table_catalog, f_table_schema,"
        " f_table_name, f_geometry_column, stylename, styleqml, useasdefault, owner)"
        " SELECT current_database(), 'geosafety', 'ward_latest', 'geom', 'mine',"
        " '<qgis/>', true, 'ann'",
        base,
    )
    put(server, base, small())
    mine = ("mine", True, "ann", True)
    assert server.run(styles, base) == [mine, ("crime_rate", False, "geosafety", True)]
    with psycopg.connect(server.dsn(base)) as connection:
        connection.execute(f"SET ROLE {READER}")
        assert connection.execute(styles).fetchone() == mine


def test_where_styles_cannot_be_written_the_rest_is_and_the_remedy_is_said(
    server, base, folder
):
    server.run("REVOKE CREATE ON SCHEMA public FROM publisher", base)
    done = run(str(folder), "--dsn", server.dsn(base, "publisher"))
    assert done.exit_code == 0, done.output
    assert "GRANT CREATE ON SCHEMA public TO publisher;" in done.output
    assert server.run("SELECT count(*) > 0 FROM geosafety.values", base) == [(True,)]


def test_a_table_of_styles_that_is_not_ours_to_write_stops_nothing(server, base):
    put(server, base, small())
    server.run("ALTER TABLE public.layer_styles OWNER TO boss", base)
    done = put(server, base, small("second", 5))
    assert "INSERT, DELETE ON public.layer_styles TO publisher;" in done.styles_need
    server.run("ALTER TABLE public.layer_styles DROP COLUMN owner", base)
    server.run("ALTER TABLE public.layer_styles OWNER TO publisher", base)
    done = put(server, base, small("second", 5))
    assert "RENAME" in done.styles_need
    assert server.run("SELECT count(*) FROM public.layer_styles", base) == [(1,)]
    assert server.run("SELECT count(*) FROM geosafety.ward", base) == [(5,)]


# Nobody sees half.

SEEN = (
    "SELECT (SELECT manifest->>'built' FROM geosafety.manifest),"
    " (SELECT count(*) FROM geosafety.ward), (SELECT count(*) FROM geosafety.values),"
    " (SELECT count(crime_rate) FROM geosafety.ward_latest)"
)
WHOLE = {("first", 3, 3, 3), ("second", 5, 5, 5)}


def test_a_second_publish_replaces_and_no_reader_sees_half(server, base):
    put(server, base, small())
    stop, seen, failures = threading.Event(), set(), []

    def read(level, together):
        try:
            with psycopg.connect(server.dsn(base), autocommit=True) as connection:
                while not stop.wait(0.01):
                    with connection.transaction():
                        connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
                        if together:
                            seen.add(connection.execute(SEEN).fetchone())
                        else:  # one question after another, in one transaction
                            parts = SEEN.removeprefix("SELECT ").split(", ")
                            asked = [connection.execute(f"SELECT {p}") for p in parts]
                            seen.add(tuple(one.fetchone()[0] for one in asked))
        except psycopg.Error as error:
            failures.append(error)

    readers = [
        threading.Thread(target=read, args=(level, together))
        for level in ("READ COMMITTED", "REPEATABLE READ")
        for together in (True, False)
    ]
    for one in readers:
        one.start()
    for contents in (small("second", 5), small(), small("second", 5)):
        put(server, base, contents)
    stop.set()
    for one in readers:
        one.join()
    assert failures == []
    assert seen == WHOLE


def test_a_transaction_older_than_the_tables_sees_their_rows(server, base):
    put(server, base, small())
    with psycopg.connect(server.dsn(base)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute(
            "SELECT 1 FROM pg_class"
        )  # from here on, what it sees is set
        put(server, base, small("second", 5))
        assert connection.execute(SEEN).fetchone() == ("second", 5, 5, 5)


def test_who_keeps_reading_is_not_disturbed_and_nothing_is_changed(server, base):
    put(server, base, small())
    with psycopg.connect(server.dsn(base), application_name="slow") as slow:
        assert slow.execute(SEEN).fetchone() == ("first", 3, 3, 3)
        with pytest.raises(InputError, match="kept reading") as caught:
            put(server, base, small("second", 5), patience=0.5)
        assert "boss in slow" in caught.value.hint
        assert slow.execute(SEEN).fetchone() == ("first", 3, 3, 3)
    put(server, base, small("second", 5))
    assert server.run(SEEN, base) == [("second", 5, 5, 5)]
    assert server.run("SELECT publication FROM geosafety.manifest", base) == [(2,)]


def broken():
    yield from small().tables
    problem = "The disk is on fire."
    raise InputError(problem)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda c: replace(c, tables=broken()), "on fire"),
        (
            lambda c: replace(
                c, tables=[(n, t.assign(status="suppressed")) for n, t in c.tables]
            ),
            "refused",
        ),
        (
            lambda c: replace(
                c, tables=[(n, t.assign(status="secret")) for n, t in c.tables]
            ),
            "status 'secret'",
        ),
    ],
)
def test_a_failed_publish_leaves_the_old_whole(server, base, made, said):
    put(server, base, small())
    with pytest.raises(InputError, match=said):
        put(server, base, made(small("second", 5)))
    assert server.run(SEEN, base) == [("first", 3, 3, 3)]
    left = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'geosafety%'"
    assert server.run(left, base) == [("geosafety",)]


def test_a_database_lost_on_the_way_says_where_to_look(server, base):
    def dying():
        yield from small().tables
        server.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'geosafety publish'"
        )
        yield "ledger", pd.DataFrame({"rows": [1]})

    put(server, base, small())
    with pytest.raises(InputError, match="database was lost") as caught:
        put(server, base, replace(small("second", 5), tables=dying()))
    assert "`manifest` says which publication stands" in caught.value.hint
    assert server.run(SEEN, base) == [("first", 3, 3, 3)]


# Who may do what.


def test_the_reader_can_read_and_do_nothing_else(server, base):
    put(server, base, small())
    for command in (
        "INSERT INTO geosafety.areas (geography) VALUES ('x')",
        "UPDATE geosafety.values SET value = 0",
        "DELETE FROM geosafety.ward",
        "TRUNCATE geosafety.manifest",
        "DROP TABLE geosafety.ward",
        "CREATE TABLE geosafety.mine ()",
        "DROP SCHEMA geosafety CASCADE",
        "DELETE FROM public.layer_styles",
    ):
        with psycopg.connect(server.dsn(base)) as connection:
            connection.execute(f"SET ROLE {READER}")
            assert connection.execute(SEEN).fetchone() == ("first", 3, 3, 3)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(command)
    may_log_in = f"SELECT rolcanlogin FROM pg_roles WHERE rolname = '{READER}'"
    assert server.run(may_log_in) == [(False,)]


def test_nobody_else_can_read(server, base):
    put(server, base, small())
    server.run("CREATE ROLE stranger LOGIN")
    with (
        psycopg.connect(server.dsn(base, "stranger")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM geosafety.ward")


def test_a_reader_who_could_write_is_refused(server, base):
    for role in ("boss", "publisher"):
        with pytest.raises(InputError, match=f"{role} can do more than read"):
            put(server, base, small(), reader=role)


def test_who_may_not_make_a_role_or_a_schema_learns_what_to_ask_for(server):
    base = server.base()
    server.run("CREATE ROLE modest LOGIN")
    given = {"schema": "geosafety", "reader": "absent"}
    with pytest.raises(InputError, match="may not make a schema") as caught:
        publish(server.dsn(base, "modest"), small(), **given)
    assert f"GRANT CREATE ON DATABASE {base} TO modest;" in caught.value.hint
    server.run(f"GRANT CREATE ON DATABASE {base} TO modest")
    with pytest.raises(InputError, match="no role absent") as caught:
        publish(server.dsn(base, "modest"), small(), **given)
    assert 'CREATE ROLE "absent" NOLOGIN;' in caught.value.hint


# What is not ours is left alone.


def test_a_schema_that_is_not_ours_is_left_alone(server, base):
    server.run("CREATE SCHEMA geosafety AUTHORIZATION publisher", base)
    server.run("CREATE TABLE geosafety.payroll AS SELECT 1 AS x", base)
    with pytest.raises(
        InputError, match="holds payroll, and nothing that we published"
    ):
        put(server, base, small())
    assert server.run("SELECT x FROM geosafety.payroll", base) == [(1,)]
    with pytest.raises(InputError, match="belongs to the database"):
        put(server, base, small(), schema="public")


def test_an_empty_schema_of_ours_is_used_and_one_of_another_refused(server, base):
    server.run("CREATE SCHEMA geosafety AUTHORIZATION publisher", base)
    put(server, base, small())
    server.run("CREATE SCHEMA other", base)
    with pytest.raises(InputError, match="other belongs to boss"):
        put(server, base, small(), schema="other")


def test_what_others_put_into_or_made_from_our_schema_is_not_lost(server, base):
    put(server, base, small())
    server.run("CREATE TABLE geosafety.notes AS SELECT 1 AS x", base)
    with pytest.raises(InputError, match="holds notes, which is not ours"):
        put(server, base, small())
    server.run("ALTER TABLE geosafety.notes SET SCHEMA public", base)
    server.run("CREATE VIEW public.mine AS SELECT * FROM geosafety.ward", base)
    with pytest.raises(InputError, match="view mine depends on table geosafety.ward"):
        put(server, base, small("second", 5))
    assert server.run("SELECT count(*) FROM public.mine", base) == [(3,)]


def test_a_database_without_postgis_is_refused_with_the_remedy(server):
    base = server.base("template0")
    with pytest.raises(InputError, match="has no PostGIS") as caught:
        publish(server.dsn(base), small(), schema="geosafety", reader=READER)
    assert "CREATE EXTENSION postgis" in caught.value.hint


def test_postgis_may_stand_in_a_schema_of_its_own(server):
    base = server.base("template0")
    server.run("CREATE SCHEMA tools", base)
    server.run("CREATE EXTENSION postgis SCHEMA tools", base)
    publish(server.dsn(base), small(), schema="geosafety", reader=READER)
    assert server.run("SELECT count(*) FROM geosafety.ward", base) == [(3,)]


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://ann:hush-hush@127.0.0.1:9/base",
        "postgresql://ann:p@hush-hush:x@127.0.0.1/base",
        "postgresql://ann:x/hush-hush@127.0.0.1/base",
        "postgresql//ann:hush-hush@127.0.0.1/base",
        "host=127.0.0.1 port=9 password=hush-hush user=ann",
        "host=127.0.0.1 port=hush-hush",
    ],
)
def test_no_message_holds_a_password(folder, dsn):
    done = run(str(folder), GEOSAFETY_DSN=dsn)
    assert done.exit_code == 1
    assert "Hint" in done.output
    assert "hush" not in done.output


def test_without_the_driver_the_command_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    done = run(str(folder), "--dsn", "host=nowhere")
    assert done.exit_code == 1
    assert "geosafety[postgis]" in done.output
