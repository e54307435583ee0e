use expect_test::{Expect, expect};

use super::*;
use crate::provider::Provider;
use crate::source::Source;
use crate::source::source_name::SourceName;

const SIGNS: &str = r#""provider":"get3w","secrets":["0123456789abcdef01234567"]"#;
const SIGNS_NOTHING: &str =
    r#""token_sha256":["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],"provider":"#;

/// Checks what the options of a source that signs come to, and what the operator is told of them.
fn check(written: &str, expected: &Expect) {
    check_source(&format!("{SIGNS}{written}"), expected);
}

fn check_source(written: &str, expected: &Expect) {
    let json = format!("{{{written}}}");
    let source = Source::parse(SourceName::parse("test").unwrap(), &json).unwrap();
    let warnings = source.own_warnings();
    let options = source.options.map_or_else(|error| error.to_string(), |options| format!("{options:?}"));
    let lines = [vec![options], warnings].concat();
    assert!(!lines.concat().contains("sk-"), "{lines:?}");
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn nothing_is_done_that_was_not_asked_for() {
    check(
        "",
        &expect![
            "Options { archive: false, max_asset_bytes: 536870912, asset_hosts: [], confirm: None, expect: None, order: AsProcessed }"
        ],
    );
}

#[test]
fn what_is_asked_for_is_done() {
    check(
        r#","archive":true,"max_asset_bytes":1000,"asset_hosts":["cdn.example.com"," .Example.org"]"#,
        &expect![[
            r#"Options { archive: true, max_asset_bytes: 1000, asset_hosts: [Exact("cdn.example.com"), Below(".example.org")], confirm: None, expect: None, order: AsProcessed }"#
        ]],
    );
    check(
        r#","confirm":true,"api_key":" sk-0123456789\n""#,
        &expect![[r#"
            Options { archive: false, max_asset_bytes: 536870912, asset_hosts: [], confirm: Some(ApiAccess { key: a key, family: None, families: [], test_only_base_url: None }), expect: None, order: AsProcessed }
            every delivery of this source is signed, so `confirm` has no effect"#]],
    );
}

#[test]
fn modelslab_is_asked_in_the_part_that_knows_the_job() {
    let modelslab = format!(r#"{SIGNS_NOTHING}"modelslab","confirm":true,"api_key":"sk-0123456789""#);
    check_source(
        &format!(r#"{modelslab},"api_family":"video","api_base_url":"http://127.0.0.1:4000""#),
        &expect![
            "Options { archive: false, max_asset_bytes: 536870912, asset_hosts: [], confirm: Some(ApiAccess { key: a key, family: Some(\"video\"), families: [], test_only_base_url: Some(LoopbackUrl(4000)) }), expect: None, order: AsProcessed }"
        ],
    );
    check_source(
        &modelslab,
        &expect![[r#"
        `confirm` needs to know where ModelsLab's API has the jobs of this source: give `api_family`, such as `video` or `images`
        `confirm` needs to know where ModelsLab's API has the jobs of this source: give `api_family`, such as `video` or `images`"#]],
    );
    for family in ["", "../v1", "Video", "a/b"] {
        check_source(
            &format!(r#"{modelslab},"api_family":"{family}""#),
            &expect![[r#"
            `api_family` or `api_families` holds something that is not the name of a part of ModelsLab's API, such as `video` or `text-to-3d`
            `api_family` or `api_families` holds something that is not the name of a part of ModelsLab's API, such as `video` or `text-to-3d`"#]],
        );
    }
}

#[test]
fn jobs_are_waited_for_where_their_sender_can_be_asked() {
    let csm = format!(r#"{SIGNS_NOTHING}"csm","api_key":"sk-0123456789""#);
    let expected = |written: &str| {
        let json = format!(r#"{{{csm},"expect":{written}}}"#);
        let source = Source::parse(SourceName::parse("test").unwrap(), &json).unwrap();
        let expect = source.options.map(|options| options.expect.expect("it is asked for"));
        expect.map_or_else(
            |error| error.to_string(),
            |ExpectOptions { waits, poll_per_minute, from_events, .. }| {
                format!("{} {} {poll_per_minute} {from_events}", waits.within_seconds, waits.give_up_seconds)
            },
        )
    };
    assert_eq!(expected("{}"), "600 86400 60 false");
    assert_eq!(
        expected(r#"{"within_seconds":10,"give_up_seconds":10,"poll_per_minute":1,"from_events":true}"#),
        "10 10 1 true"
    );
    assert_eq!(
        expected(r#"{"within_seconds":9}"#),
        "`expect` cannot be followed: `within_seconds` is 9: give 10 to 2592000, which is 30 days"
    );
    assert_eq!(
        expected(r#"{"give_up_seconds":599}"#),
        "`expect` cannot be followed: `give_up_seconds` is 599: give `within_seconds`, 600, to 7776000, which is 90 days"
    );
    assert_eq!(expected(r#"{"poll_per_minute":0}"#), "`expect` cannot be followed: `poll_per_minute` is 1 to 1000");
}

#[test]
fn jobs_are_not_waited_for_where_nobody_can_be_asked_or_ids_are_used_again() {
    let refused = |written: &str| {
        let json = format!(r#"{{{SIGNS_NOTHING}{written}}}"#);
        let source = Source::parse(SourceName::parse("test").unwrap(), &json).unwrap();
        source.options.map_or_else(|error| error.to_string(), |options| format!("{options:?}"))
    };
    assert_eq!(
        refused(r#""csm","expect":{}"#),
        "`expect` needs the key of the sender's API: give it as `api_key`, or leave `expect` out"
    );
    assert_eq!(
        refused(r#""tavus","api_key":"sk-0","expect":{}"#),
        "`expect` cannot work, since no way to ask Tavus's API about a job is known: leave `expect` out"
    );
    assert_eq!(
        refused(r#""kling","api_key":"sk-0","expect":{}"#),
        "`api_key` must hold both halves of Kling AI's key: write the access key, a colon, and the secret key"
    );
    assert_eq!(
        refused(r#""fal","api_key":"sk-0","expect":{}"#),
        "`expect` needs to know which parts of fal's API may be asked: give `api_families`, such as [\"fal-ai/flux\"], or `api_family` if there is only one"
    );
    for families in ["../v1", "a//b", "a/b/c/d", "A/b"] {
        assert_eq!(
            refused(&format!(r#""fal","api_key":"sk-0","api_families":["{families}"],"expect":{{}}"#)),
            "`api_family` or `api_families` holds something that is not the name of a part of fal's API, such as `video` or `text-to-3d`"
        );
    }
    for dedupe in ["content", "off"] {
        for option in ["expect", "order"] {
            let value = if option == "expect" { "{}" } else { r#""end-wins""# };
            assert_eq!(
                refused(&format!(r#""csm","api_key":"sk-0","dedupe":"{dedupe}","{option}":{value}"#)),
                format!(
                    "`{option}` needs `dedupe` to be \"key\": the id of a job must stand for one job, and a repeat for the same event"
                )
            );
        }
    }
}

#[test]
fn every_family_that_a_description_names_can_be_configured() {
    let described = Provider::ALL.into_iter().filter_map(|provider| Some((provider, provider.description()?)));
    let mut named = 0;
    for (provider, description) in described {
        for family in description.polls.iter().flat_map(|poll| &*poll.families) {
            let written = format!(
                r#"{{{SIGNS_NOTHING}"{provider}","confirm":true,"api_key":"ak-0:sk-0","api_family":"{family}"}}"#
            );
            let source = Source::parse(SourceName::parse("test").unwrap(), &written).unwrap();
            let confirm = source.options.map(|options| options.confirm.and_then(|access| access.family));
            assert_eq!(confirm, Ok(Some(family.to_string())), "{provider}");
            named += 1;
        }
    }
    assert_ne!(named, 0);
}

#[test]
fn no_key_is_sent_anywhere_but_to_the_sender() {
    let csm = format!(r#"{SIGNS_NOTHING}"csm","confirm":true,"api_key":"sk-0123456789""#);
    for url in
        ["https://api.example.com", "http://127.0.0.1", "http://127.0.0.1:80@evil.example", "http://127.0.0.1:80/"]
    {
        check_source(
            &format!(r#"{csm},"api_base_url":"{url}""#),
            &expect![[r#"
            `api_base_url` is for tests only: leave it out
            `api_base_url` is for tests only: leave it out"#]],
        );
    }
}

#[test]
fn what_cannot_be_followed_is_told_with_what_to_write() {
    check(
        r#","confirm":true"#,
        &expect![[r#"
            `confirm` needs the key of the sender's API: give it as `api_key`, or leave `confirm` out
            `confirm` needs the key of the sender's API: give it as `api_key`, or leave `confirm` out"#]],
    );
    for api_key in ["", "  ", "sk-a b", "sk-ü", r"sk-a\nb"] {
        let written = format!(r#","confirm":true,"api_key":"{api_key}""#);
        check(
            &written,
            &expect![[r#"
                `api_key` is empty or holds characters that no HTTP header can carry: copy it again from the sender
                `api_key` is empty or holds characters that no HTTP header can carry: copy it again from the sender"#]],
        );
    }
    for host in
        ["", ".", "com", ".com", "https://a.example", "a.example:443", "a..example", "*.example.com", "10.0.0.1"]
    {
        let written = format!(r#","asset_hosts":["{host}"]"#);
        check(
            &written,
            &expect![[r#"
                `asset_hosts` holds something that is not a host name: write `cdn.example.com`, or `.example.com` for all below
                `asset_hosts` holds something that is not a host name: write `cdn.example.com`, or `.example.com` for all below"#]],
        );
    }
}

#[test]
fn a_host_is_covered_by_its_name_or_by_what_it_is_below() {
    let covered = |written: &str, host: &str| AssetHost::parse(written).unwrap().covers(host);
    assert!(covered("cdn.example.com", "CDN.example.com"));
    assert!(!covered("cdn.example.com", "a.cdn.example.com"));
    assert!(covered(".example.com", "a.b.example.com"));
    for host in ["example.com", "badexample.com", ".example.com", "a.example.com.evil.test"] {
        assert!(!covered(".example.com", host), "{host}");
    }
}
