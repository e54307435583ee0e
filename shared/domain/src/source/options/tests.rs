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
    check("", &expect!["Options { archive: false, max_asset_bytes: 536870912, asset_hosts: [], confirm: None }"]);
}

#[test]
fn what_is_asked_for_is_done() {
    check(
        r#","archive":true,"max_asset_bytes":1000,"asset_hosts":["cdn.example.com"," .Example.org"]"#,
        &expect![[
            r#"Options { archive: true, max_asset_bytes: 1000, asset_hosts: [Exact("cdn.example.com"), Below(".example.org")], confirm: None }"#
        ]],
    );
    check(
        r#","confirm":true,"api_key":" sk-0123456789\n""#,
        &expect![[r#"
            Options { archive: false, max_asset_bytes: 536870912, asset_hosts: [], confirm: Some(ApiAccess { key: a key, family: None, test_only_base_url: None }) }
            every delivery of this source is signed, so `confirm` has no effect"#]],
    );
}

#[test]
fn modelslab_is_asked_in_the_part_that_knows_the_job() {
    let modelslab = format!(r#"{SIGNS_NOTHING}"modelslab","confirm":true,"api_key":"sk-0123456789""#);
    check_source(
        &format!(r#"{modelslab},"api_family":"video","api_base_url":"http://127.0.0.1:4000""#),
        &expect![
            "Options { archive: false, max_asset_bytes: 536870912, asset_hosts: [], confirm: Some(ApiAccess { key: a key, family: Some(\"video\"), test_only_base_url: Some(LoopbackUrl(4000)) }) }"
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
            `api_family` is not the name of a part of ModelsLab's API, such as `video` or `text-to-3d`
            `api_family` is not the name of a part of ModelsLab's API, such as `video` or `text-to-3d`"#]],
        );
    }
}

#[test]
fn every_family_that_a_description_names_can_be_configured() {
    let described = Provider::ALL.into_iter().filter_map(|provider| Some((provider, provider.description()?)));
    let mut named = 0;
    for (provider, description) in described {
        for family in description.polls.iter().flat_map(|poll| &*poll.families) {
            let written =
                format!(r#"{{{SIGNS_NOTHING}"{provider}","confirm":true,"api_key":"sk-0","api_family":"{family}"}}"#);
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
