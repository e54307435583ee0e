//! A consumer of Landfall's events, to copy: a batch of SQS records in, the failed ones out.
//!
//! `consumer` is the way of a record, `claims` who works on which event, `event` what is read from a message, `aws` the
//! table and the bucket. The function's `main` puts them together; see README.md beside the three examples.

#[cfg(feature = "aws")]
pub mod aws;
pub mod claims;
pub mod consumer;
pub mod event;
