//! Which calls each command makes, with what. The template's policies are the sum of it, and a test holds them against
//! this table; another one holds the table against the calls that the commands make.

use serde::Serialize;

use crate::output::Row;

/// A policy of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Policy {
    /// For who looks: no secret is read, and nothing is changed.
    ReaderPolicy,
    /// For who acts, beside [`Policy::ReaderPolicy`].
    OperatorPolicy,
    /// For who gets a live copy of events, and need not see more.
    DeveloperPolicy,
}

/// What a command may ask of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// The command.
    pub command: &'static str,
    /// The policy that allows it.
    pub policy: Policy,
    /// The action, as IAM names it.
    pub action: &'static str,
    /// The resource, as the template names it.
    pub resource: &'static str,
}

impl Row for Permission {
    const COLUMNS: &'static [&'static str] = &["command", "policy", "action", "resource"];
}

/// An action, and what it is done with.
type Call = (&'static str, &'static str);

const STACK: Call = ("cloudformation:DescribeStacks", "stack/${AWS::StackName}/*");
const DIRECTORY: Call = ("dynamodb:GetItem", "Ledger");
const REFUSED: Call = ("dynamodb:Query", "Refused");
const RECENTLY_REFUSED: Call = ("dynamodb:Query", "Refused/index/recent");
const DUE: Call = ("dynamodb:Query", "Ledger/index/due");
const ARRIVED: Call = ("dynamodb:Query", "Ledger/index/arrived");
const RECORDS: Call = ("dynamodb:BatchGetItem", "Ledger");
const BODIES: Call = ("s3:GetObject", "Bucket/bodies/*");
/// S3 says that a copy does not exist only to callers who may list the bucket.
const COPIES: [Call; 2] = [("s3:GetObject", "Bucket/assets/*"), ("s3:ListBucket", "Bucket")];
const LOGS: [Call; 3] = [
    ("logs:FilterLogEvents", "IngestLogs"),
    ("logs:FilterLogEvents", "ProcessLogs"),
    ("logs:FilterLogEvents", "SweepLogs"),
];
const UPDATE: Call = ("dynamodb:UpdateItem", "Ledger");
const PUT: Call = ("dynamodb:PutItem", "Ledger");
const METRICS: Call = ("cloudwatch:GetMetricData", "*");
const ALARMS: Call = ("cloudwatch:DescribeAlarms", "*");
const LIST_SECRETS: Call = ("secretsmanager:ListSecrets", "*");
const SUBSCRIPTIONS: Call = ("sns:ListSubscriptionsByTopic", "Topic");
/// SNS knows no resource for it.
const SUBSCRIPTION: Call = ("sns:GetSubscriptionAttributes", "*");
/// Teams name their queues as they like.
const ANY_QUEUE: Call = ("sqs:GetQueueAttributes", "*");
const QUEUE_URL: Call = ("sqs:GetQueueUrl", "*");
const SECRET: Call = ("secretsmanager:GetSecretValue", "secret:${SourcesPrefix}/source/*");

