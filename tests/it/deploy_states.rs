//! `landfall deploy` in accounts and regions that cannot give what it would ask for, and beside stacks in every state. AWS is
//! played by a server of the test's own, which answers the tool's calls by their action.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::deploy::landfall;

/// An account, by the actions that it knows. `DescribeStacks` and the like are answered in XML, the others in JSON.
struct Account {
    answers: BTreeMap<&'static str, (u16, String)>,
    /// What was published last, as SQS then delivers it.
    published: Mutex<Option<String>>,
    /// Whether SNS reaches the queue.
    delivers: bool,
}

/// An update that failed, in the form of AWS's API reference: the newest event first.
const EVENTS: &str = "\
    <member><EventId>3</EventId><StackId>1</StackId><StackName>landfall</StackName><Timestamp>2026-01-01T00:00:03Z</Timestamp>\
    <LogicalResourceId>Sweep</LogicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType>\
    <ResourceStatus>UPDATE_FAILED</ResourceStatus>\
    <ResourceStatusReason>Resource update cancelled</ResourceStatusReason></member>\
    <member><EventId>2</EventId><StackId>1</StackId><StackName>landfall</StackName><Timestamp>2026-01-01T00:00:02Z</Timestamp>\
    <LogicalResourceId>Process</LogicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType>\
    <ResourceStatus>UPDATE_FAILED</ResourceStatus><ResourceStatusReason>User: arn:aws:iam::111122223333:user/ops is not \
    authorized to perform: lambda:UpdateFunctionCode</ResourceStatusReason></member>";

const OUTPUTS: [(&str, &str); 13] = [
    ("FunctionUrl", "https://abc.lambda-url.eu-west-1.on.aws/"),
    ("LedgerTable", "landfall-Ledger-1"),
    ("SourcesPrefix", "landfall"),
    ("ConsumerQueueUrl", "https://sqs.eu-west-1.amazonaws.com/111122223333/ready"),
    ("TopicArn", "arn:aws:sns:eu-west-1:111122223333:topic"),
    ("IngestFunction", "landfall-Ingest-1"),
    ("ProcessFunction", "landfall-Process-1"),
    ("SweepFunction", "landfall-Sweep-1"),
    ("IngestLogGroup", "landfall-IngestLogs-1"),
    ("ProcessLogGroup", "landfall-ProcessLogs-1"),
    ("SweepLogGroup", "landfall-SweepLogs-1"),
    ("Dashboard", "Dashboard-1"),
    ("EventsQueueUrl", "https://sqs.eu-west-1.amazonaws.com/111122223333/events"),
];

impl Account {
    /// One of `concurrency` without a stack.
    fn of_concurrency(concurrency: u64) -> Account {
        let identity = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>\
            <Arn>arn:aws:iam::111122223333:user/ops</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";
        let none = "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack does not exist</Message></Error>\
            </ErrorResponse>";
        let limit = json!({"ConcurrentExecutions": concurrency, "UnreservedConcurrentExecutions": concurrency});
        let answers = [
            ("GetCallerIdentity", (200, identity.to_owned())),
            ("DescribeStacks", (400, none.to_owned())),
            ("account-settings", (200, json!({"AccountLimit": limit}).to_string())),
            ("concurrency", (200, "{}".to_owned())),
            (
                "Publish",
                (
                    200,
                    "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
                        .to_owned(),
                ),
            ),
            ("DeleteMessage", (200, "{}".to_owned())),
        ];
        Account { answers: answers.into(), published: Mutex::default(), delivers: true }
    }

    /// One whose stack is in the state `state`.
    fn with_stack(state: &str) -> Account {
        let outputs = OUTPUTS.map(|(name, value)| {
            format!("<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>")
        });
        let stack = format!(
            "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>landfall</StackName>\
             <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>{state}</StackStatus>\
             <Outputs>{}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
            outputs.concat()
        );
        Account::of_concurrency(1000).answering("DescribeStacks", 200, stack)
    }

