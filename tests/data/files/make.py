#!/usr/bin/env python3
"""Writes the files of this folder: one folder a case, one quirk a case. All people are made up.

    python3 tests/data/files/make.py          # needs pyarrow for the Parquet case
    WEDGE_BLESS=1 cargo test -p tests --test files

Each call of `case` below is a case: its name, what is odd about the file and what should become of it, the
file, and arguments of `trainer check`. What `check` says is in `expect.*` beside the file; see
`tests/native/files.rs`.
"""

import gzip
import io
import json
import random
import zipfile
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 72


def case(name, quirk, content, *args, file="data.csv", **others):
    """Writes a case; `others` are further files, `x_toml=...` for `x.toml`."""
    assert quirk, name
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    if isinstance(content, str):
        content = content.encode()
    if content is not None:
        (folder / file).write_bytes(content)
    if args:
        (folder / "args").write_text("".join(f"{arg}\n" for arg in args))
    for other, text in others.items():
        (folder / other.replace("_", ".")).write_text(text)


def base(**columns):
    """A header and 72 customers: an identifier, a count, an amount, three words that 24 share each; and
    `columns`, each a list of 72 cells or a function of the row's number."""
    chance = random.Random(7)
    header = ["customer_id", "visits", "spend", "channel", *columns]
    rows = []
    for i in range(ROWS):
        row = [f"C{1000 + i}", chance.randint(1, 39), f"{chance.uniform(5, 400):.2f}"]
        row.append(("web", "shop", "phone")[i % 3])
        row += [of(i) if callable(of) else of[i] for of in columns.values()]
        rows.append([str(cell) for cell in row])
    return [header, *rows]


def text(rows, sep=",", end="\n"):
    return "".join(sep.join(row) + end for row in rows)


def with_column(position, change, rows=None):
    """The base table with the cells of a column changed: `change(cell, row number)`."""
    rows = rows or base()
    return [rows[0]] + [
        [str(change(cell, i)) if at == position else cell for at, cell in enumerate(row)]
        for i, row in enumerate(rows[1:])
    ]


def with_cells(changes, rows=None):
    """The base table with single cells changed: `{(row number, column): text}`."""
    rows = [list(row) for row in rows or base()]
    for (row, column), cell in changes.items():
        rows[row + 1][column] = cell
    return rows


def numbers(seed, low, high, digits=None):
    chance = random.Random(seed)
    one = chance.randint if digits is None else chance.uniform
    return [one(low, high) if digits is None else round(one(low, high), digits) for _ in range(ROWS)]


def days(seed, first=date(2022, 1, 1), span=900):
    chance = random.Random(seed)
    return [first + timedelta(chance.randrange(span)) for _ in range(ROWS)]


def comma(amount, group=""):
    """1234.5 as `1.234,50`, with `group` between thousands."""
    return f"{float(amount):,.2f}".replace(",", "\0").replace(".", ",").replace("\0", group)


def mix(*words):
    """As many of each word, in no order: unlike every other column."""
    cells = [words[i % len(words)] for i in range(ROWS)]
    random.Random("".join(map(str, words))).shuffle(cells)
    return cells


def euros(**columns):
    """The base table as written where the comma stands before fractions."""
    return with_column(SPEND, lambda cell, _: comma(cell), base(**columns))


SPEND = 2
CHANNEL = 3
LARGE = numbers("large", 20_000, 3_000_000)
AMOUNTS = numbers("amounts", 900, 99_000, 2)


