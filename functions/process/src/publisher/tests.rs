//! Which events go together.

use super::*;

/// Events of these sizes are added to a group with so many places; an `x` gives a place up. A group is told when it is
/// sent, by its sizes.
fn check(open_places: usize, added: &[&str], expected: &[&[usize]]) {
    let mut group = Group { open_places, ..Group::default() };
    let mut sent = Vec::new();
    for size in added {
        let groups = match size.parse::<usize>() {
            Ok(bytes) => {
                let event = Published { json: "x".repeat(bytes), attributes: Vec::new() };
                let (full, complete, _) = group.add(Waiting { event, tell: oneshot::channel().0 });
                vec![full, complete]
            }
            Err(_) => vec![group.close_place()],
        };
        let sizes = groups.iter().filter(|group| !group.is_empty());
        sent.extend(sizes.map(|group| group.iter().map(|waiting| waiting.event.bytes()).collect::<Vec<_>>()));
    }
    assert_eq!(sent, expected, "{open_places} places, {added:?}");
}

#[test]
fn what_comes_together_is_sent_when_nothing_more_can_come() {
    check(1, &["5"], &[&[5]]);
    check(3, &["1", "2", "3"], &[&[1, 2, 3]]);
    check(3, &["1", "2"], &[]);
    check(3, &["1", "x", "3"], &[&[1, 3]]);
    check(3, &["1", "2", "x"], &[&[1, 2]]);
    check(2, &["x", "x"], &[]);
}

#[test]
fn no_group_is_larger_than_sns_takes() {
    let ones = ["1"; 11];
    check(11, &ones, &[&[1; 10], &[1]]);
    let half = (PUBLISHED_MAX_BYTES / 2).to_string();
    let bytes = PUBLISHED_MAX_BYTES / 2;
    check(3, &[&half, &half, &half], &[&[bytes, bytes], &[bytes]]);
    check(2, &[&PUBLISHED_MAX_BYTES.to_string(), "1"], &[&[PUBLISHED_MAX_BYTES], &[1]]);
}
