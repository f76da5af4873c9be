"""The launcher refuses in one clear line what cannot work."""

import contextlib
import socket

import pytest

from deploy import run
from deploy.processes import CannotStart


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "8000 "])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(CannotStart, match="is not a port"):
        run.address({"PORT": port})


def test_a_busy_port_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(CannotStart, match=f"make run PORT={port + 1}"):
            run.check_free("127.0.0.1", port)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_half_of_the_external_servers_is_not_enough(name: str) -> None:
    with contextlib.ExitStack() as running, pytest.raises(CannotStart, match=f"Only {name} is set"):
        run.choose_servers({name: "postgresql://db/feedback"}, running)


def test_external_servers_are_used_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    given = {"DATABASE_URL": "postgresql://db/feedback", "REDIS_URL": "redis://broker"}
    with contextlib.ExitStack() as running:
        assert run.choose_servers(given, running) == ([], given)
    assert "external servers" in capsys.readouterr().out
