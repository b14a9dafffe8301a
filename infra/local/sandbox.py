"""The outside world of the local stack: starts the sandbox program and lets it play one conversation."""

from __future__ import annotations

import os
import subprocess

from infra.local.place import REPOSITORY, Place, Problem
from infra.local.process import Process


def start(place: Place, process: Process) -> None:
    """Starts the simulated platforms and desk, if they do not run, and shows the demonstration."""
    print("cargo build sandbox ...", flush=True)
    if subprocess.run(["cargo", "build", "--locked", "-p", "sandbox"], cwd=REPOSITORY).returncode != 0:
        raise Problem("cargo build failed")
    process.stop()
    program = str(target() / "debug" / "sandbox")
    env = {
        **os.environ,
        "SANDBOX_ADDR": f"127.0.0.1:{place.ports['SANDBOX_PORT']}",
        "HUB_URL": place.hub_url,
        "HUB_STATE": str(place.state_file),
    }
    process.start([program], env)
    if subprocess.run([program, "demo"], cwd=REPOSITORY, env=env).returncode != 0:
        raise Problem(f"the demonstration failed; logs: {process.log}, and of the functions: make logs")
