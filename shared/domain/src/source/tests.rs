use super::*;
use crate::digest::Digest;

fn check(json: &str, expected: &str) {
    let parsed = Source::parse(SourceName::parse("test").unwrap(), json);
    let rendered = match &parsed {
        Ok(source) => format!("{:?}, warnings: {:?}", source.credentials, source.own_warnings()),
        Err(error) => error.to_string(),
    };
    assert_eq!(rendered, expected, "{json}");
}

#[test]
fn credentials_come_from_what_stands_there() {
    let digest = Digest::of(b"token");
    check(
        r#"{"provider":"glossi","secrets":["0123456789abcdef01234567"]}"#,
        r#"Proof(Signature { signing: in x-glossi-signature, keys: Mac(1 secrets) }), warnings: []"#,
    );
    check(
        &format!(r#"{{"provider":"csm","token_sha256":["{digest}"],"dedupe":"content"}}"#),
        "Token(1 tokens), warnings: []",
    );
    check(
        &format!(
            r#"{{"provider":"get3w","secrets":["0123456789abcdef01234567","89abcdef0123456789abcdef"],"token_sha256":["{digest}"]}}"#
        ),
        r#"Both { proof: Signature { signing: in x-get3w-signature, keys: Mac(2 secrets) }, tokens: 1 tokens }, warnings: []"#,
    );
}

#[test]
fn what_works_but_should_be_known_is_warned_of() {
    check(
        r#"{"provider":"glossi","secrets":["0123456789"]}"#,
        r#"Proof(Signature { signing: in x-glossi-signature, keys: Mac(1 secrets) }), warnings: ["a secret in `secrets` has under 24 bytes: ask the sender for a longer one"]"#,
    );
}

#[test]
fn what_nobody_could_establish_about_a_sender_is_warned_of() {
    let check = |json: &str, beginnings: &[&str]| {
        let warnings = Source::parse(SourceName::parse("test").unwrap(), json).unwrap().warnings;
        for beginning in beginnings {
            assert!(warnings.iter().any(|warning| warning.starts_with(beginning)), "{beginning}: {warnings:?}");
        }
    };
    check(
        r#"{"provider":"kie","secrets":["0123456789abcdef01234567"]}"#,
        &["Kie.ai's signature covers the task's id and the time, not the body"],
    );
    check(
        r#"{"provider":"sync-so","secrets":["0123456789abcdef01234567"]}"#,
        &["the integration of sync-so is inferred in part: send a test delivery", "The time is taken to be in seconds"],
    );
}

#[test]
fn what_cannot_work_is_refused_without_showing_it() {
    check(r#"{"provider":"glossi"}"#, "nothing to verify with: give `secrets`, or `token_sha256`, or both");
    check(
        r#"{"provider":"acme","secrets":["0123456789"]}"#,
        "`provider`: no such provider; the catalogue is in docs/providers",
    );
    check(
        r#"{"provider":"csm","secrets":["0123456789"]}"#,
        "csm does not sign deliveries, so `secrets` cannot verify them: put a token in its URL and its digest in `token_sha256`",
    );
    check(
        r#"{"provider":"glossi","secrets":["  short "]}"#,
        "a secret in `secrets` has under 8 bytes without the white space around it",
    );
    check(
        r#"{"provider":"csm","token_sha256":["the-token"]}"#,
        "`token_sha256` holds something that is not the 64 hex digits of a SHA-256",
    );
    check(
        r#"{"provider":"glossi","secret":"0123456789"}"#,
        "the secret is not the JSON object it should be (line 1, column 29): a field is missing, unknown or of the wrong type",
    );
    check(
        "\"0123456789\"",
        "the secret is not the JSON object it should be (line 1, column 12): a field is missing, unknown or of the wrong type",
    );
    check("whsec_0123", "the secret is not the JSON object it should be (line 1, column 1): it is not JSON");
}

const OWN_KEYS: &str = r#"{"kind":"ed25519","header":["x-signature"],"encoding":"hex","message":"{body}","keys":{"from":"operator","strip_prefix":"whpk_"}}"#;
const PUBLISHED: &str = r#"{"kind":"ed25519","header":["x-signature"],"encoding":"hex","message":"{header:x-account}.{body}","keys":{"from":"jwks","url":"https://keys.example.com/a","hosts":["keys.example.com","old.example.com"],"ttl_seconds":60},"account":"header:x-account"}"#;
const HMAC: &str = r#"{"kind":"hmac","header":["x-signature","x-old"],"encoding":"hex","message":"{body}"}"#;

/// Checks a sender that the operator has described.
fn check_own(scheme: &str, fields: &str, expected: &str) {
    check(&format!(r#"{{"scheme":{{"scheme":{scheme}}}{fields}}}"#), expected);
}

#[test]
fn every_kind_of_sender_has_its_fields() {
    let secret = r#","secrets":["0123456789abcdef01234567"]"#;
    check_own(
        HMAC,
        secret,
        "Proof(Signature { signing: in x-signature or x-old, keys: Mac(1 secrets) }), warnings: []",
    );
    check_own(
        r#"{"kind":"static-token","header":"X-Token","prefix":"Bearer "}"#,
        secret,
        r#"Proof(StaticToken { header: HeaderName("x-token"), prefix: "Bearer ", tokens: 1 tokens }), warnings: []"#,
    );
    check_own(
        r#"{"kind":"static-token"}"#,
        &format!(r#"{secret},"token_header":"X-Mine""#),
        r#"Proof(StaticToken { header: HeaderName("x-mine"), prefix: "", tokens: 1 tokens }), warnings: []"#,
    );
    check_own(
        r#"{"kind":"basic"}"#,
        r#","secrets":["me:0123456789abcdef01234567"]"#,
        "Proof(Basic(1 tokens)), warnings: []",
    );
    check_own(
        OWN_KEYS,
        r#","public_keys":["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]"#,
        "Proof(Signature { signing: in x-signature, keys: Public(1 public keys) }), warnings: []",
    );
    for chosen in ["", r#","jwks_url":"https://old.example.com/b""#, r#","jwks_url":"http://127.0.0.1:4000/b""#] {
        check_own(
            PUBLISHED,
            &format!(r#"{chosen},"account":"mine""#),
            r#"Proof(Signature { signing: in x-signature, keys: Published(the key set at one of ["keys.example.com", "old.example.com"]) }), warnings: []"#,
        );
    }
}

#[test]
fn a_credential_never_comes_in_a_header_that_is_kept() {
    let secret = r#","secrets":["0123456789abcdef01234567"]"#;
    let kept = "`token_header` names a header that is kept with every event, so the token could be read by others: have the sender put it into another header, such as `x-webhook-token`";
    let own_kept = r#"{"scheme":{"kind":"static-token"},"kept_headers":["x-event"]}"#;
    for header in ["user-agent", "User-Agent", "x-request-id", "webhook-id"] {
        check_own(r#"{"kind":"static-token"}"#, &format!(r#"{secret},"token_header":"{header}""#), kept);
    }
    check(&format!(r#"{{"scheme":{own_kept}{secret},"token_header":"x-event"}}"#), kept);
    check(r#"{"provider":"generic-token","secrets":["0123456789abcdef01234567"],"token_header":"user-agent"}"#, kept);

    let scheme_kept = "`scheme`: `scheme` has a credential in the header `user-agent`, which is kept with every event and can be read by others: have the sender put it into another header";
    check_own(r#"{"kind":"static-token","header":"user-agent"}"#, secret, scheme_kept);
    check_own(&HMAC.replace("x-old", "User-Agent"), secret, scheme_kept);
    check_own(&OWN_KEYS.replace("x-signature", "user-agent"), "", scheme_kept);
    let id = HMAC.replace(r#""encoding""#, r#""id":["authorization"],"encoding""#);
    check_own(
        &id,
        secret,
        "`scheme`: `kept_headers` holds `authorization`, which proves who somebody is: leave it out, since what is kept can be read by others",
    );
}

#[test]
fn a_source_of_a_sender_with_one_key_for_all_says_which_deliveries_are_its_own() {
    let digest = Digest::of(b"token");
    let account = "give `account`, your account as its deliveries name it, or `token_sha256`, the digest of a token in the URL, or both";
    let neither = "signs for all of its customers with the same keys, so anybody's deliveries would pass";
    check(r#"{"provider":"fal"}"#, &format!("fal {neither}: {account}"));
    check(r#"{"provider":"fal","account":[]}"#, &format!("fal {neither}: {account}"));
    check_own(PUBLISHED, "", &format!("custom {neither}: {account}"));
    let token_only = PUBLISHED.replace(r#""account":"header:x-account""#, r#""account":"token-only""#);
    let token = format!("custom {neither}: give `token_sha256`, the digest of a token in the URL");
    check_own(&token_only, "", &token);
    let shared = OWN_KEYS.replace("}}", r#"},"account":"token-only"}"#);
    let key = r#","public_keys":["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]"#;
    check_own(&shared, key, &token);

    let empty = "`account` holds an empty text: write your account as the sender's deliveries name it, or leave it out";
    for account in [r#"" ""#, r#"["mine",""]"#] {
        check(&format!(r#"{{"provider":"fal","account":{account},"token_sha256":["{digest}"]}}"#), empty);
    }
    let unfit = "so leave it out";
    check_own(
        HMAC,
        r#","account":"mine""#,
        &format!("`account` is not used by custom: its keys are yours alone, {unfit}"),
    );
    check_own(
        &token_only,
        r#","account":"mine""#,
        &format!(
            "`account` is not used by custom: its deliveries do not say whose they are, {unfit} and give `token_sha256`"
        ),
    );
}

#[test]
fn a_token_alone_for_a_sender_with_one_key_for_all_is_no_reason_not_to_confirm() {
    let warned = |fields: &str| {
        let json =
            format!(r#"{{"provider":"fal","confirm":true,"api_key":"a-key","api_family":"fal-ai/flux",{fields}}}"#);
        Source::parse(SourceName::parse("test").unwrap(), &json).unwrap().own_warnings().join("|")
    };
    assert!(warned(r#""account":"mine""#).contains("every delivery of this source is signed"));
    let digest = Digest::of(b"token");
    let told = warned(&format!(r#""token_sha256":["{digest}"]"#));
    assert!(!told.contains("every delivery of this source is signed"), "{told}");
}

#[test]
fn what_is_for_another_kind_of_sender_is_refused() {
    let secrets = r#","secrets":["0123456789abcdef01234567"]"#;
    let public_keys = r#","public_keys":["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]"#;
    check_own(OWN_KEYS, secrets, "`secrets` is not used by custom: give the sender's public key as `public_keys`");
    check_own(PUBLISHED, secrets, "`secrets` is not used by custom: it publishes its keys, so leave them out");
    check_own(PUBLISHED, public_keys, "`public_keys` is not used by custom: it publishes its keys, so leave them out");
    check_own(HMAC, public_keys, "`public_keys` is not used by custom: it does not sign with a key of its own");
    let jwks_url = r#","jwks_url":"https://keys.example.com/a""#;
    check_own(OWN_KEYS, jwks_url, "`jwks_url` is not used by custom: it publishes no keys, so leave it out");
    let token_header = format!(r#"{secrets},"token_header":"x-mine""#);
    let chosen = "`token_header` is not used by custom: the header is not yours to choose, so leave it out";
    check_own(HMAC, &token_header, chosen);
    check_own(r#"{"kind":"static-token","header":"x-token"}"#, &token_header, chosen);
    let public_url = format!(r#"{secrets},"public_url":"https://hooks.example.com""#);
    check_own(HMAC, &public_url, "`public_url` is not used by custom: it does not sign its URL, so leave it out");
}

#[test]
fn what_is_missing_or_malformed_is_told_with_what_to_write() {
    let secrets = "`secrets`, or `token_sha256`, or both";
    check_own(HMAC, "", &format!("nothing to verify with: give {secrets}"));
    check_own(OWN_KEYS, "", "nothing to verify with: give `public_keys`, or `token_sha256`, or both");
    check(r#"{"provider":"csm"}"#, "nothing to verify with: give `token_sha256`, the digest of a token in its URL");
    check_own(
        r#"{"kind":"static-token"}"#,
        r#","secrets":["0123456789"]"#,
        "`token_header` is missing: name the header in which this sender sends the token",
    );
    check_own(
        r#"{"kind":"static-token"}"#,
        r#","secrets":["0123456789"],"token_header":"x token""#,
        "`token_header` is not the name of a header, which is letters, digits and hyphens",
    );
    check_own(
        r#"{"kind":"basic"}"#,
        r#","secrets":["0123456789abcdef"]"#,
        "a secret in `secrets` is not `name:password`, as they stand in the URL that the sender was given",
    );
    check_own(
        r#"{"kind":"basic"}"#,
        r#","secrets":["a-long-name:short"]"#,
        "a secret in `secrets` has under 8 bytes without the white space around it",
    );
    let encoded = |encoding: &str| {
        HMAC.replace(
            "\"message\"",
            &format!(r#""secret":{{"strip_prefix":"whsec_","encoding":"{encoding}"}},"message""#),
        )
    };
    for (encoding, secret) in [("base64", "whsec_not base64!"), ("hex", "whsec_0123456789abcdeg")] {
        check_own(
            &encoded(encoding),
            &format!(r#","secrets":["{secret}"]"#),
            &format!("a secret in `secrets` is not {encoding}, as this sender's are: copy all of it again"),
        );
    }
    for secret in ["whsec_", "whsec_AAAAAAAAAA=="] {
        check_own(
            &encoded("base64"),
            &format!(r#","secrets":["{secret}"]"#),
            "a secret in `secrets` has under 8 bytes without the white space around it",
        );
    }
    check_own(OWN_KEYS, r#","public_keys":["AAAA"]"#, "`public_keys`: a public key of Ed25519 is 32 bytes in base64");
    for (url, reason) in [
        ("https://evil.example.com/a", "host_not_allowed"),
        ("http://keys.example.com/a", "not_https"),
        ("https://keys.example.com:8443/a", "port_not_allowed"),
        ("https://keys.example.com@evil.example.com/a", "user_info"),
        ("https://192.0.2.1/a", "ip_literal"),
        ("keys.example.com/a", "invalid_url"),
    ] {
        check_own(
            PUBLISHED,
            &format!(r#","jwks_url":"{url}""#),
            &format!(
                "`jwks_url` must be the https URL of a key set at one of the sender's own hosts ({reason}), or be left out"
            ),
        );
    }
    check_own(
        &HMAC.replace("{body}", "{url}{body}"),
        r#","secrets":["0123456789"],"public_url":"hooks.example.com""#,
        "`public_url` is not the URL that the sender was given, such as `https://hooks.example.com`",
    );
}

#[test]
fn a_sender_is_known_or_described() {
    let nobody = "the sender is not named: give a `provider` of the catalogue, or describe it in `scheme`";
    check(r#"{"secrets":["0123456789"]}"#, nobody);
    check(r#"{"provider":"custom","secrets":["0123456789"]}"#, nobody);
    check(
        &format!(r#"{{"provider":"csm","scheme":{{"scheme":{HMAC}}},"secrets":["0123456789"]}}"#),
        "csm needs no `scheme`: leave that out, or leave `provider` out to use your own description",
    );
    check(
        r#"{"scheme":{"name":"acme","scheme":{"kind":"basic"}},"secrets":["0123456789"]}"#,
        "`scheme`: leave `name` out: it is always `custom`",
    );
    check(r#"{"scheme":{},"secrets":["0123456789"]}"#, "`scheme`: missing field `scheme`");
    check_own(
        r#"{"kind":"hmac","header":["x-signature"],"encoding":"hex","message":"{time}.{body}"}"#,
        r#","secrets":["0123456789"]"#,
        "`scheme`: `scheme.message`: `time` is unknown in a message: write {body}, {body_sha256}, {timestamp}, {id}, {header:x-name}, {query:name}, {json:/pointer}, {url}, {path}, {form}, {lines:/one,/other?}, {body_crc32}, {account} or, at the end of a plain hash, {secret}",
    );
    check_own(
        r#"{"kind":"hmac","header":["x-signature"],"encoding":"hex","message":"{id}.{body}"}"#,
        r#","secrets":["0123456789"]"#,
        "`scheme`: `scheme.message` has {id}, and `scheme.id` does not say where that is",
    );
    for (syntax, told) in [
        (
            r#"{"form":"prefix","prefix":""}"#,
            "`prefix` is empty: leave `syntax` out if nothing stands before the signature",
        ),
        (
            r#"{"form":"pairs","key":"v1","separator":"="}"#,
            "pairs are `key=value`: give a `key`, a `separator` such as `,` between them, and if several lists stand there another character as `between_lists`",
        ),
        (r#"{"form":"versions","version":"v1,"}"#, "a `version` is what stands before the comma, such as `v1`"),
    ] {
        let scheme = HMAC.replace("\"message\"", &format!(r#""syntax":{syntax},"message""#));
        check_own(&scheme, r#","secrets":["0123456789"]"#, &format!("`scheme`: `scheme.syntax`: {told}"));
    }
    check(
        r#"{"scheme":{"scheme":{"kind":"basic"},"challenge":{"when":[],"answer":"/challenge"}},"secrets":["me:0123456789"]}"#,
        "`scheme`: `challenge.when` is empty, so no delivery would ever be an event: say how a challenge is known",
    );
    check_own(
        r#"{"kind":"hash"}"#,
        r#","secrets":["0123456789"]"#,
        "`scheme`: `scheme.kind`: unknown variant `hash`, expected one of `url-token`, `static-token`, `basic`, `hmac`, `plain-hash`, `ed25519`, `ecdsa-p256`, `ecdsa-p256-raw`, `rsa-sha256`, `rsa-sha1`, `jwt`",
    );
}

#[test]
fn what_lets_a_copy_in_as_another_event_is_warned_of() {
    let told = |scheme: &str, key: &str, fields: &str| {
        let shape = format!(r#"{{"key":{key},"names":"event","otherwise":"event.occurred"}}"#);
        let own = format!(r#"{{"scheme":{scheme},"kept_headers":["x-event"],"shape":[{shape}]}}"#);
        let json = format!(r#"{{"scheme":{own},"secrets":["0123456789abcdef01234567"]{fields}}}"#);
        Source::parse(SourceName::parse("test").unwrap(), &json).unwrap().own_warnings()
    };
    let instead = "anybody who has a delivery can send it again with another one; use a token in the URL beside the signature (`token_sha256`)";
    let unsigned = |what: &str| [format!("{what} is not signed: {instead}")];
    let by_id = HMAC.replace("\"message\"", "\"id\":[\"x-id\"],\"message\"");
    assert_eq!(told(&by_id, r#"["id"]"#, ""), unsigned("the header `x-id` tells events apart and"));
    assert_eq!(told(HMAC, r#"["/id","header:x-event"]"#, ""), unsigned("the header `x-event` tells events apart and"));
    let timed = r#""timestamp":{"at":{"header":["x-time"]},"past_seconds":300,"unsigned":true},"message""#;
    assert_eq!(told(&HMAC.replace("\"message\"", timed), r#"["/id"]"#, ""), unsigned("the time of a delivery"));
    let nothing: [String; 0] = [];
    assert_eq!(told(&by_id.replace("{body}", "{id}{body}"), r#"["id","header:x-id"]"#, ""), nothing);
    assert_eq!(told(&HMAC.replace("{body}", "{header:x-event}{body}"), r#"["header:x-event"]"#, ""), nothing);
    assert_eq!(told(HMAC, r#"["/id"]"#, ""), nothing);
    let token = format!(r#","token_sha256":["{}"]"#, Digest::of(b"token"));
    assert_eq!(told(&by_id, r#"["id"]"#, &token), nothing);
    // A token in a header is all that there is to steal.
    let static_token = r#"{"kind":"static-token","header":"x-token"}"#;
    assert_eq!(told(static_token, r#"["header:x-event"]"#, ""), nothing);
}

#[test]
fn a_key_that_does_not_say_what_it_names_is_warned_of() {
    let told = |shape: &str| {
        let json =
            format!(r#"{{"scheme":{{"scheme":{HMAC},"shape":[{shape}]}},"secrets":["0123456789abcdef01234567"]}}"#);
        Source::parse(SourceName::parse("test").unwrap(), &json).unwrap().own_warnings()
    };
    let nothing: [String; 0] = [];
    assert_eq!(told(r#"{"key":["/id"],"otherwise":"event.occurred"}"#), [NAMES_NOTHING]);
    assert_eq!(told(r#"{"key":["/id"],"names":"state","otherwise":"event.occurred"}"#), nothing);
    assert_eq!(told(r#"{"otherwise":"event.occurred"}"#), nothing);
}

/// An operator may put a secret anywhere; what is said of it goes to the log.
#[test]
fn no_message_shows_a_secret_in_the_wrong_place() {
    let secrets = [
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "sk-0123456789abcdef",
        r##"whsec_a`, expected `b", expected whsec_c"##,
        "{whsec_MfKQ9r8GKYqr}",
        "{sk-0123456789abcdef",
    ];
    let whole = format!(
        r#"{{"scheme":{HMAC},"forms":false,"asset_hosts":["a.example.com"],"asset_life_seconds":1,
        "kept_headers":["x-event"],"about":{{"title":"Acme","confidence":"proven"}},
        "challenge":{{"when":[{{"at":"/a","present":true}}],"answer":"/a"}},
        "shape":[{{"subject":"/id","key":["/id"],"otherwise":"event.occurred","details":{{"media_implied":"3d",
            "work":{{"at":"/a","unit":"seconds"}},"time":[{{"at":"/a","unit":"seconds"}}],"assets":[{{"at":"/a"}}]}}}}],
        "poll":[{{"things":["job"],"method":"GET","url":"https://a.example.com/{{id}}","families":["a"],
            "headers":{{"authorization":"Bearer {{key}}"}},"answer":{{"webhook":[{{"set":"","from":""}}]}}}}]}}"#
    );
    let whole: Value = serde_json::from_str(&whole).unwrap();
    let parse = |scheme: &Value| {
        let secret = serde_json::json!({"scheme": scheme, "secrets": ["0123456789abcdef01234567"]}).to_string();
        Source::parse(SourceName::parse("test").unwrap(), &secret)
    };
    assert!(parse(&whole).is_ok());
    let mut refused = 0;
    for (place, name) in places(&whole, String::new()) {
        for secret in secrets {
            let mut as_value = whole.clone();
            *as_value.pointer_mut(&place).unwrap() = secret.into();
            let mut as_name = whole.clone();
            if let (Some(name), Some((above, _))) = (name.as_deref(), place.rsplit_once('/')) {
                let above = as_name.pointer_mut(above).and_then(Value::as_object_mut).unwrap();
                let moved = above.remove(name).unwrap();
                above.insert(secret.to_owned(), moved);
            }
            for scheme in [as_value, as_name] {
                let Err(error) = parse(&scheme) else { continue };
                let told = error.to_string();
                assert!(!told.contains("whsec_") && !told.contains("sk-"), "{place}: {told}");
                refused += 1;
            }
        }
    }
    assert!(refused > 200, "{refused}");
    for (scheme, told) in [
        (
            r#"{"kind":"hmac","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#,
            "`scheme.secret`: invalid type: string, expected a table with `strip_prefix` and `encoding`; the secret itself goes into `secrets`",
        ),
        (
            r#"{"kind":"basics"}"#,
            "`scheme.kind`: unknown variant `basics`, expected one of `url-token`, `static-token`, `basic`, `hmac`, `plain-hash`, `ed25519`, `ecdsa-p256`, `ecdsa-p256-raw`, `rsa-sha256`, `rsa-sha1`, `jwt`",
        ),
        (
            r#"{"kind":"HMAC-SHA256"}"#,
            "`scheme.kind`: unknown variant `HMAC-SHA256`, expected one of `url-token`, `static-token`, `basic`, `hmac`, `plain-hash`, `ed25519`, `ecdsa-p256`, `ecdsa-p256-raw`, `rsa-sha256`, `rsa-sha1`, `jwt`",
        ),
    ] {
        check_own(scheme, "", &format!("`scheme`: {told}"));
    }
}

/// What is said of a mistake names the field, and what could stand there.
#[test]
fn a_mistake_is_told_with_its_field() {
    let check_part = |part: &str, told: &str| {
        let json = format!(r#"{{"scheme":{{"scheme":{HMAC},{part}}},"secrets":["0123456789abcdef01234567"]}}"#);
        check(&json, &format!("`scheme`: {told}"));
    };
    let in_shape = |part: &str, told: &str| {
        check_part(&format!(r#""shape":[{{"otherwise":"event.occurred"}},{{{part}}}]"#), told);
    };
    in_shape(r#""when":7"#, "`shape[1].when`: invalid type: integer, expected a sequence");
    in_shape(
        r#""when":[{"at":"/a","equals":{}}]"#,
        "`shape[1].when[0].equals`: invalid type: map, expected a text, an integer or a boolean",
    );
    in_shape(
        r#""report":[{"at":"/a","equals":[["a"]],"is":"job.failed"}]"#,
        "`shape[1].report[0].equals[0]`: invalid type: sequence, expected a text, an integer or a boolean",
    );
    in_shape(
        r#""key":[7]"#,
        "`shape[1].key[0]`: a place, or a list of places of which the first that holds something is taken",
    );
    in_shape(
        r#""details":{"time":7}"#,
        "`shape[1].details.time`: a place, or a table with `at` and `unit`: seconds, milliseconds or rfc3339",
    );
    in_shape(
        r#""details":{"media_implied":"3D"}"#,
        "`shape[1].details.media_implied`: unknown variant `3D`, expected one of `image`, `video`, `audio`, `3d`, `text`, `other`",
    );
    in_shape(
        r#""keys":["/id"]"#,
        "`shape[1]`: unknown field `keys`, expected one of `name`, `when`, `when_any`, `subject`, `key`, `names`, `key_with_token`, `key_with_body`, `report`, `otherwise`, `details`",
    );
    check_part(r#""kept_headers":[7]"#, "`kept_headers[0]`: invalid type: integer, expected a string");
    check_part(
        r#""poll":[{"method":"PUT","url":"https://a.example.com/{id}"}]"#,
        "`poll[0].method`: unknown variant `PUT`, expected `GET` or `POST`",
    );
    check_own(
        &HMAC.replace("\"hex\"", "\"Base64\""),
        "",
        "`scheme`: `scheme.encoding`: unknown variant `Base64`, expected `hex` or `base64`",
    );
}

#[test]
fn a_description_may_change_a_few_fields_of_a_known_one() {
    let read = |scheme: &str| {
        let json = format!(r#"{{"scheme":{scheme},"secrets":["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}}"#);
        Source::parse(SourceName::parse("test").unwrap(), &json)
    };
    let known = Provider::StandardWebhooks.description().unwrap();
    let same = read(r#"{"extends":"standard-webhooks"}"#).unwrap();
    let found = same.sender.description();
    assert_eq!((&found.scheme, &found.shapes, &*found.name), (&known.scheme, &known.shapes, "custom"));
    let other = read(
        r#"{"extends":"standard-webhooks","scheme":{"id":"x-id","header":["x-signature"]},"shape":[{"otherwise":"event.occurred"}]}"#,
    );
    let other = other.unwrap();
    let (found, message) = (other.sender.description(), known.scheme.message());
    assert_eq!((found.scheme.message(), found.shapes.len()), (message, 1));
    assert_eq!(found.scheme.id_headers(), [HeaderName::parse("x-id").unwrap()]);
    for nobody in [r#""custom""#, r#""acme""#, "7"] {
        let error = read(&format!(r#"{{"extends":{nobody}}}"#)).unwrap_err().to_string();
        assert_eq!(error, "`scheme`: `extends` names no sender of the catalogue, which is in docs/providers");
    }
}

#[test]
fn a_description_one_level_too_flat_is_told_what_is_missing() {
    check(
        &format!(r#"{{"scheme":{HMAC},"secrets":["0123456789abcdef01234567"]}}"#),
        r#"`scheme`: it describes a sender, and has a `scheme` of its own for how that sender proves itself: write `"scheme": {"scheme": {"kind": ..}, "shape": [..]}`"#,
    );
    check(
        r#"{"scheme":{"header":"x-signature"},"secrets":["0123456789"]}"#,
        "`scheme`: unknown field `header`, expected one of `about`, `retries`, `scheme`, `challenge`, `success`, `kept_headers`, `unpack`, `forms`, `batch`, `retries_differ`, `asset_hosts`, `asset_life_seconds`, `shape`, `poll`",
    );
}

/// Every place below a value, as a pointer, with its name if it is a member.
fn places(value: &Value, at: String) -> Vec<(String, Option<String>)> {
    let below: Vec<(String, Option<String>, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (format!("{at}/{name}"), Some(name.clone()), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(n, value)| (format!("{at}/{n}"), None, value)).collect(),
        _ => Vec::new(),
    };
    below.into_iter().flat_map(|(at, name, value)| [vec![(at.clone(), name)], places(value, at)].concat()).collect()
}

/// Where only a part of a delivery is signed, asking the sender's API still means something.
#[test]
fn a_signature_that_leaves_the_body_out_is_no_reason_not_to_confirm() {
    let fields = r#","secrets":["0123456789abcdef01234567"],"confirm":true,"api_key":"sk-0123456789""#;
    let shown = "Proof(Signature { signing: in x-signature or x-old, keys: Mac(1 secrets) }), warnings: ";
    let no_effect = r#"["every delivery of this source is signed, so `confirm` has no effect"]"#;
    check_own(HMAC, fields, &format!("{shown}{no_effect}"));
    let nobody = r#"["`confirm` cannot work, since no way to ask this sender's API is known: the end of a job will be given up as unconfirmable; leave `confirm` out"]"#;
    check_own(&HMAC.replace("{body}", "{json:/id}"), fields, &format!("{shown}{nobody}"));
}

#[test]
fn debug_output_shows_no_secret() {
    let json = r#"{"provider":"glossi","secrets":["0123456789abcdef01234567"]}"#;
    let source = Source::parse(SourceName::parse("test").unwrap(), json).unwrap();
    assert!(!format!("{source:?}").contains("0123"));
}
