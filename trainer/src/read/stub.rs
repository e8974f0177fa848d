use shared::dialect::DecimalMark;
use shared::encoding::Encoding;
pub(super) struct Told {
    pub(super) delimiter: Option<u8>,
    pub(super) decimal: Option<DecimalMark>,
}
#[derive(Default)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) decimal: DecimalMark,
    pub(super) sep_line: bool,
}
pub(super) fn recognise(text: &str, _: bool, told: Told) -> Dialect {
    let first = text.lines().next().unwrap_or_default();
    let sep_line = first.starts_with("sep=");
    let d = if first.contains(';') { b';' } else { b',' };
    Dialect {
        delimiter: told.delimiter.unwrap_or(d),
        decimal: told.decimal.unwrap_or(if d == b';' {
            DecimalMark::Comma
        } else {
            DecimalMark::Point
        }),
        sep_line,
    }
}
impl Dialect {
    pub(super) fn describe(&self, e: Encoding) -> String {
        format!("{}, {}", if self.delimiter == b';' { "semicolon" } else { "comma" }, e.name())
    }
}
