//! A function's role: what the template lets it do, and the same with one thing less.

use serde_json::{Value, json};

use crate::template::Template;

/// A policy, statement by statement.
#[derive(Clone)]
pub(crate) struct Role {
    pub(crate) function: &'static str,
    statements: Vec<Statement>,
}

#[derive(Clone)]
struct Statement {
    actions: Vec<String>,
    /// As the template has them.
    resources: Vec<String>,
    whole: Value,
}

/// A role with something taken away.
pub(crate) struct Removal {
    /// What was: `sqs:SendMessage on EventsQueue`.
    pub(crate) what: String,
    pub(crate) rest: Role,
}

impl Role {
    /// The role that `template` gives to `function`.
    pub(crate) fn of(template: &Template, function: &'static str) -> Role {
        let properties = template.resource(function).unwrap_or_else(|| panic!("the template has no {function}"));
        let arn = properties["Role"].as_str().expect("a function names its role");
        let role = arn.rsplit('/').next().unwrap_or_default();
        let properties = template.resource(role).unwrap_or_else(|| panic!("the template has no {role}"));
        assert!(properties["ManagedPolicyArns"].is_null(), "{role}: what AWS's own policies say is not known here");
        let inline = properties["Policies"].as_array().cloned().unwrap_or_default();
        let managed = template.of_type("AWS::IAM::ManagedPolicy").into_iter().filter_map(|id| template.resource(id));
        let managed = managed.filter(|policy| list(&policy["Roles"]).contains(&role.to_owned()));
        let documents = inline.into_iter().chain(managed).map(|policy| policy["PolicyDocument"]["Statement"].clone());
        let statements = documents.flat_map(|statements| match statements {
            Value::Array(statements) => statements,
            statement => vec![statement],
        });
        Role { function, statements: statements.map(Statement::of).collect() }
    }

    /// The policy as IAM takes it.
    pub(crate) fn policy(&self) -> Value {
        let statements = self.statements.iter().map(|statement| {
            let mut whole = statement.whole.clone();
            whole["Action"] = json!(statement.actions);
            whole
        });
        json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()})
    }

    /// Whether it lets its function do `action` with the resource of this ARN.
    pub(crate) fn allows(&self, action: &str, resource: &str) -> bool {
        let matches = |pattern: &String| match pattern.split_once('*') {
            // As policies have it here: at most one star.
            Some((before, after)) => resource.starts_with(before) && resource.ends_with(after),
            None => pattern == resource,
        };
        self.statements.iter().any(|statement| {
            statement.actions.iter().any(|allowed| allowed == action) && statement.resources.iter().any(matches)
        })
    }

    /// The role without each of its actions in turn, and without each statement that has several.
    pub(crate) fn removals(&self) -> Vec<Removal> {
        let mut removals = Vec::new();
        for (number, statement) in self.statements.iter().enumerate() {
            let resources = statement.resources.iter().map(|resource| short(resource)).collect::<Vec<_>>().join(" ");
            let without = |actions: &[String]| {
                let mut rest = self.clone();
                rest.statements[number].actions.retain(|action| !actions.contains(action));
                rest.statements.retain(|statement| !statement.actions.is_empty());
                let what = format!("{} on {resources}", actions.join(" and "));
                Removal { what, rest }
            };
            removals.extend(statement.actions.chunks(1).map(without));
            if statement.actions.len() > 1 {
                removals.push(without(&statement.actions));
            }
        }
        removals
    }

    /// The role without `removed`, which name actions as [`Removal::what`] does.
    pub(crate) fn without(&self, removed: &[&str]) -> Role {
        removed.iter().fold(self.clone(), |role, what| {
            let removal = role.removals().into_iter().find(|removal| removal.what == *what);
            removal.unwrap_or_else(|| panic!("{} has no {what}", self.function)).rest
        })
    }
}

impl Statement {
    fn of(whole: Value) -> Statement {
        assert_eq!(whole["Effect"], "Allow", "a role only allows: {whole}");
        let actions = list(&whole["Action"]);
        assert!(actions.iter().all(|action| !action.contains('*')), "a role names its actions: {whole}");
        Statement { actions, resources: list(&whole["Resource"]), whole }
    }
}

/// One text or several, as policies have them.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        value => value.as_str().map(str::to_owned).into_iter().collect(),
    }
}

/// An ARN without what it has in common with all others.
fn short(arn: &str) -> String {
    arn.splitn(6, ':').last().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role() -> Role {
        let statements = [
            json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::bucket/bodies/*"}),
            json!({"Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:aws:sns:us-east-1:123456789012:Topic"}),
        ];
        Role { function: "Process", statements: statements.map(Statement::of).into() }
    }

    #[test]
    fn each_action_is_taken_away_and_each_statement_that_has_several() {
        let removed: Vec<String> = role().removals().into_iter().map(|removal| removal.what).collect();
        let expected = [
            "s3:GetObject on bucket/bodies/*",
            "s3:PutObject on bucket/bodies/*",
            "s3:GetObject and s3:PutObject on bucket/bodies/*",
            "sns:Publish on Topic",
        ];
        assert_eq!(removed, expected);
    }

    #[test]
    fn what_is_taken_away_is_not_allowed_and_all_else_is() {
        let rest = role().without(&["s3:PutObject on bucket/bodies/*"]);
        let allows = |role: &Role, action| role.allows(action, "arn:aws:s3:::bucket/bodies/1/2");
        assert!(allows(&role(), "s3:PutObject") && !allows(&rest, "s3:PutObject") && allows(&rest, "s3:GetObject"));
        assert!(!rest.allows("s3:GetObject", "arn:aws:s3:::bucket/assets/1"));
        assert_eq!(rest.policy()["Statement"].as_array().unwrap().len(), 2);
        assert_eq!(
            rest.without(&["s3:GetObject on bucket/bodies/*"]).policy()["Statement"].as_array().unwrap().len(),
            1
        );
    }
}
