use super::*;

/// What makes sense: every test changes a part of it.
const SOUND: &str = r#"
    name = "acme"
    kept_headers = ["x-event"]
    asset_hosts = ["cdn.example.com", ".example.org"]

    [scheme]
    kind = "hmac"
    header = ["x-signature"]
    syntax = { form = "pairs", key = "v1", separator = "," }
    encoding = "hex"
    id = ["x-id"]
    timestamp = { at = { pair = "t" }, past_seconds = 300 }
    message = "{id}.{timestamp}.{body}"

    [[shape]]
    when = [{ at = ["/type", "header:x-event"], present = true }]
    subject = "/id"
    key = ["id"]
    otherwise = "job.progress"
    details.assets = [{ at = "/outputs/*/url" }]

    [[shape]]
    otherwise = "unrecognized"

    [[poll]]
    method = "POST"
    url = "https://api.example.com/v1/jobs"
    headers = { authorization = "Bearer {key}" }
    body = { ids = ["{id}"] }
"#;

/// What is said of a message without any of the body.
const NOTHING_OF_THE_BODY: &str =
    "`scheme.message` signs nothing of the body, so that one signature would prove any: put at least {body} into it";

/// What is said of an account that anybody could write.
const ACCOUNT_UNSIGNED: &str = "`scheme.account` is not signed where it stands: put {header:..} or {account} into `scheme.message`, with a fixed text between it and its neighbours, name a place of a body that is signed as a whole, or write `token-only`";

/// The sound description's time.
const PAIR: &str = r#"timestamp = { at = { pair = "t" }, past_seconds = 300 }"#;

/// Checks what is said of the sound description with `change` made to it: each `from => to` replaces what stands there.
fn check(changes: &[(&str, &str)], expected: &str) {
    let mut text = SOUND.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let told = match toml::from_str::<Description>(&text) {
        Err(error) => error.message().to_owned(),
        Ok(description) => description.check().map_or_else(|fault| fault.to_string(), |()| "sound".to_owned()),
    };
    assert_eq!(told, expected, "{changes:?}");
}

