//! What senders ask before they send anything: every such vector of the catalogue, through the deployed function.

use domain::provider::Provider;
use serde_json::Value;
use testdata::vector::{Case, Expected, Group, ReplyText};
use tests::http::{Answer, Request};
use tests::source::Source;
use tests::world::{World, run};

/// What a probe is answered with.
const READY: &str = "200 ready";
/// What a delivery is told that is not believed.
const FORGED: &str = "401 the delivery could not be verified";

#[test]
fn every_challenge_of_the_catalogue_is_answered_as_its_sender_wants_it() {
    run(async |world| {
        let mut asked = 0;
        for provider in Provider::ALL {
            let file = testdata::vector::read(&testdata::vector::folder(), provider.as_str());
            // A question that was signed long ago is refused by the clock of today.
            let limits_the_age =
                provider.description().and_then(|known| known.scheme.timestamp()?.past_seconds).is_some();
            for group in &file.groups {
                let cases: Vec<&Case> = group.cases.iter().filter(|case| case.name.starts_with("challenge")).collect();
                if !limits_the_age && !cases.is_empty() {
                    check(world, provider.as_str(), group, &cases).await;
                    asked += cases.len();
                }
            }
        }
        assert!(asked > 30, "{asked} challenges");
    });
}

/// Sends the challenges of a group to a source of this run, and sees that none leaves anything behind.
async fn check(world: &World, sender: &str, group: &Group, cases: &[&Case]) {
    let source = Source { name: format!("{sender}-{:08x}", fastrand::u32(..)), ..Source::new(Provider::Custom) };
    let secret = Value::Object(group.source.secret.clone()).to_string();
    source.set_up_as(&world.aws, &world.stack, &secret).await;
    for case in cases {
        let request = request(world, &source, case);
        let expected = expected(case);
        tests::observe::until("the source to be in use", async || {
            let told = told(&world.deliver(&request).await, case);
            if told == expected { Ok(()) } else { Err(format!("{sender}, {}: {told}, and not {expected}", case.name)) }
        })
        .await;
    }
    assert!(world.records(&source).await.is_empty(), "{sender}: a challenge was recorded");
}

fn request(world: &World, source: &Source, case: &Case) -> Request {
    let rest =
        case.request.url.strip_prefix("https://hooks.example.com/hooks/test").expect("all vectors are sent there");
    let method = if case.request.method == "GET" { "GET" } else { "POST" };
    let url = format!("{}/hooks/{}{rest}", world.stack.function_url, source.name);
    let request = Request { body: case.request.body().expect("a body"), ..Request::new(method, url) };
    case.request.headers.iter().fold(request, |request, (name, value)| request.with_header(name, value))
}

fn expected(case: &Case) -> String {
    let is_get = case.request.method == "GET";
    match &case.expected {
        Expected { answered: Some(ReplyText { status, media_type, headers, body }), .. } => {
            shown(*status, media_type, headers, body)
        }
        // Nobody learns from a question which sources there are.
        Expected { unanswered: true, .. } => READY.to_owned(),
        _ if is_get => READY.to_owned(),
        _ => FORGED.to_owned(),
    }
}

fn told(answer: &Answer, case: &Case) -> String {
    let Some(ReplyText { headers, .. }) = &case.expected.answered else {
        return answer.told();
    };
    assert!(answer.header("x-content-type-options").is_none_or(|value| value == "nosniff"));
    let found: Vec<(String, String)> =
        headers.iter().filter_map(|(name, _)| Some((name.clone(), answer.header(name)?.to_owned()))).collect();
    shown(answer.status, answer.header("content-type").unwrap_or_default(), &found, &answer.text())
}

fn shown(status: u16, media_type: &str, headers: &[(String, String)], body: &str) -> String {
    // An answer without a body has no type that means anything.
    let media_type = if body.is_empty() { "" } else { media_type.split(';').next().unwrap_or_default() };
    format!("{status} {media_type} {headers:?} {body}")
}
