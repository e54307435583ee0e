//! DynamoDB's expressions. Each value in them has a placeholder, `:v0`, `:v1`, ..., in the order in which they are met:
//! those of the condition first, then those of the updates.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter, Write as _};

use domain::ledger::attribute::Attribute;
use domain::ledger::condition::{Comparison, Condition};
use domain::ledger::value::Value;
use domain::ledger::write::Update;

/// A condition expression.
pub(super) struct ConditionExpression<'r>(pub(super) &'r Condition<'r>);

/// An update expression.
pub(super) struct UpdateExpression<'r> {
    pub(super) updates: &'r [Update<'r>],
    /// The placeholder of the first value in it.
    pub(super) first_value: usize,
}

/// An attribute in an expression: words that DynamoDB reserves for itself stand for themselves only behind a `#`.
pub(super) struct Name(pub(super) Attribute);

impl Display for ConditionExpression<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_condition(self.0, &mut 0, f)
    }
}

fn write_condition(condition: &Condition<'_>, next: &mut usize, f: &mut Formatter<'_>) -> fmt::Result {
    match condition {
        Condition::Absent(attribute) => write!(f, "attribute_not_exists({})", Name(*attribute)),
        Condition::Compare(attribute, comparison, _) => {
            let name = Name(*attribute);
            match comparison {
                Comparison::Equal => write!(f, "{name} = :v{next}"),
                Comparison::AtMost => write!(f, "{name} <= :v{next}"),
                Comparison::AtLeast => write!(f, "{name} >= :v{next}"),
                Comparison::Above => write!(f, "{name} > :v{next}"),
                Comparison::BeginsWith => write!(f, "begins_with({name}, :v{next})"),
                Comparison::Contains => write!(f, "contains({name}, :v{next})"),
            }?;
            *next += 1;
            Ok(())
        }
        Condition::Between(attribute, ..) => {
            write!(f, "{} BETWEEN :v{next} AND :v{}", Name(*attribute), *next + 1)?;
            *next += 2;
            Ok(())
        }
        Condition::Not(condition) => {
            f.write_str("NOT ")?;
            write_operand(condition, next, f)
        }
        Condition::All(conditions) => write_joined(conditions, " AND ", next, f),
        Condition::Any(conditions) => write_joined(conditions, " OR ", next, f),
    }
}

fn write_joined(conditions: &[Condition<'_>], word: &str, next: &mut usize, f: &mut Formatter<'_>) -> fmt::Result {
    for (index, condition) in conditions.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        write_operand(condition, next, f)?;
    }
    Ok(())
}

fn write_operand(condition: &Condition<'_>, next: &mut usize, f: &mut Formatter<'_>) -> fmt::Result {
    let is_compound = matches!(condition, Condition::All(_) | Condition::Any(_));
    if is_compound {
        f.write_char('(')?;
    }
    write_condition(condition, next, f)?;
    if is_compound {
        f.write_char(')')?;
    }
    Ok(())
}

impl Display for UpdateExpression<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut clause = "";
        for wanted in ["SET ", "ADD ", "DELETE ", "REMOVE "] {
            let mut next = self.first_value;
            for update in self.updates {
                let (word, attribute, joint) = match update {
                    Update::Set(attribute, _) => ("SET ", attribute, " = "),
                    Update::Add(attribute, _) | Update::Insert(attribute, _) => ("ADD ", attribute, " "),
                    Update::Withdraw(attribute, _) => ("DELETE ", attribute, " "),
                    Update::Remove(attribute) => ("REMOVE ", attribute, ""),
                };
                if word == wanted {
                    let separator = if clause == word { ", " } else { word };
                    let space = if clause.is_empty() || clause == word { "" } else { " " };
                    write!(f, "{space}{separator}{}{joint}", Name(*attribute))?;
                    if !joint.is_empty() {
                        write!(f, ":v{next}")?;
                    }
                    clause = word;
                }
                next += usize::from(!joint.is_empty());
            }
        }
        Ok(())
    }
}

impl Name {
    /// Whether DynamoDB reserves the word.
    pub(super) const fn is_reserved(&self) -> bool {
        matches!(
            self.0,
            Attribute::State
                | Attribute::Source
                | Attribute::Type
                | Attribute::Filter
                | Attribute::Count
                | Attribute::By
        )
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.is_reserved() {
            f.write_char('#')?;
        }
        f.write_str(self.0.as_str())
    }
}

/// What expressions are about.
#[derive(Default)]
pub(super) struct Operands<'r> {
    /// The attributes in them that need a `#`.
    pub(super) reserved: BTreeSet<Attribute>,
    /// The values, in the order of their placeholders.
    pub(super) values: Vec<Value<'r>>,
}

impl<'r> Operands<'r> {
    /// Adds those of a condition expression.
    pub(super) fn add_condition(&mut self, condition: &'r Condition<'r>) {
        match condition {
            Condition::Absent(attribute) => self.add(*attribute, None),
            Condition::Compare(attribute, _, value) => self.add(*attribute, Some(value.clone())),
            Condition::Between(attribute, from, to) => {
                self.add(*attribute, Some(from.clone()));
                self.values.push(to.clone());
            }
            Condition::Not(condition) => self.add_condition(condition),
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().for_each(|condition| self.add_condition(condition));
            }
        }
    }

    /// Adds those of an update expression.
    pub(super) fn add_updates(&mut self, updates: &'r [Update<'r>]) {
        for update in updates {
            match update {
                Update::Set(attribute, value) => self.add(*attribute, Some(value.clone())),
                Update::Add(attribute, number) => self.add(*attribute, Some(Value::Number(*number))),
                Update::Insert(attribute, text) | Update::Withdraw(attribute, text) => {
                    self.add(*attribute, Some(Value::Texts([text.clone()].into())));
                }
                Update::Remove(attribute) => self.add(*attribute, None),
            }
        }
    }

    fn add(&mut self, attribute: Attribute, value: Option<Value<'r>>) {
        if Name(attribute).is_reserved() {
            self.reserved.insert(attribute);
        }
        self.values.extend(value);
    }
}
