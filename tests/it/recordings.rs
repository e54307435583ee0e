//! Every recorded delivery, of every sender and in every variant, on its whole way.

use std::collections::BTreeMap;

use domain::provider::Provider;
use expect_test::{Expect, expect};
use futures_util::StreamExt;
use futures_util::stream;
use tests::recorded::{RecordedDelivery, all_recorded};
use tests::source::Source;
use tests::world::{World, run};

/// Sends every recorded delivery of `provider`, then each once more, and compares a line for each.
fn check_all(provider: Provider, expected: Expect) {
    run(async |world| {
        // Variants of one report have one key, so they are one event, unless they come to different sources.
        let all = all_recorded(provider);
        let key = |recorded: &RecordedDelivery| {
            provider.sender().expect("a sender of the catalogue").head(&BTreeMap::new(), &recorded.body).key
        };
        let mut sources = Vec::new();
        let mut sent = Vec::new();
        for (number, recorded) in all.iter().enumerate() {
            let variant = all[..number]
                .iter()
                .filter(|earlier| !key(earlier).is_empty() && key(earlier) == key(recorded))
                .count();
            if variant == sources.len() {
                sources.push(world.source(provider).await);
            }
            sent.push((variant, recorded));
        }
        // A few at a time, as a busy account would send them.
        let lines = sent.into_iter().map(|(variant, recorded)| line(world, &sources[variant], recorded));
        let lines: Vec<String> = stream::iter(lines).buffered(4).collect().await;
        expected.assert_eq(&(lines.join("\n") + "\n"));
    });
}

async fn line(world: &World, source: &Source, recorded: &RecordedDelivery) -> String {
    let RecordedDelivery { name, content_type, body, .. } = recorded;
    let delivery = world.delivery(source, body).with_header("content-type", content_type);
    let (answer, repeat) = (world.deliver_new(&delivery).await, world.deliver(&delivery).await);
    let id = answer.event_id().unwrap_or_else(|| panic!("{name}: {}", answer.told()));
    assert_eq!((answer.told(), repeat.told()), ("200 accepted".into(), "200 duplicate".into()), "{name}");
    assert_eq!(repeat.event_id().as_ref(), Some(&id), "{name}");
    let event = world.event(source, &id).await;
    let raw = event.raw();
    assert!(raw.is(body), "{name}: the body must arrive as it was sent, not as {raw:?}");
    let key = id.strip_prefix(&format!("{}/", source.name)).unwrap_or(&id);
    format!("{name}: {} {} <- {key} ({})", event.text("/type"), event.text("/subject"), raw.form())
}

