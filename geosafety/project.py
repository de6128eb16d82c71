"""Read a project file (`geosafety.toml`): which files to use, and what they are.

Every key is optional and the bundled default fills the rest. An unknown key, a missing
file or an unset `${NAME}` is an error that names the place and the nearest spelling.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from geosafety.errors import CatalogError, InputError, nearest
from geosafety.settings import (
    KINDS,
    Dataset,
    datasets,
    from_block,
    geographies,
    legitimacy_parts,
)

_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class LayerPart:
    """Where (part of) a layer comes from: a file, or another layer dissolved.

    `by` is a field of the dissolved layer; `lookup` a table from its codes to ours.
    `codes` renames the values found; a value that it does not name is left out.
    """

    file: str = ""
    code: str = ""
    name: str = ""
    dissolve: str = ""
    by: str = ""
    lookup: str = ""
    lookup_code: str = ""
    lookup_value: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """One `[boundaries.G]` block: the layer that replaces a bundled one."""

    geography: str
    parts: tuple[LayerPart, ...]
    vintage: str = ""
    note: str = ""
    approximate: bool = False


@dataclass(frozen=True, kw_only=True)
class CrosswalkSource:
    """The `[crosswalk]` block: a table between two vintages of the same areas.

    `weight` names what a split area is shared out by: `equal`, or the numbers in
    `weight_file` (`weight_code`, `weight_column`), in which case it is their name.
    """

    file: str
    from_code: str
    to_code: str
    geography: str = "lsoa"
    weight: str = "equal"
    weight_file: str = ""
    weight_code: str = ""
    weight_column: str = ""


@dataclass(frozen=True, kw_only=True)
class HarmSource:
    """The `[harm]` block: a table of what one crime of each category weighs.

    `category` and `weight` are headings of the file; `name` and `source` say whose
    weights they are, and stand beside every harm figure.
    """

    file: str
    category: str
    weight: str
    name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class LegitimacySource:
    """The `[legitimacy]` block: how the legitimacy score is made.

    `reference` is the last month of the year that stays fixed. `parts` says which
    indicator stands for a part, where not the catalogue's; `weights`, how much each
    part counts (equal, where left out).
    """

    reference: str
    parts: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class InputSource:
    """One block of input files, such as `[[crime]]`.

    `invited` (surveys) is a table of how many were asked. `indicator`, or `name` with
    `label`, `unit` and `higher_is`, say what a `[[series]]` is of.
    """

    dataset: str
    files: tuple[str, ...]
    format: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    kind: str = "observed"
    source: str = ""
    vintage: str = ""
    denominator_vintage: str = ""
    survey: str = ""
    name: str = ""
    invited: str = ""
    indicator: str = ""
    label: str = ""
    unit: str = ""
    higher_is: str = ""


@dataclass(frozen=True, kw_only=True)
class MarginSource:
    """One `[[margins]]` block: how many people of each group live in each area.

    `categories` says which labels of the file make up each group of the survey: its
    values (long), or its headings (wide). `*` stands for any text; the group `""` is
    left out. `ages` does it for headings that are single years, such as `"18-24"`,
    `"75+"` or `"30"`.
    """

    dimension: str
    files: tuple[str, ...]
    columns: dict[str, str]
    reference: str
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ages: dict[str, str] = field(default_factory=dict)
    source: str = ""
    vintage: str = ""
    kind: str = "observed"
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A whole project, checked."""

    title: str
    path: Path
    synthetic: bool = False
    boundaries: dict[str, Boundary] = field(default_factory=dict)
    crosswalk: CrosswalkSource | None = None
    harm: HarmSource | None = None
    legitimacy: LegitimacySource | None = None
    seed: int | None = None
    policy: dict[str, Dataset] = field(default_factory=datasets)
    inputs: tuple[InputSource, ...] = ()
    margins: tuple[MarginSource, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder that relative names are relative to."""
        return self.path.parent


def read_project(path: Path) -> Project:
    """Read and check a project file.

    Raises
    ------
    InputError
        It does not exist, is not TOML, or uses a variable that is not set.
    CatalogError
        A key is unknown or has the wrong form.
    """
    if not path.is_file():
        problem = f"There is no project file {path}."
        raise InputError(problem, hint="`geosafety demo` writes one to start from.")
    try:
        block = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = f"{path.name} is not valid TOML: {error}."
        raise InputError(problem, hint="See examples/real.toml for the form.") from None
    return _project(path, _expand(block, path.name))


def _expand(value: Any, where: str) -> Any:
    """Replace `${NAME}` in every text by the environment variable."""
    if isinstance(value, dict):
        return {key: _expand(item, f"{where}: {key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, where) for item in value]
    if not isinstance(value, str):
        return value
    for name in _VARIABLE.findall(value):
        if name not in os.environ:
            problem = f"{where} uses ${{{name}}}, which is not set."
            raise InputError(problem, hint=f"Set the environment variable {name}.")
    return _VARIABLE.sub(lambda match: os.environ[match[1]], value)


def _project(path: Path, block: dict[str, Any]) -> Project:
    tables = set(datasets())
    known = ["title", "synthetic", "seed", "policy", "boundaries", "crosswalk", "harm"]
    known += ["margins", "legitimacy", *tables]
    for key in block:
        if key not in known:
            problem = f"{path.name} has an unknown key {key!r}."
            raise CatalogError(problem, hint=nearest(key, known))
    crosswalk = _table(block, "crosswalk", path.name)
    where = f"{path.name}: [crosswalk]"
    harm = _table(block, "harm", path.name)
    return Project(
        title=_plain(block, "title", str, path) or path.stem,
        path=path.resolve(),
        synthetic=bool(_plain(block, "synthetic", bool, path)),
        boundaries=_boundaries(path.name, _table(block, "boundaries", path.name)),
        crosswalk=from_block(CrosswalkSource, crosswalk, where) if crosswalk else None,
        harm=_harm(harm, f"{path.name}: [harm]") if "harm" in block else None,
        legitimacy=_legitimacy(block, path.name),
        seed=_plain(block, "seed", int, path),
        policy=_policy(path.name, _table(block, "policy", path.name)),
        inputs=tuple(
            _input(path.name, key, number, entry)
            for key, entries in block.items()
            if key in tables
            for number, entry in enumerate(_as_list(entries), start=1)
        ),
        margins=tuple(
            _margin(f"{path.name}: [[margins]] number {number}", entry)
            for number, entry in enumerate(_as_list(block.get("margins", [])), start=1)
        ),
    )


def _harm(block: dict[str, Any], where: str) -> HarmSource:
    """Make the `[harm]` block; a weight that nobody stands for is not used."""
    source = from_block(HarmSource, block, where)
    for key, value in vars(source).items():
        if not value.strip():
            problem = f"{where} {key} is empty."
            raise CatalogError(problem, hint="Say whose weights they are, and where.")
    return source


def _legitimacy(block: dict[str, Any], file: str) -> LegitimacySource | None:
    """Make the `[legitimacy]` block; None where the project has none."""
    if "legitimacy" not in block:
        return None
    where = f"{file}: [legitimacy]"
    own = _table(block, "legitimacy", file)
    for key in ("parts", "weights"):
        for name in _table(own, key, where):
            if name not in legitimacy_parts():
                problem = f"{where} {key} names {name!r}, which is no part."
                raise CatalogError(problem, hint=nearest(name, legitimacy_parts()))
    source = from_block(LegitimacySource, own, where)
    for name, text in source.parts.items():
        _text(text, f"{where} parts {name!r}")
    for name, weight in source.weights.items():
        if type(weight) not in (int, float) or not 0 < weight < float("inf"):
            problem = f"{where} weights {name!r} is {weight!r}."
            raise CatalogError(problem, hint="A weight is a number above 0, such as 1.")
    if not re.fullmatch(r"\d{4}-\d{2}", source.reference):
        problem = f"{where} reference is {source.reference!r}."
        raise CatalogError(problem, hint='A month ends the year, such as "2021-03".')
    return source


def _plain(block: dict[str, Any], key: str, kind: type, path: Path) -> Any:
    """Take a plain value of the right type; "no" in quotation marks is not false."""
    value = block.get(key)
    if value is not None and type(value) is not kind:
        problem = f"{path.name}: {key} is {value!r}."
        words = {str: "a text", bool: "true or false", int: "a whole number"}
        raise CatalogError(problem, hint=f"It must be {words[kind]}.")
    return value


def _table(block: dict[str, Any], key: str, where: str) -> dict[str, Any]:
    """Take a table, or none."""
    value = block.get(key, {})
    if not isinstance(value, dict):
        problem = f"{where}: {key} is {value!r}, which is not a table."
        raise CatalogError(problem, hint=f"Write [{key}] with keys below it.")
    return value


def _policy(file: str, blocks: dict[str, Any]) -> dict[str, Dataset]:
    """Take the catalogue's datasets, with what `[policy.DATASET]` changes in them."""
    whole = dict(datasets())
    for name, block in blocks.items():
        if name not in whole:
            problem = f"{file}: [policy.{name}] is not a dataset."
            raise CatalogError(problem, hint=nearest(name, whole))
        where = f"{file}: [policy.{name}]"
        block = _table(blocks, name, f"{file}: policy")
        _not_a_key("name", block, where, Dataset)
        whole[name] = from_block(Dataset, {**asdict(whole[name]), **block}, where)
    return whole


def _not_a_key(key: str, block: dict[str, Any], where: str, shape: type) -> None:
    """Refuse a key that is ours: the name of the block says it already."""
    if key in block:
        problem = f"{where} has an unknown key {key!r}."
        known = [name for name in shape.__annotations__ if name != key]
        raise CatalogError(problem, hint=nearest(key, known))


def _as_list(entries: Any) -> list[Any]:
    """Allow `[crime]` as well as `[[crime]]`."""
    return entries if isinstance(entries, list) else [entries]


def _boundaries(file: str, blocks: dict[str, Any]) -> dict[str, Boundary]:
    for name in blocks:
        if name not in geographies():
            problem = f"{file}: [boundaries.{name}] is not a geography."
            raise CatalogError(problem, hint=nearest(name, geographies()))
    where = f"{file}: boundaries"
    return {name: _boundary(file, name, _table(blocks, name, where)) for name in blocks}


def _boundary(file: str, name: str, block: dict[str, Any]) -> Boundary:
    """Make one layer's block; `parts` may be left out where there is only one."""
    where = f"{file}: [boundaries.{name}]"
    block = dict(block)
    if "parts" not in block:
        own = {
            k: block.pop(k) for k in list(block) if k not in Boundary.__annotations__
        }
        block["parts"] = [own]
    _not_a_key("geography", block, where, Boundary)
    if not block["parts"]:
        problem = f"{where} has no parts."
        raise CatalogError(problem, hint="Leave the block out for the bundled layer.")
    block["parts"] = [from_block(LayerPart, part, where) for part in block["parts"]]
    boundary = from_block(Boundary, {"geography": name, **block}, where)
    for part in boundary.parts:
        if bool(part.file) == bool(part.dissolve):
            problem = f"{where} needs either `file` or `dissolve`."
            raise CatalogError(problem, hint="A part comes from one of the two.")
        if part.file and not part.code:
            problem = f"{where} does not say which field holds the area code."
            raise CatalogError(problem, hint='Add code = "FIELD".')
        if part.dissolve and part.dissolve not in geographies():
            problem = f"{where} dissolves {part.dissolve!r}, which is no geography."
            raise CatalogError(problem, hint=nearest(part.dissolve, geographies()))
        if part.lookup and not (part.lookup_code and part.lookup_value):
            problem = f"{where} does not say which columns of its lookup to use."
            raise CatalogError(problem, hint="Add lookup_code and lookup_value.")
        if part.dissolve and name != "force" and not (part.by or part.lookup):
            problem = f"{where} does not say by what to dissolve {part.dissolve}."
            raise CatalogError(problem, hint="Add `by` (a field) or `lookup`.")
    return boundary


def _input(file: str, dataset: str, number: int, block: dict[str, Any]) -> InputSource:
    where = f"{file}: [[{dataset}]] number {number}"
    if not isinstance(block, dict):
        problem = f"{where} is {block!r}, which is not a table."
        raise CatalogError(problem, hint=f'Write [[{dataset}]] and files = ["..."].')
    block = dict(block)
    _not_a_key("dataset", block, where, InputSource)
    if isinstance(block.get("files"), str):
        block["files"] = [block["files"]]
    for name in ("files", "columns"):
        said = block.get(name, {})
        values = said.values() if isinstance(said, dict) else said
        if isinstance(values, str) or not all(isinstance(v, str) and v for v in values):
            problem = f"{where} {name} is {said!r}."
            raise CatalogError(problem, hint="Names must be texts, in quotation marks.")
    entry = from_block(InputSource, {"dataset": dataset, **block}, where)
    if not entry.files:
        problem = f"{where} names no files."
        raise CatalogError(problem, hint='Such as files = ["crime/*.csv"].')
    if entry.kind not in KINDS:
        problem = f"{where} has kind {entry.kind!r}."
        raise CatalogError(problem, hint=nearest(entry.kind, KINDS))
    return entry


def _margin(where: str, block: dict[str, Any]) -> MarginSource:
    """Make one block of margins; a label or a file may stand alone or in a list."""
    if not isinstance(block, dict):
        problem = f"{where} is {block!r}, which is not a table."
        raise CatalogError(problem, hint='Write [[margins]] and files = ["..."].')
    block = dict(block)
    if "files" in block:
        block["files"] = _texts(block["files"], f"{where} files")
    groups = _table(block, "categories", where)
    block["categories"] = {
        name: _texts(labels, f"{where} categories {name!r}")
        for name, labels in groups.items()
    }
    for key in ("columns", "ages"):
        for name, text in _table(block, key, where).items():
            _text(text, f"{where} {key} {name!r}")
    entry = from_block(MarginSource, block, where)
    if bool(entry.categories) == bool(entry.ages):
        problem = f"{where} needs either `categories` or `ages`."
        raise CatalogError(problem, hint='Such as ages = { "18-24" = "18-24" }.')
    if entry.kind not in KINDS:
        problem = f"{where} has kind {entry.kind!r}."
        raise CatalogError(problem, hint=nearest(entry.kind, KINDS))
    return entry


def _texts(said: Any, where: str) -> tuple[str, ...]:
    """Take one text or a list of them."""
    values = said if isinstance(said, list) and said else [said]
    return tuple(_text(value, where) for value in values)


def _text(said: Any, where: str) -> str:
    if not isinstance(said, str) or not said:
        problem = f"{where} is {said!r}."
        raise CatalogError(problem, hint="Names must be texts, in quotation marks.")
    return said


def find_files(project: Project, patterns: tuple[str, ...]) -> list[Path]:
    """Find the files that the patterns name, in order, each once.

    Raises
    ------
    InputError
        A pattern matches nothing; the hint names the nearest file that is there.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        matches = sorted(_matches(project.folder, pattern))
        if not matches:
            raise _no_file(project, pattern)
        found.update(dict.fromkeys(matches))
    return list(found)


def _matches(folder: Path, pattern: str) -> list[Path]:
    whole = Path(pattern)
    if (folder / whole).is_file():  # brackets in a name are no pattern then
        return [folder / whole]
    if not whole.is_absolute():
        return [p for p in folder.glob(pattern) if p.is_file()]
    relative = whole.relative_to(whole.anchor)
    return [p for p in Path(whole.anchor).glob(str(relative)) if p.is_file()]


def _no_file(project: Project, pattern: str) -> InputError:
    problem = f"{project.path.name}: no file matches {pattern!r}."
    folder = (project.folder / pattern).parent
    if (project.folder / pattern).is_dir():
        hint = f'That is a folder; its files are "{pattern.rstrip("/")}/*".'
        return InputError(problem, hint=hint)
    if any(mark in str(folder) for mark in "*?["):
        return InputError(
            problem, hint="See that the folders and the ending are right."
        )
    if not folder.is_dir():
        return InputError(problem, hint=f"There is no folder {folder}.")
    names = sorted(p.name for p in folder.iterdir())[:200]
    if not names:
        return InputError(problem, hint=f"The folder {folder} is empty.")
    return InputError(problem, hint=nearest(Path(pattern).name, names))
