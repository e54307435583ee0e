//! What `template.yaml` promises, read after SAM's transform. No stack is needed.

use std::time::Duration;

use domain::archive::{ASSETS_AT_ONCE, DOWNLOAD_RESERVE, PART_BYTES};
use domain::ledger::schedule::{LEASE_MARGIN, RECORD_RETENTION};
use expect_test::expect;
use serde_json::{Value, json};

pub(crate) use tests::template::TEMPLATE;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const FUNCTIONS: [&str; 3] = ["Ingest", "Process", "Sweep"];

#[test]
fn strangers_may_call_the_url_by_both_permissions() {
    // The third is API Gateway's.
    let of_strangers = of_type("AWS::Lambda::Permission").filter(|permission| permission["Principal"] == "*");
    let mut permissions: Vec<String> = of_strangers.map(Value::to_string).collect();
    permissions.sort();
    expect![[r#"
        {"Action":"lambda:InvokeFunction","FunctionName":{"Ref":"Ingest"},"InvokedViaFunctionUrl":true,"Principal":"*"}
        {"Action":"lambda:InvokeFunctionUrl","FunctionName":{"Ref":"Ingest"},"FunctionUrlAuthType":"NONE","Principal":"*"}"#]]
    .assert_eq(&permissions.join("\n"));
}

#[test]
fn the_functions_get_the_environment_that_they_read() {
    let names = FUNCTIONS.map(|function| {
        let variables = resource(function)["Environment"]["Variables"].as_object().unwrap();
        let mut names: Vec<&str> = variables.keys().map(String::as_str).collect();
        names.sort_unstable();
        format!("{function}: {}", names.join(" "))
    });
    expect![[r#"
        Ingest: AWS_CA_BUNDLE BUCKET EVENTS_QUEUE_URL FRONT_SHA256 INLINE_BODY_BYTES LEDGER_TABLE LOG_LEVEL REFUSED_TABLE SOURCES_PREFIX SSL_CERT_FILE TIME_SCALE
        Process: AWS_CA_BUNDLE BUCKET DEAD_LETTER_QUEUE_URL EVENTS_QUEUE_URL EXPECT_QUEUE_URL INLINE_BODY_BYTES LEDGER_TABLE LOG_LEVEL SOURCES_PREFIX SSL_CERT_FILE TIME_SCALE TOPIC_ARN
        Sweep: AWS_CA_BUNDLE EVENTS_QUEUE_URL EXPECT_QUEUE_URL LEDGER_TABLE LOG_LEVEL REFUSED_TABLE SOURCES_PREFIX SSL_CERT_FILE TIME_SCALE"#]]
    .assert_eq(&names.join("\n"));
}

#[test]
fn each_role_may_do_what_its_holder_does_and_no_more() {
    let roles = ["IngestRole", "ProcessRole", "SweepRole", "SweepScheduleRole"].map(|role| {
        let statements = list(&resource(role)["Policies"][0]["PolicyDocument"]["Statement"]);
        let told = |statement: &Value| {
            let condition =
                statement.get("Condition").map(|condition| format!(" where {condition}")).unwrap_or_default();
            format!("{} on {}{condition}", actions(statement), statement["Resource"])
        };
        let lines = statements.iter().map(|statement| match statement.get("Fn::If") {
            Some(parts) => format!("  if {}: {}", text(&parts[0]), told(&parts[1])),
            None => format!("  {}", told(statement)),
        });
        format!("{role}\n{}", lines.collect::<Vec<_>>().join("\n"))
    });
    assert_eq!(of_type("AWS::IAM::Role").count(), roles.len());
    expect![[r#"
        IngestRole
          logs:CreateLogStream logs:PutLogEvents on {"Fn::GetAtt":["IngestLogs","Arn"]}
          dynamodb:PutItem dynamodb:UpdateItem on {"Fn::GetAtt":["Ledger","Arn"]}
          dynamodb:GetItem on {"Fn::GetAtt":["Ledger","Arn"]} where {"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["@sources"]}}
          if Quarantines: dynamodb:PutItem on {"Fn::GetAtt":["Refused","Arn"]}
          sqs:SendMessage on {"Fn::GetAtt":["EventsQueue","Arn"]}
          s3:PutObject on {"Fn::Sub":"${Bucket.Arn}/bodies/*"}
          secretsmanager:GetSecretValue on {"Fn::Sub":"arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${SourcesPrefix}/source/*"}
          if Traces: xray:PutTraceSegments xray:PutTelemetryRecords on "*"
          if HasKey: kms:Decrypt kms:GenerateDataKey on {"Ref":"KeyArn"}
        ProcessRole
          logs:CreateLogStream logs:PutLogEvents on {"Fn::GetAtt":["ProcessLogs","Arn"]}
          dynamodb:PutItem dynamodb:UpdateItem on {"Fn::GetAtt":["Ledger","Arn"]}
          sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility on {"Fn::GetAtt":["EventsQueue","Arn"]}
          if Expects: sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility on {"Fn::GetAtt":["ExpectQueue","Arn"]}
          dynamodb:GetItem on {"Fn::GetAtt":["Ledger","Arn"]} where {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["@job/*"]}}
          sqs:SendMessage on {"Fn::GetAtt":["DeadLetterQueue","Arn"]}
          s3:GetObject s3:PutObject on {"Fn::Sub":"${Bucket.Arn}/bodies/*"}
          s3:PutObject on {"Fn::Sub":"${Bucket.Arn}/events/*"}
          s3:GetObject s3:PutObject s3:AbortMultipartUpload on {"Fn::Sub":"${Bucket.Arn}/assets/*"}
          s3:ListBucket on {"Fn::GetAtt":["Bucket","Arn"]}
          sns:Publish on {"Ref":"Topic"}
          secretsmanager:GetSecretValue on {"Fn::Sub":"arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${SourcesPrefix}/source/*"}
          if Traces: xray:PutTraceSegments xray:PutTelemetryRecords on "*"
          if HasKey: kms:Decrypt kms:GenerateDataKey on {"Ref":"KeyArn"}
        SweepRole
          logs:CreateLogStream logs:PutLogEvents on {"Fn::GetAtt":["SweepLogs","Arn"]}
          dynamodb:Query on {"Fn::Sub":"${Ledger.Arn}/index/due"}
          dynamodb:Query on {"Fn::Sub":"${Ledger.Arn}/index/arrived"}
          if Quarantines: dynamodb:Query on {"Fn::Sub":"${Refused.Arn}/index/recent"}
          dynamodb:UpdateItem on {"Fn::GetAtt":["Ledger","Arn"]}
          dynamodb:GetItem on {"Fn::GetAtt":["Ledger","Arn"]} where {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":{"Fn::If":["Expects",["@sources","@watch","@expecting","@polls/*"],["@sources","@watch"]]}}}
          dynamodb:PutItem on {"Fn::GetAtt":["Ledger","Arn"]} where {"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["@sources"]}}
          if Expects: sqs:SendMessage on {"Fn::GetAtt":["ExpectQueue","Arn"]}
          secretsmanager:ListSecrets on "*"
          sqs:SendMessage on {"Fn::GetAtt":["EventsQueue","Arn"]}
          if Traces: xray:PutTraceSegments xray:PutTelemetryRecords on "*"
          if HasKey: kms:Decrypt kms:GenerateDataKey on {"Ref":"KeyArn"}
        SweepScheduleRole
          lambda:InvokeFunction on {"Fn::GetAtt":["Sweep","Arn"]}"#]]
    .assert_eq(&roles.join("\n"));
}

#[test]
fn each_function_has_its_own_role_and_log_group() {
    for function in FUNCTIONS {
        let properties = resource(function);
        assert_eq!(properties["Role"], json!({"Fn::GetAtt": [format!("{function}Role"), "Arn"]}));
        let logging = json!({
            "LogFormat": "JSON",
            "ApplicationLogLevel": {"Ref": "LogLevel"},
            "SystemLogLevel": {"Ref": "SystemLogLevel"},
            "LogGroup": {"Ref": format!("{function}Logs")},
        });
        assert_eq!(properties["LoggingConfig"], logging);
        assert_eq!(resource(&format!("{function}Logs"))["RetentionInDays"], json!({"Ref": "LogRetentionDays"}));
    }
}

#[test]
fn no_level_can_be_chosen_at_which_lambda_drops_the_lines_that_carry_metrics() {
    assert_eq!(TEMPLATE["Parameters"]["LogLevel"]["AllowedValues"], json!(["DEBUG", "INFO"]));
    // What Lambda writes of itself carries none, and costs more than Landfall's lines.
    assert_eq!(TEMPLATE["Parameters"]["SystemLogLevel"]["Default"], json!("WARN"));
}

#[test]
fn the_functions_send_traces_only_if_they_are_to() {
    assert_eq!(TEMPLATE["Parameters"]["Tracing"]["Default"], json!("PassThrough"));
    for function in FUNCTIONS {
        assert_eq!(resource(function)["TracingConfig"], json!({"Mode": {"Ref": "Tracing"}}));
    }
}

/// Lambda checks a role when it makes the function, so nothing that it needs may be attached beside or after it.
#[test]
fn all_that_a_role_may_do_is_part_of_the_role() {
    let policies = ["AWS::IAM::Policy", "AWS::IAM::RolePolicy"];
    assert_eq!(policies.into_iter().flat_map(of_type).count(), 0);
    // Those for people.
    let mut managed = of_type("AWS::IAM::ManagedPolicy");
    assert!(managed.all(|policy| policy["Roles"].is_null()));
}

/// CloudFormation updates what a resource names before the resource, so a new index stands before new code asks it.
#[test]
fn the_ledger_is_changed_before_the_functions() {
    for function in FUNCTIONS {
        assert_eq!(resource(function)["Environment"]["Variables"]["LEDGER_TABLE"], json!({"Ref": "Ledger"}));
    }
}

/// Whoever sends `Sampled=1` can have no trace recorded at the operator's cost.
#[test]
fn only_who_asks_for_traces_has_roles_that_may_send_them() {
    for function in FUNCTIONS {
        let statements = list(&resource(&format!("{function}Role"))["Policies"][0]["PolicyDocument"]["Statement"]);
        let of_xray: Vec<&Value> = statements.iter().filter(|it| it.to_string().contains("xray:")).collect();
        assert_eq!((of_xray.len(), &of_xray[0]["Fn::If"][0]), (1, &json!("Traces")));
        assert_eq!(of_xray[0]["Fn::If"][2], json!({"Ref": "AWS::NoValue"}));
    }
}

#[test]
fn the_ledger_is_keyed_and_expires_as_the_code_has_it() {
    let ledger = resource("Ledger");
    assert_eq!(ledger["KeySchema"], json!([{"AttributeName": "id", "KeyType": "HASH"}]));
    assert_eq!(ledger["TimeToLiveSpecification"], json!({"AttributeName": "expires_at", "Enabled": true}));
    let indexes = json!([{
        "IndexName": "due",
        "KeySchema": [
            {"AttributeName": "due_shard", "KeyType": "HASH"},
            {"AttributeName": "due_at", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["sweeps"]},
    }, {
        "IndexName": "arrived",
        "KeySchema": [
            {"AttributeName": "slot", "KeyType": "HASH"},
            {"AttributeName": "received_at", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["type", "subject"]},
    }]);
    assert_eq!(ledger["GlobalSecondaryIndexes"], indexes);
}

#[test]
fn refused_deliveries_are_stored_only_where_the_operator_says_so_and_go_with_the_stack() {
    assert_eq!(TEMPLATE["Parameters"]["Quarantine"]["Default"], json!("off"));
    let table = &TEMPLATE["Resources"]["Refused"];
    assert_eq!(table["Condition"], json!("Quarantines"));
    assert_eq!((&table["DeletionPolicy"], &table["UpdateReplacePolicy"]), (&json!("Delete"), &json!("Delete")));
    let properties = &table["Properties"];
    assert_eq!(properties["BillingMode"], json!("PAY_PER_REQUEST"));
    assert_eq!(properties["TimeToLiveSpecification"], json!({"AttributeName": "expires_at", "Enabled": true}));
    let keys = json!([{"AttributeName": "minute", "KeyType": "HASH"}, {"AttributeName": "k", "KeyType": "RANGE"}]);
    assert_eq!(properties["KeySchema"], keys);
    let if_on = json!({"Fn::If": ["Quarantines", {"Ref": "Refused"}, {"Ref": "AWS::NoValue"}]});
    for function in ["Ingest", "Sweep"] {
        assert_eq!(resource(function)["Environment"]["Variables"]["REFUSED_TABLE"], if_on, "{function}");
    }
    assert_eq!(TEMPLATE["Outputs"]["RefusedTable"]["Condition"], json!("Quarantines"));
    assert!(!resource("ProcessRole").to_string().contains("Refused"), "it needs none of it");
}

#[test]
fn one_failed_record_of_a_batch_comes_back_alone() {
    let mappings: Vec<&Value> = of_type("AWS::Lambda::EventSourceMapping").collect();
    assert_eq!(mappings.len(), 2);
    for mapping in &mappings {
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
        assert_eq!(mapping["BatchSize"], json!(10));
    }
    let of_events = mappings.iter().find(|mapping| mapping.get("MaximumBatchingWindowInSeconds").is_some());
    let window = of_events.map(|mapping| &mapping["MaximumBatchingWindowInSeconds"]);
    assert_eq!(window, Some(&json!({"Ref": "BatchingWindowSeconds"})));
    assert_eq!(TEMPLATE["Parameters"]["BatchingWindowSeconds"]["Default"], json!(0));
}

#[test]
fn a_message_stays_hidden_for_longer_than_any_claim_on_its_event() {
    assert_eq!(resource("EventsQueue")["VisibilityTimeout"], json!({"Ref": "EventsVisibilitySeconds"}));
    let visibility = &TEMPLATE["Parameters"]["EventsVisibilitySeconds"];
    let time_out = seconds(&resource("Process")["Timeout"]);
    assert_eq!(seconds(&visibility["Default"]), 6 * time_out);
    assert_eq!(seconds(&visibility["MinValue"]), 6 * time_out);
    // Messages that Lambda gathers are hidden already.
    let window = seconds(&TEMPLATE["Parameters"]["BatchingWindowSeconds"]["MaxValue"]);
    assert!(window + time_out + LEASE_MARGIN < 6 * time_out);
}

#[test]
fn a_message_is_neither_buried_nor_dropped_while_the_ledger_is_away() {
    let events = resource("EventsQueue");
    let redrive = json!({"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}, "maxReceiveCount": 1000});
    assert_eq!(events["RedrivePolicy"], redrive);
    // A dead letter's age counts from when it was first sent, so the second queue must keep as long as the first.
    for queue in [events, resource("DeadLetterQueue")] {
        assert_eq!(seconds(&queue["MessageRetentionPeriod"]), 14 * DAY);
        assert_eq!(queue["MaximumMessageSize"], json!(1024 * 1024));
    }
}

#[test]
fn bodies_outlive_the_records_that_refer_to_them() {
    for rule in list(&resource("Bucket")["LifecycleConfiguration"]["Rules"]) {
        match rule["Prefix"].as_str() {
            Some("bodies/" | "events/") => {
                let kept = DAY * u32::try_from(rule["ExpirationInDays"].as_u64().unwrap()).unwrap();
                // Twice, so that a record that is replayed on its last day still has its body.
                assert!(kept >= 2 * RECORD_RETENTION, "{rule}");
            }
            _ => assert_eq!(rule["ExpirationInDays"], Value::Null, "nothing else may expire"),
        }
    }
}

#[test]
fn what_is_left_of_an_upload_goes_and_copies_stay() {
    let rules = list(&resource("Bucket")["LifecycleConfiguration"]["Rules"]);
    let unfinished: Vec<&Value> =
        rules.iter().filter(|rule| rule["AbortIncompleteMultipartUpload"].is_object()).collect();
    assert_eq!(unfinished.len(), 1);
    assert_eq!(unfinished[0]["Prefix"], Value::Null, "uploads of every key");
    assert!(rules.iter().all(|rule| rule["Prefix"] != json!("assets/")));
}

#[test]
fn the_processor_has_time_and_memory_for_assets() {
    const MIB: u64 = 1024 * 1024;
    /// What the tree of the worst body takes; see the parameter's description.
    const TREE_BYTES: u64 = 370 * 1000 * 1000;
    assert!(seconds(&resource("Process")["Timeout"]) >= DOWNLOAD_RESERVE + Duration::from_secs(20));
    let least = TEMPLATE["Parameters"]["ProcessMemory"]["MinValue"].as_u64().unwrap() * MIB;
    let parts = u64::try_from(ASSETS_AT_ONCE * PART_BYTES).unwrap();
    assert!(10 * 4 * MIB + TREE_BYTES + parts < least);
}

#[test]
fn nothing_that_is_for_tests_only_is_ever_deployed() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml")).unwrap();
    let configuration = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../samconfig.toml")).unwrap();
    assert!(!text.contains("TEST_ONLY") && !configuration.contains("TEST_ONLY"));
}

#[test]
fn a_sweep_ends_before_the_next_begins_and_nobody_repeats_it() {
    let schedule = resource("SweepSchedule");
    assert_eq!(schedule["ScheduleExpression"], json!("rate(1 minute)"));
    assert_eq!(schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"], json!(0));
    assert_eq!(resource("SweepEventInvokeConfig")["MaximumRetryAttempts"], json!(0));
    assert!(seconds(&resource("Sweep")["Timeout"]) < Duration::from_secs(60));
}

#[test]
fn consumers_get_the_event_itself_and_lose_none() {
    let subscription = resource("ConsumerSubscription");
    assert_eq!(subscription["RawMessageDelivery"], json!(true));
    let dead_letters = json!({"Fn::GetAtt": ["ConsumerDeadLetterQueue", "Arn"]});
    assert_eq!(subscription["RedrivePolicy"]["deadLetterTargetArn"], dead_letters);
    assert_eq!(resource("ConsumerQueue")["RedrivePolicy"]["deadLetterTargetArn"], dead_letters);
    let policy = resource("ConsumerQueuePolicy");
    assert_eq!(policy["Queues"], json!([{"Ref": "ConsumerQueue"}, {"Ref": "ConsumerDeadLetterQueue"}]));
    let only_the_topic = json!({"ArnEquals": {"aws:SourceArn": {"Ref": "Topic"}}});
    assert_eq!(policy["PolicyDocument"]["Statement"][0]["Condition"], only_the_topic);
}

#[test]
fn other_accounts_get_no_more_than_the_operator_says() {
    let statements = ["BucketPolicy", "TopicPolicy"].map(|policy| {
        let statements = list(&resource(policy)["PolicyDocument"]["Statement"]);
        let only: Vec<&Value> = statements.iter().filter(|it| it["Effect"] != "Deny").collect();
        assert_eq!((only.len(), &only[0]["Fn::If"][0]), (1, &json!("HasSubscribers")), "{policy}");
        assert_eq!(
            only[0]["Fn::If"][1]["Principal"],
            json!({"AWS": {"Fn::Split": [",", {"Ref": "SubscriberAccounts"}]}})
        );
        let granted = &only[0]["Fn::If"][1];
        format!("{} on {}, {}", actions(granted), granted["Resource"], granted["Condition"])
    });
    expect![[r#"
        s3:GetObject on [{"Fn::Sub":"${Bucket.Arn}/bodies/*"},{"Fn::Sub":"${Bucket.Arn}/events/*"},{"Fn::Sub":"${Bucket.Arn}/assets/*"}], null
        sns:Subscribe on {"Ref":"Topic"}, {"StringEquals":{"sns:Protocol":"sqs"}}"#]]
    .assert_eq(&statements.join("\n"));
    assert_eq!(TEMPLATE["Parameters"]["SubscriberAccounts"]["Default"], "");
}

/// A stranger's page can send whatever anybody can send, but reads no answer unless the operator names its origin.
#[test]
fn pages_of_other_origins_read_nothing_unless_the_operator_says_so() {
    assert_eq!(TEMPLATE["Parameters"]["CorsOrigins"]["Default"], "");
    let empty = json!({"Fn::Equals": [{"Ref": "CorsOrigins"}, ""]});
    assert_eq!(TEMPLATE["Conditions"]["AllowsOrigins"], json!({ "Fn::Not": [empty] }));
    let allowed = json!({
        "AllowOrigins": {"Fn::Split": [",", {"Ref": "CorsOrigins"}]}, "AllowMethods": ["GET", "POST"], "AllowHeaders": ["*"], "MaxAge": 300,
    });
    for configuration in [&resource("IngestUrl")["Cors"], &resource("HttpApi")["CorsConfiguration"]] {
        assert_eq!(*configuration, json!({"Fn::If": ["AllowsOrigins", allowed, {"Ref": "AWS::NoValue"}]}));
    }
}

#[test]
fn a_developer_subscribes_queues_of_listeners_only() {
    let statements = list(&resource("DeveloperPolicy")["PolicyDocument"]["Statement"]);
    let granted: Vec<String> = statements
        .iter()
        .filter(|statement| actions(statement).contains("sns:Subscribe"))
        .map(|statement| format!("{} on {}, {}", actions(statement), statement["Resource"], statement["Condition"]))
        .collect();
    expect![[r#"
        sns:Subscribe on {"Ref":"Topic"}, {"StringEquals":{"sns:Protocol":"sqs"},"StringLike":{"sns:Endpoint":{"Fn::Sub":"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:landfall-listen-*"}}}"#]]
    .assert_eq(&granted.join("\n"));
}

#[test]
fn a_ceiling_that_lambda_does_not_take_is_refused_before_anything_is_made() {
    let assertion = &TEMPLATE["Rules"]["ProcessConcurrencyIsTaken"]["Assertions"][0]["Assert"];
    assert_eq!(*assertion, json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "ProcessConcurrency"}, "1"]}]}));
}

#[test]
fn two_inboxes_fit_one_account() {
    for (id, resource) in TEMPLATE["Resources"].as_object().unwrap() {
        let kind = resource["Type"].as_str().unwrap().rsplit("::").next().unwrap();
        // A queue's own name is its `QueueName`; only a schedule's is its `Name`. A stage's is its API's affair.
        for name in [format!("{kind}Name"), "Name".to_owned()] {
            let given = &resource["Properties"][name];
            let is_of_the_stack = *given == json!({"Ref": "AWS::StackName"}) || kind == "Stage";
            assert!(given.is_null() || is_of_the_stack, "{id} has a name of its own");
        }
    }
}

/// The properties of a resource.
pub(crate) fn resource(id: &str) -> &'static Value {
    &TEMPLATE["Resources"][id]["Properties"]
}

/// The properties of all resources of a type.
pub(crate) fn of_type(name: &str) -> impl Iterator<Item = &'static Value> {
    let resources = TEMPLATE["Resources"].as_object().expect("a template has resources");
    resources.values().filter(move |resource| resource["Type"] == name).map(|resource| &resource["Properties"])
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// What a statement allows: one action or a list of them.
fn actions(statement: &Value) -> String {
    match &statement["Action"] {
        Value::Array(actions) => actions.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        action => action.as_str().unwrap_or_default().to_owned(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn seconds(value: &Value) -> Duration {
    Duration::from_secs(value.as_u64().expect("whole seconds"))
}
