"""What holds the infrastructure against the code: settings, routes, rights, metrics, build settings, `make watch`.

`make test` brings the stack up before. What needs none also runs alone: `python -m unittest tests.infra.test_routes`."""

from infra.local import build
from infra.local.place import Place

PLACE = Place("test")
"""The stack under test."""


def program(id: str) -> bytes:
    """The program of a function as it was deployed: a debug build, so its symbols tell what is in it."""
    return (PLACE.build / id / "bootstrap").read_bytes()


def binary(function: dict) -> str:
    """The name of a function's program, which is that of its folder too."""
    return function["Metadata"]["BuildProperties"]["Binary"]


FUNCTIONS = build.functions()
"""The functions of template.yaml by logical id."""
