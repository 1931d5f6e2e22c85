//! Input that means harm: bombs, paths that escape, endless lines, masses of files.
//!
//! Memory is held down from outside, so that a reader that takes more fails: `ulimit -v` counts all
//! address space, the binary and its lists included.

use std::fs;

use super::*;

/// Address space a run may take, in KiB.
const MEMORY: u32 = 900 << 10;

/// Runs the command in `folder` under a bound of memory, its standard input fed by `feed`.
fn bounded(folder: &Path, arguments: &[&str], feed: impl FnOnce(ChildStdin) + Send) -> Output {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit -v {MEMORY} && exec \"$@\""), "sh", env!("CARGO_BIN_EXE_saidwho")])
        .args(arguments)
        .current_dir(folder);
    fed(command, feed)
}

/// The records on standard output and the reasons of the dead letters.
fn outcome(folder: &Path, output: &Output) -> (Vec<String>, Vec<String>) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code < 2), "{}: {stderr}", output.status);
    let dead = fs::read(folder.join("dead.jsonl")).unwrap_or_default();
    let reasons = records(&dead).iter().map(|letter| letter["reason"].as_str().unwrap().to_owned()).collect();
    (ids(&output.stdout), reasons)
}

#[test]
fn a_line_of_two_gigabytes_is_read_past() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        bounded(folder.path(), &["extract", "--errors", "dead.jsonl", "--threads", "2"], |mut stdin| {
            let chunk = vec![b'x'; 1 << 20];
            stdin.write_all(articles(1).as_bytes()).unwrap();
            stdin.write_all(b"{\"text\":\"").unwrap();
            for _ in 0..2048 {
                stdin.write_all(&chunk).unwrap();
            }
            stdin.write_all(b"\"}\n{\"id\":\"after\",\"text\":\"All is well.\"}\n").unwrap();
        });
    let (ids, reasons) = outcome(folder.path(), &output);
    assert_eq!(ids, ["a0", "after"]);
    assert!(reasons.len() == 1 && reasons[0].contains("2147483659 bytes"), "{reasons:?}");
}

/// So many megabytes of spaces, packed.
fn bomb(megabytes: usize) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let chunk = vec![b' '; 1 << 20];
    for _ in 0..megabytes {
        encoder.write_all(&chunk).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn bombs_are_set_aside_and_what_stands_beside_them_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let bomb = bomb(2048);
    write(folder.path(), "in/1-text.txt.gz", &bomb);
    write(folder.path(), "in/2-lines.jsonl.gz", &bomb);
    write(folder.path(), "in/3-page.html.gz", &bomb);
    write(folder.path(), "in/4-table.csv.gz", &bomb);
    write(folder.path(), "in/5-item.nitf.gz", &bomb);
    write(folder.path(), "in/6-twice.txt.gz", gzip(&bomb));
    write(folder.path(), "in/7-good.txt", "Good.");
    let arguments = ["extract", "in", "--errors", "dead.jsonl", "--max-doc-mb", "8"];
    let (ids, reasons) = outcome(folder.path(), &bounded(folder.path(), &arguments, drop));
    assert_eq!(ids, ["in/7-good.txt"]);
    assert_eq!(reasons.len(), 6, "{reasons:?}");
    assert!(reasons.iter().filter(|reason| reason.contains("--max-doc-mb")).count() >= 5, "{reasons:?}");
}

#[test]
fn nesting_without_end_breaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let deep = |open: &str, close: &str| {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        format!(
            "<!doctype html><html><body>{open}<p>All is well, said the mayor of the town.</p>{close}</body></html>"
        )
    };
    write(folder.path(), "in/1-blocks.html", deep("<div>", "</div>"));
    write(folder.path(), "in/2-styles.html", deep("<b>", "</b>"));
    write(folder.path(), "in/3-tables.html", deep("<table><tr><td>", "</td></tr></table>"));
    write(folder.path(), "in/4-open.html", deep("<blockquote><i><p>", ""));
    write(
        folder.path(),
        "in/5-item.xml",
        format!("<nitf>{}{}</nitf>", "<p>".repeat(10_000), "</p>".repeat(10_000)),
    );
    write(
        folder.path(),
        "in/6-lines.jsonl",
        format!("{{\"text\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)),
    );
    write(folder.path(), "in/7-good.txt", "Good.");
    let output = bounded(folder.path(), &["extract", "in", "--errors", "dead.jsonl"], drop);
    let (ids, reasons) = outcome(folder.path(), &output);
    assert_eq!(ids.last().unwrap(), "in/7-good.txt");
    assert!(reasons.iter().any(|reason| reason.contains("elements nested deeper")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("no JSON")), "{reasons:?}");
}

