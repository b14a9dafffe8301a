"""What the functions log for counting is counted, and an alarm looks at it."""

import re
from unittest import TestCase

from infra.local.build import resources
from infra.local.place import REPOSITORY
from tests.infra import FUNCTIONS

LOGGED = re.compile(r'\bmetric = "(\w+)"')


class Metrics(TestCase):
    def test_every_function_s_log_is_counted(self):
        counted = {found["Properties"]["LogGroupName"] for found in resources("AWS::Logs::MetricFilter").values()}
        logs = {function["Properties"]["LoggingConfig"]["LogGroup"] for function in FUNCTIONS.values()}
        self.assertEqual(counted, logs, "first: counted, second: logs of functions")

    def test_every_metric_has_an_alarm_and_every_alarm_a_metric(self):
        sources = [*REPOSITORY.glob("functions/*/src/**/*.rs"), *REPOSITORY.glob("shared/src/**/*.rs")]
        logged = {name for source in sources for name in LOGGED.findall(source.read_text())}
        alarms = resources("AWS::CloudWatch::Alarm", "infra/observability.yaml").values()
        dimensions = [dimension for alarm in alarms for dimension in alarm["Properties"]["Dimensions"]]
        watched = {dimension["Value"] for dimension in dimensions if dimension["Name"] == "metric"}
        self.assertEqual(logged, watched, "first: logged, second: looked at by an alarm")
