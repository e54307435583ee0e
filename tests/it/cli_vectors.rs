//! `landfall try` and `landfall explain`.

use std::fs;
use std::path::PathBuf;

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tests::judge::{Judge, SOURCE};
use tests::tool::{landfall, landfall_on};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors");

/// A file for the tool to read.
pub(crate) fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("a file can be written");
    path
}

fn vectors(sender: &str) -> String {
    format!("{VECTORS}/{sender}.json")
}

/// Runs the tool without a stack.
async fn check(arguments: &[&str], expected: Expect) {
    let told = landfall(arguments, "").await.told();
    expected.assert_eq(&told.replace(VECTORS, "{vectors}").replace(env!("CARGO_TARGET_TMPDIR"), "{folder}"));
}

#[tokio::test]
async fn a_vector_is_told_with_its_answer_and_its_event() {
    let run = landfall(&["try", "--json", "--case", "genuine", &vectors("glossi")], "").await;
    let [trial] = &*run.documents() else { panic!("{run:?}") };
    let told =
        json!([trial["verdict"], trial["status"], trial["id"], trial["type"], trial["published"]["data"]["status"]]);
    assert_eq!(told, json!(["accepted", 200, "test/job.complete/job-1", "landfall.job.completed", "completed"]));
    check(
        &["try", "--case", "genuine", "--case", "secret-wrong", &vectors("csm"), &vectors("glossi")],
        expect![[r#"
            exit code 0
            CASE          VERDICT          STATUS  TYPE                    ID                                                    HOLDS
            genuine       accepted         200     landfall.job.completed  test/SESSION_1/complete/2026-01-02T03%3A04%3A04.000Z  true
            genuine       accepted         200     landfall.job.completed  test/job.complete/job-1                               true
            secret-wrong  signature_wrong  401     -                       -                                                     true"#]],
    )
    .await;
}

#[tokio::test]
async fn every_conformance_vector_holds_and_one_that_does_not_fails() {
    let files: Vec<String> = fs::read_dir(VECTORS)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path().display().to_string())
        .filter(|path| path.ends_with(".json"))
        .collect();
    let run =
        landfall(&[&["try", "--json"], &*files.iter().map(String::as_str).collect::<Vec<_>>()].concat(), "").await;
    assert_eq!(run.code, Some(0), "{}", run.words);
    assert!(run.documents().len() > 900, "{} vectors", run.documents().len());
    let text = fs::read_to_string(vectors("glossi")).expect("a file");
    let other = file(
        "other-event.json",
        &text.replace(r#""id": "test/job.complete/job-1", "type""#, r#""id": "test/2", "type""#),
    );
    check(
        &["try", "--case", "genuine", &other.display().to_string()],
        expect![[r#"
        exit code 1
        CASE     VERDICT   STATUS  TYPE                    ID                       HOLDS
        genuine  accepted  200     landfall.job.completed  test/job.complete/job-1  false
        landfall: 1 of 1 vectors came out otherwise:
          {folder}/other-event.json: genuine: event id: test/job.complete/job-1, and not test/2"#]],
    )
    .await;
    check(
        &["try", "--case", "nothing", &vectors("glossi")],
        expect![[r#"
        exit code 5
        landfall: there is no case nothing"#]],
    )
    .await;
    check(
        &["try", "nothing.json"],
        expect![[r#"
        exit code 5
        landfall: nothing.json: No such file or directory (os error 2)"#]],
    )
    .await;
    let broken = file("broken.json", "{}");
    check(
        &["try", &broken.display().to_string()],
        expect![[r#"
        exit code 2
        landfall: {folder}/broken.json: missing field `groups` at line 1 column 2"#]],
    )
    .await;
}

/// Without `expected` it only tells; a description is tried before it is deployed.
#[tokio::test]
async fn a_description_is_tried_on_a_recorded_request() {
    let mut vectors: Value =
        serde_json::from_str(&fs::read_to_string(vectors("glossi")).expect("a file")).expect("JSON");
    let mut case = vectors["groups"][0]["cases"][0].take();
    case.as_object_mut().expect("a case").remove("expected");
    let secret = json!({"secrets": vectors["groups"][0]["source"]["secret"]["secrets"]});
    let recorded = json!({"groups": [{"source": {"name": "test", "secret": secret}, "cases": [case]}]});
    let recorded = file("recorded.json", &recorded.to_string()).display().to_string();
    let scheme =
        "[scheme]\nkind = \"hmac\"\nheader = \"x-glossi-signature\"\nencoding = \"hex\"\nmessage = \"{body}\"\n";
    let right = file("right.toml", scheme).display().to_string();
    check(&["try", "--description", &right, &recorded], expect![[r#"
        exit code 0
        CASE     VERDICT   STATUS  TYPE                   ID                                                                     HOLDS
        genuine  accepted  200     landfall.unrecognized  test/09e0c4345913b424b7aafba4fdf684dab7045fa18a66c2e2e49606abd09c8474  true"#]]).await;
    let wrong = file("wrong.toml", &scheme.replace("hex", "base64")).display().to_string();
    check(
        &["try", "--description", &wrong, &recorded],
        expect![[r#"
        exit code 0
        CASE     VERDICT              STATUS  TYPE  ID  HOLDS
        genuine  signature_malformed  401     -     -   true"#]],
    )
    .await;
    check(
        &["explain", "--description", &wrong, &recorded],
        expect![[r#"
        exit code 0
        genuine: signature_malformed
          right: The header `x-glossi-signature` holds a signature.
          wrong: It is not encoded as this sender encodes it, or has not the right length.
          -> The signature is in hex, and should be in base64: see `encoding` of the description."#]],
    )
    .await;
    let unknown = file("unknown.toml", &scheme.replace("encoding", "encodin")).display().to_string();
    check(&["try", "--description", &unknown, &recorded], expect![[r#"
        exit code 2
        landfall: genuine: `scheme`: `scheme`: unknown field `encodin`, expected one of `kind`, `header`, `any_header`, `at`, `prefix`, `hash`, `secret`, `keys`, `syntax`, `encoding`, `id`, `timestamp`, `message`, `sorted`, `account`, `algorithm`, `issuer`, `audience`, `body_hash`, `past_seconds`"#]]).await;
}

#[tokio::test]
async fn a_refusal_is_explained_step_by_step() {
    let cases = ["secret-wrong", "time-late", "signature-missing", "body-longer", "genuine"];
    let arguments: Vec<&str> = cases.iter().flat_map(|case| ["--case", *case]).collect();
    check(&[&["explain", &*vectors("stripe")], &*arguments].concat(), expect![[r#"
        exit code 0
        genuine: genuine
          right: The header `stripe-signature` holds a signature.
          right: It fits the delivery.
          right: By its own account it was 0 s old when it arrived; 300 s are allowed.

        signature-missing: signature_missing
          wrong: The header `stripe-signature` with the signature is missing, or holds none of the right kind.

        body-longer: signature_wrong
          right: The header `stripe-signature` holds a signature.
          wrong: It fits the delivery with none of the source's secrets.
          right: By its own account it was 0 s old when it arrived; 300 s are allowed.
          -> A newline was added at the end of the body after it was signed: send the bytes that were signed (curl: --data-binary).

        time-late: timestamp_late
          right: The header `stripe-signature` holds a signature.
          right: It fits the delivery.
          wrong: By its own account it was 301 s old when it arrived; 300 s are allowed.
          -> It is a copy sent again, or it was on its way for too long: have the sender deliver it anew.

        secret-wrong: signature_wrong
          right: The header `stripe-signature` holds a signature.
          wrong: It fits the delivery with none of the source's secrets.
          right: By its own account it was 0 s old when it arrived; 300 s are allowed.
          -> No usual mistake explains the signature: the sender signs with another secret than the source has, or the body was changed on the way. Copy the secret anew from the sender."#]]).await;
}

/// What was taken out of the source's secret is looked at too.
#[tokio::test]
async fn a_refusal_is_explained_by_the_secret_of_a_source() {
    let secrets = |secret: &str| json!({"provider": "glossi", "secrets": [secret]});
    let judge = Judge::start(&secrets("the newest of them all"), Some(&secrets("invented-for-glossi-and-previous")));
    let arguments = ["explain", "--source", SOURCE, "--case", "previous-secret-gone", &vectors("glossi")];
    let run = landfall_on(&judge.file, &arguments, "").await;
    expect![[r#"
        exit code 0
        previous-secret-gone: signature_wrong
          right: The header `x-glossi-signature` holds a signature.
          wrong: It fits the delivery with none of the source's secrets.
          -> It is right by what the source's secret said before its last change: the sender still uses what was taken out. Put it back behind the new one until the sender has changed."#]].assert_eq(&run.told());
    let run = landfall_on(&judge.file, &["explain", "--source", "nobody", &vectors("glossi")], "").await;
    expect![[r#"
        exit code 5
        landfall: there is no source nobody: there is no secret landfall/source/nobody in us-east-1"#]]
    .assert_eq(&run.told());
}

#[tokio::test]
async fn a_recorded_delivery_tells_how_its_sender_signs() {
    let told = async |secret: &str, expected: Expect| {
        let sample = vectors("stripe");
        let arguments = ["source", "add", "--from-sample", &sample, "--case", "genuine", "--secret-file", "-"];
        let run = landfall(&arguments, secret).await;
        assert!(!run.told().contains(secret), "{run:?}");
        expected.assert_eq(&run.told());
    };
    told(
        "whsec_invented_for_stripe_current",
        expect![[r#"
        exit code 0
        # Take the limits out if the sender's retries have the time of the first attempt.
        [scheme]
        kind = "hmac"
        hash = "sha256"
        header = "stripe-signature"
        syntax = { form = "pairs", key = "v1", separator = "," }
        encoding = "hex"
        timestamp = { at = { pair = "t" }, unit = "seconds", past_seconds = 300, future_seconds = 300 }
        message = "{timestamp}.{body}"

        # What its bodies hold comes next.
        [[shape]]
        otherwise = "event.occurred"
        details.job_type = "/type"
        Stripe proves its deliveries so, and its bodies look like this: landfall source add stripe
        This description verifies it. Say in it what the bodies hold, then: landfall source add --description FILE"#]],
    )
    .await;
    told("another-invented-secret", expect![[r#"
        exit code 1
        landfall: Nothing fits genuine with this secret: no sender of the catalogue, and no usual form.
        The secret may be another one, or the body may not be what was sent to the byte. A sender that signs for all of its customers also needs --account. Public keys, JSON Web Tokens and signatures in the body are tried for the senders of the catalogue alone."#]]).await;
}
