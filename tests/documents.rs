//! The documents say what is: their examples are the files that the tests run, their tables are the code's.
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

/// The files of a folder, in order.
fn files_of(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<String> = std::fs::read_dir(path)
        .expect(folder)
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| format!("{folder}/{}", name.display()))
        .collect();
    files.sort();
    files
}

/// The examples of one topic each.
fn examples() -> Vec<String> {
    files_of("envoy/examples")
}

#[test]
fn every_example_loads() {
    for file in examples() {
        let loaded = config::from_yaml(&read(&file)).map(|json| config::load(&json));
        assert!(matches!(loaded, Ok(Ok(_))), "{file}: {loaded:?}");
    }
}

/// The README and the reference, as they must be.
#[test]
fn the_documents_show_the_files_that_run_and_every_reason() {
    let mut parts: Vec<(String, String)> = examples()
        .into_iter()
        .chain(["envoy/policy.yaml", "envoy/envoy.yaml"].map(str::to_owned))
        .map(|file| {
            let text = format!("\n```yaml\n{}```\n\n", read(&file));
            (file, text)
        })
        .collect();
    parts.push(("reasons".to_owned(), reasons()));
    let mut documents = files_of("docs");
    documents.push("README.md".to_owned());
    let mut documents: Vec<(String, String)> = documents
        .into_iter()
        .map(|path| {
            let text = read(&path);
            (path, text)
        })
        .collect();
    for (name, text) in parts {
        let start = format!("<!-- {name} -->\n");
        let mut shows = documents
            .iter_mut()
            .filter(|(_, document)| document.contains(&start));
        let (_, document) = shows.next().expect("a document that shows it");
        *document = with_part(document, &name, &text);
        assert_eq!(shows.count(), 0, "{name} is shown once");
    }
    for (path, must) in documents {
        hold(&path, &must);
    }
}

/// The table of reasons.
fn reasons() -> String {
    let mut table = String::from("\n| code | status | meaning |\n|---|---|---|\n");
    for reason in Reason::ALL {
        let (code, status) = (reason.code(), respond::status(*reason));
        writeln!(table, "| `{code}` | {status} | {} |", reason.meaning()).expect("a String");
    }
    table.push('\n');
    table
}

#[test]
fn the_schema_of_the_record_is_published() {
    let schema = schemars::schema_for!(record::Record);
    let must = format!("{}\n", serde_json::to_string_pretty(&schema).expect("JSON"));
    hold("envoy/decision-record.schema.json", &must);
}
