//! Refused deliveries in the account: made, stored and seen.

use tests::clock::now_millis;
use tests::forgery::Forgery;
use tests::functions::url_event;
use tests::ledger::{Record, put_records};
use tests::source::Source;

use crate::account::Account;
use crate::world::{Outage, World};

impl World {
    /// What is stored of refused deliveries; nothing where there is no table for them.
    pub(crate) async fn refused(&self) -> Vec<Record> {
        let Account { tables, stack, template, .. } = &self.account;
        if template.resource("Refused").is_none() {
            return Vec::new();
        }
        let scan = tables.dynamodb.scan().table_name(&stack.refused_table).consistent_read(true).send().await;
        let items = scan.unwrap_or_else(|error| panic!("reading the refused: {error:?}")).items.unwrap_or_default();
        items.into_iter().map(Record).collect()
    }

    /// Whether a refused delivery is stored, with its headers and its body.
    pub(crate) async fn stores_refused(&self) -> bool {
        let items = self.refused().await;
        [false, true].iter().all(|is_body| items.iter().any(|item| item.0.contains_key("body") == *is_body))
    }

    /// Empties the table.
    pub(crate) async fn empty_refused(&self) {
        let Account { tables, stack, .. } = &self.account;
        for item in self.refused().await {
            let key = ["minute", "k"].map(|name| (name.to_owned(), item.0[name].clone()));
            let delete = tables.dynamodb.delete_item().table_name(&stack.refused_table).set_key(Some(key.into()));
            delete.send().await.unwrap_or_else(|error| panic!("emptying the table of the refused: {error:?}"));
        }
    }

    /// Delivers what does not prove itself, and says how that was answered.
    pub(crate) async fn refuse(&self, source: &Source) -> String {
        let forged = Forgery::WrongSecret.of(&self.account.stack, source, b"{}");
        let event = url_event(&forged, &format!("/hooks/{}", source.name));
        self.invoke("Ingest", Outage::None, event).await.told()
    }

    /// Stores a refused delivery of a source.
    pub(crate) async fn put_refused(&self, source: &Source, at_millis: i64) {
        let Account { tables, stack, .. } = &self.account;
        put_records(tables, &stack.refused_table, &Record::refused(source, b"{}", at_millis)).await;
    }

    /// Records a genuine event of a source, which is published.
    pub(crate) async fn put_genuine(&self, source: &Source, at_millis: i64) {
        let mut genuine = Record::received(source, b"{}").with("slot", &format!("{}#0", source.name));
        genuine.0.retain(|name, _| !name.starts_with("due_"));
        let genuine = genuine.with("state", "done").with_number("received_at", at_millis);
        self.give(genuine.with_number("expires_at", now_millis() / 1000 + 24 * 60 * 60)).await;
    }
}
