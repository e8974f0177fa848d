//! Rows as a Parquet file: what was given as strings, what is added by its type.

use std::io;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::super::rows::Cell;
use super::super::{Sink, output_failed};
use crate::added::{Added, AddedKind};
use crate::error::Error;

/// A row group has so many rows or a few more: what is held in memory.
const GROUP: usize = 8192;

/// A column's values in some rows; empty text is no value.
pub(super) enum Values {
    Ids(Vec<i32>),
    Numbers(Vec<Option<f64>>),
    Texts(Vec<Option<ByteArray>>),
}

impl Values {
    /// None yet.
    pub(super) fn new(kind: AddedKind) -> Self {
        match kind {
            AddedKind::Id => Self::Ids(Vec::new()),
            AddedKind::Number => Self::Numbers(Vec::new()),
            AddedKind::Text => Self::Texts(Vec::new()),
        }
    }

    /// Adds a row's cell.
    pub(super) fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Ids(ids), Cell::Count(id)) => {
                ids.push(i32::try_from(id).expect("the id of a segment has 16 bits"));
            }
            (Self::Numbers(numbers), Cell::Number(number)) => numbers.push(Some(number)),
            (Self::Numbers(numbers), Cell::Nothing) => numbers.push(None),
            (Self::Texts(texts), Cell::Given(text) | Cell::Word(text)) => {
                texts.push(value_of(text.into()));
            }
            (Self::Texts(texts), Cell::Text(text)) => texts.push(value_of(text)),
            _ => unreachable!("a column holds cells of its kind"),
        }
    }

    fn append(&mut self, more: Self) {
        match (self, more) {
            (Self::Ids(values), Self::Ids(more)) => values.extend(more),
            (Self::Numbers(values), Self::Numbers(more)) => values.extend(more),
            (Self::Texts(values), Self::Texts(more)) => values.extend(more),
            _ => unreachable!("chunks have the same columns"),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Ids(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }
}

fn value_of(text: String) -> Option<ByteArray> {
    (!text.is_empty()).then(|| ByteArray::from(text.into_bytes()))
}

/// Definition levels and the values that are there, of which nothing is left.
fn taken<T>(values: &mut Vec<Option<T>>) -> (Vec<i16>, Vec<T>) {
    let levels = values.iter().map(|value| i16::from(value.is_some())).collect();
    (levels, values.drain(..).flatten().collect())
}

/// A file that is being written.
pub(super) struct ParquetFile {
    writer: SerializedFileWriter<Sink>,
    /// Rows of the next row group.
    waiting: Vec<Values>,
}

impl ParquetFile {
    /// Starts a file with these columns, whose names are distinct.
    pub(super) fn create(sink: Sink, header: &[String], added: &[Added]) -> Result<Self, Error> {
        let given = header.iter().map(|name| (name.as_str(), AddedKind::Text));
        let added = added.iter().map(|column| (column.name.as_str(), column.kind));
        let columns: Vec<(&str, AddedKind)> = given.chain(added).collect();
        let fields = columns.iter().map(|(name, kind)| {
            let (physical, repetition, logical) = match kind {
                AddedKind::Id => (Physical::INT32, Repetition::REQUIRED, None),
                AddedKind::Number => (Physical::DOUBLE, Repetition::OPTIONAL, None),
                AddedKind::Text => {
                    (Physical::BYTE_ARRAY, Repetition::OPTIONAL, Some(LogicalType::String))
                }
            };
            let field = Type::primitive_type_builder(name, physical);
            field.with_repetition(repetition).with_logical_type(logical).build().map(Arc::new)
        });
        let fields = fields.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("customers").with_fields(fields).build();
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let schema = Arc::new(schema.map_err(failed)?);
        let writer =
            SerializedFileWriter::new(sink, schema, Arc::new(properties)).map_err(failed)?;
        let waiting = columns.iter().map(|(_, kind)| Values::new(*kind)).collect();
        Ok(Self { writer, waiting })
    }

    /// Adds rows.
    pub(super) fn write(&mut self, columns: Vec<Values>) -> Result<(), Error> {
        for (values, more) in self.waiting.iter_mut().zip(columns) {
            values.append(more);
        }
        if self.waiting.first().is_some_and(|values| values.len() >= GROUP) {
            self.write_group().map_err(failed)?;
        }
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for values in &mut self.waiting {
            let mut column = group.next_column()?.expect("every column was declared");
            match values {
                Values::Ids(ids) => {
                    column.typed::<Int32Type>().write_batch(ids, None, None)?;
                    ids.clear();
                }
                Values::Numbers(numbers) => {
                    let (levels, numbers) = taken(numbers);
                    column.typed::<DoubleType>().write_batch(&numbers, Some(&levels), None)?;
                }
                Values::Texts(texts) => {
                    let (levels, texts) = taken(texts);
                    column.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?;
                }
            }
            column.close()?;
        }
        group.close().map(drop)
    }

    /// Writes what is left, and makes the file appear.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        if self.waiting.first().is_some_and(|values| values.len() > 0) {
            self.write_group().map_err(failed)?;
        }
        self.writer.into_inner().map_err(failed)?.finish()
    }
}

fn failed(error: ParquetError) -> Error {
    output_failed(io::Error::other(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use std::fs::File;

    #[test]
    fn numbers_are_numbers_and_what_is_empty_is_null() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let added = [("id", AddedKind::Id), ("p", AddedKind::Number), ("said", AddedKind::Text)]
            .map(|(name, kind)| Added { name: name.into(), kind });
        let sink = Sink::open(Some(&path)).unwrap();
        let mut file = ParquetFile::create(sink, &["given".to_owned()], &added).unwrap();
        for (given, id, p) in [("1.50", 3, Cell::Number(0.1)), ("", 70_000, Cell::Nothing)] {
            let kinds = [AddedKind::Text].into_iter().chain(added.iter().map(|a| a.kind));
            let cells = [Cell::Given(given), Cell::Count(id), p, Cell::Text(given.into())];
            let mut columns: Vec<Values> = kinds.map(Values::new).collect();
            columns.iter_mut().zip(cells).for_each(|(values, cell)| values.push(cell));
            file.write(columns).unwrap();
        }
        assert!(!path.exists());
        file.finish().unwrap();
        let file = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let rows = file.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string());
        assert_eq!(
            rows.collect::<Vec<_>>(),
            [
                "{given: \"1.50\", id: 3, p: 0.1, said: \"1.50\"}",
                "{given: null, id: 70000, p: null, said: null}"
            ]
        );
        let schema = file.metadata().file_metadata().schema_descr();
        let kinds = schema.columns().iter().map(|column| column.physical_type());
        let expected =
            [Physical::BYTE_ARRAY, Physical::INT32, Physical::DOUBLE, Physical::BYTE_ARRAY];
        assert_eq!(kinds.collect::<Vec<_>>(), expected);
    }
}
