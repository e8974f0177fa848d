//! What a column's name says: words that name identifiers, codes, scales, people.

/// The words of a name, lower case: `CustomerID`, `customer_id` and `Customer Id` have the same.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(|c| c.is_lowercase());
        let hump = letter.is_uppercase()
            && (before.is_lowercase() || (before.is_uppercase() && next_is_lower));
        let turn = letter.is_numeric() != before.is_numeric() && before.is_alphanumeric();
        if (hump || turn || !letter.is_alphanumeric())
            && words.last().is_some_and(|w| !w.is_empty())
        {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a name holds one of `known`: a word of the name, or several in a row written with blanks; an entry
/// that ends in `*` matches words that begin so.
pub fn says(name: &str, known: &[&str]) -> bool {
    let words = words(name);
    known.iter().any(|known| {
        let parts: Vec<&str> = known.split(' ').collect();
        words.windows(parts.len()).any(|window| {
            window.iter().zip(&parts).all(|(word, part)| match part.strip_suffix('*') {
                Some(stem) => word.starts_with(stem),
                None => word == part,
            })
        })
    })
}

/// Whether a name is one of `known` and says nothing else.
pub fn is(name: &str, known: &[&str]) -> bool {
    known.contains(&words(name).join(" ").as_str())
}

/// Words that name an identifier where they stand alone in a column's name.
const IDENTIFIER: &[&str] = &[
    "id",
    "ids",
    "key",
    "uuid",
    "guid",
    "number",
    "no",
    "nr",
    "num",
    "nummer",
    "numero",
    "número",
    "code",
    "phone",
    "mobile",
    "imei",
    "ssn",
    "iban",
    "account",
    "email",
    "rownames",
    "rownumber",
    "index",
    "kundennr",
    "顧客番号",
    "会員番号",
    "客户编号",
    "会员编号",
];

/// Words that name an identifier with "id" behind them, in one word.
const BEFORE_ID: [&str; 15] = [
    "user", "cust", "customer", "client", "account", "member", "order", "person", "contact",
    "visitor", "session", "device", "record", "row", "kunden",
];

/// Whether a name says "id", and not merely something that may be one.
pub fn is_called_id(name: &str) -> bool {
    says(name, &["id", "uuid", "guid"])
        || BEFORE_ID.iter().any(|word| is(name, &[&format!("{word}id")]))
}

/// Words for the people whom a table is about.
const PERSON: [&str; 12] = [
    "customer",
    "cust",
    "client",
    "user",
    "member",
    "account",
    "person",
    "contact",
    "visitor",
    "household",
    "kunde",
    "kunden",
];

/// Whether a name is that of the customer's identifier, and not of another thing's.
pub fn names_the_customer(name: &str) -> bool {
    let joined = words(name).join("");
    PERSON.iter().any(|person| {
        ["id", "nr", "no", "number", "uniqueid", "code", "key"]
            .iter()
            .any(|tail| joined == format!("{person}{tail}"))
    })
}

/// Whether a name may be that of an identifier: it says "id" somewhere, or ends in a word for one.
pub fn sounds_like_an_identifier(name: &str) -> bool {
    let words = words(name);
    let joined = words.last().is_some_and(|word| {
        let stem = word.strip_suffix("id").or_else(|| word.strip_suffix("nr"));
        stem.is_some_and(|stem| BEFORE_ID.iter().any(|before| stem.ends_with(before)))
    });
    // `account_balance` and `number of views` are amounts.
    let ends = words.last().is_some_and(|word| IDENTIFIER.contains(&word.as_str()));
    joined
        || ends
        || is_nameless(name)
        || says(name, &["id", "ids", "uuid", "guid", "ssn", "iban", "imei"])
}

/// Whether a name says that a column's numbers are amounts.
pub fn names_an_amount(name: &str) -> bool {
    let known = [
        "amount",
        "revenue",
        "income",
        "balance",
        "sales",
        "spend",
        "spent",
        "price",
        "value",
        "views",
        "salary",
        "cost",
        "profit",
        "umsatz",
        "total",
        "sum",
        "age",
        "number of",
    ];
    says(name, &known)
}

/// Whether a column had no name in the file, as a row number often has none.
pub fn is_nameless(name: &str) -> bool {
    name.strip_prefix("column_")
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '_'))
        || name.starts_with("Unnamed: ")
}

/// Whether a name holds all words of another: `Churn Score` and `churn`.
pub fn is_kin(name: &str, other: &str) -> bool {
    let (name, other) = (words(name), words(other));
    !other.is_empty() && other.iter().all(|word| name.contains(word))
}

/// Whether a name ends as that of a postal code: `zip_downloads` does not.
pub fn ends_as_a_postal_code(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let alone = ["zip", "zipcode", "plz", "postcode", "postleitzahl", "cep", "郵便番号"];
    alone.contains(&last) || (["code", "prefix"].contains(&last) && names_a_postal_code(name))
}

