//! Why a delivery is not believed.

use crate::text::string_enum::string_enum;

/// Why a delivery is not believed. For the log: the sender is told the same text for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It did not come by the front.
    AroundFront,
    /// No source has that name.
    UnknownSource,
    /// The URL holds no token.
    TokenMissing,
    /// The URL's token is none of the source's.
    TokenWrong,
    /// The header with the token, or with name and password, is missing or empty.
    CredentialMissing,
    /// That header was given more than once, or holds a comma that is in no token of the source's.
    CredentialDoubled,
    /// That header does not hold what the sender is known to put there.
    CredentialMalformed,
    /// The token, or name and password, are none of the source's.
    CredentialWrong,
    /// The signature's header is missing or empty, or holds no signature of the right kind.
    SignatureMissing,
    /// The signature's header was given more than once.
    SignatureDoubled,
    /// The signature is not encoded as it should be, or has not the right length.
    SignatureMalformed,
    /// The signature was made with another secret or of other bytes.
    SignatureWrong,
    /// The token names another algorithm than its sender's, such as `none`.
    AlgorithmWrong,
    /// The token is genuine, and was issued by somebody else or for another receiver.
    ClaimWrong,
    /// The delivery is genuine and was made for another of the sender's customers.
    AccountWrong,
    /// The delivery does not say where the certificate of its key is.
    KeyMissing,
    /// The delivery names a certificate where others than the sender could publish one.
    KeyWrong,
    /// The delivery's id is signed, and is missing.
    IdMissing,
    /// The delivery's id was given more than once.
    IdDoubled,
    /// The delivery does not say when it was made.
    TimestampMissing,
    /// The delivery says more than once when it was made.
    TimestampDoubled,
    /// When the delivery was made is not written as it should be.
    TimestampMalformed,
    /// The delivery is genuine and was made too long ago: a copy sent again, or a slow sender.
    TimestampLate,
    /// The delivery is genuine and was made in the future.
    TimestampEarly,
    /// A header that is signed is missing.
    HeaderMissing,
    /// A header that is signed was given more than once.
    HeaderDoubled,
    /// A field of the body that is signed is missing, or is no text.
    FieldMissing,
    /// The URL or the token is signed in place of the body, and does not hold the body's digest.
    BodyDigestMissing,
    /// The URL or the token holds another body's digest.
    BodyDigestWrong,
    /// The body is not packed as its header says.
    BodyMalformed,
    /// The body would be larger than any may be, once unpacked.
    BodyTooLarge,
    /// The form that is signed has more fields than any sender's.
    FormTooLong,
    /// More events than can be taken would each have to prove themselves.
    ListTooLong,
}

/// What becomes of a delivery that proves itself but was made too long before it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateTime {
    /// It is refused: it may be a copy sent again.
    Refused,
    /// It is allowed, since an operator says so.
    Allowed,
}

impl LateTime {
    /// What checking the time comes to, which is checked after all else.
    pub(crate) fn waive(self, checked: Result<(), Refusal>) -> Result<(), Refusal> {
        match (self, checked) {
            (LateTime::Allowed, Err(Refusal::TimestampLate)) => Ok(()),
            (_, checked) => checked,
        }
    }
}

string_enum!(Refusal {
    AroundFront => "around_front",
    UnknownSource => "unknown_source",
    TokenMissing => "token_missing",
    TokenWrong => "token_wrong",
    CredentialMissing => "credential_missing",
    CredentialDoubled => "credential_doubled",
    CredentialMalformed => "credential_malformed",
    CredentialWrong => "credential_wrong",
    SignatureMissing => "signature_missing",
    SignatureDoubled => "signature_doubled",
    SignatureMalformed => "signature_malformed",
    SignatureWrong => "signature_wrong",
    AlgorithmWrong => "algorithm_wrong",
    ClaimWrong => "claim_wrong",
    AccountWrong => "account_wrong",
    KeyMissing => "key_missing",
    KeyWrong => "key_wrong",
    IdMissing => "id_missing",
    IdDoubled => "id_doubled",
    TimestampMissing => "timestamp_missing",
    TimestampDoubled => "timestamp_doubled",
    TimestampMalformed => "timestamp_malformed",
    TimestampLate => "timestamp_late",
    TimestampEarly => "timestamp_early",
    HeaderMissing => "header_missing",
    HeaderDoubled => "header_doubled",
    FieldMissing => "field_missing",
    BodyDigestMissing => "body_digest_missing",
    BodyDigestWrong => "body_digest_wrong",
    BodyMalformed => "body_malformed",
    BodyTooLarge => "body_too_large",
    FormTooLong => "form_too_long",
    ListTooLong => "list_too_long",
});

impl Refusal {
    /// Whether the delivery was for a source that exists, and did not satisfy it.
    #[must_use]
    pub const fn is_by_source(self) -> bool {
        !matches!(self, Refusal::AroundFront | Refusal::UnknownSource)
    }

    /// Whether the source's secret, or the sender's key set, read anew, could turn the refusal around: one of them may
    /// have changed a moment ago.
    #[must_use]
    pub const fn may_be_outdated(self) -> bool {
        match self {
            Refusal::TokenMissing
            | Refusal::TokenWrong
            | Refusal::CredentialMissing
            // A new token may hold a comma.
            | Refusal::CredentialDoubled
            | Refusal::CredentialWrong
            | Refusal::SignatureMissing
            | Refusal::SignatureWrong
            | Refusal::AccountWrong => true,
            Refusal::AroundFront
            | Refusal::UnknownSource
            | Refusal::CredentialMalformed
            | Refusal::SignatureDoubled
            | Refusal::SignatureMalformed
            | Refusal::AlgorithmWrong
            | Refusal::ClaimWrong
            | Refusal::KeyMissing
            | Refusal::KeyWrong
            | Refusal::IdMissing
            | Refusal::IdDoubled
            | Refusal::TimestampMissing
            | Refusal::TimestampDoubled
            | Refusal::TimestampMalformed
            | Refusal::TimestampLate
            | Refusal::TimestampEarly
            | Refusal::HeaderMissing
            | Refusal::HeaderDoubled
            | Refusal::FieldMissing
            | Refusal::BodyDigestMissing
            | Refusal::BodyDigestWrong
            | Refusal::BodyMalformed
            | Refusal::BodyTooLarge
            | Refusal::FormTooLong
            | Refusal::ListTooLong => false,
        }
    }
}
