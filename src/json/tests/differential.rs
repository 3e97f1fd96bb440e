//! What we accept, another parser accepts and reads alike; what we alone refuse, we refuse for the
//! repeated names and the limits that it does not have. `jwt-compact` reads with that parser.

use proptest::prelude::*;

use super::*;

fn text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?",
        r#""([ -!#-\[\]-~é😀]|\\(["\\/bfnrt]|u00[2-7][0-9a-fA-F]|ud83d\\ude00)){0,6}""#,
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        let member = (r#""[ab]{1,2}""#, inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::vec(member, 0..5).prop_map(|members| {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| format!("{name}:{value}"))
                    .collect();
                format!("{{\n{}\t}}", members.join(","))
            }),
        ]
    })
}

fn same(ours: &Json, theirs: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(one), Value::Bool(other)) => one == other,
        (Json::Number(text), Value::Number(number)) => {
            text.parse::<f64>().ok() == number.as_f64()
                && ours
                    .as_i64()
                    .is_none_or(|value| number.as_i64() == Some(value))
        }
        (Json::String(one), Value::String(other)) => one == other,
        (Json::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|(ours, theirs)| same(ours, theirs))
        }
        (Json::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|(name, value)| theirs.get(name).is_some_and(|theirs| same(value, theirs)))
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_parsers_agree(
        text in text(),
        edit in prop::option::of((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8)),
    ) {
        let mut bytes = text.into_bytes();
        if let Some((at, byte, how)) = edit {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        let ours = Json::parse(&bytes, LIMITS);
        let theirs = serde_json::from_slice::<serde_json::Value>(&bytes);
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => prop_assert!(same(&ours, &theirs)),
            (Ok(ours), Err(error)) => prop_assert!(false, "{ours:?} but {error}"),
            (Err(fault), Ok(_)) => prop_assert_ne!(fault, Fault::Syntax),
            (Err(_), Err(_)) => {}
        }
    }
}