def how_it_is_written():
    case("comma", "Nothing odd: a comma, UTF-8, a header.", text(base()))
    case("semicolon", "Semicolons and decimal commas, as spreadsheets of half of Europe save.",
         text(euros(), ";"))
    case("tab", "Tabs between cells.", text(base(), "\t"), file="data.tsv")
    case("pipe", "Pipes between cells.", text(base(), "|"), file="data.txt")
    quoted = with_column(CHANNEL, lambda c, _: {"shop": 'shop ""Old Town""', "web": "web, mobile"}.get(c, c))
    case("quoted", "Every cell in quotes, some with commas or doubled quotes inside.",
         text([[f'"{cell}"' for cell in row] for row in quoted]))
    notes = base(note=lambda i: f'"Called on day {i} about the bill.\nWill call again, he said; order {i * 7}."')
    case("newlines_in_quotes", "Newlines inside quotes: still 72 customers; nothing is read from the text.",
         text(notes))
    case("newlines_and_lines", "A wrong cell below newlines in quotes: its line is the editor's.",
         text(with_cells({(40, 1): "many"}, notes)))
    case("bom", "A byte order mark before UTF-8: not a part of the first name.", "\ufeff" + text(base()))
    case("bom_and_quotes", "A byte order mark before quotes: the quotes still count.",
         "\ufeff" + text([[f'"{cell}"' for cell in row] for row in base()]))
    case("newline_in_header", "A name that is wrapped inside quotes is one name.",
         text(with_cells({(-1, SPEND): '"spend\n(CHF)"'})))
    case("crlf", "Windows line ends, none behind the last row.", text(base(), end="\r\n").rstrip())
    mixed = base()
    case("mixed_line_ends", "Unix, Windows and old Mac line ends in one file.",
         "".join(",".join(row) + ("\n", "\r\n", "\r")[i % 3] for i, row in enumerate(mixed)))
    case("old_mac_line_ends", "A lone carriage return ends each line.", text(base(), end="\r"))
    case("blank_lines", "Blank lines between rows are no customers.",
         "".join(line + ("\n\n" if i % 10 == 9 else "\n") for i, line in enumerate(text(base()).splitlines())))
    towns = base(town=mix("Köln", "Łódź", "東京"))
    case("utf_16_le", "UTF-16, little-endian, with its mark.", b"\xff\xfe" + text(towns).encode("utf-16le"))
    case("utf_16_be", "UTF-16, big-endian, with its mark.", b"\xfe\xff" + text(towns).encode("utf-16be"))
    case("utf_16_without_mark", "UTF-16 without its mark: an error that names the flag.",
         text(towns[:9]).encode("utf-16le"))
    case("utf_16_told", "The same, when told.", text(towns).encode("utf-16le"), "--encoding", "utf-16le")
    german = base(town=mix("Köln", "Düsseldorf", "Fürth"))
    case("windows_1252", "Neither UTF-8 nor marked: Windows-1252.", text(german).encode("cp1252"))
    case("windows_1252_late", "UTF-8 that goes wrong in row 50: an error at that line, with both ways out.",
         b"".join(line.encode("cp1252" if i == 50 else "utf-8")
                  for i, line in enumerate(text(german).splitlines(True))))
    late = base()
    late[70][CHANNEL] = "Münze"
    case("windows_1252_at_the_end", "Nothing but ASCII up to row 70: Windows-1252 all the same.",
         text(late).encode("cp1252"))
    case("padded", "Blanks and tabs around cells and names do not count.",
         "".join(",".join(f"  {cell}\t" for cell in row) + "\n" for row in base()))
    case("sep_line", "Excel's own first line names the delimiter.",
         "sep=;\n" + text(euros(), ";"))
    case("delimiter_told", "Commas in every cell of a table of semicolons; told, they are left alone.",
         text(base(pair=mix("left,up", "right,down")), ";"), "--delimiter", ";")
    case("delimiter_unknown", "A delimiter that is not read.", text(base()[:9], "^"), "--delimiter", "^")
    case("gzip", "Packed by gzip.", gzip.compress(text(base()).encode(), mtime=0), file="data.csv.gz")
    case("gzip_without_its_name", "Packed by gzip, and the name does not say so.",
         gzip.compress(text(base()).encode(), mtime=0))
    case("gzip_truncated", "A download that broke off: an error, not fewer customers.",
         gzip.compress(text(base()).encode(), mtime=0)[:-200], file="data.csv.gz")
    case("standard_input", "A fault on standard input: that is how it is called.", text(base()[1:9]), file="stdin.csv")
    case("title_lines", "Two lines of title above the header: an error that says how many.",
         "Customers of 2024\nconfidential\n" + text(base()[:9]))
    case("title_lines_skipped", "The same, skipped.",
         "Customers of 2024\nconfidential\n" + text(base()), "--skip-lines", "2")
    case("no_header", "No names of columns: an error, or the first customer would be lost.", text(base()[1:9]))
    case("no_header_told", "The same, when told.", text(base()[1:]), "--no-header")
    case("nameless_index", "A first column without a name, as pandas writes the row's number.",
         text([["" if i == 0 else str(i - 1), *row] for i, row in enumerate(base())]))
    case("row_names", "R's row names: the header is one cell short.",
         text([row if i == 0 else [f'"{i}"', *row] for i, row in enumerate(base())]))
    case("trailing_empty_columns", "Two delimiters too many at the end of each line, header and all.",
         text([[*row, "", ""] for row in base()]))
    case("trailing_delimiter_in_rows", "A delimiter at the end of each row, but not of the header.",
         text([row if i == 0 else [*row, ""] for i, row in enumerate(base())]))
    scripts = base()
    scripts[0] = ["номер", "посещения", "年間支出", "القناة"]
    case("header_in_any_script", "Names in Cyrillic, Japanese and Arabic.", text(scripts))
    twice = base()[:9]
    twice[0] = ["customer_id", "spend", "spend", "channel"]
    case("header_twice", "Two columns of one name.", text(twice))


