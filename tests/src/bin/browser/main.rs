//! The console in a real browser: each screen in both schemes and three widths, its rules of accessibility, and its keys.
//!
//! It drives the stack that `STACK_FILE` names, which must be empty, draws every page into the folder that it is given, and
//! ends with a failure if anything is not as it must be. It needs chromium and chromedriver, and the file of axe-core.
#![expect(clippy::print_stdout, reason = "a program of make speaks on the terminal")]

mod driver;
mod frames;
mod scene;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use domain::provider::Provider;
use tests::console::printed_url;
use tests::simulator::Simulator;
use tests::source::Source;
use tests::tool::Tool;
use tests::tool_proxy::{Refusal, ToolProxy};
use tests::world::{World, run};

use crate::driver::{Browser, Driver, ENTER, ESCAPE, Scheme};

/// Where pictures go, and where axe-core is.
#[derive(Parser)]
struct Arguments {
    /// The folder of the pictures
    #[arg(long)]
    out: PathBuf,
    /// axe.min.js
    #[arg(long)]
    axe: PathBuf,
}

/// The screens, each with the name of its picture, and with what it shows unless something went wrong.
const SCREENS: [(&str, &str, &str); 16] = [
    ("now", "/now", "#main a[href*=replicate-prod]"),
    ("events", "/events?live=1", "#rows > tr[data-id='replicate-prod/copied/1']"),
    ("events-failed", "/events?state=failed", "#rows > tr[data-final]"),
    ("events-selected", "/events?live=1&sel=replicate-prod%2Fcopied%2F1", "#peek #event-id"),
    (
        "events-nothing",
        "/events?state=failed&type=landfall.model.created",
        "#nothing .without li:last-child .second:not(:empty)",
    ),
    ("event", "/events/replicate-prod%2Fcopied%2F1", ".event #event-id"),
    ("jobs", "/jobs", "#rows > tr[data-id='@job/csm-prod/job/SESSION_4']"),
    ("jobs-selected", "/jobs?source=csm-prod&sel=%40job%2Fcsm-prod%2Fjob%2FSESSION_2", "#peek .lanes"),
    ("jobs-nothing", "/jobs?source=fal-prod&ended=late", ".state.empty"),
    ("refused", "/refused", ".side a[aria-current]"),
    ("refused-selected", "/refused?source=csm-prod&cause=token_wrong", ".checks li"),
    ("refused-unstored", "/refused?source=fal-prod&cause=token_wrong", ".steps li + li"),
    ("refused-unknown", "/refused?cause=unknown_source&since=1h", ".steps li"),
    ("replays", "/replays", ".one .empty"),
    ("sources", "/sources/replicate-prod", ".one #rows > tr"),
    ("consumers", "/consumers", "#main table"),
];
const SIZES: [(u32, u32); 3] = [(1280, 860), (1024, 860), (390, 844)];

