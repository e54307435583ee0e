use super::*;
use crate::delivery::RequestUrl;
use crate::delivery::headers::Headers;
use crate::verify::verify;

const AT: Timestamp = Timestamp::from_millis(1_767_323_045_000);

/// Senders that are in no catalogue, for what none of it does.
const DESCRIBED: [&str; 3] = ["described-json-header", "described-list", "described-pair-lists"];

/// Whatever a sender signs with a secret can be played, and is believed; of the others it is said why not.
#[test]
fn every_sender_with_a_secret_can_be_played() {
    let mut not_played = Vec::new();
    for sender in Provider::ALL.iter().map(|provider| provider.as_str()).chain(DESCRIBED) {
        let file = testdata::vector::read(&testdata::vector::folder(), sender);
        let (group, case) = file.case("genuine").expect("every sender has it");
        let secret = Value::Object(group.source.secret.clone()).to_string();
        let signer = Signer::parse(SourceName::parse("test").unwrap(), &secret).unwrap();
        let path = case.request.url.split_once("/hooks/test").expect("a URL of the source").1;
        let (token, query) = path.split_once('?').unwrap_or((path, ""));
        let token = Some(token.trim_start_matches('/').to_owned()).filter(|token| !token.is_empty());
        // Whatever the sender sends besides may be signed.
        let others = case.request.headers.iter().filter(|(name, _)| !signer.sets(name));
        let headers: Headers = others.cloned().collect();
        let url = RequestUrl {
            host: "hooks.example.com".to_owned(),
            path: "/hooks/test".to_owned(),
            query: query.to_owned(),
        };
        let body = case.request.body().expect("a body");
        let token = token.map(Into::into);
        let delivery = Delivery { url, token, headers, body, received_at: AT, request_id: "request-1".to_owned() };
        let delivery = signer.complete_body(delivery).expect("what is signed is there");
        let added = match signer.headers(&delivery, "msg_1") {
            Ok(added) => added,
            Err(error) => {
                not_played.push(error.to_string());
                continue;
            }
        };
        let sent = Delivery { headers: delivery.headers.with(&added), ..delivery };
        let verified = verify(sent, signer.source()).map(|_| ()).map_err(|rejection| rejection.refusal);
        assert_eq!(verified, Ok(()), "{sender}");
    }
    let why = |provider| {
        format!("{provider} signs with a private key that only it has, so nobody else can make its signatures")
    };
    let theirs = ["aws-sns", "discord", "fal", "ideogram", "paypal", "sendgrid", "standard-webhooks-ed25519", "wise"];
    assert_eq!(not_played, theirs.map(why));
}

#[test]
fn what_is_signed_must_be_there() {
    let name = SourceName::parse("test").unwrap();
    let signer = Signer::parse(name, r#"{"provider":"kie","secrets":["a secret of thirty-two bytes or so"]}"#).unwrap();
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: None,
        headers: Headers::default(),
        body: b"{}".to_vec(),
        received_at: AT,
        request_id: "request-1".to_owned(),
    };
    let error = signer.headers(&delivery, "msg_1").unwrap_err();
    assert_eq!(error.to_string(), "the request lacks what kie signs: field_missing");
}

#[test]
fn each_event_of_a_list_is_signed() {
    let name = SourceName::parse("test").unwrap();
    let secret = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
    let signer = Signer::parse(name, &format!(r#"{{"provider":"adyen","secrets":["{secret}"]}}"#)).unwrap();
    let item = |psp: &str| {
        let additional = serde_json::json!({"hmacSignature": ""});
        serde_json::json!({"NotificationRequestItem": {"pspReference": psp, "eventCode": "CAPTURE", "additionalData": additional}})
    };
    let body = serde_json::json!({"live": "false", "notificationItems": [item("1"), item("2"), item("3")]});
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: None,
        headers: Headers::default(),
        body: body.to_string().into_bytes(),
        received_at: AT,
        request_id: "request-1".to_owned(),
    };
    let verified =
        verify(signer.complete_body(delivery).expect("all is there"), signer.source()).expect("each is signed");
    assert_eq!(verified.items(signer.source()).unwrap().map(|items| items.len()), Some(3));
}
