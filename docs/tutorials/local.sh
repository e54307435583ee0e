# What the tutorials take from the local stack that `make up` has started. Run it in the project's folder:
# source docs/tutorials/local.sh

# A value of target/local/stack.json, such as topic_arn.
value() {
  python3 -c 'import json, sys; print(json.load(open("target/local/stack.json"))[sys.argv[1]])' "$1"
}

# The AWS CLI and SDKs read these: they talk to the emulator, which takes any credentials.
AWS_ENDPOINT_URL=$(value endpoint)
FUNCTION_URL=$(value function_url)
export AWS_ENDPOINT_URL AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local

# Creates the queue $1, subscribes it to the events of the source $2, and prints its URL.
subscribe() {
  local queue_url queue_arn
  queue_url=$(aws sqs create-queue --queue-name "$1" --query QueueUrl --output text)
  queue_arn=$(aws sqs get-queue-attributes --queue-url "$queue_url" --attribute-names QueueArn \
    --query Attributes.QueueArn --output text)
  aws sns subscribe --topic-arn "$(value topic_arn)" --protocol sqs --notification-endpoint "$queue_arn" \
    --attributes "{\"RawMessageDelivery\": \"true\", \"FilterPolicy\": \"{\\\"source\\\": [\\\"$2\\\"]}\"}" > /dev/null
  echo "$queue_url"
}

# The signature of the text $1 by the secret $2: an HMAC-SHA256, in hex.
sign() {
  printf %s "$1" | openssl dgst -sha256 -hmac "$2" -r | cut -d' ' -f1
}

# Posts the body $2 to the source $1 with the header $3, and prints the answer. Repeats it after a 503, as senders do.
deliver() {
  curl --silent --show-error --retry 9 --header 'content-type: application/json' --header "$3" --data-binary "$2" \
    "$FUNCTION_URL/hooks/$1"
  echo
}
