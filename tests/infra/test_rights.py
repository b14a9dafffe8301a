"""Each function has the rights that its program needs, and no other.

The local AWS grants a function its role's rights alone, so a missing one also shows wherever a test goes that way; here
it shows for every way, and so does one that is not used. What a program can call is read from the program itself: the
linker leaves out what nothing reaches, so an operation of an AWS SDK is in it only where the function has a use for it."""

import re
from unittest import TestCase

from infra.local.build import resources
from tests.infra import FUNCTIONS, program

# The path aws_sdk_SERVICE::operation::OPERATION in the name of a symbol, where each part stands after its length.
OPERATION = re.compile(rb"aws_sdk_([a-z0-9]+?)9operation(\d+)([a-z_]+)")

# Part of the search for credentials in places other than Lambda, where nothing is asked.
NOT_CALLED = "sts"
# Belongs to directory buckets alone, which the deployment has none of.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateSession.html
NOT_NEEDED = {"s3:CreateSession"}

# A transaction needs the rights of what it consists of, each made by a builder of its own.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
TRANSACTION = "dynamodb:TransactWriteItems"
PARTS = {
    "ConditionCheckBuilder": "dynamodb:ConditionCheckItem",
    "DeleteBuilder": "dynamodb:DeleteItem",
    "PutBuilder": "dynamodb:PutItem",
    "UpdateBuilder": "dynamodb:UpdateItem",
}

# With these Lambda reads a queue in the function's name.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
READING_A_QUEUE = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
READERS = {source["Properties"]["FunctionName"] for source in resources("AWS::Lambda::EventSourceMapping").values()}


def needed(id: str) -> set[str]:
    """The rights that the function's program and its event sources need."""
    code = program(id)
    calls = {(service.decode(), name[: int(length)].decode()) for service, length, name in OPERATION.findall(code)}
    rights = {f"{service}:{name.title().replace('_', '')}" for service, name in calls if service != NOT_CALLED} - NOT_NEEDED
    if TRANSACTION in rights:
        rights.remove(TRANSACTION)
        rights |= {right for builder, right in PARTS.items() if f"{len(builder)}{builder}5build".encode() in code}
    # The head of an object needs the right to read it.
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    rights = {right.replace("s3:HeadObject", "s3:GetObject") for right in rights}
    # A batch of SQS needs the right of the single call.
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    rights = {right.removesuffix("Batch") for right in rights}
    return rights | READING_A_QUEUE if id in READERS else rights


def given(function: dict) -> set[str]:
    """The rights that the template gives."""
    statements = [statement for policy in function["Properties"]["Policies"] for statement in policy["Statement"]]
    actions = [statement["Action"] for statement in statements]
    return {right for action in actions for right in ([action] if isinstance(action, str) else action)}


class Rights(TestCase):
    def test_what_is_given_is_what_is_needed(self):
        for id, function in FUNCTIONS.items():
            with self.subTest(id):
                self.assertEqual(given(function), needed(id), "first: given by template.yaml, second: needed")
