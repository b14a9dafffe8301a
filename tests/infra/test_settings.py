"""Each function is given the settings that it reads, and no other."""

import re
from unittest import TestCase

from infra.local.build import template
from infra.local.place import REPOSITORY
from tests.infra import FUNCTIONS, binary

NAME = re.compile(r'"([A-Z]+(?:_[A-Z]+)+)"')
SET_BY_LAMBDA = {"AWS_LAMBDA_RUNTIME_API"}


PLATFORMS = REPOSITORY / "shared" / "src" / "channel" / "outbound.rs"
WEBHOOKS = REPOSITORY / "shared" / "src" / "webhook" / "settings.rs"


def read(name: str) -> set[str]:
    """What a function reads, which stands in one file; everything spelled like a setting there is one. All webhooks read the
    same. Where the platforms answer is read in one place for all."""
    source = REPOSITORY / "functions" / name / "src"
    files = [WEBHOOKS] if name.endswith("-webhook") else [source / "settings.rs", source / "config.rs"]
    (file,) = (path for path in files if path.exists())
    text = file.read_text()
    if "Platforms::read(" in text:
        text += PLATFORMS.read_text()
    return set(NAME.findall(text))


class Settings(TestCase):
    def test_what_is_set_is_what_is_read(self):
        everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
        for function in FUNCTIONS.values():
            name = binary(function)
            with self.subTest(name):
                given = {*everywhere, *function["Properties"]["Environment"]["Variables"]}
                self.assertEqual(given, read(name) - SET_BY_LAMBDA, "first: set in template.yaml, second: read")
