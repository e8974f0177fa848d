//! Whom a column could show: personal data, left out unless allowed.

use crate::names::{ends_as_a_postal_code, is, says};
use crate::profile::Profile;

/// Personal data, by what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// A mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A person's name.
    Name,
    /// A street, a house, a postal code.
    Address,
    /// A number of an account, a card, an insurance, or of a device in a network.
    Number,
}

impl Personal {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email address",
            Self::Phone => "telephone number",
            Self::Name => "person's name",
            Self::Address => "postal address",
            Self::Number => "personal number",
        }
    }
}

const EMAIL: &[&str] = &["email", "e mail", "mail", "correo", "courriel"];
const PHONE: &[&str] = &[
    "phone",
    "telephone",
    "mobile number",
    "mobile no",
    "cell number",
    "telefon*",
    "telefone",
    "teléfono",
    "tel",
    "handy*",
    "fax",
];
const NAMES: &[&str] = &[
    "first name",
    "last name",
    "firstname",
    "lastname",
    "full name",
    "fullname",
    "surname",
    "forename",
    "given name",
    "family name",
    "middle name",
    "customer name",
    "client name",
    "user name",
    "username",
    "vorname",
    "nachname",
    "nom",
    "prenom",
    "prénom",
    "apellido*",
    "cognome",
    "contact name",
    "host name",
    "guest name",
    "employee name",
    "agent name",
    "owner name",
    "manager name",
    "account manager",
    "sales rep*",
    "name des kunden",
    "kundenname",
    "ansprechpartner",
    "nom du client",
    "氏名",
    "姓名",
    "名前",
    "姓",
    "имя",
    "фамилия",
    "фио",
];
const ONLY_A_NAME: &[&str] = &["name", "nome", "nombre", "naam"];
const ADDRESS: &[&str] = &[
    "address",
    "street",
    "adresse",
    "straße",
    "strasse",
    "direccion",
    "dirección",
    "endereco",
    "endereço",
    "indirizzo",
    "calle",
    "rue",
    "zip",
    "zipcode",
    "zip code",
    "postal code",
    "post code",
    "postcode",
    "postal",
    "plz",
    "postleitzahl",
    "cep",
    "hausnummer",
    "郵便番号",
    "住所",
    "地址",
];
const PLACE: &[&str] =
    &["latitude", "longitude", "lat", "lng", "lat long", "latlong", "geolocation", "gps"];
const NUMBER: &[&str] = &[
    "ssn",
    "iban",
    "social security",
    "passport",
    "credit card number",
    "card number",
    "national id",
    "tax id",
    "ip address",
    "license plate",
    "imei",
    "cpf",
];

/// What personal data a column holds, by its values or its name. Constant or empty columns hold none.
pub fn personal(name: &str, profile: &Profile) -> Option<Personal> {
    let n = profile.n_present();
    if n == 0 || profile.n_distinct() < 2 {
        return None;
    }
    let share = |test: &dyn Fn(&str) -> bool| {
        let held: usize =
            profile.words().filter(|(word, _)| test(word)).map(|(_, count)| count).sum();
        held * 10 >= n * 8
    };
    let words = profile.n_words() * 2 > n;
    // Few people are people too, where the name says so.
    if words && says(name, NAMES) {
        return Some(Personal::Name);
    }
    // Few values that many share are groups, whatever they are called.
    let many = profile.n_distinct() * 5 >= n || profile.n_distinct() > 50;
    if words && names_end(name) && profile.n_distinct() >= 20 && share(&is_full_name) {
        return Some(Personal::Name);
    }
    if share(&is_email) {
        return Some(Personal::Email);
    }
    if share(&is_ip_address) || share(&is_iban) {
        return Some(Personal::Number);
    }
    let is_place = says(name, PLACE);
    if is_place && many {
        return Some(Personal::Address);
    }
    if share(&is_phone) && !says(name, ADDRESS) && (many || says(name, PHONE)) {
        return Some(Personal::Phone);
    }
    if !many {
        return None;
    }
    if share(&is_street) {
        return Some(Personal::Address);
    }
    match () {
        () if says(name, EMAIL) && words => Some(Personal::Email),
        () if says(name, NUMBER) => Some(Personal::Number),
        () if says(name, PHONE) && (words || profile.numbers.min.abs() >= 1e6) => {
            Some(Personal::Phone)
        }
        () if words && is(name, ONLY_A_NAME) && share(&is_short) => Some(Personal::Name),
        () if says(name, ADDRESS) && (words || ends_as_a_postal_code(name)) => {
            Some(Personal::Address)
        }
        () => None,
    }
}

