//! Durations and sizes as a policy writes them: a whole number and a unit.

use std::time::Duration;

/// Largest integer that every reader of JSON and of a protobuf `Struct` agrees on (RFC 7493 section 2.2).
pub(super) const MAX_INTEGER: u64 = (1 << 53) - 1;

const MILLIS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
const BYTES: [(&str, u64); 2] = [("MiB", 1 << 20), ("KiB", 1 << 10)];

/// Reads `250ms`, `10s`, `5m` or `24h`. None for zero and for everything else.
pub(super) fn duration(text: &str) -> Option<Duration> {
    number(text, &MILLIS).map(Duration::from_millis)
}

/// Reads `64KiB` or `8MiB`, in bytes. None for zero and for everything else.
pub(super) fn size(text: &str) -> Option<usize> {
    usize::try_from(number(text, &BYTES)?).ok()
}

/// A duration as a policy writes it.
pub(super) fn show_duration(duration: Duration) -> String {
    show(
        u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        &MILLIS,
    )
}

/// A size as a policy writes it.
pub(super) fn show_size(bytes: usize) -> String {
    show(u64::try_from(bytes).unwrap_or(u64::MAX), &BYTES)
}

fn number(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, unit) = text.split_at_checked(digits)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    if digits.starts_with('0') {
        return None;
    }
    let number = digits.parse::<u64>().ok()?.checked_mul(*factor)?;
    (number <= MAX_INTEGER).then_some(number)
}

/// In the largest unit that leaves a whole number.
fn show(number: u64, units: &[(&str, u64)]) -> String {
    let fits = |factor: &u64| number.checked_rem(*factor) == Some(0);
    units
        .iter()
        .find(|(_, factor)| fits(factor))
        .and_then(|(unit, factor)| Some(format!("{}{unit}", number.checked_div(*factor)?)))
        .unwrap_or_else(|| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn durations_have_one_form() {
        for (text, millis) in [("1ms", 1), ("250ms", 250), ("10s", 10_000), ("5m", 300_000)] {
            assert_eq!(
                duration(text),
                Some(Duration::from_millis(millis)),
                "{text}"
            );
            assert_eq!(show_duration(Duration::from_millis(millis)), text);
        }
        assert_eq!(duration("24h"), Some(Duration::from_hours(24)));
        for text in [
            "",
            "s",
            "5",
            "0s",
            "0ms",
            "05s",
            "+5s",
            "-5s",
            "5 s",
            " 5s",
            "5S",
            "5s ",
            "1.5s",
            "1m30s",
            "5d",
            "5us",
            "٣s",
            "99999999999999999999s",
            "9007199254740992ms",
            "99999999999999h",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_have_one_form() {
        for (text, bytes) in [("1KiB", 1024), ("64KiB", 65_536), ("8MiB", 8_388_608)] {
            assert_eq!(size(text), Some(bytes), "{text}");
            assert_eq!(show_size(bytes), text);
        }
        for text in [
            "", "8", "8M", "8MB", "8mib", "0KiB", "8 MiB", "8GiB", "1.5MiB", "8B",
        ] {
            assert_eq!(size(text), None, "{text}");
        }
        assert_eq!(show_size(1), "1");
    }
}
