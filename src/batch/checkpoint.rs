//! Runs that survive a kill, a full disk or a power cut.
//!
//! A run to a file writes its records to a log beside it (`OUT.part`) and now
//! and then, at places that only the input decides, a state (`OUT.state`): how
//! far the input has been read, and how long log and dead letters were then.
//! The state is replaced as a whole after all it speaks of is on disk, so what
//! it claims is true at any moment. The same command cuts both files off there
//! and goes on; the result is byte for byte that of an unbroken run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::{Counts, DeadLetters, Done, Outcome, Syndication};
use crate::output::file::{Compression, rename, with_suffix};
use crate::output::log::Log;

/// How far the input has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Index of the source.
    pub source: usize,
    /// Records read from it.
    pub records: u64,
    /// Records read from all sources.
    pub total: u64,
}

/// What a state file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct State {
    /// What the run does; another run must not go on with it.
    run: Value,
    position: Position,
    /// Whether the input has been read to its end.
    complete: bool,
    log_bytes: u64,
    letters_bytes: u64,
    #[serde(default)]
    firsts_bytes: u64,
    tally: Tally,
}

/// Numbers of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Sums.
    pub counts: Counts,
    /// Records that were no articles, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passed_over: BTreeMap<String, u64>,
}

impl Tally {
    /// Reasons kept apart; what input says can be many things, memory is not.
    const REASONS: usize = 100;

    /// Adds one result.
    pub fn add(&mut self, done: &Done) {
        self.counts += done.counts;
        if let Outcome::PassedOver(reason) = &done.outcome {
            let known = self.passed_over.contains_key(reason) || self.passed_over.len() < Self::REASONS;
            let reason = if known { reason.clone() } else { "other reasons".to_owned() };
            *self.passed_over.entry(reason).or_default() += 1;
        }
    }
}

/// Why a run cannot start or go on.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// A file cannot be read or written.
    #[error("cannot write {path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The state is of a run with other inputs or options.
    #[error(
        "{path} is of an unfinished run with other {differs}: run that command again to finish it, or give --restart to begin anew"
    )]
    Other {
        /// The state file.
        path: PathBuf,
        /// What differs.
        differs: String,
    },
}

/// A run to a file, and how far it is.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    part: PathBuf,
    firsts: PathBuf,
    /// None when the run was killed after the log had become the result.
    log: Option<Log>,
    letters: DeadLetters,
    /// The clusters of copies, and the log of their firsts, from which a continued run knows them.
    syndication: Option<(Syndication, Log)>,
    state: State,
    /// Records since the last state.
    since: u64,
    resumed: bool,
}

impl Checkpoint {
    /// What the names of the files end in that a run leaves beside its output when it is killed.
    pub const TRACES: [&str; 4] = [".state", ".state.new", ".part", ".firsts"];

    /// A state is written after so many bytes of records …
    const BYTES: usize = 1 << 20;
    /// … or so many records of input, whatever became of them.
    const RECORDS: u64 = 256;

    /// Starts the run to `output`, or goes on with it where its state says.
    ///
    /// `run` describes all that decides the result, as an object.
    ///
    /// # Errors
    /// When a file cannot be opened, or the state is of another run and `restart` is false.
    pub fn open(
        output: &Path,
        letters: &Path,
        compression: Compression,
        run: Value,
        syndication: Option<Syndication>,
        restart: bool,
    ) -> Result<Self, CheckpointError> {
        let path = with_suffix(output, ".state");
        let part = with_suffix(output, ".part");
        let firsts = with_suffix(output, ".firsts");
        let fault = |path: &Path| {
            let path = path.to_owned();
            move |error| CheckpointError::File { path, error }
        };
        let found = if restart { None } else { read(&path).map_err(fault(&path))? };
        let resumed = found.is_some();
        let state = match found {
            Some(state) if state.run == run => state,
            Some(state) => {
                return Err(CheckpointError::Other { path, differs: differing(&state.run, &run) });
            }
            None => State {
                run,
                position: Position::default(),
                complete: false,
                log_bytes: 0,
                letters_bytes: 0,
                firsts_bytes: 0,
                tally: Tally::default(),
            },
        };
        let log = if state.complete && !part.exists() && output.exists() {
            None
        } else {
            Some(Log::open(&part, compression, state.log_bytes).map_err(fault(&part))?)
        };
        let letters_file = DeadLetters::open(letters, state.letters_bytes).map_err(fault(letters))?;
        let known = |mut clusters: Syndication| {
            let log = Log::open(&firsts, Compression::None, state.firsts_bytes)?;
            clusters.read_firsts(BufReader::new(File::open(&firsts)?))?;
            Ok((clusters, log))
        };
        // The marks of a run that has read all its input are made.
        let syndication = syndication.filter(|_| !state.complete).map(known).transpose();
        let syndication = syndication.map_err(fault(&firsts))?;
        let mut checkpoint = Checkpoint {
            path,
            part,
            firsts,
            log,
            letters: letters_file,
            syndication,
            state,
            since: 0,
            resumed,
        };
        if !resumed {
            checkpoint.save()?;
        }
        Ok(checkpoint)
    }

