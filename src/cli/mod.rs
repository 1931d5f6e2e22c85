//! The command line: one file per command.

use std::process::ExitCode;

/// Runs the command that the process arguments ask for.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