/// What each command calls, by the policy that is for it. `deploy` is for administrators: it makes and changes whatever is in
/// the template.
const READING: &[(&str, &[Call])] = &[
    ("status", &[STACK, DIRECTORY, DUE, METRICS, ALARMS, ANY_QUEUE]),
    (
        "console",
        &[
            STACK,
            DIRECTORY,
            ARRIVED,
            DUE,
            RECORDS,
            BODIES,
            COPIES[0],
            COPIES[1],
            LOGS[0],
            LOGS[1],
            METRICS,
            ALARMS,
            ANY_QUEUE,
            QUEUE_URL,
            SUBSCRIPTIONS,
            SUBSCRIPTION,
            LIST_SECRETS,
            REFUSED,
            RECENTLY_REFUSED,
        ],
    ),
    ("source list", &[STACK, LIST_SECRETS]),
    ("events list", &[STACK, DIRECTORY, ARRIVED, DUE, RECORDS, BODIES]),
    ("events get", &[STACK, DIRECTORY, LOGS[0], LOGS[1]]),
    ("events body", &[STACK, DIRECTORY, BODIES]),
    ("events diff", &[STACK, DIRECTORY, BODIES]),
    ("events tail", &[STACK, DIRECTORY, ARRIVED, RECORDS, BODIES]),
    ("events export", &[STACK, DIRECTORY, ARRIVED, DUE, RECORDS, BODIES]),
    ("expect", &[STACK]),
    ("expect close", &[STACK, DIRECTORY, ARRIVED, RECORDS]),
    ("expect ask", &[STACK, DIRECTORY]),
    ("reconcile", &[STACK, DIRECTORY, ARRIVED, RECORDS, METRICS]),
    ("watch", &[STACK, DIRECTORY, ARRIVED]),
    ("refused list", &[STACK, ARRIVED, REFUSED, RECENTLY_REFUSED, LIST_SECRETS]),
    ("refused show", &[STACK, REFUSED]),
    ("refused explain", &[STACK, ARRIVED, REFUSED, LIST_SECRETS]),
    ("refused release", &[STACK, REFUSED, RECENTLY_REFUSED]),
    ("replay", &[STACK, DIRECTORY, ARRIVED, DUE, RECORDS, BODIES, ANY_QUEUE]),
    ("replay freeze", &[STACK, DIRECTORY, ARRIVED, DUE, RECORDS, BODIES]),
    ("replay run", &[STACK, DIRECTORY, ANY_QUEUE]),
    ("replay pause", &[STACK, DIRECTORY]),
    ("replay cancel", &[STACK, DIRECTORY]),
    ("ledger backfill", &[STACK]),
    // With --since or --as-sender.
    ("listen", &[STACK, DIRECTORY, ARRIVED, RECORDS, BODIES]),
    ("replay show", &[STACK, DIRECTORY, RECORDS]),
    ("replay list", &[STACK, DIRECTORY]),
    ("tail", &[STACK, LOGS[0], LOGS[1], LOGS[2]]),
    ("wait", &[STACK, DIRECTORY, ARRIVED, RECORDS]),
    ("consumers list", &[STACK, SUBSCRIPTIONS, SUBSCRIPTION, ANY_QUEUE, QUEUE_URL]),
    ("dlq list", &[STACK, ANY_QUEUE]),
    ("dlq show", &[STACK]),
    ("dlq redrive", &[STACK, ANY_QUEUE, QUEUE_URL]),
    ("source show", &[STACK]),
    ("source add", &[STACK]),
    ("source rotate", &[STACK]),
    ("source test", &[STACK]),
    ("source register", &[STACK]),
    ("sign", &[STACK]),
    ("explain", &[STACK]),
    ("trigger", &[STACK]),
    ("source remove", &[STACK, METRICS]),
    ("cost", &[STACK, METRICS, ALARMS, LIST_SECRETS, ANY_QUEUE, ("dynamodb:DescribeTable", "Ledger")]),
    (
        "doctor",
        &[
            STACK,
            ("lambda:GetPolicy", "Ingest"),
            ("lambda:GetAccountSettings", "*"),
            ("dynamodb:DescribeTable", "Ledger"),
            ("dynamodb:DescribeTimeToLive", "Ledger"),
            ANY_QUEUE,
            QUEUE_URL,
            ("sqs:ListQueues", "*"),
            SUBSCRIPTIONS,
            SUBSCRIPTION,
            ("sns:ListSubscriptionsByTopic", "AlarmTopic"),
            ALARMS,
            LIST_SECRETS,
        ],
    ),
];
const ACTING: &[(&str, &[Call])] = &[
    (
        "dlq show",
        &[
            ("sqs:ReceiveMessage", "DeadLetterQueue"),
            ("sqs:ReceiveMessage", "ConsumerDeadLetterQueue"),
            ("sqs:ChangeMessageVisibility", "DeadLetterQueue"),
            ("sqs:ChangeMessageVisibility", "ConsumerDeadLetterQueue"),
        ],
    ),
    (
        "dlq redrive",
        &[
            ("sqs:StartMessageMoveTask", "DeadLetterQueue"),
            ("sqs:StartMessageMoveTask", "ConsumerDeadLetterQueue"),
            // The three that AWS asks of who starts such a task.
            ("sqs:ReceiveMessage", "DeadLetterQueue"),
            ("sqs:ReceiveMessage", "ConsumerDeadLetterQueue"),
            ("sqs:DeleteMessage", "DeadLetterQueue"),
            ("sqs:DeleteMessage", "ConsumerDeadLetterQueue"),
            ("sqs:SendMessage", "EventsQueue"),
            ("sqs:SendMessage", "ConsumerQueue"),
        ],
    ),
    ("expect", &[SECRET, ("sqs:SendMessage", "ExpectQueue")]),
    ("expect close", &[UPDATE]),
    ("expect ask", &[SECRET]),
    ("watch", &[PUT]),
    ("replay", &[UPDATE, PUT, ("sqs:SendMessage", "EventsQueue")]),
    ("replay freeze", &[UPDATE, PUT]),
    (
        "console",
        &[
            // To ask a job's sender.
            SECRET,
            UPDATE,
            PUT,
            ("sqs:SendMessage", "EventsQueue"),
            ("sqs:ReceiveMessage", "DeadLetterQueue"),
            ("sqs:ReceiveMessage", "ConsumerDeadLetterQueue"),
            ("sqs:ChangeMessageVisibility", "DeadLetterQueue"),
            ("sqs:ChangeMessageVisibility", "ConsumerDeadLetterQueue"),
            SECRET,
            ("dynamodb:UpdateItem", "Refused"),
        ],
    ),
    ("replay run", &[UPDATE, ("sqs:SendMessage", "EventsQueue")]),
    ("replay pause", &[UPDATE]),
    ("replay cancel", &[UPDATE]),
    ("ledger backfill", &[UPDATE, ("dynamodb:Scan", "Ledger")]),
    ("doctor", &[SECRET]),
    // With --since or --as-sender, for senders that an operator has described.
    ("listen", &[SECRET]),
    ("source show", &[SECRET]),
    ("source add", &[SECRET, ("secretsmanager:CreateSecret", SECRET.1), UPDATE]),
    ("source rotate", &[SECRET, ("secretsmanager:PutSecretValue", SECRET.1)]),
    (
        "source remove",
        &[SECRET, ("secretsmanager:PutSecretValue", SECRET.1), ("secretsmanager:DeleteSecret", SECRET.1)],
    ),
    ("source test", &[SECRET]),
    (
        "source register",
        &[SECRET, ("secretsmanager:CreateSecret", SECRET.1), ("secretsmanager:PutSecretValue", SECRET.1), UPDATE],
    ),
    ("sign", &[SECRET]),
    ("explain", &[SECRET]),
    ("refused explain", &[SECRET]),
    ("refused release", &[SECRET, PUT, UPDATE, ("sqs:SendMessage", "EventsQueue"), ("dynamodb:UpdateItem", "Refused")]),
    ("trigger", &[SECRET]),
];

