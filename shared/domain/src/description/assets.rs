//! Where a body names its outputs.

use serde::Deserialize;

use crate::description::{Condition, Pointer};

/// Where outputs are: a place, or `{ first_of = [ ... ] }` with several places for the same outputs, of which the first
/// that has any is taken. `when` says of which bodies it holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "WrittenRule")]
pub struct AssetRule {
    /// It is followed if all of these hold of the body.
    pub when: Vec<Condition>,
    /// The places.
    pub first_of: Vec<AssetSource>,
}

/// A place of outputs. A URL is taken once, wherever it stands; what is no http or https URL is no output. `*` in a
/// pointer stands for every member or item.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub enum AssetSource {
    /// A URL, a list of URLs, or objects with a `url`.
    At {
        /// Where.
        at: Pointer,
        /// What they are to the job; `output` if it is left out.
        role: String,
    },
    /// The same within a text that is JSON itself. A text that is none holds no output.
    InText {
        /// Where the text is.
        in_text: Pointer,
        /// Where they are in what it says.
        at: Pointer,
        /// What they are to the job; `output` if it is left out.
        role: String,
    },
    /// An object whose members each hold outputs, as above; the member's name is the role.
    Members {
        /// Where the object is.
        members: Pointer,
    },
    /// Everything below, however deep, under a name such as `glb_url` or `mesh_url_glb`; the rest of the name is the
    /// role.
    Walk {
        /// Where it begins.
        walk: Pointer,
    },
    /// The members of one object with such names, and nothing deeper.
    Fields {
        /// Where the object is.
        fields: Pointer,
        /// Members that are walked through all the same.
        into: Vec<String>,
        /// Members that hold outputs though their names do not say so; the name is the role.
        also: Vec<String>,
        /// Members of this object that are none.
        except: Vec<String>,
    },
}

/// Names of members that never hold outputs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Never(pub Vec<String>);

impl AssetSource {
    /// Where it begins.
    #[must_use]
    pub fn pointer(&self) -> &Pointer {
        match self {
            AssetSource::At { at: pointer, .. }
            | AssetSource::InText { in_text: pointer, .. }
            | AssetSource::Members { members: pointer }
            | AssetSource::Walk { walk: pointer }
            | AssetSource::Fields { fields: pointer, .. } => pointer,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
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

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
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

const ONE_PLACE: &str = "a rule for assets gives one place: `at` (with a `role`, and with `in_text` for what is JSON in a text), `members`, `walk`, `fields` (with `into`, `also`, `except`)";
const ONE_PLACE_OR_SEVERAL: &str = "a rule for assets gives one place, or several of them in `first_of`, not both";

impl TryFrom<WrittenRule> for AssetRule {
    type Error = &'static str;

    fn try_from(written: WrittenRule) -> Result<AssetRule, &'static str> {
        let WrittenRule { when, first_of, in_text, at, role, members, walk, fields, into, also, except } = written;
        let one = Written { in_text, at, role, members, walk, fields, into, also, except };
        let first_of = match first_of {
            None => vec![AssetSource::try_from(one)?],
            Some(several) if one.is_empty() && !several.is_empty() => several,
            Some(_) => return Err(ONE_PLACE_OR_SEVERAL),
        };
        Ok(AssetRule { when, first_of })
    }
}

impl Written {
    fn is_empty(&self) -> bool {
        let Written { in_text, at, role, members, walk, fields, into, also, except } = self;
        let pointers = [in_text, at, members, walk, fields];
        pointers.into_iter().all(Option::is_none)
            && role.is_none()
            && [into, also, except].into_iter().all(Option::is_none)
    }
}

impl TryFrom<Written> for AssetSource {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<AssetSource, &'static str> {
        let Written { in_text, at, role, members, walk, fields, into, also, except } = written;
        let lists = [&into, &also, &except].into_iter().any(Option::is_some);
        if in_text.is_some() && at.is_none() {
            return Err(ONE_PLACE);
        }
        match (at, members, walk, fields) {
            (Some(at), None, None, None) if !lists => {
                let role = role.unwrap_or_else(|| "output".to_owned());
                Ok(match in_text {
                    None => AssetSource::At { at, role },
                    Some(in_text) => AssetSource::InText { in_text, at, role },
                })
            }
            (None, Some(members), None, None) if role.is_none() && !lists => Ok(AssetSource::Members { members }),
            (None, None, Some(walk), None) if role.is_none() && !lists => Ok(AssetSource::Walk { walk }),
            (None, None, None, Some(fields)) if role.is_none() => Ok(AssetSource::Fields {
                fields,
                into: into.unwrap_or_default(),
                also: also.unwrap_or_default(),
                except: except.unwrap_or_default(),
            }),
            _ => Err(ONE_PLACE),
        }
    }
}
