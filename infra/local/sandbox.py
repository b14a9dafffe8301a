"""The outside world of the local stack: starts the sandbox program and lets it play one conversation."""

from __future__ import annotations

import json
import os
import subprocess

from infra.local.build import cargo
from infra.local.place import REPOSITORY, Place, Problem, is_free
from infra.local.process import Process


def start(place: Place, process: Process) -> None:
    """Starts the simulated platforms and desk anew, and shows the demonstration."""
    program = build()
    env = {
        **os.environ,
        "SANDBOX_ADDR": f"127.0.0.1:{place.ports['SANDBOX_PORT']}",
        "HUB_URL": place.hub_url,
        "HUB_STATE": str(place.state_file),
    }
    process.stop()
    process.start([program], env)
    process.await_ready(lambda: not is_free(place.ports["SANDBOX_PORT"]))
    if subprocess.run([program, "demo"], cwd=REPOSITORY, env=env).returncode != 0:
        raise Problem(f"the demonstration failed; logs: {process.log}, and of the functions: make logs")


def build() -> str:
    """Compiles the sandbox and tells where the program is."""
    # The messages for machines go to standard output, those for people to standard error.
    messages = cargo("build", "-p", "sandbox", "--bin", "sandbox", "--message-format=json-render-diagnostics")
    for line in messages.splitlines():
        message = json.loads(line)
        if message.get("executable"):
            return message["executable"]
    raise Problem("cargo names no program of the package sandbox")
