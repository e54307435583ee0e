//! One update of the stack, in the midst of work.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tests::asset_server::Reply;
use tests::clock::now_millis;
use tests::ledger::Record;
use tests::observe::until;
use tests::stack::{Error, Options, Result, Stack};
use tests::tool::landfall_on;
use tests::watch::{self, Expected, SweepLoop};
use tests::world::World;

use crate::outcome::Outcome;
use crate::traffic::{Delivery, Kind, Traffic};

/// So many of each kind wait on the queue.
const WAITING: usize = 3;
/// How often the sender sends that does not know of the update.
const SENDS_EACH: Duration = Duration::from_millis(500);

/// What is deployed.
pub(crate) struct Version {
    pub(crate) name: &'static str,
    pub(crate) options: Options,
}

/// The update of the stack in `directory`.
pub(crate) struct Transition<'a> {
    pub(crate) world: &'static World,
    pub(crate) directory: &'a Path,
    pub(crate) from: &'a Version,
    pub(crate) to: &'a Version,
}

/// Deliveries that stand alike when the update comes.
struct Group {
    standing: String,
    deliveries: Vec<Delivery>,
    asked_again: usize,
}

impl Transition<'_> {
    pub(crate) async fn play(&self) -> Result<Vec<Outcome>> {
        println!("\nfrom {} to {}", self.from.name, self.to.name);
        let (world, traffic) = (self.world, Traffic::begin(self.world).await);
        let mut groups = Vec::new();

        for kind in Kind::ALL {
            groups.push(self.send(format!("published before: {}", kind.name()), vec![traffic.delivery(kind)]).await);
        }
        for delivery in groups.iter().flat_map(|group| &group.deliveries) {
            world.finished(&delivery.id).await;
        }
        let (failed, body) = self.fail("failed, replayed after", &traffic).await;
        let (frozen, body_of_frozen) = self.fail("failed, frozen before and replayed after", &traffic).await;
        let job = self.freeze(&frozen).await?;
        let waiting = self.keep_waiting(&traffic).await;
        let claimed = self.keep_claimed(&traffic).await;
        world.hold_processor(true).await;
        let unfinished = [waiting.deliveries.as_slice(), &claimed.deliveries].concat();
        groups.extend([failed, frozen, waiting, claimed]);
        for kind in Kind::ALL {
            let deliveries = (0..WAITING).map(|_| traffic.delivery(kind)).collect();
            groups.push(self.send(format!("on the queue: {}", kind.name()), deliveries).await);
        }
        let begun = standings(world, &groups).await;
        println!("  the update begins, with {begun}");
        groups.push(self.update(&traffic).await?);
        println!("  the update is over, with {}", standings(world, &groups).await);
        let before = traffic.published();
        if self.lists_events() {
            self.list(&groups, &traffic).await?;
        }

        for kind in Kind::ALL {
            groups.push(self.send(format!("sent after: {}", kind.name()), vec![traffic.delivery(kind)]).await);
        }
        let mut outcomes = Vec::new();
        for group in &groups {
            let taken_for_new = self.repeat(group).await;
            outcomes.push((group, taken_for_new));
        }
        // What was hindered goes on.
        unfinished.iter().for_each(|delivery| traffic.host_recovers(delivery));
        self.replay(&groups, body).await;
        self.run(&job, &groups, body_of_frozen).await?;
        world.hold_processor(false).await;
        let sweeping = SweepLoop::start(world);
        let all = groups.iter().flat_map(|group| &group.deliveries);
        let expected: Vec<Expected> = all.map(|delivery| Expected::Published { id: delivery.id.clone() }).collect();
        watch::until_quiet(world, &expected.iter().collect::<Vec<_>>()).await;
        drop(sweeping);

        let (after, left) = (traffic.published(), world.unfinished().await);
        let count = |published: &[String], id: &str| published.iter().filter(|it| *it == id).count();
        let known: Vec<&str> =
            groups.iter().flat_map(|group| &group.deliveries).map(|delivery| delivery.id.as_str()).collect();
        let strange = after.iter().filter(|id| !known.contains(&id.as_str())).count();
        let crossing = format!("{} -> {}", self.from.name, self.to.name);
        let rows = outcomes.into_iter().enumerate().map(|(number, (group, taken_for_new))| {
            let ids = || group.deliveries.iter().map(|delivery| delivery.id.as_str()).filter(|id| !id.is_empty());
            let come = ids().filter(|id| count(&after, id) > 0).count();
            Outcome {
                crossing: crossing.clone(),
                standing: group.standing.clone(),
                sent: group.deliveries.len(),
                asked_again: group.asked_again,
                acknowledged: ids().count(),
                before: ids().filter(|id| count(&before, id) > 0).count(),
                published: come,
                repeated: ids().map(|id| count(&after, id).saturating_sub(1)).sum(),
                lost: ids().count() - come,
                stuck: ids().filter(|id| left.contains(*id)).count(),
                taken_for_new,
                // They belong to no group; the first tells of them.
                strange: if number == 0 { strange } else { 0 },
            }
        });
        Ok(rows.collect())
    }

    /// Sends as a sender does that comes again until it is heard.
    async fn send(&self, standing: String, mut deliveries: Vec<Delivery>) -> Group {
        for delivery in &mut deliveries {
            delivery.id = self.world.deliver(&delivery.request).await.event_id().unwrap_or_default();
        }
        Group { standing, deliveries, asked_again: 0 }
    }

    /// An event that has failed: its body was gone. Gives the body too, and where it belongs.
    async fn fail(&self, standing: &str, traffic: &Traffic) -> (Group, (String, String)) {
        let world = self.world;
        world.hold_processor(true).await;
        let group = self.send(standing.to_owned(), vec![traffic.delivery(Kind::Large)]).await;
        let record = world.record(&group.deliveries[0].id).await.expect("ingest has recorded it");
        let place = record.body_ref().expect("a large body is in the bucket");
        let deleted = world.aws.s3.delete_object().bucket(&place.0).key(&place.1).send().await;
        deleted.expect("the bucket deletes what it is told to");
        world.hold_processor(false).await;
        let record = world.finished(record.id()).await;
        assert_eq!(record.text("state"), "failed", "{}", record.told());
        (group, place)
    }

    /// An event that waits for a later attempt: the host of its asset is broken.
    async fn keep_waiting(&self, traffic: &Traffic) -> Group {
        let delivery = traffic.delivery(Kind::StoredCopy);
        traffic.host_answers(&delivery, Reply::Status(503));
        let group = self.send("waiting for a later attempt".to_owned(), vec![delivery]).await;
        self.until(&group, |record| record.text("state") == "received" && record.number("not_before").is_some()).await;
        group
    }

    /// An event that is being worked on: the host of its asset says nothing. The processor gives it up after 24 seconds;
    /// if the update takes longer than that, it is one more that waits, as the line after the update tells.
    async fn keep_claimed(&self, traffic: &Traffic) -> Group {
        let delivery = traffic.delivery(Kind::StoredCopy);
        traffic.host_answers(&delivery, Reply::Nothing);
        let group = self.send("claimed".to_owned(), vec![delivery]).await;
        self.until(&group, |record| record.text("state") == "processing").await;
        group
    }

    async fn until(&self, group: &Group, stands: impl Fn(&Record) -> bool) {
        let id = &group.deliveries[0].id;
        until(&format!("the event that is {}", group.standing), async || match self.world.record(id).await {
            Some(record) if stands(&record) => Ok(()),
            Some(record) => Err(record.told()),
            None => Err("no record".to_owned()),
        })
        .await;
    }

    /// Deploys the other version, and sends all the while.
    async fn update(&self, traffic: &Traffic) -> Result<Group> {
        let (directory, options) = (self.directory.to_owned(), self.to.options.clone());
        let deployment = tokio::task::spawn_blocking(move || Stack::up(&directory, &options));
        let mut deliveries = Vec::new();
        while !deployment.is_finished() {
            let mut delivery = traffic.delivery(Kind::Small);
            delivery.id = self.world.send(&delivery.request).await.event_id().unwrap_or_default();
            deliveries.push(delivery);
            tokio::time::sleep(SENDS_EACH).await;
        }
        let stack = deployment.await.map_err(|error| Error::from(format!("the deployment died: {error}")))??;
        // Releases differ in whether jobs can be expected and refused deliveries stored.
        let stack = Stack {
            expect_queue_url: self.world.stack.expect_queue_url.clone(),
            refused_table: self.world.stack.refused_table.clone(),
            ..stack
        };
        if stack != self.world.stack {
            return Err(Error::from(format!("the update moved something: {:?}, now {stack:?}", self.world.stack)));
        }
        // Senders come again that were not heard.
        let (unheard, mut heard): (Vec<Delivery>, _) = deliveries.into_iter().partition(|it| it.id.is_empty());
        let again = self.send("sent during the update".to_owned(), unheard).await;
        let asked_again = again.deliveries.len();
        heard.extend(again.deliveries);
        Ok(Group { standing: again.standing, deliveries: heard, asked_again })
    }

    /// Lets the senders repeat what is known, and counts what is not answered as a duplicate.
    async fn repeat(&self, group: &Group) -> usize {
        let mut taken_for_new = 0;
        for delivery in &group.deliveries {
            let told = self.world.deliver(&delivery.request).await;
            let is_known = told.told() == "200 duplicate" && told.event_id().as_ref() == Some(&delivery.id);
            taken_for_new += usize::from(!is_known);
        }
        taken_for_new
    }

    /// What the tool of this version says, whatever is deployed.
    async fn tool(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let arguments = [arguments, &["--output", "ndjson"]].concat();
        let run = landfall_on(&self.world.stack_file(), &arguments, "").await;
        if run.code == Some(0) {
            Ok(run.documents())
        } else {
            Err(Error::from(format!("{arguments:?}: {}", run.told())))
        }
    }

    /// Freezes the events of a group, and gives the name of the replay job.
    async fn freeze(&self, group: &Group) -> Result<String> {
        let ids = group.deliveries.iter().map(|delivery| delivery.id.as_str());
        let frozen = self.tool(&["replay", "freeze"].into_iter().chain(ids).collect::<Vec<_>>()).await?;
        Ok(frozen[0]["job"].as_str().unwrap_or_default().to_owned())
    }

    /// Runs a job that was frozen before the update.
    async fn run(&self, job: &str, groups: &[Group], body: (String, String)) -> Result<()> {
        let frozen = groups.iter().find(|group| group.standing.contains("frozen")).expect("one is frozen");
        self.put_back(&frozen.deliveries[0], body).await;
        let ran = self.tool(&["replay", "run", job]).await?;
        if (&ran[0]["state"], &ran[0]["replayed"]) != (&json!("done"), &json!(frozen.deliveries.len())) {
            return Err(Error::from(format!("the frozen replay: {}", ran[0])));
        }
        println!("  the replay job {job}, frozen before the update, has replayed {}", ran[0]["replayed"]);
        Ok(())
    }

    /// Whether what is deployed now has a listing, and what was deployed before may have none.
    fn lists_events(&self) -> bool {
        self.to.options.project.is_none()
    }

    /// Lists what was recorded before the update.
    async fn list(&self, groups: &[Group], traffic: &Traffic) -> Result<()> {
        let written = self.tool(&["ledger", "backfill", "--yes"]).await?[0]["written"].clone();
        let sources = traffic.sources().map(|source| ["--source", &*source.name]);
        let arguments = [&["events", "list", "--all"], &*sources.concat()].concat();
        let known: BTreeSet<&str> =
            groups.iter().flat_map(|group| &group.deliveries).map(|delivery| delivery.id.as_str()).collect();
        // What was recorded in the last two seconds is left to the next list.
        let listed = until("the list of what was recorded before", async || {
            let rows = self.tool(&arguments).await.map_err(|error| error.to_string())?;
            let listed: BTreeSet<String> =
                rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect();
            let missing: Vec<_> = known.iter().filter(|id| !listed.contains(**id)).collect();
            if missing.is_empty() { Ok(listed.len()) } else { Err(format!("{missing:?} are not listed")) }
        })
        .await;
        println!("  all {listed} events of before and during the update are listed; {written} records were backfilled");
        Ok(())
    }

    /// Puts a body back that was gone.
    async fn put_back(&self, delivery: &Delivery, (bucket, key): (String, String)) {
        let put = self.world.aws.s3.put_object().bucket(bucket).key(key).body(delivery.request.body.clone().into());
        put.send().await.expect("the bucket takes an object");
    }

    /// Puts the body back that was gone, and does as the runbook says.
    async fn replay(&self, groups: &[Group], body: (String, String)) {
        let world = self.world;
        let failed = groups.iter().find(|group| group.standing.starts_with("failed")).expect("one has failed");
        let delivery = &failed.deliveries[0];
        self.put_back(delivery, body).await;
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let number = |number: i64| AttributeValue::N(number.to_string());
        let update = world.aws.dynamodb.update_item().table_name(&world.stack.ledger_table);
        let update = update
            .key("id", text(&delivery.id))
            .condition_expression("#state = :failed")
            .update_expression(
                "SET #state = :received, claimed_by = :operator, attempts = :zero, due_at = :now, due_shard = :shard \
                 ADD replay :one REMOVE expires_at, not_before, lease_until, sweeps, outcome",
            )
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(HashMap::from([
                (":failed".to_owned(), text("failed")),
                (":received".to_owned(), text("received")),
                (":operator".to_owned(), text("replay:by-hand")),
                (":shard".to_owned(), text("00")),
                (":zero".to_owned(), number(0)),
                (":one".to_owned(), number(1)),
                (":now".to_owned(), number(now_millis())),
            ])));
        update.send().await.expect("a failed event can be replayed");
    }
}

/// How many events stand how, in words.
async fn standings(world: &World, groups: &[Group]) -> String {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for delivery in groups.iter().flat_map(|group| &group.deliveries) {
        let record = world.record(&delivery.id).await;
        *counts.entry(record.map_or("nowhere".to_owned(), |record| record.text("state").to_owned())).or_default() += 1;
    }
    let mut told: Vec<String> = counts.into_iter().map(|(state, count)| format!("{count} {state}")).collect();
    told.sort();
    told.join(", ")
}
