//! What a description must not say.

mod certificate;
mod scheme;

use std::collections::HashSet;

use crate::description::{
    Batch, Challenge, ChallengeMethod, Construction, Description, DescriptionError, FieldPath, FieldPaths,
    HEAD_POINTERS_MAX, HeaderName, Hmac, Method, Pointer, Poll, ReplyPart, RequestText, Scheme, Shape, is_family,
    is_host,
};

impl Description {
    /// Whether it makes sense as a whole; each part has been read by then.
    ///
    /// # Errors
    /// With the first fault that is found.
    pub fn check(&self) -> Result<(), DescriptionError> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || !self.name.bytes().all(is_plain) {
            return Err(DescriptionError::Name);
        }
        self.scheme.check()?;
        if !self.asset_hosts.iter().all(|host| is_host(host)) {
            return Err(DescriptionError::NotAHost);
        }
        if let Some(name) = self.kept().find(|name| self.scheme.is_credential(name)) {
            return Err(DescriptionError::KeepsCredential(name.0.to_string()));
        }
        if let Some(HeaderName(name)) = self.scheme.credential_headers().find(|name| self.keeps(name)) {
            return Err(DescriptionError::CredentialKept(name.clone()));
        }
        if self.success.as_ref().is_some_and(|success| !(200..300).contains(&success.status)) {
            return Err(DescriptionError::NoSuccess { field: "success.status" });
        }
        if self.success.as_ref().is_some_and(|success| success.status == 204 && !success.text.is_empty()) {
            return Err(DescriptionError::TextOfNothing);
        }
        self.check_places()?;
        self.check_keys()?;
        for (index, poll) in self.polls.iter().enumerate() {
            poll.check(index + 1, self.scheme.covers_body())?;
        }
        for (index, shape) in self.shapes.iter().enumerate() {
            let number = index + 1;
            if shape.report.is_empty() && shape.otherwise.is_none() {
                return Err(DescriptionError::ReportsNothing { number });
            }
            if shape.when.is_empty() && shape.when_any.is_empty() && number < self.shapes.len() {
                return Err(DescriptionError::Unreachable { number: number + 1 });
            }
        }
        self.batch.as_ref().map_or(Ok(()), |batch| self.check_batch(batch))
    }

    /// Whether the events of one delivery are told apart: all of them have its headers and its signature.
    fn check_batch(&self, batch: &Batch) -> Result<(), DescriptionError> {
        if batch.items.is_empty() {
            return Err(DescriptionError::BatchOfNothing);
        }
        if !self.scheme.signed_places().is_empty() && !self.scheme.proves_in_body() {
            return Err(DescriptionError::BatchUnsigned);
        }
        let is_of_item = |places: &FieldPaths| places.0.iter().all(|place| matches!(place, FieldPath::Body(_)));
        let tells_apart =
            |shape: &Shape| shape.key.is_empty() || shape.key_with_body || shape.key.iter().any(is_of_item);
        match self.shapes.iter().position(|shape| !tells_apart(shape)) {
            Some(index) => Err(DescriptionError::BatchKey { number: index + 1 }),
            None => Ok(()),
        }
    }

    fn check_places(&self) -> Result<(), DescriptionError> {
        let mut in_heads = HashSet::new();
        for shape in &*self.shapes {
            let places = shape.head_places().chain(shape.details.places());
            places.into_iter().try_for_each(|place| self.check_place(place))?;
            if shape.details.error.within.iter().any(Pointer::has_wildcard) {
                return Err(DescriptionError::Wildcard);
            }
            in_heads.extend(shape.head_places().filter(|place| matches!(place, FieldPath::Body(_))));
        }
        let asked = self.polls.iter().flat_map(|poll| &*poll.when).flat_map(|condition| &*condition.at.0);
        for place in asked {
            match place {
                FieldPath::Header(name) if !self.keeps(name) => {
                    return Err(DescriptionError::HeaderNotKept(name.0.to_string()));
                }
                FieldPath::Query(_) => return Err(DescriptionError::QueryNotKept),
                FieldPath::Body(_) | FieldPath::Header(_) | FieldPath::Id => {}
            }
        }
        self.challenges.iter().try_for_each(|challenge| self.check_challenge(challenge))?;
        if in_heads.len() > HEAD_POINTERS_MAX { Err(DescriptionError::TooManyPlaces) } else { Ok(()) }
    }

    /// Whether events are told apart by what is signed, where the signature leaves the rest of the body out: whoever has
    /// one signature could else write another thing's id beside it.
    fn check_keys(&self) -> Result<(), DescriptionError> {
        let signed = self.scheme.signed_places();
        if signed.is_empty() {
            return Ok(());
        }
        for (index, shape) in self.shapes.iter().enumerate() {
            let number = index + 1;
            let differs = |places: &&FieldPaths| {
                !signed.contains(places)
                    && places.0.iter().any(|place| signed.iter().any(|signed| signed.0.contains(place)))
            };
            let ids = shape.key.iter().chain([&shape.subject]).chain(&shape.details.job_id);
            if ids.into_iter().any(|places| differs(&places)) {
                return Err(DescriptionError::KeyedOtherwise { number });
            }
            if !shape.key.is_empty() && !shape.key.iter().any(|places| signed.contains(places)) {
                return Err(DescriptionError::KeyUnsigned { number });
            }
        }
        Ok(())
    }

    fn check_place(&self, place: &FieldPath) -> Result<(), DescriptionError> {
        match place {
            FieldPath::Body(pointer) if pointer.has_wildcard() => Err(DescriptionError::Wildcard),
            FieldPath::Header(name) if !self.keeps(name) => Err(DescriptionError::HeaderNotKept(name.0.to_string())),
            FieldPath::Query(_) => Err(DescriptionError::QueryNotKept),
            FieldPath::Id if self.scheme.id_headers().is_empty() => Err(DescriptionError::NoIdHeader),
            FieldPath::Body(_) | FieldPath::Header(_) | FieldPath::Id => Ok(()),
        }
    }
}