#[test]
fn a_plain_hash_ends_with_the_secret() {
    const NOT_LAST: &str = "`scheme.message` of a plain hash ends with {secret}, which stands there once: a hash with the secret before the rest protects nothing, since anybody could append to it";
    const SIGNED: &str =
        "`scheme.message` has {secret}, which is the key already: leave it out, or write `kind = \"plain-hash\"`";
    let check = |message: &str, more: &str, expected: &str| {
        let kind = format!("kind = \"plain-hash\"{more}");
        check(&[(r#"kind = "hmac""#, &kind), ("{id}.{timestamp}.{body}", message)], expected);
    };
    check("{id}{body}{timestamp}{secret}", "", "sound");
    check("{id}{body}{timestamp}{secret}", "\nsorted = true", "sound");
    check("{id}{timestamp}{secret}{body}", "", NOT_LAST);
    check("{secret}{id}{timestamp}{body}{secret}", "", NOT_LAST);
    check("{id}{timestamp}{body}", "", NOT_LAST);
    check("{id}{timestamp}{secret}", "", NOTHING_OF_THE_BODY);
    self::check(&[("{id}.{timestamp}.{body}", "{id}{timestamp}{body}{secret}")], SIGNED);
}

#[test]
fn what_makes_sense_is_taken() {
    check(&[], "sound");
    check(&[(r#"kept_headers = ["x-event"]"#, r#"kept_headers = ["X-Event", "x-request-id"]"#)], "sound");
}

#[test]
fn a_signature_must_be_found_and_say_something() {
    check(&[(r#""acme""#, r#""Acme Inc""#)], "`name` is lower-case letters, digits and hyphens, as the file is named");
    check(&[(r#"["x-signature"]"#, "[]")], "`scheme.header` names no header: say which one holds the signature");
    check(&[("{id}.{timestamp}.{body}", "secret")], NOTHING_OF_THE_BODY);
    check(&[("{id}.{timestamp}.{body}", "{header:date}"), (PAIR, "")], NOTHING_OF_THE_BODY);
    check(&[("{timestamp}.{body}", "{timestamp}")], NOTHING_OF_THE_BODY);
    check(&[(r#"id = ["x-id"]"#, "")], "`scheme.message` has {id}, and `scheme.id` does not say where that is");
    check(
        &[(r#"timestamp = { at = { pair = "t" }, past_seconds = 300 }"#, "")],
        "`scheme.message` has {timestamp}, and `scheme.timestamp` does not say where that is",
    );
    check(
        &[(r#"syntax = { form = "pairs", key = "v1", separator = "," }"#, "")],
        "`scheme.timestamp` is a `pair` of the signature's header, in which nothing has a key: give a `syntax` of pairs, a list or JSON",
    );
    check(
        &[(", past_seconds = 300", ""), ("{id}.{timestamp}.{body}", "{body}")],
        "`scheme.timestamp` limits nothing: give `past_seconds`, `future_seconds`, or leave it out",
    );
}

#[test]
fn events_are_told_apart_by_what_is_signed_where_the_body_is_not() {
    let otherwise = "shape 1 reads an id in other places, or in another order, than `scheme.message` signs it, so that one signature would prove any id: write the same places in the same order in `key`, `subject` and `job_id`";
    let unsigned = "shape 1 has a `key` of which `scheme.message` signs nothing, so that one signature would prove any id: put what is signed into `key`";
    let with = |message: &str, subject: &str, key: &str, expected: &str| {
        let changes = [("{id}.{timestamp}.{body}", message), (r#"subject = "/id""#, subject), (r#"key = ["id"]"#, key)];
        check(&changes, expected);
    };
    let signed = "{json:/a|/b}.{timestamp}";
    with(signed, r#"subject = ["/a", "/b"]"#, r#"key = [["/a", "/b"], "/state"]"#, "sound");
    with(signed, r#"subject = "/id""#, r#"key = [["/a", "/b"]]"#, "sound");
    with(signed, "", r#"key = [["/b", "/a"], "/state"]"#, otherwise);
    with(signed, "", r#"key = [["/a", "/b"], "/a"]"#, otherwise);
    with(signed, r#"subject = ["/b", "/a"]"#, r#"key = [["/a", "/b"]]"#, otherwise);
    with(signed, r#"details.job_id = "/b""#, r#"key = [["/a", "/b"]]"#, otherwise);
    with(signed, "", r#"key = ["/state"]"#, unsigned);
    with("{id}.{json:/time}.{timestamp}", "", r#"key = ["id"]"#, "sound");
    with("{json:/time}.{timestamp}", "", r#"key = ["id"]"#, unsigned);
    with(signed, "", "", "sound");
    with("{timestamp}.{body}", r#"subject = ["/b", "/a"]"#, r#"key = [["/b", "/a"]]"#, "sound");
}

#[test]
fn a_list_may_be_written_as_its_only_item() {
    for (list, item) in [
        (r#"header = ["x-signature"]"#, r#"header = "x-signature""#),
        (r#"id = ["x-id"]"#, r#"id = "x-id""#),
        (r#"key = ["id"]"#, r#"key = "id""#),
        (r#"kept_headers = ["x-event"]"#, r#"kept_headers = "x-event""#),
        (r#"{ pair = "t" }, past_seconds = 300"#, r#"{ header = "x-time" }, past_seconds = 300"#),
        ("present = true", r#"equals = "done""#),
        (
            r#"subject = "/id""#,
            r#"subject = "/id"
             details.time = "/at"
             details.job_type = { at = "/type", without_suffix = ".done" }
             details.error = { within = "/run", code = "/code" }"#,
        ),
        (
            r#"subject = "/id""#,
            r#"subject = "/id"
             details.time = { at = "/at", unit = "seconds" }"#,
        ),
    ] {
        check(&[(list, item)], "sound");
    }
}

#[test]
fn a_condition_compares_with_what_can_be_a_text() {
    for texts in ["true", "[true, 7, \"done\"]", "-1"] {
        check(&[("present = true", &format!("equals = {texts}"))], "sound");
    }
    let fraction = "a fraction is no text, so this would never hold: ask for another place";
    check(&[("present = true", "equals = 1.5")], fraction);
    check(&[("present = true", "starts_with = [\"a\", 0.5]")], fraction);
    let empty = "an empty string is no text, so this would never hold: write `present = false`";
    check(&[("present = true", "equals = [\"\"]")], empty);
}

#[test]
fn a_field_means_something_for_the_kind_that_it_stands_beside() {
    let with = |scheme: &str, expected: &str| {
        let description = format!("name = \"acme\"\n[scheme]\n{scheme}");
        let told = match toml::from_str::<Description>(&description) {
            Err(error) => error.message().to_owned(),
            Ok(description) => description.check().map_or_else(|fault| fault.to_string(), |()| "sound".to_owned()),
        };
        assert_eq!(told, expected, "{scheme}");
    };
    let unfit =
        |field: &str| format!("`{field}` means nothing for this `kind`: leave it out, or take the kind that has it");
    with(r#"kind = "url-token""#, "sound");
    with("kind = \"url-token\"\nheader = [\"x-token\"]", &unfit("header"));
    with("kind = \"basic\"\nheader = \"x-token\"", &unfit("header"));
    with("kind = \"static-token\"\nencoding = \"hex\"", &unfit("encoding"));
    with("kind = \"hmac\"\nkeys = { from = \"operator\" }", &unfit("keys"));
    with("kind = \"static-token\"\nheader = [\"x-a\", \"x-b\"]", "a token stands in one `header`: name that one");
    with(r#"kind = "hmac""#, "missing field `header`");
    check(
        &[(r#", separator = ",""#, "")],
        "each `form` has its own fields: `plain` none, `prefix` a `prefix`, `pairs` a `key`, a `separator` and maybe `between_lists`, `list` a `separator` and the position of the `first` signature, `json` a `key`, `versions` a `version`",
    );
}

#[test]
fn a_form_is_signed_with_its_url() {
    let not_signed = "`scheme.message` has {form} without {url}: a body that is no form is signed by its digest in the URL alone, so write {url}{form}, or {body} if the sender signs the body's bytes";
    check(&[("{timestamp}.{body}", "{timestamp}.{form}")], not_signed);
    check(&[("{timestamp}.{body}", "{timestamp}.{url}{form}")], "sound");
}

#[test]
fn a_time_is_signed_or_said_not_to_be() {
    let not_signed = "`scheme.timestamp` is not signed, so anybody could write another: put {timestamp} into `scheme.message` if the sender signs it, or write `unsigned = true` beside its limits";
    let with = |at: &str, message: &str, expected: &str| {
        check(&[(r#"{ pair = "t" }"#, at), ("{id}.{timestamp}.{body}", message)], expected);
    };
    for (at, message) in [
        (r#"{ pair = "t" }"#, "{id}.{body}"),
        (r#"{ header = ["x-time"] }"#, "{id}.{body}"),
        (r#"{ header = ["x-time", "x-old-time"] }"#, "{id}.{header:x-time}.{body}"),
        (r#"{ json = "/time" }"#, "{id}.{json:/id}"),
        (r#"{ json = "/time" }"#, "{id}.{json:/event|/time}"),
    ] {
        with(at, message, not_signed);
        with(&format!("{at}, unsigned = true"), message, "sound");
    }
    for (at, message) in [
        (r#"{ pair = "t" }"#, "{id}.{timestamp}.{body}"),
        (r#"{ header = ["x-time"] }"#, "{id}.{header:x-time}.{body}"),
        (r#"{ json = "/time" }"#, "{id}.{body}"),
        (r#"{ json = "/time" }"#, "{id}.{json:/time}"),
    ] {
        with(at, message, "sound");
        with(&format!("{at}, unsigned = true"), message, "`scheme.timestamp` is signed: leave `unsigned` out");
    }
}

#[test]
fn published_keys_come_from_known_hosts_and_do_not_live_on() {
    let with = |keys: &'static str, expected: &str| {
        let keys = format!("kind = \"ed25519\"\n    account = \"/account\"\n    keys = {{ from = \"jwks\", {keys} }}");
        check(&[(r#"kind = "hmac""#, &keys)], expected);
    };
    with(r#"url = "https://a.example.com/keys", hosts = ["a.example.com"], ttl_seconds = 86400"#, "sound");
    for keys in [
        r#"url = "http://a.example.com/keys", hosts = ["a.example.com"], ttl_seconds = 60"#,
        r#"url = "https://b.example.com/keys", hosts = ["a.example.com"], ttl_seconds = 60"#,
    ] {
        with(keys, "`scheme.keys`: a key set comes by https from one of `hosts`, which must name the host of `url`");
    }
    for keys in [
        r#"url = "https://a.example.com/keys", hosts = ["a.example.com"], ttl_seconds = 0"#,
        r#"url = "https://a.example.com/keys", hosts = ["a.example.com"], ttl_seconds = 86401"#,
    ] {
        with(
            keys,
            "`scheme.keys.ttl_seconds` is from 1 to 86400: a key that the sender takes back must not live on for longer",
        );
    }
}

#[test]
fn keys_of_all_customers_come_with_a_signed_account_or_say_that_there_is_none() {
    const JWKS: &str =
        r#"from = "jwks", url = "https://a.example.com/keys", hosts = ["a.example.com"], ttl_seconds = 60"#;
    let with = |keys: &str, account: &str, message: &str, expected: &str| {
        let scheme = format!("kind = \"ed25519\"\n    keys = {{ {keys} }}\n    {account}");
        check(&[(r#"kind = "hmac""#, &scheme), ("{id}.{timestamp}.{body}", message)], expected);
    };
    let missing = "`scheme.account` is missing: a sender's own keys sign for all of the sender's customers, so say which signed place names the account, such as `header:x-account` or `/account/id`, or write `token-only` if none does";
    let signed = "{timestamp}.{header:x-account}.{body}";
    with(JWKS, "", signed, missing);
    with(r#"from = "operator""#, "", signed, "sound");
    for keys in [JWKS, r#"from = "operator""#] {
        for (account, message) in [
            ("token-only", signed),
            ("header:x-account", signed),
            ("header:X-Account", "{timestamp}.{body_sha256}.{header:x-account}"),
            ("/account/id", signed),
            ("/account/id", "{timestamp}.{body_sha256}"),
        ] {
            with(keys, &format!(r#"account = "{account}""#), message, "sound");
        }
        for (account, message) in [
            ("header:x-account", "{timestamp}.{body}"),
            ("header:x-account", "{timestamp}.{header:x-account}{body}"),
            ("header:x-account", "{timestamp}{header:x-account}.{body}"),
            ("/account/id", "{timestamp}.{json:/id}"),
            ("/accounts/*/id", signed),
            ("id", signed),
        ] {
            with(keys, &format!(r#"account = "{account}""#), message, ACCOUNT_UNSIGNED);
        }
    }
}

#[test]
fn what_is_read_is_kept_and_no_credential_is() {
    let not_kept = "a shape reads the header `x-event`, which is not kept with an event: add it to `kept_headers`";
    check(&[(r#"kept_headers = ["x-event"]"#, "")], not_kept);
    let in_details = r#"details.job_type = ["header:x-kind"]"#;
    check(
        &[(r#"otherwise = "unrecognized""#, &format!("otherwise = \"unrecognized\"\n    {in_details}"))],
        "a shape reads the header `x-kind`, which is not kept with an event: add it to `kept_headers`",
    );
    for name in ["x-signature", "authorization", "cookie"] {
        check(
            &[(r#"["x-event"]"#, &format!(r#"["x-event", "{name}"]"#))],
            &format!(
                "`kept_headers` holds `{name}`, which proves who somebody is: leave it out, since what is kept can be read by others"
            ),
        );
    }
    check(
        &[(r#"id = ["x-id"]"#, ""), ("{id}.{timestamp}", "{timestamp}")],
        "a shape reads `id`, and `scheme.id` does not say in which header the delivery's id is",
    );
}

#[test]
fn shapes_are_reached_and_say_which_member_they_mean() {
    let wildcard = "`*` stands for every member only in `assets`: name the one that is meant";
    check(&[(r#"subject = "/id""#, r#"subject = "/jobs/*/id""#)], wildcard);
    check(&[(r#"details.assets = "#, "details.error.within = [\"/errors/*\"]\n    details.assets = ")], wildcard);
    check(
        &[(r#"when = [{ at = ["/type", "header:x-event"], present = true }]"#, "")],
        "shape 2 is never reached: the one before it has no condition",
    );
    check(&[(r#"otherwise = "unrecognized""#, "")], "shape 2 reports nothing: give `report` rules, or `otherwise`");
    let many: Vec<String> = (0..=HEAD_POINTERS_MAX).map(|number| format!("\"/{number}\"")).collect();
    check(
        &[(r#"subject = "/id""#, &format!("subject = [{}]", many.join(",")))],
        "the shapes look at more than 64 places of the body in `when`, `when_any`, `subject`, `key` and `report`: leave some out",
    );
    for host in ["https://cdn.example.com", "10.0.0.1", ".0.0.1"] {
        check(
            &[("cdn.example.com", host)],
            "`asset_hosts` holds something that is not a host name: write `cdn.example.com`, or `.example.com` for all below",
        );
    }
}

#[test]
fn questions_name_what_they_are_about() {
    check(&[(r#""POST""#, r#""GET""#)], "poll 1 sends a body with GET: write `method = \"POST\"`, or leave `body` out");
    check(
        &[(r#"["{id}"]"#, r#"["all"]"#)],
        "poll 1 asks about nothing: put {id} into `url` or `body`, or a {/pointer} if the body is signed",
    );
    check(
        &[("Bearer {key}", "{/id}")],
        "poll 1 fills a header with what a delivery says: only {key}, {jwt} and plain texts may stand there",
    );
}

#[test]
fn what_cannot_be_read_is_told_with_what_to_write() {
    check(
        &[("present = true", "")],
        "a condition asks one thing of its places: give one of `equals`, `not_equals`, `starts_with`, `ends_with`, `contains`, `present`, `object` and `uuid = true`",
    );
    check(
        &[("at = [\"/type\", \"header:x-event\"], ", "")],
        "a condition says which places it asks about: give `at`, or `first_of` if only the first of them that has a text is meant",
    );
    check(
        &[("job.progress", "job.paused")],
        "a report is `{thing}.{status}`: job, training, workflow, model or project with created, progress, completed or failed; or `event.occurred`",
    );
    check(
        &[(r#"{ at = "/outputs/*/url" }"#, r#"{ at = "/a", walk = "/b" }"#)],
        "a rule for assets gives one place: `at` (with a `role`, and with `in_text` for what is JSON in a text), `members`, `walk`, `fields` (with `into`, `also`, `except`)",
    );
    check(
        &[(r#"{ at = "/outputs/*/url" }"#, r#"{ at = "/a", first_of = [{ at = "/b" }] }"#)],
        "a rule for assets gives one place, or several of them in `first_of`, not both",
    );
    check(
        &[("https://api.example.com/v1/jobs", "http://api.example.com/v1/jobs")],
        "a poll's `url` is `https://`, the name of a host, and segments that are plain, {id}, {family}, {family_path} or {/pointer} as a whole, such as `https://api.example.com/v1/jobs/{id}`, and perhaps a query whose values are plain, {id}, {family} or {/pointer}, such as `?job={id}`: the key goes into a header or the body",
    );
    check(
        &[("message = \"{id}", "message = \"{it}")],
        "`it` is unknown in a message: write {body}, {body_sha256}, {timestamp}, {id}, {header:x-name}, {query:name}, {json:/pointer}, {url}, {path}, {form}, {lines:/one,/other?}, {body_crc32}, {account} or, at the end of a plain hash, {secret}",
    );
    check(
        &[("subject = \"/id\"", "subject = \"data.id\"")],
        "a place is a JSON pointer that begins with a slash, such as `/data/id`, or `header:x-name`, or `id` for the delivery's id, or `query:name` where the URL is looked at",
    );
}

#[test]
fn a_challenge_is_guarded() {
    let with = |challenge: &str, expected: &str| {
        check(&[("[[poll]]", &format!("[[challenge]]\n{challenge}\n[[poll]]"))], expected);
    };
    let when = r#"when = [{ at = "query:mode", present = true }]"#;
    with(&format!("{when}\nunsigned = true\nmethod = \"GET\"\nanswer = \"query:challenge\""), "sound");
    with(&format!("{when}\nanswer.json = {{ a = \"{{hmac_hex:/a}}\", b = 1 }}"), "sound");
    with(
        &format!("{when}\nmethod = \"GET\"\nanswer = \"query:challenge\""),
        "a challenge with `method = \"GET\"` is never signed: write `unsigned = true` beside it",
    );
    with(
        &format!("{when}\nmethod = \"GET\"\nunsigned = true\nanswer = \"/challenge\""),
        "a challenge with `method = \"GET\"` has no body: read `query:name` or `header:x-name`",
    );
    with(
        &format!("{when}\ntoken = \"query:t\"\nanswer = \"/challenge\""),
        "`challenge.token` guards what is not signed: leave it out, or write `unsigned = true` if the sender signs no challenge",
    );
    with(
        &format!("{when}\nanswer = \"header:authorization\""),
        "a challenge reads the header `authorization`, which proves who somebody is: leave it out",
    );
    with(
        &format!("{when}\nanswer = \"header:x-signature\""),
        "a challenge reads the header `x-signature`, which proves who somebody is: leave it out",
    );
    with(
        &format!("{when}\nanswer = \"id\""),
        "a challenge reads `id`: name the header instead, such as `header:webhook-id`",
    );
    with(
        &format!("{when}\nanswer = \"/a/*\""),
        "`*` stands for every member only in `assets`: name the one that is meant",
    );
    with(
        &format!("{when}\nanswer.headers = {{ set-cookie = \"{{/a}}\" }}"),
        "`challenge.answer.headers` sets `set-cookie`: only headers that begin with `x-` can be asked for",
    );
    with(
        &format!("{when}\nanswer = {{ status = 401 }}"),
        "`challenge.answer.status` is no success: write one from 200 to 299",
    );
    with(
        "when = []\nanswer = \"/a\"",
        "`challenge.when` is empty, so no delivery would ever be an event: say how a challenge is known",
    );
}

#[test]
fn a_proof_stands_in_one_place() {
    let two = "the proof stands in one place: give `header`, or `any_header` if each of several may hold it, or `at` with a place of the body or `query:name`";
    let header = r#"header = ["x-signature"]"#;
    let pairs = (r#"syntax = { form = "pairs", key = "v1", separator = "," }"#, "");
    let no_pair = (PAIR, "");
    let message = |message: &'static str| ("{id}.{timestamp}.{body}", message);
    check(&[(header, r#"any_header = ["x-one", "x-two"]"#), pairs, no_pair, message("{body}")], "sound");
    check(&[(header, r#"at = "query:signature""#), pairs, no_pair, message("{query:user}{body}")], "sound");
    check(&[(header, r#"at = "/signature""#), pairs, no_pair, message("{id}{json:/token}")], "sound");
    check(&[(header, "header = \"x-a\"\nat = \"/signature\"")], two);
    check(&[(header, r#"at = "header:x-a""#)], two);
    check(
        &[(header, r#"at = "/signature""#), pairs, no_pair, message("{body}")],
        "`scheme.at` is a place of the body and `scheme.message` has the whole body, which cannot hold its own signature: write the fields that are signed, such as {json:/id}",
    );
    check(
        &[(header, r#"any_header = ["x-one"]"#)],
        "`scheme.syntax`: a list of signatures stands in one header: give `header`",
    );
    check(
        &[("\"/id\"\n    key", "\"query:id\"\n    key")],
        "a shape reads the URL's query, which is not kept with an event: only a challenge or the scheme can read it",
    );
}

#[test]
fn each_syntax_can_be_read() {
    const PAIRS: &str = r#"{ form = "pairs", key = "v1", separator = "," }"#;
    let with = |syntax: &str, pair: &str, expected: &str| {
        check(&[(PAIRS, syntax), ("pair = \"t\"", &format!("pair = \"{pair}\""))], expected);
    };
    with(r#"{ form = "pairs", key = "v1", separator = ",", between_lists = " " }"#, "t", "sound");
    with(r#"{ form = "list", separator = ",", first = 2 }"#, "1", "sound");
    with(r#"{ form = "json", key = "signature" }"#, "timestamp", "sound");
    let no_list = "`scheme.syntax`: pairs are `key=value`: give a `key`, a `separator` such as `,` between them, and if several lists stand there another character as `between_lists`";
    with(r#"{ form = "pairs", key = "v1", separator = ",", between_lists = "," }"#, "t", no_list);
    with(r#"{ form = "pairs", key = "v1", separator = "=" }"#, "t", no_list);
    let no_position = "`scheme.syntax`: the positions of a list begin with 1: give that of the `first` signature";
    with(r#"{ form = "list", separator = ",", first = 0 }"#, "1", no_position);
    let behind = "`scheme.syntax`: what follows the first signature of a list are signatures: the timestamp's position, from 1, is before it";
    with(r#"{ form = "list", separator = ",", first = 2 }"#, "2", behind);
    with(r#"{ form = "list", separator = ",", first = 2 }"#, "t", behind);
    let no_key = "`scheme.syntax`: `key` is the name of the member that holds the signature";
    with(r#"{ form = "json", key = "" }"#, "timestamp", no_key);
    let no_pair = "`scheme.timestamp` is a `pair` of the signature's header, in which nothing has a key: give a `syntax` of pairs, a list or JSON";
    with(r#"{ form = "versions", version = "v1" }"#, "t", no_pair);
}

#[test]
fn a_success_is_one() {
    let with = |success: &str, expected: &str| {
        check(&[("name = \"acme\"", &format!("name = \"acme\"\nsuccess = {success}"))], expected);
    };
    with("{ status = 202 }", "sound");
    with("{ text = \"[accepted]\" }", "sound");
    with("{ status = 302 }", "`success.status` is no success: write one from 200 to 299");
    with(
        "{ status = 204, text = \"x\" }",
        "`success` has a text with the status 204, which has no body: leave `text` out",
    );
}

#[test]
fn a_poll_asks_about_one_thing_in_a_place_that_the_operator_can_foresee() {
    let with = |url: &str, fields: &str, expected: &str| {
        let written = format!("url = \"https://api.example.com/{url}\"\n{fields}");
        check(&[("url = \"https://api.example.com/v1/jobs\"", &written)], expected);
    };
    let sound = "sound";
    with("v1/{family}/jobs?id={id}&kind=full", "families = [\"video\", \"text-to-3d\"]", sound);
    with("{family_path}/jobs", "", sound);
    with(
        "{family_path}/jobs",
        "families = [\"video\"]",
        "poll 1 has `families` beside {family_path}, of which each source has its own list: leave one out",
    );
    with(
        "v1/{family}",
        "families = [\"a/b\"]",
        "poll 1 has one of `families` that no source can name: write lower-case letters, digits, `-` and `_`",
    );
    let in_body = "poll 1 has {jwt} or {family_path} in `body`: a token goes into `headers`, a path into `url`";
    check(&[(r#"["{id}"]"#, r#"["{id}", "{jwt}"]"#)], in_body);
    check(&[(r#"["{id}"]"#, r#"["{id}", "{family_path}"]"#)], in_body);
    check(&[("Bearer {key}", "Bearer {jwt}")], sound);
    check(&[("[\"{id}\"]", "\"{/job/id}\"")], sound);
    let leaves_body_out = ("{timestamp}.{body}", "{timestamp}.{json:/id}");
    let key = ("key = [\"id\"]", "key = [\"/id\"]");
    check(
        &[leaves_body_out, key, ("[\"{id}\"]", "\"{/job/id}\"")],
        "poll 1 asks about nothing: put {id} into `url` or `body`, or a {/pointer} if the body is signed",
    );
}

#[test]
fn an_answer_is_read_as_a_webhook() {
    let answer = |rules: &str, expected: &str| {
        check(&[("body = { ids", &format!("answer.{rules}\n    body = {{ ids"))], expected);
    };
    answer(r#"failed = { statuses = [400, 422], webhook = [{ set = "/id", id = true }] }"#, "sound");
    for statuses in ["", "200", "404", "401", "429", "500"] {
        answer(
            &format!(r#"failed = {{ statuses = [{statuses}], webhook = [{{ set = "/id", id = true }}] }}"#),
            "poll 1 has `answer.failed.statuses` that do not tell of a failed job: write some from 400 to 499, without 401, 403, 404, 408 and 429",
        );
    }
    answer(
        "failed = { statuses = [422], webhook = [] }",
        "poll 1 has no `answer.failed.webhook`: say how the webhook of a failed job is made",
    );
    let mapping = "say what is put there: `to` or `id = true` alone, or `from` alone or with one of `or_id = true`, `prefix`, and `words`, with `otherwise` for all others";
    answer(r#"webhook = [{ set = "/a", from = "/b", words = { x = "y" } }]"#, "sound");
    for written in [
        "{ set = \"/a\" }",
        "{ set = \"/a\", id = true, from = \"/b\" }",
        "{ set = \"/a\", id = true, to = \"b\" }",
        "{ set = \"/a\", from = \"/b\", otherwise = \"c\" }",
        "{ set = \"/a\", from = \"/b\", words = {} }",
    ] {
        answer(&format!("webhook = [{written}]"), mapping);
    }
}

#[test]
fn a_senders_own_key_is_one() {
    let with = |keys: &str, expected: &str| {
        let keys =
            format!("kind = \"ecdsa-p256\"\n    keys = {{ from = \"sender\", {keys} }}\n    account = \"/account\"");
        check(&[(r#"kind = "hmac""#, &keys)], expected);
    };
    let point = format!("04{}", "6b".repeat(64));
    with(&format!(r#"encoding = "hex", public_keys = "{point}""#), "sound");
    with(
        &format!(r#"encoding = "hex", public_keys = "02{}""#, "6b".repeat(32)),
        "`scheme.keys.public_keys`: a public key of this sender is one of ECDSA over P-256, as PEM, or as its DER or its point of 65 bytes in hex",
    );
    with("public_keys = []", "`scheme.keys.public_keys` is empty: write the sender's key, or `from = \"operator\"`");
    with(
        r#"public_keys = "a", ttl_seconds = 7"#,
        "keys `from = \"operator\"` have nothing but a `strip_prefix` and an `encoding`, those `from = \"sender\"` have `public_keys` and an `encoding`, those `from = \"jwks\"` have `url`, `hosts` and `ttl_seconds`, and those `from = \"certificate\"` have `at`, `hosts`, `path` and `ttl_seconds`",
    );
    check(
        &[(
            r#"kind = "hmac""#,
            "kind = \"rsa-sha256\"\n    keys = { from = \"operator\" }\n    account = \"claim:sub\"",
        )],
        "`scheme.account` is a claim, and this `kind` has no token: name a signed place, or write `token-only`",
    );
}

#[test]
fn a_token_is_somebodys() {
    let with = |fields: &str, expected: &str| {
        let text = format!("name = \"acme\"\n[scheme]\nkind = \"jwt\"\nheader = \"x-token\"\n{fields}");
        let said = match toml::from_str::<Description>(&text) {
            Err(error) => error.message().to_owned(),
            Ok(description) => description.check().map_or_else(|fault| fault.to_string(), |()| "sound".to_owned()),
        };
        assert_eq!(said, expected, "{fields}");
    };
    let hs256 = r#"algorithm = "HS256""#;
    let published =
        r#"keys = { from = "jwks", url = "https://a.example.com/k", hosts = "a.example.com", ttl_seconds = 60 }"#;
    let hash = r#"body_hash = { claim = "sha256", encoding = "hex" }"#;
    with(&format!("{hs256}\nissuer = \"acme\"\n{hash}"), "sound");
    with(&format!("{hs256}\naccount = \"claim:iss\""), "sound");
    with(&format!("algorithm = \"ES256\"\n{published}\nissuer = \"acme\"\naccount = \"/id\"\n{hash}"), "sound");
    let no_issuer = "`scheme.issuer` is missing, so that it is not said whose token it is: write the text of its `iss`, or a claim that names your account as `account`, such as `claim:iss`";
    with(&format!("{hs256}\n{hash}"), no_issuer);
    let unfit = "`HS256` is made with a `secret`, `ES256` and `RS256` with `keys`: give the one that fits";
    with(&format!("{hs256}\n{published}\nissuer = \"acme\""), unfit);
    with("algorithm = \"RS256\"\nissuer = \"acme\"", unfit);
    with("algorithm = \"none\"", "unknown variant `none`, expected one of `HS256`, `ES256`, `RS256`");
    with("issuer = \"acme\"", "missing field `algorithm`");
    with(
        &format!("{hs256}\nmessage = \"{{body}}\""),
        "`message` means nothing for this `kind`: leave it out, or take the kind that has it",
    );
    let account = "`scheme.account` is missing: a sender's own keys sign for all of the sender's customers, so say which signed place names the account, such as `header:x-account` or `/account/id`, or write `token-only` if none does";
    with(&format!("algorithm = \"RS256\"\n{published}\nissuer = \"acme\""), account);
    with(&format!("{hs256}\nissuer = \"acme\"\naccount = \"/id\""), ACCOUNT_UNSIGNED);
    with(&format!("{hs256}\nissuer = \"acme\"\naccount = \"header:x-a\"\n{hash}"), ACCOUNT_UNSIGNED);
}

#[test]
fn events_of_one_delivery_are_told_apart_by_their_items() {
    let batch = |items: &str| format!("[batch]\n    items = \"{items}\"\n\n    [scheme]");
    let keys_of_headers = "`shape` 1 has a `key` of headers alone, which all events of a delivery have in common: add a place of the item, or `key_with_body = true`";
    check(&[("[scheme]", &batch("/events"))], keys_of_headers);
    check(&[("[scheme]", &batch("/events")), (r#"key = ["id"]"#, r#"key = [["/id", "id"]]"#)], keys_of_headers);
    for key in [r#"key = ["id", "/id"]"#, "key = [\"id\"]\n    key_with_body = true", "key = []"] {
        check(&[("[scheme]", &batch("")), (r#"key = ["id"]"#, key)], "sound");
    }
    let key = (r#"key = ["id"]"#, r#"key = ["/id"]"#);
    check(&[("[scheme]", &batch("/events/*/changes")), key], "sound");
    check(
        &[("[scheme]", "[batch]\n    items = []\n\n    [scheme]"), key],
        "`batch.items` names no list: write the place of one, such as `/events`, or `\"\"` if the body is it",
    );
    let unsigned = "`batch` needs a proof of the whole body or one in each item, and `scheme` signs single fields of the body by a header: leave `batch` out";
    check(&[("[scheme]", &batch("/events")), key, ("{body}", "{json:/id}")], unsigned);
}

/// A sender whose deliveries name a certificate, and sign lines of the body.
const CERTIFIED: (&str, &str) = (
    r#"kind = "hmac""#,
    r#"kind = "rsa-sha256"
    keys = { from = "certificate", at = "header:x-cert", hosts = "sns.{region}.example.com", path = "/{name}.pem", ttl_seconds = 60 }
    account = "/topic""#,
);

#[test]
fn a_certificate_comes_from_the_sender() {
    check(&[CERTIFIED], "sound");
    let address = "`scheme.keys`: a certificate comes from one of `hosts`, in which `{region}` may stand for a region of AWS, and has a `path`, in which `{name}` stands for letters, digits, `-` and `_`";
    let place = "`scheme.keys.at` is where a delivery names its certificate: a header, or a place of the body";
    for (from, to, expected) in [
        ("sns.{region}.example.com", ".example.com", address),
        ("sns.{region}.example.com", "*.example.com", address),
        ("sns.{region}.example.com", "https://sns.example.com", address),
        ("/{name}.pem", "{name}.pem", address),
        ("/{name}.pem", "/{name}.pem?at={name}", address),
        ("/{name}.pem", "/*", address),
        ("header:x-cert", "query:cert", place),
        ("header:x-cert", "/certs/*", "`*` stands for every member only in `assets`: name the one that is meant"),
        (
            "ttl_seconds = 60",
            "ttl_seconds = 86401",
            "`scheme.keys.ttl_seconds` is from 1 to 86400: a key that the sender takes back must not live on for longer",
        ),
        (
            "rsa-sha256",
            "ed25519",
            "`scheme.keys` are of a certificate, and this `kind` has none: write `ecdsa-p256` or `rsa-sha256`",
        ),
    ] {
        check(&[(CERTIFIED.0, &CERTIFIED.1.replace(from, to))], expected);
    }
}

#[test]
fn lines_can_be_told_apart() {
    let lines = "`scheme.message` with {lines:..} is that alone: of places with different names, of which the first two are always there";
    let key = ("key = [\"id\"]", "key = [\"/id\"]");
    let id = ("id = [\"x-id\"]", "");
    let pair = (PAIR, "");
    for (message, expected) in [
        ("{lines:/text,/id,/more?,/topic}", "sound"),
        ("{lines:/text,/id?,/topic}", lines),
        ("{lines:/text?,/id,/topic}", lines),
        ("{lines:/id}", lines),
        ("{lines:/text,/id,/a/topic,/topic}", lines),
        ("{lines:/text,/id,/list/*,/topic}", lines),
        ("v1:{lines:/text,/id,/topic}", lines),
    ] {
        check(&[CERTIFIED, key, id, pair, ("{id}.{timestamp}.{body}", message)], expected);
    }
    for message in ["{lines:/topic,/id,/more}", "{lines:/text,/id,/topic?}"] {
        check(&[CERTIFIED, key, id, pair, ("{id}.{timestamp}.{body}", message)], ACCOUNT_UNSIGNED);
    }
}

#[test]
fn an_account_is_part_of_the_message_if_it_is_said_to_be() {
    let both = "`scheme.account` is `in-message` where {account} stands in `scheme.message` of a sender with keys of its own, and only there";
    let in_message = CERTIFIED.1.replace("/topic", "in-message");
    let message = ("{id}.{timestamp}.{body}", "{id}.{timestamp}.{account}.{body}");
    check(&[(CERTIFIED.0, &in_message), message], "sound");
    for message in ["{id}{account}.{timestamp}.{body}", "{id}.{timestamp}.{account}{body}"] {
        check(&[(CERTIFIED.0, &in_message), ("{id}.{timestamp}.{body}", message)], ACCOUNT_UNSIGNED);
    }
    check(&[(CERTIFIED.0, &in_message)], both);
    check(&[CERTIFIED, message], both);
    check(&[message], both);
}
