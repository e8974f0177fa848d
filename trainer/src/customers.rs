//! A file's customers as a model sees them, one at a time.

use std::path::Path;

use rayon::prelude::*;
use shared::date::Day;
use shared::dialect::CellStyle;
use shared::{Column, RawCell, Record, Rejected, Schema};

use crate::error::{Error, suggestion};
use crate::read::{Block, ReadOptions, Row, Source};
use crate::screen::{Reading, note, warn};
use crate::table::fault;
use crate::unusable::Unusable;

/// The rows of a file, validated against a model's schema.
pub struct Customers<'s> {
    source: Source,
    schema: &'s Schema,
    as_of: Option<Day>,
    positions: Vec<Option<usize>>,
    /// A cell that no row may leave empty.
    id: Option<usize>,
}

impl<'s> Customers<'s> {
    /// Opens a file that has the columns of `schema`, in any order and among others. Dates are counted back
    /// from `as_of`; without one, from the schema's own day.
    ///
    /// # Errors
    /// As [`Source::open`], and when a column is missing that every customer had in training.
    pub fn open(
        path: &Path,
        options: &ReadOptions,
        schema: &'s Schema,
        as_of: Option<Day>,
    ) -> Result<Self, Error> {
        let source = Source::open(path, options)?;
        let positions = locate(schema, &source)?;
        Ok(Self { source, schema, as_of, positions, id: None })
    }

    /// Wants every row of [`for_each_chunk`](Self::for_each_chunk) to have something in one more cell, which names
    /// the customer.
    #[must_use]
    pub fn named_by(mut self, position: usize) -> Self {
        self.id = Some(position);
        self
    }

    /// How the file's cells write numbers and gaps.
    pub fn style(&self) -> &CellStyle {
        self.source.style()
    }

    /// The names of the file's columns.
    pub fn header(&self) -> &[String] {
        self.source.header()
    }

