"""What the repository promises about itself: pins, scripts, documentation."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import geosafety
from geosafety.settings import geographies, indicators

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PAGES = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
SCRIPTS = ["scripts/run", "scripts/test", "scripts/evidence", ".ci/run"]
PIN = re.compile(r"([A-Za-z0-9][\w.-]*)==(\d[\w.]*)")

posix = pytest.mark.skipif(
    os.name != "posix", reason="the scripts are for a POSIX shell"
)


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    matches = {line: PIN.fullmatch(line) for line in kept}
    assert not [line for line, match in matches.items() if match is None]
    return {canonicalize_name(m[1]): m[2] for m in matches.values() if m}


def _direct() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    requirements = [Requirement(line) for line in lines]
    return [r for r in requirements if r.name != "geosafety"]


def test_constraints_hold_names_and_versions_and_no_address():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert _pins()
    assert not re.search(r"[/@\\]", text)


@pytest.mark.parametrize("requirement", _direct(), ids=lambda r: r.name)
def test_every_direct_dependency_is_pinned_to_a_version_it_allows(requirement):
    pin = _pins()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pin), f"{requirement} against {pin}"


def test_every_pin_runs_on_the_oldest_python_promised():
    # Debian 12 has 3.11.2: a package that asks for 3.11.5 cannot be installed there.
    oldest = PROJECT["requires-python"].removeprefix(">=") + ".0"
    refused = {
        f"{found.name} {found.version} needs Python {wanted}"
        for found in distributions()
        if _pins().get(canonicalize_name(found.name)) == found.version
        and (wanted := found.metadata.get("Requires-Python"))
        and not SpecifierSet(wanted).contains(oldest)
    }
    assert not refused


def test_the_version_is_said_once_and_is_in_the_changelog():
    assert PROJECT["version"] == geosafety.__version__
    assert f"## {geosafety.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def _tracked_texts() -> Iterator[tuple[str, str]]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            yield name, content.decode("utf-8", "replace")


def test_no_tracked_file_names_a_folder_of_somebody_s_machine():
    machine = re.compile(r"(?<![\w.])/(home|root|Users|mnt)/\w|\b[A-Z]:\\+Users\\")
    found = {
        f"{name}: {match[0]}"
        for name, text in _tracked_texts()
        if (match := machine.search(text))
    }
    assert not found


@posix
@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_can_be_started(name):
    path = ROOT / name
    assert path.read_text("utf-8").startswith("#!/bin/sh\n")
    assert os.access(path, os.X_OK)


def _bare_checkout(folder: Path) -> Path:
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


@posix
@pytest.mark.parametrize("name", ["scripts/run", "scripts/test"])
def test_without_python_a_script_says_so_in_a_sentence(name, tmp_path):
    done = subprocess.run(
        [_bare_checkout(tmp_path) / name],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("\nError: There is no Python 3.11 or newer")
    assert "  Hint: " in done.stderr


@posix
@pytest.mark.parametrize(
    ("pip_says", "told"),
    [
        ("WARNING: Retrying: connection broken", "The package index cannot be reached"),
        ("ERROR: [Errno 28] No space left on device", "The disk became full"),
        ("ERROR: [Errno 13] Permission denied: 'x'", "A file could not be written"),
        ("ERROR: No matching x", "The packages could not be installed: No matching x"),
    ],
)
def test_what_pip_cannot_do_is_said_in_a_sentence(pip_says, told, tmp_path):
    # An environment with a pip that fails, and otherwise this Python.
    environment = _bare_checkout(tmp_path) / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "pip.py").write_text(f"raise SystemExit({pip_says!r})")
    python = environment / "bin/python"
    python.write_text(
        "#!/bin/sh\n"
        'case "$*" in *--version) exit 0 ;; esac\n'
        f'PYTHONPATH={shlex.quote(str(environment))} exec "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)
    done = subprocess.run(
        [tmp_path / "scripts/run", "--no-serve"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"\nError: {told}")
    assert "  Hint: " in done.stderr


@posix
@pytest.mark.parametrize("port", ["", "x", "0", "70000"])
def test_a_port_that_is_none_is_refused_before_anything_is_installed(port, tmp_path):
    done = subprocess.run(
        [_bare_checkout(tmp_path) / "scripts/run", "--port", port],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Error: --port needs a number from 1 to 65535." in done.stderr
    assert not (tmp_path / ".venv").exists()


def _commands() -> dict[str, click.Command]:
    main = pytest.importorskip("geosafety.cli").main
    return dict(main.commands)


def _command_lines() -> list[tuple[str, list[str]]]:
    """Every `geosafety ...` line of a code block, with the page it stands on."""
    lines = []
    for page in PAGES:
        for block in re.findall(
            r"```\w*\n(.*?)```", page.read_text("utf-8"), re.DOTALL
        ):
            found = re.findall(r"^geosafety [a-z].*", block, re.MULTILINE)
            lines += [(page.name, shlex.split(line, comments=True)) for line in found]
    return [(page, words) for page, words in lines if len(words) > 1]


@pytest.mark.parametrize(
    ("page", "words"), _command_lines(), ids=lambda x: x if isinstance(x, str) else ""
)
def test_commands_in_the_documentation_exist(page, words):
    command = _commands()[words[1]]
    context = command.make_context(words[1], words[2:], resilient_parsing=True)
    assert not context.args, f"{page}: {shlex.join(words)}"
    known = {option for param in command.params for option in param.opts}
    assert {word for word in words[2:] if word.startswith("--")} <= known
    given = dict(zip(words, words[1:], strict=False))
    assert given.get("--indicator", "population") in indicators()
    assert given.get("--geography", "force") in geographies()


def test_every_command_has_help_and_is_in_the_reference():
    reference = (ROOT / "docs/reference.md").read_text("utf-8")
    for name, command in _commands().items():
        assert command.help, f"{name} has no help"
        assert f"`geosafety {name}`" in reference


def _links() -> list[tuple[str, str]]:
    return [
        (str(page.relative_to(ROOT)), target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
        if "://" not in target
    ]


@pytest.mark.parametrize(("page", "target"), _links())
def test_links_in_the_documentation_lead_somewhere(page, target):
    assert (ROOT / page).parent.joinpath(target).exists()


@posix
def test_scripts_named_in_the_documentation_exist():
    text = "".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"\./(scripts/[a-z]+)", text))
    assert {"scripts/run", "scripts/test"} <= named <= set(SCRIPTS)
