//! Who calls AWS, and where.

use aws_config::{BehaviorVersion, ConfigLoader};
use aws_credential_types::Credentials;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_types::SdkConfig;
use aws_types::region::Region;
use tokio::sync::OnceCell;

use crate::aws_error::OrError as _;
use crate::error::{Error, Result};
use crate::options::Options;
use crate::shell_word::shell_word;
use crate::stack::Stack;

/// The region that the emulator plays, and one in which everybody can be asked for.
const LOCAL_REGION: &str = "us-east-1";

/// Signs in and finds the stack when a command first needs it.
#[derive(Debug)]
pub struct Session {
    options: Options,
    config: OnceCell<SdkConfig>,
    stack: OnceCell<Stack>,
}

impl Session {
    /// Connects to nothing yet.
    #[must_use]
    pub fn new(options: Options) -> Session {
        Session { options, config: OnceCell::new(), stack: OnceCell::new() }
    }

    /// The name of the stack, given or usual.
    #[must_use]
    pub fn stack_name(&self) -> &str {
        self.options.stack_name()
    }

    /// What the caller asked for.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Who calls, whatever the region.
    ///
    /// # Errors
    /// If the caller is not signed in.
    pub async fn caller(&self) -> Result<GetCallerIdentityOutput> {
        let config = self.loader().load().await;
        let region = config.region().cloned().unwrap_or(Region::new(LOCAL_REGION));
        let client = aws_sdk_sts::Client::new(&config.to_builder().region(region.clone()).build());
        let identity = client.get_caller_identity().send().await;
        let is_answered = identity.as_ref().is_err_and(|error| error.as_service_error().is_some());
        identity.or_error("sts:GetCallerIdentity").map_err(|error| match error {
            // AWS's other partitions, such as China's or GovCloud's, know callers of their own.
            Error::SignIn(text) if is_answered && self.options.region.is_none() => Error::SignIn(format!(
                "{text}. {region} was asked: credentials of another partition are only valid in its own regions, so name one \
                 with --region"
            )),
            other => other,
        })
    }

    /// The part of AWS to which the caller belongs, as ARNs name it.
    ///
    /// # Errors
    /// If the caller is not signed in.
    pub async fn partition(&self) -> Result<String> {
        let caller = self.caller().await?;
        Ok(caller.arn().and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws").to_owned())
    }

    /// How the caller is named where others read who did something.
    ///
    /// # Errors
    /// If the caller is not signed in.
    pub async fn caller_name(&self) -> Result<String> {
        match &self.options.local {
            Some(_) => Ok("the local operator".to_owned()),
            None => Ok(self.caller().await?.arn().unwrap_or("a caller without an ARN").to_owned()),
        }
    }

    /// The region of the shell's AWS configuration, if it has one.
    pub async fn usual_region(&self) -> Option<String> {
        self.loader().load().await.region().map(ToString::to_string)
    }

    /// What every client is made from.
    ///
    /// # Errors
    /// If no region is known, or there is no local stack.
    pub async fn config(&self) -> Result<&SdkConfig> {
        self.config.get_or_try_init(|| self.load()).await
    }

    /// The region.
    ///
    /// # Errors
    /// As for [`Session::config`].
    pub async fn region(&self) -> Result<&str> {
        let region = self.config().await?.region();
        Ok(region.expect("no configuration is made without one").as_ref())
    }

    /// The stack.
    ///
    /// # Errors
    /// If there is none, or AWS did not describe it.
    pub async fn stack(&self) -> Result<&Stack> {
        let find = || async {
            match &self.options.local {
                Some(file) => Stack::of_file(file),
                None => Stack::find(self.config().await?, self.stack_name()).await?.ok_or_else(|| self.no_stack()),
            }
        };
        self.stack.get_or_try_init(find).await
    }

    /// A command of this tool about the same stack, for the caller to run. A region that was typed at a prompt is in no
    /// configuration, so it is named.
    #[must_use]
    pub fn command(&self, words: &str) -> String {
        let options = &self.options;
        if options.local.is_some() {
            return format!("landfall {words}");
        }
        let region = self.known_region();
        let place = [("region", region), ("stack", options.stack.as_deref()), ("profile", options.profile.as_deref())];
        format!("landfall {words}{}", written(&place))
    }

    /// A command of AWS's command line in the same place.
    #[must_use]
    pub fn aws_command(&self, words: &str) -> String {
        let place = [("region", self.known_region()), ("profile", self.options.profile.as_deref())];
        format!("aws {words}{}", written(&place))
    }

    fn known_region(&self) -> Option<&str> {
        let region = self.config.get().and_then(SdkConfig::region).map(AsRef::as_ref);
        region.or(self.options.region.as_deref())
    }

    fn no_stack(&self) -> Error {
        let region = self.config.get().and_then(SdkConfig::region).map_or("this region", AsRef::as_ref);
        let name = self.stack_name();
        Error::NotFound(format!(
            "there is no stack {name} in {region}: name another with --stack or --region, or deploy it"
        ))
    }

    async fn load(&self) -> Result<SdkConfig> {
        let mut loader = self.loader();
        if let Some(file) = &self.options.local {
            let credentials = Credentials::new("local", "local", None, None, "the local stack");
            loader = loader.region(Region::new(LOCAL_REGION)).credentials_provider(credentials);
            if let Some(endpoint) = Stack::of_file(file)?.endpoint() {
                loader = loader.endpoint_url(endpoint);
            }
        }
        let config = loader.load().await;
        match config.region() {
            Some(_) => Ok(config),
            None => {
                Err(Error::Usage("no region is known: give --region, or set AWS_REGION or one in your profile".into()))
            }
        }
    }

    fn loader(&self) -> ConfigLoader {
        let connector = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(connector);
        if let Some(profile) = &self.options.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        loader
    }
}

/// Those options that have a value.
fn written(options: &[(&str, Option<&str>)]) -> String {
    let given = options.iter().filter_map(|(name, value)| Some(format!(" --{name} {}", shell_word((*value)?))));
    given.collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use expect_test::{Expect, expect};

    use super::Session;
    use crate::options::Options;

    #[derive(Parser)]
    struct Arguments {
        #[command(flatten)]
        options: Options,
    }

    fn check(options: &str, expected: Expect) {
        let words = std::iter::once("landfall").chain(options.split('|').filter(|word| !word.is_empty()));
        let session = Session::new(Arguments::parse_from(words).options);
        expected.assert_eq(&format!("{}\n{}", session.command("upgrade"), session.aws_command("sns list-topics")));
    }

    #[test]
    fn commands_to_run_next_are_about_the_same_stack() {
        check(
            "",
            expect![[r#"
                landfall upgrade
                aws sns list-topics"#]],
        );
        check(
            "--region|eu-west-1|--stack|inbox|--profile|my own",
            expect![[r#"
                landfall upgrade --region eu-west-1 --stack inbox --profile 'my own'
                aws sns list-topics --region eu-west-1 --profile 'my own'"#]],
        );
        check(
            "--local=stack.json",
            expect![[r#"
                landfall upgrade
                aws sns list-topics"#]],
        );
    }
}
