//! `trainer rfm` as a process.

use std::fs;

use expect_test::expect;
use tests::{sample, stderr_of, stdout_of, temporary, trainer};

#[test]
fn the_committed_customers_are_what_rfm_makes() {
    let mut command = trainer();
    command.arg("rfm").arg(sample("cdnow_transactions.csv"));
    command.args(["--customer", "customer_id", "--date", "date", "--amount", "amount"]);
    let made = stdout_of(command.args(["--until", "1997-09-30"]));
    assert!(made == fs::read_to_string(sample("cdnow_customers.csv")).unwrap());
}

#[test]
fn orders_in_any_order_give_the_same_table() {
    let folder = temporary();
    let text = fs::read_to_string(sample("cdnow_transactions.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let backwards: Vec<&str> = rows.lines().rev().collect();
    let data = folder.path().join("orders.csv");
    fs::write(&data, format!("{header}\n{}\n", backwards.join("\n"))).unwrap();
    let made = stdout_of(trainer().arg("rfm").arg(&data).args(["--until", "1997-09-30"]));
    assert!(made == fs::read_to_string(sample("cdnow_customers.csv")).unwrap());
}

#[test]
fn customers_without_a_past_purchase_are_dropped_and_counted() {
    let folder = temporary();
    let data = folder.path().join("orders.csv");
    let text = "who,when,paid,items,shop\n\
                b,2024-03-01,10,1,north\n\
                a,2024-03-02,5,2,south\n\
                a,2024-03-02,7,1,south\n\
                a,2024-03-31,100,1,north\n\
                c,2024-04-01,9,1,north\n";
    fs::write(&data, text).unwrap();
    let run = |until: &str| {
        let mut command = trainer();
        command.arg("rfm").arg(&data).args(["--customer", "who", "--date", "when"]);
        command.args(["--amount", "paid", "--until", until]).output().unwrap()
    };
    let output = run("2024-03-31");
    expect![[r#"
        who,recency_days,frequency,mean_amount,total_amount,tenure_days,mean_items,future_spend
        a,0,2,56,112,29,2,0
        b,30,1,10,10,30,1,0
    "#]]
    .assert_eq(&String::from_utf8_lossy(&output.stdout));
    expect![[r#"
        read as: comma, UTF-8
        2 customers up to 2024-03-31
        1 of 3 customers dropped: no purchase up to 2024-03-31
    "#]]
    .assert_eq(&stderr_of(&output));
    let whole = run("2024-04-01");
    let header = String::from_utf8_lossy(&whole.stdout).lines().next().unwrap().to_owned();
    assert!(!header.contains("future_spend"), "nothing is known of the time after: {header}");
}

#[test]
fn a_day_that_is_none_is_named_by_its_line() {
    let folder = temporary();
    let text = "customer_id,date,amount\na,2024-02-29,1\nb,soon,2\n";
    fs::write(folder.path().join("orders.csv"), text).unwrap();
    let output = trainer().current_dir(folder.path()).args(["rfm", "orders.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    expect![[r#"
        read as: comma, UTF-8
        error: `orders.csv`: 1 row cannot be used
          `date`, line 3: expected a day

        hint: mend them, or put such rows aside with `--rejects FILE`
    "#]]
    .assert_eq(&stderr_of(&output));
}

#[test]
fn usual_names_are_found_and_a_price_is_multiplied() {
    let folder = temporary();
    let text = "InvoiceNo,Quantity,InvoiceDate,UnitPrice,CustomerID\n\
                536365,3,12/13/2010 8:26,2.5,17850\n\
                536366,2,12/14/2010 9:00,10,17850\n\
                536367,1,12/15/2010 9:00,4,13047\n\
                536370,1,12/15/2010 9:00,4,\n";
    fs::write(folder.path().join("orders.csv"), text).unwrap();
    let run = |more: &[&str]| {
        let mut command = trainer();
        command.current_dir(folder.path()).args(["rfm", "orders.csv"]).args(more).output().unwrap()
    };
    let output = run(&["--quantity", "Quantity", "--rejects", "nobody.csv"]);
    expect![[r#"
        CustomerID,recency_days,frequency,mean_amount,total_amount,tenure_days,mean_Quantity
        13047,0,1,4,4,0,1
        17850,1,2,13.75,27.5,2,2.5
    "#]]
    .assert_eq(&String::from_utf8_lossy(&output.stdout));
    expect![[r#"
        read as: comma, UTF-8
        the customer: `CustomerID`
        the day: `InvoiceDate`
        the amount: `UnitPrice`
        left out as identifiers: `InvoiceNo`
        warning: 1 row put aside in nobody.csv
        2 customers up to 2010-12-15
    "#]]
    .assert_eq(&stderr_of(&output));
    let said = stderr_of(&run(&[]));
    assert!(said.contains("`--quantity \"Quantity\"` multiplies"), "{said}");
    assert!(said.contains("put such rows aside with `--rejects FILE`"), "{said}");
    fs::write(folder.path().join("orders.csv"), text.replace("InvoiceNo", "Customer")).unwrap();
    let said = stderr_of(&run(&[]));
    assert!(said.contains("the customer may be `Customer` or `CustomerID`"), "{said}");
}
