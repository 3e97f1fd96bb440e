//! The README says what is: its examples are the files that the tests run, its tables are the code's.
//! `UPDATE_DOCUMENTS=1 cargo test --test documents` writes them anew.
#![expect(clippy::expect_used, reason = "tests")]

use countersign::reason::Reason;
use countersign::{config, record, respond};
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

/// The examples of one proof each.
fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("envoy/examples");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("envoy/examples")
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| format!("envoy/examples/{}", name.display()))
        .collect();
    files.sort();
    files
}

#[test]
fn every_example_loads() {
    for file in examples() {
        let loaded = config::from_yaml(&read(&file)).map(|json| config::load(&json));
        assert!(matches!(loaded, Ok(Ok(_))), "{file}: {loaded:?}");
    }
}

/// The README as it must be.
#[test]
fn the_readme_shows_the_files_that_run_and_every_reason() {
    let mut must = read("README.md");
    let mut files = vec![
        "envoy/policy.yaml".to_owned(),
        "envoy/envoy.yaml".to_owned(),
    ];
    files.extend(examples());
    for file in files {
        let text = format!("\n```yaml\n{}```\n\n", read(&file));
        must = with_part(&must, &file, &text);
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
