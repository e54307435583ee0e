//! Refused deliveries that are stored for a while: found by source and cause, explained and released. The commands and the
//! console's pages are made of it.

pub(crate) mod explanation;
pub(crate) mod group;
pub(crate) mod refused_id;
pub(crate) mod releaser;
pub(crate) mod stored_delivery;
pub(crate) mod survey;
