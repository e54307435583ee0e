//! The template with everything in it that CloudFormation would have filled in by the time it is deployed.

use serde_json::{Map, Value};
use tests::template::TEMPLATE;

use crate::names::Names;

/// The template for one set of parameters.
pub(crate) struct Template {
    /// What differs from the parameters' defaults.
    pub(crate) parameters: Vec<(&'static str, String)>,
    pub(crate) names: Names,
}

impl Template {
    /// The properties of the resource `id`; `None` if there is none under these parameters.
    pub(crate) fn resource(&self, id: &str) -> Option<Value> {
        let resource = &TEMPLATE["Resources"][id];
        let exists = match resource["Condition"].as_str() {
            Some(condition) => self.holds(&TEMPLATE["Conditions"][condition]),
            None => !resource.is_null(),
        };
        if !exists {
            return None;
        }
        Some(self.expand(&resource["Properties"]).unwrap_or_default())
    }

    /// The ids of all resources of a type that there are under these parameters.
    pub(crate) fn of_type(&self, kind: &str) -> Vec<&'static str> {
        let resources = TEMPLATE["Resources"].as_object().expect("a template has resources");
        let of_type = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
        of_type.map(|(id, _)| id.as_str()).filter(|id| self.resource(id).is_some()).collect()
    }

    /// `value` without intrinsic functions; `None` where it is to be left out.
    pub(crate) fn expand(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(fields) => match fields.iter().next() {
                Some((name, argument)) if fields.len() == 1 && (name == "Ref" || name.starts_with("Fn::")) => {
                    self.call(name, argument)
                }
                _ => {
                    let expanded = fields.iter().filter_map(|(name, value)| Some((name.clone(), self.expand(value)?)));
                    Some(Value::Object(expanded.collect::<Map<_, _>>()))
                }
            },
            Value::Array(values) => Some(values.iter().filter_map(|value| self.expand(value)).collect()),
            _ => Some(value.clone()),
        }
    }

    fn call(&self, function: &str, argument: &Value) -> Option<Value> {
        let text = |value: &Value| self.text(value);
        match function {
            "Ref" if argument == "AWS::NoValue" => None,
            "Ref" => Some(self.reference(&text(argument))),
            "Fn::GetAtt" => {
                let (id, attribute) = match argument {
                    Value::Array(path) => (text(&path[0]), text(&path[1])),
                    path => {
                        let path = text(path);
                        let (id, attribute) = path.split_once('.').expect("an attribute is named behind a dot");
                        (id.to_owned(), attribute.to_owned())
                    }
                };
                Some(self.attribute(&id, &attribute))
            }
            "Fn::Sub" => Some(Value::String(self.substitute(argument))),
            "Fn::If" => {
                let condition = argument[0].as_str().expect("a condition has a name");
                let holds = self.holds(&TEMPLATE["Conditions"][condition]);
                self.expand(&argument[if holds { 1 } else { 2 }])
            }
            "Fn::Join" => {
                let parts = self.expand(&argument[1]).unwrap_or_default();
                let parts: Vec<String> = parts.as_array().into_iter().flatten().map(text).collect();
                Some(Value::String(parts.join(&text(&argument[0]))))
            }
            "Fn::Split" => {
                let whole = text(&argument[1]);
                Some(whole.split(&text(&argument[0])).map(|part| Value::String(part.to_owned())).collect())
            }
            other => panic!("the template uses {other}, which this program cannot expand yet"),
        }
    }

    /// The text that `value` comes to.
    fn text(&self, value: &Value) -> String {
        match self.expand(value) {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    fn substitute(&self, argument: &Value) -> String {
        let (text, given) = match argument {
            Value::Array(parts) => (self.text(&parts[0]), parts[1].clone()),
            text => (self.text(text), Value::Null),
        };
        let mut whole = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}').expect("what is substituted ends with a brace");
            whole.push_str(before);
            let value = match (given.get(name), name.split_once('.')) {
                (Some(value), _) => value.clone(),
                (None, Some((id, attribute))) => self.attribute(id, attribute),
                (None, None) => self.reference(name),
            };
            whole.push_str(&self.text(&value));
            rest = behind;
        }
        whole + rest
    }

    fn reference(&self, name: &str) -> Value {
        if let Some((_, value)) = self.parameters.iter().find(|(parameter, _)| *parameter == name) {
            return Value::String(value.clone());
        }
        match &TEMPLATE["Parameters"][name]["Default"] {
            Value::Null => {}
            // CloudFormation hands numbers over as texts.
            Value::Number(number) => return Value::String(number.to_string()),
            default => return default.clone(),
        }
        Value::String(match TEMPLATE["Resources"][name]["Type"].as_str() {
            Some(kind) => self.names.reference(kind, name),
            None => self.names.pseudo(name).to_owned(),
        })
    }

    fn attribute(&self, id: &str, attribute: &str) -> Value {
        let kind = TEMPLATE["Resources"][id]["Type"].as_str().unwrap_or_else(|| panic!("there is no resource {id}"));
        Value::String(self.names.attribute(kind, id, attribute))
    }

    fn holds(&self, condition: &Value) -> bool {
        let (function, argument) = condition.as_object().and_then(|it| it.iter().next()).expect("a condition");
        let all = || argument.as_array().expect("conditions stand in a list").iter().map(|part| self.holds(part));
        match function.as_str() {
            "Condition" => self.holds(&TEMPLATE["Conditions"][argument.as_str().expect("a condition has a name")]),
            "Fn::Equals" => self.text(&argument[0]) == self.text(&argument[1]),
            "Fn::Not" => !self.holds(&argument[0]),
            "Fn::And" => all().all(|holds| holds),
            "Fn::Or" => all().any(|holds| holds),
            other => panic!("the template uses {other}, which this program cannot evaluate yet"),
        }
    }
}
