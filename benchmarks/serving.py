"""Twenty people at once on the small areas: how long an answer takes, how much memory.

Run `python benchmarks/serving.py RESULTS [--seconds 120] [--users 20] [--think 1]`. It
starts `geosafety serve --workers 2`, lets every user switch views of the LSOA map at
random (the post a switch makes) and now and then open a page, and prints median and
95th percentile as the users meet them, and each worker's own share of memory (PSS)
before and after. With `--think 0` nobody pauses: that is the most the server can do.
With `--views 20` everybody looks at the same 20 views, which workers then remember;
without it nearly every view is one that no worker has met.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import random
import secrets
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from geosafety import results

PAGES = ("/?g=lsoa", "/table?g=lsoa", "/areas", "/hotspots", "/data")
_IDLE = 10  # seconds after which a connection may have been given up
# As in examples/deploy: memory that is free again goes back sooner.
MEMORY = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}
A_PAGE = 0.1  # of requests are pages, the others switches of the view
Timings = dict[str, list[float]]


class Visitor:
    """A browser's share of the work: one kept connection, packed answers."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.last = time.monotonic()

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Send a request and read the whole answer."""
        headers = {"Accept-Encoding": "gzip", "Content-Type": "application/json"}
        if time.monotonic() - self.last > _IDLE:
            self.connection.close()
        self.last = time.monotonic()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            message = f"{method} {path}: {answer.status}"
            raise RuntimeError(message)
        return gzip.decompress(text) if answer.headers["Content-Encoding"] else text

    def open(self, path: str) -> None:
        """Open a page: its frame, and what Dash then asks for to fill it."""
        self.ask("GET", path)
        if path.startswith("/table"):
            return
        path, _, search = path.partition("?")
        location = {"id": "_pages_location"}
        parts = [{"property": "pathname", "value": path}]
        parts += [{"property": "search", "value": search and f"?{search}"}]
        outputs = [("_pages_content", "children"), ("_pages_store", "data")]
        body = {
            "output": "..{}.{}...{}.{}..".format(*outputs[0], *outputs[1]),
            "outputs": [{"id": one, "property": what} for one, what in outputs],
            "inputs": [location | part for part in parts],
            "changedPropIds": ["_pages_location.pathname"],
        }
        self.ask("POST", "/_dash-update-component", json.dumps(body).encode())


def switches(visitor: Visitor, folder: Path) -> list[bytes]:
    """Make the post of every view that the LSOA map has."""
    found = json.loads(visitor.ask("GET", "/_dash-dependencies"))
    spec = next(c for c in found if "areas.hideout" in c["output"])
    named = (part.rsplit(".", 1) for part in spec["output"].strip(".").split("..."))
    outputs = [{"id": one, "property": what} for one, what in named]
    choices = results.read_choices(folder)
    choices = choices[choices["geography"] == "lsoa"]
    posts = []
    for row in choices.to_dict("records"):
        period = "_vs_".join(filter(None, (row["period"], row["compared_with"])))
        view = {"pick-g": "lsoa", "pick-i": row["indicator"]}
        view |= {"pick-p": period, "pick-grp": row["group"]}
        inputs = [part | {"value": view.get(part["id"], "")} for part in spec["inputs"]]
        body = {"output": spec["output"], "outputs": outputs, "inputs": inputs}
        body |= {"state": [], "changedPropIds": ["pick-p.value"]}
        posts.append(json.dumps(body).encode())
    return posts


def use(port: int, posts: list[bytes], timings: Timings, options: Any) -> None:
    """Be one person until the time is over."""
    visitor, dice = Visitor(port), random.Random()
    deadline = time.monotonic() + options.seconds
    time.sleep(dice.random() * options.think)
    while time.monotonic() < deadline:
        page = dice.random() < A_PAGE
        start = time.perf_counter()
        if page:
            visitor.open(dice.choice(PAGES))
        else:
            visitor.ask("POST", "/_dash-update-component", dice.choice(posts))
        timings["page" if page else "switch"].append(time.perf_counter() - start)
        if options.think:
            time.sleep(dice.expovariate(1 / options.think))


def memory(parent: int) -> dict[str, float]:
    """Return the proportional share of memory of the server's processes, in MB."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    shares = {}
    for pid, name in [(str(parent), "parent"), *((c, f"worker {c}") for c in children)]:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        pss = next(line for line in lines if line.startswith("Pss:"))
        shares[name] = int(pss.split()[1]) / 1024
    return shares


def start(folder: Path, workers: int) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server, and wait until it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "geosafety.cli", "serve", "--results", str(folder)]
    command += ["--port", str(port), "--workers", str(workers)]
    environ = os.environ | {"GEOSAFETY_SECRET_KEY": secrets.token_hex()} | MEMORY
    begun = time.perf_counter()
    server = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    while server.poll() is None:
        try:
            Visitor(port).ask("GET", "/ready")
        except OSError:
            time.sleep(0.05)
        else:
            say(f"ready after {time.perf_counter() - begun:.1f} s")
            return server, port
    raise SystemExit(server.returncode)


def told(timings: Timings, seconds: float) -> None:
    """Print what the users met."""
    for kind, times in timings.items():
        cuts = statistics.quantiles(times, n=100)
        say(
            f"{kind}: {len(times):,} requests, {len(times) / seconds:.0f} a second, "
            f"p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, "
            f"p99 {cuts[98] * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms"
        )


def say(sentence: str) -> None:
    """Print a line at once."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line, and measure."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--views", type=int, help="switch between so many only")
    parser.add_argument("--think", type=float, default=1.0, help="mean pause, seconds")
    options = parser.parse_args()
    server, port = start(options.results, options.workers)
    try:
        posts = switches(Visitor(port), options.results)
        random.Random(1).shuffle(posts)
        posts = posts[: options.views]
        for page in PAGES:
            Visitor(port).open(page)
        before = memory(server.pid)
        timings: Timings = {"switch": [], "page": []}
        users = [
            threading.Thread(target=use, args=(port, posts, timings, options))
            for _ in range(options.users)
        ]
        for user in users:
            user.start()
        for user in users:
            user.join()
        told(timings, options.seconds)
        say(f"{len(posts):,} views of the LSOA layer")
        after = memory(server.pid)
        for name in Counter(before) | Counter(after):
            was, now = before.get(name, 0), after.get(name, 0)
            say(f"{name}: {was:.0f} MB before, {now:.0f} MB after")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
