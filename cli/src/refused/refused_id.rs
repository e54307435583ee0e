//! How a refused delivery is named.

use clap::Args;
use domain::receive::refused::places::Place;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::Refusal;

use crate::error::Error;

/// A refused delivery, as `list` names it.
#[derive(Debug, Args)]
pub struct IdArgument {
    /// The delivery, as `landfall refused list` names it: {source}/{minute}/{number}
    #[arg(value_name = "DELIVERY", value_parser = refused_id)]
    pub(crate) id: RefusedId,
}

/// Where a refused delivery is stored.
#[derive(Clone, Debug)]
pub(crate) struct RefusedId {
    pub(crate) source: SourceName,
    pub(crate) place: Place,
}

impl RefusedId {
    pub(crate) fn missing(&self) -> Error {
        let Place { minute, k } = &self.place;
        Error::NotFound(format!("there is no refused delivery {minute}/{k}: it may have expired"))
    }
}

/// How a refused delivery is named.
pub(crate) fn id_text(place: &Place) -> String {
    format!("{}/{}", place.minute, place.k)
}

/// Reads a delivery's name.
pub(crate) fn refused_id(text: &str) -> std::result::Result<RefusedId, String> {
    let read = || {
        let (minute, k) = text.rsplit_once('/')?;
        let (source, time) = minute.split_once('/')?;
        let parts = (time.get(..4)?, time.get(4..6)?, time.get(6..8)?, time.get(9..11)?, time.get(11..13)?);
        let (year, month, day, hour, of_hour) = parts;
        let at = Timestamp::parse_rfc3339(&format!("{year}-{month}-{day}T{hour}:{of_hour}:00Z"))?;
        let source = SourceName::parse(source).ok()?;
        let place = Place { minute: Place::minute_of(&source, at), k: k.parse().ok()? };
        (place.minute == minute).then_some(RefusedId { source, place })
    };
    read().ok_or_else(|| format!("{text} is no refused delivery: landfall refused list shows their names"))
}

/// Reads why something was refused.
pub(crate) fn cause(text: &str) -> std::result::Result<Refusal, String> {
    text.parse().map_err(|_| format!("{text} is no reason: landfall refused list shows them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_named_by_its_place() {
        let id = refused_id("glossi-prod/20250901T0726/29").expect("a name");
        assert_eq!((id.source.as_str(), id.place.k), ("glossi-prod", 29));
        assert_eq!(id_text(&id.place), "glossi-prod/20250901T0726/29");
        for wrong in ["", "a", "a/b", "a/20250901T0726", "a/20250901T0726/x", "a/20259901T0726/1", "A/20250901T0726/1"]
        {
            assert!(refused_id(wrong).is_err(), "{wrong}");
        }
    }
}
