//! The pages themselves.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use domain::description::{
    BATCH_EVENTS_MAX, Confidence, DefaultReport, Description, FieldPaths, HeaderName, Method, Poll, RequestText,
    Scheme, Shape, SuccessAnswer,
};
use domain::event::event_type::{Report, Thing};
use domain::event::key_meaning::KeyMeaning;

use crate::proof::{covers_body, kind, past_limit, replay, sentences, signed};
use crate::retries::in_figures;
use crate::secret::{TOKEN, example, has_url_token};
use crate::words::{all, code, duration, either, first_sentence, places};

/// A sender's page.
pub(crate) fn page(description: &Description) -> String {
    let Description { name, about, retries, scheme, challenges, success, batch, asset_hosts, .. } = description;
    let asset_life_seconds = &description.asset_life_seconds;
    let mut page = format!("<!-- Made of shared/domain/providers/{name}.toml by `make providers`. -->\n\n");
    page.push_str(&format!("# {}\n\n{}\n\n", about.title, about.summary));
    page.push_str(&format!(
        "| `provider` | verified by | body | old copies | known from |\n|---|---|---|---|---|\n| `{name}` | {} | {} | {} | {} |\n",
        kind(scheme),
        if covers_body(scheme) { "signed" } else { "**not** signed" },
        replay(scheme),
        confidence(about.confidence),
    ));

    section(&mut page, "Setting it up");
    let url = url(description);
    page.push_str(&format!("The source is `{name}-prod` here, and its URL `{url}`.\n\n"));
    for (number, step) in (1..).zip(&*about.set_up) {
        page.push_str(&format!("{number}. {}\n", step.replace("{url}", &url)));
    }
    page.push_str(&format!("\nThe source's secret then holds:\n\n```json\n{}\n```\n", example(description)));
    if has_url_token(description) {
        page.push_str(&format!(
            "\n`token_sha256` is of the URL's token: `printf %s {TOKEN} | sha256sum`. Take one of your own, such as \
             `openssl rand -hex 24` gives.\n"
        ));
    }
    if !matches!(scheme, Scheme::UrlToken | Scheme::PublicKey(_)) {
        page.push_str(
            "\nBeside the current secret, `secrets` may hold the one before it, until that is used no more.\n",
        );
    }

    section(&mut page, "What is verified, and what is not");
    list(&mut page, sentences(description).iter().map(String::as_str));
    if let Some(asked) = confirmation(description) {
        page.push_str(&format!("\n{asked}\n"));
    }
    if let Some(expected) = expectation(description) {
        page.push_str(&format!("\n{expected}\n"));
    }

    section(&mut page, "Events");
    page.push_str("| what the body holds | reported as | told apart by |\n|---|---|---|\n");
    let id = signed(scheme).map_or(&[][..], |signed| signed.id);
    for shape in &*description.shapes {
        page.push_str(&format!("| {} | {} | {} |\n", shape.name, reports(shape), key(shape, id)));
    }
    page.push_str("\nAnything else is published as `landfall.unrecognized`.\n");
    if batch.is_some() {
        page.push_str(&format!(
            "\nA delivery lists up to {BATCH_EVENTS_MAX} events. Each becomes an event of its own, read as if it were the whole body; the \
             answer is 200 when all of them are durable.\n"
        ));
    }
    for sentence in second_bodies(description) {
        page.push_str(&format!("\n{sentence}\n"));
    }
    if !challenges.is_empty() {
        page.push_str("\nThe sender asks at first whether somebody listens; Landfall answers what it wants to hear.\n");
    }
    if challenges.iter().any(|challenge| challenge.token.is_some()) {
        page.push_str("Its question must hold the `verify_token` of the source.\n");
    }
    if let Some(SuccessAnswer { status, .. }) = success {
        page.push_str(&format!(
            "\nA delivery that Landfall has taken is answered with {status}, as this sender wants it.\n"
        ));
    }

    section(&mut page, "Retries");
    page.push_str(&format!("{}\n", about.retries));
    if let Some(sentence) = in_figures(retries) {
        page.push_str(&format!("\n{sentence}\n"));
    }
    if let Some(limit) = past_limit(scheme) {
        page.push_str(&format!(
            "\nThe signed time may be {limit} old. An attempt that has the time of the first one is refused after that.\n"
        ));
    }
    section(&mut page, "Outputs");
    page.push_str(&format!("{}\n", about.asset_lifetime));
    if let Some(seconds) = asset_life_seconds {
        page.push_str(&format!("\nLandfall counts on {} after the end of a job.\n", duration(*seconds)));
    }
    if !asset_hosts.is_empty() {
        let hosts: Vec<String> = asset_hosts.iter().map(|host| code(host)).collect();
        page.push_str(&format!("\nThey are archived from {}; `asset_hosts` of the source adds others.\n", all(&hosts)));
    }
    for (title, lines) in [("What is not known", &about.unknown), ("Good to know", &about.notes)] {
        if !lines.is_empty() {
            section(&mut page, title);
            list(&mut page, lines.iter().map(|line| &**line));
        }
    }
    if !about.sources.is_empty() {
        section(&mut page, "Sources");
        list(
            &mut page,
            about.sources.iter().map(|source| linked(source)).collect::<Vec<_>>().iter().map(String::as_str),
        );
    }
    page
}

