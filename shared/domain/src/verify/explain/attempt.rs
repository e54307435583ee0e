//! Trying mistakes, few at a time, until a signature fits.

use super::guess::Guess;
use super::{bodies, keys, messages, signatures};
use crate::delivery::Delivery;
use crate::description::Scheme;
use crate::source::{MacKeys, SignatureScheme, Source};

/// More mistakes at once than this are not looked for.
const MISTAKES_MAX: usize = 2;

/// The fewest mistakes that explain a signature which does not fit; none if none do.
pub(super) fn find_mistake(
    delivery: &Delivery,
    source: &Source,
    signing: &SignatureScheme,
    secrets: &[String],
) -> Vec<String> {
    let Scheme::Hmac(hmac) = &source.sender.description().scheme else {
        return Vec::new();
    };
    let codes = signatures::guesses(delivery, signing, hmac.hash);
    let keys: Vec<Guess<Vec<u8>>> = secrets.iter().flat_map(|secret| keys::guesses(secret, &hmac.secret)).collect();
    let messages: Vec<Guess<Vec<u8>>> =
        messages::guesses(delivery, signing).into_iter().chain(bodies::guesses(delivery, signing)).collect();
    for mistakes in 0..=MISTAKES_MAX {
        for code in &codes {
            let (bytes, hash) = &code.value;
            for key in &keys {
                let mac = MacKeys::made(std::slice::from_ref(&key.value), hmac.construction, *hash);
                for message in &messages {
                    let made = [&code.mistake, &key.mistake, &message.mistake];
                    let is_it = made.iter().filter(|mistake| mistake.is_some()).count() == mistakes
                        && mac.matching([&*message.value].into_iter(), std::slice::from_ref(bytes)).is_some();
                    if is_it {
                        return made.into_iter().flatten().cloned().collect();
                    }
                }
            }
        }
    }
    Vec::new()
}
