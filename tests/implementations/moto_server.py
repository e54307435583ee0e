"""moto's server, with the access control of AWS for the requests that Landfall makes.

moto verifies signatures and evaluates policies, but it does not know everything that AWS knows of a request. This says so
to it, and nothing else: which resource a request is for, whether a statement's condition is met, what a form was before
it was parsed, how a JSON service says no, what a missing object is to a role that may not list the bucket, and, with
`--key-arn`, what a customer's key asks for.

A request is handled alone: moto is not made for several at once.
"""

import argparse
import io
import json
import re
import threading
from urllib.parse import parse_qs

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.responses import DynamoHandler
from moto.iam.access_control import IAMPolicyStatement, IAMRequest, IAMRequestBase, PermissionResult, S3IAMRequest
from moto.kms.responses import KmsResponse
from moto.logs.responses import LogsResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.sns.responses import SNSResponse
from moto.sqs.responses import SQSResponse
from moto.xray.responses import XRayResponse
from werkzeug.serving import run_simple

LOCK = threading.Lock()
# Of the request that is being handled.
current = threading.local()

# What an action asks of a customer's key, by AWS's pages on key management of SQS and SNS, on SSE-KMS of S3 and on
# encryption in Secrets Manager. Left out: what DynamoDB asks for on its caller's behalf.
KEY_USE = {
    "sqs:SendMessage": ["kms:GenerateDataKey", "kms:Decrypt"],
    "sqs:ReceiveMessage": ["kms:Decrypt"],
    "sns:Publish": ["kms:GenerateDataKey", "kms:Decrypt"],
    "s3:PutObject": ["kms:GenerateDataKey"],
    "s3:GetObject": ["kms:Decrypt"],
    "secretsmanager:GetSecretValue": ["kms:Decrypt"],
}
# The same of an upload in parts, from its beginning to its end.
KEY_USE_IN_PARTS = {"s3:PutObject": ["kms:GenerateDataKey", "kms:Decrypt"]}

# Calls that AWS permits by the action of another.
PERMITTED_BY = {"sns:PublishBatch": "sns:Publish"}

# moto names X-Ray's actions after their paths.
XRAY_ACTIONS = {"TraceSegments": "PutTraceSegments", "TelemetryRecords": "PutTelemetryRecords"}


def fields():
    """The request of a JSON service."""
    try:
        return json.loads(current.body or b"{}")
    except ValueError:
        return {}


def arn(response, service, name):
    return f"arn:aws:{service}:{response.region}:{response.current_account}:{name}"


def table(response):
    asked = fields()
    index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
    return arn(response, "dynamodb", f"table/{asked.get('TableName')}{index}")


def secret(response):
    asked = fields().get("SecretId")
    # ListSecrets is for no secret.
    if asked is None:
        return "*"
    if asked.startswith("arn:"):
        return asked
    # AWS adds six characters to a secret's name.
    found = secretsmanager_backends[response.current_account][response.region].secrets.get(asked)
    return found.arn if found else arn(response, "secretsmanager", f"secret:{asked}-??????")


def log_stream(response):
    asked = fields()
    stream = asked.get("logStreamName", "")
    return arn(response, "logs", f"log-group:{asked.get('logGroupName')}:log-stream:{stream}")


def queue(response):
    """Of a queue that does not exist, too: to moto that would be any."""
    return arn(response, "sqs", response._get_queue_name()) if response._get_param("QueueUrl") else "*"


DynamoHandler._determine_resource = table
SecretsManagerResponse._determine_resource = secret
SQSResponse._determine_resource = queue
LogsResponse._determine_resource = log_stream
KmsResponse._determine_resource = lambda response: fields().get("KeyId", "*")
SNSResponse._determine_resource = lambda response: response._get_param("TopicArn") or "*"


def authorize_xray(response, resource="*", authorize=XRayResponse._authenticate_and_authorize_normal_action):
    path = response._get_action()
    response._get_action = lambda: XRAY_ACTIONS.get(path, path)
    try:
        authorize(response, resource)
    finally:
        del response._get_action


XRayResponse._authenticate_and_authorize_normal_action = authorize_xray


def signed_request(request, create=IAMRequestBase._create_aws_request):
    """moto signs what it has made of a form, in which a space may have become a plus."""
    request._body = current.body
    return create(request)


IAMRequestBase._create_aws_request = signed_request