def numbers_as_people_write_them():
    case("thousands", "Commas between thousands, inside quotes.",
         text(base(income=[f'"{n:,}"' for n in LARGE])))
    case("thousands_and_decimal_comma", "Points between thousands, a comma before fractions.",
         text(euros(income=[comma(n, ".") for n in AMOUNTS]), "\t"), file="data.tsv")
    case("thousands_blank", "No-break blanks between thousands, a comma before fractions.",
         text(euros(income=[comma(n, "\u00a0" if n < 50_000 else "\u202f") for n in AMOUNTS]), ";"))
    case("thousands_apostrophe", "Apostrophes between thousands, as the Swiss write.",
         text(base(income=[f"{n:,.2f}".replace(",", "'") for n in AMOUNTS])))

    def indian(n):
        head, tail = str(n)[:-3], str(n)[-3:]
        pairs = [head[max(0, at - 2):at] for at in range(len(head), 0, -2)][::-1]
        return '"' + ",".join([*pairs, tail]) + '"'

    case("thousands_indian", "Lakhs and crores: 12,34,567.", text(base(income=[indian(n) for n in LARGE])))
    case("currency", "A dollar sign, commas, and a blank at the end.",
         text(base(income=[f'"${n:,.2f} "' for n in AMOUNTS])))
    case("currency_behind", "A euro sign behind the amount.",
         text(euros(income=[comma(n, ".") + " €" for n in AMOUNTS]), ";"))
    case("accounting_negatives", "Parentheses mean minus.",
         text(base(balance=[f'"({n:,.2f})"' if i % 4 == 0 else f'"{n:,.2f}"' for i, n in enumerate(AMOUNTS)])))
    case("minus_behind", "A minus behind the number, as SAP writes.",
         text(base(balance=[f"{n}{'-' if i % 4 == 0 else ''}" for i, n in enumerate(AMOUNTS)])))
    case("exponents", "Exponents, as spreadsheets write large numbers.",
         text(base(income=[f"{n:.3E}" for n in LARGE])))
    case("decimal_comma_in_quotes", "A comma between cells, and inside quotes one before fractions.",
         text([[f'"{cell}"' for cell in row] for row in euros()]))
    case("thousands_beside_fractions", "1.234 alone could be a fraction; another column's 5,50 settles it.",
         text(euros(income=[f"{n:,}".replace(",", ".") for n in LARGE]), ";"))
    case("percent", "Percent signs: 45% is 45.", text(base(discount=[f"{n}%" for n in numbers("pct", 0, 60)])))
    case("decimal_told", "1.234 could be a fraction; told, it is one thousand and more.",
         text(with_column(SPEND, lambda c, _: c.split(".")[0],
                          base(income=[f"{n % 900 + 100}.{n % 899 + 100}" for n in LARGE]))), "--decimal", ",")
    case("decimal_marks_of_both_kinds", "A column with decimal commas beside one with points: pointed out.",
         text(base(income=[comma(n) for n in AMOUNTS]), "\t"), file="data.tsv")
    case("long_integers", "Whole numbers of 19 digits are names, not amounts: an f64 would merge them.",
         text(base(ref=lambda i: 4_200_000_000_000_000_001 + i * 37)))
    case("stray_words", "Words in a column of numbers: errors with their lines.",
         text(with_cells({(11, 1): "a few", (30, 1): "12 visits", (31, SPEND): "n.v."})))
    case("stray_words_shown", "The same with the values, when asked.",
         text(with_cells({(11, 1): "a few", (30, 1): "12 visits", (31, SPEND): "n.v."})), "--show-values")
    case("stray_words_aside", "The same, put aside: the rest goes on.",
         text(with_cells({(11, 1): "a few", (30, 1): "12 visits", (31, SPEND): "n.v."})),
         "--rejects", "rejects.csv")
    case("too_large", "Numbers beyond 1e15 are no amounts of a customer.",
         text(with_cells({(5, SPEND): "1e16", (6, SPEND): "-3e200"})))
    case("declared_bounds", "A config says what is possible: everything else is an error.",
         text(with_cells({(20, 1): "-4", (21, 1): "512"})), "--config", "wedge.toml",
         wedge_toml="[columns.visits]\nlower = 0\nupper = 100\n")


