//! The options of `landfall deploy`.

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::deployment_options::DeploymentFiles;
use crate::error::{Error, Result};
use crate::sender::Sender;
use crate::source_options::SourceOptions;

/// The options of `landfall deploy`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) files: DeploymentFiles,
    /// What the functions of a checkout are built for; default: that in samconfig.toml, or x86_64
    #[arg(long, value_parser = ["x86_64", "arm64"])]
    pub(super) architecture: Option<String>,
    /// Where alarms are sent; default: nowhere
    #[arg(long, value_name = "ADDRESS")]
    pub(super) alarm_email: Option<String>,
    /// The first sender to set up
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Sender::names()))]
    provider: Option<String>,
    /// The name of its source, which becomes part of its URL; default: {provider}-prod
    #[arg(long, value_name = "NAME")]
    pub(super) source: Option<String>,
    #[command(flatten)]
    pub(super) options: SourceOptions,
    /// Deploy nothing; publish one event and look for it in the consumer queue
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) check_delivery: bool,
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

impl Arguments {
    /// The sender, if one is named and the other options fit it.
    pub(super) fn check(&self) -> Result<Option<Sender>> {
        let SourceOptions { token_header, account, files, .. } = &self.options;
        let of_a_source = [
            ("--source", self.source.is_some()),
            ("--token-header", token_header.is_some()),
            ("--account", account.is_some()),
            ("--secret-file", files.secret_file.is_some()),
        ];
        let Some(name) = &self.provider else {
            let alone = of_a_source.iter().find(|(_, is_given)| *is_given);
            return alone.map_or(Ok(None), |(option, _)| Err(Error::Usage(format!("{option} needs --provider"))));
        };
        let sender = Sender::parse(name).map_err(Error::Usage)?;
        self.options.check(&sender)?;
        Ok(Some(sender))
    }
}

/// Whether it is a region's name. AWS's European Sovereign Cloud begins with more than two letters: eusc-de-east-1.
pub(super) fn is_region(text: &str) -> std::result::Result<(), String> {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_region = match parts.as_slice() {
        [first, words @ .., number] => {
            let is_number = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit());
            first.len() >= 2 && is_word(first) && !words.is_empty() && words.iter().all(is_word) && is_number
        }
        [] | [_] => false,
    };
    if is_region { Ok(()) } else { Err("name one, such as eu-west-1".to_owned()) }
}

/// Whether it is an address, as far as the template asks.
pub(super) fn is_email_or_nothing(text: &str) -> std::result::Result<(), String> {
    let is_part = |part: &str| !part.is_empty() && !part.contains(['@', ' ']);
    let is_email = text.split_once('@').is_some_and(|(name, host)| is_part(name) && is_part(host));
    if text.is_empty() || is_email { Ok(()) } else { Err("not an e-mail address".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::{is_email_or_nothing, is_region};

    #[test]
    fn regions_have_their_form() {
        for region in ["eu-west-1", "us-gov-east-1", "eusc-de-east-1", "us-isob-east-1"] {
            assert!(is_region(region).is_ok(), "{region}");
        }
        for text in ["", "mars", "eu-west", "eu-west-12", "e-west-1", "eu--1", "EU-west-1", "eu-1"] {
            assert!(is_region(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_have_their_form() {
        for address in ["", "ops@example.com"] {
            assert!(is_email_or_nothing(address).is_ok(), "{address}");
        }
        for text in ["nobody", "@example.com", "ops@", "o ps@example.com", "a@b@c"] {
            assert!(is_email_or_nothing(text).is_err(), "{text}");
        }
    }
}