/// Where listeners have their queues.
const OWN_QUEUES: &str = "landfall-listen-*";
const LISTENING: &[(&str, &[Call])] = &[(
    "listen",
    &[
        STACK,
        SUBSCRIPTIONS,
        ("sns:Subscribe", "Topic"),
        ("sns:Unsubscribe", "*"),
        ("sqs:ListQueues", "*"),
        ("sqs:CreateQueue", OWN_QUEUES),
        ("sqs:DeleteQueue", OWN_QUEUES),
        ("sqs:GetQueueAttributes", OWN_QUEUES),
        ("sqs:SetQueueAttributes", OWN_QUEUES),
        ("sqs:TagQueue", OWN_QUEUES),
        ("sqs:ListQueueTags", OWN_QUEUES),
        ("sqs:ReceiveMessage", OWN_QUEUES),
        ("sqs:ChangeMessageVisibility", OWN_QUEUES),
        ("sqs:DeleteMessage", OWN_QUEUES),
    ],
)];

/// All of them, by command.
#[must_use]
pub fn all() -> Vec<Permission> {
    let of = |policy, commands: &[(&'static str, &[Call])]| -> Vec<Permission> {
        let permission = |command, call: &Call| Permission { command, policy, action: call.0, resource: call.1 };
        commands.iter().flat_map(|&(command, calls)| calls.iter().map(move |call| permission(command, call))).collect()
    };
    [of(Policy::ReaderPolicy, READING), of(Policy::OperatorPolicy, ACTING), of(Policy::DeveloperPolicy, LISTENING)]
        .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, CommandFactory as _};

    use super::all;
    use crate::arguments::Arguments;

    /// Those that call nothing themselves, and those that are for administrators.
    const WITHOUT: [&str; 7] = ["completions", "deploy", "man", "mcp", "permissions", "try", "upgrade"];

    fn leaves(command: &Command, name: &str, found: &mut BTreeSet<String>) {
        for child in command.get_subcommands() {
            let name = format!("{name} {}", child.get_name()).trim().to_owned();
            leaves(child, &name, found);
            // Some do something by themselves, too.
            if !child.is_subcommand_required_set() {
                found.insert(name);
            }
        }
    }

    #[test]
    fn each_command_has_its_calls() {
        let mut commands = BTreeSet::new();
        leaves(&Arguments::command(), "", &mut commands);
        commands.retain(|command| !WITHOUT.contains(&command.as_str()));
        let known: BTreeSet<String> = all().iter().map(|permission| permission.command.to_owned()).collect();
        assert_eq!(known, commands);
    }
}