#[test]
fn every_recorded_delivery_of_csm_arrives() {
    check_all(
        Provider::Csm,
        expect![[r#"
        animation-complete: landfall.job.completed SESSION_1757590412_7741206 <- SESSION_1757590412_7741206/complete/2025-09-11T11%3A41%3A08.219Z (raw)
        animation-predefined-done: landfall.job.progress SESSION_1757590412_7741206 <- SESSION_1757590412_7741206/predefined_done/2025-09-11T11%3A36%3A12.090Z/8587fe0e64ebc9cb409a3d478f08a844a65c547b974be348372de00401ebde9a (raw)
        image-to-3d-complete: landfall.job.completed SESSION_1756711515_3265503 <- SESSION_1756711515_3265503/complete/2025-09-01T07%3A26%3A51.484Z (raw)
        image-to-3d-failed: landfall.job.failed SESSION_1756718030_9917264 <- SESSION_1756718030_9917264/failed/2025-09-01T09%3A15%3A02.118Z (raw)
        image-to-3d-incomplete: landfall.job.progress SESSION_1756711515_3265503 <- SESSION_1756711515_3265503/incomplete/2025-09-01T07%3A25%3A15.612Z/33a552c5f53ad7a380053252c74a6ea5ca850dc9dbfc3e5fc2b38dcef6019c88 (raw)
        image-to-3d-legacy-complete: landfall.job.completed SESSION_1714031876_2093341 <- SESSION_1714031876_2093341/complete/2025-09-12T16%3A20%3A44.713Z (raw)
        image-to-3d-segmented: landfall.job.progress SESSION_1756711515_3265503 <- SESSION_1756711515_3265503/incomplete/2025-09-01T07%3A25%3A38.077Z/49a830fc083a1705c147fe5b5c3f76b46c25a035fd267c44e6f2cb36995db24a (raw)
        image-to-kit-complete: landfall.job.completed SESSION_1757489021_6674310 <- SESSION_1757489021_6674310/complete/2025-09-10T07%3A41%3A33.555Z (raw)
        multiview-to-3d-complete: landfall.job.completed SESSION_1757061124_5512096 <- SESSION_1757061124_5512096/complete/2025-09-05T08%3A34%3A19.006Z (raw)
        new-session-type: landfall.job.completed SESSION_1761900345_8830021 <- SESSION_1761900345_8830021/complete/2025-10-31T08%3A52%3A10.365Z (raw)
        not-json: landfall.unrecognized  <- 2ea92ebdad58dcc1d49bd79cd439237a0ee399a7d5975b70261a287f6858d38b (raw_text)
        old-preview-done: landfall.job.completed SESSION_1698167509_1432614 <- SESSION_1698167509_1432614/preview_done (raw)
        old-preview-failed: landfall.job.failed SESSION_1698167509_1432614 <- SESSION_1698167509_1432614/preview_failed (raw)
        old-refine-done: landfall.job.completed SESSION_1698167509_1432614 <- SESSION_1698167509_1432614/refine_done (raw)
        old-spin-generate-done: landfall.job.completed SESSION_1698167509_1432614 <- SESSION_1698167509_1432614/spin_generate_done (raw)
        old-spin-generate-failed: landfall.job.failed SESSION_1698167509_1432614 <- SESSION_1698167509_1432614/spin_generate_failed (raw)
        old-spin-generate-processing: landfall.job.progress SESSION_1698167509_1432614 <- SESSION_1698167509_1432614/spin_generate_processing/b0739d6977a0462e387b34c1c852fbb5238ddbfe7dd8776b9485822f8ddeff58 (raw)
        retopology-complete: landfall.job.completed SESSION_1757502209_3328817 <- SESSION_1757502209_3328817/complete/2025-09-10T11%3A12%3A05.841Z (raw)
        text-to-image-complete: landfall.job.completed SESSION_1757400871_1180437 <- SESSION_1757400871_1180437/complete/2025-09-09T06%3A54%3A47.930Z (raw)
        text-to-image-legacy-completed: landfall.job.completed SESSION_1718022930_4419265 <- SESSION_1718022930_4419265/completed/2025-09-10T12%3A35%3A41.270Z (raw)
        unrecognized-type: landfall.unrecognized  <- 4a5e1aecfe8d8d1d2109838f14a90a60ce9231aea787a4dc4cb6d76c400208ba (raw)
        unrecognized-without-status: landfall.unrecognized SESSION_1756711515_3265503 <- 4f313fd6c6675cf4c018340ceba54a3e6a4e610254b69e3d02319037323e567c (raw)
    "#]],
    );
}

#[test]
fn every_recorded_delivery_of_get3w_arrives() {
    check_all(
        Provider::Get3w,
        expect![[r#"
        empty: landfall.unrecognized  <- e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 (raw_text)
        not-json: landfall.unrecognized  <- 880c929020d4b79bf1995656d21d9a6859aab3a9460f941eb0b1a6e5502ee4cc (raw_text)
        unrecognized-status: landfall.unrecognized pred_0b0b0b0b <- pred_0b0b0b0b/archived/e363446952b4f213310f455f0ea5f24003bb698f491b97d2ab7944a5b72b7bad (raw)
        v1-completed: landfall.job.completed 3f0c1e0a-5a52-4d0e-9b7c-0d9f7c6f2a11 <- 3f0c1e0a-5a52-4d0e-9b7c-0d9f7c6f2a11/completed (raw)
        v1-failed-error-object: landfall.job.failed b8f6a1d2-0c3e-4f5a-8b7d-2e1f0a9c8d7e <- b8f6a1d2-0c3e-4f5a-8b7d-2e1f0a9c8d7e/failed (raw)
        v1-outputs-missing: landfall.job.completed d4c3b2a1-1111-4222-8333-444455556666 <- d4c3b2a1-1111-4222-8333-444455556666/completed (raw)
        v3-completed: landfall.job.completed pred_abc123 <- pred_abc123/completed (raw)
        v3-completed-two-videos: landfall.job.completed pred_7f31c09a <- pred_7f31c09a/completed (raw)
        v3-completed-without-endings: landfall.job.completed pred_c1184e02 <- pred_c1184e02/completed (raw)
        v3-created: landfall.job.progress pred_7f31c09a <- pred_7f31c09a/created/c0ed07ee04a9b28a172cb4813fbd18f31fed50b9a451b269e05352860ef64de8 (raw)
        v3-failed: landfall.job.failed pred_55d0e2b7 <- pred_55d0e2b7/failed (raw)
        v3-outputs-null: landfall.job.completed pred_91a2b3c4 <- pred_91a2b3c4/completed (raw)
        v3-processing: landfall.job.progress pred_7f31c09a <- pred_7f31c09a/processing/9446ef69fa4e7d9c7d631ac7ffe3a17488aaeb44e03d14438d82a81ffee6d5fe (raw)
    "#]],
    );
}

#[test]
fn every_recorded_delivery_of_modelslab_arrives() {
    check_all(
        Provider::Modelslab,
        expect![[r#"
        error-messege: landfall.job.failed 12345680 <- 12345680/error (raw)
        error-validation: landfall.job.failed 12345681 <- 12345681/error (raw)
        failed: landfall.job.failed abc123-def456 <- abc123-def456/failed (raw)
        image-success-base64: landfall.job.completed 12345702 <- 12345702/success (raw)
        image-success-future-links: landfall.job.completed 12345701 <- 12345701/success (raw)
        image-success-integer-id: landfall.job.completed 12345678 <- 12345678/success (raw)
        noncharacters: landfall.job.completed 12345692 <- 12345692/success (raw)
        not-json: landfall.unrecognized  <- 7034b814573dd57087dc54ff0cd99c80af96b753dae1ffdf556889ffb5a6bdd5 (raw_text)
        not-utf8: landfall.unrecognized  <- e8938ecb675172f02f1fd54762b4d8f0ad081cf0566a4fafd98839fa074ffe44 (raw_base64)
        processing: landfall.job.progress 12345679 <- 12345679/processing/5d235fd20e8682db358525a5e57050fe3ffaa187ecbc486c328d47dc5bfa485a (raw)
        text-to-3d-success: landfall.job.completed 5550123 <- 5550123/success (raw)
        track-id-only-success: landfall.job.completed order_12345 <- order_12345/success (raw)
        training-deploying-gpu: landfall.training.progress F5jvdzGnYi <- F5jvdzGnYi/deploying_gpu/5ede900214329c42b436d3c938a3f1049319413819cf83036866350020354579 (raw)
        training-failed: landfall.training.failed Q8rwxaPkTz <- Q8rwxaPkTz/training_failed (raw)
        training-model-ready: landfall.training.completed F5jvdzGnYi <- F5jvdzGnYi/model_ready (raw)
        training-success-not-ready: landfall.training.progress F5jvdzGnYi <- F5jvdzGnYi/training_success/f0591ecf4a78178fd6febaa43e4e72dde0def70a31bc9f537271e741c934aafb (raw)
        unrecognized-status: landfall.unrecognized 12345690 <- 12345690/queued/8aff3484f26fef508acc8a37a4f0cad56a71c81747482a1cf14997f5fae06910 (raw)
        unrecognized-workflow-started: landfall.unrecognized exec_xyz789 <- exec_xyz789/workflow.started/c08674331d99e80bc2bd70f39109c253cb57425439521e9fb73367499288bdeb (raw)
        video-success: landfall.job.completed abc123-def456 <- abc123-def456/success (raw)
        voice-cover-success-links: landfall.job.completed 884213 <- 884213/success (raw)
        workflow-cancelled: landfall.workflow.failed 12347 <- 12347/workflow.completed (raw)
        workflow-completed: landfall.workflow.completed exec_xyz789 <- exec_xyz789/workflow.completed (raw)
        workflow-completed-flat: landfall.workflow.completed 12345 <- 12345/workflow.completed (raw)
        workflow-completed-flat-proxy-links: landfall.workflow.completed 12346 <- 12346/workflow.completed (raw)
        workflow-failed: landfall.workflow.failed exec_q4w5e6 <- exec_q4w5e6/workflow.failed (raw)
    "#]],
    );
}

#[test]
fn every_recorded_delivery_of_glossi_arrives() {
    check_all(
        Provider::Glossi,
        expect![[r#"
        job-complete: landfall.job.completed c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03 <- job.complete/c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03 (raw)
        job-failed: landfall.job.failed c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03 <- job.failed/c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03 (raw)
        model-failed: landfall.model.failed 0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01 <- model.failed/0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01 (raw)
        model-processed: landfall.model.completed 0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01 <- model.processed/0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01 (raw)
        model-processed-beta-field: landfall.model.completed 0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01 <- model.processed/0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01 (raw)
        noncharacters: landfall.model.failed 0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01 <- model.failed/0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01 (raw)
        not-json: landfall.unrecognized  <- c87dd6466e44a0013215a199bb050497c2e9eef569450bd98a7103be6f5c6736 (raw_text)
        not-utf8: landfall.unrecognized  <- dffb6f80fc89f488c240a4cb7c88824bbdbd0fc092cf3a2677dede8c4edf66e4 (raw_base64)
        project-created: landfall.project.created 6f9d0c44-98b1-4c0f-a0a4-2b7f2a6b1c02 <- project.created/6f9d0c44-98b1-4c0f-a0a4-2b7f2a6b1c02 (raw)
        render-complete: landfall.job.completed e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04 <- render.complete/e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04 (raw)
        render-failed: landfall.job.failed e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04 <- render.failed/e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04 (raw)
        unrecognized-event: landfall.unrecognized e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04 <- render.queued/e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04/d04bfe8d243ab933a353ef709c327bf25b4791f44fc741bb8f98c5d7150ee047 (raw)
    "#]],
    );
}
