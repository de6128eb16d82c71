"""Make a folium figure one file: every asset inside, nothing fetched. PURE."""

from __future__ import annotations

import base64
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from geosafety.errors import MethodError

# What folium calls an asset -> the package that brings it, and the file in it.
_ASSETS = {
    "leaflet": ("xstatic.pkg.leaflet", "leaflet.js"),
    "jquery": ("xstatic.pkg.jquery", "jquery.min.js"),
    "leaflet_css": ("xstatic.pkg.leaflet", "leaflet.css"),
}
_FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\s(?:src|href)\s*=", re.I)
_HELD_BRACE = "\ufdd0"  # a character that no text may hold
_OUTSIDE = re.compile(r"url\(\s*[\"']?(?!data:|#)", re.I)


def keep_known_assets(element: Any) -> None:
    """Take every asset but ours off an element and all in it.

    Raises
    ------
    MethodError
        An element other than the map needs an asset that is not bundled.
    """
    for kind in ("default_js", "default_css"):
        pairs = list(getattr(element, kind, ()))
        known = [(name, url) for name, url in pairs if name in _ASSETS]
        if len(known) < len(pairs) and element._name != "Map":  # noqa: SLF001
            lost = next(name for name, _ in pairs if name not in _ASSETS)
            text = f"The map needs {lost!r}, which is not bundled."
            raise MethodError(text, hint="Leave that element out of the map.")
        if pairs:
            setattr(element, kind, known)
    for child in element._children.values():  # noqa: SLF001
        keep_known_assets(child)


def render_offline(figure: Any, extra_head: str) -> str:
    """Render a figure with its assets inlined, and check that nothing is fetched.

    Parameters
    ----------
    figure
        A branca figure.
    extra_head
        Trusted HTML to put at the end of the head.

    Raises
    ------
    MethodError
        Something in the finished page would be fetched.
    """
    keep_known_assets(figure)
    _hold_braces(figure)
    for child in figure._children.values():  # noqa: SLF001
        child.render()
    held = _hold_assets(figure)
    html = str(figure._template.render(this=figure, kwargs={}))  # noqa: SLF001
    # folium forbids zooming by fingers on the whole page; the page brings its own line.
    html = re.sub(r"<meta name=\"viewport\"[^>]*>", "", html)
    html = html.replace("<html>", '<html lang="en-GB">', 1)
    html = html.replace("</head>", f"{extra_head}\n</head>", 1)
    # The template puts its script after the body, where no element may stand.
    html = html.replace("</body>\n<script>", "<script>", 1)
    html = html.replace("</script>\n</html>", "</script>\n</body>\n</html>", 1)
    if _FETCHED.search(html):
        found = _FETCHED.search(html)
        text = f"The map would fetch something: {found.group(0) if found else ''}"
        raise MethodError(text, hint="Every asset has to be bundled.")
    for mark, text in held.items():
        html = html.replace(mark, text, 1)
    # In a script's string this is a brace again, and no template is left to see it.
    return html.replace(_HELD_BRACE.encode("unicode_escape").decode(), "\\u007b")


def _hold_braces(element: Any) -> None:
    """Put a mark in the place of every opening brace in the data of layers.

    folium renders a layer with its data to a script, and then that script as a template
    once more: a name such as "{{ 7 * 7 }}" would be run on this computer.
    """
    if hasattr(element, "data"):
        element.data = _without_braces(element.data)
    for child in element._children.values():  # noqa: SLF001
        _hold_braces(child)


def _without_braces(data: Any) -> Any:
    if isinstance(data, str):
        return data.replace("{", _HELD_BRACE)
    if isinstance(data, dict):
        return {key: _without_braces(part) for key, part in data.items()}
    if isinstance(data, list):
        return [_without_braces(part) for part in data]
    return data


def _hold_assets(figure: Any) -> dict[str, str]:
    """Put a mark in the place of each link; the text it stands for is the answer.

    The texts go in after rendering, because a template would trip over their braces.
    """
    from branca.element import CssLink, Element, JavascriptLink

    held = {}
    for name, child in list(figure.header._children.items()):  # noqa: SLF001
        if not isinstance(child, (CssLink, JavascriptLink)):
            continue
        mark = f"<!-- asset {name} -->"
        held[mark] = inline(name)
        figure.header._children[name] = Element(mark)  # noqa: SLF001
    return held


def inline(name: str) -> str:
    """Return an asset as a script or style element."""
    if name not in _ASSETS:
        text = f"The map needs {name!r}, which is not bundled."
        raise MethodError(text, hint="Leave that element out of the map.")
    package, file = _ASSETS[name]
    folder = Path(import_module(package).BASE_DIR)
    text = (folder / file).read_text("utf-8")
    if file.endswith(".js"):
        return f"<script>{safe_script(text)}</script>"
    return f"<style>{_with_images(text, folder)}</style>"


def safe_script(text: str) -> str:
    """Keep a script from ending its own element, or asking for its source map."""
    text = re.sub(r"//# sourceMappingURL=\S+", "", text)
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _with_images(css: str, folder: Path) -> str:
    def embed(found: re.Match[str]) -> str:
        path = folder / found.group(1)
        if not path.is_file():
            return "none"  # an old browser's behaviour file: not an image
        return (
            f"url(data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()})"
        )

    css = re.sub(r"url\(([^)]+)\)", embed, css)
    if _OUTSIDE.search(css):
        text = "The map's stylesheet would fetch something."
        raise MethodError(text, hint="Every asset has to be bundled.")
    return css
