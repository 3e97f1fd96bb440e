//! Instants as grants and requests write them: RFC 3339, in its one plain form.

use crate::time::UnixTime;
use jiff::Timestamp;

/// A moment, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant(Timestamp);

impl Instant {
    /// Reads `2026-11-22T12:00:00Z`, perhaps with a point and up to nine digits behind the seconds,
    /// or with an offset such as `+01:00` in place of the `Z` (RFC 3339 section 5.6).
    ///
    /// None for every other spelling: lower-case letters, a space between date and time, a leap
    /// second, `-00:00`, and what lies outside of the years that the calendar knows.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = digits(text, "0000-00-00T00:00:00")?;
        let offset = match rest.strip_prefix('.') {
            None => rest,
            // How many there are of them, the library judges.
            Some(fraction) => fraction.trim_start_matches(|it: char| it.is_ascii_digit()),
        };
        let is_offset = |sign| {
            let digits_of = |it| digits(it, "00:00");
            offset.strip_prefix(sign).and_then(digits_of) == Some("")
        };
        let plain = offset == "Z" || is_offset('+') || (is_offset('-') && offset != "-00:00");
        let is_leap_second = text.get(17..19) == Some("60");
        if !plain || is_leap_second {
            return None;
        }
        text.parse().ok().map(Self)
    }

    /// The same in milliseconds, rounded down.
    pub(super) fn moment(self) -> UnixTime {
        UnixTime::from_millis(self.0.as_millisecond())
    }

    /// This moment of the clock. None outside of the years that the calendar knows.
    pub(super) fn of(moment: UnixTime) -> Option<Self> {
        Timestamp::from_millisecond(moment.millis()).ok().map(Self)
    }
}

/// What follows a text of this shape, in which `0` stands for any digit.
fn digits<'t>(text: &'t str, shape: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(shape.len())?;
    let mut pairs = head.bytes().zip(shape.bytes());
    let fits = pairs.all(|(own, due)| match due {
        b'0' => own.is_ascii_digit(),
        other => own == other,
    });
    fits.then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn one_moment_has_one_place_whatever_its_offset() {
        let read = |text| Instant::parse(text).expect(text);
        let noon = read("2026-11-22T12:00:00Z");
        for same in [
            "2026-11-22T13:00:00+01:00",
            "2026-11-22T06:30:00-05:30",
            "2026-11-22T12:00:00.0Z",
            "2026-11-22T12:00:00.000000000Z",
            "2026-11-22T12:00:00+00:00",
        ] {
            assert_eq!(read(same), noon, "{same}");
        }
        assert!(read("2026-11-22T12:00:00.000000001Z") > noon);
        assert!(read("2026-11-22T12:00:00+00:01") < noon);
        assert_eq!(Instant::of(UnixTime::from_secs(1_795_348_800)), Some(noon));
        assert_eq!(Instant::of(UnixTime::from_millis(i64::MAX)), None);
    }

    #[test]
    fn every_other_spelling_is_none() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T12:00Z",
            "2026-11-22T12:00:00",
            "2026-11-22t12:00:00Z",
            "2026-11-22T12:00:00z",
            "2026-11-22 12:00:00Z",
            " 2026-11-22T12:00:00Z",
            "2026-11-22T12:00:00Z ",
            "2026-11-22T12:00:00Z[Europe/Berlin]",
            "2026-11-22T12:00:00.Z",
            "2026-11-22T12:00:00.0000000001Z",
            "2026-11-22T12:00:00,5Z",
            "2026-11-22T12:00:00+0100",
            "2026-11-22T12:00:00+01",
            "2026-11-22T12:00:00+1:00",
            "2026-11-22T12:00:00+24:60",
            "2026-11-22T12:00:00-00:00",
            "2026-11-22T24:00:00Z",
            "2026-11-22T23:59:60Z",
            "2026-11-22T12:61:00Z",
            "2026-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-00-01T12:00:00Z",
            "+002026-11-22T12:00:00Z",
            "２026-11-22T12:00:00Z",
            "1795348800",
        ] {
            assert!(Instant::parse(text).is_none(), "{text}");
        }
    }
}
