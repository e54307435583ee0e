//! The listing: which queries answer an operator's question, and how their answers become pages.
//!
//! Each source has its events under sixteen keys of an index, so a page is merged from as many queries. A page goes on
//! from the last row of the one before, below an upper bound that the first page sets: new arrivals never shift it.

pub mod body_pattern;
pub mod cursor;
pub mod filter;
pub mod follow;
pub mod merge;
pub mod query;
pub mod row;
