//! The command line: one file per command.
//!
//! A command is a struct of arguments and a `run`. Adding one takes its file,
//! a line in [`Command`] and a line in [`Command::run`].

mod convert;
mod eval;
mod explain;
mod extract;
mod gazetteer;
mod inputs;
mod manifest;
mod naming;
mod pretty;
mod progress;
mod quoting;
mod retry;
mod schema;
mod sentences;
mod stats;
mod train;
mod train_syntax;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Reads English news and says who is named in it and who said what.
#[derive(Parser)]
#[command(name = "saidwho", version, about, max_term_width = 100, subcommand_required = true)]
#[command(after_help = "Examples:
  saidwho extract --pretty article.txt
  saidwho extract dump.jsonl.gz -o records.jsonl
  saidwho COMMAND --help

Exit status: 0 all done, 1 something was set aside or found wrong, 2 could not start or go on.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Extract(extract::Extract),
    Explain(explain::Explain),
    Gazetteer(gazetteer::GazetteerCommand),
    Retry(retry::Retry),
    Convert(convert::Convert),
    Merge(convert::Merge),
    Stats(stats::Stats),
    Quotes(stats::Quotes),
    Eval(eval::Eval),
    Schema(schema::Schema),
    Sentences(sentences::Sentence),
    #[command(subcommand)]
    Train(train::Train),
}

impl Command {
    fn run(self) -> anyhow::Result<Exit> {
        match self {
            Command::Extract(command) => command.run(),
            Command::Explain(command) => command.run(),
            Command::Gazetteer(command) => command.run(),
            Command::Retry(command) => command.run(),
            Command::Convert(command) => command.run(),
            Command::Merge(command) => command.run(),
            Command::Stats(command) => command.run(),
            Command::Quotes(command) => command.run(),
            Command::Eval(command) => command.run(),
            Command::Schema(command) => command.run(),
            Command::Sentences(command) => command.run(),
            Command::Train(command) => command.run(),
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// All done.
    Done = 0,
    /// Done, but something was set aside or found wrong.
    SetAside = 1,
    /// Could not start or go on.
    Failed = 2,
}

/// Runs the command that the process arguments ask for.
pub fn main() -> ExitCode {
    let exit = Cli::parse().command.run().unwrap_or_else(|error| {
        // A reader that has seen enough (`| head`) is no error.
        if is_closed_pipe(&error) {
            return Exit::Done;
        }
        eprintln!("saidwho: {error:#}");
        Exit::Failed
    });
    ExitCode::from(exit as u8)
}

/// Says what is wrong with the input. Nothing in it may steer the terminal.
fn complain(message: &str) {
    let shown: String = message.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    eprintln!("saidwho: {shown}");
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