/// What a second delivery is that has the key of another, or its bytes.
fn second_bodies(description: &Description) -> Vec<&'static str> {
    let keyed =
        |meaning| move |shape: &Shape| !shape.key.is_empty() && shape.names.unwrap_or(KeyMeaning::State) == meaning;
    let mut sentences = Vec::new();
    if description.shapes.iter().any(keyed(KeyMeaning::State)) {
        sentences.push(if description.retries_differ {
            "A thing can come to the same state again, but retries have other bytes: of two bodies with the same key the \
             first counts."
        } else {
            "A thing can come to the same state again: another body with the same key is another event, where it is as \
             well vouched for as the first."
        });
    }
    if description.shapes.iter().any(keyed(KeyMeaning::Event)) {
        sentences.push("The key names one event: another body with the same key is a retry.");
    }
    if description.shapes.iter().any(|shape| shape.key.is_empty() || shape.key_with_body) {
        sentences.push(
            "Where the whole body tells events apart, two events with the same bytes within 30 days are one. If this \
             sender has such, set `\"dedupe\": \"off\"` in the source's secret: every delivery is then an event, a \
             retry's too.",
        );
    }
    sentences
}

/// The table of all senders.
pub(crate) fn index<'a>(descriptions: impl Iterator<Item = &'a Description>) -> String {
    let mut page = "<!-- Made of shared/domain/providers/*.toml by `make providers`. -->

# Senders

What Landfall knows by itself. Each has a page: how it is set up, what of a delivery is verified and what is not, and
what is not known. Any other sender can be described in the secret of its source, in the language of
[the descriptions](../../shared/domain/providers/README.md).

| sender | verified by | body signed | old copies | told apart by | `expect` | retries | outputs | known from |
|---|---|---|---|---|---|---|---|---|
"
    .to_owned();
    for description in descriptions {
        let Description { name, about, scheme, shapes, .. } = description;
        let id = signed(scheme).map_or(&[][..], |signed| signed.id);
        let mut keys: Vec<String> = Vec::new();
        for key in shapes.iter().map(|shape| key(shape, id)) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        writeln!(
            page,
            "| [{}]({name}.md) | {} | {} | {} | {} | {} | {} | {} | {} |",
            about.title,
            kind(scheme),
            if covers_body(scheme) { "yes" } else { "**no**" },
            replay(scheme),
            if keys.len() > 1 { format!("[by kind]({name}.md#events)") } else { keys.concat() },
            if unprompted(description).is_empty() { "no" } else { "yes" },
            first_sentence(&about.retries),
            first_sentence(&about.asset_lifetime),
            confidence(about.confidence),
        )
        .expect("a string takes every line");
    }
    page.push_str(
        "
*Old copies*: what keeps a copy of an old delivery out, beside deduplication. *Known from*: proven, if published vectors or
the sender's own library agree; the sender's documentation; others' public code; or inferred in part: then send a test
delivery. Where the body is not signed, [an event is verified by a token](../trust.md) and can be confirmed by asking
the sender, if its page says how. *`expect`*: whether Landfall can [ask the sender about a job](../expectations.md) whose
webhook does not come.
",
    );
    page
}

fn section(page: &mut String, title: &str) {
    page.push_str(&format!("\n## {title}\n\n"));
}

fn list<'a>(page: &mut String, lines: impl Iterator<Item = &'a str>) {
    for line in lines {
        page.push_str(&format!("- {line}\n"));
    }
}

fn url(description: &Description) -> String {
    let token = if has_url_token(description) { format!("/{TOKEN}") } else { String::new() };
    format!("https://hooks.example.com/hooks/{}-prod{token}", description.name)
}

const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Proven => "proven",
        Confidence::Documented => "documentation",
        Confidence::ThirdParty => "others' code",
        Confidence::Guessed => "inferred",
    }
}

fn reports(shape: &Shape) -> String {
    let written = |Report(thing, status): Report| code(&format!("{}.{}", thing.as_str(), status.as_str()));
    let mut words: Vec<String> = Vec::new();
    let otherwise = match shape.otherwise {
        Some(DefaultReport::Report(report)) => Some(report),
        Some(DefaultReport::Unrecognized) | None => None,
    };
    for word in shape.report.iter().map(|rule| rule.is).chain(otherwise).map(written) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() { code("unrecognized") } else { either(&words) }
}

fn key(shape: &Shape, id: &[HeaderName]) -> String {
    let key = key_without_token(shape, id);
    if shape.key_with_token.is_empty() {
        return key;
    }
    let joining: Vec<String> = shape.key_with_token.iter().map(|part| places(part, id)).collect();
    format!("{key}; with a token in the URL, {} as well", all(&joining))
}

