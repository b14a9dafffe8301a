"""The access log of the HTTP API holds nothing secret and nobody's words.

The local AWS writes no access log, so no end-to-end test can search one. What AWS writes there is what the format names,
each name for one thing; so the format itself is held here."""

import json
import re
from unittest import TestCase

from infra.local.build import resources

NAMED = re.compile(r"\$context\.([A-Za-z.]+)")
HARMLESS = {
    "integrationLatency",
    "requestId",
    "requestTime",
    # As the template spells it, such as `POST /api/reply/{integration}/{secret}`: with the names of its places, not what
    # stood there.
    "routeKey",
    "responseLatency",
    "responseLength",
    "status",
}
"""Everything else that AWS can tell is left out until somebody has looked at it: a path holds the secret of a Reply URL,
`error.message` and `authorizer.error` are free text, `identity.sourceIp` is a person's."""


class AccessLog(TestCase):
    def test_every_api_names_only_what_is_harmless(self):
        apis = resources("AWS::Serverless::HttpApi")
        self.assertTrue(apis)
        for id, api in apis.items():
            with self.subTest(id):
                format = api["Properties"]["AccessLogSettings"]["Format"]
                named = NAMED.findall(format)
                self.assertTrue(named, "nothing is logged")
                self.assertLessEqual(set(named), HARMLESS)
                self.assertEqual(format.count("$"), len(named), "something else than $context is asked for")

    def test_a_line_is_json(self):
        for id, api in resources("AWS::Serverless::HttpApi").items():
            with self.subTest(id):
                line = NAMED.sub("1", api["Properties"]["AccessLogSettings"]["Format"])
                self.assertTrue(json.loads(line))

    def test_the_log_is_the_one_that_the_end_to_end_tests_look_for(self):
        logs = resources("AWS::Logs::LogGroup")
        for id, api in resources("AWS::Serverless::HttpApi").items():
            with self.subTest(id):
                log = api["Properties"]["AccessLogSettings"]["DestinationArn"].removesuffix(".Arn")
                self.assertEqual(logs[log]["Properties"]["LogGroupName"], "/aws/apigateway/${AWS::StackName}")
