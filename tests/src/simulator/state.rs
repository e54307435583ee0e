//! What a played sender knows, and what it answers.

use std::cell::RefCell;

use domain::provider::Provider;
use serde_json::Value;

use super::job::{End, Job, link};
use super::server::{ApiRequest, Reply};
use super::{Condition, LookUp, csm, get3w, glossi, modelslab};

pub(super) struct State {
    pub(super) provider: Provider,
    pub(super) key: String,
    pub(super) condition: Condition,
    pub(super) jobs: Vec<Job>,
    pub(super) asked: Vec<String>,
    pub(super) look_ups: Vec<LookUp>,
}

impl State {
    pub(super) fn new(provider: Provider, key: String) -> State {
        State { provider, key, condition: Condition::Up, jobs: Vec::new(), asked: Vec::new(), look_ups: Vec::new() }
    }

    pub(super) fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    pub(super) fn answer(&mut self, asked: &ApiRequest) -> Reply {
        let segments: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
        match segments[..] {
            ["receiver", "unavailable"] => return Reply::json(503, &Value::Null),
            ["receiver", "silent"] => return Reply::Never,
            _ => self.asked.push(format!("{} {}", asked.method, asked.path)),
        }
        if let ["assets", id, _] = segments[..] {
            return self.output(id);
        }
        let too_often = || match self.provider {
            Provider::Modelslab => modelslab::too_often(),
            _ => Reply::error(429, "too many requests"),
        };
        match self.condition {
            Condition::Up => {}
            Condition::Broken => return Reply::error(500, "internal error"),
            Condition::Limited => return too_often(),
            Condition::Silent => return Reply::Never,
        }
        if self.provider == Provider::Get3w
            && let Some((job, reply)) = get3w::submission(asked, &segments, &self.key)
        {
            self.jobs.push(job);
            return reply;
        }
        let (origin, look_ups) = (&asked.origin, RefCell::new(Vec::new()));
        let find = |id: &str| {
            let job = self.job(id)?;
            look_ups.borrow_mut().push(LookUp { job: id.to_owned(), has_ended: job.end.is_some() });
            Some((job, link(origin, self.provider, id)))
        };
        let reply = match self.provider {
            Provider::Csm => csm::answer(asked, &segments, &self.key, find),
            Provider::Get3w => get3w::answer(asked, &segments, &self.key, find),
            Provider::Modelslab => modelslab::answer(asked, &segments, &self.key, find),
            Provider::Glossi => glossi::answer(asked, &segments, &self.key, find),
            other => panic!("nobody plays {other} here"),
        };
        self.look_ups.append(&mut look_ups.into_inner());
        reply
    }

    /// An output stands under its link until that expires; a signed link of a blob store is forbidden then, any other
    /// is gone.
    fn output(&self, id: &str) -> Reply {
        match self.job(id) {
            Some(job) if job.end == Some(End::Completed) && !job.links_expired => {
                Reply::Bytes(job.output(self.provider))
            }
            Some(_) if self.provider == Provider::Csm => {
                Reply::error(403, "signature not valid in the specified time frame")
            }
            _ => Reply::error(404, "not found"),
        }
    }
}