    /// One in which an update is told with `events`, once it has been executed.
    fn upgrading(self, events: &str) -> Account {
        let made = "<CreateChangeSetResponse><CreateChangeSetResult><Id>1</Id><StackId>1</StackId>\
            </CreateChangeSetResult></CreateChangeSetResponse>";
        let change = "<DescribeChangeSetResponse><DescribeChangeSetResult><Status>CREATE_COMPLETE</Status><Changes><member>\
            <Type>Resource</Type><ResourceChange><Action>Modify</Action><LogicalResourceId>Ledger</LogicalResourceId>\
            <ResourceType>AWS::DynamoDB::Table</ResourceType><Replacement>True</Replacement></ResourceChange>\
            </member></Changes></DescribeChangeSetResult></DescribeChangeSetResponse>";
        let events = format!(
            "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>{events}</StackEvents>\
             </DescribeStackEventsResult></DescribeStackEventsResponse>"
        );
        let account = self.answering("CreateChangeSet", 200, made).answering("DescribeChangeSet", 200, change);
        let account = account.answering("DescribeStackEvents", 200, events);
        let account = account.answering("ExecuteChangeSet", 200, "<ExecuteChangeSetResponse/>");
        account.answering("DeleteChangeSet", 200, "<DeleteChangeSetResponse/>")
    }

    fn answering(mut self, action: &'static str, status: u16, answer: impl ToString) -> Account {
        self.answers.insert(action, (status, answer.to_string()));
        self
    }

    /// What the tool says of `arguments` in this account, and whether it succeeded.
    fn deploy(self, arguments: &str) -> (String, bool) {
        self.deploy_with(arguments, "")
    }

    fn deploy_with(self, arguments: &str, input: &str) -> (String, bool) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let endpoint = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let account = Arc::new(self);
        // It ends with the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let account = Arc::clone(&account);
                std::thread::spawn(move || account.serve(stream));
            }
        });
        landfall(Some(&endpoint), arguments, input)
    }

    /// Answers the requests of one connection. A client that hangs up may do so.
    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut writer = stream.try_clone().ok()?;
        let mut reader = BufReader::new(stream);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                (reader.read_line(&mut head).ok()? > 0).then_some(())?;
            }
            let length = header(&head, "content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let (status, answer) = self.answer(&head, &String::from_utf8_lossy(&body));
            let sent = format!("HTTP/1.1 {status} Played\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
            writer.write_all(sent.as_bytes()).ok()?;
        }
    }

    fn answer(&self, head: &str, body: &str) -> (u16, String) {
        let path = head.split(' ').nth(1).unwrap_or_default().trim_end_matches('/').to_owned();
        let of_target = header(head, "x-amz-target").and_then(|it| it.rsplit('.').next().map(str::to_owned));
        let field = |name: &str| {
            let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next()
        };
        let action = of_target.or_else(|| field("Action")).or_else(|| path.rsplit('/').next().map(str::to_owned));
        let action = action.unwrap_or_default();
        let mut published = self.published.lock().expect("nobody panicked");
        if action == "ReceiveMessage" {
            let body = published.take().filter(|_| self.delivers);
            let messages: Vec<Value> = body.iter().map(|it| json!({"Body": it, "ReceiptHandle": "1"})).collect();
            return (200, json!({"Messages": messages}).to_string());
        }
        // S3 has no actions: the bucket is there, and takes whatever it is given.
        let has_answer = self.answers.contains_key(action.as_str());
        match head.split(' ').next().unwrap_or_default() {
            "HEAD" if !has_answer && path.contains("/landfall/") => return (404, String::new()),
            "HEAD" | "PUT" if !has_answer => return (200, String::new()),
            _ => (),
        }
        if action == "ExecuteChangeSet" {
            *published = Some(String::new());
        }
        if action == "DescribeStackEvents" && published.is_none() {
            let none = "<DescribeStackEventsResponse><DescribeStackEventsResult/></DescribeStackEventsResponse>";
            return (200, none.to_owned());
        }
        if let Some(message) = field("Message") {
            *published = Some(message.replace("%2F", "/"));
        }
        self.answers.get(action.as_str()).cloned().unwrap_or((500, format!("{action} is not played")))
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
}

/// Compares the lines of what the tool says that hold one of `words`.
fn check(account: Account, arguments: &str, words: &[&str], expected: Expect) -> bool {
    let (told, succeeded) = account.deploy(arguments);
    let lines: Vec<&str> = told.lines().filter(|line| words.iter().any(|word| line.contains(word))).collect();
    assert!(!lines.is_empty(), "{told}");
    expected.assert_eq(&lines.join("\n"));
    succeeded
}