impl Description {
    fn check_challenge(&self, challenge: &Challenge) -> Result<(), DescriptionError> {
        let Challenge { method, unsigned, when, token, answer } = challenge;
        if when.is_empty() {
            return Err(DescriptionError::EndlessChallenge);
        }
        if *method == ChallengeMethod::Get && !unsigned {
            return Err(DescriptionError::GetIsUnsigned);
        }
        if token.is_some() && !unsigned {
            return Err(DescriptionError::TokenOfSigned);
        }
        if !(200..300).contains(&answer.status) {
            return Err(DescriptionError::NoSuccess { field: "challenge.answer.status" });
        }
        if answer.makes_code() && !matches!(self.scheme, Scheme::Hmac(Hmac { construction: Construction::Hmac, .. })) {
            return Err(DescriptionError::CodeWithoutSecret);
        }
        if let Some((name, _)) = answer.headers.iter().find(|(name, _)| !name.0.starts_with("x-")) {
            return Err(DescriptionError::AnswerHeader(name.0.clone()));
        }
        let answered = answer.templates().into_iter().flat_map(|template| &template.0).filter_map(|part| match part {
            ReplyPart::Literal(_) => None,
            ReplyPart::Field(place) | ReplyPart::Mac(place, _) => Some(place),
        });
        let mut looked_at = when.iter().flat_map(|condition| &*condition.at.0).chain(token).chain(answered);
        looked_at.try_for_each(|place| match place {
            FieldPath::Body(_) if *method == ChallengeMethod::Get => Err(DescriptionError::BodyOfGet),
            FieldPath::Body(pointer) if pointer.has_wildcard() => Err(DescriptionError::Wildcard),
            FieldPath::Header(name) if self.scheme.is_credential(name) => {
                Err(DescriptionError::ChallengeReadsCredential(name.0.clone()))
            }
            FieldPath::Id => Err(DescriptionError::IdOfChallenge),
            FieldPath::Body(_) | FieldPath::Header(_) | FieldPath::Query(_) => Ok(()),
        })
    }
}

impl Poll {
    fn check(&self, number: usize, is_body_signed: bool) -> Result<(), DescriptionError> {
        if self.method == Method::Get && !self.body.is_empty() {
            return Err(DescriptionError::BodyWithGet { number });
        }
        // Of a body that anybody could have written, one part must not vouch for another.
        let names_it = |text: &RequestText| match text {
            RequestText::Id => true,
            RequestText::Body(_) => is_body_signed,
            RequestText::Literal(_)
            | RequestText::Family
            | RequestText::FamilyPath
            | RequestText::Key(_)
            | RequestText::Jwt(_) => false,
        };
        if !self.texts().any(names_it) {
            return Err(DescriptionError::AsksAboutNothing { number });
        }
        let is_token = |text: &RequestText| matches!(text, RequestText::Jwt(_));
        let is_path = |text: &RequestText| *text == RequestText::FamilyPath;
        if self.fields().any(|text| is_token(text) || is_path(text)) {
            return Err(DescriptionError::TextOfBody { number });
        }
        if self.url.segments.iter().any(is_path) && !self.families.is_empty() {
            return Err(DescriptionError::FamiliesOfOperator { number });
        }
        if !self.families.iter().all(|family| is_family(family)) {
            return Err(DescriptionError::FamilyName { number });
        }
        if let Some(failed) = &self.answer.failed {
            let means_failure =
                |status: &u16| (400..500).contains(status) && ![401, 403, 404, 408, 429].contains(status);
            if failed.statuses.is_empty() || !failed.statuses.iter().all(means_failure) {
                return Err(DescriptionError::FailedStatus { number });
            }
            if failed.webhook.is_empty() {
                return Err(DescriptionError::FailedWebhook { number });
            }
        }
        let is_known = |text: &RequestText| matches!(text, RequestText::Literal(_) | RequestText::Id);
        if self.unprompted.iter().flatten().any(|field| !is_known(&field.to) || field.set.has_wildcard()) {
            return Err(DescriptionError::UnpromptedText { number });
        }
        let is_own =
            |text: &RequestText| matches!(text, RequestText::Literal(_) | RequestText::Key(_) | RequestText::Jwt(_));
        if !self.headers.iter().all(|header| is_own(&header.value)) {
            return Err(DescriptionError::HeaderOfDelivery { number });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