def missing_values():
    hard = ["", "  ", "NA", "N/A", "#N/A", "NaN", "null", "\\N", "?", "n/a", "NULL", "nan"]
    case("missing_everywhere", "Every common way to write nothing, among numbers and among words.",
         text(with_cells({(i * 5 + c, c): word for i, word in enumerate(hard) for c in (SPEND, CHANNEL)})))
    soft = {(i * 4, SPEND): word for i, word in enumerate(["-", "unknown", "none", "Unknown", "-", "--"])}
    case("missing_among_numbers", "A dash, unknown and none among numbers are no numbers: missing.",
         text(with_cells(soft)))
    seen = days("soft")
    case("missing_among_dates", "The same among dates.",
         text(base(last_seen=["unknown" if i % 10 == 3 else d for i, d in enumerate(seen)])))
    case("maybe_missing", "Among words, unknown and none may be answers: words, and pointed out.",
         text(base(hobby=mix("none", "unknown", "sport"))))
    case("missing_told", "A word that means missing, when told; everywhere.",
         text(with_cells({(i, c): "n.v." for i in (3, 9, 33) for c in (1, SPEND)})), "--missing", "n.v.")
    case("missing_told_in_one_column", "0 means missing in one column, and 0 in the other.",
         text(base(tickets=lambda i: i * 7 % 23, calls=lambda i: i * 5 % 24)), "--missing", "tickets=0")
    far = {(7, 1): "999", (19, 1): "999", (8, SPEND): "-1", (44, SPEND): "-1", (45, SPEND): "9999"}
    case("sentinels", "Codes far outside: pointed out, and still numbers.", text(with_cells(far)))
    case("sentinels_told", "The same, when told: missing.", text(with_cells(far)),
         "--missing", "visits=999", "--missing", "spend=-1", "--missing", "spend=9999")
    case("no_sentinels", "-1 among negative numbers, 99 among percentages: nothing odd.",
         text(base(balance=[n - 20 for n in numbers("balance", 0, 40)], score=numbers("score", 40, 99))))
    case("dashes_in_half_of_a_column", "A dash in every other row, among numbers: missing, and the rest counts.",
         text(base(bonus=["-" if i % 2 else n for i, n in enumerate(numbers("bonus", 1, 50))])))
    case("mostly_missing", "A column that three of five customers lack.",
         text(base(bonus=[n if i % 5 < 2 else "" for i, n in enumerate(numbers("bonus", 1, 50))])))
    case("empty_column", "A column with a name and no value.", text(base(fax=lambda i: "")))
    case("constant_columns", "One word, and one number, for all.",
         text(base(country=lambda i: "CH", year=lambda i: 2024)))


