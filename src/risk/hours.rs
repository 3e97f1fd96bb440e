//! Weekly time windows in a zone: `Mon-Fri 08:00-18:00 Europe/Berlin`.

use crate::time::UnixTime;

/// Days of the week and hours of the day in a time zone.
#[derive(Clone, Debug)]
pub struct Hours {}

/// Why a text is not a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadHours(pub &'static str);

impl Hours {
    /// Reads days (`Mon-Fri`, `Sat,Sun`, `daily`), hours (`08:00-18:00`, which may pass midnight)
    /// and an IANA zone.
    ///
    /// # Errors
    /// [`BadHours`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, BadHours> {
        let _ = text;
        todo!()
    }

    /// Whether the moment lies inside.
    #[must_use]
    pub fn contain(&self, moment: UnixTime) -> bool {
        let _ = moment;
        todo!()
    }
}
