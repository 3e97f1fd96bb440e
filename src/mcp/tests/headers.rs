use super::*;
use crate::testing::test;

#[test]
fn the_newest_revision_repeats_the_body_in_headers() {
    let call = |lines: &[(&str, &str)]| {
        modern(
            "tools/call",
            r#""name":"pay","arguments":{"region":"é"},"#,
            lines,
        )
    };
    let method = ("mcp-method", "tools/call");
    let name = ("mcp-name", "pay");
    let region = ("mcp-param-region", "=?base64?w6k=?=");
    assert_eq!(call(&[method, name, region]), Ok(1));
    let encoded = ("mcp-name", "=?base64?cGF5?=");
    assert_eq!(call(&[method, encoded, region]), Ok(1));
    let mismatch = Err(Reason::McpHeaderMismatch);
    for lines in [
        &[name, region][..],
        &[method, region],
        &[method, name],
        &[("mcp-method", "Tools/call"), name, region],
        &[("mcp-method", "tools/list"), name, region],
        &[method, method, name, region],
        &[method, ("mcp_method", "tools/call"), name, region],
        &[method, ("mcp-name", "balance"), region],
        &[method, ("mcp-name", "Pay"), region],
        &[method, ("mcp-name", "=?base64?cGF5=?="), region],
        &[method, ("mcp-name", "=?base64?cGF6?="), region],
        &[method, ("mcp-name", "=?base64?/w==?="), region],
        &[method, ("mcp-name", "=?BASE64?cGF5?="), region],
        &[method, ("mcp-name", ""), region],
        &[method, name, name, region],
        &[method, name, ("mcp-param-region", "é")],
        &[method, name, ("mcp-param-region", "e")],
        &[method, name, region, ("mcp-param-other", "1")],
        &[method, name, region, ("mcp_param_other", "1")],
    ] {
        assert_eq!(call(lines), mismatch, "{lines:?}");
    }
    // The method has no name to repeat, and the argument that would be repeated is not there.
    assert_eq!(
        modern("tools/list", "", &[("mcp-method", "tools/list")]),
        Ok(2)
    );
    let list = [("mcp-method", "tools/list"), name];
    assert_eq!(modern("tools/list", "", &list), mismatch);
    for arguments in [
        r#""name":"pay","#,
        r#""name":"pay","arguments":{"region":null},"#,
    ] {
        assert_eq!(modern("tools/call", arguments, &[method, name]), Ok(1));
        assert_eq!(
            modern("tools/call", arguments, &[method, name, region]),
            mismatch
        );
    }
}

#[test]
fn a_revision_is_one_that_is_listed() {
    let call = |params: &str, lines: &[(&str, &str)]| {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{params}}}}}"#);
        judged(&rules(), &body, lines)
    };
    let meta = |version: &str| {
        format!(r#""_meta":{{"io.modelcontextprotocol/protocolVersion":{version}}}"#)
    };
    let version = |version| ("mcp-protocol-version", version);
    let method = ("mcp-method", "tools/list");
    assert_eq!(call("", &[OLD]), Ok(2));
    assert_eq!(call(&meta(r#""2025-11-25""#), &[OLD]), Ok(2));
    assert_eq!(
        call(&meta(r#""2026-07-28""#), &[version(NEW), method]),
        Ok(2)
    );
    for (params, lines, reason) in [
        ("", &[][..], Reason::McpVersion),
        ("", &[version("2025-06-18")], Reason::McpVersion),
        ("", &[version("2025-11-26")], Reason::McpVersion),
        ("", &[version("2099-01-01")], Reason::McpVersion),
        ("", &[OLD, OLD], Reason::McpHeaderMismatch),
        ("", &[version("é")], Reason::McpHeaderMismatch),
        ("", &[version(NEW), method], Reason::McpHeaderMismatch),
        (&meta(r#""2026-07-28""#), &[OLD], Reason::McpHeaderMismatch),
        (&meta(r#""2026-07-28""#), &[], Reason::McpHeaderMismatch),
        (
            &meta("1"),
            &[version(NEW), method],
            Reason::McpHeaderMismatch,
        ),
        (&meta("null"), &[OLD], Reason::McpHeaderMismatch),
        (r#""_meta":1"#, &[OLD], Reason::McpMalformed),
    ] {
        assert_eq!(call(params, lines), Err(reason), "{params} {lines:?}");
    }
    // `initialize` comes before a revision is agreed on; every request of the oldest does.
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#;
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#;
    let of = |versions: &[Revision], body| {
        let mut rules = rules();
        rules.versions = versions.to_vec();
        judged(&rules, body, &[])
    };
    let unnamed = Err(Reason::McpVersion);
    assert_eq!(of(&[Revision::November2025], initialize), Ok(2));
    assert_eq!(of(&[Revision::July2026], initialize), unnamed);
    assert_eq!(of(&[Revision::June2025, Revision::July2026], list), unnamed);
    assert_eq!(of(&[Revision::March2025], list), Ok(2));
    for revision in Revision::ALL {
        assert_eq!(Revision::of(revision.name()), Some(revision));
    }
}

#[test]
fn older_revisions_may_be_silent_but_not_wrong() {
    let call = |lines: &[(&str, &str)]| {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay","arguments":{"region":1.0}}}"#;
        let mut all = vec![OLD];
        all.extend(lines);
        judged(&rules(), body, &all)
    };
    let ok = [
        &[][..],
        &[("mcp-method", "tools/call")],
        &[("mcp-name", "pay")],
        &[("mcp-param-region", "1")],
        &[("mcp-param-region", "1.0")],
    ];
    for lines in ok {
        assert_eq!(call(lines), Ok(1), "{lines:?}");
    }
    let wrong = [
        ("mcp-method", "tools/list"),
        ("mcp-name", "balance"),
        ("mcp-param-region", "2"),
        ("mcp-param-region", "-1"),
        ("mcp-param-region", "1e0"),
        ("mcp-param-other", "1"),
    ];
    for line in wrong {
        assert_eq!(call(&[line]), Err(Reason::McpHeaderMismatch), "{line:?}");
    }
}