def kinds():
    case("yes_no_numbers", "0 and 1.", text(base(member=lambda i: int(i % 5 < 2))))
    case("yes_no_words", "Ja/Nein, Y/N and true/false, in any capitals.",
         text(base(newsletter=mix("Ja", "Nein"), active=mix("Y", "N", "N"),
                   app=mix("TRUE", "FALSE", "TRUE"))))
    case("yes_no_unknown", "A third answer: words, and unknown is pointed out.",
         text(base(member=mix("yes", "no", "unknown"))))
    case("ranges", "Ranges are in the order of their numbers.",
         text(base(income_band=mix("Less than $40K", "$40K - $60K", "$60K - $80K", "$120K +"),
                   tenure=mix("0-1 years", "2-5 years", "10+ years", "6-9 years"))))
    case("open_level", "3+ above 0, 1 and 2.", text(base(children=mix("0", "1", "2", "3+"))))
    case("known_scales", "Scales that everybody knows, in their own order.",
         text(base(risk=mix("High", "Low", "Medium"),
                   tier=mix("gold", "silver", "platinum", "bronze"),
                   shirt=mix("XL", "S", "M", "L"))))
    case("grades", "Whole numbers from 1 to 5 under a name that says rating: grades.",
         text(base(rating=numbers("rating", 1, 5))))
    case("codes", "Whole numbers under a name that says region: codes, no amounts.",
         text(base(region=mix(1, 2, 3))))
    case("few_numbers", "Few whole numbers that are counts: numbers.", text(base(children=numbers("kids", 0, 4))))
    sizes = text(base(size=mix("mini", "midi", "maxi")))
    case("no_scale", "Words without an order that is known.", sizes)
    case("ordinal_told", "The same, when told their order.", sizes, "--ordinal", "size=mini<midi<maxi")
    case("ordinal_told_wrong", "An order that forgets a word of the column.", sizes,
         "--ordinal", "size=mini<midi")
    case("kind_told", "Codes that are told to be numbers.", text(base(region=mix(1, 2, 3))),
         "--kind", "region=number")
    case("rare_words", "Words that few customers share are folded into one.",
         text(base(town=lambda i: ("Bern", "Basel")[i % 2] if i < 60 else f"Village {i}")))
    case("spelt_twice", "Capitals and blanks make two words of one.",
         text(with_column(CHANNEL, lambda c, i: "Web" if c == "web" and i % 2 else c)))
    case("free_text", "Sentences.", text(base(
        remark=lambda i: f"Asked about invoice {i} and wants the blue one instead of number {i * 3}")))
    case("zero_padded_ids", "0007 is a name: no number, no amount.",
         text(with_column(0, lambda _, i: f"{i * 13 + 7:06}")))
    case("ids_of_numbers", "Whole numbers, each once, under a name that says so.",
         text([["cust_no", *base()[0][1:]]] + [[str(90_000 + i * 17), *row[1:]] for i, row in enumerate(base()[1:])]))
    case("measures_each_once", "Fractions are each once too, and no identifier.",
         text([row[1:] for row in base(weight=numbers("weight", 50, 90, 3))]))
    case("nearly_unique_ids", "A customer who stands in the file twice: still an identifier.",
         text(with_cells({(71, 0): "C1003"})))
    case("orders", "An identifier again and again: rows are orders, not customers.",
         text([["customer_id", "amount", "channel"]] + [
             [f"C{100 + i * 7 % 60}", f"{5 + i * 31 % 97}.5", ("web", "shop")[i % 2]] for i in range(120)]))
    case("repeated_rows", "Two rows twice over, and two more that differ by their identifier only.",
         text(base() + base()[1:3] + [["C2001", *base()[9][1:]], ["C2002", *base()[10][1:]]]))


def dates():
    some = days("some")
    for name, quirk, form in [
        ("dates_iso", "Year, month, day.", "%Y-%m-%d"),
        ("dates_day_first", "Day, month, year, with points: days above 12 settle it.", "%d.%m.%Y"),
        ("dates_month_first", "Month, day, year, with slashes: days above 12 settle it.", "%m/%d/%Y"),
        ("dates_short_year", "Two digits of a year.", "%d/%m/%y"),
        ("dates_month_names", "Names of months.", "%d %b %Y"),
        ("dates_with_times", "Times behind the day.", "%Y-%m-%dT%H:%M:%SZ"),
    ]:
        case(name, quirk, text(base(joined=[d.strftime(form) for d in some])))
    months = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
    case("dates_german", "Names of months in German.",
         text(base(joined=[f"{d.day}. {months[d.month - 1]} {d.year}" for d in some])))
    case("dates_without_zeros", "One digit of a day or a month, and hours of a half day.",
         text(base(joined=[f"{d.month}/{d.day}/{d.year} {1 + d.day % 12}:05 PM" for d in some])))
    both = [d.replace(day=1 + d.day % 12) for d in some]
    case("dates_ambiguous", "All days below 13: an error with two rows and the flag.",
         text(base(joined=[d.strftime("%d/%m/%Y") for d in both])))
    case("dates_ambiguous_told", "The same, when told.",
         text(base(joined=[d.strftime("%d/%m/%Y") for d in both])), "--date-order", "joined=dmy")
    case("dates_same_either_way", "All days equal their month: no order makes a difference.",
         text(base(joined=[f"{d.month:02}/{d.month:02}/{d.year}" for d in some])))
    case("dates_contradictory", "Half day first, half month first: an error with a row of each.",
         text(base(joined=[d.strftime("%d/%m/%Y" if i % 2 else "%m/%d/%Y") for i, d in enumerate(some)])))
    case("dates_impossible", "A day that does not exist among days that do: an error at its line.",
         text(with_cells({(17, 4): "2023-02-30"}, base(joined=some))))
    case("dates_as_of", "A day to count back from.", text(base(joined=some)),
         "--as-of", "2025-01-01")


