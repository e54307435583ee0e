//! What holds whatever the bytes: one file a parser. Each function panics if its promise does not hold.
//!
//! Two drivers try them: the properties in `shared/domain/tests` with generated inputs and with the corpora that are
//! kept, and the fuzz targets in `fuzz` with inputs grown towards what no test has reached yet.

pub mod batch;
pub mod body;
pub mod certificate;
pub mod challenge;
pub mod described;
pub mod function_url;
pub mod header;
pub mod message;
pub mod queue_text;
pub mod signature;
pub mod source;
pub mod token;
