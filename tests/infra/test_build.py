"""The settings of the build are in force, not only written down."""

import os
import stat
import subprocess
import tempfile
from pathlib import Path
from shutil import which
from unittest import TestCase

import tomlkit

from infra.local.place import REPOSITORY
from tests.infra import FUNCTIONS, binary, program

# Stands for cargo: answers questions as cargo does, but of a build only writes down how it is asked for.
ONLY_TELL = """#!/bin/sh
[ "$1" = build ] || exec "$CARGO_ITSELF" "$@"
printf '%s\\n' "$@" > "$ASKED"
exit 1
"""


class Build(TestCase):
    def test_no_entropy_is_gathered_from_jitter(self):
        """AWS_LC_SYS_NO_JITTER_ENTROPY leaves the collector out of aws-lc, whose other random functions are there."""
        for id in FUNCTIONS:
            with self.subTest(id):
                code = program(id)
                self.assertIn(b"_RAND_bytes", code)
                self.assertNotIn(b"jent_entropy_collector_alloc", code)

    def test_a_panic_unwinds_in_release(self):
        """The manifest says so, and cargo-lambda, which aborts where it says nothing, adds nothing to it."""
        manifest = tomlkit.parse((REPOSITORY / "Cargo.toml").read_text())
        self.assertEqual(manifest["profile"]["release"]["panic"], "unwind")
        self.assertNotIn("panic", asked_for(binary(FUNCTIONS["Deliver"])))


def asked_for(name: str) -> str:
    """How cargo-lambda asks cargo for a release build of a function."""
    with tempfile.TemporaryDirectory() as folder:
        stand_in, asked = Path(folder, "cargo"), Path(folder, "asked")
        stand_in.write_text(ONLY_TELL)
        stand_in.chmod(stat.S_IRWXU)
        subprocess.run(
            ["cargo-lambda", "lambda", "build", "--release", "--compiler", "cargo", "--bin", name],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "PATH": f"{folder}:{os.environ['PATH']}",
                "CARGO_ITSELF": which("cargo"),
                "ASKED": str(asked),
            },
            capture_output=True,
        )
        return asked.read_text()