def columns_together():
    web, shop = numbers("web", 0, 90), numbers("shop", 0, 90)
    case("sum", "A column that is the sum of two others.",
         text(base(web=web, shop=shop, total=[a + b for a, b in zip(web, shop)])))
    case("repeated_column", "The same column under another name.",
         text(base(amount=[row[SPEND] for row in base()[1:]])))
    case("repeated_in_other_words", "The same said in other words.",
         text(base(gets=lambda i: ("mail", "visit", "call")[i % 3])))
    churn = [int(n > 24) for n in numbers("churn", 1, 39)]
    reasons = ["moved" if c else "stays" for c in churn]
    case("leak_of_a_class", "A column that says the target in other words: left out.",
         text(base(churned=churn, reason=reasons)), "--target", "churned")
    case("leak_allowed", "The same, allowed: a warning stays.",
         text(base(churned=churn, reason=reasons)), "--target", "churned", "--allow-column", "reason")
    case("leak_of_a_number", "The target with tax added: left out.",
         text(base(with_tax=[f"{float(row[SPEND]) * 1.077:.2f}" for row in base()[1:]])), "--target", "spend")
    case("no_leak", "A target that nothing gives away.", text(base(churned=churn)), "--target", "churned")
    case("target_unknown", "A target that is no column: the nearest name.", text(base(churned=churn)[:9]),
         "--target", "churn")
    case("target_constant", "A target of one value.", text(base(churned=lambda i: 0)), "--target", "churned")
    case("target_missing", "Customers whose target is missing.",
         text(base(churned=["" if i % 9 == 0 else c for i, c in enumerate(churn)])), "--target", "churned")


