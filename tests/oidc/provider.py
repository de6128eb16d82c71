"""Start the real OpenID provider of this folder; sign in there without a browser."""

import os
import re
import shutil
import socket
import subprocess
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest

HERE = Path(__file__).parent
SECRET = "a secret of the tests, and of nobody else"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def install(folder):
    """Install the provider with npm, which takes about three seconds; or skip."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("there is no Node.js on this computer for the OpenID provider")
    for name in ("package.json", "provider.mjs"):
        shutil.copy(HERE / name, folder)
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    done = subprocess.run(
        ["npm", "install", *quiet], cwd=folder, capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("npm could not install the OpenID provider: is there a network?")
    return folder


@contextmanager
def running(folder, app):
    """Run the provider for an app at an address; give the provider's own address."""
    port = free_port()
    command = ["node", "provider.mjs", str(port), app]
    environ = os.environ | {"NODE_NO_WARNINGS": "1"}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def submit(session, page, **given):
    """Send the first form of a page, filled in."""
    action = unescape(re.search(r'<form[^>]*action="([^"]+)"', page.text)[1])
    hidden = dict(
        re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    )
    return session.post(urljoin(page.url, action), data=hidden | given, timeout=10)


def sign_in(session, url, name):
    """Open an address of the app; sign in and consent at the provider."""
    page = session.get(url, headers={"Accept": "text/html"}, timeout=10)
    page = submit(session, page, login=name, password="any")
    return submit(session, page)
