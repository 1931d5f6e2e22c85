//! The command as its users run it: the real binary, real files.

mod conversions;
mod faults;
mod formats;
mod hostile;
mod inputs;
mod outputs;
mod quotes;
mod restarts;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};

use serde_json::Value;

/// The command, in `folder`.
pub(crate) fn saidwho(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saidwho"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1");
    command
}

/// Runs it to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    saidwho(folder, arguments).output().unwrap()
}

/// Starts it with a pipe at each of its streams.
fn start(mut command: Command) -> (Child, ChildStdin) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    (child, stdin)
}

/// Runs it to its end while `feed` writes to its standard input.
fn fed(command: Command, feed: impl FnOnce(ChildStdin) + Send) -> Output {
    let (child, stdin) = start(command);
    std::thread::scope(|threads| {
        threads.spawn(|| feed(stdin));
        child.wait_with_output().unwrap()
    })
}

/// Runs it with `input` on standard input; whether it reads it all is its affair.
fn pipe(arguments: &[&str], input: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fed(saidwho(folder.path(), arguments), |mut stdin| drop(stdin.write_all(input)))
}

/// The objects of JSON Lines.
pub(crate) fn records(jsonl: &[u8]) -> Vec<Value> {
    String::from_utf8(jsonl.to_vec())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn ids(jsonl: &[u8]) -> Vec<String> {
    records(jsonl).iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// So many articles as JSON Lines, no two alike.
pub(crate) fn articles(count: usize) -> String {
    (0..count)
        .map(|n| {
            format!(
                "{{\"id\":\"a{n}\",\"title\":\"Story {n}\",\"text\":\"NAIROBI — “We counted {n} boats,” said Achieng Odhiambo, \
                 a fisher of Lake Victoria.\\n\\nShe said that the other {} had not come back. “Zoë waits,” she added.\"}}\n",
                n * 7 % 13
            )
        })
        .collect()
}
