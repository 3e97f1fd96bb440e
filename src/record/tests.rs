use super::*;
use crate::testing::test;

#[test]
fn a_record_is_one_line() {
    let mut record = Record::opened(UnixTime::from_secs(1), [0xab; 16]);
    record.subject = Some("line\nbreak \u{2028}\u{2029}\u{85}\u{9b}\u{7f}\u{b}é".to_owned());
    record.close_refused(Reason::StepUpRequired);
    let line = record.to_json();
    assert!(line.contains(r#""subject":"line\nbreak \u2028\u2029\u0085\u009b\u007f\u000bé""#));
    assert!(line.starts_with(r#"{"schema":"countersign.decision/v1","time":1000,"id":"abab"#));
    assert!(line.contains(r#""verdict":"challenge","reason":"step_up_required""#));
}

#[test]
fn only_a_trace_id_is_taken() {
    let good = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert_eq!(
        trace_id(good).as_deref(),
        Some("4bf92f3577b34da6a3ce929d0e0e4736")
    );
    for bad in [
        &b"00-zz-1"[..],
        b"",
        b"\xff",
        b"00-00000000000000000000000000000000-1-01",
        b"00-4BF92F3577B34DA6A3CE929D0E0E4736-1-01",
    ] {
        assert_eq!(trace_id(bad), None);
    }
}