#[test]
fn a_stack_that_cannot_be_deployed_to_is_told_with_what_to_do() {
    for (state, words, expected) in [
        (
            "UPDATE_ROLLBACK_FAILED",
            "rollback",
            expect!["  aws cloudformation continue-update-rollback --stack-name landfall --region eu-west-1"],
        ),
        (
            "ROLLBACK_IN_PROGRESS",
            "changed at",
            expect![
                "landfall: The stack landfall is being changed at this moment (ROLLBACK_IN_PROGRESS). Run this again when that has ended:"
            ],
        ),
        (
            "ROLLBACK_COMPLETE",
            "delete-stack",
            expect!["  aws cloudformation delete-stack --stack-name landfall --region eu-west-1"],
        ),
    ] {
        assert!(
            !check(Account::with_stack(state), "deploy --yes --dry-run --region eu-west-1", &[words], expected),
            "{state}"
        );
    }
    for state in ["UPDATE_ROLLBACK_COMPLETE", "UPDATE_COMPLETE"] {
        let update = expect!["Account 111122223333, region eu-west-1, stack landfall: an update"];
        assert!(
            check(Account::with_stack(state), "deploy --yes --dry-run --region eu-west-1", &["Account"], update),
            "{state}"
        );
    }
    let first = expect!["Account 111122223333, region eu-west-1, stack landfall: a first deployment"];
    check(Account::with_stack("REVIEW_IN_PROGRESS"), "deploy --yes --dry-run --region eu-west-1", &["Account"], first);
}

#[test]
fn a_region_without_function_urls_gets_an_http_api() {
    let list = include_str!("../../deploy/function_urls.json");
    let list: Value = serde_json::from_str(list).expect("it is JSON");
    let regions = list["regions_without"].as_array().expect("a list");
    assert!(regions.len() > 5);
    for region in [regions.first(), regions.last()].into_iter().flatten() {
        let region = region.as_str().expect("a text");
        let (told, succeeded) =
            Account::of_concurrency(1000).deploy(&format!("deploy --yes --dry-run --region {region}"));
        assert!(succeeded && told.contains(" Front=http-api"), "{told}");
    }
    let (told, _) = Account::of_concurrency(1000).deploy("deploy --yes --dry-run --region eu-west-1");
    assert!(!told.contains("Front="), "{told}");
    // An operator who knows better has the last word.
    let (told, _) =
        Account::of_concurrency(1000).deploy("deploy --yes --dry-run --region ap-southeast-5 --parameter Front=url");
    assert!(told.contains(" Front=url"), "{told}");
}

#[test]
fn a_region_of_the_european_sovereign_cloud_is_one() {
    let (told, succeeded) = Account::of_concurrency(1000).deploy("deploy --yes --dry-run --region eusc-de-east-1");
    assert!(succeeded && told.contains("region eusc-de-east-1"), "{told}");
}

#[test]
fn the_processor_of_a_new_account_leaves_something_to_ingest() {
    let arguments = "deploy --yes --dry-run --region eu-west-1";
    let words = ["This account", "by a change set"];
    let shown = |told: &str| told.lines().filter(|line| words.iter().any(|word| line.contains(word))).count();
    let (told, succeeded) = Account::of_concurrency(10).deploy(arguments);
    assert!(succeeded && shown(&told) == 2 && told.contains(" ProcessConcurrency=2"), "{told}");
    assert!(told.contains("This account has 10 concurrent executions in eu-west-1"), "{told}");
    let (told, _) = Account::of_concurrency(1000).deploy(arguments);
    assert!(shown(&told) == 1 && !told.contains("ProcessConcurrency"), "{told}");
    let (told, _) = Account::of_concurrency(10).deploy(&format!("{arguments} --parameter ProcessConcurrency=4"));
    assert!(told.contains(" ProcessConcurrency=4"), "{told}");
    // Whoever may not ask is not kept from deploying.
    let denied = json!({"Type": "User", "Message": "not authorized to perform: lambda:GetAccountSettings"});
    let account = Account::of_concurrency(10).answering("account-settings", 403, denied);
    let (told, succeeded) = account.deploy(arguments);
    assert!(succeeded && told.contains("Could not check ") && told.contains("GetAccountSettings"), "{told}");
}

