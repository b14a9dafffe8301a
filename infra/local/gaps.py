"""Does what AWS does by itself on a deploy and the local AWS does not: the routes of the HTTP API.

SAM hands them over inside an OpenAPI body, which the local AWS does not read. They are made from the template's own
events, so that there is no second list."""

from __future__ import annotations

from infra.local import build
from infra.local.place import STACK, Place


def make_routes(place: Place, api_id: str) -> None:
    """Makes the API's routes and integrations what the template says, whatever an earlier deploy left."""
    api = place.client("apigatewayv2")
    for route in api.get_routes(ApiId=api_id)["Items"]:
        api.delete_route(ApiId=api_id, RouteId=route["RouteId"])
    for integration in api.get_integrations(ApiId=api_id)["Items"]:
        api.delete_integration(ApiId=api_id, IntegrationId=integration["IntegrationId"])

    made = place.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    names = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in made}
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


def functions(place: Place) -> dict[str, dict]:
    """What tests and `cargo lambda watch` need to know of each deployed function, by the name of its binary."""
    made = place.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    names = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in made}
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
