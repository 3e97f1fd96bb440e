use super::*;
use crate::testing::test;

/// A moment as RFC 3339 writes it.
fn at(moment: &str) -> UnixTime {
    UnixTime::from_millis(moment.parse::<Timestamp>().unwrap().as_millisecond())
}

fn check(window: &str, rows: &[(&str, bool)]) {
    let hours = Hours::parse(window).expect(window);
    for (moment, inside) in rows {
        assert_eq!(hours.contain(at(moment)), *inside, "{moment} in {window}");
    }
}

#[test]
fn the_clock_on_the_wall_counts_across_both_switches() {
    // Clocks in Berlin went forward on Sunday, 29 March 2026, and back on Sunday, 25 October 2026.
    check(
        "Mon-Fri 08:00-18:00 Europe/Berlin",
        &[
            ("2026-03-27T06:59:59.999Z", false),
            ("2026-03-27T07:00:00Z", true),
            ("2026-03-27T16:59:59.999Z", true),
            ("2026-03-27T17:00:00Z", false),
            ("2026-03-28T11:00:00Z", false),
            ("2026-03-29T11:00:00Z", false),
            ("2026-03-30T05:59:59.999Z", false),
            ("2026-03-30T06:00:00Z", true),
            ("2026-03-30T15:59:59.999Z", true),
            ("2026-03-30T16:00:00Z", false),
            ("2026-10-23T06:00:00Z", true),
            ("2026-10-26T06:59:59.999Z", false),
            ("2026-10-26T07:00:00Z", true),
        ],
    );
    // The hour from two to three is missing in March and comes twice in October.
    check(
        "Sun 02:00-03:00 Europe/Berlin",
        &[
            ("2026-03-29T00:59:59.999Z", false),
            ("2026-03-29T01:00:00Z", false),
            ("2026-10-24T23:59:59.999Z", false),
            ("2026-10-25T00:00:00Z", true),
            ("2026-10-25T00:59:59.999Z", true),
            ("2026-10-25T01:00:00Z", true),
            ("2026-10-25T01:59:59.999Z", true),
            ("2026-10-25T02:00:00Z", false),
        ],
    );
    check(
        "Sat 22:00-06:00 Europe/Berlin",
        &[
            ("2026-03-28T20:59:59.999Z", false),
            ("2026-03-28T21:00:00Z", true),
            ("2026-03-29T03:59:59.999Z", true),
            ("2026-03-29T04:00:00Z", false),
            ("2026-10-25T04:59:59.999Z", true),
            ("2026-10-25T05:00:00Z", false),
        ],
    );
}

#[test]
fn what_passes_midnight_belongs_to_the_day_it_begins_on() {
    check(
        "daily 22:00-06:00 Asia/Tokyo",
        &[
            ("2026-03-27T12:59:59.999Z", false),
            ("2026-03-27T13:00:00Z", true),
            ("2026-03-27T20:59:59.999Z", true),
            ("2026-03-27T21:00:00Z", false),
        ],
    );
    check(
        "Fri 22:00-02:00 UTC",
        &[
            ("2026-03-27T01:00:00Z", false),
            ("2026-03-27T21:59:59.999Z", false),
            ("2026-03-27T22:00:00Z", true),
            ("2026-03-28T00:00:00Z", true),
            ("2026-03-28T01:59:59.999Z", true),
            ("2026-03-28T02:00:00Z", false),
            ("2026-03-28T23:00:00Z", false),
        ],
    );
    check(
        "Sun 22:00-00:00 UTC",
        &[
            ("2026-03-29T21:59:59.999Z", false),
            ("2026-03-29T23:59:59.999Z", true),
            ("2026-03-30T00:00:00Z", false),
        ],
    );
}

#[test]
fn days_are_single_ranges_and_lists() {
    // 23 March 2026 is a Monday.
    for (days, held) in [
        ("Mon", "x......"),
        ("Mon-Fri", "xxxxx.."),
        ("Sat,Sun", ".....xx"),
        ("Mon-Wed,Fri", "xxx.x.."),
        ("Sat-Mon", "x....xx"),
        ("Tue,Thu-Thu", ".x.x..."),
        ("daily", "xxxxxxx"),
    ] {
        let rows: Vec<(String, bool)> = held
            .chars()
            .zip(23..)
            .map(|(mark, day)| (format!("2026-03-{day}T23:59:59.999Z"), mark == 'x'))
            .collect();
        let rows: Vec<_> = rows
            .iter()
            .map(|(day, held)| (day.as_str(), *held))
            .collect();
        check(&format!("{days} 00:00-24:00 UTC"), &rows);
    }
}

