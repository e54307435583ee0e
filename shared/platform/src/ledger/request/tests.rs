//! What DynamoDB is asked for, write by write.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::EventType;
use domain::event::{Event, Origin, VerifiedBy};
use domain::ledger::claim::ClaimRequest;
use domain::ledger::listing::query::{Index, Query};
use domain::ledger::record::{PackedBody, RecordBody};
use domain::ledger::replay::ReplayRequest;
use domain::ledger::replay_job::ReplayJobId;
use domain::ledger::schedule::Schedule;
use domain::ledger::settle::Settlement;
use domain::ledger::source_directory::{DIRECTORY_ID, SourceDirectory};
use domain::ledger::sweep::Overdue;
use domain::ledger::writes::{self, DueTime, PutCondition, Takeover};
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;
use expect_test::{Expect, expect};

use super::*;
use crate::ledger::json;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const SCHEDULE: Schedule = Schedule::at(TimeScale::REAL);

fn event() -> Event {
    let source = SourceName::parse("csm").unwrap();
    Event {
        id: EventId::new(&source, ["1"]),
        source,
        provider: Provider::Csm,
        event_type: EventType::Unrecognized,
        subject: None,
        verified_by: VerifiedBy::Token,
        key_meaning: domain::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: NOW,
        recorded_by: "d1".to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(b"{}"),
    }
}

fn claim_request() -> ClaimRequest {
    ClaimRequest { token: "t1".to_owned(), now: NOW, lease_until: SCHEDULE.lease_until(NOW), schedule: SCHEDULE }
}

/// Renders the write, a member a line; of a new item only the size.
fn check(write: &Write<'_>, expected: Expect) {
    let json = serde_json::to_value(WriteRequest { table: "ledger", write }).unwrap();
    let mut told = String::new();
    for (name, value) in json.as_object().unwrap() {
        match (name.as_str(), value) {
            ("TableName" | "ReturnValuesOnConditionCheckFailure", _) => {}
            ("Item", Json::Object(item)) => writeln!(told, "Item of {} attributes", item.len()).unwrap(),
            (_, Json::String(text)) => writeln!(told, "{name}: {text}").unwrap(),
            (_, value) => writeln!(told, "{name}: {value}").unwrap(),
        }
    }
    expected.assert_eq(&told);
}

