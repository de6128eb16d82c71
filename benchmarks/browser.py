"""What a reader of the map page waits for, in a real browser, on the small areas.

Run `python benchmarks/browser.py RESULTS`. It starts `geosafety serve --workers 2` and
prints, as medians over several runs: the first map from an empty cache, another figure
chosen until the map is recoloured (also with the processor slowed four times), an area
clicked until its card is there, what each costs in bytes, and how much the page's
memory has grown after sixty changes. A recoloured map is told by its pixels.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from serving import Visitor, say, start

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-background-networking", "--no-first-run")
WINDOW = {"width": 1440, "height": 900}
ADDRESS = "/?g=lsoa&i=crime_rate"
SWITCHES, CLICKS, COLD, HEAP = 20, 12, 5, 60

# The areas' canvas made small: its picture changes when the map is drawn or recoloured.
WATCH = """() => {
  const small = document.createElement('canvas');
  small.width = 96; small.height = 64;
  const pen = small.getContext('2d', { willReadFrequently: true });
  window.seen = () => {
    const map = document.querySelector('.leaflet-overlay-pane canvas');
    if (!map || !map.width) { return ''; }
    pen.clearRect(0, 0, 96, 64);
    pen.drawImage(map, 0, 0, 96, 64);
    const dots = pen.getImageData(0, 0, 96, 64).data;
    let sum = 0, drawn = 0;
    for (let i = 0; i < dots.length; i += 4) {
      drawn += dots[i + 3] > 200;
      sum = (sum * 31 + dots[i] + 3 * dots[i + 1] + 7 * dots[i + 2]) % 1000000007;
    }
    return drawn > 300 ? String(sum) : '';
  };
  window.until = test => new Promise((done, late) => {
    const end = performance.now() + 8000;
    const look = () => {
      if (test()) { done(performance.now()); }
      else if (performance.now() > end) { late('nothing changed'); }
      else { requestAnimationFrame(look); }
    };
    requestAnimationFrame(look);
  });
}"""
FIRST = "() => until(() => seen())"
CHOOSE = """async ([id, value]) => {
  const list = document.getElementById(id), before = seen(), from = performance.now();
  // React notes a value that a script sets, and then finds no change.
  const own = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value');
  own.set.call(list, value);
  list.dispatchEvent(new Event('change', { bubbles: true }));
  const shown = await until(() => seen() && seen() !== before);
  return shown - from;
}"""
CLICKED = """() => {
  window.named = () => document.querySelector('#card h2')?.textContent;
  document.addEventListener('pointerdown', () => {
    window.clicked = performance.now();
    window.before = named();
  }, true);
}"""
CARD = "async () => await until(() => named() && named() !== before) - clicked"
VALUES = "id => [...document.getElementById(id).options].map(o => o.value)"


class Bytes:
    """Count what the page is sent."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.all = 0
        self.session.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self.all += int(event["encodedDataLength"])

    def slow(self, times: int) -> None:
        """Slow the page's processor down."""
        self.session.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def heap(self) -> float:
        """Return what the page's script holds, in MB, after a collection."""
        self.session.send("HeapProfiler.collectGarbage")
        used = self.session.send("Runtime.getHeapUsage")["usedSize"]
        return float(used) / 1e6


def middle(name: str, times: list[float], unit: str = "ms") -> None:
    """Print a median with its ends."""
    ends = f"{min(times):,.0f} to {max(times):,.0f}"
    say(f"{name}: median {statistics.median(times):,.0f} {unit} ({ends})")


def first_maps(browser: Any, address: str) -> None:
    """Measure the first map, each time with an empty cache."""
    times, sizes = [], []
    for _ in range(COLD):
        context = browser.new_context(viewport=WINDOW)
        page = context.new_page()
        counted = Bytes(page)
        page.goto(address, wait_until="commit")
        page.evaluate(WATCH)
        times.append(page.evaluate(FIRST))
        page.wait_for_timeout(1500)
        sizes.append(counted.all / 1000)
        context.close()
    middle("first map, nothing cached", times)
    middle("cold page, with headers", sizes, "kB")


def switched(page: Page, counted: Bytes, count: int) -> tuple[list[float], list[float]]:
    """Choose one period after another."""
    times, sizes = [], []
    periods = [p for p in page.evaluate(VALUES, "pick-p") if "vs" not in p]
    for i in range(count):
        before = counted.all
        wanted = periods[(i + 1) % len(periods)]
        times.append(page.evaluate(CHOOSE, ["pick-p", wanted]))
        page.wait_for_timeout(250)
        sizes.append((counted.all - before) / 1000)
    return times, sizes


def clicks(page: Page) -> list[float]:
    """Click areas near the middle of the map."""
    box = page.locator(".map").bounding_box()
    assert box is not None
    page.evaluate(CLICKED)
    times = []
    for i in range(CLICKS):
        across = 0.2 + 0.3 * ((i * 7) % CLICKS) / CLICKS
        down = 0.42 + 0.22 * ((i * 5) % CLICKS) / CLICKS
        page.mouse.move(
            box["x"] + across * box["width"], box["y"] + down * box["height"]
        )
        page.wait_for_timeout(60)
        page.mouse.down()
        page.mouse.up()
        try:
            times.append(page.evaluate(CARD))
        except Error:  # beside the Force, or the same area again
            say(f"click {i + 1} chose no other area")
        page.wait_for_timeout(200)
    return times


def main() -> None:
    """Read the command line, and measure."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("results", type=Path)
    options = parser.parse_args()
    server, port = start(options.results, 2)
    address = f"http://127.0.0.1:{port}{ADDRESS}"
    try:
        Visitor(port).ask("GET", "/")
        with sync_playwright() as made:
            browser = made.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
            first_maps(browser, address)
            page = browser.new_context(viewport=WINDOW).new_page()
            counted = Bytes(page)
            page.goto(address)
            page.evaluate(WATCH)
            page.evaluate(FIRST)
            page.wait_for_timeout(1000)
            times, sizes = switched(page, counted, SWITCHES)
            middle("another period, until recoloured", times)
            middle("what it costs", sizes, "kB")
            counted.slow(4)
            middle("the same, four times slower", switched(page, counted, SWITCHES)[0])
            counted.slow(1)
            middle("click, until the card is there", clicks(page))
            begun = counted.heap()
            switched(page, counted, HEAP)
            after = counted.heap()
            say(f"memory of the page: {begun:.1f} MB, {after:.1f} MB after {HEAP}")
            browser.close()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
