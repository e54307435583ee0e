//! Parts of a description in words.

use domain::description::{FieldPath, FieldPaths, HeaderName, Line, Pointer, Template, TemplatePart};

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn either(words: &[String]) -> String {
    joined(words, "or")
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn all(words: &[String]) -> String {
    joined(words, "and")
}

fn joined(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [words @ .., word] => format!("{} {last} {word}", words.join(", ")),
    }
}

pub(crate) fn code(text: &str) -> String {
    format!("`{text}`")
}

pub(crate) fn headers(names: &[HeaderName]) -> String {
    either(&names.iter().map(|HeaderName(name)| code(name)).collect::<Vec<_>>())
}

/// A pointer as it is written.
pub(crate) fn pointer(Pointer(segments): &Pointer) -> String {
    segments.iter().map(|segment| format!("/{}", segment.replace('~', "~0").replace('/', "~1"))).collect()
}

pub(crate) fn places(FieldPaths(places): &FieldPaths, id: &[HeaderName]) -> String {
    let place = |place: &FieldPath| match place {
        FieldPath::Body(at) => code(&pointer(at)),
        FieldPath::Header(HeaderName(name)) => code(name),
        FieldPath::Id => headers(id),
        FieldPath::Query(name) => code(&format!("?{name}=")),
    };
    either(&places.iter().map(place).collect::<Vec<_>>())
}

/// A message as it is written.
pub(crate) fn template(Template(parts): &Template) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Literal(text) => text.replace('\n', "\\n"),
        TemplatePart::Body => "{body}".to_owned(),
        TemplatePart::BodySha256 => "{body_sha256}".to_owned(),
        TemplatePart::Timestamp => "{timestamp}".to_owned(),
        TemplatePart::Id => "{id}".to_owned(),
        TemplatePart::Header(HeaderName(name)) => format!("{{header:{name}}}"),
        TemplatePart::Json { pointers, or_empty } => {
            let or_empty = if *or_empty { "|" } else { "" };
            format!("{{json:{}{or_empty}}}", pointers.iter().map(pointer).collect::<Vec<_>>().join("|"))
        }
        TemplatePart::Query(name) => format!("{{query:{name}}}"),
        TemplatePart::Url => "{url}".to_owned(),
        TemplatePart::Path => "{path}".to_owned(),
        TemplatePart::Form => "{form}".to_owned(),
        TemplatePart::Lines(lines) => {
            let line = |line: &Line| format!("{}{}", pointer(&line.pointer), if line.is_optional { "?" } else { "" });
            format!("{{lines:{}}}", lines.iter().map(line).collect::<Vec<_>>().join(","))
        }
        TemplatePart::BodyCrc32 => "{body_crc32}".to_owned(),
        TemplatePart::Account => "{account}".to_owned(),
        TemplatePart::Secret => "{secret}".to_owned(),
    };
    parts.iter().map(part).collect()
}

/// A number of seconds as a person says it.
pub(crate) fn duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        7_200..172_800 if seconds.is_multiple_of(3_600) => (seconds / 3_600, "hour"),
        _ if seconds.is_multiple_of(86_400) => (seconds / 86_400, "day"),
        _ if seconds.is_multiple_of(3_600) => (seconds / 3_600, "hour"),
        _ => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The first sentence of a text, without its full stop.
pub(crate) fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}
