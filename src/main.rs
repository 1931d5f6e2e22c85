//! The `saidwho` command.

fn main() -> std::process::ExitCode {
    saidwho::cli::main()
}
