//! The one place that writes to standard output and standard error.

use std::fmt::Arguments;
use std::io::{self, Write};

/// Writes one line to standard output.
///
/// # Errors
/// What the stream says; a closed pipe among others.
pub(crate) fn line(text: Arguments<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_fmt(text)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes one line to standard error, as far as that is possible.
pub(crate) fn complain(text: Arguments<'_>) {
    let mut out = io::stderr().lock();
    let _ = out.write_fmt(text);
    let _ = out.write_all(b"\n");
}

/// Writes one line to standard output, formatted as by `println`, and returns what became of it.
macro_rules! say {
    () => { $crate::say::line(format_args!("")) };
    ($($text:tt)*) => { $crate::say::line(format_args!($($text)*)) };
}
pub(crate) use say;
