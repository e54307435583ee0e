//! A schema of `docs/schemas/`, and what it says of a text.

use std::fs;
use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::Value;

pub(crate) struct Schema {
    /// The schema itself.
    pub(crate) text: Value,
    validator: Validator,
}

impl Schema {
    pub(crate) fn load(name: &str) -> Schema {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schemas"));
        let file = folder.join(format!("{name}.schema.json"));
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Schema::compile(name, serde_json::from_str(&text).expect("a schema is JSON"))
    }

    /// The schema `text`, which is called `name`.
    pub(crate) fn compile(name: &str, text: Value) -> Schema {
        jsonschema::meta::validate(&text).unwrap_or_else(|error| panic!("{name} is no schema: {error}"));
        let validator = jsonschema::options().should_validate_formats(true).build(&text).expect("a schema compiles");
        Schema { text, validator }
    }

    /// What is wrong with `value`; empty if it is valid.
    pub(crate) fn faults(&self, value: &Value) -> Vec<String> {
        self.validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }
}
