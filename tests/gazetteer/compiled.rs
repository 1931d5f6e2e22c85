//! Compiled indexes: whole ones are opened without a word, others refused with one.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use saidwho::gazetteer::Gazetteer;

use super::{list, own_names};

/// What opening the index says.
fn opened(path: &Path, cache: Option<&Path>) -> String {
    match Gazetteer::with_lists_cached(&[path.to_owned()], cache) {
        Ok((lists, left_out)) => {
            assert_eq!(own_names(&lists, "Ada Zorvath left.").len(), 1);
            assert!(left_out.is_empty());
            "fine".to_owned()
        }
        Err(error) => error.message,
    }
}

/// An index of a few names in `folder`.
fn index(folder: &Path) -> std::path::PathBuf {
    let own = list(folder, "own.tsv", "name\ttype\nAda Zorvath\tperson\nBen Quillow\tperson\n");
    let path = folder.join("own.idx");
    Gazetteer::compile(&[own], &path).unwrap();
    path
}

#[test]
fn a_damaged_index_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = index(folder.path());
    let whole = fs::read(&path).unwrap();
    assert_eq!(opened(&path, None), "fine");
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x40;
        fs::write(&path, &damaged).unwrap();
        let said = opened(&path, None);
        assert!(said.contains("compile the list again"), "byte {at}: {said}");
    }
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert_ne!(opened(&path, None), "fine", "cut at {length}");
    }
}

#[test]
fn an_index_of_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = index(folder.path());
    let mut old = fs::read(&path).unwrap();
    old[8] = 1;
    fs::write(&path, &old).unwrap();
    let said = opened(&path, None);
    assert!(said.contains("the index has format 1") && said.contains("compile the list again"), "{said}");
}

#[test]
fn what_was_found_whole_is_looked_at_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let path = index(folder.path());
    let notes = || fs::read_dir(&cache).map_or(0, Iterator::count);
    let long_ago = |seconds| {
        let time = SystemTime::now() - Duration::from_secs(seconds);
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    };
    // A file that changed just now may change again unseen.
    assert_eq!((opened(&path, Some(&cache)).as_str(), notes()), ("fine", 0));
    long_ago(100);
    assert_eq!((opened(&path, Some(&cache)).as_str(), notes()), ("fine", 1));
    assert_eq!((opened(&path, Some(&cache)).as_str(), notes()), ("fine", 1));

    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    fs::write(&path, &damaged).unwrap();
    assert!(opened(&path, Some(&cache)).contains("damaged"));
    // Even with the old time, a file of another size or header is another file.
    fs::write(&path, &whole[..last]).unwrap();
    long_ago(100);
    assert!(opened(&path, Some(&cache)).contains("damaged"));
    fs::write(&path, &whole).unwrap();
    assert_eq!(opened(&path, Some(&cache)), "fine");
}

#[test]
fn what_a_cached_list_leaves_out_is_said_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let mut rows = String::from("name\ttype\n--\tperson\n");
    for number in 0..5000 {
        rows.push_str(&format!("Zed{number} Qux\tperson\n"));
    }
    let path = list(folder.path(), "own.tsv", rows);
    let open = || Gazetteer::with_lists_cached(std::slice::from_ref(&path), Some(&cache)).unwrap();
    let (_, first) = open();
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 1);
    let (lists, again) = open();
    assert!(first.len() == 1 && first[0].line == 2, "{first:?}");
    assert_eq!(first, again);
    assert_eq!(own_names(&lists, "Zed4999 Qux left.").len(), 1);
}
