//! Conditions as they were written become comparisons by position, each of the kind that its subject allows.

use shared::ColumnKind;
use shared::number::Finite;
use shared::playbook::{Comparison, Condition, Order, Subject};

use super::compile::Compiler;
use crate::config::{ConditionConfig, Operand};
use crate::error::suggestion;

/// What a subject is compared as.
enum Scale<'a> {
    /// A number; or the days since a date.
    Number { is_date: bool },
    /// One of these words; they may have an order.
    Words { words: Vec<&'a str>, ordered: bool, yes_no: bool },
}

/// A subject with its name and scale.
struct Compared<'a> {
    subject: Subject,
    name: &'a str,
    scale: Scale<'a>,
}

impl<'k> Compiler<'k> {
    /// The condition of one table; `at` is where it stands, its quotation mark not closed.
    pub(super) fn condition(&mut self, config: &ConditionConfig, at: &str) -> Option<Condition> {
        let here = format!("{at}`");
        let kinds = [
            ("all", config.all.is_some()),
            ("any", config.any.is_some()),
            ("not", config.not.is_some()),
            ("field", config.field.is_some()),
            ("prediction", config.prediction.is_some()),
            ("segment", config.segment.is_some()),
        ];
        let said: Vec<&str> = kinds.iter().filter(|(_, is)| *is).map(|(key, _)| *key).collect();
        let [kind] = said.as_slice() else {
            let what = match said.as_slice() {
                [] => "it says nothing that is known of a customer".to_owned(),
                _ => format!("`{}` stand in one table", said.join("`, `")),
            };
            let hint = "a table has one of `all`, `any`, `not`, `field`, `prediction`, `segment`";
            self.fault(&here, what, hint);
            return None;
        };
        let compares = !matches!(*kind, "all" | "any" | "not" | "segment");
        let odd = [
            ("class", config.class.is_some() && *kind != "prediction"),
            ("eq", config.eq.is_some() && !compares),
            ("in", config.one_of.is_some() && !compares),
            ("lt", config.lt.is_some() && !compares),
            ("le", config.le.is_some() && !compares),
            ("gt", config.gt.is_some() && !compares),
            ("ge", config.ge.is_some() && !compares),
            ("missing", config.missing.is_some() && *kind != "field"),
        ];
        if let Some((key, _)) = odd.iter().find(|(_, is_odd)| *is_odd) {
            let hint = match (*kind, *key) {
                ("segment", _) => "write the ids themselves: `segment = 2` or `segment = [1, 2]`",
                ("prediction", "missing") => "a prediction is never missing",
                _ => "put it into a table of its own",
            };
            self.fault(&here, format!("`{key}` cannot stand beside `{kind}`"), hint);
            return None;
        }
        if let Some(parts) = config.all.as_ref().or(config.any.as_ref()) {
            if parts.is_empty() {
                self.fault(&here, format!("`{kind}` is of nothing"), "name what it is of");
            }
            let part = |(i, part)| self.condition(part, &format!("{at}.{kind}[{i}]"));
            let parts: Vec<Option<Condition>> = parts.iter().enumerate().map(part).collect();
            let parts: Vec<Condition> = parts.into_iter().collect::<Option<_>>()?;
            let is_all = *kind == "all";
            return Some(if is_all { Condition::All(parts) } else { Condition::Any(parts) });
        }
        if let Some(part) = &config.not {
            let part = self.condition(part, &format!("{at}.not"))?;
            return Some(Condition::Not(Box::new(part)));
        }
        if let Some(segments) = &config.segment {
            return self.segments(segments.ids(), &format!("{at}.segment`"));
        }
        let compared = if let Some(name) = &config.field {
            self.field(name, &format!("{at}.field`"))?
        } else {
            self.prediction(config, at)?
        };
        self.comparisons(config, &compared, at)
    }

    fn segments(&mut self, ids: &[u16], at: &str) -> Option<Condition> {
        let known = self.known.segments.as_ref()?;
        if ids.is_empty() {
            self.fault(at, "no segment is named", "give at least one id");
        }
        let mut positions = Vec::new();
        for id in ids {
            if let Some(position) = known.iter().position(|one| one == id) {
                positions.extend(u16::try_from(position));
            } else {
                let ids: Vec<String> = known.iter().map(u16::to_string).collect();
                let hint = format!("there are: {}", ids.join(", "));
                self.fault(at, format!("there is no segment {id}"), hint);
            }
        }
        one_of(Subject::Segment, positions)
    }

