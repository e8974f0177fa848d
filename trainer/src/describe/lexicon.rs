//! What column names mean to a marketer: a thesaurus from stems of names to words for much and little.
//!
//! English mainly; the usual German, French and Spanish names beside it.

use crate::names::says;

/// What columns of one meaning are called, and how those are called who have much or little of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Concept {
    /// Columns of one family say the same thing.
    pub family: &'static str,
    /// Words of column names, as [`says`] takes them.
    stems: &'static [&'static str],
    /// How much it tells a marketer, beside others of the same effect.
    pub weight: f64,
    /// Those who have much.
    pub high: Words,
    /// Those who have little.
    pub low: Words,
    /// What one has much or little of.
    pub thing: Thing,
    /// What customers are called by whom this is known; empty for "customers".
    pub who: &'static str,
    /// A median in a clause after "they", with `{}` for the number and `{unit}` for the column's unit of time.
    pub typical: &'static str,
    /// What those do whose number is not 0, after "they".
    pub does: &'static str,
}

/// Words for one end of a scale; empty where there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// Before a noun.
    pub adjective: &'static str,
    /// In the place of "customers".
    pub noun: &'static str,
    /// Behind a comma.
    pub tail: &'static str,
}

/// What one has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Thing {
    /// Nothing that can be named.
    None,
    /// Of which there are many, few, or none.
    Many(&'static str),
    /// Which are high, low, or none.
    High(&'static str),
}

const NOTHING: Words = Words { adjective: "", noun: "", tail: "" };

const fn on(family: &'static str, stems: &'static [&'static str]) -> Concept {
    Concept {
        family,
        stems,
        weight: 1.0,
        high: NOTHING,
        low: NOTHING,
        thing: Thing::None,
        who: "",
        typical: "",
        does: "",
    }
}

const fn adjective(adjective: &'static str) -> Words {
    Words { adjective, noun: "", tail: "" }
}

const fn noun(noun: &'static str) -> Words {
    Words { adjective: "", noun, tail: "" }
}

const fn tail(tail: &'static str) -> Words {
    Words { adjective: "", noun: "", tail }
}

impl Concept {
    const fn high(self, high: Words) -> Self {
        Self { high, ..self }
    }
    const fn low(self, low: Words) -> Self {
        Self { low, ..self }
    }
    const fn many(self, things: &'static str) -> Self {
        Self { thing: Thing::Many(things), ..self }
    }
    const fn level(self, things: &'static str) -> Self {
        Self { thing: Thing::High(things), ..self }
    }
    const fn of(self, who: &'static str) -> Self {
        Self { who, ..self }
    }
    const fn typical(self, typical: &'static str) -> Self {
        Self { typical, ..self }
    }
    const fn does(self, does: &'static str) -> Self {
        Self { does, ..self }
    }
    const fn weight(self, weight: f64) -> Self {
        Self { weight, ..self }
    }
}

/// The first that fits a name counts, so what is more special comes first.
static CONCEPTS: &[Concept] = &[
    // Credit cards and banks.
    on("cash advance", &["cash advance*", "cash withdraw*", "atm", "bargeld*"])
        .high(noun("cash-advance users"))
        .many("cash advances")
        .does("take cash advances"),
    on("instalment", &["instal*", "raten*", "cuotas"])
        .high(noun("instalment buyers"))
        .many("instalment purchases")
        .does("buy in instalments"),
    on("one-off", &["oneoff*", "one off*"])
        .high(noun("one-off buyers"))
        .many("one-off purchases")
        .does("make one-off purchases"),
    on("full payment", &["full payment*", "full pay*", "paid in full"])
        .high(tail("paying in full"))
        .low(tail("rarely paying in full"))
        .does("pay in full at times"),
    on("minimum payment", &["minimum payment*", "min payment*"])
        .level("minimum payments")
        .weight(0.7)
        .typical("have minimum payments of {}"),
    on("balance frequency", &["balance frequency", "balance freq"])
        .high(adjective("active"))
        .low(adjective("seldom-active"))
        .weight(0.8),
    on("payment", &["payments", "pay amt*", "repayment*"])
        .level("payments")
        .weight(0.8)
        .typical("pay {}"),
    on(
        "late payment",
        &["pay", "late payment*", "delinquen*", "overdue", "arrears", "days past due"],
    )
    .high(tail("paying late"))
    .low(tail("paying on time")),
    on("utilisation", &["utiliz*", "utilis*"])
        .high(adjective("high-utilisation"))
        .low(adjective("low-utilisation"))
        .level("card utilisation")
        .typical("use {} of their limit")
        .does("use their limit"),
    on(
        "limit",
        &[
            "credit limit",
            "limit",
            "limit bal",
            "open to buy",
            "kreditlimit",
            "kreditrahmen",
            "credit line*",
        ],
    )
    .high(adjective("high-limit"))
    .low(adjective("low-limit"))
    .level("credit limits")
    .typical("have a limit of {}"),
    on("credit score", &["credit score", "creditscore", "fico", "schufa"])
        .level("credit scores")
        .typical("have a credit score of {}"),
    on("spending score", &["spending score", "spend score"])
        .level("spending scores")
        .weight(1.1)
        .typical("have a spending score of {}"),
    on("change", &["chng", "change", "growth", "trend", "delta"])
        .high(tail("with growing use"))
        .low(tail("with shrinking use"))
        .weight(0.6),
    // Campaigns, prices and channels.
    on(
        "campaign",
        &["accepted cmp*", "campaign response*", "cmp*", "accepted campaign*", "response*"],
    )
    .high(noun("campaign responders"))
    .does("accepted a campaign"),
    on(
        "contacts",
        &[
            "campaign",
            "contacts",
            "contacts count",
            "service calls",
            "customer service",
            "calls",
            "complain*",
            "tickets",
            "support*",
        ],
    )
    .high(adjective("often-contacted"))
    .low(adjective("seldom-contacted"))
    .weight(0.8),
    on("previous contact", &["pdays", "previous"])
        .high(tail("contacted before"))
        .weight(0.7)
        .does("were contacted before"),
    on(
        "deals",
        &[
            "deal*",
            "discount*",
            "coupon*",
            "promo*",
            "rabatt*",
            "gutschein*",
            "remise*",
            "descuento*",
            "voucher*",
        ],
    )
    .high(noun("bargain hunters"))
    .low(tail("buying at full price"))
    .many("discounted purchases")
    .of("buyers")
    .does("use discounts"),
    on(
        "web visits",
        &["web visit*", "site visit*", "page view*", "pageview*", "sessions", "product related*"],
    )
    .high(noun("heavy browsers"))
    .low(adjective("seldom-browsing"))
    .many("web visits")
    .of("visitors"),
    on("bounces", &["bounce*", "exit rate*"])
        .high(tail("leaving early"))
        .low(tail("staying on the site"))
        .of("visitors"),
    on("page values", &["page value*"])
        .high(tail("close to buying"))
        .level("page values")
        .of("visitors"),
    on(
        "web",
        &[
            "web purchase*",
            "online purchase*",
            "web orders",
            "online orders",
            "ecommerce",
            "online",
        ],
    )
    .high(noun("online buyers"))
    .many("web purchases")
    .typical("buy {} times on the web")
    .does("buy on the web"),
    on("catalog", &["catalog*", "katalog*", "mail order*"])
        .high(noun("catalogue buyers"))
        .many("catalogue purchases")
        .typical("buy {} times by catalogue")
        .does("buy by catalogue"),
    on(
        "store",
        &["store purchase*", "store visit*", "in store", "instore", "shop visits", "filial*"],
    )
    .high(noun("store shoppers"))
    .many("store purchases")
    .typical("buy {} times in stores")
    .does("buy in stores"),
    on("returns", &["returns", "returned", "refund*", "retour*", "return rate"])
        .high(noun("frequent returners"))
        .many("returns")
        .does("return goods"),
    on("cancellations", &["cancel*", "storno*"])
        .high(adjective("often-cancelling"))
        .many("cancellations")
        .does("cancelled before"),
    // Travel.
    on("lead time", &["lead time", "booking window"])
        .high(noun("early bookers"))
        .low(noun("last-minute bookers"))
        .typical("book {} days ahead"),
    on("stay", &["nights", "stays", "length of stay", "los"])
        .high(adjective("long-stay"))
        .low(adjective("short-stay"))
        .of("guests")
        .weight(0.9),
    on("room rate", &["adr", "room rate", "nightly rate"])
        .high(adjective("high-rate"))
        .low(adjective("low-rate"))
        .of("guests")
        .typical("pay {} a night"),
    on("waiting", &["waiting list", "wait*"])
        .high(tail("from the waiting list"))
        .weight(0.6)
        .does("were on the waiting list"),
    on("requests", &["special request*", "requests"])
        .high(tail("with special requests"))
        .many("special requests")
        .does("have special requests"),
    on("parking", &["parking*"]).many("parking spaces").weight(0.6).does("need parking"),
    // When they came, and when they were last there.
    on("inactive", &["inactive", "inactivity", "months inactive*", "dormant"])
        .high(tail("often inactive"))
        .low(tail("recently active"))
        .typical("were inactive for {} {unit}"),
    on(
        "recency",
        &[
            "recency",
            "last purchase*",
            "last order*",
            "last visit*",
            "last login*",
            "last review*",
            "last trans*",
            "last activ*",
            "last seen",
            "last contact*",
            "since last",
            "letzter kauf",
            "letzte* bestellung",
            "derniere* commande",
            "dernier achat",
            "ultima compra",
            "dslp",
            "last",
        ],
    )
    .high(adjective("lapsed"))
    .low(tail("recently active"))
    .typical("were last active {} {unit} ago"),
    on(
        "tenure",
        &[
            "tenure*",
            "on book",
            "months as",
            "account age",
            "age of account",
            "account length",
            "since first",
            "first purchase*",
            "first order*",
            "customer since",
            "member since",
            "signup*",
            "sign up*",
            "registration*",
            "registered*",
            "join*",
            "enrol*",
            "dt customer",
            "bind date",
            "kunde seit",
            "kundenseit",
            "eintritt*",
            "beitritt*",
            "ancienneté",
            "anciennete",
            "antiguedad",
            "antigüedad",
            "days as",
            "loyalty years",
            "seniority",
        ],
    )
    .high(adjective("long-standing"))
    .low(adjective("new"))
    .typical("have been customers for {} {unit}"),
    // How often.
    on("visits", &["visits", "visit", "logins", "besuche", "visites", "visitas"])
        .high(adjective("frequent"))
        .low(adjective("occasional"))
        .of("visitors")
        .typical("visit {} times"),
    on(
        "frequency",
        &[
            "purchases frequency",
            "purchases trx",
            "purchase frequency",
            "purchase count",
            "order count",
            "number of orders",
            "num orders",
            "orders",
            "frequency",
            "freq",
            "invoices",
            "n orders",
            "bestellungen",
            "einkäufe",
            "haeufigkeit",
            "häufigkeit",
            "commandes",
            "pedidos",
            "compras",
            "num purchases",
            "number of purchases",
            "購入回数",
        ],
    )
    .high(adjective("frequent"))
    .low(adjective("occasional"))
    .of("buyers")
    .typical("buy {} times"),
    on(
        "transactions",
        &[
            "trans ct",
            "trx",
            "transactions",
            "transaction count",
            "num trans*",
            "txn*",
            "number of transactions",
        ],
    )
    .high(adjective("frequent"))
    .low(adjective("occasional"))
    .typical("make {} transactions"),
    // How much.
    on(
        "basket",
        &[
            "mean amount",
            "avg amount",
            "average amount",
            "mean spend",
            "avg ticket",
            "avg basket",
            "average basket",
            "basket*",
            "avg order*",
            "average order*",
            "order value",
            "aov",
            "mean order*",
            "mean value",
            "ticket",
            "warenkorb*",
            "panier*",
            "cesta",
            "avg purchase*",
            "average purchase*",
            "mean purchase*",
        ],
    )
    .high(adjective("large-basket"))
    .low(adjective("small-basket"))
    .of("buyers")
    .typical("spend {} per purchase"),
    on(
        "quantity",
        &[
            "quantity",
            "qty",
            "items",
            "units",
            "menge",
            "quantite",
            "quantité",
            "cantidad",
            "stück*",
        ],
    )
    .high(adjective("bulk-buying"))
    .low(tail("buying few items at a time"))
    .of("buyers")
    .weight(0.8)
    .typical("buy {} items at a time"),
    on(
        "products held",
        &[
            "num products",
            "num of products",
            "products held",
            "relationship count",
            "numofproducts",
            "n products",
        ],
    )
    .high(adjective("multi-product"))
    .low(adjective("few-product"))
    .typical("hold {} products"),
    on("bill", &["monthly charge*", "monthly fee*", "monthly bill*", "bill amt*", "arpu", "bill"])
        .high(adjective("high-bill"))
        .low(adjective("low-bill"))
        .level("bills")
        .typical("pay {} a month"),
    on("premium", &["premium", "annual premium", "beitrag", "prime"])
        .high(adjective("high-premium"))
        .low(adjective("low-premium"))
        .typical("pay a premium of {}"),
    on("balance", &["balance", "bal", "kontostand", "saldo", "solde", "deposits", "savings"])
        .high(adjective("high-balance"))
        .low(adjective("low-balance"))
        .level("balances")
        .typical("have a balance of {}")
        .does("have a balance"),
    on(
        "income",
        &[
            "income",
            "salary",
            "einkommen",
            "gehalt",
            "revenu",
            "ingreso*",
            "salaire",
            "sueldo",
            "renta",
            "earnings",
            "wage*",
        ],
    )
    .high(adjective("high-income"))
    .low(adjective("low-income"))
    .level("incomes")
    .typical("have an income of {}"),
    on("profit", &["profit", "margin", "deckungsbeitrag", "marge", "gewinn"])
        .high(adjective("profitable"))
        .low(adjective("low-profit")),
    on("loan", &["loan amount", "credit amount", "loan*", "debt", "kredit*", "darlehen"])
        .high(adjective("large-loan"))
        .low(adjective("small-loan"))
        .level("loans"),
    on("lifetime value", &["cltv", "clv", "ltv", "lifetime value", "customer value"])
        .high(adjective("high-value"))
        .low(adjective("low-value"))
        .typical("have a lifetime value of {}"),
    on(
        "spend",
        &[
            "monetary*",
            "total amount",
            "total spend*",
            "spend*",
            "spent",
            "expenditure",
            "sales",
            "revenue",
            "purchases",
            "purchase amount",
            "total charges",
            "amount",
            "amt",
            "umsatz*",
            "ausgaben",
            "monatsausgaben",
            "dépenses",
            "depenses",
            "chiffre d affaires",
            "gasto*",
            "ventas",
            "total purchase*",
            "turnover",
            "購入金額",
        ],
    )
    .high(adjective("high-spending"))
    .low(adjective("low-spending"))
    .weight(1.1)
    .typical("spend {}")
    .does("spend anything"),
    on("price", &["price", "unit price", "preis", "prix", "precio"])
        .high(tail("buying at high prices"))
        .low(tail("buying at low prices"))
        .level("prices")
        .typical("pay a price of {}"),
    on("availability", &["availability*"]).level("availability"),
    on("reviews", &["review*", "bewertung*"])
        .high(adjective("much-reviewed"))
        .low(adjective("seldom-reviewed"))
        .many("reviews"),
    on(
        "satisfaction",
        &[
            "satisfaction",
            "zufriedenheit",
            "rating",
            "nps",
            "csat",
            "likely",
            "weiterempfehlung",
            "stars",
            "ease",
        ],
    )
    .high(adjective("satisfied"))
    .low(adjective("dissatisfied"))
    .level("ratings"),
    // Who they are.
    on("birth", &["birth*", "geburt*", "naissance", "nacimiento", "yob"])
        .high(adjective("young"))
        .low(adjective("older"))
        .typical("were born around {}"),
    on("age", &["age", "alter", "edad", "âge", "idade", "年齢"])
        .high(adjective("older"))
        .low(adjective("young"))
        .typical("are {} years old"),
    on(
        "family",
        &["family size", "household size", "familie*", "haushalt*", "family", "household"],
    )
    .high(tail("with large families"))
    .low(tail("with small families"))
    .typical("live in families of {}"),
    on("teenagers", &["teen*"])
        .high(tail("with teenagers at home"))
        .low(tail("without teenagers"))
        .does("have teenagers at home"),
    on("children", &["child*", "kid*", "dependent*", "kinder", "enfants", "hijos", "babies"])
        .high(tail("with children"))
        .low(tail("without children"))
        .typical("have {} children")
        .does("have children"),
    on("adults", &["adults"])
        .high(tail("in larger parties"))
        .low(tail("travelling alone"))
        .weight(0.7),
    on(
        "work experience",
        &["work experience", "experience", "berufserfahrung", "job tenure", "years employed"],
    )
    .high(adjective("experienced"))
    .low(tail("with little work experience"))
    .weight(0.8)
    .typical("have {} years of work experience"),
    on("hours", &["hours per week", "working hours"])
        .high(tail("working long hours"))
        .low(adjective("part-time"))
        .typical("work {} hours a week"),
    on("education", &["education*", "schooling", "bildung*"])
        .high(adjective("well-educated"))
        .low(adjective("less-educated"))
        .weight(0.8),
    on("duration", &["duration", "dauer", "durée", "length"])
        .high(tail("for long durations"))
        .low(tail("for short durations"))
        .level("durations")
        .weight(0.8),
    on("usage", &["usage", "minutes", "mins", "data volume", "nutzung"])
        .high(noun("heavy users"))
        .low(noun("light users")),
    on("points", &["points", "miles", "punkte"]).level("points").typical("have {} points"),
];

/// Goods that tables have a column of amounts for.
const GOODS: &[&str] = &[
    "wine*",
    "fruit*",
    "meat*",
    "fish*",
    "sweet*",
    "gold*",
    "grocer*",
    "milk",
    "fresh",
    "frozen",
    "detergent*",
    "delicat*",
    "delicassen",
    "dairy",
    "bakery",
    "beverage*",
    "beer",
    "toys",
    "book*",
    "electronics",
    "cloth*",
    "apparel",
    "shoes",
    "beauty",
    "cosmetic*",
    "sport*",
    "furniture",
    "garden*",
    "pets",
    "fashion",
    "vegetable*",
    "snacks",
    "coffee",
    "technology",
    "office",
];

/// What a column's name means, where it is known.
pub(super) fn concept(name: &str) -> Option<&'static Concept> {
    CONCEPTS.iter().find(|concept| says(name, concept.stems))
}

/// The goods that a column's name tells of.
pub(super) fn goods(name: &str) -> bool {
    says(name, GOODS)
}

/// Columns of words that name an occupation.
pub(super) const OCCUPATION: &[&str] =
    &["profession", "job", "occupation", "beruf", "profesion", "métier", "workclass", "employment"];

/// Columns of words that name a place.
pub(super) const PLACE: &[&str] = &[
    "country",
    "city",
    "region",
    "state",
    "geography",
    "location",
    "province",
    "land",
    "bundesland",
    "stadt",
    "ort",
    "pays",
    "ville",
    "pais",
    "ciudad",
    "neighbourhood*",
    "neighborhood*",
    "都道府県",
];

/// Columns of words that name how one pays,
pub(super) const PAYMENT: &[&str] = &["payment method", "payment", "payment type", "pay method"];

/// and on what terms one is a customer.
pub(super) const CONTRACT: &[&str] = &["contract", "vertrag", "contrat", "contrato", "plan"];

/// Columns of yes and no that say whether one answered a campaign.
pub(super) const CAMPAIGN: &[&str] =
    &["accepted cmp*", "accepted campaign*", "campaign response*", "response"];
