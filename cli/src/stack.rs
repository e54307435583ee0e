//! The stack that the commands are about.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use aws_sdk_cloudformation::types::Stack as Description;
use aws_types::SdkConfig;
use serde_json::{Map, Value};

use crate::aws_error::{OrError as _, code};
use crate::error::{Error, Result};

/// The stack that the commands are about.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Where the parts of the stack are, as the template names its outputs.
    pub outputs: BTreeMap<String, String>,
    /// The values of the template's parameters.
    pub parameters: BTreeMap<String, String>,
    /// As CloudFormation has it.
    pub status: String,
    endpoint: Option<String>,
}

impl Stack {
    /// The stack of that name; `None` if there is none.
    ///
    /// # Errors
    /// If CloudFormation did not describe it.
    pub async fn find(config: &SdkConfig, name: &str) -> Result<Option<Stack>> {
        let client = aws_sdk_cloudformation::Client::new(config);
        let answer = match client.describe_stacks().stack_name(name).send().await {
            Err(error) if code(&error) == Some("ValidationError") => return Ok(None),
            answer => answer.or_error("cloudformation:DescribeStacks")?,
        };
        let stack = answer.stacks().first().map(Stack::of_description);
        // Only its name is there.
        Ok(stack.filter(|stack| !["DELETE_COMPLETE", "REVIEW_IN_PROGRESS"].contains(&stack.status.as_str())))
    }

    /// The stack that a file describes, as `make up` writes it.
    ///
    /// # Errors
    /// If there is no such file, or it describes no stack.
    pub fn of_file(file: &Path) -> Result<Stack> {
        let name = file.display();
        let text = fs::read(file)
            .map_err(|error| Error::NotFound(format!("no local stack at {name}: start one with make up ({error})")))?;
        let entries: Map<String, Value> = serde_json::from_slice(&text)
            .map_err(|error| Error::NotFound(format!("{name} describes no stack: run make up again ({error})")))?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Ok(Stack {
            outputs: entries.iter().filter_map(|(name, value)| Some((pascal_case(name), text(value)?))).collect(),
            parameters: BTreeMap::new(),
            status: "LOCAL".to_owned(),
            endpoint: entries.get("endpoint").and_then(text),
        })
    }

    /// One of the template's outputs.
    ///
    /// # Errors
    /// If the stack is of a version that lacks it.
    pub fn output(&self, name: &str) -> Result<&str> {
        let missing = || Error::Conflict(format!("the stack has no output {name}: deploy this version first"));
        self.outputs.get(name).map(String::as_str).ok_or_else(missing)
    }

    /// Where a source's sender posts to.
    ///
    /// # Errors
    /// As for [`Stack::output`].
    pub fn hook_url(&self, source: &str) -> Result<String> {
        Ok(format!("{}/hooks/{source}", self.output("FunctionUrl")?.trim_end_matches('/')))
    }

    /// Where all services of a local stack are.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    fn of_description(description: &Description) -> Stack {
        let outputs = description.outputs().iter();
        let parameters = description.parameters().iter();
        Stack {
            outputs: outputs.filter_map(|it| Some((it.output_key()?.into(), it.output_value()?.into()))).collect(),
            parameters: parameters
                .filter_map(|it| Some((it.parameter_key()?.into(), it.parameter_value()?.into())))
                .collect(),
            status: description.stack_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
            endpoint: None,
        }
    }
}

/// The name of an output, which the file of a local stack writes in snake case.
fn pascal_case(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::pascal_case;

    #[test]
    fn outputs_of_a_local_stack_have_the_names_of_the_template() {
        let check = |name, expected: &str| assert_eq!(pascal_case(name), expected);
        check("function_url", "FunctionUrl");
        check("consumer_dead_letter_queue_url", "ConsumerDeadLetterQueueUrl");
        check("bucket", "Bucket");
    }
}
