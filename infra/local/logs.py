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


def _events(place: Place, functions: dict[str, dict], only: str | None):
    client = place.client("logs")
    for name, function in functions.items():
        if only in (None, name):
            for page in client.get_paginator("filter_log_events").paginate(logGroupName=function["log_group"]):
                for event in page["events"]:
                    yield event["timestamp"], name, event["logStreamName"], event["message"]
