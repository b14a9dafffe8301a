"""Builds the functions for this machine and deploys template.yaml, as it is, onto the local AWS."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import yaml

from infra.local.place import REPOSITORY, STACK, Place, Problem

SAM = Path(sys.executable).with_name("sam")


def build(place: Place) -> None:
    """Compiles with one cargo command, whose progress is seen; `sam build` then finds the functions compiled."""
    cargo("build", "--bins")
    _logged(
        "sam build",
        place,
        ["build", "--build-dir", str(place.build), "--parameter-overrides", f"Architecture={architecture()}"],
        # Debug builds by plain cargo, so that they share every compiled crate with `cargo build` and `cargo test`.
        {"SAM_BUILD_MODE": "debug", "CARGO_LAMBDA_COMPILER": "cargo"},
    )


def deploy(place: Place) -> dict[str, str]:
    """Deploys what was built and returns the stack's outputs."""
    parameters = {
        "PublicUrl": place.hub_url,
        "GraphBaseUrl": f"{place.sandbox_url}/graph",
        "TwilioBaseUrl": f"{place.sandbox_url}/twilio",
        "SinchBaseUrl": f"{place.sandbox_url}/sinch",
        "KaleyraBaseUrl": f"{place.sandbox_url}/kaleyra",
        "AllowedPrivateNetworks": "127.0.0.0/8",
        "JwksBaseUrl": place.aws_url,
        "Architecture": architecture(),
        "LogLevel": os.environ.get("LOG_LEVEL", "info"),
    }
    _logged(
        "sam deploy",
        place,
        [
            "deploy",
            *("--template-file", str(place.build / "template.yaml")),
            *("--stack-name", STACK),
            *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"),
            "--resolve-s3",
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            "--parameter-overrides",
            *(f"{name}={value}" for name, value in parameters.items()),
        ],
        place.aws_env,
    )
    stack = place.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def architecture() -> str:
    """This machine's processor, as Lambda spells it."""
    machine = platform.machine().lower()
    return "arm64" if machine in ("arm64", "aarch64") else "x86_64"


def template(file: str = "template.yaml") -> dict:
    """A template of the stack as plain data; of !Ref and its like only the name that they refer to is left."""
    return yaml.load((REPOSITORY / file).read_text(), _Template)


def resources(kind: str, file: str = "template.yaml") -> dict[str, dict]:
    """A template's resources of one type, by logical id."""
    return {id: made for id, made in template(file)["Resources"].items() if made["Type"] == kind}


def functions() -> dict[str, dict]:
    """The functions of template.yaml by logical id."""
    return resources("AWS::Serverless::Function")


def routes() -> dict[str, list[str]]:
    """The HTTP API's route keys, such as `GET /fb/webhook`, by the logical id of the function that answers."""
    return {
        id: [
            f"{event['Properties']['Method']} {event['Properties']['Path']}"
            for event in function["Properties"].get("Events", {}).values()
            if event["Type"] == "HttpApi"
        ]
        for id, function in functions().items()
    }


class _Template(yaml.SafeLoader):
    """Reads a template, which has tags of its own."""


_Template.add_multi_constructor("!", lambda loader, tag, node: node.value if isinstance(node, yaml.ScalarNode) else None)


def _logged(what: str, place: Place, arguments: list[str], env: dict[str, str]) -> None:
    """Runs the SAM command with its many lines in a file, of which only a failure shows the end."""
    log = place.folder / f"{what.replace(' ', '-')}.log"
    print(f"{what} ...", flush=True)
    env = {**os.environ, **env, "SAM_CLI_TELEMETRY": "0", "PATH": f"{SAM.parent}{os.pathsep}{os.environ['PATH']}"}
    with open(log, "w") as lines:
        code = subprocess.run([SAM, *arguments], cwd=REPOSITORY, env=env, stdout=lines, stderr=subprocess.STDOUT).returncode
    if code != 0:
        tail = "\n".join(log.read_text().splitlines()[-30:])
        raise Problem(f"{tail}\n{what} failed; all it said: {log}")


def cargo(*arguments: str) -> str:
    """Runs cargo with its progress on the terminal and returns what it writes to standard output."""
    print(f"cargo {' '.join(arguments[:1])} ...", flush=True)
    done = subprocess.run(["cargo", *arguments], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Problem(f"cargo {arguments[0]} failed")
    return done.stdout
