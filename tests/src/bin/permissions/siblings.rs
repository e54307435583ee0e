//! What a role must not reach: the neighbours of what it may reach, and anything under a signature that is forged.
//!
//! That no permission is missing and none needless says nothing of one that is too broad: the paths would be the same.

use std::fmt::Display;

use ::tests::aws::Aws;
use ::tests::http::Http;
use ::tests::stack::REGION;
use aws_credential_types::Credentials;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use serde_json::{Value, json};

use crate::account::{Account, FUNCTIONS};
use crate::role::Grant;
use crate::survey::Survey;

/// Actions that AWS can limit to no resource.
const WITHOUT_RESOURCE: [&str; 3] = ["secretsmanager:ListSecrets", "xray:PutTraceSegments", "xray:PutTelemetryRecords"];
/// What stands in ARNs and names nothing of the stack.
const KINDS: [&str; 5] = ["table", "index", "secret", "log-group", "key"];
/// Kinds of things in the same places, by service, resource and key. Whichever of them a function never asked for, its role
/// must not give: a pattern that is too wide has no neighbours of its own that would show it.
const KINDS_OF_THINGS: [(&str, &str, &str); 11] = [
    ("dynamodb", LEDGER, "@sources"),
    ("dynamodb", LEDGER, "@watch"),
    ("dynamodb", LEDGER, "@expecting"),
    ("dynamodb", LEDGER, "@polls/1"),
    ("dynamodb", LEDGER, "@job/1"),
    ("dynamodb", LEDGER, "@other/1"),
    ("s3", "arn:aws:s3:::bucket/bodies/1", ""),
    ("s3", "arn:aws:s3:::bucket/events/1", ""),
    ("s3", "arn:aws:s3:::bucket/assets/1", ""),
    ("s3", "arn:aws:s3:::bucket/other/1", ""),
    ("secretsmanager", "arn:aws:secretsmanager:us-east-1:123456789012:secret:landfall/other/1", ""),
];
const LEDGER: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/Ledger";
/// The id of an event of some source, which no condition allows.
const FOREIGN_KEY: &str = "get3w/foreign/1";

/// How many calls there were, and those that did not come to what they must.
#[derive(Default)]
pub(crate) struct Refusals {
    pub(crate) calls: usize,
    pub(crate) granted: Vec<String>,
}

/// Asks by each role for what stands beside each of its resources and keys: all of it must be denied.
pub(crate) async fn of_siblings(account: &Account, survey: &Survey) -> Refusals {
    let mut refusals = Refusals::default();
    for function in FUNCTIONS {
        let aws = signed_in(account, account.credentials(function).clone());
        for grant in account.role(function).grants() {
            let others = others(&grant, |thing| survey.asks(function, &grant.action, thing));
            for (resource, key) in siblings(&grant).into_iter().chain(others) {
                let answer = ask(&aws, &grant.action, &resource, &key).await;
                let asked = format!("{function} may do {} with {resource} {key}", grant.action);
                refusals.note(answer.contains("AccessDenied"), asked, answer);
            }
        }
    }
    refusals
}

