use super::*;

const SECRET: &str = "new-secret-0123456789abcdef";

fn signing(message: &str) -> Source {
    let unsigned = !message.contains("{timestamp}");
    let scheme = format!(
        r#"{{"kind":"hmac","header":["x-signature"],"encoding":"hex","id":["webhook-id","svix-id"],"message":"{message}",
            "timestamp":{{"at":{{"header":["x-time"]}},"past_seconds":300,"unsigned":{unsigned}}}}}"#
    );
    described(&scheme, &format!(r#""secrets":["{SECRET}"]"#))
}

/// Checks a delivery with `headers` and `body` whose signature is over `message`.
fn check(source: &Source, headers: &[(&str, &str)], body: &str, message: &str, expected: &str) {
    let signature = hex(SECRET, message);
    let time = NOW.to_string();
    let headers = [headers, &[("x-signature", &*signature), ("x-time", &time)]].concat();
    check_proof(source, &headers, body, expected);
}

#[test]
fn what_is_signed_is_put_together_from_what_was_sent() {
    let source = signing("v0:{timestamp}:{id}\\n{header:x-user}:{body}");
    let headers = [("webhook-id", "msg_1"), ("X-User", "user 1")];
    check(&source, &headers, "body", "v0:1700000000:msg_1\nuser 1:body", "signature");
    check(&source, &headers, "bodz", "v0:1700000000:msg_1\nuser 1:body", "signature_wrong");
    check(
        &source,
        &[("webhook-id", "msg_2"), ("x-user", "user 1")],
        "body",
        "v0:1700000000:msg_1\nuser 1:body",
        "signature_wrong",
    );
    check(&source, &headers[..1], "body", "", "header_missing");
    check(&source, &[headers[0], ("x-user", "a,b")], "body", "", "header_doubled");
    check(&source, &headers[1..], "body", "", "id_missing");
    check(&source, &[("webhook-id", "a,b"), headers[1]], "body", "", "id_doubled");
}

#[test]
fn an_id_is_in_the_first_of_its_headers_that_is_there() {
    let source = signing("{id}.{body}");
    check(&source, &[("svix-id", "msg_1")], "body", "msg_1.body", "signature");
    check(&source, &[("svix-id", "msg_1"), ("webhook-id", "msg_2")], "body", "msg_2.body", "signature");
    check(&source, &[("svix-id", "msg_1"), ("webhook-id", "msg_2")], "body", "msg_1.body", "signature_wrong");
}

#[test]
fn a_bodys_digest_stands_for_it() {
    // printf %s body | sha256sum
    let digest = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
    check(&signing("{body_sha256}"), &[], "body", digest, "signature");
    check(&signing("{body_sha256}"), &[], "bodz", digest, "signature_wrong");
}

/// A signature that leaves the body out says nothing of it.
#[test]
fn fields_of_a_body_do_not_stand_for_it() {
    let source = signing("{json:/data/id}.{timestamp}");
    check(&source, &[], r#"{"data":{"id":"task_1"}}"#, "task_1.1700000000", "token");
    check(&source, &[], r#"{"data":{"id":"task_1"},"more":1}"#, "task_1.1700000000", "token");
    check(&source, &[], r#"{"data":{"id":10000000000000000000}}"#, "10000000000000000000.1700000000", "token");
    check(&source, &[], r#"{"data":{"id":"task_2"}}"#, "task_1.1700000000", "signature_wrong");
    let either = signing("{json:/task_id|/data/id}.{timestamp}");
    check(&either, &[], r#"{"data":{"id":"task_1"}}"#, "task_1.1700000000", "token");
    check(&either, &[], r#"{"data":{"id":"task_1"},"task_id":"task_2"}"#, "task_2.1700000000", "token");
    for body in [
        r#"{"data":{}}"#,
        r#"{"data":{"id":null}}"#,
        r#"{"data":{"id":1.0}}"#,
        "body",
        r#"{"data":{"id":"a","id":"b"}}"#,
    ] {
        check(&source, &[], body, "task_1.1700000000", "field_missing");
    }
}

/// The example that Twilio's documentation had for years, but for its secret, which is too short for us.
#[test]
fn a_url_and_a_form_are_signed_together() {
    let source = |public_url: &str| {
        described(
            r#"{"kind":"hmac","hash":"sha1","header":["x-twilio-signature"],"encoding":"base64","message":"{url}{form}"}"#,
            &format!(r#""secrets":["1234512345"]{public_url}"#),
        )
    };
    let check = |source: &Source, url: RequestUrl, headers: &[(&str, &str)], body: &str, expected: &str| {
        check_verdict(source, Delivery { url, ..delivery(None, headers, body) }, expected);
    };
    let url = |query: &str| RequestUrl {
        host: "mycompany.com".to_owned(),
        path: "/myapp.php".to_owned(),
        query: query.to_owned(),
    };
    let form = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let body = "To=%2B18005551212&CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309";
    let genuine = [("X-Twilio-Signature", "OtZQR1jijeVJmhZSZ3m/5jpww78="), form];
    check(&source(""), url("foo=1&bar=2"), &genuine, body, "signature");
    check(&source(""), url("foo=1&bar=2"), &genuine, &body.replace('4', "5"), "signature_wrong");
    check(&source(""), url("foo=1&bar=3"), &genuine, body, "signature_wrong");
    let behind = RequestUrl { host: "id.lambda-url.on.aws".to_owned(), ..url("foo=1&bar=2") };
    check(&source(""), behind.clone(), &genuine, body, "signature_wrong");
    check(&source(r#","public_url":"https://mycompany.com""#), behind.clone(), &genuine, body, "signature");
    check(&source(r#","public_url":"https://mycompany.com/myapp.php""#), behind, &genuine, body, "signature");
    // printf %s https://mycompany.com:443/myapp.php?foo=1\&bar=2$sorted | openssl dgst -sha1 -hmac 1234512345 -binary | base64
    let with_port = [("X-Twilio-Signature", "Ia8Py7FBe7nQc1I78Q6EiDuOYgg="), form];
    check(&source(""), url("foo=1&bar=2"), &with_port, body, "signature");
    check(&source(r#","public_url":"https://mycompany.com:443""#), url("foo=1&bar=2"), &with_port, body, "signature");
    check(&source(r#","public_url":"https://mycompany.com:8443""#), url("foo=1&bar=2"), &genuine, body, "signature");
    check(
        &source(r#","public_url":"https://mycompany.com:8443""#),
        url("foo=1&bar=2"),
        &with_port,
        body,
        "signature_wrong",
    );
    // A body that is no form is signed by its digest in the URL.
    let digest = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
    let with_digest = url(&format!("bodySHA256={digest}"));
    let json = ("content-type", "application/json");
    let genuine = [("X-Twilio-Signature", "Bi6+Sh/SyBb43kbKQD8+lLV//bs="), json];
    check(&source(""), with_digest.clone(), &genuine, "body", "signature");
    check(&source(""), with_digest.clone(), &genuine, "bodz", "body_digest_wrong");
    check(&source(""), url(""), &genuine, "body", "body_digest_missing");
    // Whoever calls another body an empty form does not get around the digest.
    check(&source(""), with_digest, &[genuine[0], form], "&&", "body_digest_wrong");
}

#[test]
fn a_form_has_so_many_fields_and_is_read_only_under_a_signature() {
    let source = described(
        r#"{"kind":"hmac","hash":"sha1","header":["x-signature"],"encoding":"hex","message":"{url}{form}"}"#,
        r#""secrets":["1234512345"]"#,
    );
    let check = |fields: usize, signature: &str, expected: &str| {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-signature", signature)];
        check_proof(&source, &headers, &"a=1&".repeat(fields), expected);
    };
    let wrong = "0".repeat(40);
    check(4096, &wrong, "signature_wrong");
    check(4097, &wrong, "form_too_long");
    check(4097, "0", "signature_malformed");
}
