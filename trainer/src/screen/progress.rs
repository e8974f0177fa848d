//! Progress on standard error: of what takes longer than a second, at a terminal, one bar at a time.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::fit::Stage;

/// What is done sooner needs no progress.
const PATIENCE: Duration = Duration::from_secs(1);

/// The bar that may be seen. A second one at the same time stays hidden.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Whether results appear on the same terminal, where a bar would come between them.
static OUTPUT_IS_SHOWN: AtomicBool = AtomicBool::new(false);

fn shown() -> MutexGuard<'static, Option<ProgressBar>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says that rows are going to standard output: at a terminal, no bar is shown from now on.
pub(crate) fn output_is_shown() {
    if io::stdout().is_terminal() {
        OUTPUT_IS_SHOWN.store(true, Ordering::Relaxed);
        clear_progress();
    }
}

/// Removes the bar from the terminal, for whoever ends the process.
pub(crate) fn clear_progress() {
    if let Some(bar) = shown().take() {
        bar.finish_and_clear();
    }
}

/// Writes something above the bar.
pub(super) fn above(write: impl FnOnce()) {
    let bar = shown().clone();
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// A bar that appears late, and goes with the value.
struct Bar {
    bar: ProgressBar,
    mine: bool,
}

impl Bar {
    fn new(total: Option<u64>, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.expect("the template is fixed").progress_chars("█▉▊▋▌▍▎▏ "));
        let mine = {
            let mut shown = shown();
            let wanted = io::stderr().is_terminal() && !super::is_quiet();
            let mine = wanted && shown.is_none();
            if mine {
                *shown = Some(bar.clone());
            }
            mine
        };
        if mine {
            let late = bar.clone();
            thread::spawn(move || {
                thread::sleep(PATIENCE);
                // Under the lock, so that a bar that has just been cleared is not drawn again.
                let _shown = shown();
                if !late.is_finished() && !OUTPUT_IS_SHOWN.load(Ordering::Relaxed) {
                    late.set_draw_target(ProgressDrawTarget::stderr());
                    late.enable_steady_tick(Duration::from_millis(200));
                }
            });
        }
        Self { bar, mine }
    }

    fn clear(&self) {
        let mut shown = shown();
        // One that is finished has left its place, perhaps to another.
        if !self.bar.is_finished() {
            self.bar.finish_and_clear();
            if self.mine {
                *shown = None;
            }
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Progress of a fit.
pub struct Progress(Bar);

impl Progress {
    /// Of a sweep up to so many segments.
    pub fn new(max_segments: usize) -> Self {
        // Time left would be a guess: the steps differ too much.
        let template = "{msg} {wide_bar} {pos}/{len}, {elapsed} gone";
        Self(Bar::new(Some(max_segments as u64), template))
    }

    /// Shows which stage is at work.
    pub fn show(&self, stage: Stage) {
        let bar = &self.0.bar;
        match stage {
            Stage::Understanding => bar.set_message("understanding columns"),
            Stage::Preparing => bar.set_message("preparing"),
            Stage::Sweeping(done) => {
                bar.set_message("finding segments");
                bar.set_position(done as u64);
            }
            Stage::Doubting(done, of) => {
                bar.set_message("comparing with data without groups");
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            }
            Stage::Judging => bar.set_message("judging segments"),
            Stage::Resampling => bar.set_message("finding segments again in samples"),
            Stage::Comparing => bar.set_message("comparing algorithms"),
            Stage::Describing => bar.set_message("describing segments"),
            Stage::Expecting(done, of) => {
                bar.set_message("fitting and judging models");
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            }
        }
    }

    /// Removes it from the terminal.
    pub fn clear(&self) {
        self.0.clear();
    }
}

/// Progress of reading a file: bytes, rate and, where the size is known, time left.
pub struct Reading(Bar);

impl Reading {
    /// Of a file of `total` bytes; of a pipe, whose end nobody knows, `None`.
    pub fn new(total: Option<u64>) -> Self {
        Self(Bar::new(
            total,
            match total {
                Some(_) => "reading {wide_bar} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left",
                None => "reading {spinner} {bytes}, {bytes_per_sec}, {elapsed} gone",
            },
        ))
    }

    /// So many bytes are read.
    pub fn set(&self, bytes: u64) {
        self.0.bar.set_position(bytes);
    }

    /// Removes it from the terminal.
    pub fn clear(&self) {
        self.0.clear();
    }
}