#[test]
fn moments_beyond_the_calendar_lie_outside() {
    let always = Hours::parse("daily 00:00-24:00 UTC").expect("a window");
    assert!(always.contain(UnixTime::from_secs(-1)));
    assert!(!always.contain(UnixTime::from_millis(i64::MAX)));
    assert!(!always.contain(UnixTime::from_millis(i64::MIN)));
}

#[test]
fn other_texts_are_no_windows() {
    for text in [
        "",
        "daily",
        "daily 08:00-18:00",
        "daily 08:00-18:00 ",
        "daily  08:00-18:00 UTC",
        " daily 08:00-18:00 UTC",
        "daily 08:00-18:00 UTC x",
        "daily\t08:00-18:00\tUTC",
        "Daily 08:00-18:00 UTC",
        "mon 08:00-18:00 UTC",
        "Monday 08:00-18:00 UTC",
        "Mon,,Tue 08:00-18:00 UTC",
        "Mon, 08:00-18:00 UTC",
        "Mon- 08:00-18:00 UTC",
        "Mon-Tue-Wed 08:00-18:00 UTC",
        "Mon,Mon 08:00-18:00 UTC",
        "Mon-Wed,Wed-Fri 08:00-18:00 UTC",
        "daily 08:00 UTC",
        "daily 8:00-18:00 UTC",
        "daily 08:0-18:00 UTC",
        "daily 08.00-18.00 UTC",
        "daily 08:00-18:00-19:00 UTC",
        "daily 08:60-18:00 UTC",
        "daily 25:00-18:00 UTC",
        "daily 00:00-24:01 UTC",
        "daily 24:00-06:00 UTC",
        "daily +8:00-18:00 UTC",
        "daily 08:00-08:00 UTC",
        "daily 0\u{668}:00-18:00 UTC",
        "daily 08:00-18:00 Europe/Berlim",
        "daily 08:00-18:00 europe/berlin",
        "daily 08:00-18:00 Etc/Unknown",
        "daily 08:00-18:00 CET-1CEST",
        "daily 08:00-18:00 +01:00",
        "daily 08:00-18:00 ../UTC",
    ] {
        assert!(Hours::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_holiday_has_no_hours() {
    let mut office = Hours::parse("Mon-Fri 08:00-18:00 Europe/Berlin").unwrap();
    let mut night = Hours::parse("daily 22:00-06:00 Europe/Berlin").unwrap();
    for hours in [&mut office, &mut night] {
        assert_eq!(hours.close("2026-12-24"), Ok(()));
        assert_eq!(hours.close("2026-12-25"), Ok(()));
    }
    for (moment, in_office, at_night) in [
        // The day of the zone counts: at eleven in the evening of the 23rd in London it is the 24th in Berlin.
        ("2026-12-23T16:59:59.999Z", true, false),
        ("2026-12-23T22:00:00Z", false, true),
        ("2026-12-24T04:59:59Z", false, true),
        ("2026-12-24T05:00:00Z", false, false),
        ("2026-12-24T08:00:00Z", false, false),
        ("2026-12-24T22:00:00Z", false, false),
        ("2026-12-25T08:00:00Z", false, false),
        ("2026-12-26T04:00:00Z", false, false),
        ("2026-12-26T21:00:00Z", false, true),
        ("2026-12-28T08:00:00Z", true, false),
        ("2025-12-25T08:00:00Z", true, false),
    ] {
        assert_eq!(
            office.contain(at(moment)),
            in_office,
            "{moment} in the office"
        );
        assert_eq!(night.contain(at(moment)), at_night, "{moment} at night");
    }
}

#[test]
fn a_holiday_is_a_day_that_is_written_once() {
    let mut hours = Hours::parse("Mon-Fri 08:00-18:00 Europe/Berlin").unwrap();
    assert_eq!(hours.close("2028-02-29"), Ok(()));
    for day in [
        "2028-02-29",
        "2026-02-29",
        "2026-13-01",
        "2026-1-1",
        "20261225",
        "12-25",
        "2026-12-25T00:00:00",
        "2026-12-25 ",
        "+002026-12-25",
        "",
    ] {
        assert!(hours.close(day).is_err(), "{day}");
    }
}
