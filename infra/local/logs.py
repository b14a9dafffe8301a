"""The functions' logs, which they write to CloudWatch Logs here as on AWS."""

from __future__ import annotations

import sys
import time
from datetime import datetime

from infra.local.place import Place


def show(place: Place, functions: dict[str, dict], only: str | None = None, follow: bool = False, file=sys.stdout) -> None:
    """Prints every line so far, oldest first, and on request whatever comes after."""
    seen = set()
    while True:
        for event in sorted(_events(place, functions, only), key=lambda event: event[0]):
            if event not in seen:
                seen.add(event)
                at, function, _, message = event
                time_of_day = datetime.fromtimestamp(at / 1000).isoformat(sep=" ", timespec="milliseconds")
                print(f"{time_of_day} {function}: {message.rstrip()}", file=file, flush=True)
        if not follow:
            return
        time.sleep(1)


PAGE = 10_000
"""The most lines that the local AWS gives at a time. It has no token for the next ones; they are asked for by their time."""


def _events(place: Place, functions: dict[str, dict], only: str | None):
    client = place.client("logs")
    for name, function in functions.items():
        start, page = 0, [None] * PAGE if only in (None, name) else []
        while len(page) == PAGE:
            page = client.filter_log_events(logGroupName=function["log_group"], startTime=start, limit=PAGE)["events"]
            for event in page:
                start = event["timestamp"]
                yield start, name, event["logStreamName"], event["message"]
