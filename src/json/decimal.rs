//! Exact decimals: scaled integers, never floating point.

use std::cmp::Ordering;

/// Most digits of a decimal, before and after the point together.
const MOST_DIGITS: usize = 18;
/// The least whole number that has more.
const END: u128 = 1_000_000_000_000_000_000;

/// A non-negative decimal as an amount is written: digits, perhaps a point and more digits.
///
/// Equality and order are of the values: `12.5` equals `12.50`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    digits: u128,
    scale: u32,
}

impl Decimal {
    /// Reads `0`, `12`, `12.50`. Refuses signs, exponents, leading zeros, a bare point, any other
    /// character, and more than 18 digits in all.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (text, ""),
        };
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        if whole.len().saturating_add(fraction.len()) > MOST_DIGITS {
            return None;
        }
        let mut digits = 0_u128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = char::from(byte).to_digit(10)?;
            digits = digits.checked_mul(10)?.checked_add(u128::from(digit))?;
        }
        Some(Self {
            digits,
            scale: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// How many digits were written after the point.
    #[must_use]
    pub const fn scale(&self) -> u32 {
        self.scale
    }

    /// What `most` is to `full`, this value is to what is returned, rounded up to a whole number. None
    /// where the value is above `full`, or `full` is nothing.
    #[must_use]
    pub fn share_of(&self, full: u32, most: u32) -> Option<u32> {
        // At most 10^18 of digits and 2^32 of points: nothing overflows.
        let parts = self.digits.checked_mul(u128::from(most))?;
        let whole = u128::from(full).checked_mul(10_u128.checked_pow(self.scale)?)?;
        let share = parts
            .checked_add(whole.checked_sub(1)?)?
            .checked_div(whole)?;
        u32::try_from(share).ok().filter(|share| *share <= most)
    }

    /// A whole number. None where it has more than 18 digits.
    #[must_use]
    pub fn whole(number: usize) -> Option<Self> {
        let digits = u128::try_from(number).ok()?;
        (digits < END).then_some(Self { digits, scale: 0 })
    }

    /// The sum, written with as many digits after the point as the finer of the two. None where it
    /// has more than 18 digits before the point.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let one = 10_u128.checked_pow(scale)?;
        let digits = self.rescaled(scale)?.checked_add(other.rescaled(scale)?)?;
        let most = END.checked_mul(one)?;
        (digits < most).then_some(Self { digits, scale })
    }

    /// The digits, with at least as many after the point as there are.
    fn rescaled(self, scale: u32) -> Option<u128> {
        let missing = scale.checked_sub(self.scale)?;
        self.digits.checked_mul(10_u128.checked_pow(missing)?)
    }

    /// The value as an integer of 10^-18 units. At most 10^36, so nothing saturates.
    #[must_use]
    pub const fn units(&self) -> u128 {
        let missing = 18_u32.saturating_sub(self.scale);
        self.digits.saturating_mul(10_u128.saturating_pow(missing))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.units().cmp(&other.units())
    }
}
impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Decimal {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn only_plain_decimals_are_read() {
        for text in ["0", "7", "10", "12.50", "0.01", "0.0", "999999999999999999"] {
            assert!(Decimal::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            ".",
            ".5",
            "5.",
            "01",
            "00",
            "00.5",
            "-1",
            "+1",
            "1e3",
            "1E3",
            "1,5",
            "1.2.3",
            " 1",
            "1 ",
            "1_0",
            "0x1",
            "NaN",
            "\u{661}",
            "1.\u{661}",
            "9999999999999999999",
            "1.000000000000000000",
            "0.000000000000000001",
        ] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn order_is_of_the_values() {
        let read = |text| Decimal::parse(text).unwrap();
        assert_eq!(read("12.50"), read("12.5"));
        assert_eq!(read("0"), read("0.000"));
        assert!(read("12.49") < read("12.5"));
        assert!(read("99999999999999999.9") > read("99999999999999999"));
        assert!(read("0.00000000000000001") > read("0"));
        assert!(read("999999999999999999") > read("9.99999999999999999"));
        assert_ne!(read("999999999999999998"), read("999999999999999999"));
        assert_eq!((read("12.50").scale(), read("12").scale()), (2, 0));
    }

    #[test]
    fn sums_are_exact_or_none() {
        let read = |text| Decimal::parse(text).unwrap();
        for (left, right, sum, scale) in [
            ("0.1", "0.2", "0.3", 1),
            ("12.50", "7.5", "20", 2),
            ("0", "0", "0", 0),
            ("999999999999999998", "1", "999999999999999999", 0),
            ("0.10000000000000001", "0.2", "0.30000000000000001", 17),
        ] {
            let found = read(left).plus(read(right)).unwrap();
            assert_eq!((found, found.scale()), (read(sum), scale));
        }
        let most = read("999999999999999999");
        assert_eq!(most.plus(read("1")), None);
        assert_eq!(most.plus(most), None);
        // More digits than a decimal may be written with, and still exact.
        let fine = most.plus(read("0.00000000000000001")).unwrap();
        assert!(fine > most && fine.plus(read("0.99999999999999999")).is_none());
        assert_eq!(Decimal::whole(12), Decimal::parse("12"));
        #[cfg(target_pointer_width = "64")]
        assert_eq!(Decimal::whole(usize::MAX), None);
    }
}
