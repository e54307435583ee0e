//! When, and in which places, a body names outputs.

use serde::Deserialize;

use crate::description::asset_source::AssetSourceForm;
use crate::description::{AssetSource, Condition, Pointer};

/// Where outputs are: a place, or `{ first_of = [ ... ] }` with several places for the same outputs, of which the first
/// that has any is taken. `when` says of which bodies it holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "AssetRuleForm")]
pub struct AssetRule {
    /// It is followed if all of these hold of the body.
    pub when: Vec<Condition>,
    /// The places.
    pub first_of: Vec<AssetSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssetRuleForm {
    #[serde(default)]
    when: Vec<Condition>,
    first_of: Option<Vec<AssetSource>>,
    in_text: Option<Pointer>,
    at: Option<Pointer>,
    role: Option<String>,
    members: Option<Pointer>,
    walk: Option<Pointer>,
    fields: Option<Pointer>,
    into: Option<Vec<String>>,
    also: Option<Vec<String>>,
    except: Option<Vec<String>>,
}

const ONE_PLACE_OR_SEVERAL: &str = "a rule for assets gives one place, or several of them in `first_of`, not both";

impl TryFrom<AssetRuleForm> for AssetRule {
    type Error = &'static str;

    fn try_from(form: AssetRuleForm) -> Result<AssetRule, &'static str> {
        let AssetRuleForm { when, first_of, in_text, at, role, members, walk, fields, into, also, except } = form;
        let one = AssetSourceForm { in_text, at, role, members, walk, fields, into, also, except };
        let first_of = match first_of {
            None => vec![AssetSource::try_from(one)?],
            Some(several) if one.is_empty() && !several.is_empty() => several,
            Some(_) => return Err(ONE_PLACE_OR_SEVERAL),
        };
        Ok(AssetRule { when, first_of })
    }
}