    /// Hands over every customer who fits the schema, with the row's cells, in the file's order; the others are
    /// added to `unusable`. Says on standard error how the file was read, and which columns hold words that
    /// the model does not know.
    ///
    /// # Errors
    /// The first of `take`, and those of reading.
    pub fn for_each(
        mut self,
        unusable: &mut Unusable,
        mut take: impl FnMut(&Record, &Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let header = self.source.header().to_vec();
        let mut unknown = vec![0; self.schema.columns().len()];
        let bar = Reading::new(self.source.progress().1);
        let mut block = Block::new();
        while self.source.fill(&mut block)? {
            for row in block.rows() {
                let checked = match fault(&row, header.len()) {
                    Some(reason) => Err(Refusal::Fault(reason)),
                    None => self.validate(&row).map_err(Refusal::Rejected),
                };
                match checked {
                    Ok(record) => {
                        for position in self.schema.others(&record) {
                            unknown[position] += 1;
                        }
                        take(&record, &row)?;
                    }
                    Err(refusal) => refuse(unusable, &row, refusal, &header, self.schema),
                }
            }
            bar.set(self.source.progress().0);
        }
        bar.clear();
        self.tell(&unknown);
        Ok(())
    }

    /// As [`for_each`](Self::for_each), for much work on each customer: it is done on some rows at a time, on many
    /// threads and while the next are read; `take` gets what it made in the file's order.
    ///
    /// # Errors
    /// The first of `take`, and those of reading.
    pub fn for_each_chunk<T: Send>(
        mut self,
        unusable: &mut Unusable,
        work: impl Fn(&[(Record, Row<'_>)]) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (schema, positions, as_of) = (self.schema, &self.positions, self.as_of);
        let header = self.source.header().to_vec();
        let id = self.id.and_then(|at| Some((at, header.get(at)?)));
        let style = self.source.style().clone();
        let mut unknown = vec![0; schema.columns().len()];
        let bar = Reading::new(self.source.progress().1);
        let (mut block, mut next) = (Block::new(), Block::new());
        let mut more = self.source.fill(&mut block)?;
        while more {
            let worked = || -> Vec<Worked<T>> {
                let n_chunks = block.n_rows().div_ceil(CHUNK);
                let chunks = (0..n_chunks).into_par_iter().map(|at| {
                    let rows = at * CHUNK..block.n_rows().min((at + 1) * CHUNK);
                    let mut accepted = Vec::with_capacity(rows.len());
                    let mut refused = Vec::new();
                    let mut others = Vec::new();
                    for position in rows {
                        let row = block.row(position);
                        let unnamed = |(at, name): (usize, &String)| {
                            let is_blank = style.cell(row.cell(at)) == RawCell::Missing;
                            is_blank.then(|| format!("`{name}` names no customer"))
                        };
                        let fault = fault(&row, header.len()).or_else(|| id.and_then(unnamed));
                        let checked = match fault {
                            Some(reason) => Err(Refusal::Fault(reason)),
                            None => validate(schema, positions, &style, &row, as_of)
                                .map_err(Refusal::Rejected),
                        };
                        match checked {
                            Ok(record) => {
                                others.extend(schema.others(&record));
                                accepted.push((record, row));
                            }
                            Err(refusal) => refused.push((position, refusal)),
                        }
                    }
                    Worked { made: work(&accepted), refused, others }
                });
                chunks.collect()
            };
            let (worked, filled) = rayon::join(worked, || self.source.fill(&mut next));
            for Worked { made, refused, others } in worked {
                for (position, refusal) in refused {
                    refuse(unusable, &block.row(position), refusal, &header, schema);
                }
                for position in others {
                    unknown[position] += 1;
                }
                take(made)?;
            }
            more = filled?;
            std::mem::swap(&mut block, &mut next);
            bar.set(self.source.progress().0);
        }
        bar.clear();
        self.tell(&unknown);
        Ok(())
    }

    /// Says how the file was read, and for each column how many customers have a word that the model does not know.
    fn tell(&self, unknown: &[usize]) {
        note(&format!("read as: {}", self.source.announce()));
        self.source.unread().for_each(|what| warn(&what));
        for (column, &customers) in self.schema.columns().iter().zip(unknown) {
            if customers > 0 {
                let have = if customers == 1 { "customer has" } else { "customers have" };
                warn(&format!(
                    "`{}`: {customers} {have} a word that the model does not know: taken as \"(other)\"",
                    column.name
                ));
            }
        }
    }

    fn validate(&self, row: &Row) -> Result<Record, Rejected> {
        validate(self.schema, &self.positions, self.source.style(), row, self.as_of)
    }
}

/// So many rows are worked on at a time.
const CHUNK: usize = 256;

/// What came of some rows of a block.
struct Worked<T> {
    made: T,
    /// Rows of the block that cannot be used.
    refused: Vec<(usize, Refusal)>,
    /// The column of each word that the model does not know.
    others: Vec<usize>,
}

/// Why a row cannot be used.
enum Refusal {
    /// Whatever the columns are.
    Fault(String),
    /// It does not fit them.
    Rejected(Rejected),
}

fn refuse(
    unusable: &mut Unusable,
    row: &Row,
    refusal: Refusal,
    header: &[String],
    schema: &Schema,
) {
    let texts = || row.cells().map(String::from).collect();
    match refusal {
        Refusal::Fault(reason) => unusable.add_row(row.line, &reason, texts),
        Refusal::Rejected(rejected) => {
            let position = |name: &str| header.iter().position(|known| known == name);
            let value = |name: &str| position(name).map(|p| row.cell(p).to_owned());
            unusable.add_rejected(row.line, &rejected, Some(schema), value, texts);
        }
    }
}

/// A row as a record of a schema, whose columns stand where [`locate`] found them.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn validate(
    schema: &Schema,
    positions: &[Option<usize>],
    style: &CellStyle,
    row: &Row,
    as_of: Option<Day>,
) -> Result<Record, Rejected> {
    let columns = schema.columns().iter().zip(positions);
    let cell = |(column, position): (&Column, &Option<usize>)| {
        position.map_or(RawCell::Missing, |p| column.cell(style.cell(row.cell(p))))
    };
    let raw: Vec<RawCell> = columns.map(cell).collect();
    schema.validate_cells(&raw, as_of)
}

/// Where each column of a schema stands in a header; a column that is not there must be optional.
///
/// # Errors
/// [`Error::BadTable`] at line 1, naming every required column that is missing.
pub(crate) fn locate(schema: &Schema, source: &Source) -> Result<Vec<Option<usize>>, Error> {
    let (header, path) = (source.header(), source.path());
    let positions: Vec<Option<usize>> = schema
        .columns()
        .iter()
        .map(|column| header.iter().position(|name| *name == column.name))
        .collect();
    let absent = || schema.columns().iter().zip(&positions).filter(|(_, p)| p.is_none());
    let lacking: Vec<&str> =
        absent().filter(|(c, _)| !c.optional).map(|(c, _)| c.name.as_str()).collect();
    if lacking.is_empty() {
        for (column, _) in absent() {
            warn(&format!("the file has no column `{}`: it counts as missing", column.name));
        }
        return Ok(positions);
    }
    let quoted: Vec<String> = lacking.iter().map(|name| format!("`{name}`")).collect();
    let s = if lacking.len() == 1 { "" } else { "s" };
    let near = suggestion(lacking[0], header.iter().map(String::as_str));
    Err(Error::BadTable {
        path: path.into(),
        line: 1,
        what: format!("the model needs the column{s} {}", quoted.join(", ")),
        hint: match near.strip_prefix("did you mean ") {
            Some(near) => format!("is `{}` the column {near}", lacking[0]),
            None if source.has_more_sheets() => {
                "is it another sheet? say which with `--sheet`".into()
            }
            None => "see `trainer inspect MODEL` for the columns that a model reads".into(),
        },
    })
}
