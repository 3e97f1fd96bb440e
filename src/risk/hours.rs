//! Weekly time windows in a zone: `Mon-Fri 08:00-18:00 Europe/Berlin`.

use crate::time::UnixTime;
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Days of the week and hours of the day in a time zone, by the clock on the wall there.
#[derive(Clone, Debug)]
pub struct Hours {
    days: Days,
    /// First minute of the day inside.
    from: u16,
    /// First minute of the day outside. Not after `from` where the window passes midnight.
    to: u16,
    zone: TimeZone,
    holidays: Vec<Date>,
}

/// Why a text is not a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadHours(pub &'static str);

impl Hours {
    /// Reads days (`Mon-Fri`, `Sat,Sun`, `daily`), hours (`08:00-18:00`, which may pass midnight)
    /// and an IANA zone, with one space between them. The end is the first moment outside; `24:00`
    /// may be the end. Hours that pass midnight belong to the day on which they begin.
    ///
    /// # Errors
    /// [`BadHours`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, BadHours> {
        let mut parts = text.split(' ');
        let (Some(days), Some(hours), Some(zone), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadHours(
                "not days, hours and a zone with one space between them",
            ));
        };
        let days = Days::parse(days)?;
        let (from, to) = hours
            .split_once('-')
            .ok_or(BadHours("hours are not two times joined by a hyphen"))?;
        let from = minute_of_day(from)?;
        let to = minute_of_day(to)?;
        if from == END_OF_DAY {
            return Err(BadHours("24:00 can only be the end"));
        }
        if from == to {
            return Err(BadHours("hours that begin and end at the same time"));
        }
        Ok(Self {
            days,
            from,
            to,
            zone: zone_of(zone)?,
            holidays: Vec::new(),
        })
    }

    /// The same hours, but none on this day of the zone, written `2026-12-25`.
    ///
    /// # Errors
    /// [`BadHours`] says what is wrong.
    pub fn close(&mut self, day: &str) -> Result<(), BadHours> {
        let date: Date = day.parse().map_err(|_| BAD_DAY)?;
        // The calendar reads other spellings too.
        if date.to_string() != day {
            return Err(BAD_DAY);
        }
        if self.holidays.contains(&date) {
            return Err(BadHours("a day that is listed already"));
        }
        self.holidays.push(date);
        Ok(())
    }

    /// Whether hours begin on this day.
    fn open_on(&self, day: Date) -> bool {
        self.days.hold(day.weekday()) && !self.holidays.contains(&day)
    }

    /// Whether the moment lies inside. Moments outside the years that the calendar knows never do.
    #[must_use]
    pub fn contain(&self, moment: UnixTime) -> bool {
        let Ok(timestamp) = Timestamp::from_millisecond(moment.millis()) else {
            return false;
        };
        let wall = self.zone.to_datetime(timestamp);
        let hour = u16::from(wall.hour().unsigned_abs());
        let minute = hour
            .saturating_mul(60)
            .saturating_add(u16::from(wall.minute().unsigned_abs()));
        let today = wall.date();
        if self.from < self.to {
            return self.from <= minute && minute < self.to && self.open_on(today);
        }
        // Past midnight: the evening of a day that is listed, or the morning after one.
        if self.from <= minute {
            return self.open_on(today);
        }
        minute < self.to && today.yesterday().is_ok_and(|day| self.open_on(day))
    }
}

const BAD_DAY: BadHours = BadHours("not a day: write it as 2026-12-25");

/// `24:00`, in minutes.
const END_OF_DAY: u16 = 24 * 60;

/// `HH:MM`, two digits each, up to `24:00`.
fn minute_of_day(text: &str) -> Result<u16, BadHours> {
    const BAD: BadHours = BadHours("a time is not HH:MM, from 00:00 to 24:00");
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else {
        return Err(BAD);
    };
    let two = |tens: u8, ones: u8| {
        let digit = |byte| char::from(byte).to_digit(10);
        let number = digit(tens)?.checked_mul(10)?.checked_add(digit(ones)?)?;
        u16::try_from(number).ok()
    };
    let hours = two(h1, h2).ok_or(BAD)?;
    let minutes = two(m1, m2).filter(|minutes| *minutes < 60).ok_or(BAD)?;
    let all = hours.saturating_mul(60).saturating_add(minutes);
    if all > END_OF_DAY {
        return Err(BAD);
    }
    Ok(all)
}

/// The zone of this name, spelled as the IANA database spells it, from the database that is built in.
fn zone_of(name: &str) -> Result<TimeZone, BadHours> {
    TimeZoneDatabase::bundled()
        .get(name)
        .ok()
        .filter(|zone| zone.iana_name() == Some(name))
        .ok_or(BadHours("not the name of an IANA time zone"))
}

/// A set of days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Days(u8);

impl Days {
    fn parse(text: &str) -> Result<Self, BadHours> {
        if text == "daily" {
            return Ok(Self(0b0111_1111));
        }
        let mut days = Self(0);
        for range in text.split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (mut day, last) = (weekday(first)?, weekday(last)?);
            days.add(day)?;
            while day != last {
                day = day.next();
                days.add(day)?;
            }
        }
        Ok(days)
    }

    fn add(&mut self, day: Weekday) -> Result<(), BadHours> {
        if self.hold(day) {
            return Err(BadHours("a day is listed twice"));
        }
        self.0 |= Self::bit(day);
        Ok(())
    }

    fn hold(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    const fn bit(day: Weekday) -> u8 {
        match day {
            Weekday::Monday => 1,
            Weekday::Tuesday => 1 << 1,
            Weekday::Wednesday => 1 << 2,
            Weekday::Thursday => 1 << 3,
            Weekday::Friday => 1 << 4,
            Weekday::Saturday => 1 << 5,
            Weekday::Sunday => 1 << 6,
        }
    }
}

fn weekday(text: &str) -> Result<Weekday, BadHours> {
    Ok(match text {
        "Mon" => Weekday::Monday,
        "Tue" => Weekday::Tuesday,
        "Wed" => Weekday::Wednesday,
        "Thu" => Weekday::Thursday,
        "Fri" => Weekday::Friday,
        "Sat" => Weekday::Saturday,
        "Sun" => Weekday::Sunday,
        _ => return Err(BadHours("a day is not one of Mon Tue Wed Thu Fri Sat Sun")),
    })
}

#[cfg(test)]
mod tests;