fn key_without_token(shape: &Shape, id: &[HeaderName]) -> String {
    if shape.key.is_empty() {
        return "the whole body".to_owned();
    }
    // Alternatives of one part are not to be taken for parts.
    let part = |part: &FieldPaths| {
        let words = places(part, id);
        if part.0.len() > 1 && shape.key.len() > 1 { format!("({words})") } else { words }
    };
    let body = shape.key_with_body.then(|| "the whole body".to_owned());
    all(&shape.key.iter().map(part).chain(body).collect::<Vec<_>>())
}

/// How the sender's API can be asked.
fn confirmation(description: &Description) -> Option<String> {
    if covers_body(&description.scheme) {
        return None;
    }
    if description.polls.is_empty() {
        return Some("There is nobody to ask whether a delivery is true: `confirm` is of no use here.".to_owned());
    }
    let family = if description.needs_family() { ", and `api_family`" } else { "" };
    Some(format!(
        "With `\"confirm\": true` and the key of its API as `api_key`{family}, Landfall asks before it believes that a \
         job has ended: {}.",
        either(&ways(&description.polls))
    ))
}

/// The ways in which the API is asked about a job of which nothing was delivered.
pub(crate) fn unprompted(description: &Description) -> Vec<Poll> {
    description.polls.iter().filter(|poll| poll.unprompted.is_some()).cloned().collect()
}

/// Whether the sender tells of jobs.
fn tells_of_jobs(description: &Description) -> bool {
    let mut rules = description.shapes.iter().flat_map(|shape| &*shape.report);
    rules.any(|rule| rule.is.0 != Thing::Event)
}

/// How the sender's API can be asked about a job whose webhook did not come; nothing of a sender that tells of no jobs.
fn expectation(description: &Description) -> Option<String> {
    if !tells_of_jobs(description) {
        return None;
    }
    let asked = unprompted(description);
    if asked.is_empty() {
        return Some("Landfall cannot ask about a job whose webhook does not come: `expect` is refused.".to_owned());
    }
    let mut text = format!(
        "With `expect` and the key of its API as `api_key`, Landfall asks about a job whose webhook does not come: {}.",
        either(&ways(&asked))
    );
    if description.needs_key_pair() {
        text.push_str(" `api_key` is the access key and the secret key, with a colon between.");
    }
    text.push_str(&families(description, &asked));
    let things: BTreeSet<&str> = asked.iter().flat_map(|poll| &*poll.things).map(|thing| thing.as_str()).collect();
    if asked.iter().all(|poll| !poll.things.is_empty()) {
        let things: Vec<String> = things.into_iter().map(code).collect();
        text.push_str(&format!(" `thing` of the expectation is {}.", either(&things)));
    }
    for poll in &asked {
        for filled in poll.texts() {
            let RequestText::Body(pointers) = filled else { continue };
            let places: Vec<String> = pointers.iter().map(|pointer| code(&pointer.to_string())).collect();
            text.push_str(&format!(
                " `hint.body` must hold {} for {}.",
                either(&places),
                ways(std::slice::from_ref(poll)).concat()
            ));
        }
    }
    Some(text)
}

/// How the part of the API is named, and which parts there are.
fn families(description: &Description, asked: &[Poll]) -> String {
    if description.has_family_paths() {
        return " The source lists the parts of the API that may be asked as `api_families`. An expectation names its own \
                as `hint.family`; without that, it is `api_family`."
            .to_owned();
    }
    let named: Vec<String> = asked.iter().flat_map(|poll| &*poll.families).map(|family| code(family)).collect();
    let is_open =
        asked.iter().any(|poll| poll.families.is_empty() && poll.texts().any(|text| *text == RequestText::Family));
    if named.is_empty() && !is_open {
        return String::new();
    }
    let list = if is_open { String::new() } else { format!(": {}", either(&named)) };
    let is_free = if description.needs_family() { "" } else { " Without one, the last of these is asked." };
    format!(" The part of the API is `api_family`, or the expectation's `hint.family`{list}.{is_free}")
}

/// The requests by which an API is asked, each once.
fn ways(polls: &[Poll]) -> Vec<String> {
    let asked = |poll: &Poll| {
        let method = match poll.method {
            Method::Get => "GET",
            Method::Post => "POST",
        };
        let segment = |segment: &RequestText| match segment {
            RequestText::Literal(text) => text.to_string(),
            RequestText::Id => "{id}".to_owned(),
            RequestText::Family | RequestText::FamilyPath => "{family}".to_owned(),
            RequestText::Key(_) | RequestText::Jwt(_) | RequestText::Body(_) => "...".to_owned(),
        };
        let path: String = poll.url.segments.iter().map(|part| format!("/{}", segment(part))).collect();
        let pairs: Vec<String> =
            poll.url.query.iter().map(|(name, value)| format!("{name}={}", segment(value))).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        code(&format!("{method} https://{}{path}{query}", poll.url.host))
    };
    let mut ways: Vec<String> = Vec::new();
    for way in polls.iter().map(asked) {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

/// A URL in the source's words, as a link.
fn linked(source: &str) -> String {
    match source.split_once(char::is_whitespace) {
        _ if !source.starts_with("https://") => source.to_owned(),
        None => format!("<{source}>"),
        Some((url, rest)) => format!("<{url}> {rest}"),
    }
}