#[test]
fn a_reservation_that_lambda_would_refuse_is_refused_first() {
    let with =
        |units: u64| format!("deploy --yes --dry-run --region eu-west-1 --parameter ReservedConcurrency={units}");
    let words = ["is too much", "can be reserved", "by a change set"];
    let none = expect![[r#"
        landfall: ReservedConcurrency=5 is too much: of the account's 10 concurrent executions 0 can be reserved."#]];
    assert!(!check(Account::of_concurrency(10), &with(5), &words, none));
    let few = expect![[r#"
        landfall: ReservedConcurrency=901 is too much: of the account's 1000 concurrent executions 900 can be reserved."#]];
    assert!(!check(Account::of_concurrency(1000), &with(901), &words, few));
    let (told, succeeded) = Account::of_concurrency(1000).deploy(&with(900));
    assert!(succeeded && told.contains(" ReservedConcurrency=900"), "{told}");
    // What the stack has reserved itself is free for it.
    let limit = json!({"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 500}});
    let standing = || {
        let account = Account::with_stack("UPDATE_COMPLETE").answering("account-settings", 200, &limit);
        account.answering("concurrency", 200, json!({"ReservedConcurrentExecutions": 500}))
    };
    assert!(standing().deploy(&with(900)).1);
    assert!(!standing().deploy(&with(901)).1);
}

#[test]
fn a_secret_that_is_being_deleted_is_told() {
    let pending = json!({"__type": "InvalidRequestException", "Message": "marked for deletion"});
    let account = Account::with_stack("UPDATE_COMPLETE").answering("GetSecretValue", 400, pending);
    let arguments = "source add csm --name csm-prod --yes --region eu-west-1 --url-file /dev/null";
    let expected = expect![[r#"
        landfall: The secret landfall/source/csm-prod is being deleted, and its name is taken until then. Restore it, or choose another name:
          aws secretsmanager restore-secret --secret-id landfall/source/csm-prod --region eu-west-1"#]];
    assert!(!check(account, arguments, &["being deleted", "restore-secret"], expected));
}

#[test]
fn a_new_source_is_entered_in_the_directory_of_sources() {
    let arguments = "source add csm --name csm-prod --yes --region eu-west-1 --url-file /dev/null";
    let account = |status: u16, code: &str| {
        let none = json!({"__type": "ResourceNotFoundException", "Message": "no such secret"});
        let account = Account::with_stack("UPDATE_COMPLETE").answering("GetSecretValue", 400, none);
        let account = account.answering("CreateSecret", 200, json!({"Name": "landfall/source/csm-prod"}));
        account.answering("UpdateItem", status, json!({"__type": code, "message": "no"}))
    };
    let words = ["was created", "could not be written"];
    let made = || expect!["The secret landfall/source/csm-prod was created."];
    assert!(check(account(200, ""), arguments, &words, made()));
    // There is no directory yet: the first sweep lists it with all others.
    assert!(check(account(400, "ConditionalCheckFailedException"), arguments, &words, made()));
    let (told, succeeded) = account(400, "AccessDeniedException").deploy(arguments);
    assert!(succeeded && told.contains("could not be written to landfall-Ledger-1"), "{told}");
}

#[test]
fn what_is_published_is_seen_in_the_consumer_queue_or_missed() {
    let arguments = "deploy --yes --check-delivery --region eu-west-1";
    let reached = expect!["An event of the type landfall.check was published and reached the consumer queue."];
    assert!(check(Account::with_stack("CREATE_COMPLETE"), arguments, &["landfall.check"], reached));
    let silent = Account { delivers: false, ..Account::with_stack("CREATE_COMPLETE") };
    let (told, succeeded) = silent.deploy(arguments);
    assert!(!succeeded && told.contains("did not reach the consumer queue"), "{told}");
    let denied = "<ErrorResponse><Error><Code>KMSAccessDenied</Code><Message>no kms:GenerateDataKey</Message></Error>\
        </ErrorResponse>";
    let (told, succeeded) = Account::with_stack("CREATE_COMPLETE").answering("Publish", 400, denied).deploy(arguments);
    assert!(!succeeded && told.contains("Could not check ") && told.contains("no kms:GenerateDataKey"), "{told}");
}

#[test]
fn a_denied_call_is_told_with_the_permission_that_is_missing() {
    let message = "User: arn:aws:iam::111122223333:user/ops is not authorized to perform: secretsmanager:GetSecretValue on \
        resource: landfall/source/csm-prod because no identity-based policy allows it";
    let denied = json!({"__type": "AccessDeniedException", "Message": message});
    let account = Account::with_stack("UPDATE_COMPLETE").answering("GetSecretValue", 400, denied);
    let expected = expect![
        r#"  {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "landfall/source/csm-prod"}"#
    ];
    assert!(!check(account, "source show csm-prod --region eu-west-1", &["Effect"], expected));
}

/// Nobody is surprised by a bucket.
#[test]
fn a_bucket_is_told_of_before_anything_is_uploaded() {
    let answers = "no@example.com\n\nno\n";
    let account = Account::of_concurrency(1000);
    let (told, succeeded) = account.deploy_with("deploy --region eu-west-1 --stack landfall", answers);
    assert!(!succeeded && told.contains("uploaded to a bucket of your account"), "{told}");
    assert!(told.contains("Nothing was changed."), "{told}");
}

/// A release whose functions do nothing.
struct Release(PathBuf);

impl Drop for Release {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn release() -> Release {
    let folder = Release(std::env::temp_dir().join(format!("landfall-release-{:016x}", fastrand::u64(..))));
    for name in ["ingest", "process", "sweep"] {
        let function = folder.0.join("functions").join(name);
        fs::create_dir_all(&function).expect("a fresh folder");
        // The beginning of a program for x86_64.
        let program = [b"\x7fELF".as_slice(), &[0; 14], &[0x3e, 0]].concat();
        fs::write(function.join("bootstrap"), program).expect("it can be written");
    }
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml");
    fs::copy(template, folder.0.join("template.yaml")).expect("it can be copied");
    folder
}

#[test]
fn a_deployment_that_fails_says_what_failed_and_what_to_do() {
    let release = release();
    let arguments = format!("upgrade --yes --region eu-west-1 --project {}", release.0.display());
    let (told, succeeded) = Account::with_stack("UPDATE_ROLLBACK_COMPLETE").upgrading(EVENTS).deploy(&arguments);
    assert!(
        !succeeded && told.contains("Uploading s3://landfall-artifacts-111122223333-eu-west-1/landfall/"),
        "{told}"
    );
    for line in [
        "replace  Ledger    AWS::DynamoDB::Table\n",
        "Warning: this replaces Ledger, and with it the ledger: all records of events, finished or not.\n",
        "  UPDATE_FAILED                Process (AWS::Lambda::Function) ",
        "  Process: User: arn:aws:iam::111122223333:user/ops is not authorized to perform: lambda:UpdateFunctionCode\n",
        "Your credentials lack that permission: ask the account's administrator for it.\n",
        "The stack is as it was before, and takes deliveries as before.\n",
    ] {
        assert!(told.contains(line), "no {line:?} in {told}");
    }
    assert!(!told.contains("Sweep: "), "what was only cancelled did not fail by itself: {told}");
}

#[test]
fn a_refused_change_set_leaves_the_stack_alone() {
    let release = release();
    let arguments = format!("upgrade --region eu-west-1 --project {}", release.0.display());
    let (told, succeeded) = Account::with_stack("UPDATE_COMPLETE").upgrading("").deploy_with(&arguments, "no\n");
    assert!(
        !succeeded && told.contains("Make these changes? [y/N]: ") && told.contains("Nothing was changed."),
        "{told}"
    );
}

#[test]
fn functions_for_another_processor_are_refused() {
    let release = release();
    let arguments =
        format!("upgrade --yes --region eu-west-1 --parameter Architecture=arm64 --project {}", release.0.display());
    let (told, succeeded) = Account::with_stack("UPDATE_COMPLETE").deploy(&arguments);
    assert!(!succeeded && told.contains("Architecture=arm64 does not fit: the functions of "), "{told}");
    assert!(told.contains(" are built for x86_64"), "{told}");
}

#[test]
fn a_bucket_of_somebody_else_is_not_used() {
    let release = release();
    let arguments = format!("upgrade --yes --region eu-west-1 --bucket theirs --project {}", release.0.display());
    let (told, succeeded) = Account::with_stack("UPDATE_COMPLETE").answering("theirs", 403, "").deploy(&arguments);
    assert!(
        !succeeded && told.contains("The bucket theirs belongs to another account, or you may not use it"),
        "{told}"
    );
}
