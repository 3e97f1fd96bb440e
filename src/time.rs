//! Time as a value. Nothing below `host` and the native command reads a clock.

use std::time::Duration;

/// A moment, in milliseconds since the Unix epoch. Arithmetic saturates, so no input can overflow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixTime(i64);

impl UnixTime {
    /// From whole seconds since the epoch (the unit of a `NumericDate`, RFC 7519 section 2).
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This moment and `by` after it.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(whole_millis(by)))
    }

    /// This moment less `by`.
    #[must_use]
    pub fn before(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(whole_millis(by)))
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn whole_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// What a moment is to a [`Window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fits {
    /// Inside.
    Within,
    /// The window has not opened yet.
    Early,
    /// The window has closed.
    Late,
}

/// The span in which something may be used: `[not_before, expires)`, widened on both sides by a leeway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First moment of use.
    pub not_before: UnixTime,
    /// First moment after use (RFC 7519 section 4.1.4: "on or after which" it must not be accepted).
    pub expires: UnixTime,
}

impl Window {
    /// Where `now` lies, with clocks that may differ by `leeway`.
    #[must_use]
    pub fn fits(self, now: UnixTime, leeway: Duration) -> Fits {
        if now.after(leeway) < self.not_before {
            Fits::Early
        } else if now >= self.expires.after(leeway) {
            Fits::Late
        } else {
            Fits::Within
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn a_window_is_closed_at_its_end_and_widened_by_the_leeway() {
        let window = Window {
            not_before: UnixTime::from_secs(100),
            expires: UnixTime::from_secs(200),
        };
        let leeway = Duration::from_secs(5);
        for (now, fits) in [
            (94, Fits::Early),
            (95, Fits::Within),
            (200, Fits::Within),
            (204, Fits::Within),
            (205, Fits::Late),
        ] {
            assert_eq!(
                window.fits(UnixTime::from_secs(now), leeway),
                fits,
                "at {now}"
            );
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        let last = UnixTime::from_secs(i64::MAX);
        assert_eq!(last.after(Duration::MAX), last);
        assert_eq!(
            UnixTime::from_millis(i64::MIN)
                .before(Duration::MAX)
                .millis(),
            i64::MIN
        );
        assert_eq!(
            UnixTime::from_secs(1).since(UnixTime::from_secs(2)),
            Duration::ZERO
        );
        assert_eq!(UnixTime::from_millis(-1).secs(), -1);
    }
}