/// Calls that are refused, each with the page that shows it.
const STATES: [(&str, Refusal, &str); 8] = [
    ("dynamodb:Query", Refusal::Denied, "/events"),
    ("dynamodb:Query", Refusal::Expired, "/events"),
    ("dynamodb:Query", Refusal::Denied, "/jobs"),
    ("dynamodb:Query", Refusal::Denied, "/refused"),
    ("secretsmanager:GetSecretValue", Refusal::Denied, "/refused"),
    ("logs:FilterLogEvents", Refusal::Throttled, "/refused"),
    ("cloudwatch:DescribeAlarms", Refusal::Denied, "/now"),
    ("sqs:GetQueueAttributes", Refusal::Throttled, "/consumers"),
];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let axe =
        std::fs::read_to_string(&arguments.axe).unwrap_or_else(|error| panic!("{}: {error}", arguments.axe.display()));
    std::fs::create_dir_all(&arguments.out).unwrap_or_else(|error| panic!("{}: {error}", arguments.out.display()));
    run(async |world| {
        let driver = Driver::start();
        let mut problems = Vec::new();
        let first = driver.browser(Scheme::Light).await;
        first.go("data:text/html,<body style='background:linear-gradient(135deg,teal,bisque)'>").await;
        scene::write(world, first.picture().await).await;
        first.close().await;
        for scheme in Scheme::ALL {
            problems.extend(screens(world, &driver, scheme, &axe, &arguments.out).await);
            problems.extend(states(world, &driver, scheme, &axe, &arguments.out).await);
        }
        problems.extend(keys(world, &driver).await);
        problems.extend(selection(world, &driver).await);
        problems.extend(frames::hold_a_key(world, &driver).await);
        problems.extend(release(world, &driver, &axe, &arguments.out).await);
        problems.extend(chosen_time(world, &driver, &arguments.out).await);
        problems.extend(asked_sender(world, &driver, &axe, &arguments.out).await);
        problems.extend(nothing_of_a_sender_runs(world, &driver).await);
        for problem in &problems {
            println!("{problem}");
        }
        println!("pictures are in {}", arguments.out.display());
        if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
}

/// A console, and a browser that has opened it.
async fn open(file: &std::path::Path, driver: &Driver, scheme: Scheme) -> (Tool, Browser, String) {
    let tool = Tool::start(file, &["console"]);
    let url = printed_url(&tool).await;
    let browser = driver.browser(scheme).await;
    browser.go(&url).await;
    let origin = url.split("/open").next().unwrap_or_default().to_owned();
    (tool, browser, origin)
}

async fn screens(world: &World, driver: &Driver, scheme: Scheme, axe: &str, out: &std::path::Path) -> Vec<String> {
    let (_tool, browser, origin) = open(&world.stack_file(), driver, scheme).await;
    let mut problems = Vec::new();
    for (name, path, shows) in SCREENS {
        for (width, height) in SIZES {
            browser.size(width, height).await;
            browser.go(&format!("{origin}{path}")).await;
            browser.settle().await;
            let place = format!("{name}-{}-{width}", scheme.as_str());
            browser.draw(&out.join(format!("{place}.png"))).await;
            let error = browser.error_page(&format!("document.querySelector(\"{shows}\")")).await;
            problems.extend(error.map(|text| format!("{place}: it has no {shows}: {text}")));
            problems.extend(browser.axe(axe).await.into_iter().map(|broken| format!("{place}: {broken}")));
            let wide =
                browser.ask("return document.documentElement.scrollWidth > document.documentElement.clientWidth").await;
            if wide == true {
                problems.push(format!("{place}: the page scrolls sideways"));
            }
            problems.extend(cut_off(&browser).await.map(|controls| format!("{place}: these are cut off: {controls}")));
            let seen = browser.ask("return [...document.querySelectorAll('[hidden]')].filter((part) => part.checkVisibility()).map((part) => part.id || part.className)").await;
            if seen.as_array().is_none_or(|parts| !parts.is_empty()) {
                problems.push(format!("{place}: hidden parts are seen: {seen}"));
            }
        }
    }
    browser.size(1280, 860).await;
    browser.go(&format!("{origin}/events?state=failed")).await;
    for (name, opened) in [("keys", "#help"), ("replay-form", ".filter [data-form]"), ("palette", ".jump")] {
        browser.click(opened).await;
        let is_open = "document.querySelector('dialog[open]') && (!document.querySelector('#palette[open]') || document.querySelector('#choices [aria-selected=true]'))";
        browser.wait("the dialog", is_open).await;
        let place = format!("{name}-{}", scheme.as_str());
        browser.draw(&out.join(format!("{place}.png"))).await;
        problems.extend(browser.axe(axe).await.into_iter().map(|broken| format!("{place}: {broken}")));
        browser.press(ESCAPE).await;
        browser.wait("no dialog", "!document.querySelector('dialog[open]')").await;
    }
    browser.go(&format!("{origin}/events?state=failed")).await;
    browser.settle().await;
    browser.press("jxjx").await;
    browser
        .wait("two selected events", "document.querySelectorAll('#rows > tr[aria-selected=true]').length === 2")
        .await;
    browser.wait("the pane", "document.querySelector('#close')").await;
    browser.click("#close").await;
    for (width, height) in SIZES {
        browser.size(width, height).await;
        let place = format!("events-selection-{}-{width}", scheme.as_str());
        browser.draw(&out.join(format!("{place}.png"))).await;
        problems.extend(browser.axe(axe).await.into_iter().map(|broken| format!("{place}: {broken}")));
        problems.extend(cut_off(&browser).await.map(|controls| format!("{place}: these are cut off: {controls}")));
    }
    browser.close().await;
    problems
}

/// The controls of the page that reach beyond its right edge. What scrolls by itself, such as code, is left aside.
async fn cut_off(browser: &Browser) -> Option<String> {
    let controls = "[...document.querySelectorAll('main button, main a, .filter button, .filter a')].filter((control) => control.checkVisibility() && !control.closest('.code, [role=tablist]') && control.getBoundingClientRect().width > 0 && control.getBoundingClientRect().right > innerWidth + 1).map((control) => control.textContent)";
    let controls = browser.ask(&format!("return {controls}.join(', ') || null")).await;
    controls.as_str().map(str::to_owned)
}

async fn states(world: &World, driver: &Driver, scheme: Scheme, axe: &str, out: &std::path::Path) -> Vec<String> {
    let mut problems = Vec::new();
    for (action, refusal, path) in STATES {
        let proxy = ToolProxy::start(&world.stack).await;
        let (_tool, browser, origin) = open(&proxy.file, driver, scheme).await;
        proxy.refuse(action, refusal);
        browser.size(1280, 860).await;
        browser.go(&format!("{origin}{path}")).await;
        browser.settle().await;
        let page = path.trim_start_matches('/');
        let place = format!("state-{page}-{}-{refusal:?}-{}", action.replace(':', "-"), scheme.as_str()).to_lowercase();
        browser.draw(&out.join(format!("{place}.png"))).await;
        problems.extend(browser.axe(axe).await.into_iter().map(|broken| format!("{place}: {broken}")));
        if browser.ask("return document.querySelector('[role=alert]') === null").await == true {
            problems.push(format!("{place}: no pane says so"));
        }
        browser.close().await;
    }
    problems
}

/// Selecting, opening and coming back; and nothing moves while a row is selected.
async fn keys(world: &World, driver: &Driver) -> Vec<String> {
    let (_tool, browser, origin) = open(&world.stack_file(), driver, Scheme::Light).await;
    browser.size(1280, 860).await;
    let mut problems = Vec::new();
    let list = format!("{origin}/events?source=replicate-prod&live=1");
    browser.go(&list).await;
    browser.settle().await;
    browser.press("jjk").await;
    browser.wait("the pane of the first row", "document.querySelector('#rows > tr[aria-current]') === document.querySelector('#rows > tr') && document.querySelector('#peek h2')").await;
    browser.press("j").await;
    let selected = "document.querySelector('#rows > tr[aria-current]').dataset.id";
    let at = format!("document.querySelector('#peek h2') && location.search.includes(encodeURIComponent({selected}))");
    browser.wait("the selection in the URL", &at).await;
    let (id, top) = (
        browser.ask(&format!("return {selected}")).await,
        "document.querySelector('#rows > tr[aria-current]').getBoundingClientRect().top",
    );
    let place = browser.ask(&format!("return {top}")).await;
    for number in 0..3 {
        world.put_record(&scene::fresh(number)).await;
    }
    browser
        .wait("the bar of newer events", "document.querySelector('#newer-count').textContent === '3 newer events'")
        .await;
    if browser.ask("return document.querySelectorAll('#rows > tr').length").await
        != browser.ask("return document.querySelectorAll('#rows > tr:not(.new)').length").await
    {
        problems.push("rows were put into the list while one was selected".to_owned());
    }
    let moved = browser.ask(&format!("return {top} - {place}")).await;
    // The bar itself takes its place above the list.
    if moved.as_f64().is_none_or(|moved| moved.abs() > 31.0) || browser.ask(&format!("return {selected}")).await != id {
        problems.push(format!("the selected row has moved by {moved}"));
    }
    let url = browser.url().await;
    browser.press(ENTER).await;
    browser.wait("the page of the event", "location.pathname.startsWith('/events/')").await;
    browser.settle().await;
    browser.back().await;
    browser.settle().await;
    if browser.url().await != url || browser.ask(&format!("return {selected}")).await != id {
        problems.push(format!("back leads to {} and not to {url}", browser.url().await));
    }
    browser.reload().await;
    browser.settle().await;
    if browser.ask(&format!("return {selected}")).await != id {
        problems.push("another row is selected after a reload".to_owned());
    }
    browser.press(ESCAPE).await;
    browser.wait("no selection", "document.querySelector('#peek').hidden && !location.search.includes('sel=')").await;
    world.put_record(&scene::fresh(9)).await;
    browser.wait("the new row", "document.querySelector('#rows > tr').dataset.id === 'replicate-prod/fresh/9'").await;
    for (keys, path) in [
        ("gn", "/now"),
        ("gs", "/sources"),
        ("gc", "/consumers"),
        ("gj", "/jobs"),
        ("gr", "/refused"),
        ("gp", "/replays"),
        ("ge", "/events"),
    ] {
        browser.press(keys).await;
        browser.wait(path, &format!("location.pathname === '{path}'")).await;
    }
    browser.press("/gn").await;
    browser
        .wait(
            "a letter in a field",
            "document.querySelector('#query').value === 'gn' && location.pathname === '/events'",
        )
        .await;
    browser.close().await;
    problems
}

/// Events are selected one by one, as a range and as all that match; nothing arrives meanwhile, and a replay names them. The
/// palette leads to an event by its id, and to a screen by its name.
async fn selection(world: &World, driver: &Driver) -> Vec<String> {
    let (_tool, browser, origin) = open(&world.stack_file(), driver, Scheme::Light).await;
    browser.size(1280, 860).await;
    let mut problems = Vec::new();
    let picked = |count: usize| {
        format!("document.querySelectorAll('#rows > tr[aria-selected=true] .pick input:checked').length === {count}")
    };
    browser.go(&format!("{origin}/events?source=replicate-prod&live=1")).await;
    browser.settle().await;
    browser.press("jxjx").await;
    browser.wait("two events", &picked(2)).await;
    browser.press(ESCAPE).await;
    browser
        .wait("no selection and the pane", &format!("{} && !document.querySelector('#peek').hidden", picked(0)))
        .await;
    browser.press("x").await;
    browser.press(ESCAPE).await;
    browser.press(ESCAPE).await;
    browser.wait("no pane", "document.querySelector('#peek').hidden").await;
    let row = |number: usize, keys: &str| {
        format!(
            "document.querySelectorAll('#rows > tr')[{number}].querySelector('td:nth-child(3)').dispatchEvent(new MouseEvent('click', {{bubbles: true, cancelable: true, {keys}}}))"
        )
    };
    browser.ask(&row(1, "ctrlKey: true")).await;
    browser.ask(&row(4, "shiftKey: true")).await;
    browser.wait("a range", &picked(4)).await;
    world.put_record(&scene::fresh(20)).await;
    browser
        .wait("the bar of newer events", "document.querySelector('#newer-count').textContent === '1 newer event'")
        .await;
    let ids = "[...document.querySelectorAll('#rows > tr[aria-selected=true]')].map((row) => row.dataset.id)";
    let ids = browser.ask(&format!("return {ids}.join(' ')")).await;
    browser.press("r").await;
    browser.wait("the form", "document.querySelector('#ask[open] form code')").await;
    let command = browser.ask("return document.querySelector('#ask pre code').textContent").await;
    if command != format!("landfall replay {} --rate 50", ids.as_str().unwrap_or_default()).as_str() {
        problems.push(format!("the form of {ids} shows {command}"));
    }
    browser.press(ESCAPE).await;
    browser.wait("no form", "!document.querySelector('dialog[open]')").await;
    browser.press("X").await;
    browser.wait("all", "document.querySelectorAll('#rows > tr[aria-selected=false]').length === 0 && document.querySelector('#replay-selection').dataset.command === 'landfall replay --source replicate-prod'").await;
    browser.press(ESCAPE).await;
    browser
        .wait(
            "what waited",
            &format!("{} && document.querySelector('#rows > tr').dataset.id === 'replicate-prod/fresh/20'", picked(0)),
        )
        .await;

    browser.press(":").await;
    browser.wait("the palette", "document.querySelector('#choices [role=option]')").await;
    browser.press(scene::WITH_COPY).await;
    browser
        .wait(
            "the event",
            &format!(
                "document.querySelector('#choices [aria-selected=true]').getAttribute('href') === '/events/{}'",
                scene::WITH_COPY.replace('/', "%2F")
            ),
        )
        .await;
    browser.press(ENTER).await;
    browser.wait("the page of the event", "document.querySelector('.event #event-id')").await;
    browser.press(":").await;
    browser.wait("the palette", "document.querySelector('#choices [role=option]')").await;
    browser.press("consumers").await;
    browser
        .wait(
            "the screen",
            "document.querySelector('#choices [aria-selected=true]').getAttribute('href') === '/consumers'",
        )
        .await;
    browser.press(ENTER).await;
    browser.wait("/consumers", "location.pathname === '/consumers'").await;
    browser.close().await;
    problems
}

/// What was refused is chosen and released by keys alone, and the row that is shown says so.
async fn release(world: &World, driver: &Driver, axe: &str, out: &std::path::Path) -> Vec<String> {
    let (_tool, browser, origin) = open(&world.stack_file(), driver, Scheme::Light).await;
    browser.size(1280, 860).await;
    let mut problems = Vec::new();
    scene::refuse(world).await;
    browser.go(&format!("{origin}/refused")).await;
    browser.settle().await;
    browser.wait("what goes on", "document.querySelector('.side a[aria-current] span.refused')").await;
    browser.wait("the badge", "document.querySelector('.screens .badge.refused')").await;
    let shown = "document.querySelector('.side a[aria-current]').getAttribute('href')";
    let first = browser.ask(&format!("return {shown}")).await;
    browser.press("j").await;
    browser.wait("the next row", &format!("{shown} !== {first} && document.readyState === 'complete'")).await;
    browser.settle().await;
    browser.press("k").await;
    browser.wait("the row before", &format!("{shown} === {first} && document.readyState === 'complete'")).await;
    browser.go(&format!("{origin}/refused?source=glossi-prod&cause=signature_wrong")).await;
    browser.settle().await;
    browser.press("r").await;
    browser.wait("the form", "document.querySelector('#ask[open] form button[type=submit]:enabled')").await;
    browser.draw(&out.join("refused-form.png")).await;
    problems.extend(browser.axe(axe).await.into_iter().map(|broken| format!("refused-form: {broken}")));
    browser.click("#ask button[type=submit]").await;
    browser
        .wait("the release", "document.querySelector('.one [role=status]')?.textContent.includes('Released.')")
        .await;
    browser.draw(&out.join("refused-released.png")).await;
    problems.extend(browser.axe(axe).await.into_iter().map(|broken| format!("refused-released: {broken}")));
    browser.close().await;
    problems
}

/// A part of the histogram is dragged, moved by keys, let go and shown; a selection is exported.
async fn chosen_time(world: &World, driver: &Driver, out: &std::path::Path) -> Vec<String> {
    let (_tool, browser, origin) = open(&world.stack_file(), driver, Scheme::Light).await;
    browser.size(1280, 860).await;
    let mut problems = Vec::new();
    browser.go(&format!("{origin}/events?source=replicate-prod&live=1")).await;
    browser.settle().await;
    let band = async |name: &str| {
        browser.ask(&format!("return Number(document.querySelector('.bars .band').getAttribute('{name}'))")).await
    };
    browser.drag(".bars", 0.25, 0.5).await;
    browser.wait("the band", "document.querySelector('.bars .band') && document.querySelector('#range')").await;
    let (x, width) = (band("x").await, band("width").await);
    if x != 240.0 || width != 250.0 {
        problems.push(format!("the band begins at {x} and is {width} wide"));
    }
    browser.draw(&out.join("events-time-light-1280.png")).await;
    browser.press("]]}[").await;
    let (x, width) = (band("x").await, band("width").await);
    if x != 250.0 || width != 260.0 {
        problems.push(format!("moved, the band begins at {x} and is {width} wide"));
    }
    browser.press(ESCAPE).await;
    browser.wait("no band", "!document.querySelector('.bars .band') && !document.querySelector('#range')").await;
    browser.press("[").await;
    browser.wait("the band of the keys", "document.querySelector('#range')").await;
    browser.press(ENTER).await;
    browser
        .wait("the time in the URL", "location.search.includes('since=') && location.search.includes('until=')")
        .await;
    browser.settle().await;
    let outside = "(() => { const query = new URLSearchParams(location.search); return [...document.querySelectorAll('#rows time')].filter((time) => time.dateTime < query.get('since') || time.dateTime > query.get('until')).length })()";
    if browser.ask(&format!("return {outside}")).await != 0 {
        problems.push("events of another time are shown".to_owned());
    }
    browser.back().await;
    browser.settle().await;
    browser.press("jxjx").await;
    let file = "(() => { const file = document.querySelector('#export-selection'); const ids = [...document.querySelectorAll('#rows > tr[aria-selected=true]')].map((row) => row.dataset.id); return ids.length === 2 && file.dataset.command === `landfall events export ${ids.join(' ')} > events.ndjson` && file.getAttribute('href') === `/events/export?${ids.map((id) => `id=${encodeURIComponent(id)}`).join('&')}` })()";
    browser.wait("the file of two events", file).await;
    browser.press("X").await;
    browser.wait("the file of all", "document.querySelector('#export-selection').dataset.command === 'landfall events export --source replicate-prod > events.ndjson'").await;
    browser.close().await;
    problems
}

/// A job's sender is asked by a key, and its answer is shown.
async fn asked_sender(world: &World, driver: &Driver, axe: &str, out: &std::path::Path) -> Vec<String> {
    let simulator = Simulator::start(Provider::Csm);
    world.set_up(simulator.expects(Source { name: "csm-prod".to_owned(), ..Source::new(Provider::Csm) })).await;
    let mut problems = Vec::new();
    for scheme in Scheme::ALL {
        let (_tool, browser, origin) = open(&world.stack_file(), driver, scheme).await;
        for (width, height) in [(1280, 860), (390, 844)] {
            browser.size(width, height).await;
            browser.go(&format!("{origin}/jobs?source=csm-prod&sel=%40job%2Fcsm-prod%2Fjob%2FSESSION_2")).await;
            browser.settle().await;
            browser.press("a").await;
            browser.wait("the answer", "document.querySelector('#ask[open] .answer')").await;
            let place = format!("ask-{}-{width}", scheme.as_str());
            browser.draw(&out.join(format!("{place}.png"))).await;
            problems.extend(browser.axe(axe).await.into_iter().map(|broken| format!("{place}: {broken}")));
        }
        browser.close().await;
    }
    problems
}

/// What a sender wrote is not run, and the browser asks nobody but the console.
async fn nothing_of_a_sender_runs(world: &World, driver: &Driver) -> Vec<String> {
    let (_tool, browser, origin) = open(&world.stack_file(), driver, Scheme::Light).await;
    let mut problems = Vec::new();
    let hostile = scene::HOSTILE.replace('%', "%25").replace('/', "%2F");
    for (path, id) in [
        (format!("/events/{hostile}"), scene::HOSTILE),
        (format!("/events?source=glossi-prod&sel={hostile}"), scene::HOSTILE),
        (format!("/events/{hostile}?tab=record"), scene::HOSTILE),
        ("/events/replicate-prod%2Fcopied%2F1".to_owned(), scene::WITH_COPY),
    ] {
        browser.go(&format!("{origin}{path}")).await;
        browser.settle().await;
        let error = browser.error_page(&format!("document.querySelector('#event-id')?.textContent === '{id}'")).await;
        problems.extend(error.map(|text| format!("{path}: it does not show {id}: {text}")));
        if browser.ask("return document.title === 'run' || document.querySelectorAll('main script, main iframe, main object').length > 0").await == true {
            problems.push(format!("{path}: a script of a sender has run"));
        }
        let elsewhere = browser.ask("return performance.getEntriesByType('resource').map((it) => it.name).filter((it) => !it.startsWith(location.origin))").await;
        if elsewhere != serde_json::json!([]) {
            problems.push(format!("{path}: the browser has loaded {elsewhere}"));
        }
    }
    browser.go(&format!("{origin}/events/replicate-prod%2Fcopied%2F1")).await;
    browser
        .wait("the copy", "[...document.querySelectorAll('.asset img')].some((picture) => picture.naturalWidth > 0)")
        .await;
    let stored = browser.ask("return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])").await;
    if stored != "[{},{},\"\"]" {
        problems.push(format!("the browser's storage holds {stored}"));
    }
    browser.close().await;
    problems
}
