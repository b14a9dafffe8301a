"""`make watch` runs the HTTP functions from their sources: a conversation goes through them, and nothing is left behind."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from unittest import TestCase

from infra.local.place import REPOSITORY, free_port, is_free, write
from infra.local.process import Process
from tests.infra import PLACE

# The first call of each function compiles it.
PATIENCE = 900

CONVERSATION = [
    "inbound::a_wrong_signature_is_refused_and_nothing_arrives",
    "inbound::the_handshake_answers_through_the_gateway",
    "replies::an_answer_reaches_the_customer",
]


class Watch(TestCase):
    def setUp(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        process = Process("watch", PLACE.folder)
        # Fails if anything that it started does not end.
        self.addCleanup(process.stop)
        process.start(["make", "watch", f"WATCH_PORT={self.port}", f"WATCH_STACK={PLACE.name}"], dict(os.environ))
        process.await_ready(lambda: not is_free(self.port))

    def test_a_conversation_goes_through_it(self):
        self.every_function_answers()
        state = PLACE.folder / "watch.json"
        write(state, json.dumps({**json.loads(PLACE.state_file.read_text()), "hub_url": self.url}))
        done = subprocess.run(
            ["cargo", "test", "--workspace", "--locked", "--test", "conversation", "--", "--exact", *CONVERSATION],
            cwd=REPOSITORY,
            env={**os.environ, "E2E_STATE": str(state)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"test result: ok. {len(CONVERSATION)} passed", done.stdout)

    def every_function_answers(self):
        self.assertEqual(self.call("GET", "/fb/webhook"), (403, ""))
        status, body = self.call("GET", "/api/me")
        self.assertEqual((status, json.loads(body)["code"]), (401, "unauthenticated"))
        status, body = self.call("POST", "/api/reply/01K0000000000000000000000A/wrong")
        self.assertEqual((status, json.loads(body)["code"]), (404, "not_found"))

    def call(self, method: str, path: str) -> tuple[int, str]:
        """Status and body of an answer."""
        request = urllib.request.Request(self.url + path, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
