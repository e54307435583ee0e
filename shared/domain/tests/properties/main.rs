//! What holds for every input, tried with generated ones: one file a subject.
//!
//! A failure prints the smallest input that still fails, and proptest writes the seed that led to it into
//! `proptest-regressions`. Make a named test of the input instead of keeping the seed.

mod any;
mod batch;
mod body;
mod certificate;
mod challenge;
mod corpora;
mod event_id;
mod header;
mod message;
mod poll;
mod queue_text;
mod recent;
mod request;
mod signature;
mod source;
mod time;
mod token;