/// Calls by each role and each protocol with the id of its key and another secret.
pub(crate) async fn of_forgeries(account: &Account) -> Refusals {
    let mut refusals = Refusals::default();
    for function in FUNCTIONS {
        let own = account.credentials(function);
        let token = own.session_token().map(str::to_owned);
        let aws = signed_in(account, Credentials::new(own.access_key_id(), "forged", token, None, "forged"));
        let calls = [
            ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/Ledger"),
            ("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:EventsQueue"),
            ("sns:Publish", "arn:aws:sns:us-east-1:123456789012:Topic"),
            ("s3:GetObject", "arn:aws:s3:::bucket/bodies/1"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:landfall/source/1"),
        ];
        for (action, resource) in calls {
            let answer = ask(&aws, action, resource, "@sources").await;
            refusals.note(answer.contains("SignatureDoesNotMatch"), format!("{function} forges {action}"), answer);
        }
    }
    refusals
}

impl Refusals {
    fn note(&mut self, is_refused: bool, asked: impl Display, answer: String) {
        self.calls += 1;
        if !is_refused {
            self.granted.push(format!("{asked}: {answer}"));
        }
    }
}

fn signed_in(account: &Account, credentials: Credentials) -> Aws {
    Aws::signed_in(Http::default(), Some(&account.services.others), credentials, REGION.to_owned())
}

/// What is of another kind than anything that `is_asked_for`, in the places of `grant`.
fn others(grant: &Grant, is_asked_for: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let service = grant.action.split(':').next().unwrap_or_default();
    // Not of what is limited to no kind: a whole table, a whole bucket.
    let is_limited = if service == "dynamodb" { !grant.keys.is_empty() } else { grant.resource.contains("/*") };
    let others = KINDS_OF_THINGS.iter().filter(|(of, ..)| is_limited && *of == service);
    let others = others.filter(|(_, resource, key)| {
        let thing = if key.is_empty() { resource } else { key };
        !is_asked_for(thing.trim_end_matches('1'))
    });
    others.map(|(_, resource, key)| ((*resource).to_owned(), (*key).to_owned())).collect()
}

/// The ARNs and keys beside those of `grant`: each name in them, longer at its beginning and at its end.
fn siblings(grant: &Grant) -> Vec<(String, String)> {
    if grant.resource == "*" {
        assert!(WITHOUT_RESOURCE.contains(&grant.action.as_str()), "{} could be limited to a resource", grant.action);
        return Vec::new();
    }
    let some = |pattern: &str| pattern.replace('*', "1");
    let first_key = grant.keys.first().map_or(FOREIGN_KEY.to_owned(), |key| some(key));
    let (behind, _) = grant.resource.match_indices(':').nth(4).expect("an ARN has six parts");
    let (head, own) = grant.resource.split_at(behind + 1);
    let mut siblings: Vec<(String, String)> =
        longer(own).into_iter().map(|own| (head.to_owned() + &some(&own), first_key.clone())).collect();
    let keys = grant.keys.iter().flat_map(|key| longer(key));
    let foreign = (!grant.keys.is_empty()).then(|| FOREIGN_KEY.to_owned());
    siblings.extend(keys.chain(foreign).map(|key| (grant.resource.clone(), some(&key))));
    siblings
}

/// `names` with each name in it made longer at its beginning, and at its end.
fn longer(names: &str) -> Vec<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut longer = Vec::new();
    let mut at = 0;
    for word in names.split(|c| !is_name(c)) {
        if !word.is_empty() && !KINDS.contains(&word) {
            let (before, after) = (&names[..at], &names[at + word.len()..]);
            longer.push(format!("{before}x{word}{after}"));
            longer.push(format!("{before}{word}x{after}"));
        }
        at += word.len() + 1;
    }
    longer
}

/// Makes the call that asks for `action`, and gives the answer as text.
async fn ask(aws: &Aws, action: &str, resource: &str, key: &str) -> String {
    let (service, call) = action.split_once(':').expect("an action has a service");
    let own = resource.splitn(6, ':').last().unwrap_or_default();
    let json_call = async |target: &str, body: Value| {
        let target = format!("{target}.{call}");
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target.as_str())];
        let answer = aws.ask(service, "POST", "/", &headers, body.to_string().into()).await;
        format!("{} {}", answer.status, answer.text())
    };
    match service {
        "dynamodb" => json_call("DynamoDB_20120810", of_table(call, own, key)).await,
        "sqs" => {
            let account = resource.split(':').nth(4).unwrap_or_default();
            let body = json!({"QueueUrl": format!("https://sqs/{account}/{own}"), "MessageBody": "1", "ReceiptHandle": "1",
                "VisibilityTimeout": 1, "AttributeNames": ["All"]});
            json_call("AmazonSQS", body).await
        }
        "secretsmanager" => json_call("secretsmanager", json!({ "SecretId": resource })).await,
        "kms" => {
            json_call("TrentService", json!({"KeyId": resource, "CiphertextBlob": "MQ==", "KeySpec": "AES_256"})).await
        }
        "logs" => {
            let group = own.split(':').nth(1).unwrap_or_default();
            json_call("Logs_20140328", json!({"logGroupName": group, "logStreamName": "1", "logEvents": []})).await
        }
        "sns" => {
            let form = format!("Action={call}&Version=2010-03-31&TopicArn={}&Message=1", resource.replace(':', "%3A"));
            let headers = [("content-type", "application/x-www-form-urlencoded")];
            let answer = aws.ask(service, "POST", "/", &headers, form.into()).await;
            format!("{} {}", answer.status, answer.text())
        }
        "s3" => of_bucket(aws, call, own).await,
        other => panic!("no call of {other} is known here"),
    }
}

