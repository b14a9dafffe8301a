"""Does what AWS does by itself on a deploy and the local AWS does not."""

from __future__ import annotations

from infra.local import build
from infra.local.place import STACK, Place


def make_routes(place: Place, api_id: str) -> None:
    """Makes the API's routes and integrations what the template says, whatever an earlier deploy left.

    SAM hands them over inside an OpenAPI body, which the local AWS does not read. They are made from the template's own
    events, so that there is no second list."""
    api = place.client("apigatewayv2")
    for route in _all(api.get_routes, api_id):
        api.delete_route(ApiId=api_id, RouteId=route["RouteId"])
    for integration in _all(api.get_integrations, api_id):
        api.delete_integration(ApiId=api_id, IntegrationId=integration["IntegrationId"])

    names = _physical_ids(place)
    for id, keys in build.routes().items():
        if not keys:
            continue
        function = place.client("lambda").get_function_configuration(FunctionName=names[id])
        integration = api.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function["FunctionArn"],
            PayloadFormatVersion="2.0",
        )
        for key in keys:
            api.create_route(ApiId=api_id, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}")


def mend_event_sources(place: Place) -> None:
    """Sets each queue's concurrency again, as a number.

    A parameter is text even where its type is Number. AWS reads it as the number it is; the local AWS keeps the text and
    then fails to compare it, so that no queue is read at all."""
    client = place.client("lambda")
    for source in client.list_event_source_mappings()["EventSourceMappings"]:
        limit = int(source["ScalingConfig"]["MaximumConcurrency"])
        client.update_event_source_mapping(UUID=source["UUID"], ScalingConfig={"MaximumConcurrency": limit})


def allow_plain_http(place: Place) -> None:
    """Takes away what refuses plain http at the files' bucket: the local AWS has nothing else, and heeds it."""
    s3 = place.client("s3")
    for function in functions(place).values():
        if bucket := function["environment"].get("FILES_BUCKET"):
            s3.delete_bucket_policy(Bucket=bucket)


def functions(place: Place) -> dict[str, dict]:
    """What tests and `cargo lambda watch` need to know of each deployed function, by the name of its binary."""
    names = _physical_ids(place)
    described = {}
    for id, function in build.functions().items():
        name = names[id]
        configuration = place.client("lambda").get_function_configuration(FunctionName=name)
        described[function["Metadata"]["BuildProperties"]["Binary"]] = {
            "name": name,
            "log_group": f"/aws/lambda/{name}",
            "environment": configuration["Environment"]["Variables"],
        }
    return described


def _physical_ids(place: Place) -> dict[str, str]:
    made = place.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in made}


def _all(ask, api_id: str) -> list[dict]:
    """Every page of a list; this service's client has no paginator."""
    items, more = [], {}
    while True:
        page = ask(ApiId=api_id, **more)
        items += page["Items"]
        if not page.get("NextToken"):
            return items
        more = {"NextToken": page["NextToken"]}