/// Names of postal codes, which are written in digits and are no amounts.
pub fn names_a_postal_code(name: &str) -> bool {
    let known = [
        "zip",
        "zipcode",
        "zip code",
        "postal",
        "postal code",
        "post code",
        "postcode",
        "plz",
        "postleitzahl",
        "cep",
        "郵便番号",
    ];
    says(name, &known)
}

/// Names of columns whose whole numbers are codes and no amounts.
const CODES: &[&str] = &[
    "code",
    "type",
    "typ",
    "tipo",
    "category",
    "cat",
    "categorie",
    "categoria",
    "class",
    "klasse",
    "cluster",
    "segment",
    "segmentation",
    "group",
    "gruppe",
    "region",
    "area",
    "zone",
    "district",
    "state",
    "country",
    "city",
    "province",
    "channel",
    "kanal",
    "browser",
    "os",
    "operating systems",
    "operating system",
    "platform",
    "device",
    "gender",
    "sex",
    "sexo",
    "geschlecht",
    "marital",
    "marriage",
    "occupation",
    "job",
    "profession",
    "beruf",
    "industry",
    "sector",
    "product",
    "plan",
    "package",
    "store",
    "shop",
    "branch",
    "department",
    "dept",
    "brand",
    "traffic type",
    "source",
    "label",
    "species",
    "ethnicity",
];

/// Whether a name says that its whole numbers are codes.
pub fn names_codes(name: &str) -> bool {
    let counts = [
        "number of",
        "num",
        "count",
        "n",
        "no of",
        "total",
        "avg",
        "mean",
        "amount",
        "spend",
        "days",
    ];
    says(name, CODES) && !says(name, &counts)
}

/// Names of columns whose few whole numbers are grades on a scale.
const GRADES: [&str; 20] = [
    "rating",
    "ratings",
    "satisfaction",
    "score",
    "grade",
    "level",
    "rank",
    "stars",
    "likert",
    "education",
    "tier",
    "stage",
    "priority",
    "importance",
    "agreement",
    "quality",
    "zufriedenheit",
    "bewertung",
    "satisfaccion",
    "settlement size",
];

/// Whether a name says that its few whole numbers are grades on a scale.
pub fn names_grades(name: &str) -> bool {
    let words = words(name);
    // "Q5_1" of a questionnaire, and "satisfied (1-5)".
    let question =
        matches!(words.as_slice(), [q, number, ..] if q == "q" && number.parse::<u8>().is_ok());
    let range = words.windows(2).any(|pair| {
        pair[0] == "1" && pair[1].parse::<u8>().is_ok_and(|most| (3..=10).contains(&most))
    });
    question || range || says(name, &GRADES)
}

/// Whether a name says that its values are days.
pub fn names_a_date(name: &str) -> bool {
    let known = [
        "date",
        "dt",
        "day",
        "datum",
        "fecha",
        "data",
        "dob",
        "since",
        "timestamp",
        "joined",
        "signup",
        "seit",
        "start",
        "end",
        "created",
        "updated",
        "time",
        "giorno",
        "jour",
        "dag",
    ];
    says(name, &known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_falls_into_its_words_however_it_is_written() {
        for name in ["CustomerID", "customer_id", "Customer Id", "customer-id", "CUSTOMER ID"] {
            assert_eq!(words(name), ["customer", "id"], "{name}");
        }
        assert_eq!(words("NumOfProducts2"), ["num", "of", "products", "2"]);
        assert_eq!(words("Größe (cm)"), ["größe", "cm"]);
        assert_eq!(words("年龄"), ["年龄"]);
    }

    #[test]
    fn names_that_sound_like_identifiers() {
        for name in [
            "ID",
            "id",
            "customer_id",
            "CUST_ID",
            "CustomerId",
            "CustomerID",
            "Invoice No",
            "userid",
            "Phone",
            "column_1",
            "Unnamed: 0",
            "KundenNr",
            "RowNumber",
        ] {
            assert!(sounds_like_an_identifier(name), "{name}");
        }
        for name in [
            "income",
            "paid",
            "ideas",
            "Age",
            "nodes",
            "bid",
            "solid",
            "column_width",
            "account_balance",
            "number of views",
            "mobile minutes",
            "credit_index_change",
        ] {
            assert!(!sounds_like_an_identifier(name), "{name}");
        }
    }

    #[test]
    fn counts_are_no_codes() {
        assert!(
            names_codes("Region") && names_codes("OperatingSystems") && names_codes("TrafficType")
        );
        assert!(
            !names_codes("NumOfProducts")
                && !names_codes("number of channels")
                && !names_codes("Age")
        );
    }
}
