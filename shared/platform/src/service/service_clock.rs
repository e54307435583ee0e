//! The time by the services' clock.

use std::sync::atomic::{AtomicI64, Ordering};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use domain::time::Timestamp;

use super::error_response::ErrorResponse;

/// By how much a clock must differ before it is taken for the reason of a refusal that may have others. A signature is
/// valid for five minutes.
const SKEW_MIN_MILLIS: i64 = 4 * 60 * 1000;

/// The services' clock, as far as it is known to differ from ours.
#[derive(Debug, Default)]
pub(crate) struct ServiceClock {
    ahead_millis: AtomicI64,
}

impl ServiceClock {
    /// The services' time when ours is `now`.
    pub(super) fn read(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_millis(now.as_millis().saturating_add(self.ahead_millis.load(Ordering::Relaxed)))
    }

    /// Sets the clock by a response that came `now` and refuses a request because of the time at which it was signed;
    /// `false` if that is not the reason.
    pub(super) fn correct(&self, response: &ErrorResponse, signed_at: Timestamp, now: Timestamp) -> bool {
        let Some(time) = service_time(&response.code, response.date.as_deref(), signed_at) else {
            return false;
        };
        self.ahead_millis.store(time.as_millis().saturating_sub(now.as_millis()), Ordering::Relaxed);
        true
    }
}

/// The `date` of an error response, if its `code` says that what was signed at `signed_at` was signed at a wrong time.
fn service_time(code: &str, date: Option<&str>, signed_at: Timestamp) -> Option<Timestamp> {
    let date_millis = DateTime::from_str(date?, Format::HttpDate).ok()?.to_millis().ok()?;
    let is_skew = match code {
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => true,
        // These are the codes of a wrong secret as well.
        "InvalidSignatureException" | "SignatureDoesNotMatch" | "AuthFailure" => {
            date_millis.saturating_sub(signed_at.as_millis()).saturating_abs() >= SKEW_MIN_MILLIS
        }
        _ => false,
    };
    is_skew.then_some(Timestamp::from_millis(date_millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Wed, 21 Oct 2015 07:28:00 GMT`.
    const DATE_MILLIS: i64 = 1_445_412_480_000;

    fn check(code: &str, date: &str, behind_seconds: i64, is_skew: bool) {
        let signed_at = Timestamp::from_millis(DATE_MILLIS - behind_seconds * 1000);
        let expected = is_skew.then_some(Timestamp::from_millis(DATE_MILLIS));
        assert_eq!(service_time(code, Some(date), signed_at), expected, "{code} at {date}, {behind_seconds} s behind");
    }

    #[test]
    fn a_clock_is_wrong_if_the_service_says_so_or_its_date_shows_it() {
        let date = "Wed, 21 Oct 2015 07:28:00 GMT";
        for code in ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"] {
            check(code, date, 60, true);
            check(code, date, -3600, true);
        }
        for code in ["InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure"] {
            check(code, date, 239, false);
            check(code, date, 240, true);
            check(code, date, -240, true);
        }
        check("AccessDeniedException", date, 3600, false);
        check("RequestTimeTooSkewed", "yesterday", 3600, false);
        assert_eq!(service_time("RequestTimeTooSkewed", None, Timestamp::from_millis(0)), None);
    }
}
