use super::*;

const POLICY: Policy = Policy {
    fresh_for: Duration::from_secs(300),
    stale_for: Duration::from_secs(600),
    reads_apart: Duration::from_secs(30),
    retry_after: Duration::from_secs(5),
    absent_for: Duration::from_secs(60),
    capacity: 4,
};

type Cache = StaleCache<u32, &'static str, &'static str>;

fn at(second: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000) + Duration::from_secs(second)
}

fn render(recall: Recall<&str, &str>) -> String {
    match recall {
        Recall::Read => "read".to_owned(),
        Recall::FirstRead => "first read".to_owned(),
        Recall::Found(Found::Value { value, is_stale: false }) => value.to_owned(),
        Recall::Found(Found::Value { value, is_stale: true }) => format!("stale {value}"),
        Recall::Found(Found::Absent) => "absent".to_owned(),
        Recall::Found(Found::Error(error)) => error.to_owned(),
    }
}

type Read = (u64, Result<Option<&'static str>, &'static str>);

/// Learns what was read at each second, and checks what is recalled at others.
fn check(reads: &[Read], expected: &[(u64, &str)]) {
    let mut cache = Cache::default();
    for (second, read) in reads {
        let found = cache.learn(&1, *read, &POLICY, at(*second));
        assert_eq!(cache.recall(&1, &POLICY, at(*second)), Recall::Found(found));
    }
    for (second, text) in expected {
        assert_eq!(render(cache.recall(&1, &POLICY, at(*second))), *text, "{reads:?} at {second}");
    }
}

#[test]
fn each_kind_of_answer_counts_for_its_time() {
    check(&[], &[(0, "first read")]);
    check(&[(0, Ok(Some("a")))], &[(299, "a"), (300, "read")]);
    check(&[(0, Ok(None))], &[(59, "absent"), (60, "first read")]);
    check(&[(0, Err("down"))], &[(4, "down"), (5, "read")]);
}

#[test]
fn a_value_outlives_failed_reads_for_a_while() {
    let known = (0, Ok(Some("a")));
    check(&[known, (300, Err("down"))], &[(329, "stale a"), (330, "read")]);
    check(&[known, (300, Err("down")), (330, Ok(Some("b")))], &[(331, "b"), (629, "b"), (630, "read")]);
    check(&[known, (300, Err("down")), (890, Err("down"))], &[(899, "stale a"), (900, "read")]);
    check(&[known, (300, Err("down")), (900, Err("down"))], &[(904, "down"), (905, "read")]);
}

#[test]
fn no_value_outlives_its_absence() {
    check(&[(0, Ok(Some("a"))), (300, Ok(None))], &[(301, "absent")]);
    check(&[(0, Ok(None)), (60, Ok(Some("a")))], &[(61, "a")]);
}

#[test]
fn what_is_invalidated_is_read_again_as_soon_as_it_may_be() {
    let mut cache = Cache::default();
    cache.learn(&1, Ok(Some("a")), &POLICY, at(0));
    cache.invalidate(&1);
    cache.invalidate(&2);
    assert_eq!(render(cache.recall(&1, &POLICY, at(29))), "a");
    assert_eq!(render(cache.recall(&1, &POLICY, at(30))), "read");
}

#[test]
fn a_doubt_causes_a_read_only_now_and_then() {
    let mut cache = Cache::default();
    assert!(cache.may_read_again(&1, &POLICY, at(0)));
    cache.learn(&1, Ok(Some("a")), &POLICY, at(0));
    assert!(!cache.may_read_again(&1, &POLICY, at(29)));
    assert!(cache.may_read_again(&1, &POLICY, at(30)));
}

#[test]
fn the_policy_of_each_call_counts() {
    let mut cache = Cache::default();
    cache.learn(&1, Ok(Some("a")), &POLICY, at(0));
    let longer = Policy { fresh_for: Duration::from_secs(400), ..POLICY };
    assert_eq!(render(cache.recall(&1, &longer, at(399))), "a");
    let never_stale = Policy { stale_for: Duration::ZERO, ..POLICY };
    cache.learn(&1, Err("broken"), &never_stale, at(299));
    assert_eq!(render(cache.recall(&1, &POLICY, at(299))), "stale a");
    assert_eq!(render(cache.recall(&1, &POLICY, at(300))), "read");
}

#[test]
fn what_one_error_has_bounded_no_later_error_extends() {
    let mut cache = Cache::default();
    cache.learn(&1, Ok(Some("a")), &POLICY, at(0));
    let never_stale = Policy { stale_for: Duration::ZERO, ..POLICY };
    cache.learn(&1, Err("broken"), &never_stale, at(290));
    cache.learn(&1, Err("down"), &POLICY, at(299));
    assert_eq!(render(cache.recall(&1, &POLICY, at(299))), "stale a");
    cache.learn(&1, Err("down"), &POLICY, at(300));
    assert_eq!(render(cache.recall(&1, &POLICY, at(300))), "down");
}

#[test]
fn the_memory_is_bounded_and_strangers_displace_no_value() {
    let mut cache = Cache::default();
    cache.learn(&1, Ok(Some("a")), &POLICY, at(0));
    for key in 100..200 {
        cache.learn(&key, if key % 2 == 0 { Ok(None) } else { Err("down") }, &POLICY, at(1));
    }
    assert_eq!(cache.entries.len(), POLICY.capacity);
    assert!(cache.has_value(&1) && !cache.has_value(&100));
    for key in 2..=5 {
        cache.learn(&key, Ok(Some("b")), &POLICY, at(u64::from(key)));
    }
    assert_eq!(cache.entries.len(), POLICY.capacity);
    let known = [1, 2, 3, 4, 5].map(|key| cache.has_value(&key));
    assert_eq!(known, [false, true, true, true, true], "the one read longest ago has gone");
}
