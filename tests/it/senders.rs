//! The four senders, end to end: their requests, as they really send them, become events at the consumer.

use domain::provider::Provider;
use expect_test::{Expect, expect};
use tests::recorded::recorded;
use tests::sender;
use tests::story::Story;
use tests::world::run;

/// Sends the recorded delivery `path` and compares the event that the consumer gets, all of it but the body, which must
/// be what was sent to the last character.
fn check_event(path: &str, expected: Expect) {
    run(async |world| {
        let recorded = recorded(path);
        let mut story = Story::begin(world, recorded.provider).await;
        let delivery = story.delivery(&recorded.body);
        story.send(&delivery).await;
        let event = story.event().await;
        assert!(event.raw().is(&recorded.body), "the body must arrive as it was sent, not as {:?}", event.raw());
        expected.assert_eq(&event.shown(&story.source.name));
    });
}

#[test]
fn csm_reports_a_session() {
    check_event(
        "csm/image-to-3d-complete",
        expect![[r#"
            data.assets: {"archived":null,"expires_at":"2036-11-01T20:21:29.000Z","media_type":null,"role":"fbx","url":"https://implicitshapefm.blob.core.windows.net/inference-outputs/681dcde5253883b154accfde/SESSION_1756711515_3265503_0/mesh.fbx?se=2036-11-01T20%3A21%3A29Z&sp=r&sv=2023-11-03&sr=b&sig=bm90IGEgc2lnbmF0dXJlOiA1NTAzXzAvbWVzaC5mYng%3D"}
            data.assets: {"archived":null,"expires_at":"2036-11-01T20:21:29.000Z","media_type":"model/gltf-binary","role":"glb","url":"https://implicitshapefm.blob.core.windows.net/inference-outputs/681dcde5253883b154accfde/SESSION_1756711515_3265503_0/mesh.glb?se=2036-11-01T20%3A21%3A29Z&sp=r&sv=2023-11-03&sr=b&sig=bm90IGEgc2lnbmF0dXJlOiA1NTAzXzAvbWVzaC5nbGI%3D"}
            data.assets: {"archived":null,"expires_at":"2036-11-01T20:21:29.000Z","media_type":"image/png","role":"image","url":"https://implicitshapefm.blob.core.windows.net/inference-outputs/681dcde5253883b154accfde/SESSION_1756711515_3265503_0/render.png?se=2036-11-01T20%3A21%3A29Z&sp=r&sv=2023-11-03&sr=b&sig=bm90IGEgc2lnbmF0dXJlOiAwM18wL3JlbmRlci5wbmc%3D"}
            data.assets: {"archived":null,"expires_at":"2036-11-01T20:21:29.000Z","media_type":"model/obj","role":"obj","url":"https://implicitshapefm.blob.core.windows.net/inference-outputs/681dcde5253883b154accfde/SESSION_1756711515_3265503_0/mesh.obj?se=2036-11-01T20%3A21%3A29Z&sp=r&sv=2023-11-03&sr=b&sig=bm90IGEgc2lnbmF0dXJlOiA1NTAzXzAvbWVzaC5vYmo%3D"}
            data.assets: {"archived":null,"expires_at":"2036-11-01T20:21:29.000Z","media_type":"model/vnd.usdz+zip","role":"usdz","url":"https://implicitshapefm.blob.core.windows.net/inference-outputs/681dcde5253883b154accfde/SESSION_1756711515_3265503_0/mesh.usdz?se=2036-11-01T20%3A21%3A29Z&sp=r&sv=2023-11-03&sr=b&sig=bm90IGEgc2lnbmF0dXJlOiA1MDNfMC9tZXNoLnVzZHo%3D"}
            data.assets: {"archived":null,"expires_at":"2036-11-01T20:21:29.000Z","media_type":"image/png","role":"segmented_image","url":"https://implicitshapefm.blob.core.windows.net/inference-outputs/681dcde5253883b154accfde/SESSION_1756711515_3265503/segmented.png?se=2036-11-01T20%3A21%3A29Z&sp=r&sv=2023-11-03&sr=b&sig=bm90IGEgc2lnbmF0dXJlOiAzL3NlZ21lbnRlZC5wbmc%3D"}
            data.error: null
            data.job: {"correlation_id":null,"id":"SESSION_1756711515_3265503","model":"sculpt","type":"image_to_3d"}
            data.media: "3d"
            data.origin: "webhook"
            data.provider: "csm"
            data.status: "completed"
            data.timings: {"created_at":"2025-09-01T07:25:15.143Z"}
            data.verified_by: "token"
            datacontenttype: "application/json"
            id: "{source}/SESSION_1756711515_3265503/complete/2025-09-01T07%3A26%3A51.484Z"
            landfallreceived: "{arrival}"
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "SESSION_1756711515_3265503"
            time: "2025-09-01T07:26:51.484Z"
            type: "landfall.job.completed"
            attributes: media=3d, provider=csm, source={source}, status=completed, type=landfall.job.completed"#]],
    );
}

#[test]
fn csm_reports_a_step_in_its_old_dialect() {
    check_event(
        "csm/old-preview-failed",
        expect![[r#"
            data.assets: []
            data.error: null
            data.job: {"correlation_id":null,"id":"SESSION_1698167509_1432614","model":null,"type":"preview"}
            data.media: "3d"
            data.origin: "webhook"
            data.provider: "csm"
            data.status: "failed"
            data.timings: {}
            data.verified_by: "token"
            datacontenttype: "application/json"
            id: "{source}/SESSION_1698167509_1432614/preview_failed"
            landfallreceived: "{arrival}"
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "SESSION_1698167509_1432614"
            time: "{arrival}"
            type: "landfall.job.failed"
            attributes: media=3d, provider=csm, source={source}, status=failed, type=landfall.job.failed"#]],
    );
}

#[test]
fn get3w_reports_a_prediction() {
    check_event(
        "get3w/v3-completed",
        expect![[r#"
            data.assets: {"archived":null,"expires_at":"2024-01-08T12:00:03.000Z","media_type":"image/png","role":"output","url":"https://cdn.get3w.com/outputs/image-xxxxx.png"}
            data.error: null
            data.job: {"correlation_id":null,"id":"pred_abc123","model":"get3w/flux-dev","type":null}
            data.media: "image"
            data.origin: "webhook"
            data.provider: "get3w"
            data.status: "completed"
            data.timings: {"completed_at":"2024-01-01T12:00:03.000Z","created_at":"2024-01-01T12:00:00.000Z","work_seconds":2.5}
            data.verified_by: "signature"
            datacontenttype: "application/json"
            id: "{source}/pred_abc123/completed"
            landfallreceived: "{arrival}"
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "pred_abc123"
            time: "2024-01-01T12:00:03.000Z"
            type: "landfall.job.completed"
            attributes: media=image, provider=get3w, source={source}, status=completed, type=landfall.job.completed"#]],
    );
}

#[test]
fn get3w_reports_a_failure() {
    check_event(
        "get3w/v3-failed",
        expect![[r#"
            data.assets: []
            data.error: {"code":null,"message":"Content flagged by the safety checker"}
            data.job: {"correlation_id":null,"id":"pred_55d0e2b7","model":"get3w/flux-dev","type":null}
            data.media: "other"
            data.origin: "webhook"
            data.provider: "get3w"
            data.status: "failed"
            data.timings: {"completed_at":"2025-11-03T07:00:01.204Z","created_at":"2025-11-03T07:00:00.000Z","work_seconds":0.912}
            data.verified_by: "signature"
            datacontenttype: "application/json"
            id: "{source}/pred_55d0e2b7/failed"
            landfallreceived: "{arrival}"
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "pred_55d0e2b7"
            time: "2025-11-03T07:00:01.204Z"
            type: "landfall.job.failed"
            attributes: media=other, provider=get3w, source={source}, status=failed, type=landfall.job.failed"#]],
    );
}

#[test]
fn modelslab_reports_a_video() {
    check_event(
        "modelslab/video-success",
        expect![[r#"
            data.assets: {"archived":null,"expires_at":null,"media_type":"video/mp4","role":"output","url":"https://pub-3626123a908346a7a8be8d9295f44e26.r2.dev/generations/abc123.mp4"}
            data.error: null
            data.job: {"correlation_id":"video_001","id":"abc123-def456","model":"cogvideox","type":null}
            data.media: "video"
            data.origin: "webhook"
            data.provider: "modelslab"
            data.status: "completed"
            data.timings: {"work_seconds":45.2}
            data.verified_by: "token"
            datacontenttype: "application/json"
            id: "{source}/abc123-def456/success"
            landfallreceived: "{arrival}"
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "abc123-def456"
            time: "{arrival}"
            type: "landfall.job.completed"
            attributes: media=video, provider=modelslab, source={source}, status=completed, type=landfall.job.completed"#]],
    );
}

#[test]
fn modelslab_reports_a_workflow() {
    check_event(
        "modelslab/workflow-completed",
        expect![[r#"
            data.assets: {"archived":null,"expires_at":null,"media_type":"image/png","role":"images","url":"https://cdn.modelslab.com/generated/sunset-1.png"}
            data.assets: {"archived":null,"expires_at":null,"media_type":"image/png","role":"images","url":"https://cdn.modelslab.com/generated/sunset-2.png"}
            data.assets: {"archived":null,"expires_at":null,"media_type":"image/png","role":"masks","url":"https://cdn.modelslab.com/generated/mask-1.png"}
            data.error: null
            data.job: {"correlation_id":null,"id":"exec_xyz789","model":null,"type":null}
            data.media: "image"
            data.origin: "webhook"
            data.provider: "modelslab"
            data.status: "completed"
            data.timings: {"completed_at":"2026-01-02T10:30:45Z","started_at":"2026-01-02T10:30:00Z","work_seconds":45.2}
            data.verified_by: "token"
            datacontenttype: "application/json"
            id: "{source}/exec_xyz789/workflow.completed"
            landfallreceived: "{arrival}"
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "exec_xyz789"
            time: "2026-01-02T10:30:45.000Z"
            type: "landfall.workflow.completed"
            attributes: media=image, provider=modelslab, source={source}, status=completed, type=landfall.workflow.completed"#]],
    );
}

#[test]
fn glossi_reports_a_model() {
    check_event(
        "glossi/model-processed",
        expect![[r#"
            data.assets: {"archived":null,"expires_at":"2025-01-15T11:30:00.000Z","media_type":"model/gltf-binary","role":"glb","url":"https://s3.us-west-2.amazonaws.com/glossi-uploads/models/0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01/model.glb?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20250115T103000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=7bdb0ab1e20ec591e7381df2132049aad8a0c58602b0dce221dffdcb327fd721"}
            data.assets: {"archived":null,"expires_at":"2025-01-15T11:30:00.000Z","media_type":"image/jpeg","role":"thumbnail","url":"https://s3.us-west-2.amazonaws.com/glossi-uploads/models/0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01/thumbnail.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20250115T103000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=219d223a90a3198d911aa95a3db098303ddbebd93880128c8f4475083c93a414"}
            data.error: null
            data.job: {"correlation_id":null,"id":"0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01","model":null,"type":"model"}
            data.media: "3d"
            data.origin: "webhook"
            data.provider: "glossi"
            data.status: "completed"
            data.timings: {}
            data.verified_by: "signature"
            datacontenttype: "application/json"
            id: "{source}/model.processed/0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01"
            landfallreceived: "{arrival}"
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01"
            time: "2025-01-15T10:30:00.000Z"
            type: "landfall.model.completed"
            attributes: media=3d, provider=glossi, source={source}, status=completed, type=landfall.model.completed"#]],
    );
}

#[test]
fn glossi_reports_a_job() {
    check_event(
        "glossi/job-failed",
        expect![[r#"
            data.assets: []
            data.error: {"code":null,"message":"Model processing timed out"}
            data.job: {"correlation_id":null,"id":"c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03","model":null,"type":"job"}
            data.media: "3d"
            data.origin: "webhook"
            data.provider: "glossi"
            data.status: "failed"
            data.timings: {}
            data.verified_by: "signature"
            datacontenttype: "application/json"
            id: "{source}/job.failed/c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03"
            landfallreceived: "{arrival}"
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03"
            time: "2025-01-15T10:30:00.000Z"
            type: "landfall.job.failed"
            attributes: media=3d, provider=glossi, source={source}, status=failed, type=landfall.job.failed"#]],
    );
}

#[test]
fn a_signature_may_be_written_in_capitals() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Get3w).await;
        let body = recorded("get3w/v3-completed").body;
        let signature = sender::sign(&story.source.secrets[0], &body).to_uppercase();
        let delivery = story.delivery(&body).with_header("X-Get3W-Signature", &signature);
        assert_eq!(story.send(&delivery).await.told(), "200 accepted");
    });
}
