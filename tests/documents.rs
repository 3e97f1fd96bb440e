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

/// Holds a file to what it must say.
fn hold(path: &str, must: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&file, must).expect("written");
    }
    let is = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        is == must,
        "{path} is out of date: run with UPDATE_DOCUMENTS=1"
    );
}

/// The document with this text between `<!-- NAME -->` and `<!-- end -->`.
fn with_part(document: &str, name: &str, text: &str) -> String {
    let start = format!("<!-- {name} -->\n");
    let (before, rest) = document.split_once(&start).expect("the part begins");
    let (_, after) = rest.split_once("<!-- end -->").expect("the part ends");
    format!("{before}{start}{text}<!-- end -->{after}")
}

/// The README as it must be.
#[test]
fn the_readme_shows_the_files_that_run_and_every_reason() {
    let mut must = read("README.md");
    for file in ["envoy/policy.yaml", "envoy/envoy.yaml"] {
        must = with_part(&must, file, &format!("\n```yaml\n{}```\n\n", read(file)));
    }
    let mut table = String::from("\n| code | status | meaning |\n|---|---|---|\n");
    for reason in Reason::ALL {
        let (code, status) = (reason.code(), respond::status(*reason));
        writeln!(table, "| `{code}` | {status} | {} |", reason.meaning()).expect("a String");
    }
    table.push('\n');
    hold("README.md", &with_part(&must, "reasons", &table));
}

#[test]
fn the_schema_of_the_record_is_published() {
    let schema = schemars::schema_for!(record::Record);
    let must = format!("{}\n", serde_json::to_string_pretty(&schema).expect("JSON"));
    hold("envoy/decision-record.schema.json", &must);
}
