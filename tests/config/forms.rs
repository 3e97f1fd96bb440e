//! One document in three forms: JSON, a protobuf `Struct`, YAML.

use super::{good, policy};
use countersign::config::{self, MAX_DOCUMENT_BYTES};
use prost::Message;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Protobuf};
use serde_json::{Value, json};

/// A tree as Envoy hands it over: every number a double.
fn protobuf(value: &Value) -> Protobuf {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(*value),
        Value::Number(value) => Kind::NumberValue(value.as_f64().unwrap()),
        Value::String(value) => Kind::StringValue(value.clone()),
        Value::Array(items) => Kind::ListValue(ListValue {
            values: items.iter().map(protobuf).collect(),
        }),
        Value::Object(_) => Kind::StructValue(structure(value)),
    };
    Protobuf { kind: Some(kind) }
}

fn structure(value: &Value) -> Struct {
    let members = value.as_object().unwrap().iter();
    Struct {
        fields: members
            .map(|(name, member)| (name.clone(), protobuf(member)))
            .collect(),
    }
}

fn digest(bytes: &[u8]) -> String {
    config::load(bytes).unwrap().digest.to_string()
}

fn told(bytes: &[u8]) -> String {
    let faults = config::load(bytes).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].to_string()
}

#[test]
fn all_forms_are_one_policy_with_one_digest() {
    for (path, tree) in good() {
        let json = config::load(tree.to_string().as_bytes()).unwrap();
        let pretty = serde_json::to_string_pretty(&tree).unwrap();
        let binary = config::load(&structure(&tree).encode_to_vec()).unwrap();
        assert_eq!(json.digest, binary.digest, "{path}");
        assert_eq!(
            *json.digest,
            digest(format!("\n {pretty}\n").as_bytes()),
            "{path}"
        );
        assert_eq!(format!("{:?}", json.routes), format!("{:?}", binary.routes));
        assert_eq!(
            format!("{:?}", json.issuers),
            format!("{:?}", binary.issuers)
        );
        assert_eq!(json.revision, binary.revision);
        assert_eq!(json.digest.len(), 16);
        assert!(
            json.digest
                .bytes()
                .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
        );
    }
}

#[test]
fn the_digest_follows_the_document_and_not_its_layout() {
    let tree = policy("tests/policies/good/minimal.yaml");
    let text = tree.to_string();
    let first = digest(text.as_bytes());
    assert_eq!(
        first,
        digest(
            text.replace("\"revision\":1", "\"revision\": 1.0")
                .as_bytes()
        )
    );
    assert_ne!(
        first,
        digest(text.replace("\"revision\":1", "\"revision\":2").as_bytes())
    );
    // A default that is written is another document, although it means the same.
    let mut written = tree;
    written["dpop"] = json!({ "max_age": "60s" });
    assert_ne!(first, digest(written.to_string().as_bytes()));
}

#[test]
fn numbers_of_a_structure_must_be_exact_where_an_integer_is_due() {
    let tree = policy("tests/policies/good/complete.yaml");
    for (number, part) in [
        (1.5, "floating point `1.5`"),
        (-1.0, "integer `-1`"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (1e300, "floating point"),
    ] {
        let mut tree = structure(&tree);
        let kind = Some(Kind::NumberValue(number));
        tree.fields.insert("revision".to_owned(), Protobuf { kind });
        let told = told(&tree.encode_to_vec());
        assert!(
            told.starts_with("revision: invalid") && told.contains(part),
            "{told}"
        );
    }
    for number in [f64::NAN, f64::INFINITY] {
        let mut tree = structure(&tree);
        let kind = Some(Kind::NumberValue(number));
        tree.fields.insert("revision".to_owned(), Protobuf { kind });
        assert_eq!(
            told(&tree.encode_to_vec()),
            "revision: is not a finite number"
        );
    }
    let mut tree = structure(&tree);
    tree.fields
        .insert("dpop".to_owned(), Protobuf { kind: None });
    assert_eq!(
        told(&tree.encode_to_vec()),
        "dpop: has no value: give it one, or leave it out if it is optional"
    );
}

#[test]
fn a_member_may_stand_once() {
    let text = policy("tests/policies/good/minimal.yaml").to_string();
    for (once, twice, path) in [
        (
            "\"revision\":1",
            "\"revision\":1,\"revision\":2",
            "document: has the member `revision` twice",
        ),
        (
            "\"base\":0",
            "\"base\":0,\"base\":9",
            "routes[0].risk: has the member `base` twice",
        ),
        (
            "\"base\":0",
            "\"base\":0,\"\\u0062ase\":9",
            "routes[0].risk: has the member `base` twice",
        ),
    ] {
        let told = told(text.replace(once, twice).as_bytes());
        assert!(told.starts_with(path), "{told}");
    }
}

#[test]
fn bytes_that_are_no_document_are_refused() {
    let text = policy("tests/policies/good/minimal.yaml").to_string();
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    let neither = "document: is neither a JSON object nor a `google.protobuf.Struct`";
    for (bytes, problem) in [
        (&b""[..], "document: is empty"),
        (b"{}", "document: is empty"),
        (b"[]", neither),
        (b"schema: countersign/v1", neither),
        (b"\xff\xfe", neither),
        (
            b"{",
            "document: EOF while parsing an object at line 1 column 1",
        ),
        (b"{\"a\":1,}", "document: trailing comma at line 1 column 8"),
        (
            b"{\"a\":1e999}",
            "a: number out of range at line 1 column 10",
        ),
        (
            b"{\"a\":\"\xff\"}",
            "a: invalid unicode code point at line 1 column 7",
        ),
        (
            format!("{text} {{}}").as_bytes(),
            "document: trailing characters at line 1",
        ),
        (text.trim_end_matches('}').as_bytes(), "EOF while parsing"),
        (deep.as_bytes(), "recursion limit exceeded"),
        (
            &vec![b' '; MAX_DOCUMENT_BYTES + 1],
            "document: is larger than 16MiB",
        ),
    ] {
        let told = config::load(bytes).unwrap_err()[0].to_string();
        assert!(told.contains(problem), "{told}");
    }
}

#[test]
fn yaml_is_read_strictly() {
    for (text, problem) in [
        ("a: 1\na: 2\n", "duplicate"),
        ("a: [1", "is not YAML"),
        ("a: .nan", "is not YAML"),
        ("a: &x { b: 1 }\nc: { <<: *x }\n", "is not YAML"),
        ("a: 1\n---\na: 2\n", "is not YAML"),
    ] {
        let fault = config::from_yaml(text).unwrap_err();
        assert_eq!(fault.path, "document", "{fault}");
        assert!(fault.problem.contains(problem), "{text}: {fault}");
    }
    // Names that refer to names that refer to names: refused by what the reader may spend.
    let levels = (1..12).map(|level| {
        let before = format!("*a{}, ", level - 1).repeat(10);
        format!("a{level}: &a{level} [{before}]\n")
    });
    let first = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    let bomb: String = std::iter::once(first).chain(levels).collect();
    assert!(config::from_yaml(&bomb).is_err());
    let json = config::from_yaml("b: 1\na: [yes, 010, 1e3, ~, '2']\n").unwrap();
    assert_eq!(
        String::from_utf8(json).unwrap(),
        r#"{"a":["yes",10,1000,null,"2"],"b":1}"#
    );
}