def deny(request):
    """DynamoDB, SQS and their like say no in JSON, moto in XML."""
    if current.is_json:
        denied = JsonRESTError("AccessDeniedException", f"{request._access_key.arn} may not {request._action}")
        denied.code = 403 if request._service == "sqs" else 400
        raise denied
    raise_in_xml(request)


raise_in_xml = IAMRequest._raise_access_denied
IAMRequest._raise_access_denied = deny


def leading_keys(request):
    """The partition keys that a request to DynamoDB names."""
    if request._service != "dynamodb":
        return None
    asked = fields()
    named = asked.get("Key") or asked.get("Item")
    tables = dynamodb_backends[request.account_id][request._region].tables
    if not named or asked.get("TableName") not in tables:
        return None
    return list(named[tables[asked["TableName"]].hash_key_attr].values())


def is_like(pattern, text):
    """As IAM compares: a star stands for any characters, a question mark for one."""
    parts = {"*": ".*", "?": "."}
    return re.fullmatch("".join(parts.get(part, re.escape(part)) for part in pattern), text, re.DOTALL) is not None


# The operators and keys of conditions that are known here. Any other raises: moto would take it as met.
OPERATORS = {
    "ForAllValues:StringEquals": lambda values, allowed: all(value in allowed for value in values),
    "ForAllValues:StringLike": lambda values, allowed: all(any(is_like(one, value) for one in allowed) for value in values),
}
KEYS = {"dynamodb:LeadingKeys": leading_keys}


def is_met(operator, key, allowed):
    values = KEYS[key](current.request)
    if values is None:
        raise NotImplementedError(f"{current.request._action} has no {key} that is known here")
    return OPERATORS[operator](values, [allowed] if isinstance(allowed, str) else allowed)


def decide(statement, *asked, decide_without=IAMPolicyStatement.is_action_permitted):
    """A statement whose condition is not met says nothing; to moto it would be a denial."""
    conditions = statement._statement.get("Condition", {})
    bare = {name: value for name, value in statement._statement.items() if name != "Condition"}
    decision = decide_without(IAMPolicyStatement(bare), *asked)
    if decision == PermissionResult.NEUTRAL:
        return decision
    met = [is_met(operator, *each) for operator, keys in conditions.items() for each in keys.items()]
    return decision if all(met) else PermissionResult.NEUTRAL


IAMPolicyStatement.is_action_permitted = decide


def check(request, action, resource, permit=IAMRequestBase.check_action_permitted):
    """Asks moto whether `action` is permitted, and prints what was asked and answered: `make permissions` reads that."""
    called, request._action = request._action, PERMITTED_BY.get(action, action)
    current.request = request
    verdict = "denied"
    try:
        permit(request, resource)
        verdict = "allowed"
    finally:
        request._action = called
        keys = json.dumps(leading_keys(request) or [])
        role = request._access_key.arn.split("/")[1]
        print("asked", role, action, PERMITTED_BY.get(action, action), resource, verdict, keys, flush=True)


def check_with_key(request, resource):
    check(request, request._action, resource)
    permitted_by = PERMITTED_BY.get(request._action, request._action)
    key_use = KEY_USE_IN_PARTS if current.is_in_parts else KEY_USE
    for action in key_use.get(permitted_by, []) if options.key_arn else []:
        check(request, action, options.key_arn)


IAMRequestBase.check_action_permitted = check_with_key


def check_object(request, resource):
    """S3 tells that an object is missing only to whoever may list the bucket."""
    check_with_key(request, resource)
    name, _, key = resource.rpartition(":::")[2].partition("/")
    bucket = s3_backends[request.account_id]["aws"].buckets.get(name)
    if request._action == "s3:GetObject" and bucket and key not in bucket.keys:
        check(request, "s3:ListBucket", f"arn:aws:s3:::{name}")


S3IAMRequest.check_action_permitted = check_object


def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    with LOCK:
        current.body = body
        current.is_in_parts = not {"uploads", "uploadId"}.isdisjoint(parse_qs(environ["QUERY_STRING"], True))
        current.is_json = "json" in environ.get("CONTENT_TYPE", "")
        return list(moto(environ, start_response))


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--key-arn", help="everything lies under this key of a customer")
options = parser.parse_args()
moto = DomainDispatcherApplication(create_backend_app)
run_simple("127.0.0.1", options.port, application, threaded=True, request_handler=MotoRequestHandler)
