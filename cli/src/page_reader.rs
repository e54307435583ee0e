//! Reading a listing page by page.

use domain::ledger::listing::cursor::Cursor;
use domain::ledger::listing::filter::Filter;
use domain::ledger::listing::row::Row;
use operator::listing::Listing;
use platform::clock;

use crate::error::{Error, Result};

/// A listing that has read through more entries says what that costs, and without `--all` ends a page.
pub const ENTRIES_TOLD: usize = 10_000;
/// What 1,000 entries of the index take, each of about 190 B.
const READ_UNITS_PER_1000: usize = 23;
/// The list price of a million read units, in dollars.
const DOLLARS_PER_MILLION: f64 = 0.125;

/// Reads a listing page by page.
#[derive(Debug)]
pub struct PageReader {
    listing: Listing,
    place: Place,
    entries: usize,
    records: usize,
}

#[derive(Debug)]
enum Place {
    Beginning(Filter),
    At(Cursor),
    End,
}

impl PageReader {
    /// Begins with what `filter` finds.
    #[must_use]
    pub const fn begin(listing: Listing, filter: Filter) -> PageReader {
        PageReader { listing, place: Place::Beginning(filter), entries: 0, records: 0 }
    }

    /// Goes on at a cursor.
    ///
    /// # Errors
    /// If the text is none.
    pub fn at(listing: Listing, cursor: &str) -> Result<PageReader> {
        let cursor = Cursor::decode(cursor).map_err(|error| Error::Usage(format!("the cursor: {error}")))?;
        Ok(PageReader { listing, place: Place::At(cursor), entries: 0, records: 0 })
    }

    /// Reads on: at most `limit` events, and fewer where many are left out. It may be abandoned, and then has read nothing.
    ///
    /// # Errors
    /// If the ledger could not be read.
    pub async fn read(&mut self, limit: usize) -> Result<Vec<Row>> {
        let now = clock::now();
        let page = match &self.place {
            Place::Beginning(filter) => self.listing.first_page(filter.clone(), now, limit).await?,
            Place::At(cursor) => self.listing.next_page(cursor.clone(), now, limit).await?,
            Place::End => return Ok(Vec::new()),
        };
        self.entries += page.looked_at;
        self.records += page.records;
        self.place = page.cursor.map_or(Place::End, Place::At);
        Ok(page.rows)
    }

    /// Whether there is no more.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        matches!(self.place, Place::End)
    }

    /// Where it goes on; `None` at the beginning and at the end.
    #[must_use]
    pub fn cursor(&self) -> Option<String> {
        match &self.place {
            Place::At(cursor) => Some(cursor.encode()),
            Place::Beginning(_) | Place::End => None,
        }
    }

    /// How many entries of the index it has read.
    #[must_use]
    pub const fn entries(&self) -> usize {
        self.entries
    }

    /// What that costs, in words.
    #[must_use]
    pub fn cost(&self) -> String {
        let units = self.entries * READ_UNITS_PER_1000 / 1000 + self.records / 2;
        let dollars = units as f64 * DOLLARS_PER_MILLION / 1_000_000.0;
        let PageReader { entries, records, .. } = self;
        format!("{entries} entries and {records} records were read, about {units} read units (${dollars:.5})")
    }
}
