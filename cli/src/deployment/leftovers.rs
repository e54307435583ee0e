//! What a first deployment that failed leaves behind, and how to delete it.

use crate::session::Session;

/// The commands that delete the stack's name, and then the ledger: it is protected, and CloudFormation leaves it.
pub(super) fn commands(session: &Session, stack: &str) -> String {
    let commands = [
        format!(
            "cloudformation describe-stack-resource --stack-name {stack} --logical-resource-id Ledger \
             --query StackResourceDetail.PhysicalResourceId --output text"
        ),
        format!("cloudformation delete-stack --stack-name {stack}"),
        "dynamodb update-table --table-name TABLE --no-deletion-protection-enabled".to_owned(),
        "dynamodb delete-table --table-name TABLE".to_owned(),
    ];
    let [name, stack, protection, table] = commands.map(|words| session.aws_command(&words));
    format!(
        "\n  {name}\n  {stack}\n  {protection}\n  {table}\nThe first prints the ledger's name, for TABLE. The ledger is protected and \
         outlives the stack, as an empty table that costs\nnothing (docs/hardening.md, By itself): leave out the last two, and \
         it stays."
    )
}
