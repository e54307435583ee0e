//! What `template.yaml` promises a security reviewer, read after SAM's transform. No stack is needed.

use expect_test::expect;
use serde_json::{Value, json};

use crate::template::{TEMPLATE, list, of_type, resource};

#[test]
fn all_data_is_encrypted_and_a_customers_key_takes_over() {
    let own_key_or = |other: Value| json!({"Fn::If": ["HasKey", {"Ref": "KeyArn"}, other]});
    let nothing = json!({"Ref": "AWS::NoValue"});
    for queue in of_type("AWS::SQS::Queue") {
        assert_eq!(queue["KmsMasterKeyId"], own_key_or(nothing.clone()));
        assert_eq!(queue["SqsManagedSseEnabled"], json!({"Fn::If": ["HasKey", nothing, true]}));
    }
    for group in of_type("AWS::Logs::LogGroup") {
        assert_eq!(group["KmsKeyId"], own_key_or(nothing.clone()));
    }
    for table in of_type("AWS::DynamoDB::Table") {
        let own_key = json!({"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "KeyArn"}});
        assert_eq!(table["SSESpecification"], json!({"Fn::If": ["HasKey", own_key, nothing]}));
    }
    for bucket in of_type("AWS::S3::Bucket") {
        let rules = list(&bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]);
        let by_default = &rules[0]["ServerSideEncryptionByDefault"];
        assert_eq!(by_default["SSEAlgorithm"], json!({"Fn::If": ["HasKey", "aws:kms", "AES256"]}));
        assert_eq!(by_default["KMSMasterKeyID"], own_key_or(nothing.clone()));
    }
    assert_eq!(resource("Topic")["KmsMasterKeyId"], own_key_or(json!("alias/aws/sns")));
    assert_eq!(TEMPLATE["Parameters"]["KeyArn"]["Default"], "");
}

#[test]
fn whoever_calls_may_use_the_customers_key_if_there_is_one() {
    let may = json!({
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": {"Ref": "KeyArn"},
    });
    let may = json!({"Fn::If": ["HasKey", may, {"Ref": "AWS::NoValue"}]});
    for role in ["IngestRole", "ProcessRole", "SweepRole"] {
        let statements = list(&resource(role)["Policies"][0]["PolicyDocument"]["Statement"]);
        assert!(statements.contains(&may), "{role}");
    }
}

#[test]
fn nothing_is_taken_in_the_clear() {
    check_tls("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket", "s3:*");
    check_tls("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues", "sqs:*");
    check_tls_of("Topic", "AWS::SNS::TopicPolicy", "Topics", "sns:Publish");
}

/// Each resource of the type `kind` has a policy that denies `action` without TLS.
fn check_tls(kind: &str, policies: &str, names: &str, action: &str) {
    let resources = TEMPLATE["Resources"].as_object().expect("a template has resources");
    let ids: Vec<&String> = resources.iter().filter(|(_, it)| it["Type"] == kind).map(|(id, _)| id).collect();
    assert!(!ids.is_empty());
    for id in ids {
        check_tls_of(id, policies, names, action);
    }
}

fn check_tls_of(id: &str, policies: &str, names: &str, action: &str) {
    let of_it: Vec<&Value> = of_type(policies)
        .filter(|policy| match &policy[names] {
            Value::Array(named) => named.contains(&json!({"Ref": id})),
            named => *named == json!({"Ref": id}),
        })
        .collect();
    // CloudFormation lets the later one of two policies replace the other.
    assert_eq!(of_it.len(), 1, "policies of {id}");
    let denies = list(&of_it[0]["PolicyDocument"]["Statement"]).iter().any(|statement| {
        statement["Effect"] == "Deny"
            && statement["Principal"] == "*"
            && statement["Action"] == action
            && statement["Condition"] == json!({"Bool": {"aws:SecureTransport": "false"}})
    });
    assert!(denies, "{id} takes what is sent in the clear");
}

#[test]
fn no_bucket_can_be_made_public() {
    for bucket in of_type("AWS::S3::Bucket") {
        let blocks = bucket["PublicAccessBlockConfiguration"].as_object().unwrap();
        assert_eq!(blocks.len(), 4);
        assert!(blocks.values().all(|block| *block == json!(true)));
        assert_eq!(bucket["OwnershipControls"]["Rules"], json!([{"ObjectOwnership": "BucketOwnerEnforced"}]));
    }
}

#[test]
fn what_becomes_of_data_is_said_for_each_place_that_holds_it() {
    const HOLD_DATA: [&str; 3] = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"];
    let resources = TEMPLATE["Resources"].as_object().unwrap();
    let mut told = Vec::new();
    for (id, resource) in resources.iter().filter(|(_, it)| HOLD_DATA.iter().any(|kind| it["Type"] == *kind)) {
        told.push(format!("{id}: {}, {}", resource["DeletionPolicy"], resource["UpdateReplacePolicy"]));
    }
    told.sort();
    expect![[r#"
        Bucket: "RetainExceptOnCreate", "Retain"
        ConsumerDeadLetterQueue: "RetainExceptOnCreate", "Retain"
        ConsumerQueue: "Delete", "Delete"
        DeadLetterQueue: "RetainExceptOnCreate", "Retain"
        EventsQueue: "RetainExceptOnCreate", "Retain"
        ExpectQueue: "Delete", "Delete"
        Ledger: "Retain", "Retain"
        Refused: "Delete", "Delete""#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn the_ledger_cannot_be_deleted_in_passing_and_the_bucket_keeps_what_was() {
    assert_eq!(resource("Ledger")["DeletionProtectionEnabled"], json!({"Ref": "DeletionProtection"}));
    assert_eq!(TEMPLATE["Parameters"]["DeletionProtection"]["Default"], "true");
    let recovery = json!({"PointInTimeRecoveryEnabled": true});
    assert_eq!(resource("Ledger")["PointInTimeRecoverySpecification"], recovery);
    assert_eq!(resource("Bucket")["VersioningConfiguration"], json!({"Status": "Enabled"}));
    for role in ["IngestRole", "ProcessRole", "SweepRole"] {
        let policies = resource(role)["Policies"].to_string();
        assert!(!policies.contains("s3:Delete") && !policies.contains("dynamodb:Delete"), "{role} may delete");
    }
}

/// The names of the URL's resources are those that SAM once gave them: under others, an update would replace the URL.
#[test]
fn one_of_two_ways_leads_to_ingest() {
    let resources = TEMPLATE["Resources"].as_object().unwrap();
    let conditions = resources.iter().filter(|(_, resource)| {
        let kind = resource["Type"].as_str().unwrap();
        kind.starts_with("AWS::ApiGatewayV2") || kind == "AWS::Lambda::Url" || kind == "AWS::Lambda::Permission"
    });
    let mut told: Vec<String> = conditions.map(|(id, resource)| format!("{id}: {}", resource["Condition"])).collect();
    told.sort();
    expect![[r#"
        HttpApi: "ServesHttpApi"
        HttpApiIntegration: "ServesHttpApi"
        HttpApiPermission: "ServesHttpApi"
        HttpApiRoute: "ServesHttpApi"
        HttpApiStage: "ServesHttpApi"
        IngestURLInvokeAllowPublicAccess: "ServesUrl"
        IngestUrl: "ServesUrl"
        IngestUrlPublicPermissions: "ServesUrl""#]]
    .assert_eq(&told.join("\n"));
    assert_eq!(TEMPLATE["Conditions"]["ServesUrl"], json!({"Fn::Equals": [{"Ref": "Front"}, "url"]}));
    assert_eq!(TEMPLATE["Conditions"]["ServesHttpApi"], json!({"Fn::Equals": [{"Ref": "Front"}, "http-api"]}));
    assert_eq!(TEMPLATE["Parameters"]["Front"]["AllowedValues"], json!(["url", "http-api"]));
}

/// What `domain::delivery::request` reads: the format of a function URL, and paths without a stage's name before them.
#[test]
fn the_http_api_says_the_same_as_the_url() {
    assert_eq!(resource("HttpApiIntegration")["PayloadFormatVersion"], "2.0");
    assert_eq!(resource("HttpApiStage")["StageName"], "$default");
    assert_eq!(resource("HttpApiRoute")["RouteKey"], "$default");
}
