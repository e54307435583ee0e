//! AWS, played by a server of the test's own, which answers the tool's calls by their action.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use expect_test::Expect;
use serde_json::{Value, json};

use crate::deploy::landfall_and_code;

type Answers = BTreeMap<&'static str, (u16, String)>;

/// An account, by the actions that it knows. `DescribeStacks` and the like are answered in XML, the others in JSON.
pub(crate) struct Account {
    answers: Answers,
    /// What it answers instead once a change set has been executed.
    later: Answers,
    /// Whether SNS reaches the queue.
    delivers: bool,
    course: Mutex<Course>,
}

/// What has happened in an account.
#[derive(Default)]
struct Course {
    calls: Vec<String>,
    is_executed: bool,
    /// How many messages of others the consumer queue still holds.
    strangers: usize,
    /// What was published last, as SQS then delivers it.
    published: Option<String>,
}

/// What the tool said, whether it succeeded, and what it called.
pub(crate) struct Run {
    pub(crate) told: String,
    pub(crate) succeeded: bool,
    pub(crate) code: Option<i32>,
    pub(crate) calls: Vec<String>,
}

/// An update that failed, in the form of AWS's API reference: the newest event first.
pub(crate) const EVENTS: &str = "\
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
    pub(crate) fn of_concurrency(concurrency: u64) -> Account {
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
            ("ChangeMessageVisibilityBatch", (200, json!({"Successful": [], "Failed": []}).to_string())),
        ];
        Account { answers: answers.into(), later: Answers::new(), delivers: true, course: Mutex::default() }
    }

    /// One whose stack is in the state `state`.
    pub(crate) fn with_stack(state: &str) -> Account {
        Account::of_concurrency(1000).answering("DescribeStacks", 200, stack(state, &[]))
    }

    /// One in which an update is told with `events`, once it has been executed.
    pub(crate) fn upgrading(self, events: &str) -> Account {
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

    pub(crate) fn answering(mut self, action: &'static str, status: u16, answer: impl ToString) -> Account {
        self.answers.insert(action, (status, answer.to_string()));
        self
    }

    /// Answers so once a change set has been executed.
    pub(crate) fn later_answering(mut self, action: &'static str, status: u16, answer: impl ToString) -> Account {
        self.later.insert(action, (status, answer.to_string()));
        self
    }

    /// One whose SNS does or does not reach the queue.
    pub(crate) fn delivering(self, delivers: bool) -> Account {
        Account { delivers, ..self }
    }

    /// One whose consumer queue holds so many messages of others.
    pub(crate) fn with_strangers(self, strangers: usize) -> Account {
        self.course.lock().expect("nobody panicked").strangers = strangers;
        self
    }

    /// What the tool says of `arguments` in this account, and whether it succeeded.
    pub(crate) fn deploy(self, arguments: &str) -> (String, bool) {
        self.deploy_with(arguments, "")
    }

    pub(crate) fn deploy_with(self, arguments: &str, input: &str) -> (String, bool) {
        let Run { told, succeeded, .. } = self.run(arguments, input);
        (told, succeeded)
    }

    pub(crate) fn run(self, arguments: &str, input: &str) -> Run {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let endpoint = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let account = Arc::new(self);
        let server = Arc::clone(&account);
        // It ends with the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let account = Arc::clone(&server);
                std::thread::spawn(move || account.serve(stream));
            }
        });
        let (told, code) = landfall_and_code(Some(&endpoint), arguments, input);
        let calls = account.course.lock().expect("nobody panicked").calls.clone();
        Run { told, succeeded: code == Some(0), code, calls }
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
        let method = head.split(' ').next().unwrap_or_default();
        let mut course = self.course.lock().expect("nobody panicked");
        course.calls.push(match method {
            "POST" => action.clone(),
            // All but the functions is text.
            "PUT" if !body.starts_with("PK") => format!("PUT {path} {body}"),
            _ => format!("{method} {path}"),
        });
        if let Some((status, answer)) = self.answers.get(format!("{method} {action}").as_str()) {
            return (*status, answer.clone());
        }
        if action == "ReceiveMessage" {
            let messages: Vec<Value> = course.receive(self.delivers);
            return (200, json!({"Messages": messages}).to_string());
        }
        // S3 has no actions: the bucket is there, and takes whatever it is given.
        let has_answer = self.answers.contains_key(action.as_str());
        match method {
            "HEAD" if !has_answer && path.contains("/landfall/") => return (404, String::new()),
            "HEAD" | "PUT" if !has_answer => return (200, String::new()),
            _ => (),
        }
        course.is_executed |= action == "ExecuteChangeSet";
        if action == "DescribeStackEvents" && !course.is_executed {
            let none = "<DescribeStackEventsResponse><DescribeStackEventsResult/></DescribeStackEventsResponse>";
            return (200, none.to_owned());
        }
        if let Some(message) = field("Message") {
            course.published = Some(message.replace("%2F", "/"));
        }
        let later = self.later.get(action.as_str()).filter(|_| course.is_executed);
        let answer = later.or_else(|| self.answers.get(action.as_str()));
        answer.cloned().unwrap_or((500, format!("{action} is not played")))
    }
}

impl Course {
    /// Up to ten messages, those of others first.
    fn receive(&mut self, delivers: bool) -> Vec<Value> {
        let strangers = self.strangers.min(10);
        self.strangers -= strangers;
        let message = |body: &str| json!({"Body": body, "ReceiptHandle": "1"});
        if strangers > 0 {
            return vec![message("of another"); strangers];
        }
        self.published.take().filter(|_| delivers).iter().map(|body| message(body)).collect()
    }
}

/// A stack in the state `state`, with these parameters.
pub(crate) fn stack(state: &str, parameters: &[(&str, &str)]) -> String {
    let members = |kind: &str, pairs: &[(&str, &str)]| -> String {
        let member = |(name, value): &(&str, &str)| {
            format!("<member><{kind}Key>{name}</{kind}Key><{kind}Value>{value}</{kind}Value></member>")
        };
        pairs.iter().map(member).collect()
    };
    format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>landfall</StackName>\
         <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>{state}</StackStatus>\
         <Parameters>{}</Parameters><Outputs>{}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
        members("Parameter", parameters),
        members("Output", &OUTPUTS)
    )
}

fn header(head: &str, name: &str) -> Option<String> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
}

/// Compares the lines of what the tool says that hold one of `words`.
pub(crate) fn check(account: Account, arguments: &str, words: &[&str], expected: Expect) -> bool {
    let (told, succeeded) = account.deploy(arguments);
    let lines: Vec<&str> = told.lines().filter(|line| words.iter().any(|word| line.contains(word))).collect();
    assert!(!lines.is_empty(), "{told}");
    expected.assert_eq(&lines.join("\n"));
    succeeded
}
