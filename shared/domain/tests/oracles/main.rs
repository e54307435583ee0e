//! Verification, held against what others have made: the library of the Standard Webhooks specification, and Wycheproof's
//! vectors for the primitives.

mod sources;
mod standard_webhooks;
mod wycheproof;
