use super::*;
use crate::testing::test;
use prost_types::{ListValue, Value};

fn value(kind: Kind) -> Value {
    Value { kind: Some(kind) }
}

fn number(number: f64) -> Value {
    value(Kind::NumberValue(number))
}

fn text(text: &str) -> Value {
    value(Kind::StringValue(text.to_owned()))
}

fn said(members: &[(&str, Value)]) -> Said {
    let members = members.iter().cloned();
    let fields = members.map(|(name, value)| (name.to_owned(), value));
    let own = Struct {
        fields: fields.collect(),
    };
    let all = [
        ("istio", Struct::default()),
        ("countersign", own),
        ("other", Struct::default()),
    ];
    let filter_metadata = all.map(|(name, it)| (name.to_owned(), it)).into();
    Said::read(&Metadata { filter_metadata }.encode_to_vec(), "countersign")
}

fn notes(route: Option<&str>, base: u32) -> Said {
    let route = route.map(str::to_owned);
    Said::Notes(Notes { route, base })
}

#[test]
fn what_speaks_to_the_gate_is_read() {
    assert_eq!(Said::read(&[], "countersign"), Said::Nothing);
    assert_eq!(said(&[]), notes(None, 0));
    assert_eq!(said(&[("base", number(40.0))]), notes(None, 40));
    assert_eq!(said(&[("base", number(1e6))]), notes(None, 1_000_000));
    assert_eq!(said(&[("base", number(0.0))]), notes(None, 0));
    let both = [("route", text("pay")), ("base", number(1.0))];
    assert_eq!(said(&both), notes(Some("pay"), 1));
}

#[test]
fn what_is_not_known_is_not_passed_over() {
    for (name, odd) in [
        ("bse", number(40.0)),
        ("base", number(-1.0)),
        ("base", number(0.5)),
        ("base", number(f64::NAN)),
        ("base", number(f64::INFINITY)),
        ("base", number(1_000_001.0)),
        ("base", number(4_294_967_297.0)),
        ("base", text("40")),
        ("base", value(Kind::BoolValue(true))),
        ("base", value(Kind::NullValue(0))),
        ("base", value(Kind::StructValue(Struct::default()))),
        ("base", value(Kind::ListValue(ListValue::default()))),
        ("base", Value { kind: None }),
        ("route", number(1.0)),
        ("route", value(Kind::NullValue(0))),
        ("Route", text("pay")),
    ] {
        assert_eq!(
            said(&[(name, odd.clone())]),
            Said::Unreadable,
            "{name} {odd:?}"
        );
    }
    assert_eq!(Said::read(&[0xff; 9], "countersign"), Said::Unreadable);
    let much = vec![0; MOST + 1];
    assert_eq!(Said::read(&much, "countersign"), Said::Unreadable);
    // Cut anywhere, it is another thing or none, and never a panic.
    let whole = Metadata {
        filter_metadata: [(
            "countersign".to_owned(),
            Struct {
                fields: [("base".to_owned(), number(40.0))].into(),
            },
        )]
        .into(),
    }
    .encode_to_vec();
    for cut in 1..whole.len() {
        assert_eq!(
            Said::read(&whole[..cut], "countersign"),
            Said::Unreadable,
            "{cut}"
        );
    }
}
