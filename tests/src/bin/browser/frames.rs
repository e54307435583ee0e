//! Whether a held key keeps the page at the screen's own pace, and what a step of it changes.

use serde::Deserialize;
use tests::world::World;

use crate::driver::{Driver, Scheme};
use crate::{open, scene};

/// Steps down a page of the list, back up, and down again.
const ROWS: usize = 48;
const STEPS: usize = 3 * ROWS;
/// What a held key does, some 30 times a second: in every second frame.
const HOLD: &str = "
    const rows = document.querySelector('#rows');
    let touched = new Set();
    const observer = new MutationObserver((changes) => changes.forEach((change) => touched.add(row(change.target))));
    observer.observe(rows, {subtree: true, attributes: true, childList: true, characterData: true});
    const row = (node) => (node.closest ? node : node.parentElement).closest('#rows > tr')?.dataset.id ?? 'the list';
    const trace = window.trace = {steps: 0, rows_a_step: 0, instants: [], is_done: false};
    const draw = (now) => {
        trace.instants.push(now);
        if (trace.instants.length % 2 === 0) {
            trace.rows_a_step = Math.max(trace.rows_a_step, touched.size);
            touched = new Set();
            if (trace.steps === STEPS) {
                trace.is_done = true;
                return;
            }
            document.body.dispatchEvent(new KeyboardEvent('keydown', {key: Math.floor(trace.steps / ROWS) % 2 ? 'k' : 'j', bubbles: true, cancelable: true, repeat: true}));
            trace.steps += 1;
        }
        requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);";

#[derive(Deserialize)]
struct Trace {
    /// The most rows that a step has changed.
    rows_a_step: usize,
    /// When each frame began, in milliseconds.
    instants: Vec<f64>,
}

/// Holds `j` and `k` down in turn, prints how long the frames took, and says what a step changes that it should not.
pub(crate) async fn hold_a_key(world: &World, driver: &Driver) -> Vec<String> {
    for number in 0..ROWS + 2 {
        world.put_record(&scene::fresh(1_000 + number)).await;
    }
    let (_tool, browser, origin) = open(&world.stack_file(), driver, Scheme::Light).await;
    browser.size(1280, 860).await;
    browser.go(&format!("{origin}/events?source=replicate-prod&live=1")).await;
    browser.settle().await;
    browser.press("j").await;
    let selected = "[...document.querySelectorAll('#rows > tr')].findIndex((row) => row.hasAttribute('aria-current'))";
    browser.wait("a selected row", &format!("{selected} === 0")).await;
    browser.settle().await;
    browser.ask(&HOLD.replace("STEPS", &STEPS.to_string()).replace("ROWS", &ROWS.to_string())).await;
    browser.wait("the end of the steps", "window.trace.is_done").await;
    let trace: Trace = serde_json::from_value(browser.ask("return window.trace").await).expect("a trace");
    let reached = browser.ask(&format!("return {selected}")).await;
    browser.close().await;
    let frames: Vec<f64> = trace.instants.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let millis: f64 = frames.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred frames")]
    let per_second = frames.len() as f64 * 1000.0 / millis;
    println!(
        "j and k held down over {STEPS} rows: {} frames, {per_second:.1} a second; the longest took {:.1} ms",
        frames.len(),
        frames.iter().copied().fold(0.0, f64::max),
    );
    let mut problems = Vec::new();
    if reached != ROWS {
        problems.push(format!("{ROWS} steps down, up and down from the first row lead to row {reached}"));
    }
    if !(1..=2).contains(&trace.rows_a_step) {
        problems.push(format!("a step changes {} rows, and not the two that it leaves and reaches", trace.rows_a_step));
    }
    problems
}