#[test]
fn many_small_files_are_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..5000 {
        write(folder.path(), &format!("in/{}/{n:06}.txt", n / 100), format!("Note {n}."));
    }
    let output = bounded(folder.path(), &["extract", "in", "-o", "out.jsonl", "--quiet"], drop);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let found = ids(&fs::read(folder.path().join("out.jsonl")).unwrap());
    let mut sorted = found.clone();
    sorted.sort_by(|a, b| Path::new(a).cmp(Path::new(b)));
    assert!(found.len() == 5000 && found == sorted);
}

#[cfg(feature = "archives")]
mod archives {
    use super::*;

    fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in members {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// Everything below a folder.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            found.extend(if path.is_dir() { files(&path) } else { vec![path] });
        }
        found.sort();
        found
    }

    #[test]
    fn paths_that_escape_their_archive_are_only_names() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("a/b");
        let absolute = outer.path().join("absolute.txt");
        let absolute = absolute.to_str().unwrap();
        let names = ["../../up.txt", absolute, "up\\..\\..\\up.txt", "a/../../../x.txt"];
        write(&folder, "x.zip", zip(&names.map(|name| (name, &b"Out."[..]))));
        let mut tar = tar::Builder::new(Vec::new());
        for name in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(4);
            header.as_gnu_mut().unwrap().name[..name.len().min(99)]
                .copy_from_slice(&name.as_bytes()[..name.len().min(99)]);
            header.set_cksum();
            tar.append(&header, &b"Out."[..]).unwrap();
        }
        let mut link = tar::Header::new_gnu();
        link.set_entry_type(tar::EntryType::Symlink);
        link.set_size(0);
        tar.append_link(&mut link, "link.txt", "/etc/passwd").unwrap();
        write(&folder, "y.tar", tar.into_inner().unwrap());
        let output = run(&folder, &["extract", "x.zip", "y.tar", "-o", "out.jsonl", "--quiet"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let found = ids(&fs::read(folder.join("out.jsonl")).unwrap());
        assert_eq!(found.len(), 8, "{found:?}");
        let left: Vec<String> = files(outer.path())
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap().into())
            .collect();
        assert_eq!(left, ["out.jsonl", "out.jsonl.manifest.json", "x.zip", "y.tar"]);
    }

    #[test]
    fn bombs_in_archives_are_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let bomb = bomb(1024);
        let mut nested = b"Deep down.".to_vec();
        for _ in 0..8 {
            nested = zip(&[("inner.zip", &nested)]);
        }
        write(
            folder.path(),
            "x.zip",
            zip(&[("bomb.txt.gz", &bomb), ("nested.zip", &nested), ("good.txt", b"Good.")]),
        );
        let whole = zip(&[("one.txt", b"One."), ("two.txt", b"Two.")]);
        write(folder.path(), "y.zip", &whole[..whole.len() - 30]);
        let arguments = ["extract", "x.zip", "y.zip", "--errors", "dead.jsonl", "--max-doc-mb", "8"];
        let (ids, reasons) = outcome(folder.path(), &bounded(folder.path(), &arguments, drop));
        // A table of contents that is lost costs no member.
        assert_eq!(ids, ["x.zip!good.txt", "y.zip!one.txt", "y.zip!two.txt"]);
        assert_eq!(reasons.len(), 3, "{reasons:?}");
        assert!(reasons.iter().any(|reason| reason.contains("nested deeper")), "{reasons:?}");
    }
}
