//! Headers that have more than one name.

use crate::delivery::headers::{Headers, RepeatedHeader};
use crate::description::HeaderName;

/// The one value of the first header of `names` that is there and not empty.
pub(crate) fn first<'h>(headers: &'h Headers, names: &[HeaderName]) -> Result<Option<&'h str>, RepeatedHeader> {
    names
        .iter()
        .find_map(|HeaderName(name)| headers.single(name).transpose().filter(|found| *found != Ok("")))
        .transpose()
}

/// Every value of the first header of `names` that is there and not empty; none if none is.
pub(crate) fn all<'h>(headers: &'h Headers, names: &[HeaderName]) -> Vec<&'h str> {
    let mut found =
        names.iter().map(|HeaderName(name)| headers.values(name).filter(|value| !value.is_empty()).collect());
    found.find(|values: &Vec<&str>| !values.is_empty()).unwrap_or_default()
}
