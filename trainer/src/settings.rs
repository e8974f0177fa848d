//! Words of the command line and of `wedge.toml`, put together: flags beat the file, the file beats inference.

use std::collections::BTreeSet;
use std::path::Path;

use crate::algorithms::Algorithm;
use crate::choose::{ChooseBy, ChooseOptions};
use crate::cli::{ColumnArgs, ReadArgs, SegmentArgs, TargetArgs};
use crate::config::{Config, Delimiter, SegmentConfig, Token, Word, segment_id};
use crate::error::Error;
use crate::prepare::ImputeOptions;
use crate::read::ReadOptions;
use crate::told::{ColumnTold, KindTold, RoleTold, SegmentTold, Told};

/// A word must be shared by so many customers to stand in a model, unless told.
pub const MIN_LEVEL: u32 = 20;

/// Up to so many segments are tried, unless told.
const MAX_SEGMENTS: u16 = 10;

/// A segment must have so many customers, unless told.
const MIN_SEGMENT: u32 = 20;

/// What holds for a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the file is read.
    pub read: ReadOptions,
    /// What its columns are.
    pub told: Told,
    /// `[fit]` of the file, for the verb that fits.
    pub fit: FitSettings,
}

/// `[fit]`, each where the file says it.
#[derive(Debug, Clone, Copy, Default)]
pub struct FitSettings {
    /// Exactly this many segments.
    pub segments: Option<u16>,
    /// Up to this many.
    pub max_segments: Option<u16>,
    /// Segments with fewer customers are refused.
    pub min_segment: Option<u32>,
    /// Seed of everything random.
    pub seed: Option<u64>,
    /// What decides on the number.
    pub choose: Option<ChooseBy>,
    /// The algorithm.
    pub algorithm: Option<Algorithm>,
}

impl Settings {
    /// How segments are to be found.
    pub fn choose(&self, args: &SegmentArgs) -> ChooseOptions {
        let FitSettings { segments, max_segments, min_segment, seed, choose, .. } = self.fit;
        ChooseOptions {
            segments: args.segments.or(segments).map(usize::from),
            max_segments: args.max_segments.or(max_segments).unwrap_or(MAX_SEGMENTS).into(),
            min_segment: args.min_segment.or(min_segment).unwrap_or(MIN_SEGMENT) as usize,
            seed: args.seed.or(seed).unwrap_or(0),
            by: choose.unwrap_or_default(),
        }
    }

    /// What stands in for missing values.
    pub fn impute(&self) -> ImputeOptions {
        let by_column =
            self.told.columns.iter().filter_map(|(name, told)| Some((name.clone(), told.impute?)));
        ImputeOptions {
            default: self.told.impute.unwrap_or_default(),
            by_column: by_column.collect(),
        }
    }

    /// How a file is read, for the verbs that need not know its columns.
    ///
    /// # Errors
    /// Those of the configuration file.
    pub fn reading(args: &ReadArgs) -> Result<ReadOptions, Error> {
        Ok(read_options(args, &config(args)?))
    }

    /// The same where a command reads a configuration file in any case: `--config` beats it.
    ///
    /// # Errors
    /// Those of the configuration file.
    pub fn reading_with(args: &ReadArgs, file: &Path) -> Result<ReadOptions, Error> {
        Ok(read_options(args, &Config::read(args.config.as_deref().unwrap_or(file))?))
    }

    /// Everything.
    ///
    /// # Errors
    /// Those of the configuration file, and words that contradict each other.
    pub fn of(args: &ReadArgs, columns: &ColumnArgs, targets: &TargetArgs) -> Result<Self, Error> {
        let config = config(args)?;
        let read = read_options(args, &config);
        let fit = FitSettings {
            segments: config.fit.segments,
            max_segments: config.fit.max_segments,
            min_segment: config.fit.min_segment,
            seed: config.fit.seed,
            choose: unword(config.fit.choose),
            algorithm: unword(config.fit.algorithm),
        };
        let mut told = from_file(config);
        if !targets.target.is_empty() {
            told.targets.clone_from(&targets.target);
        }
        let mut seen = BTreeSet::new();
        told.targets.retain(|name| seen.insert(name.clone()));
        tell(&mut told, columns)?;
        if told.targets.is_empty() && (targets.classify || targets.regress) {
            return Err(Error::Usage {
                what: "`--classify` and `--regress` are about a target, and none is given".into(),
                hint: "name one with `--target COLUMN`".into(),
            });
        }
        let kind = match (targets.classify, targets.regress) {
            (true, _) => Some(KindTold::Categorical),
            (_, true) => Some(KindTold::Number),
            _ => None,
        };
        if let Some(kind) = kind {
            for name in told.targets.clone() {
                told.about(&name).kind = Some(kind);
            }
        }
        Ok(Self { read, told, fit })
    }
}