/// "contact", "Customer Name": what people's names may stand under.
fn names_end(name: &str) -> bool {
    let words = crate::names::words(name);
    let known =
        ["name", "contact", "person", "guest", "host", "agent", "manager", "employee", "owner"];
    let things = [
        "product",
        "brand",
        "store",
        "shop",
        "company",
        "campaign",
        "city",
        "country",
        "region",
        "item",
        "course",
        "plan",
        "category",
        "team",
        "department",
        "hotel",
        "branch",
        "event",
        "file",
        "model",
    ];
    words.last().is_some_and(|word| known.contains(&word.as_str()))
        && !words.iter().any(|word| things.contains(&word.as_str()))
}

/// At most four words: longer ones are titles.
fn is_short(word: &str) -> bool {
    word.split_whitespace().count() <= 4
}

/// Two or three words of letters, each with a capital in front.
fn is_full_name(word: &str) -> bool {
    let parts: Vec<&str> = word.split_whitespace().collect();
    let is_name = |part: &&str| {
        part.starts_with(char::is_uppercase)
            && part.chars().all(|c| c.is_alphabetic() || "'-.".contains(c))
            && part.chars().skip(1).any(char::is_lowercase)
    };
    (2..=3).contains(&parts.len()) && parts.iter().all(is_name)
}

fn is_email(word: &str) -> bool {
    let Some((user, host)) = word.split_once('@') else { return false };
    !user.is_empty()
        && host.contains('.')
        && !host.contains('@')
        && !word.contains(char::is_whitespace)
}

fn is_phone(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let signs = word.chars().all(|c| c.is_ascii_digit() || " +-().x/".contains(c));
    let dated =
        word.len() <= 10 && shared::date::parse(word, shared::date::DateOrder::Ymd).is_some();
    let split =
        word.starts_with('+') || word.contains(['-', ' ', '(', '/']) || word.starts_with('0');
    (7..=15).contains(&digits) && signs && split && !dated && !looks_like_a_date(word)
}

/// Three groups of digits, one of them a year or all of them short.
fn looks_like_a_date(word: &str) -> bool {
    let day = word.split([' ', 'T']).next().unwrap_or_default();
    let groups: Vec<&str> = day.split(['-', '/', '.']).collect();
    groups.len() == 3
        && groups.iter().all(|g| g.len() <= 4 && g.bytes().all(|b| b.is_ascii_digit()))
        && groups.iter().map(|g| g.len()).sum::<usize>() <= 8
}

fn is_ip_address(word: &str) -> bool {
    word.parse::<std::net::IpAddr>().is_ok() && word.contains(['.', ':'])
}

fn is_iban(word: &str) -> bool {
    let compact: String = word.chars().filter(|c| *c != ' ').collect();
    let bytes = compact.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && bytes[4..].iter().filter(|b| b.is_ascii_digit()).count() >= 8
}

/// A number and a word that ends as streets do.
fn is_street(word: &str) -> bool {
    let lower = word.to_lowercase();
    let has_number = lower.bytes().any(|b| b.is_ascii_digit());
    let parts = lower.split(|c: char| !c.is_alphanumeric());
    let ends = ["straße", "strasse", "weg", "allee", "gasse", "platz", "straat"];
    let alone = [
        "street",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "lane",
        "ln",
        "drive",
        "dr",
        "boulevard",
        "blvd",
        "rue",
        "calle",
        "via",
        "rua",
        "way",
        "court",
        "ct",
        "str",
    ];
    has_number
        && lower.contains(' ')
        && parts.into_iter().any(|p| alone.contains(&p) || ends.iter().any(|end| p.ends_with(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_reach_a_person_are_known_by_their_form() {
        assert!(is_email("a.b+c@shop.example") && !is_email("@home") && !is_email("a@b"));
        for phone in ["+49 151 2345678", "(555) 123-4567", "0151-2345678", "555-123-4567"] {
            assert!(is_phone(phone), "{phone}");
        }
        for other in ["2020-01-03", "03/04/2012", "12345678", "1.5", "10-20", "2012-09-04 10:11"] {
            assert!(!is_phone(other), "{other}");
        }
        assert!(is_ip_address("192.168.0.1") && !is_ip_address("12"));
        assert!(is_iban("DE89 3704 0044 0532 0130 00") && !is_iban("DEPARTMENT12345"));
        assert!(is_street("12 Main Street") && is_street("Lange Straße 5") && !is_street("Plan 5"));
    }
}
