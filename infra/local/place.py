"""Where one local stack lives: its folder, its ports, its addresses. Everything that it writes is inside its folder."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
STACK = "hub"

PORTS = {"AWS_PORT": 4566, "HUB_PORT": 8080, "SANDBOX_PORT": 9000}
"""What listens, and where if the environment does not say otherwise: a number, or `auto` for any free port."""


class Problem(Exception):
    """Something that the person at the terminal can mend; its text says how."""


@dataclass(frozen=True)
class Place:
    """One local stack, by name: `run` for people, `test` for the tests."""

    name: str

    @property
    def folder(self) -> Path:
        return REPOSITORY / ".local" / self.name

    @property
    def build(self) -> Path:
        """What `sam build` makes for this machine. Not .aws-sam, from which a real deploy would take it."""
        return self.folder / "build"

    @property
    def state_file(self) -> Path:
        return self.folder / "state.json"

    @property
    def env_file(self) -> Path:
        return self.folder / "env"

    @cached_property
    def ports(self) -> dict[str, int]:
        """The ports of this stack. Chosen once: what is up keeps its ports until it is brought down."""
        file = self.folder / "ports.json"
        if file.exists():
            return json.loads(file.read_text())
        ports = {}
        for name, usual in PORTS.items():
            wanted = os.environ.get(name, str(usual))
            if wanted != "auto" and not wanted.isdigit():
                raise Problem(f"{name} must be a number or auto, not {wanted!r}")
            ports[name] = free_port() if wanted == "auto" else int(wanted)
        return ports

    def keep_ports(self) -> None:
        write(self.folder / "ports.json", json.dumps(self.ports))

    @property
    def aws_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['AWS_PORT']}"

    @property
    def hub_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['HUB_PORT']}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['SANDBOX_PORT']}"

    @property
    def aws_env(self) -> dict[str, str]:
        """What points any AWS tool at this stack and at nothing else, whatever account the person is signed in to."""
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def client(self, service: str):
        """A client of one service of the local AWS."""
        import boto3  # here, so that `--help` and a missing tool's message do not wait for it

        return boto3.client(
            service,
            endpoint_url=self.aws_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


def free_port() -> int:
    """A port nobody listens on, below those that the system gives to outgoing connections: it must stay free for a while."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do, so that a connection of an earlier run that is still closing does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def write(file: Path, text: str) -> None:
    """Writes a file whole or not at all, for its owner only: secrets of the demo stand in some of them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)
