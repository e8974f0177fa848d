//! Ctrl-C: the process leaves no unfinished file behind and says with its exit code what ended it.

/// Waits for SIGINT and SIGTERM in a thread of its own. Where that cannot be, the system ends the process.
#[cfg(unix)]
pub(crate) fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            crate::screen::clear_progress();
            let mut leftovers = crate::leftovers::leftovers();
            leftovers.take_away();
            // As a shell says it: 130 for Ctrl-C, 143 for SIGTERM. The lock is never given back.
            std::process::exit(128 + signal);
        }
    });
}

/// Elsewhere the system ends the process.
#[cfg(not(unix))]
pub(crate) fn watch() {}
