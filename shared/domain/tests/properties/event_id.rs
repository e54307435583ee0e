use domain::event::event_id::{EVENT_ID_MAX_BYTES, EventId};
use domain::source::source_name::SourceName;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::sample::select;

use crate::any;

type Key = (SourceName, Vec<String>);

fn id((source, components): &Key) -> EventId {
    EventId::new(source, components.iter().map(String::as_str))
}

/// Two keys that have much in common, or everything: what two independent ones have differs almost always.
fn related() -> impl Strategy<Value = (Key, Key)> {
    fn encoded(text: &str) -> String {
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
    }
    let relations: Vec<fn(&Key) -> Key> = vec![
        |key| key.clone(),
        |(source, components)| (source.clone(), vec![components.join("/")]),
        |(source, components)| (source.clone(), components.iter().rev().cloned().collect()),
        |(source, components)| (source.clone(), components[..1].to_vec()),
        |(source, components)| (source.clone(), components.iter().map(|component| encoded(component)).collect()),
        |(source, components)| (source.clone(), components.iter().map(|component| component.to_lowercase()).collect()),
        // What the id itself says, as a component.
        |key| (key.0.clone(), id(key).as_str().split('/').skip(1).map(str::to_owned).collect()),
    ];
    ((any::source_name(), any::components()), select(relations)).prop_map(|(key, relation)| {
        let other = relation(&key);
        (key, other)
    })
}

proptest! {
    #[test]
    fn ids_are_equal_exactly_if_their_components_are((one, other) in related()) {
        prop_assert_eq!(id(&one) == id(&other), one == other);
    }

    #[test]
    fn independent_keys_never_share_an_id(
        one in (any::source_name(), any::components()),
        other in (any::source_name(), any::components()),
    ) {
        prop_assert_eq!(id(&one) == id(&other), one == other);
    }

    #[test]
    fn an_id_is_short_and_plain_and_reads_back(key in (any::source_name(), any::components())) {
        let id = id(&key);
        prop_assert!(id.as_str().len() <= EVENT_ID_MAX_BYTES);
        prop_assert!(id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._~-%:".contains(&byte)));
        prop_assert_eq!(EventId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn any_text_is_an_id_as_it_stands_or_none(text in any::text()) {
        if let Ok(id) = EventId::parse(&text) {
            prop_assert_eq!(id.as_str(), text);
        }
    }
}
