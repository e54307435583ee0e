//! A function's role: what the template lets it do, and the same with one thing less.

use serde_json::{Value, json};

use crate::access::Access;
use crate::template::Template;

/// The one key of conditions that roles have here.
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

/// A policy, statement by statement.
#[derive(Clone)]
pub(crate) struct Role {
    pub(crate) function: &'static str,
    statements: Vec<Statement>,
}

#[derive(Clone)]
struct Statement {
    actions: Vec<String>,
    /// As the template has it.
    resource: String,
    keys: Option<Keys>,
}

/// The partition keys to which a statement is limited.
#[derive(Clone)]
struct Keys {
    comparison: Comparison,
    allowed: Vec<String>,
}

/// How a request's keys are compared with those that are allowed.
#[derive(Clone, Copy)]
enum Comparison {
    Equals,
    Like,
}

/// A role with something taken away.
pub(crate) struct Removal {
    /// What was: `sqs:SendMessage on EventsQueue`.
    pub(crate) what: String,
    pub(crate) rest: Role,
}

/// One action that a role allows with one resource.
pub(crate) struct Grant {
    pub(crate) action: String,
    pub(crate) resource: String,
    /// The partition keys to which it is limited; none if it is not.
    pub(crate) keys: Vec<String>,
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
        Role { function, statements: statements.map(|whole| Statement::of(&whole)).collect() }
    }

    /// The policy as IAM takes it.
    pub(crate) fn policy(&self) -> Value {
        let statements: Vec<Value> = self.statements.iter().map(Statement::policy).collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    /// All that it allows.
    pub(crate) fn grants(&self) -> Vec<Grant> {
        let of = |statement: &Statement| {
            let (resource, keys) = (statement.resource.clone(), statement.keys.clone());
            let keys = keys.map(|keys| keys.allowed).unwrap_or_default();
            let actions = statement.actions.clone().into_iter();
            actions.map(move |action| Grant { action, resource: resource.clone(), keys: keys.clone() })
        };
        self.statements.iter().flat_map(of).collect()
    }

    /// Whether it gives what was asked for.
    pub(crate) fn allows(&self, asked: &Access) -> bool {
        self.statements.iter().any(|statement| statement.allows(asked))
    }

    /// The role without each of its actions in turn, without each statement that has several, and without each of several
    /// keys to which a statement is limited.
    pub(crate) fn removals(&self) -> Vec<Removal> {
        let mut removals = Vec::new();
        for (number, statement) in self.statements.iter().enumerate() {
            let removal = |taken: &[String], key: Option<&String>| {
                let mut rest = self.clone();
                match key {
                    Some(key) => {
                        rest.statements[number].keys.as_mut().expect("it has keys").allowed.retain(|it| it != key)
                    }
                    None => rest.statements[number].actions.retain(|action| !taken.contains(action)),
                }
                rest.statements.retain(|statement| !statement.actions.is_empty());
                let under = key.map(|key| format!(" under {key}")).unwrap_or_default();
                let what = format!("{} on {}{under}", taken.join(" and "), short(&statement.resource));
                Removal { what, rest }
            };
            removals.extend(statement.actions.chunks(1).map(|action| removal(action, None)));
            if statement.actions.len() > 1 {
                removals.push(removal(&statement.actions, None));
            }
            let keys = statement.keys.iter().map(|keys| &keys.allowed).filter(|allowed| allowed.len() > 1);
            removals.extend(keys.flatten().map(|key| removal(&statement.actions, Some(key))));
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
    /// Only what `policy` gives back and `allows` judges by is taken; whatever else a statement could say would be
    /// ignored.
    fn of(whole: &Value) -> Statement {
        let known = ["Effect", "Action", "Resource", "Condition"];
        let fields = whole.as_object().expect("a statement has fields");
        assert!(fields.keys().all(|name| known.contains(&name.as_str())), "a role's statement says more: {whole}");
        assert_eq!(whole["Effect"], "Allow", "a role only allows: {whole}");
        let actions = list(&whole["Action"]);
        assert!(actions.iter().all(|action| !action.contains('*')), "a role names its actions: {whole}");
        // Of two, one could be needless, which nothing here would show.
        let [resource] = <[String; 1]>::try_from(list(&whole["Resource"]))
            .unwrap_or_else(|_| panic!("a role's statement names one resource: {whole}"));
        Statement { actions, resource, keys: fields.get("Condition").map(Keys::of) }
    }

    fn policy(&self) -> Value {
        let mut policy = json!({"Effect": "Allow", "Action": self.actions, "Resource": self.resource});
        if let Some(keys) = &self.keys {
            policy["Condition"] = keys.condition();
        }
        policy
    }

    fn allows(&self, asked: &Access) -> bool {
        self.actions.contains(&asked.action)
            && is_like(&self.resource, &asked.resource)
            && self.keys.as_ref().is_none_or(|keys| asked.keys.iter().all(|key| keys.allow(key)))
    }
}

impl Keys {
    fn of(condition: &Value) -> Keys {
        for comparison in [Comparison::Equals, Comparison::Like] {
            let allowed = list(&condition[comparison.operator()][LEADING_KEYS]);
            let keys = Keys { comparison, allowed };
            if !keys.allowed.is_empty() && keys.condition() == *condition {
                return keys;
            }
        }
        panic!("a condition that is not known here: {condition}");
    }

    fn condition(&self) -> Value {
        json!({ self.comparison.operator(): { LEADING_KEYS: self.allowed } })
    }

    fn allow(&self, key: &str) -> bool {
        self.allowed.iter().any(|allowed| match self.comparison {
            Comparison::Equals => allowed == key,
            Comparison::Like => is_like(allowed, key),
        })
    }
}

impl Comparison {
    const fn operator(self) -> &'static str {
        match self {
            Comparison::Equals => "ForAllValues:StringEquals",
            Comparison::Like => "ForAllValues:StringLike",
        }
    }
}

/// As policies have it here: at most one star.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| rest.ends_with(after)),
        None => pattern == text,
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
        let ledger = "arn:aws:dynamodb:us-east-1:1:table/Ledger";
        let statements = [
            json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::bucket/bodies/*"}),
            json!({"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": ledger,
                "Condition": {"ForAllValues:StringLike": {LEADING_KEYS: ["@sources", "@job/*"]}}}),
            json!({"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": ledger,
                "Condition": {"ForAllValues:StringEquals": {LEADING_KEYS: ["@job/*"]}}}),
        ];
        Role { function: "Process", statements: statements.iter().map(Statement::of).collect() }
    }

    fn asked(action: &str, resource: &str, keys: &[&str]) -> Access {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        let (function, action, resource) = ("Process".to_owned(), action.to_owned(), resource.to_owned());
        Access { function, call: action.clone(), action, resource, keys, is_allowed: true }
    }

    /// All that is asked for here, and whether `role` gives it.
    fn check(role: &Role, expected: &str) {
        let ledger = "arn:aws:dynamodb:us-east-1:1:table/Ledger";
        let all = [
            asked("s3:GetObject", "arn:aws:s3:::bucket/bodies/1/2", &[]),
            asked("s3:PutObject", "arn:aws:s3:::bucket/bodies/1/2", &[]),
            asked("s3:PutObject", "arn:aws:s3:::bucket/assets/1", &[]),
            asked("dynamodb:GetItem", ledger, &["@sources"]),
            asked("dynamodb:GetItem", ledger, &["@job/1"]),
            asked("dynamodb:GetItem", ledger, &["source/event"]),
            asked("dynamodb:PutItem", ledger, &["@job/1"]),
            asked("dynamodb:PutItem", ledger, &["@job/*"]),
        ];
        let given = all.iter().filter(|asked| role.allows(asked)).map(|asked| {
            let keys = asked.keys.concat();
            format!("{} {}", asked.action, if keys.is_empty() { short(&asked.resource) } else { keys })
        });
        assert_eq!(given.collect::<Vec<_>>().join(", "), expected);
    }

    #[test]
    fn each_action_is_taken_away_each_statement_that_has_several_and_each_of_several_keys() {
        let removed: Vec<String> = role().removals().into_iter().map(|removal| removal.what).collect();
        let expected = [
            "s3:GetObject on bucket/bodies/*",
            "s3:PutObject on bucket/bodies/*",
            "s3:GetObject and s3:PutObject on bucket/bodies/*",
            "dynamodb:GetItem on table/Ledger",
            "dynamodb:GetItem on table/Ledger under @sources",
            "dynamodb:GetItem on table/Ledger under @job/*",
            "dynamodb:PutItem on table/Ledger",
        ];
        assert_eq!(removed, expected);
    }

    #[test]
    fn what_is_taken_away_is_not_allowed_and_all_else_is() {
        let objects = "s3:GetObject bucket/bodies/1/2, s3:PutObject bucket/bodies/1/2";
        let get = "s3:GetObject bucket/bodies/1/2";
        let items = "dynamodb:GetItem @sources, dynamodb:GetItem @job/1";
        let put = "dynamodb:PutItem @job/*";
        check(&role(), &format!("{objects}, {items}, {put}"));
        check(&role().without(&["s3:PutObject on bucket/bodies/*"]), &format!("{get}, {items}, {put}"));
        let without_key = role().without(&["dynamodb:GetItem on table/Ledger under @job/*"]);
        check(&without_key, &format!("{objects}, dynamodb:GetItem @sources, {put}"));
        check(&role().without(&["dynamodb:PutItem on table/Ledger"]), &format!("{objects}, {items}"));
    }

    #[test]
    fn a_policy_says_what_its_role_does() {
        let statements = role().policy()["Statement"].clone();
        let again: Vec<Statement> = statements.as_array().unwrap().iter().map(Statement::of).collect();
        let again = Role { function: "Process", statements: again };
        assert_eq!(again.policy(), role().policy());
        assert_eq!(statements[1]["Condition"]["ForAllValues:StringLike"][LEADING_KEYS], json!(["@sources", "@job/*"]));
    }

    #[test]
    #[should_panic(expected = "a condition that is not known here")]
    fn a_condition_that_would_be_ignored_is_refused() {
        let condition =
            json!({"ForAllValues:StringLike": {LEADING_KEYS: ["@job/*"]}, "Bool": {"aws:SecureTransport": "true"}});
        let _ = Keys::of(&condition);
    }
}
