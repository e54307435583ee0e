//! Questions that are answered in the sender's own words, and are no events.

use crate::content::challenge_reader::ChallengeProof;
use crate::content::reply_writer::MakeCode;
use crate::delivery::Delivery;
use crate::delivery::reply::Reply;
use crate::description::{ChallengeMethod, Encoding};
use crate::source::{Credentials, Keys, Proof, Source, TokenDigests};
use crate::text::base64_text;

use super::Refusal;
use super::credential::check_url_token;

/// Longer than any text of which a sender asks for the code.
const CODED_TEXT_MAX_BYTES: usize = 256;

/// What is sent back to a request that asks before the sender signs anything; `None` if it asks nothing of the kind.
///
/// A stranger can ask too. So it is told nothing but what it said itself, must know the tokens that the source has, and
/// gets no code made with the source's secret unless the URL's token says who it is.
///
/// # Errors
/// If it asks what the sender would, and lacks a token.
pub fn answer_unsigned(
    delivery: &Delivery,
    method: ChallengeMethod,
    source: &Source,
) -> Option<Result<Reply, Refusal>> {
    let tokens = match &source.credentials {
        Credentials::Token(tokens) | Credentials::Both { tokens, .. } => Some(tokens),
        Credentials::Proof(_) => None,
    };
    let make_code = |text: &str, encoding| tokens.and_then(|_| code(source, 0, text, encoding));
    source.sender.challenge(ChallengeProof::Unsigned(method), delivery, |question, has_token| {
        let guarded = check_guards(delivery, tokens, has_token.then_some((question.token(), source)));
        match guarded {
            Ok(()) => question.reply(&make_code).map(Ok),
            Err(refusal) => Some(Err(refusal)),
        }
    })
}

/// What is sent back to a verified delivery that only asks for that.
pub(super) fn answer_verified(delivery: &Delivery, source: &Source, secret: Option<usize>) -> Option<Reply> {
    let make_code: MakeCode<'_> = &|text, encoding| code(source, secret?, text, encoding);
    source.sender.challenge(ChallengeProof::Verified, delivery, |question, _| question.reply(make_code))
}

fn check_guards(
    delivery: &Delivery,
    tokens: Option<&TokenDigests>,
    verify_token: Option<(Option<&str>, &Source)>,
) -> Result<(), Refusal> {
    if let Some(tokens) = tokens {
        check_url_token(delivery.token.as_ref(), tokens)?;
    }
    if let Some((said, source)) = verify_token {
        let said = said.ok_or(Refusal::CredentialMissing)?;
        let is_ours = source.verify_tokens.as_ref().is_some_and(|known| known.find(said.as_bytes()).is_some());
        return if is_ours { Ok(()) } else { Err(Refusal::CredentialWrong) };
    }
    Ok(())
}

/// The code of a text that is no delivery: it has none of the marks without which neither an object nor what a scheme
/// joins with a timestamp can be written. So an answer is no signature of either, whoever asks for it.
fn code(source: &Source, secret: usize, text: &str, encoding: Encoding) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    if text.len() > CODED_TEXT_MAX_BYTES || !text.bytes().all(is_plain) {
        return None;
    }
    let Some(Proof::Signature { keys: Keys::Mac(keys), .. }) = source.credentials.proof() else {
        return None;
    };
    let code = keys.code(secret, [text.as_bytes()].into_iter())?;
    Some(match encoding {
        Encoding::Hex => base16ct::lower::encode_string(&code),
        Encoding::Base64 => base64_text::encode(&code),
    })
}
