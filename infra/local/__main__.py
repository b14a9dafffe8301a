"""The command line: up, down, status, env, logs, sandbox."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time

from infra.local import aws, build, demo, gaps, logs, sandbox
from infra.local.place import PORTS, STACK, Place, Problem, is_free, write
from infra.local.process import Process


def up(place: Place, _arguments) -> None:
    """Brings the stack up, or up to date if it is up already."""
    began = time.monotonic()
    need("cargo", "Rust, from https://rustup.rs")
    need("cc", "a C compiler, which Rust links with; on Debian: apt-get install build-essential")
    server = Process("aws", place.folder)
    if server.running() and not (place.state_file.exists() and aws.healthy(place)):
        print("an earlier start was interrupted, beginning afresh", flush=True)
        down(place, None)
    if not server.running():
        forget(place)
        need_free_ports(place)
        place.keep_ports()
        print(f"local AWS on {place.aws_url} ...", flush=True)
        aws.start(place, server)

    build.build(place)
    outputs = build.deploy(place)
    write(place.folder / aws.API_ID_FILE, outputs["ApiId"])
    gaps.make_routes(place, outputs["ApiId"])
    gaps.mend_event_sources(place)
    gaps.allow_plain_http(place)

    kept = read_state(place)
    state = {
        "name": place.name,
        "stack": STACK,
        "aws": place.aws_env,
        "aws_url": place.aws_url,
        "hub_url": place.hub_url,
        "sandbox_url": place.sandbox_url,
        "table_name": outputs["TableName"],
        "inbound_queue_url": outputs["InboundQueueUrl"],
        "inbound_redrive_queue_url": outputs["InboundRedriveQueueUrl"],
        "later_queue_url": outputs["LaterQueueUrl"],
        "later_redrive_queue_url": outputs["LaterRedriveQueueUrl"],
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
        "meta_app_secret_name": outputs["MetaAppSecretName"],
        "meta_app": demo.enter_meta_app(place, outputs["MetaAppSecretName"], kept.get("meta_app")),
        "administrator": demo.make_administrator(place, outputs["UserPoolId"], kept.get("administrator")),
        "functions": gaps.functions(place),
    }
    write(place.env_file, variables(place, state))
    write(place.state_file, json.dumps(state, indent=2) + "\n")
    print(f"up after {time.monotonic() - began:.0f} s")
    status(place, None)


def down(place: Place, _arguments) -> None:
    """Stops everything that was started for this stack. What the local AWS held is gone but for the functions' logs."""
    state, server = read_state(place), Process("aws", place.folder)
    try:
        if state and server.running():
            with open(place.folder / "functions.log", "w") as file:
                logs.show(place, state["functions"], file=file)
    finally:
        for process in Process.all(place.folder):
            if process.stop():
                print(f"{process.name} stopped", flush=True)
        forget(place)


def status(place: Place, _arguments) -> None:
    """Tells what runs, where, and where its logs are."""
    if not Process("aws", place.folder).running():
        print("not up")
        return
    state = read_state(place)
    if not state:
        print(f"coming up, or interrupted while it did; log: {place.folder}/aws.log")
        return
    sandbox_runs = Process("sandbox", place.folder).running()
    print(
        f"hub            {state['hub_url']}\n"
        f"sandbox        {state['sandbox_url']}{'' if sandbox_runs else '  (not running)'}\n"
        f"local AWS      {state['aws_url']}\n"
        f"administrator  {state['administrator']['email']}  {state['administrator']['password']}\n"
        f"state          {place.state_file}\n"
        f"logs           functions: make logs; local AWS and sandbox: {place.folder}/*.log"
    )


def env(place: Place, _arguments) -> None:
    """Prints what a shell evaluates so that AWS tools and functions started by hand use this stack."""
    state_of(place)
    for line in place.env_file.read_text().splitlines():
        name, _, value = line.partition("=")
        print(f"export {name}={shlex.quote(value)}")


def show_logs(place: Place, arguments) -> None:
    """Prints what the functions have logged."""
    logs.show(place, state_of(place)["functions"], arguments.function, arguments.follow)


def start_sandbox(place: Place, _arguments) -> None:
    """Starts the outside world, which simulates platforms and desk, and plays one conversation."""
    state_of(place)
    sandbox.start(place, Process("sandbox", place.folder))
    status(place, None)


def need(tool: str, source: str) -> None:
    if shutil.which(tool) is None:
        raise Problem(f"{tool} is missing; install {source}")


def need_free_ports(place: Place) -> None:
    for name, port in place.ports.items():
        if not is_free(port):
            raise Problem(
                f"port {port} ({name}) is taken{holder(port)}; free it or choose another: make run {name}={port + 1}"
            )


def holder(port: int) -> str:
    """Who listens there, as far as the system tells."""
    if shutil.which("ss") is None:
        return ""
    lines = subprocess.run(["ss", "-Hltnp", f"sport = :{port}"], capture_output=True, text=True).stdout
    _, _, users = lines.partition("users:((")
    return f" by {users.split('))')[0]}" if users else ""


def read_state(place: Place) -> dict:
    return json.loads(place.state_file.read_text()) if place.state_file.exists() else {}


def state_of(place: Place) -> dict:
    """The state of a stack that is up."""
    state = read_state(place)
    if not state or not Process("aws", place.folder).running():
        raise Problem(f"the stack {place.name} is not up; start it with: make run")
    return state


def forget(place: Place) -> None:
    """What was written about a stack that is no longer up would only mislead; its logs stay."""
    for file in (place.state_file, place.env_file, place.folder / aws.API_ID_FILE, place.folder / "ports.json"):
        file.unlink(missing_ok=True)
    shutil.rmtree(place.folder / "tmp", ignore_errors=True)


def variables(place: Place, state: dict) -> str:
    """The environment of AWS tools and, all in one, of the functions; a name means the same in each of them."""
    found = dict(place.aws_env)
    for function in state["functions"].values():
        found |= function["environment"]
    return "".join(f"{name}={value}\n" for name, value in sorted(found.items()))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local",
        description="The hub's whole stack on this machine.",
        epilog="Taken from the environment: ports, each a number or auto "
        f"({', '.join(f'{name}={port}' for name, port in PORTS.items())}), and LOG_LEVEL=info of the functions.",
    )
    parser.add_argument("--name", default="run", help="which stack: its folder is .local/NAME (default: run)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in {"up": up, "down": down, "status": status, "env": env, "sandbox": start_sandbox}.items():
        commands.add_parser(name, help=run.__doc__).set_defaults(run=run)
    show = commands.add_parser("logs", help=show_logs.__doc__)
    show.add_argument("function", nargs="?", help="one function only, such as deliver")
    show.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")
    show.set_defaults(run=show_logs)

    arguments = parser.parse_args()
    # Whatever account the person is signed in to, nothing here may reach it.
    for name in [name for name in os.environ if name.startswith("AWS_") and name not in PORTS]:
        del os.environ[name]
    try:
        place = Place(arguments.name)
        arguments.run(place, arguments)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
