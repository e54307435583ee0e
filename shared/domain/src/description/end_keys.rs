//! Under which keys the ends of a thing are, where a shape's key is nothing but the thing and the word for its end.

use crate::description::{Description, FieldPaths, Predicate, ReportRule, Shape};
use crate::event::event_type::{Report, Status};

impl Description {
    /// The keys of the events that may end the thing of this id. A sender may end things under others, too.
    #[must_use]
    pub fn end_keys(&self, subject: &str) -> Vec<Vec<String>> {
        let mut keys: Vec<_> = self.shapes.iter().flat_map(|shape| shape.end_keys(subject)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

impl Shape {
    fn end_keys(&self, subject: &str) -> Vec<Vec<String>> {
        let [first, second] = self.key.as_slice() else { return Vec::new() };
        let word_at = match *first == self.subject {
            true if *second != self.subject => second,
            false if *second == self.subject => first,
            _ => return Vec::new(),
        };
        if self.key_with_body {
            return Vec::new();
        }
        let words = self.report.iter().flat_map(|rule| rule.end_words(word_at));
        let key = |word: &String| {
            if word_at == first {
                vec![word.clone(), subject.to_owned()]
            } else {
                vec![subject.to_owned(), word.clone()]
            }
        };
        words.map(key).collect()
    }
}

impl ReportRule {
    /// The words in this place that are an end by it.
    fn end_words(&self, place: &FieldPaths) -> &[String] {
        let Report(_, status) = self.is;
        match &self.condition.predicate {
            Predicate::Equals(words)
                if self.condition.at == *place && matches!(status, Status::Completed | Status::Failed) =>
            {
                words
            }
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::provider::Provider;

    fn check(provider: Provider, expected: &[&str]) {
        let description = provider.description().expect("it is in the catalogue");
        let keys: Vec<String> = description.end_keys("job-1").iter().map(|key| key.join("/")).collect();
        assert_eq!(keys, expected, "{provider}");
    }

    #[test]
    fn a_things_ends_have_keys_where_the_key_is_the_thing_and_a_word() {
        check(
            Provider::Glossi,
            &[
                "job.complete/job-1",
                "job.failed/job-1",
                "model.failed/job-1",
                "model.processed/job-1",
                "render.complete/job-1",
                "render.failed/job-1",
            ],
        );
        // Their key is the id of the event.
        check(Provider::Stripe, &[]);
    }
}
