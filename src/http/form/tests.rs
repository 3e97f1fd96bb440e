use super::*;
use crate::testing::test;

fn read(query: &str) -> Option<Vec<(String, String)>> {
    parameters(query)
        .map(|item| item.map(|(name, value)| (name.into_owned(), value.into_owned())))
        .collect()
}

#[test]
fn parameters_are_split_and_then_decoded() {
    for (query, expected) in [
        ("", &[][..]),
        ("a=1", &[("a", "1")]),
        ("a=1&b=2&a=3", &[("a", "1"), ("b", "2"), ("a", "3")]),
        ("a", &[("a", "")]),
        ("a=", &[("a", "")]),
        ("=a", &[("", "a")]),
        ("a=b=c", &[("a", "b=c")]),
        ("a%3Db=c%26d", &[("a=b", "c&d")]),
        ("a+b=c%2Bd+e", &[("a b", "c+d e")]),
        ("%61=%c3%A9", &[("a", "é")]),
        ("a=%253B", &[("a", "%3B")]),
    ] {
        let read = read(query).expect(query);
        let read: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(read, expected, "{query}");
    }
}

#[test]
fn what_is_encoded_reads_as_it_was() {
    for text in ["", "a b", "a=b&c;d", "%41+~", "é\u{0}\r\n", "*-._09AZaz"] {
        let mut form = String::new();
        encode(text, &mut form);
        assert!(
            form.is_ascii() && !form.contains(['&', '=', ';', ' ']),
            "{form}"
        );
        let expected = vec![(text.to_owned(), String::new())];
        let found = if text.is_empty() {
            expected.clone()
        } else {
            read(&form).unwrap()
        };
        assert_eq!(found, expected, "{form}");
    }
    // RFC 6749 appendix B.
    let mut form = String::new();
    encode(" %&+\u{a3}\u{20ac}", &mut form);
    assert_eq!(form, "+%25%26%2B%C2%A3%E2%82%AC");
}

#[test]
fn what_readers_differ_on_is_none() {
    for query in [
        "&",
        "a&",
        "&a",
        "a&&b",
        "a;b",
        "a=1;b=2",
        "a=%",
        "a=%4",
        "a=%zz",
        "a=%+4",
        "%ff",
        "a=%c3",
        "a=%ed%a0%80",
    ] {
        assert_eq!(read(query), None, "{query}");
    }
}

fn form(body: impl AsRef<[u8]>) -> Option<Vec<(String, String)>> {
    let members = members(body.as_ref())?.into_iter();
    Some(
        members
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect(),
    )
}

#[test]
fn a_form_is_its_members_in_order() {
    for (body, expected) in [
        ("", &[][..]),
        ("a=1&b=", &[("a", "1"), ("b", "")]),
        ("a=b=c&d=%26%3d", &[("a", "b=c"), ("d", "&=")]),
        ("to=M%c3%bcller+%26+Co%2B", &[("to", "Müller & Co+")]),
        ("note=a%0D%0Ab", &[("note", "a\r\nb")]),
        ("a=%253D", &[("a", "%3D")]),
        ("a%5B0%5D=1&a[1]=2", &[("a[0]", "1"), ("a[1]", "2")]),
        ("a[b][c]=1&a[b][d]=2", &[("a[b][c]", "1"), ("a[b][d]", "2")]),
        ("a-b=1&a_b=2", &[("a-b", "1"), ("a_b", "2")]),
    ] {
        let read = form(body).expect(body);
        let read: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(read, expected, "{body}");
    }
}

#[test]
fn a_form_with_two_readings_is_none() {
    let rows: &[&[u8]] = &[
        b"a",
        b"=1",
        b"a=1&b",
        b"a=1&=b",
        b"a=1&",
        b"&a=1",
        b"a=1&&b=2",
        b"&",
        b"a=1;b=2",
        b"a=1\n",
        b" a=1",
        b"a=1 2",
        b"a=1\r\nb=2",
        b"a=\x00",
        b"a=\x7f",
        b"a=\xff",
        b"a=\xc3\xa9",
        b"\xef\xbb\xbfa=1",
        b"a=%",
        b"a=%4",
        b"a=%zz",
        b"a=%u0041",
        b"a=%ff",
        b"a=%c3",
        b"a=%c0%80",
        b"a=%ed%a0%80",
        b"%ff=1",
    ];
    for row in rows {
        assert_eq!(form(row), None, "{}", row.escape_ascii());
    }
}

#[test]
fn a_name_that_some_reader_takes_for_another_is_none() {
    for body in [
        "a=1&a=1",
        "a=1&b=2&%61=3",
        "a=1&A=1",
        "cost=1&co%c5%bft=1",
        "a=1&+a=1",
        "a=1&%20%20A=1",
        "a_b=1&a.b=1",
        "a_b=1&a+b=1",
        "a.b=1&a+b=1",
        "A.b=1&a_B=1",
        "a=1&a%00=1",
        "a=1&a%00x=1",
        "a=1&a[]=1",
        "a=1&a%5B%5D=1",
        "a[]=1&a[]=1",
        "a=1&a!b=1&a[0]=1",
        "a[b]=1&a[B]=1",
        "a[b]=1&a[b][c]=1",
        "a.b=1&a_b[c]=1",
    ] {
        assert_eq!(form(body), None, "{body}");
    }
}

#[test]
fn the_number_of_members_is_bounded() {
    let of = |count: usize| {
        let members: Vec<String> = (0..count).map(|number| format!("n{number}=")).collect();
        form(members.join("&")).map(|members| members.len())
    };
    assert_eq!(of(MOST_MEMBERS), Some(MOST_MEMBERS));
    assert_eq!(of(MOST_MEMBERS + 1), None);
    assert_eq!(of(100_000), None);
}

#[test]
fn names_of_two_lists_overlap_as_they_collide_in_one() {
    let names = [
        "a", "A", "a[b]", "a[B][c]", "a[c]", " a", "a\0x", "a.b", "a_b", "b", "",
    ];
    for one in names {
        assert!(!overlap([one].into_iter(), std::iter::empty()), "{one:?}");
        assert!(!overlap(std::iter::empty(), [one].into_iter()), "{one:?}");
        for other in names {
            let expected = collide([one, other].into_iter());
            let found = overlap(["x", one].into_iter(), ["y", other].into_iter());
            assert_eq!(found, expected, "{one:?} {other:?}");
        }
    }
    // Names of one list may collide among themselves.
    assert!(!overlap(["a", "A"].into_iter(), ["b", "B"].into_iter()));
}
