"""`make watch` answers at the addresses of template.yaml, with the same functions."""

import json
import re
import subprocess
from unittest import TestCase

from infra.local.build import routes
from infra.local.place import REPOSITORY
from tests.infra import FUNCTIONS, binary


def watched() -> set[tuple[str, str]]:
    """Path and function of each route in the workspace's metadata, paths spelled as in the template."""
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    metadata = json.loads(subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE).stdout)
    router = metadata["metadata"]["lambda"]["watch"]["router"]
    return {(re.sub(r"\{\*(\w+)\}", r"{\1+}", path), function) for path, function in router.items()}


class Routes(TestCase):
    def test_every_route_is_watched_and_every_watched_one_is_a_route(self):
        deployed = {(key.split()[1], binary(FUNCTIONS[id])) for id, keys in routes().items() for key in keys}
        self.assertEqual(deployed, watched(), "first: template.yaml, second: Cargo.toml")
