//! Whatever a signature covers cannot be changed, and whatever arrives does no harm.

use super::*;
use proptest::prelude::*;

const COVERED: &str = r#"("@method" "@target-uri" "@query" "authorization" "content-type" "x-a";bs "priority";sf "@query-param";name="q")"#;

fn signing() -> SigningKey {
    SigningKey::es256(9)
}

fn judge(request: &Request) -> Result<Signed, Reason> {
    let key = public(&signing());
    let key = Key {
        jwk: &key,
        id: None,
    };
    request.judged(&permissive(), key, NOW)
}

fn good() -> Request {
    Request {
        target: "/pay/7?q=1&r=2".to_owned(),
        ..Request::good()
    }
    .with("x-a", "one")
    .with("x-a", "two")
    .with("priority", "u=1,  i")
    .signed(&signing(), &format!("{COVERED};created={NOW_SECS}"))
}

/// One change to a covered part: which one, and with what.
fn change(request: &mut Request, which: u8, what: &str) -> bool {
    let mut set = |name: &str, value: String| {
        let field = request.fields.iter_mut().find(|(own, _)| own == name);
        let field = field.map(|(_, bytes)| bytes).unwrap();
        let changed = *field != value.as_bytes();
        *field = value.into_bytes();
        changed
    };
    match which {
        0 => set("authorization", format!("Bearer {what}")),
        1 => set("content-type", format!("text/{what}")),
        2 => set("x-a", what.to_owned()),
        3 => set("priority", format!("u=1, i, {what}")),
        4 => {
            request.method = what.to_ascii_uppercase();
            request.method != "POST"
        }
        5 => {
            request.target = format!("/pay/{what}?q=1&r=2");
            what != "7"
        }
        6 => {
            request.target = format!("/pay/7?q=1&r={what}");
            what != "2"
        }
        7 => {
            request.origin = format!("https://{what}.example.com");
            what != "api"
        }
        _ => {
            request.fields.push(owned(("x-a", what)));
            true
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_covered_part_cannot_be_changed(which in 0..9_u8, what in "[a-z][a-z0-9]{0,6}") {
        let mut request = good();
        prop_assert!(judge(&request).is_ok());
        if change(&mut request, which, &what) {
            prop_assert!(judge(&request).is_err(), "{} {}", which, what);
        }
    }

    #[test]
    fn an_uncovered_part_can(name in "y-[a-z]{1,8}", value in "[ -~]{0,20}") {
        let mut request = good();
        request.fields.insert(0, (name, value.into_bytes()));
        prop_assert!(judge(&request).is_ok());
    }

    /// What a signature covers may come in other words of the same meaning.
    #[test]
    fn transformations_that_http_allows_do_no_harm(spaces in "[ \t]{0,4}", folds in 0..3_usize) {
        let mut request = good();
        for (name, value) in &mut request.fields {
            let fold = "\r\n ".repeat(folds.min(1));
            let text = String::from_utf8(value.clone()).unwrap();
            let text = if name == "authorization" { text.replacen(' ', &format!("{fold} "), 1) } else { text };
            *value = format!("{spaces}{text}{spaces}").into_bytes();
        }
        request.fields.reverse();
        let lines = request.fields.iter().filter(|(name, _)| name == "x-a").count();
        prop_assert_eq!(lines, 2);
        // The order of lines of one name counts, that of names does not.
        prop_assert!(judge(&request).is_err());
        let first = request.fields.iter().position(|(name, _)| name == "x-a").unwrap();
        let last = request.fields.iter().rposition(|(name, _)| name == "x-a").unwrap();
        request.fields.swap(first, last);
        prop_assert!(judge(&request).is_ok());
    }

    #[test]
    fn no_field_harms_the_reader(input in any::<Vec<u8>>(), signature in any::<Vec<u8>>()) {
        let mut request = good();
        request.fields.retain(|(name, _)| !name.starts_with("signature"));
        request.fields.push(("signature-input".to_owned(), input));
        request.fields.push(("signature".to_owned(), signature));
        prop_assert!(judge(&request).is_err());
    }

    #[test]
    fn no_input_of_the_right_alphabet_harms_it(
        input in "[a-c=();\"@ ,:?*0-9.%-]{0,40}",
        signature in "[a-c=;: ,A]{0,12}",
    ) {
        let mut request = good();
        request.fields.retain(|(name, _)| !name.starts_with("signature"));
        request.fields.push(("signature-input".to_owned(), input.into_bytes()));
        request.fields.push(("signature".to_owned(), signature.into_bytes()));
        prop_assert!(judge(&request).is_err());
    }
}
