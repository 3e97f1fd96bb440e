//! The moment that an answer bears (RFC 9110 section 6.6.1).

use crate::time::UnixTime;
use jiff::fmt::rfc2822::DateTimeParser;

/// Length of an `IMF-fixdate`.
const LENGTH: usize = 29;

/// Reads an `IMF-fixdate` (RFC 9110 section 5.6.7), such as `Sun, 22 Nov 2026 08:55:02 GMT`. The
/// obsolete forms, which nobody may send, are none.
#[must_use]
pub fn read(text: &str) -> Option<UnixTime> {
    if text.len() != LENGTH || !text.ends_with(" GMT") {
        return None;
    }
    let moment = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(UnixTime::from_secs(moment.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn one_form_is_a_date() {
        let moment = UnixTime::from_secs(1_795_337_702);
        assert_eq!(read("Sun, 22 Nov 2026 08:55:02 GMT"), Some(moment));
        for other in [
            "",
            "22 Nov 2026 08:55:02 GMT",
            "Sun, 22 Nov 2026 08:55 GMT",
            "Sun, 22 Nov 2026 08:55:02 (a) GMT",
            "Sun, 22 Nov 2026 08:55:02 UTC",
            "Sun, 22 Nov 2026 08:55:02 +0000",
            "Sunday, 22-Nov-26 08:55:02 GMT",
            "Sun Nov 22 08:55:02 2026",
            "Mon, 22 Nov 2026 08:55:02 GMT",
            "Sun, 32 Nov 2026 08:55:02 GMT",
            "Sun, 22 Nov 2026 25:55:02 GMT",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