def people():
    first = "Ada Ben Cleo Dan Eva Finn Gia Hugo Ines Jan".split()
    last = "Abel Boll Carr Dorn Egli Falk Graf Haas Iten Jost".split()

    def name(i):
        return first[i % 10], last[i // 10]

    case("personal", "Email, phone, name, street and postal code: left out.",
         text(base(email=lambda i: f"{name(i)[0]}.{name(i)[1]}{i}@example.com".lower(),
                   phone=lambda i: f"+41 44 555 {i * 37 % 90 + 10} {i * 53 % 90 + 10}",
                   last_name=lambda i: f"{last[i % 10]}-{last[i // 10]}", street=lambda i: f"Seestrasse {i + 1}",
                   zip=lambda i: 8000 + i * 7 % 59)))
    case("personal_by_value", "The same under names that say nothing.",
         text(base(c1=lambda i: f"{name(i)[0]}.{name(i)[1]}{i}@example.com".lower(),
                   c2=lambda i: f"(044) 555-{i * 37 % 9000 + 1000}",
                   c3=lambda i: f"CH93 0076 2011 6238 {5000 + i} {i % 10}", c4=lambda i: f"10.0.{i}.{i * 3}",
                   c5=lambda i: f"{i + 1} Main Street")))
    case("personal_allowed", "A postal code that is told to be used.",
         text(base(zip=lambda i: 8000 + i * 7 % 59)), "--allow-column", "zip")
    case("sensitive", "Gender, age, marital status, origin and health: used, and pointed out.",
         text(base(gender=mix("F", "M"), age=numbers("age", 18, 80),
                   marital_status=mix("single", "married", "widowed"),
                   nationality=mix("Swiss", "other"), smoker=mix("no", "no", "yes"))))
    case("sensitive_by_value", "Gender and marital status under names that say nothing.",
         text(base(q1=mix("male", "female"),
                   q2=mix("single", "married", "divorced"))))


def what_cannot_be_read():
    case("empty", "No byte.", "")
    case("blank", "Blanks and line ends only.", "  \n\n \n")
    case("header_only", "Names and no customer.", text(base()[:1]))
    case("one_column", "One column, which names the customers.", text([row[:1] for row in base()]))
    case("too_few_rows", "15 customers.", text(base()[:16]))
    case("ragged", "Rows with a cell too few or too many: all of them at once.",
         text([row[:3] if i in (7, 20) else [*row, "x"] if i in (9, 31, 32, 33, 34, 35, 36) else row
               for i, row in enumerate(base())]))
    case("ragged_aside", "The same, put aside.",
         text([row[:3] if i in (7, 20) else [*row, "x"] if i == 9 else row for i, row in enumerate(base())]),
         "--rejects", "rejects.csv")
    case("open_quote", "A quote that is never closed: the line where it opens.",
         text(with_cells({(29, CHANNEL): '"web'})))
    case("quote_inside", "A quote inside a cell that begins without one is a letter.",
         text(base(screen=mix('24" wide', '32" wide', "no screen"))))
    case("nul", "A NUL among text.", text(with_cells({(12, CHANNEL): "we\0b"})[:20]))
    case("picture", "A PNG.", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0\x1f\x15\xc4\x89" * 8)
    case("old_excel", "A workbook of the last century.",
         b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), file="data.xls")
    case("web_page", "An export that is a page to log in.", "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n")
    case("everything_at_once", "Rows, numbers, dates: all that is wrong in one answer.",
         text([row[:3] if i == 50 else row for i, row in enumerate(with_cells(
             {(4, 1): "few", (5, 1): "many", (6, SPEND): "1e20", (7, 4): "2023-13-01"},
             base(joined=days("some"))))]))
    case("not_there", "A file that is not there.", None, file="data.csv", path="nowhere.csv\n")
    case("column_unknown", "A flag about a column that is not there: the nearest name.", text(base()[:9]),
         "--ignore", "chanel")
    case("config_key_unknown", "A key of the config that nobody knows: the nearest one.", text(base()[:9]),
         "--config", "wedge.toml", wedge_toml="[data]\ntarjet = \"spend\"\n")
    case("config_column_unknown", "A column of the config that is not in the file.", text(base()[:9]),
         "--config", "wedge.toml", wedge_toml="[columns.chanel]\nkind = \"text\"\n")
    case("more_rows_than_allowed", "A limit that is told.", text(base()), "--max-rows", "50")
    case("long_row", "A row of 16500 cells: an error before memory is taken.",
         text(base()[:30]) + "C1," + "," * 16_500 + "\n")


def json_lines():
    header, *rows = base()
    typed = [dict(zip(header, [row[0], int(row[1]), float(row[2]), row[3]])) for row in rows]

    def lines(objects):
        return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)

    case("ndjson", "One JSON object in each line.", lines(typed), file="data.ndjson")
    case("ndjson_nested", "A value that is an object or a list: an error that says so.",
         lines({**one, "address": {"town": "Bern"}, "tags": ["a"]} if i == 9 else one
               for i, one in enumerate(typed)), file="data.ndjson")
    case("ndjson_key_twice", "A line that gives a key twice.",
         lines(typed[:9]) + '{"customer_id": "C1", "visits": 1, "visits": 2, "spend": 3.5, "channel": "web"}\n'
         + lines(typed[10:]), file="data.ndjson")
    case("ndjson_other_keys", "Lines with other keys, or in another order: what is not there is missing.",
         lines({k: one[k] for k in sorted(one) if not (i % 5 == 0 and k == "spend")}
               for i, one in enumerate(typed)), file="data.jsonl")
    case("ndjson_new_key", "A key that only later lines have.",
         lines({**one, "vip": True} if i % 3 == 2 else one for i, one in enumerate(typed)), file="data.jsonl")
    case("ndjson_values", "true, false, null and text that looks like a number.",
         lines({**one, "member": i % 2 == 0, "bonus": i if i % 5 < 2 else None,
                "code": mix("001", "002", "003")[i]}
               for i, one in enumerate(typed)), file="data.ndjson")
    case("ndjson_broken", "Lines that are no JSON.",
         lines(typed[:30]) + '{"customer_id": "C1", "visits": \n' + lines(typed[31:]), file="data.ndjson")
    case("json_array", "One JSON array: an error with the way out.", json.dumps(typed[:9], indent=1), file="data.json")