#[test]
fn a_record_is_put_on_a_condition() {
    let (event, packed) = (event(), PackedBody { bytes: b"{}".to_vec(), is_zstd: false });
    let put = |condition| writes::record(&event, RecordBody::Inline(&packed), NOW, condition);
    check(
        &put(PutCondition::Absent),
        expect![[r#"
            ConditionExpression: attribute_not_exists(id)
            Item of 15 attributes
        "#]],
    );
    check(
        &put(PutCondition::Expired(7)),
        expect![[r#"
            ConditionExpression: attribute_not_exists(id) OR expires_at = :v0
            ExpressionAttributeValues: {":v0":{"N":"7"}}
            Item of 15 attributes
        "#]],
    );
}

#[test]
fn the_directory_is_read_as_it_is_and_put_as_it_was_read() {
    let get = serde_json::to_value(GetRequest { table: "ledger", id: DIRECTORY_ID }).unwrap();
    let expected = serde_json::json!({"TableName": "ledger", "Key": {"id": {"S": "@sources"}}, "ConsistentRead": true});
    assert_eq!(get, expected);
    let none = SourceDirectory::default();
    check(
        &none.put(),
        expect![[r#"
        ConditionExpression: attribute_not_exists(revision)
        Item of 3 attributes
    "#]],
    );
    let item = json::item(serde_json::json!({"revision": {"N": "7"}})).unwrap();
    check(
        &SourceDirectory::of_item(&item).put(),
        expect![[r#"
        ConditionExpression: revision = :v0
        ExpressionAttributeValues: {":v0":{"N":"7"}}
        Item of 3 attributes
    "#]],
    );
}

#[test]
fn an_index_is_asked_backwards_or_counted() {
    let query = Query {
        index: Index::Arrived,
        key: "csm#7".to_owned(),
        from: Timestamp::from_millis(1),
        to: NOW,
        order: Order::Descending,
    };
    let condition = query.condition();
    let start = serde_json::json!({"id": {"S": "csm/1"}});
    let ask = |answer, start| {
        let (index, order) = (query.index.name(), query.order);
        let request = QueryRequest { table: "ledger", index, condition: &condition, order, answer, start };
        serde_json::to_value(request).unwrap()
    };
    let asked = serde_json::json!({
        "TableName": "ledger", "IndexName": "arrived", "ScanIndexForward": false,
        "KeyConditionExpression": "slot = :v0 AND received_at BETWEEN :v1 AND :v2",
        "ExpressionAttributeValues": {":v0": {"S": "csm#7"}, ":v1": {"N": "1"}, ":v2": {"N": "1700000000000"}},
        "Limit": 10, "ExclusiveStartKey": {"id": {"S": "csm/1"}},
    });
    assert_eq!(ask(QueryAnswer::Items(10), Some(&start)), asked);
    let counted = ask(QueryAnswer::Count, None);
    assert_eq!((&counted["Select"], counted.get("Limit")), (&"COUNT".into(), None));
}

#[test]
fn many_items_are_read_without_bodies() {
    let ids = ["csm/1", "csm/2"].map(str::to_owned);
    let batch = serde_json::to_value(BatchGetRequest { table: "ledger", ids: &ids }).unwrap();
    let asked = &batch["RequestItems"]["ledger"];
    assert_eq!(asked["Keys"], serde_json::json!([{"id": {"S": "csm/1"}}, {"id": {"S": "csm/2"}}]));
    let names = asked["ExpressionAttributeNames"].as_object().unwrap();
    assert_eq!(names["#replay_jobs"], "replay_jobs");
    assert!(!names.contains_key("#body") && !names.contains_key("#headers"));
    let projected: Vec<&str> = asked["ProjectionExpression"].as_str().unwrap().split(", ").collect();
    assert_eq!(projected, names.keys().collect::<Vec<_>>());
    let scan = serde_json::to_value(ScanRequest { table: "ledger", segment: 1, segments: 8, start: None }).unwrap();
    assert_eq!((&scan["Segment"], &scan["TotalSegments"]), (&1.into(), &8.into()));
    assert_eq!(scan["ProjectionExpression"], asked["ProjectionExpression"]);
}

#[test]
fn a_claim_is_an_update() {
    let (event, request) = (event(), claim_request());
    check(
        &writes::claim(&event.id, &request, DueTime::Unchanged, Takeover::Refused),
        expect![[r##"
            ConditionExpression: (#state = :v0 AND (attribute_not_exists(not_before) OR not_before <= :v1)) AND due_at >= :v2
            ExpressionAttributeNames: {"#state":"state"}
            ExpressionAttributeValues: {":v0":{"S":"received"},":v1":{"N":"1700000005000"},":v2":{"N":"1700000090000"},":v3":{"S":"processing"},":v4":{"S":"t1"},":v5":{"N":"1700000060000"},":v6":{"N":"1"}}
            Key: {"id":{"S":"csm/1"}}
            ReturnValues: ALL_NEW
            UpdateExpression: SET #state = :v3, claimed_by = :v4, lease_until = :v5 ADD attempts :v6 REMOVE not_before, sweeps, swept_by
        "##]],
    );
    check(
        &writes::claim(&event.id, &request, DueTime::AfterLease, Takeover::Allowed),
        expect![[r##"
        ConditionExpression: (#state = :v0 AND (attribute_not_exists(not_before) OR not_before <= :v1)) OR (#state = :v2 AND (attribute_not_exists(lease_until) OR lease_until <= :v3))
        ExpressionAttributeNames: {"#state":"state"}
        ExpressionAttributeValues: {":v0":{"S":"received"},":v1":{"N":"1700000005000"},":v2":{"S":"processing"},":v3":{"N":"1700000000000"},":v4":{"S":"processing"},":v5":{"S":"t1"},":v6":{"N":"1700000060000"},":v7":{"N":"1"},":v8":{"N":"1700000090000"},":v9":{"S":"50"}}
        Key: {"id":{"S":"csm/1"}}
        ReturnValues: ALL_NEW
        UpdateExpression: SET #state = :v4, claimed_by = :v5, lease_until = :v6, due_at = :v8, due_shard = :v9 ADD attempts :v7 REMOVE not_before, sweeps, swept_by
    "##]],
    );
}

#[test]
fn settling_is_an_update() {
    let event = event();
    let outcome = [("type", "landfall.job.completed".to_owned())];
    let done = Settlement::Done { expires_at_seconds: 7 };
    check(
        &writes::settle(&event, "t1", &done, &outcome),
        expect![[r##"
            ConditionExpression: claimed_by = :v0
            ExpressionAttributeNames: {"#state":"state"}
            ExpressionAttributeValues: {":v0":{"S":"t1"},":v1":{"S":"done"},":v2":{"N":"7"},":v3":{"M":{"type":{"S":"landfall.job.completed"}}}}
            Key: {"id":{"S":"csm/1"}}
            UpdateExpression: SET #state = :v1, expires_at = :v2, outcome = :v3 REMOVE lease_until, not_before, sweeps, swept_by, due_at, due_shard, last_error
        "##]],
    );
    let failed = Settlement::Failed { at: NOW, expires_at_seconds: 7, reason: "because".to_owned() };
    check(
        &writes::settle(&event, "t1", &failed, &[]),
        expect![[r##"
            ConditionExpression: claimed_by = :v0
            ExpressionAttributeNames: {"#state":"state"}
            ExpressionAttributeValues: {":v0":{"S":"t1"},":v1":{"S":"failed"},":v2":{"N":"7"},":v3":{"N":"1700000000000"},":v4":{"S":"f/csm#c"},":v5":{"S":"because"}}
            Key: {"id":{"S":"csm/1"}}
            UpdateExpression: SET #state = :v1, expires_at = :v2, due_at = :v3, due_shard = :v4, last_error = :v5 REMOVE lease_until, not_before, sweeps, swept_by
        "##]],
    );
    let again = Settlement::Again { at: NOW, reason: "because".to_owned(), attempts: 1 };
    check(
        &writes::settle(&event, "t1", &again, &[]),
        expect![[r##"
        ConditionExpression: claimed_by = :v0
        ExpressionAttributeNames: {"#state":"state"}
        ExpressionAttributeValues: {":v0":{"S":"t1"},":v1":{"S":"received"},":v2":{"N":"1700000000000"},":v3":{"N":"1700000000000"},":v4":{"S":"50"},":v5":{"S":"because"},":v6":{"N":"1"}}
        Key: {"id":{"S":"csm/1"}}
        UpdateExpression: SET #state = :v1, not_before = :v2, due_at = :v3, due_shard = :v4, last_error = :v5, attempts = :v6 REMOVE lease_until, expires_at
    "##]],
    );
}

#[test]
fn a_replay_is_an_update() {
    let event = event();
    let job = ReplayJobId::parse("0123456789abcdef").unwrap();
    let request = ReplayRequest { job, now: NOW, schedule: SCHEDULE, replays_contradicted: false };
    check(
        &request.write(&event.id),
        expect![[r##"
            ConditionExpression: (#state = :v0 OR #state = :v1) AND expires_at > :v2 AND NOT contains(replay_jobs, :v3) AND (attribute_not_exists(body_ref) OR received_at > :v4) AND NOT begins_with(last_error, :v5)
            ExpressionAttributeNames: {"#state":"state"}
            ExpressionAttributeValues: {":v0":{"S":"done"},":v1":{"S":"failed"},":v10":{"N":"1"},":v11":{"SS":["0123456789abcdef"]},":v12":{"N":"1700000600000"},":v13":{"S":"50"},":v2":{"N":"1700003600"},":v3":{"S":"0123456789abcdef"},":v4":{"N":"1695248000000"},":v5":{"S":"contradicted"},":v6":{"S":"received"},":v7":{"N":"0"},":v8":{"S":"replay:0123456789abcdef"},":v9":{"N":"1700000000000"}}
            Key: {"id":{"S":"csm/1"}}
            ReturnValues: ALL_NEW
            UpdateExpression: SET #state = :v6, attempts = :v7, claimed_by = :v8, replayed_at = :v9, due_at = :v12, due_shard = :v13 ADD replay :v10, replay_jobs :v11 REMOVE expires_at, not_before, lease_until, sweeps, outcome
        "##]],
    );
}

#[test]
fn due_times_are_updated() {
    let event = event();
    check(
        &writes::bring_forward(&event.id, NOW),
        expect![[r##"
        ConditionExpression: #state = :v0 AND due_at > :v1
        ExpressionAttributeNames: {"#state":"state"}
        ExpressionAttributeValues: {":v0":{"S":"received"},":v1":{"N":"1700000000000"},":v2":{"N":"1700000000000"}}
        Key: {"id":{"S":"csm/1"}}
        UpdateExpression: SET due_at = :v2
    "##]],
    );
    let mark = Overdue { id: event.id.to_string(), due_at: NOW, sweeps: 0 }.mark("t1".to_owned(), NOW, SCHEDULE);
    check(
        &writes::mark_swept(&mark),
        expect![[r##"
        ConditionExpression: due_at = :v0 AND (#state = :v1 OR #state = :v2) AND (attribute_not_exists(lease_until) OR lease_until <= :v3)
        ExpressionAttributeNames: {"#state":"state"}
        ExpressionAttributeValues: {":v0":{"N":"1700000000000"},":v1":{"S":"received"},":v2":{"S":"processing"},":v3":{"N":"1700000000000"},":v4":{"N":"1700000060000"},":v5":{"S":"t1"},":v6":{"N":"1"}}
        Key: {"id":{"S":"csm/1"}}
        ReturnValues: ALL_NEW
        UpdateExpression: SET due_at = :v4, swept_by = :v5 ADD sweeps :v6
    "##]],
    );
    check(
        &writes::take_mark_back(&mark, NOW),
        expect![[r#"
        ConditionExpression: swept_by = :v0 AND due_at = :v1
        ExpressionAttributeValues: {":v0":{"S":"t1"},":v1":{"N":"1700000060000"},":v2":{"N":"1700000000000"},":v3":{"N":"-1"}}
        Key: {"id":{"S":"csm/1"}}
        UpdateExpression: SET due_at = :v2 ADD sweeps :v3
    "#]],
    );
}