/// The body of a call to DynamoDB.
fn of_table(call: &str, resource: &str, key: &str) -> Value {
    let names: Vec<&str> = resource.split('/').collect();
    let item = json!({"id": {"S": key}, "minute": {"S": key}, "k": {"N": "1"}});
    let mut body = json!({"TableName": names[1]});
    match call {
        "PutItem" => body["Item"] = item,
        "Query" => {
            body["IndexName"] = json!(names.get(3));
            body["KeyConditionExpression"] = json!("due_shard = :due_shard");
            body["ExpressionAttributeValues"] = json!({":due_shard": {"S": "00"}});
        }
        _ => body["Key"] = json!({"id": {"S": key}}),
    }
    body
}

async fn of_bucket(aws: &Aws, call: &str, resource: &str) -> String {
    let (bucket, key) = resource.split_once('/').unwrap_or((resource, ""));
    fn told<O, E: ProvideErrorMetadata + std::fmt::Debug>(result: Result<O, E>) -> String {
        match result {
            Ok(_) => "it was done".to_owned(),
            Err(error) => format!("{:?} {error:?}", error.code()),
        }
    }
    match call {
        "GetObject" => told(aws.s3.get_object().bucket(bucket).key(key).send().await),
        "PutObject" => told(aws.s3.put_object().bucket(bucket).key(key).send().await),
        "AbortMultipartUpload" => {
            told(aws.s3.abort_multipart_upload().bucket(bucket).key(key).upload_id("1").send().await)
        }
        "ListBucket" => told(aws.s3.list_objects_v2().bucket(bucket).send().await),
        other => panic!("no call of s3:{other} is known here"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(resource: &str, keys: &[&str], expected: &[&str]) {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        let grant = Grant { action: "service:Action".to_owned(), resource: resource.to_owned(), keys };
        let told: Vec<String> =
            siblings(&grant).into_iter().map(|(resource, key)| format!("{resource} {key}")).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn the_siblings_of_a_resource_have_longer_names() {
        let queues = ["arn:aws:sqs:r:1:xEvents get3w/foreign/1", "arn:aws:sqs:r:1:Eventsx get3w/foreign/1"];
        check("arn:aws:sqs:r:1:Events", &[], &queues);
        let objects = ["xbucket/a/1", "bucketx/a/1", "bucket/xa/1", "bucket/ax/1"];
        let objects = objects.map(|own| format!("arn:aws:s3:::{own} get3w/foreign/1"));
        check("arn:aws:s3:::bucket/a/*", &[], &objects.each_ref().map(String::as_str));
    }

    #[test]
    fn the_siblings_of_a_key_are_longer_and_an_event_is_one() {
        let table = "arn:aws:dynamodb:r:1:table/T";
        let expected = [
            "arn:aws:dynamodb:r:1:table/xT @job/1",
            "arn:aws:dynamodb:r:1:table/Tx @job/1",
            &format!("{table} @xjob/1"),
            &format!("{table} @jobx/1"),
            &format!("{table} get3w/foreign/1"),
        ];
        check(table, &["@job/*"], &expected);
    }
}
