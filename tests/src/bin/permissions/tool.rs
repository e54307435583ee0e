//! The operator's tool under the template's policies for people: each command by somebody who has what it is said to need
//! and nothing else.

use std::collections::BTreeSet;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::AttributeValue;
use tests::command_lines::{COMMAND_LINES, CommandLine, Prepared};
use tests::observe::until;
use tests::stack::REGION;
use tests::tool::{Tool, landfall, landfall_in};

use crate::access::{Access, AccessLog};
use crate::account::Account;
use crate::role::Role;

/// What no command line here asks for.
const UNASKED: [(&str, &str); 9] = [
    ("lambda:GetAccountSettings", "moto does not know it"),
    ("sqs:DeleteMessage", "SQS asks for it when a move of messages begins"),
    ("sqs:SendMessage", "SQS asks for it there, too"),
    ("sqs:ReceiveMessage", "SQS asks for it there, too"),
    ("sqs:StartMessageMoveTask", "moto moves no messages, so only one of the two queues is tried"),
    ("logs:FilterLogEvents", "each command asks for all log groups, and stops at the first that moto lacks"),
    ("sqs:ChangeMessageVisibility", "moto"),
    ("cloudwatch:GetMetricData", "moto"),
    ("cloudwatch:DescribeAlarms", "moto"),
];

/// What was seen.
pub(crate) struct ToolSurvey {
    pub(crate) command_lines: usize,
    pub(crate) objections: Vec<String>,
}

/// Somebody who uses the tool.
struct Person {
    role: Role,
    credentials: Credentials,
}

impl ToolSurvey {
    /// Goes through all command lines, each as a reader if the tool says that a reader may.
    pub(crate) async fn of(account: &Account, log: &mut AccessLog) -> ToolSurvey {
        let person = async |name, policies: &[&str]| {
            let role = Role::of_policies(&account.template, name, policies);
            Person { credentials: account.make_user(&role).await, role }
        };
        let reader = person("reader", &["ReaderPolicy"]).await;
        let operator = person("operator", &["ReaderPolicy", "OperatorPolicy"]).await;
        let table = landfall(&["permissions", "--output", "ndjson"], "").await.documents();
        account.describe_stack().await;
        put_directory(account).await;
        let mut prepared = Prepared::put(&account.operator, &account.stack).await;
        log.since();
        let (mut objections, mut allowed) = (Vec::new(), BTreeSet::new());
        for line in COMMAND_LINES {
            let mut rows = table.iter().filter(|row| row["command"] == line.command);
            let needs_operator = rows.any(|row| row["policy"] == "OperatorPolicy");
            let person = if needs_operator { &operator } else { &reader };
            for access in person.run(line, account, &mut prepared, log).await {
                if access.is_allowed {
                    allowed.insert(access);
                } else {
                    let Access { function, action, resource, .. } = access;
                    objections.push(format!("{}: {function} may not {action} on {resource}", line.command));
                }
            }
        }
        for removal in operator.role.removals() {
            let is_needed = allowed.iter().any(|access| !removal.rest.allows(&access.action, &access.resource));
            if !is_needed && !UNASKED.iter().any(|(action, _)| removal.what.starts_with(action)) {
                objections.push(format!("no command asks for {}", removal.what));
            }
        }
        ToolSurvey { command_lines: COMMAND_LINES.len(), objections }
    }
}

impl Person {
    /// Runs a command line, and gives what was asked for it.
    async fn run(
        &self,
        line: &CommandLine,
        account: &Account,
        prepared: &mut Prepared,
        log: &mut AccessLog,
    ) -> BTreeSet<Access> {
        let environment = self.environment(account);
        let words = line.words(prepared);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut asked = BTreeSet::new();
        let mut look = |asked: &mut BTreeSet<Access>| {
            asked.extend(log.since().into_iter().filter(|access| access.function == self.role.function));
        };
        let run = match line.last_call {
            None => landfall_in(&environment, &words, "").await,
            Some(last_call) => {
                let mut tool = Tool::start_in(&environment, &words);
                until(last_call, async || {
                    prepared.let_one_arrive().await;
                    look(&mut asked);
                    let is_made = asked.iter().any(|access| access.action == last_call);
                    if is_made { Ok(()) } else { Err(format!("{}{}", tool.data(), tool.words())) }
                })
                .await;
                tool.interrupt().await
            }
        };
        look(&mut asked);
        if line.command == "replay freeze" {
            prepared.set_job_of(&run);
        }
        let told = run.told();
        println!("    {} {}: {}", line.command, line.arguments, told.lines().next().unwrap_or_default());
        asked
    }

    fn environment(&self, account: &Account) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", self.credentials.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", self.credentials.secret_access_key().to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ENDPOINT_URL", account.services.others.clone()),
            // Nothing of the settings of this machine takes part.
            ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ]
    }
}

/// The directory of sources, as a sweep leaves it.
async fn put_directory(account: &Account) {
    let put = account.tables.dynamodb.put_item().table_name(&account.stack.ledger_table);
    let put = put
        .item("id", AttributeValue::S("@sources".to_owned()))
        .item("names", AttributeValue::M([].into()))
        .item("revision", AttributeValue::N("1".to_owned()));
    put.send().await.expect("the ledger takes an item");
}
