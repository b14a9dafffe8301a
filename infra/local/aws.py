"""The local AWS: ministack on one port, and on a second the hub's own address in front of its HTTP API.

On AWS the API answers at the root of its address, here at /_aws/execute-api/ID/STAGE. The front door only puts that
before the path; body, query and headers pass as they are."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

from infra.local.place import REGION, Place
from infra.local.process import Process

API_ID_FILE = "api-id"


def start(place: Place, process: Process) -> None:
    """Starts it and waits until it answers."""
    scratch = place.folder / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    process.start(
        [sys.executable, "-m", "infra.local.aws", str(place.ports["HUB_PORT"]), str(place.folder / API_ID_FILE)],
        # The functions inherit this environment, so nothing of the person's own comes along.
        {
            **place.aws_env,
            "PATH": os.environ["PATH"],
            "HOME": str(scratch),
            "LANG": "C.UTF-8",
            "TMPDIR": str(scratch),
            "GATEWAY_PORT": str(place.ports["AWS_PORT"]),
            "MINISTACK_REGION": REGION,
            "BIND_HOST": "127.0.0.1",
            # Each function has the rights of its own role, as on AWS; the key `test` may do everything.
            "AUTH": "true",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "COGNITO_EMAIL_ENABLED": "false",
            "STATE_DIR": str(scratch / "state"),
            "S3_DATA_DIR": str(scratch / "s3"),
            "DOCKER_HOST": f"unix://{scratch}/no-docker.sock",
        },
    )
    process.await_ready(lambda: healthy(place))


def healthy(place: Place) -> bool:
    try:
        with urllib.request.urlopen(f"{place.aws_url}/_ministack/health", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def front_door(app, hub_port: int, api_id_file: str):
    """The ASGI application `app`, with the hub's API at the root of its own port."""

    async def answer(scope, receive, send):
        if scope["type"] == "http" and scope["server"][1] == hub_port:
            prefix = f"/_aws/execute-api/{_api_id(api_id_file)}/$default"
            scope = {
                **scope,
                "path": prefix + scope["path"],
                "raw_path": prefix.encode() + scope["raw_path"],
            }
        await app(scope, receive, send)

    return answer


def _api_id(file: str) -> str:
    """The API is made after the front door. Until then no id fits and the answer is 404."""
    try:
        with open(file) as text:
            return text.read()
    except FileNotFoundError:
        return "none"


def rights_as_on_aws(enforce):
    """The check of a caller's rights, which asks for a batch call of SQS the right that AWS asks for: the single call's.

    ministack would ask for one of the batch's own name, which does not exist on AWS."""

    def check(access_key: str, action: str, service: str, *more, **context):
        return enforce(access_key, action.removesuffix("Batch") if service == "sqs" else action, service, *more, **context)

    return check


def main(hub_port: int, api_id_file: str) -> None:
    import asyncio
    import socketserver

    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.core import iam_evaluator

    # ministack hands events to the functions through Python's simple HTTP server, which writes an answer in two pieces; the
    # second would wait 40 ms for the first one's acknowledgement.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    iam_evaluator.enforce = rights_as_on_aws(iam_evaluator.enforce)
    config = Config()
    config.bind = [f"127.0.0.1:{os.environ['GATEWAY_PORT']}", f"127.0.0.1:{hub_port}"]
    config.keep_alive_timeout = 75
    asyncio.run(serve(front_door(app, hub_port, api_id_file), config))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
