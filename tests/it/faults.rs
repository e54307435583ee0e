//! Faults of our own: whatever cannot be decided now, the sender is asked to send again.

use std::collections::BTreeSet;

use domain::provider::Provider;
use expect_test::expect;
use tests::confidential;
use tests::observe::until;
use tests::recorded::recorded;
use tests::sender;
use tests::source::Source;
use tests::world::run;

#[test]
fn a_source_whose_secret_cannot_be_used_is_our_fault() {
    run(async |world| {
        let body = recorded("glossi/job-complete").body;
        let mut told = Vec::new();
        let secrets = [
            "not json",
            "[]",
            r#"{"provider":"acme","secrets":["a-secret-of-no-use"]}"#,
            r#"{"provider":"glossi"}"#,
            r#"{"provider":"glossi","secrets":["short"]}"#,
            r#"{"provider":"glossi","token_sha256":["the token itself"]}"#,
            r#"{"provider":"csm","secrets":["a-secret-of-no-use"]}"#,
        ];
        // What cannot be used is still nobody's business.
        for text in ["a-secret-of-no-use", "the token itself"] {
            confidential::keep("secret that cannot be used", text);
        }
        for secret in secrets {
            let source = Source::new(Provider::Glossi);
            source.set_up_as(&world.aws, &world.stack, secret).await;
            told.push(world.send(&world.delivery(&source, &body)).await.shown());
        }
        told.dedup();
        expect![[r#"
            503
            retry-after: 5
            content-type: application/json
            {"error":"not accepted; please send it again"}"#]]
        .assert_eq(&told.join("\n---\n"));
    });
}

#[test]
fn strangers_guesses_of_names_are_rationed() {
    run(async |world| {
        let mut told = BTreeSet::new();
        // One after the other, so that most reach one instance; the ration is each instance's own.
        let told = until("both answers to guesses", async || {
            for _ in 0..20 {
                let url = sender::url(&world.stack, &format!("guess-{:08x}", fastrand::u32(..)), None);
                told.insert(world.send(&sender::request(&url, Provider::Csm, None, b"{}")).await.shown());
            }
            let seen = told.iter().map(String::as_str).collect::<Vec<_>>().join("\n---\n");
            if told.len() < 2 { Err(seen) } else { Ok(seen) }
        })
        .await;
        expect![[r#"
            401
            content-type: application/json
            {"error":"the delivery could not be verified"}
            ---
            503
            retry-after: 5
            content-type: application/json
            {"error":"not accepted; please send it again"}"#]]
        .assert_eq(&told);
    });
}
