//! Where data and words go.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::options::Format;

/// One kind of data.
pub trait Row: Serialize {
    /// The fields that a table shows unless others are asked for.
    const COLUMNS: &'static [&'static str];
}

/// Writes data to standard output and words to standard error, or keeps both.
#[derive(Debug)]
pub struct Output {
    format: Format,
    fields: Vec<String>,
    /// Where both go if they are kept.
    record: Option<Arc<Mutex<Record>>>,
}

/// What a command wrote whose output is kept.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Data.
    pub data: Vec<u8>,
    /// Words, a line each.
    pub words: String,
}

impl Output {
    /// `fields` are those that the caller wants; none for the usual ones.
    #[must_use]
    pub fn new(format: Format, fields: Vec<String>) -> Output {
        Output { format, fields, record: None }
    }

    /// One that is kept: data are a JSON document a line.
    #[must_use]
    pub fn recorded(record: Arc<Mutex<Record>>) -> Output {
        Output { format: Format::Ndjson, fields: Vec::new(), record: Some(record) }
    }

    /// Writes any number of things: a table, an array, or a line each.
    ///
    /// # Errors
    /// If they lack a field that was asked for, or the output is closed.
    pub fn rows<T: Row>(&self, rows: &[T]) -> Result<()> {
        let text = match self.format {
            Format::Table => self.table(rows)?,
            Format::Json => format!("{}\n", json(&self.chosen_of_all(rows)?, true)),
            Format::Ndjson => return self.lines(rows),
        };
        self.text(&text)
    }

    /// Writes one thing: a line a field, or an object.
    ///
    /// # Errors
    /// As for [`Output::rows`].
    pub fn item<T: Row>(&self, item: &T) -> Result<()> {
        let text = match self.format {
            Format::Table => {
                let mut table = plain_table();
                for field in self.columns::<T>() {
                    table.add_row([field, &cell(&value_of(item, field)?)]);
                }
                trimmed(&table)
            }
            Format::Json => format!("{}\n", json(&self.chosen(item)?, true)),
            Format::Ndjson => json(&self.chosen(item)?, false) + "\n",
        };
        self.text(&text)
    }

    /// Writes things as they come: a line each, and no table.
    ///
    /// # Errors
    /// As for [`Output::rows`].
    pub fn line<T: Row>(&self, row: &T) -> Result<()> {
        match self.format {
            Format::Table => {
                let cells = self.columns::<T>().into_iter().map(|field| Ok(cell(&value_of(row, field)?)));
                self.text(&(cells.collect::<Result<Vec<_>>>()?.join("  ") + "\n"))
            }
            Format::Json | Format::Ndjson => self.lines(std::slice::from_ref(row)),
        }
    }

    /// Writes a JSON document a line, whatever the format.
    ///
    /// # Errors
    /// As for [`Output::rows`].
    pub fn lines<T: Row>(&self, rows: &[T]) -> Result<()> {
        self.text(&self.chosen_of_all(rows)?.iter().map(|row| json(row, false) + "\n").collect::<String>())
    }

    /// Whether the caller asked for no fields of their own choice.
    #[must_use]
    pub fn has_usual_fields(&self) -> bool {
        self.fields.is_empty()
    }

    /// Writes bytes as they stand.
    ///
    /// # Errors
    /// If the output is closed.
    pub fn bytes(&self, bytes: &[u8]) -> Result<()> {
        if let Some(record) = &self.record {
            record.lock().unwrap_or_else(PoisonError::into_inner).data.extend_from_slice(bytes);
            return Ok(());
        }
        let mut output = io::stdout().lock();
        Ok(output.write_all(bytes).and_then(|()| output.flush())?)
    }

    /// Writes a text as it stands, where a table would not do.
    ///
    /// # Errors
    /// If the output is closed.
    pub fn text(&self, text: &str) -> Result<()> {
        self.bytes(text.as_bytes())
    }

    /// How data is written.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Tells people something.
    pub fn words(&self, text: &str) {
        if let Some(record) = &self.record {
            let words = &mut record.lock().unwrap_or_else(PoisonError::into_inner).words;
            words.push_str(text);
            words.push('\n');
            return;
        }
        // Nobody can be told that nobody can be told.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Whether a person reads the data.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.record.is_none() && io::stdout().is_terminal()
    }

    fn columns<T: Row>(&self) -> Vec<&str> {
        match self.fields.as_slice() {
            [] => T::COLUMNS.to_vec(),
            fields => fields.iter().map(String::as_str).collect(),
        }
    }

    fn table<T: Row>(&self, rows: &[T]) -> Result<String> {
        let columns = self.columns::<T>();
        let mut table = plain_table();
        table.set_header(columns.iter().map(|name| name.to_uppercase()));
        for row in rows {
            let cells = columns.iter().map(|field| Ok(cell(&value_of(row, field)?)));
            table.add_row(cells.collect::<Result<Vec<String>>>()?);
        }
        Ok(trimmed(&table))
    }

    fn chosen_of_all<'a, T: Row>(&'a self, rows: &'a [T]) -> Result<Vec<Chosen<'a, T>>> {
        rows.iter().map(|row| self.chosen(row)).collect()
    }

    fn chosen<'a, T: Row>(&'a self, row: &'a T) -> Result<Chosen<'a, T>> {
        if self.fields.is_empty() {
            return Ok(Chosen::All(row));
        }
        let fields = self.fields.iter().map(|field| Ok((field.as_str(), value_of(row, field)?)));
        Ok(Chosen::Some(fields.collect::<Result<_>>()?))
    }
}

/// What of a thing is written, in the order that was asked for.
enum Chosen<'a, T> {
    All(&'a T),
    Some(Vec<(&'a str, Value)>),
}

impl<T: Serialize> Serialize for Chosen<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Chosen::All(row) => row.serialize(serializer),
            Chosen::Some(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (field, value) in fields {
                    map.serialize_entry(field, value)?;
                }
                map.end()
            }
        }
    }
}

fn json(value: &impl Serialize, is_pretty: bool) -> String {
    let text = if is_pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    text.expect("a row has names as keys")
}

fn value_of(row: &impl Serialize, field: &str) -> Result<Value> {
    let row = serde_json::to_value(row).expect("a row has names as keys");
    match row.get(field) {
        Some(value) => Ok(value.clone()),
        None => {
            let known: Vec<&str> = row.as_object().into_iter().flat_map(|row| row.keys().map(String::as_str)).collect();
            Err(Error::Usage(format!("--fields: there is no {field}; there are {}", known.join(", "))))
        }
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    // Ids stay whole, whatever the width of the terminal.
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn trimmed(table: &Table) -> String {
    let lines = table.lines();
    // Cells are padded.
    lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests;