def workbook(sheets):
    """An Excel workbook: `{name: rows}` of text, numbers and days."""
    kinds = "http://schemas.openxmlformats.org"
    cell_style = {True: ' s="1"', False: ""}

    def cell(at, row, value):
        place = f"{chr(65 + at)}{row}"
        if value is None:
            return ""
        if isinstance(value, bool):
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        if isinstance(value, str):
            return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
        is_day = isinstance(value, date)
        number = (value - date(1899, 12, 30)).days if is_day else value
        return f'<c r="{place}"{cell_style[is_day]}><v>{number}</v></c>'

    def sheet(rows):
        body = "".join(
            f'<row r="{r}">' + "".join(cell(c, r, value) for c, value in enumerate(row)) + "</row>"
            for r, row in enumerate(rows, 1))
        return f'<worksheet xmlns="{kinds}/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'

    n = range(1, len(sheets) + 1)
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    relations = f'<Relationships xmlns="{kinds}/package/2006/relationships">'
    document = f"{kinds}/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{office}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{office}.styles+xml"/>'
        + "".join(f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{office}.worksheet+xml"/>'
                  for i in n) + "</Types>",
        "_rels/.rels": relations
        + f'<Relationship Id="r1" Type="{document}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{kinds}/spreadsheetml/2006/main" xmlns:r="{document}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in zip(n, sheets))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations
        + "".join(f'<Relationship Id="r{i}" Type="{document}/worksheet" Target="worksheets/sheet{i}.xml"/>'
                  for i in n)
        + f'<Relationship Id="s" Type="{document}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{kinds}/spreadsheetml/2006/main">'
        '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    for i, rows in zip(n, sheets.values()):
        parts[f"xl/worksheets/sheet{i}.xml"] = sheet(rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for path, xml in parts.items():
            out.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), '<?xml version="1.0"?>' + xml,
                         zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def binary_tables():
    header, *rows = base()
    joined = days("some")
    typed = [[row[0], int(row[1]), float(row[2]), row[3], joined[i], i % 2 == 0] for i, row in enumerate(rows)]
    sheet = [[*header, "joined", "member"], *typed]
    case("excel", "A workbook with days, yes and no, and gaps.",
         workbook({"Customers": [[None if (r, c) in ((3, 2), (8, 4)) else v for c, v in enumerate(row)]
                                 for r, row in enumerate(sheet)]}), file="data.xlsx")
    book = workbook({"Notes": [["made by the controller"]], "Customers": sheet})
    case("excel_second_sheet", "The table is on the second sheet, when told.", book, "--sheet", "Customers",
         file="data.xlsx")
    case("excel_no_such_sheet", "A sheet that is not there: the names of those that are.", book,
         "--sheet", "Customer", file="data.xlsx")
    case("excel_titles", "Two rows of title above the header, skipped.",
         workbook({"Export": [["Customers of 2024"], ["confidential"], *sheet]}), "--skip-lines", "2",
         file="data.xlsx")
    case("excel_titles_not_skipped", "The same, not skipped: an error that says how many.",
         workbook({"Export": [["Customers of 2024"], ["confidential"], *sheet[:9]]}), file="data.xlsx")
    case("zip", "A zip file that is no workbook.", plain_zip(), file="data.zip")
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        print("no pyarrow: the Parquet case stays as it is")
        return
    named = pyarrow.table(dict(zip(sheet[0], map(list, zip(*typed)))))
    out = io.BytesIO()
    pyarrow.parquet.write_table(named, out)
    case("parquet", "A Parquet file with days, and yes and no.", out.getvalue(), file="data.parquet")
    case("parquet_truncated", "A Parquet file without its end.", out.getvalue()[:-300], file="data.parquet")
    case("flag_without_use", "A flag that this kind of file has no use for.", out.getvalue(),
         "--delimiter", ";", file="data.parquet")


def plain_zip():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr(zipfile.ZipInfo("customers.csv", (2024, 1, 1, 0, 0, 0)), text(base()[:5]))
    return packed.getvalue()


if __name__ == "__main__":
    how_it_is_written()
    numbers_as_people_write_them()
    missing_values()
    kinds()
    dates()
    columns_together()
    people()
    what_cannot_be_read()
    json_lines()
    binary_tables()