    /// Where reading goes on.
    pub fn position(&self) -> Position {
        self.state.position
    }

    /// Whether an earlier run is continued.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Whether all input has been read.
    pub fn is_complete(&self) -> bool {
        self.state.complete
    }

    /// The numbers so far, those of earlier runs included.
    pub fn tally(&self) -> &Tally {
        &self.state.tally
    }

    /// The dead letters.
    pub fn letters(&self) -> &DeadLetters {
        &self.letters
    }

    /// The log; none when it has become the result already.
    pub fn part(&self) -> Option<&Path> {
        self.log.as_ref().map(|_| self.part.as_path())
    }

    /// Takes the result of the record that ends at `position`.
    ///
    /// # Errors
    /// When it cannot be written; what was saved before stays true.
    pub fn take(&mut self, position: Position, mut done: Done) -> Result<(), CheckpointError> {
        self.state.tally.add(&done);
        if let Some((clusters, firsts)) = &mut self.syndication {
            let new = clusters.mark(&mut done);
            let new = new.map_err(|error| CheckpointError::File { path: self.part.clone(), error })?;
            if let Some(print) = done.print.filter(|_| new) {
                firsts.add(&Syndication::written(&print.0, &print.1));
            }
        }
        self.state.position = position;
        match done.outcome {
            Outcome::Line(line) => {
                if let Some(log) = &mut self.log {
                    log.add(&line);
                }
            }
            Outcome::PassedOver(_) => {}
            Outcome::SetAside(letter) => {
                self.letters.add(&letter).map_err(|error| self.letters_fault(error))?
            }
        }
        self.since += 1;
        if self.since >= Self::RECORDS || self.log.as_ref().map_or(0, Log::open_bytes) >= Self::BYTES {
            self.save()?;
        }
        Ok(())
    }

    /// All input has been read.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn complete(&mut self) -> Result<(), CheckpointError> {
        self.state.complete = true;
        self.save()
    }

    /// The result has its name: the traces of the run go.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub fn forget(self) -> Result<(), CheckpointError> {
        let Checkpoint { path, part, firsts, .. } = self;
        for path in [firsts, part, path] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(CheckpointError::File { path, error });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn letters_fault(&self, error: io::Error) -> CheckpointError {
        CheckpointError::File { path: self.letters.path().to_owned(), error }
    }

    fn save(&mut self) -> Result<(), CheckpointError> {
        if let Some(log) = &mut self.log {
            self.state.log_bytes =
                log.seal().map_err(|error| CheckpointError::File { path: self.part.clone(), error })?;
        }
        self.state.letters_bytes = self.letters.seal().map_err(|error| self.letters_fault(error))?;
        if let Some((_, firsts)) = &mut self.syndication {
            self.state.firsts_bytes =
                firsts.seal().map_err(|error| CheckpointError::File { path: self.firsts.clone(), error })?;
        }
        let beside = with_suffix(&self.path, ".new");
        let write = || -> io::Result<()> {
            let mut file = File::create(&beside)?;
            file.write_all(&serde_json::to_vec(&self.state)?)?;
            file.sync_data()?;
            rename(&beside, &self.path)
        };
        write().map_err(|error| CheckpointError::File { path: self.path.clone(), error })?;
        self.since = 0;
        Ok(())
    }
}

/// The state at `path`; none when there is none, or an early version left one that cannot be read.
fn read(path: &Path) -> io::Result<Option<State>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).map_err(|error| {
            io::Error::other(format!("damaged ({error}): give --restart to begin anew"))
        })?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The names of what differs between two runs.
fn differing(old: &Value, new: &Value) -> String {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return "options".to_owned() };
    let names: Vec<&str> = new
        .iter()
        .filter(|(name, value)| old.get(*name) != Some(value))
        .map(|(name, _)| name.as_str())
        .collect();
    if names.is_empty() { "options".to_owned() } else { names.join(", ") }
}
