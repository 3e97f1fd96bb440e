//! How fine an amount of a currency may be (ISO 4217).

use iso_currency::Currency;

/// How many digits an amount of this currency has after its point, at most. The code is written in
/// upper case. None for a code that no currency in use has: gold, a test, one that was replaced.
pub(super) fn minor_units(code: &str) -> Option<u32> {
    let currency = Currency::from_code(code)?;
    let is_in_use = !currency.is_special() && currency.is_superseded().is_none();
    currency.exponent().filter(|_| is_in_use).map(u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    /// Every currency of ISO 4217 that has no hundredths.
    #[test]
    fn digits_are_those_of_the_currency() {
        for (codes, units) in [
            (
                "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
                0,
            ),
            ("EUR USD GBP CHF IDR INR CNY MXN ZAR", 2),
            ("BHD IQD JOD KWD LYD OMR TND", 3),
            ("CLF UYW", 4),
        ] {
            for code in codes.split(' ') {
                assert_eq!(minor_units(code), Some(units), "{code}");
            }
        }
    }

    #[test]
    fn what_is_no_currency_in_use_has_none() {
        for code in [
            "",
            "eur",
            "Eur",
            "EUR ",
            " EUR",
            "EURO",
            "EU",
            "978",
            "ЕUR",
            "ＥＵＲ",
            "XAU",
            "XTS",
            "XXX",
            "XDR",
            "HRK",
            "DEM",
            "AAA",
            "EUR\0",
        ] {
            assert_eq!(minor_units(code), None, "{code}");
        }
    }
}
