//! Which columns tell of a person what law or decency protects: kept, with a word about it.

use shared::Sensitive;

use crate::names::{is, says};
use crate::profile::Profile;

const GENDER: &[&str] = &[
    "gender",
    "sex",
    "geschlecht",
    "sexo",
    "genero",
    "género",
    "sexe",
    "civilité",
    "civilite",
    "性別",
    "性别",
];
const GENDER_WORDS: &[&str] = &[
    "male",
    "female",
    "m",
    "f",
    "man",
    "woman",
    "men",
    "women",
    "other",
    "non-binary",
    "diverse",
    "männlich",
    "weiblich",
    "divers",
    "w",
    "d",
    "homme",
    "femme",
    "hombre",
    "mujer",
    "masculino",
    "femenino",
];
const AGE: &[&str] = &[
    "age",
    "ages",
    "alter",
    "edad",
    "âge",
    "idade",
    "età",
    "leeftijd",
    "birth*",
    "dob",
    "geburt*",
    "nacimiento",
    "naissance",
    "age group",
    "senior*",
    "年齢",
    "年龄",
];
const MARITAL: &[&str] = &[
    "marital",
    "marriage",
    "married",
    "familienstand",
    "civil status",
    "estado civil",
    "spouse",
    "partner",
    "matrimonial",
];
const MARITAL_WORDS: &[&str] = &[
    "single",
    "married",
    "divorced",
    "widowed",
    "widow",
    "separated",
    "together",
    "partner",
    "ledig",
    "verheiratet",
    "geschieden",
    "verwitwet",
    "célibataire",
    "marié",
    "casado",
    "soltero",
    "divorciado",
    "viudo",
    "alone",
    "unmarried",
];
const ORIGIN: &[&str] = &[
    "nationality",
    "ethnicity",
    "ethnic*",
    "race",
    "citizenship",
    "native country",
    "country of birth",
    "birthplace",
    "birth country",
    "origin",
    "immigrant",
    "mother tongue",
    "nationalität",
    "nacionalidad",
    "caste",
];
const RELIGION: &[&str] = &["religion", "religious", "faith", "konfession"];
const HEALTH: &[&str] = &[
    "health*",
    "disease",
    "disability",
    "disabled",
    "handicap*",
    "smoker",
    "smoking",
    "bmi",
    "diabet*",
    "pregnan*",
    "medical",
    "medication",
    "illness",
    "allerg*",
    "diagnos*",
    "blood",
    "cholesterol",
    "krankheit",
    "hipertension",
];
const ORIENTATION: &[&str] = &["sexual orientation", "orientation", "lgbt*"];
const POLITICS: &[&str] = &["political", "politics", "party affiliation", "union", "vote"];

/// The attribute that law or decency protects, by the column's name or its values.
pub fn sensitive(name: &str, profile: &Profile) -> Option<Sensitive> {
    let all_words_in = |known: &[&str]| {
        profile.numbers.n == 0
            && profile.n_distinct() >= 2
            && profile.words().filter(|(word, _)| !shared::dialect::is_soft_missing(word)).count()
                >= 2
            && profile.words().all(|(w, _)| {
                shared::dialect::is_soft_missing(w) || known.contains(&w.to_lowercase().as_str())
            })
    };
    let married: usize = profile
        .words()
        .filter(|(word, _)| MARITAL_WORDS.contains(&word.to_lowercase().as_str()))
        .map(|(_, count)| count)
        .sum();
    match () {
        () if says(name, ORIENTATION) => Some(Sensitive::Orientation),
        () if says(name, GENDER) || (profile.n_distinct() <= 5 && all_words_in(GENDER_WORDS)) => {
            Some(Sensitive::Gender)
        }
        () if says(name, MARITAL)
            || is(name, &["relationship", "relationship status"])
            || (married * 10 >= profile.n_present().max(1) * 9) =>
        {
            Some(Sensitive::MaritalStatus)
        }
        () if says(name, ORIGIN) => Some(Sensitive::Origin),
        () if says(name, RELIGION) => Some(Sensitive::Religion),
        () if says(name, HEALTH) => Some(Sensitive::Health),
        () if says(name, POLITICS) => Some(Sensitive::Politics),
        () if says(name, AGE) && !says(name, &["account", "days", "tenure", "vehicle", "car"]) => {
            Some(Sensitive::Age)
        }
        () => None,
    }
}
