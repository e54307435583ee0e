"""The same receiver with Powertools for its idempotency instead of a condition of its own."""

import os
import time

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

import handler as plain

persistence = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"], boto_config=plain.CONFIG)
config = IdempotencyConfig(event_key_jmespath="id", expires_after_seconds=30 * 24 * 60 * 60)
# Powertools tells the caller nothing about whether the function ran; only the function itself knows.
ran = []


@idempotent_function(data_keyword_argument="delivery", persistence_store=persistence, config=config)
def accept(delivery):
    ran.append(delivery["id"])
    plain.record(delivery)
    plain.enqueue(delivery)
    return {"id": delivery["id"]}


def handler(event, context):
    began_at = time.perf_counter()
    config.register_lambda_context(context)
    delivery = plain.verify(event)
    if delivery is None:
        return plain.answer(event, context, began_at, 401, {"error": "the delivery could not be verified"})
    ran.clear()
    accepted = accept(delivery=delivery)
    status = "accepted" if ran else "duplicate"
    return plain.answer(event, context, began_at, 200, {"status": status, "id": accepted["id"]})
