//! Whom a playbook reaches.

use std::io::{self, Write};

use super::tables::{align_right, keep_whole, short_name, table, width_of};
use crate::playbook::{GroupReach, Holdout, Power, Reach, RecipeReach};

/// Each recipe, then what they have in common, then sensitive groups and the holdout.
pub(crate) fn print_reach(out: &mut impl Write, reach: &Reach) -> io::Result<()> {
    let n = reach.customers;
    writeln!(out, "{n} customers\n")?;
    let mut recipes = table(&["recipe", "title", "applies to", "share", "given to", "share", ""]);
    for recipe in &reach.recipes {
        let RecipeReach { id, title, applies, given, never, always } = recipe;
        let note = match (never, always) {
            (true, _) => "never applies",
            (_, true) => "always applies",
            _ if *given == Some(0) => "never given",
            _ => "",
        };
        let id = short_name(id, width_of(&recipes));
        let shares = [count(*applies), share(*applies, n), count(*given), share(*given, n)];
        let [applies, of_applies, given, of_given] = shares;
        recipes.add_row([id, title.clone(), applies, of_applies, given, of_given, note.into()]);
    }
    align_right(&mut recipes, &[2, 3, 4, 5]);
    keep_whole(&mut recipes, &[0, 2, 3, 4, 5, 6]);
    writeln!(out, "{recipes}\n")?;
    writeln!(out, "given nothing: {} ({})", count(reach.without), share(reach.without, n))?;
    for overlap in &reach.overlaps {
        let percent = 100.0 * overlap.share;
        let (rarer, other) = (&overlap.rarer, &overlap.other);
        writeln!(out, "overlap: where `{rarer}` applies, `{other}` does in {percent:.0} %")?;
    }
    if !reach.groups.is_empty() {
        writeln!(out)?;
        print_groups(out, reach)?;
    }
    reach.holdout.iter().try_for_each(|holdout| print_holdout(out, holdout))
}

fn print_groups(out: &mut impl Write, reach: &Reach) -> io::Result<()> {
    let ids = reach.recipes.iter().map(|recipe| recipe.id.as_str());
    let header: Vec<&str> =
        ["column", "group", "customers", "given any"].into_iter().chain(ids).collect();
    let mut groups = table(&header);
    for group in &reach.groups {
        let GroupReach { column, group, customers, any, recipes, .. } = group;
        let column = short_name(column, width_of(&groups));
        let shares = [*any].into_iter().chain(recipes.iter().copied()).map(percent);
        let named = [column, group.clone(), customers.to_string()];
        groups.add_row(named.into_iter().chain(shares));
    }
    align_right(&mut groups, &(2..header.len()).collect::<Vec<_>>());
    keep_whole(&mut groups, &[0, 2, 3]);
    writeln!(out, "{groups}\n")
}

fn print_holdout(out: &mut impl Write, holdout: &Holdout) -> io::Result<()> {
    let Holdout { share, counted, held_out, others, smallest_difference } = holdout;
    let expected = if *counted { "" } else { "about " };
    writeln!(
        out,
        "holdout of {:.1} %: of those who would be given something {expected}{held_out} are given \
         nothing, {others} are",
        100.0 * share
    )?;
    match smallest_difference {
        Some(Power { of_a_mean, of_a_share }) => writeln!(
            out,
            "a difference of {of_a_mean:.2} standard deviations, or of {:.1} points in a share near 50 %, is \
             seen four times in five",
            100.0 * of_a_share
        ),
        None => writeln!(out, "these are too few to see any effect"),
    }
}

fn count(count: Option<usize>) -> String {
    count.map_or_else(|| "under 20".to_owned(), |count| count.to_string())
}

fn share(count: Option<usize>, of: usize) -> String {
    count.map_or_else(String::new, |count| format!("{:.1} %", 100.0 * count as f64 / of as f64))
}

fn percent(share: f64) -> String {
    if share.is_nan() { "-".to_owned() } else { format!("{:.0} %", 100.0 * share) }
}
