//! A place in a body that names outputs.

use serde::Deserialize;

use crate::description::Pointer;

/// A place of outputs. A URL is taken once, wherever it stands; what is no http or https URL is no output. `*` in a
/// pointer stands for every member or item.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "AssetSourceForm")]
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

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AssetSourceForm {
    pub(super) in_text: Option<Pointer>,
    pub(super) at: Option<Pointer>,
    pub(super) role: Option<String>,
    pub(super) members: Option<Pointer>,
    pub(super) walk: Option<Pointer>,
    pub(super) fields: Option<Pointer>,
    pub(super) into: Option<Vec<String>>,
    pub(super) also: Option<Vec<String>>,
    pub(super) except: Option<Vec<String>>,
}

const ONE_PLACE: &str = "a rule for assets gives one place: `at` (with a `role`, and with `in_text` for what is JSON in a text), `members`, `walk`, `fields` (with `into`, `also`, `except`)";

impl AssetSourceForm {
    pub(super) fn is_empty(&self) -> bool {
        let AssetSourceForm { in_text, at, role, members, walk, fields, into, also, except } = self;
        let pointers = [in_text, at, members, walk, fields];
        pointers.into_iter().all(Option::is_none)
            && role.is_none()
            && [into, also, except].into_iter().all(Option::is_none)
    }
}

impl TryFrom<AssetSourceForm> for AssetSource {
    type Error = &'static str;

    fn try_from(form: AssetSourceForm) -> Result<AssetSource, &'static str> {
        let AssetSourceForm { in_text, at, role, members, walk, fields, into, also, except } = form;
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
