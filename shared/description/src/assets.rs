//! Where a body names its outputs.

use serde::Deserialize;

use crate::{List, Pointer, Text};

/// Where outputs are.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "a table with `at`, `members`, `walk`, `fields` or `first_of`")]
#[cfg_attr(feature = "bake", derive(databake::Bake), databake(path = description))]
pub enum AssetRule {
    /// Several places for the same outputs: the first that has any is taken. `{ first_of = [ ... ] }`
    FirstOf {
        /// The places.
        first_of: List<AssetSource>,
    },
    /// One place.
    One(AssetSource),
}

/// A place of outputs. A URL is taken once, wherever it stands; what is no http or https URL is no output.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "a table with `at`, `members`, `walk` or `fields`")]
#[cfg_attr(feature = "bake", derive(databake::Bake), databake(path = description))]
pub enum AssetSource {
    /// A URL, a list of URLs, or objects with a `url`. `*` in the pointer stands for every member or item.
    #[serde(rename_all = "snake_case")]
    At {
        /// Where.
        at: Pointer,
        /// What they are to the job.
        #[serde(default = "output")]
        role: Text,
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
        #[serde(default)]
        into: List<Text>,
        /// Members that hold outputs though their names do not say so; the name is the role.
        #[serde(default)]
        also: List<Text>,
        /// Members of this object that are none.
        #[serde(default)]
        except: List<Text>,
    },
}

/// Names of members that never hold outputs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "bake", derive(databake::Bake), databake(path = description))]
pub struct Never(pub List<Text>);

const fn output() -> Text {
    Text::Borrowed("output")
}