fn config(args: &ReadArgs) -> Result<Config, Error> {
    args.config.as_deref().map_or_else(|| Ok(Config::default()), Config::read)
}

fn unword<T: Copy>(word: Option<Word<T>>) -> Option<T> {
    word.map(|word| word.0)
}

fn read_options(args: &ReadArgs, config: &Config) -> ReadOptions {
    let file = &config.read;
    let defaults = ReadOptions::default();
    let delimiter = args.delimiter.or(unword(file.delimiter));
    ReadOptions {
        format: args.format.or(unword(file.format)),
        sheet: args.sheet.clone().or_else(|| file.sheet.clone()),
        delimiter: delimiter.map(|Delimiter(byte)| byte),
        encoding: args.encoding.or(unword(file.encoding)),
        decimal: args.decimal.or(unword(file.decimal)),
        // Told values are forgotten column by column, so that the model can do the same.
        missing: Vec::new(),
        skip_lines: args.skip_lines.or(file.skip_lines).unwrap_or(defaults.skip_lines),
        header: !args.no_header && file.header.unwrap_or(defaults.header),
        max_rows: args.max_rows.or(file.max_rows).unwrap_or(defaults.max_rows),
    }
}

fn texts(tokens: &[Token]) -> Vec<String> {
    tokens.iter().map(Token::text).collect()
}

fn from_file(config: Config) -> Told {
    let columns = config.columns.into_iter().map(|(name, column)| {
        let told = ColumnTold {
            kind: unword(column.kind),
            role: unword(column.role),
            levels: texts(&column.levels),
            missing: texts(&column.missing),
            lower: column.lower,
            upper: column.upper,
            date_order: unword(column.date_order),
            impute: unword(column.impute),
            mutable: column.mutable,
        };
        (name, told)
    });
    let segments = config.segments.into_iter().map(|(id, segment)| {
        let SegmentConfig { name, description } = segment;
        (segment_id(&id).expect("the file was checked"), SegmentTold { name, description })
    });
    Told {
        targets: config.data.target.0,
        min_level: config.data.min_level.unwrap_or(MIN_LEVEL) as usize,
        as_of: unword(config.data.as_of),
        date_order: unword(config.data.date_order),
        missing: texts(&config.data.missing),
        impute: unword(config.data.impute),
        columns: columns.collect(),
        segments: segments.collect(),
        playbook: config.playbook,
    }
}

fn tell(told: &mut Told, args: &ColumnArgs) -> Result<(), Error> {
    for name in &args.allow_column {
        if args.ignore.contains(name) {
            return Err(Error::Usage {
                what: format!("the column `{name}` cannot be both allowed and left out"),
                hint: "give one of `--allow-column` and `--ignore`".into(),
            });
        }
        told.about(name).role = Some(RoleTold::Feature);
    }
    for name in &args.ignore {
        told.about(name).role = Some(RoleTold::Ignore);
    }
    if let Some(name) = &args.id {
        told.about(name).role = Some(RoleTold::Identifier);
    }
    for (name, kind) in &args.kind {
        told.about(name).kind = Some(*kind);
    }
    for (name, levels) in &args.ordinal {
        let column = told.about(name);
        column.kind = Some(KindTold::Ordinal);
        column.levels.clone_from(levels);
    }
    for token in &args.missing {
        match token.rsplit_once('=') {
            Some((column, value)) if !column.is_empty() => {
                told.about(column).missing.push(value.to_owned());
            }
            _ => told.missing.push(token.clone()),
        }
    }
    for (column, order) in &args.date_order {
        match column {
            Some(name) => told.about(name).date_order = Some(*order),
            None => told.date_order = Some(*order),
        }
    }
    for (column, how) in &args.impute {
        match column {
            Some(name) => told.about(name).impute = Some(*how),
            None => told.impute = Some(*how),
        }
    }
    told.as_of = args.as_of.or(told.as_of);
    told.min_level = args.min_level.map_or(told.min_level, |n| n as usize);
    Ok(())
}
