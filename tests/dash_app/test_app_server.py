import socket
import threading
import urllib.request

import pytest

from dash_app import server
from geosafety.errors import InputError


def test_a_port_in_use_is_one_clear_sentence(results_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} is in use") as error:
            server.serve(results_folder, port=port)
    assert "--port" in error.value.hint


def test_it_serves_and_says_where(results_folder, capsys, monkeypatch):
    made = []

    def keep(*args, **kwargs):
        made.append(create(*args, **kwargs))
        return made[-1]

    create = server.create_server
    monkeypatch.setattr(server, "create_server", keep)
    running = threading.Thread(
        target=server.serve, args=(results_folder,), kwargs={"port": 0}, daemon=True
    )
    running.start()
    url = wait_for_url(capsys)
    with urllib.request.urlopen(f"{url}health", timeout=10) as answer:
        assert answer.read() == b"ok"
    made[0].close()


def wait_for_url(capsys):
    said = ""
    for _ in range(100):
        said += capsys.readouterr().out
        if "http://" in said:
            return said.split()[1]
        threading.Event().wait(0.1)
    pytest.fail("the server never said where it listens")
