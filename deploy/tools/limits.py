"""What a region and an account do not offer: checked before anything is created."""

import json
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

FUNCTION_URLS = json.loads((Path(__file__).parent / "function_urls.json").read_text(encoding="utf-8"))
# Lambda keeps so many for functions that reserve none ("Configuring reserved concurrency for a function").
UNRESERVED_MIN = 100
PROCESSING_MIN = 2


def settle_front(guide, region, parameters):
    """Proposes an HTTP API where there are no function URLs."""
    if region not in FUNCTION_URLS["regions_without"] or "Front" in parameters:
        return
    print(f"{region} has no function URLs ({FUNCTION_URLS['source']}; read {FUNCTION_URLS['read']}).")
    parameters["Front"] = guide.ask(
        "front", "Front", "http-api", "http-api, or url if AWS offers them there now",
        check=lambda answer: None if answer in ("http-api", "url") else "http-api or url",
    )


def settle_concurrency(guide, session, deployed, parameters):
    """Refuses a reservation that Lambda would refuse in the middle of the deployment, and keeps a small account's
    processor from taking all that ingest needs."""
    client = session.client("lambda")
    try:
        limit = client.get_account_settings()["AccountLimit"]
        own = reserved(client, deployed)
    except (BotoCoreError, ClientError) as error:
        print(f"Could not check the account's concurrency: {error}")
        return
    account, unreserved = limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]
    wanted = int(parameters.get("ReservedConcurrency", 0))
    spare = unreserved + own - min(UNRESERVED_MIN, account)
    if wanted > max(spare, 0):
        sys.exit(f"ReservedConcurrency={wanted} is too much: of the account's {account} concurrent executions "
                 f"{max(spare, 0)} can be reserved.\nRequest more (Service Quotas, Lambda, L-B99A9384), or reserve less.")
    if account > UNRESERVED_MIN:
        return
    print(f"This account has {account} concurrent executions in {session.region_name}, which all functions share; new "
          "accounts have few.\nRequests above that are answered 429. Request more now: Service Quotas, Lambda, L-B99A9384.")
    if deployed is None and "ProcessConcurrency" not in parameters:
        parameters["ProcessConcurrency"] = guide.ask(
            "process_concurrency", "ProcessConcurrency", str(PROCESSING_MIN), "batches at once; the rest is ingest's",
            check=is_ceiling,
        )


def reserved(client, deployed):
    """What the stack's own ingest has reserved."""
    if deployed is None:
        return 0
    function = deployed.outputs["IngestFunction"]
    return client.get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions", 0)


def is_ceiling(answer):
    is_taken = answer.isdecimal() and (int(answer) == 0 or PROCESSING_MIN <= int(answer) <= 1000)
    return None if is_taken else "0 for none, or 2 to 1000"
