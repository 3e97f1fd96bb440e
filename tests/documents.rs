//! The README says what is: its examples are the files that the tests run, its tables are the code's.
//! `UPDATE_DOCUMENTS=1 cargo test --test documents` writes them anew.
#![expect(clippy::expect_used, reason = "tests")]

use countersign::reason::Reason;
use countersign::{record, respond};
use std::fmt::Write as _;
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// Holds a document, or one part of it, to what it must say.
fn hold(path: &str, is: &str, must: &str) {
    if is == must {
        return;
    }
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        let whole = read(path).replace(is, must);
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), whole).expect("written");
        return;
    }
    assert_eq!(
        is, must,
        "{path} is out of date: run with UPDATE_DOCUMENTS=1"
    );
}

/// The text between `<!-- NAME -->` and `<!-- end -->`.
fn part<'a>(document: &'a str, name: &str) -> &'a str {
    let start = format!("<!-- {name} -->\n");
    let (_, rest) = document.split_once(&start).expect("the part begins");
    rest.split_once("<!-- end -->").expect("the part ends").0
}

#[test]
fn the_reason_table_is_the_enumeration() {
    let mut table = String::from("\n| code | status | meaning |\n|---|---|---|\n");
    for reason in Reason::ALL {
        writeln!(
            table,
            "| `{}` | {} | {} |",
            reason.code(),
            respond::status(*reason),
            reason.meaning()
        )
        .expect("a String");
    }
    table.push('\n');
    hold("README.md", part(&read("README.md"), "reasons"), &table);
}

#[test]
fn the_examples_are_the_files_that_run() {
    for file in ["envoy/policy.yaml", "envoy/envoy.yaml"] {
        let must = format!("\n```yaml\n{}```\n\n", read(file));
        hold("README.md", part(&read("README.md"), file), &must);
    }
}

#[test]
fn the_schema_of_the_record_is_published() {
    let schema = schemars::schema_for!(record::Record);
    let must = format!("{}\n", serde_json::to_string_pretty(&schema).expect("JSON"));
    let path = "envoy/decision-record.schema.json";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(file, must).expect("written");
        return;
    }
    assert_eq!(
        read(path),
        must,
        "{path} is out of date: run with UPDATE_DOCUMENTS=1"
    );
}
