// dynalite, a DynamoDB that shares no code with moto or MiniStack, on the port that it is given.
//
// One thing that it does not know is added: the item that stood in the way comes back with a refusal. It is added where
// the condition is evaluated, under dynalite's own lock on the item, so that it is the very item that was compared.
'use strict'

const db = require('dynalite/db')
const dynalite = require('dynalite')

// Parameters without a type are dropped.
for (const operation of ['putItem', 'updateItem']) {
  require(`dynalite/validations/${operation}`).types.ReturnValuesOnConditionCheckFailure = { type: 'String' }
}

const checkConditional = db.checkConditional
db.checkConditional = (request, item) => {
  const refusal = checkConditional(request, item)
  if (refusal && item && request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD') refusal.body.Item = item
  return refusal
}

dynalite({ createTableMs: 0 }).listen(Number(process.argv[2]), '127.0.0.1')
