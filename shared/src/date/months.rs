//! The names of the months: English, German, French, Spanish, Italian, Portuguese and Dutch.

/// January to December, each in full and abbreviated, in small letters. No name means two months.
const MONTHS: [&str; 12] = [
    "january jan januar jänner jän janvier janv enero ene gennaio gen janeiro januari",
    "february feb februar février févr fév febrero febbraio fevereiro fev februari",
    "march mar märz mär mrz mars marzo março maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug août aoû agosto ago augustus",
    "september sep sept septembre septiembre settembre set sett setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre déc diciembre dic dicembre dezembro",
];

/// The month of a name, 1 to 12; capitals do not count.
pub(super) fn month(name: &str) -> Option<i32> {
    if name.len() < 3 {
        return None;
    }
    let is_name = |known: &str| known.chars().eq(name.chars().flat_map(char::to_lowercase));
    (1..).zip(MONTHS).find(|(_, names)| names.split(' ').any(is_name)).map(|(month, _)| month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_month() {
        for (name, found) in [("Jan", 1), ("MÄRZ", 3), ("août", 8), ("Sept", 9), ("dez", 12)] {
            assert_eq!(month(name), Some(found), "{name}");
        }
        for name in ["", "J", "Janu", "Monday", "jan "] {
            assert_eq!(month(name), None, "{name:?}");
        }
        for (position, names) in (1..).zip(MONTHS) {
            for name in names.split(' ') {
                assert_eq!(month(name), Some(position), "{name}");
            }
        }
    }
}
