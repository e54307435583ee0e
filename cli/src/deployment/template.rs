//! The template, read as text: CloudFormation gets it with its comments, and only the places of the code are added.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// How the template names the binary of a function, below `BuildProperties`.
const BINARY: &str = "        Binary: ";
/// Where the function's own properties begin.
const PROPERTIES: &str = "    Properties:";

/// What belongs to the function's URL.
const OF_THE_URL: [&str; 3] = ["IngestUrl", "IngestUrlPublicPermissions", "IngestURLInvokeAllowPublicAccess"];
/// How the output that may be the function's URL begins; then comes what it is otherwise.
const URL_OR_API: &str = "    Value: !If [ServesUrl, !GetAtt IngestUrl.FunctionUrl, ";

/// `template.yaml`.
pub(super) struct Template(String);

impl Template {
    pub(super) fn read(file: &Path) -> Result<Template> {
        let text = fs::read_to_string(file);
        let text = text.map_err(|error| Error::NotFound(format!("{} cannot be read: {error}", file.display())))?;
        Ok(Template(text))
    }

    /// The names of the functions' binaries.
    pub(super) fn binaries(&self) -> Result<Vec<String>> {
        let binaries = self.0.lines().filter_map(|line| line.strip_prefix(BINARY));
        let binaries: Vec<String> = binaries.map(str::to_owned).collect();
        let functions = self.0.matches("Type: AWS::Serverless::Function\n").count();
        if binaries.len() == functions {
            return Ok(binaries);
        }
        let found = binaries.len();
        Err(Error::Usage(format!("the template has {functions} functions, and {found} name their binary")))
    }

    /// The template without the function's URL, which must not be in front then.
    pub(super) fn without_function_url(self) -> Template {
        let (mut text, mut is_left_out) = (String::new(), false);
        for line in self.0.lines() {
            // An entry ends where the next begins, or a comment before it.
            if !line.is_empty() && !line.starts_with("   ") {
                is_left_out = OF_THE_URL.iter().any(|name| line == format!("  {name}:"));
            }
            if !is_left_out {
                let api = line.strip_prefix(URL_OR_API).and_then(|api| api.strip_suffix(']'));
                text += &api.map_or(line.to_owned(), |api| format!("    Value: {api}"));
                text.push('\n');
            }
        }
        Template(text)
    }

    /// The names of the parameters.
    pub(super) fn parameters(&self) -> BTreeSet<String> {
        let lines = self.0.lines().skip_while(|line| *line != "Parameters:").skip(1);
        let lines = lines.take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
        let names = lines.filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
        names.filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())).map(str::to_owned).collect()
    }

    /// The template in which each function says where its code is.
    pub(super) fn with_code(&self, place: impl Fn(&str) -> String) -> Result<String> {
        let (mut text, mut missing) = (String::new(), None);
        for line in self.0.lines() {
            text += line;
            text.push('\n');
            if let Some(binary) = line.strip_prefix(BINARY) {
                missing = Some(binary);
            }
            if line == PROPERTIES
                && let Some(binary) = missing.take()
            {
                text += &format!("      CodeUri: {}\n", place(binary));
            }
        }
        match missing {
            None => Ok(text),
            Some(binary) => Err(Error::Usage(format!("the template says no properties after the binary {binary}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::Template;

    #[test]
    fn each_function_says_where_its_code_is() {
        let template = Template(include_str!("../../../template.yaml").to_owned());
        let binaries = template.binaries().expect("it names them");
        assert_eq!(binaries, ["ingest", "process", "sweep"]);
        let text = template.with_code(|binary| format!("s3://bucket/{binary}")).expect("each has its properties");
        for binary in binaries {
            assert!(text.contains(&format!("    Properties:\n      CodeUri: s3://bucket/{binary}\n")), "{text}");
        }
    }

    /// Not even under a condition that does not hold.
    #[test]
    fn a_region_without_function_urls_sees_none() {
        let whole = include_str!("../../../template.yaml");
        let Template(text) = Template(whole.to_owned()).without_function_url();
        for word in ["AWS::Lambda::Url", "IngestUrl", "IngestURL", "FunctionUrlAuthType", "InvokedViaFunctionUrl"] {
            assert!(whole.contains(word) && !text.contains(word), "{word}");
        }
        let left_out: Vec<&str> = whole.lines().filter(|line| !text.contains(line)).map(str::trim).collect();
        expect![[r#"
            IngestUrl:
            Type: AWS::Lambda::Url
            Condition: ServesUrl
            - id: CKV_AWS_258
            TargetFunctionArn: !Ref Ingest
            AuthType: NONE
            Cors: !If
            # Each sender signs in headers of its own.
            IngestUrlPublicPermissions:
            Condition: ServesUrl
            Action: lambda:InvokeFunctionUrl
            FunctionUrlAuthType: NONE
            IngestURLInvokeAllowPublicAccess:
            Condition: ServesUrl
            InvokedViaFunctionUrl: true
            Value: !If [ServesUrl, !GetAtt IngestUrl.FunctionUrl, !Sub "https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/"]"#]].assert_eq(&left_out.join("\n"));
        let api = "    Value: !Sub \"https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/\"\n";
        assert!(text.contains(api), "{text}");
    }

    #[test]
    fn the_parameters_are_known() {
        let template = Template(include_str!("../../../template.yaml").to_owned());
        let parameters = template.parameters();
        let expected = |name: &str| assert!(parameters.contains(name), "no {name} in {parameters:?}");
        ["Architecture", "AlarmEmail", "TimeScale", "KeyArn", "Front"].into_iter().for_each(expected);
        assert!(!parameters.contains("Ingest") && !parameters.contains("Type"), "{parameters:?}");
    }

    #[test]
    fn a_function_without_a_binary_is_an_error() {
        let text = "  Other:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: bootstrap\n";
        let error = Template(text.to_owned()).binaries().unwrap_err();
        assert_eq!(error.to_string(), "the template has 1 functions, and 0 name their binary");
    }
}