    fn field<'a>(&mut self, name: &'a str, at: &str) -> Option<Compared<'a>>
    where
        'k: 'a,
    {
        let known = self.known;
        let columns = known.schema.columns();
        let Some(position) = columns.iter().position(|column| column.name == name) else {
            let mut targets = known.predicted.iter().flatten();
            let hint = if targets.any(|target| target.name == name) {
                format!("it is predicted: write `prediction = \"{name}\"`")
            } else {
                suggestion(name, columns.iter().map(|column| column.name.as_str()))
            };
            self.fault(at, format!("the model reads no column `{name}`"), hint);
            return None;
        };
        let kind = &columns[position].kind;
        let scale = match kind {
            ColumnKind::Numeric { .. } => Scale::Number { is_date: false },
            ColumnKind::Date { .. } => Scale::Number { is_date: true },
            _ => Scale::Words {
                // Those that are none of the column's words too: "(other)".
                words: (0..kind.n_ids()).filter_map(|id| kind.level(id)).collect(),
                ordered: matches!(kind, ColumnKind::Ordinal { .. }),
                yes_no: matches!(kind, ColumnKind::YesNo { .. }),
            },
        };
        let subject = Subject::Field(u16::try_from(position).ok()?);
        Some(Compared { subject, name, scale })
    }

    fn prediction<'a>(&mut self, config: &'a ConditionConfig, at: &str) -> Option<Compared<'a>>
    where
        'k: 'a,
    {
        let name = config.prediction.as_deref()?;
        let (target, found) = self.target(name, &format!("{at}.prediction`"))?;
        let class = match &config.class {
            Some(class) => Some(self.class(found, &class.text(), &format!("{at}.class`"))?),
            None => None,
        };
        let classes = found.kind.classes();
        let scale = if classes.is_empty() || class.is_some() {
            Scale::Number { is_date: false }
        } else {
            let words = classes.iter().map(String::as_str).collect();
            Scale::Words { words, ordered: false, yes_no: false }
        };
        Some(Compared { subject: Subject::Prediction { target, class }, name, scale })
    }

    /// Every comparison of a table; of several, all must hold.
    fn comparisons(
        &mut self,
        config: &ConditionConfig,
        compared: &Compared<'_>,
        at: &str,
    ) -> Option<Condition> {
        let subject = compared.subject;
        let mut tests: Vec<Option<Condition>> = Vec::new();
        for (key, order, operand) in [
            ("eq", Order::Equal, &config.eq),
            ("lt", Order::Below, &config.lt),
            ("le", Order::AtMost, &config.le),
            ("gt", Order::Above, &config.gt),
            ("ge", Order::AtLeast, &config.ge),
        ] {
            if let Some(operand) = operand {
                tests.push(self.ordered(compared, order, operand, &format!("{at}.{key}`")));
            }
        }
        if let Some(operands) = &config.one_of {
            let at = format!("{at}.in`");
            if operands.is_empty() {
                self.fault(&at, "it lists nothing", "give at least one");
            }
            let each = operands.iter();
            let each: Vec<Option<Condition>> =
                each.map(|operand| self.ordered(compared, Order::Equal, operand, &at)).collect();
            tests.push(each.into_iter().collect::<Option<_>>().and_then(|each| any(subject, each)));
        }
        if let Some(missing) = config.missing {
            tests.push(Some(Condition::Test { subject, comparison: Comparison::Missing(missing) }));
        }
        if tests.is_empty() {
            let hint = match &compared.scale {
                Scale::Number { .. } => "compare it with `eq`, `in`, `lt`, `le`, `gt` or `ge`",
                Scale::Words { .. } => "compare it with `eq` or `in`",
            };
            self.fault(
                &format!("{at}`"),
                format!("`{}` is compared with nothing", compared.name),
                hint,
            );
        }
        let mut tests: Vec<Condition> = tests.into_iter().collect::<Option<_>>()?;
        if tests.len() > 1 { Some(Condition::All(tests)) } else { tests.pop() }
    }

    /// One comparison, by which words with an order are in it too.
    fn ordered(
        &mut self,
        compared: &Compared<'_>,
        order: Order,
        operand: &Operand,
        at: &str,
    ) -> Option<Condition> {
        let Compared { subject, name, scale } = compared;
        let (words, ordered, yes_no) = match scale {
            Scale::Number { is_date } => {
                let bound = operand.number().and_then(Finite::new);
                if bound.is_none() {
                    let hint = if *is_date {
                        "it holds dates: compare the days since, as in `gt = 90`"
                    } else {
                        "give a number"
                    };
                    let what = format!("`{name}` cannot be compared with `{}`", operand.text());
                    self.fault(at, what, hint);
                }
                let comparison = Comparison::Number(order, bound?);
                return Some(Condition::Test { subject: *subject, comparison });
            }
            Scale::Words { words, ordered, yes_no } => (words, *ordered, *yes_no),
        };
        if order != Order::Equal && !ordered {
            let what = format!("the words of `{name}` have no order");
            self.fault(at, what, "compare with `eq` or `in`");
            return None;
        }
        let text = operand.text();
        let found = match operand {
            Operand::Boolean(yes) if yes_no => Some(usize::from(*yes)),
            _ => words.iter().position(|word| *word == text),
        };
        let Some(found) = found else {
            let hint = suggestion(&text, words.iter().copied());
            self.fault(at, format!("`{name}` has no word `{text}` that the model knows"), hint);
            return None;
        };
        let holds = |position: &usize| match order {
            Order::Equal => *position == found,
            Order::Below => *position < found,
            Order::AtMost => *position <= found,
            Order::Above => *position > found,
            Order::AtLeast => *position >= found,
        };
        let these: Vec<u16> =
            (0..words.len()).filter(holds).filter_map(|p| u16::try_from(p).ok()).collect();
        if these.is_empty() {
            self.fault(at, format!("no word of `{name}` is so"), "see the order of its words");
        }
        one_of(*subject, these)
    }
}

/// One of these positions; none where there is none.
fn one_of(subject: Subject, mut these: Vec<u16>) -> Option<Condition> {
    these.sort_unstable();
    these.dedup();
    let comparison = Comparison::OneOf(these);
    let is_some = !matches!(&comparison, Comparison::OneOf(these) if these.is_empty());
    is_some.then_some(Condition::Test { subject, comparison })
}

/// Any of several comparisons of one subject: words in one list.
fn any(subject: Subject, each: Vec<Condition>) -> Option<Condition> {
    let mut these = Vec::new();
    for condition in &each {
        match condition {
            Condition::Test { comparison: Comparison::OneOf(more), .. } => these.extend(more),
            _ => return Some(Condition::Any(each)),
        }
    }
    one_of(subject, these)
}
