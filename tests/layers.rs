//! The order of the layers, who may name whom, and how long a file may be.

#![expect(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test of the source tree: what is missing shall fail it"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Each line may use only what stands on a later line. What stands on one line are siblings, which
/// do not use each other.
const LAYERS: &[&[&str]] = &[
    &["host"],
    &["config"],
    &["pipeline"],
    &["policy"],
    &["respond", "record", "assertion"],
    &["step_up"],
    &["risk", "transaction", "mcp", "proof", "keys", "revocation"],
    &["supply", "behaviour", "renewals"],
    &["uses"],
    &["token"],
    &["jose"],
    &["crypto"],
    &["route"],
    &["http"],
    &["json"],
    &["reason"],
    &["time"],
];

/// Libraries that only the named module may name.
const OWNED: &[(&str, &str)] = &[
    ("proxy_wasm", "host"),
    ("p256", "crypto"),
    ("p384", "crypto"),
    ("ed25519_dalek", "crypto"),
    ("rsa", "crypto"),
    ("hmac", "crypto"),
    ("sha2", "crypto"),
    ("subtle", "crypto"),
    ("miniz_oxide", "revocation"),
    ("sfv", "http"),
    ("serde_json_canonicalizer", "mcp"),
    ("cel", "risk"),
];

/// The file that signs, for demonstrations: the gate itself only verifies.
const SIGNER: &str = "bin/countersign/mint.rs";

const LONGEST: usize = 399;

#[test]
fn each_module_uses_only_what_is_below_it() {
    let mut faults = Vec::new();
    for file in sources("src") {
        let Some(own) = module(&file) else { continue };
        let text = code(&file);
        for used in crate_paths(&text) {
            if used != own && depth(&used) <= depth(&own) {
                faults.push(format!("{}: {own} uses {used}", file.display()));
            }
        }
        if is_root_of_module(&file) && text.lines().any(|line| line.starts_with("use super::")) {
            faults.push(format!("{}: names its siblings by super", file.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_has_its_layer() {
    for file in sources("src") {
        if let Some(own) = module(&file) {
            assert!(depth(&own) < LAYERS.len(), "{own} stands in no layer");
        }
    }
}

#[test]
fn libraries_stay_with_their_owner() {
    let mut faults = Vec::new();
    for file in sources("src") {
        if file.ends_with(SIGNER) {
            continue;
        }
        let own = module(&file).unwrap_or_default();
        let text = code(&file);
        for (library, owner) in OWNED {
            let named = words(&text)
                .any(|(word, after)| word == *library && after.trim_start().starts_with("::"));
            if named && own != *owner {
                faults.push(format!("{}: names {library}", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn one_file_may_be_unsafe() {
    for file in sources("src") {
        let text = code(&file);
        let named = words(&text).any(|(word, _)| word == "unsafe" || word == "unsafe_code");
        assert!(
            !named || file.ends_with("host/abi.rs"),
            "{} is unsafe",
            file.display()
        );
    }
}

/// The hasher of these asks the host for randomness, and panics without. A panic while a worker is
/// configured has Envoy skip the filter there.
#[test]
fn no_table_needs_randomness() {
    for file in sources("src") {
        let text = code(&file);
        let named = words(&text).any(|(word, _)| word == "HashMap" || word == "HashSet");
        let is_filter = module(&file).is_some() && !is_test(&file);
        assert!(!named || !is_filter, "{} hashes", file.display());
    }
}

#[test]
fn no_lint_is_allowed_and_no_file_is_long() {
    for file in ["src", "tests", "benches", "fuzz"]
        .into_iter()
        .flat_map(sources)
    {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{}: {lines} lines", file.display());
        for attribute in [concat!("#[", "allow("), concat!("#![", "allow(")] {
            assert!(
                !text.contains(attribute),
                "{}: expect a lint with its reason instead of allowing it",
                file.display()
            );
        }
    }
}

/// A test under the native attribute alone would be silently left out in the wasm VM. The native
/// command is never there.
#[test]
fn unit_tests_are_for_the_wasm_vm_too() {
    for file in sources("src") {
        if file.components().any(|part| part.as_os_str() == "bin") {
            continue;
        }
        let text = code(&file);
        let tests = text.lines().any(|line| line.trim() == "#[test]");
        let attribute = text.split("use crate::testing::").skip(1).any(|rest| {
            let names = rest.split(';').next().unwrap_or_default();
            words(names).any(|(word, _)| word == "test")
        });
        assert!(
            !tests || attribute || text.contains("proptest! {"),
            "{}: its tests do not use crate::testing::test",
            file.display()
        );
    }
}

#[test]
fn the_reader_of_sources_reads_them() {
    let text = "use crate::{a::{b, c}, d};\nuse crate::e::F; // crate::g\nlet x = crate::h();";
    let used: Vec<_> = crate_paths(&without_comments(text)).collect();
    assert_eq!(used, ["a", "d", "e", "h"]);
}

fn depth(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|line| line.contains(&module))
        .unwrap_or(LAYERS.len())
}

/// The module of the library that a file belongs to; none for its root, for the command, and for
/// what tests of every layer share.
fn module(file: &Path) -> Option<String> {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    let first = inside.iter().next().unwrap().to_str().unwrap();
    let name = first.trim_end_matches(".rs");
    (!matches!(name, "lib" | "bin" | "testing")).then(|| name.to_owned())
}

fn is_test(file: &Path) -> bool {
    file.iter().any(|part| {
        ["tests", "tests.rs", "testing.rs"]
            .iter()
            .any(|name| part == *name)
    })
}

fn is_root_of_module(file: &Path) -> bool {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    inside.iter().count() == 1 || (inside.iter().count() == 2 && inside.ends_with("mod.rs"))
}

/// First segments after `crate::`, in groups too.
fn crate_paths(text: &str) -> impl Iterator<Item = String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.extend(words(rest).next().map(|(word, _)| word.to_owned()));
            continue;
        };
        let mut nesting = 0;
        let mut start = 0;
        for (i, c) in group.char_indices() {
            match c {
                '{' => nesting += 1,
                '}' if nesting > 0 => nesting -= 1,
                ',' | '}' if nesting == 0 => {
                    found.extend(
                        words(&group[start..i])
                            .next()
                            .map(|(word, _)| word.to_owned()),
                    );
                    start = i + 1;
                    if c == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    found.into_iter()
}

/// Words, each with what follows it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(inside)?;
        let from = &rest[start..];
        let end = from.find(|c| !inside(c)).unwrap_or(from.len());
        rest = &from[end..];
        Some((&from[..end], rest))
    })
}

fn code(file: &Path) -> String {
    without_comments(&fs::read_to_string(file).unwrap())
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn sources(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "target") {
                    walk(&path, found);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    let folder = root().join(folder);
    if folder.is_dir() {
        walk(&folder, &mut found);
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
