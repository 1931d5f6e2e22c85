//! What goes wrong, and what becomes of it.

use super::*;

#[test]
fn a_run_that_cannot_start_says_why_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(1));
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    for (arguments, message) in [
        (&["extract", "nowhere.jsonl"][..], "no such file or folder: nowhere.jsonl"),
        (&["extract", "*.csv"], "no files in *.csv"),
        (&["extract", "empty"], "no files in empty"),
        (&["extract", "[.txt"], "cannot read the pattern"),
        (&["extract", "in.jsonl", "-o", "no/such/folder/out.jsonl"], "cannot write no/such/folder/out.jsonl"),
        (&["extract", "in.jsonl", "--threads", "0"], "--threads"),
        (&["extract", "in.jsonl", "--offsets", "word"], "use char, byte or utf16"),
    ] {
        let output = run(folder.path(), arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn broken_lines_are_set_aside_with_reason_and_input_and_the_rest_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let lines = [
        r#"{"id":"first","text":"One."}"#,
        r#"{"id":"half","text":"#,
        "",
        r#"[1, 2]"#,
        r#"{"id":"textless","body":"Here it is."}"#,
        r#"{"id":"numbered","text":5}"#,
        r#"{"id":"last","text":"Two."}"#,
    ];
    write(folder.path(), "in.jsonl", lines.join("\n"));
    let output = run(folder.path(), &["extract", "in.jsonl", "-o", "out.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr).unwrap().contains("4 records set aside in out.jsonl.dead.jsonl")
    );
    assert_eq!(ids(&std::fs::read(folder.path().join("out.jsonl")).unwrap()), ["first", "last"]);
    let dead = records(&std::fs::read(folder.path().join("out.jsonl.dead.jsonl")).unwrap());
    for (letter, (record, reason)) in dead.iter().zip([
        (2, "no JSON"),
        (4, "no object"),
        (5, "Then say --text-field body"),
        (6, "\"text\" is no string but a number"),
    ]) {
        assert_eq!((letter["source"].as_str(), letter["record"].as_u64()), (Some("in.jsonl"), Some(record)));
        assert!(letter["reason"].as_str().unwrap().contains(reason), "{letter}");
        assert_eq!(letter["raw"], lines[record as usize - 1]);
    }
    assert_eq!(dead.len(), 4);
}

/// A pipe stands for all devices: `-o /dev/null` by root must not put a file in its place.
#[test]
fn devices_and_pipes_are_written_to_and_never_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(2) + "broken\n");
    for name in ["out", "errors"] {
        let made = Command::new("mkfifo").arg(folder.path().join(name)).status();
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: no mkfifo here");
            return;
        }
    }
    let read = |name: &str| {
        let path = folder.path().join(name);
        std::thread::spawn(move || std::fs::read(path).unwrap())
    };
    let (out, errors) = (read("out"), read("errors"));
    let output = run(folder.path(), &["extract", "in.jsonl", "-o", "out", "--errors", "errors"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(ids(&out.join().unwrap()), ["a0", "a1"]);
    assert_eq!(records(&errors.join().unwrap()).len(), 1);
    write(folder.path(), "r.jsonl", run(folder.path(), &["extract", "in.jsonl"]).stdout);
    assert_eq!(run(folder.path(), &["convert", "r.jsonl", "-o", "out"]).status.code(), Some(2));
    for name in ["out", "errors"] {
        assert!(folder.path().join(name).metadata().unwrap().file_type().is_fifo(), "{name} was replaced");
    }
}

#[test]
fn a_clean_run_leaves_no_file_of_errors_behind() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(2));
    write(folder.path(), "out.jsonl.dead.jsonl", "of an earlier run");
    assert_eq!(run(folder.path(), &["extract", "in.jsonl", "-o", "out.jsonl"]).status.code(), Some(0));
    assert!(!folder.path().join("out.jsonl.dead.jsonl").exists());
    assert!(!folder.path().join("out.jsonl.part").exists());
}

#[test]
fn a_folder_of_good_and_bad_files_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let whole = gzip(articles(200).as_bytes());
    write(folder.path(), "d/1-cut.jsonl.gz", &whole[..whole.len() / 2]);
    let mut broken = whole.clone();
    broken[whole.len() / 2..][..40].fill(0xAA);
    write(folder.path(), "d/2-broken.jsonl.gz", broken);
    write(folder.path(), "d/3-image.jpg", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01");
    write(folder.path(), "d/4-good.txt", "Good.");
    std::os::unix::fs::symlink("nowhere", folder.path().join("d/5-dangling.txt")).unwrap();
    write(folder.path(), "d/6-good.jsonl", articles(1));
    let output = run(folder.path(), &["extract", "d", "--errors", "e.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    let ids = ids(&output.stdout);
    assert!(ids.len() > 20, "what came before the break is kept: {}", ids.len());
    assert_eq!(&ids[ids.len() - 2..], ["d/4-good.txt", "a0"]);
    let dead = records(&std::fs::read(folder.path().join("e.jsonl")).unwrap());
    let reasons: Vec<String> =
        dead.iter().map(|letter| format!("{}: {}", letter["source"], letter["reason"])).collect();
    for source in ["1-cut", "2-broken", "3-image", "5-dangling"] {
        assert!(reasons.iter().any(|reason| reason.contains(source)), "{source}: {reasons:#?}");
    }
}

#[test]
fn an_unreadable_file_is_set_aside() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let locked = write(folder.path(), "locked.txt", "Secret.");
    write(folder.path(), "open.txt", "Open.");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&locked).is_ok() {
        println!("skipped: this user may read everything, so nothing is unreadable");
        return;
    }
    let output = run(folder.path(), &["extract", "."]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot open"));
    assert_eq!(ids(&output.stdout), ["./open.txt"]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (mut child, mut stdin) = start(saidwho(Path::new("."), &["extract"]));
    let writer = std::thread::spawn(move || while stdin.write_all(articles(100).as_bytes()).is_ok() {});
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(line.starts_with("{\"schema\""));
}

#[test]
fn a_killed_run_leaves_nothing_under_the_name_of_the_output() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, mut stdin) = start(saidwho(folder.path(), &["extract", "-", "-o", "out.jsonl"]));
    stdin.write_all(articles(2000).as_bytes()).unwrap();
    // The run is in its midst: it has read, and waits for more.
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!folder.path().join("out.jsonl").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(20_000));
    let arguments = ["extract", "in.jsonl", "-o", "out.jsonl", "--threads", "1"];
    let child = saidwho(folder.path(), &arguments).stderr(Stdio::piped()).spawn().unwrap();
    // Something is done before it is stopped.
    while !std::fs::metadata(folder.path().join("out.jsonl.state")).is_ok_and(|state| state.len() > 0) {
        std::thread::yield_now();
    }
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.trim(), "saidwho: out.jsonl: stopped; run the same command again to go on");
    assert_eq!(output.status.code(), Some(130));
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stderr).unwrap().contains("saidwho: going on after "));
    assert_eq!(std::fs::read_to_string(folder.path().join("out.jsonl")).unwrap().lines().count(), 20_000);
}

#[test]
fn a_line_longer_than_the_limit_is_set_aside_unread() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{{\"id\":\"long\",\"text\":\"{}\"}}\n", "x".repeat(3 << 20));
    write(folder.path(), "in.jsonl", articles(1) + &long + "{\"id\":\"next\",\"text\":\"Next.\"}\n");
    let output = run(folder.path(), &["extract", "in.jsonl", "--max-doc-mb", "1", "--errors", "e.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(ids(&output.stdout), ["a0", "next"]);
    let dead = &records(&std::fs::read(folder.path().join("e.jsonl")).unwrap())[0];
    assert!(dead["reason"].as_str().unwrap().contains("--max-doc-mb") && dead.get("raw").is_none(), "{dead}");
    assert_eq!(dead["record"], 2);
}

/// Nothing that a run reads may be lost to what it writes.
#[test]
fn inputs_are_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let article = write(folder.path(), "news/a.txt", "All is well, said the mayor.");
    write(folder.path(), "bad.jsonl", "broken\n");
    run(folder.path(), &["extract", "bad.jsonl", "-o", "out.jsonl", "--quiet"]);
    let letters = std::fs::read(folder.path().join("out.jsonl.dead.jsonl")).unwrap();
    for arguments in [
        &["extract", "news/a.txt", "-o", "news/a.txt"][..],
        &["extract", "news/a.txt", "-o", "news/../news/a.txt"],
        &["extract", "news/a.txt", "--errors", "news/a.txt"],
        &["extract", "news/a.txt", "-o", "b.jsonl", "--errors", "b.jsonl"],
        &["retry", "out.jsonl.dead.jsonl", "-o", "out.jsonl"],
        &["retry", "out.jsonl.dead.jsonl", "--errors", "out.jsonl.dead.jsonl"],
    ] {
        let output = run(folder.path(), arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains("would be written over") || stderr.contains("two files"), "{stderr}");
    }
    assert_eq!(std::fs::read(article).unwrap(), b"All is well, said the mayor.");
    assert_eq!(std::fs::read(folder.path().join("out.jsonl.dead.jsonl")).unwrap(), letters);
}

/// An output may stand in the folder that is read; what runs leave there is no input.
#[test]
fn a_folder_may_hold_its_own_output() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "news/a.txt", "First.");
    write(folder.path(), "news/b.jsonl", "broken\n");
    for name in ["out.jsonl.part", "out.jsonl.state.new"] {
        write(folder.path(), &format!("news/{name}"), "of a killed run");
    }
    for _ in 0..2 {
        let output = run(folder.path(), &["extract", "news", "-o", "news/out.jsonl", "--quiet"]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(ids(&std::fs::read(folder.path().join("news/out.jsonl")).unwrap()), ["news/a.txt"]);
    }
}

#[test]
fn an_output_that_cannot_get_its_name_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(1));
    write(folder.path(), "mine/file.txt", "Mine.");
    for (arguments, message) in [
        (&["-o", "mine"][..], "mine is a folder: name a file in it"),
        (&["-o", "new/"], "new/ is a folder: name a file in it"),
        (&["-o", "mine", "--format", "csv"], "a folder of that name with other things in it"),
    ] {
        let output = run(folder.path(), &[&["extract", "in.jsonl"], arguments].concat());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
    }
    let tables = run(folder.path(), &["extract", "in.jsonl", "-o", "new/", "--format", "csv"]);
    assert_eq!(tables.status.code(), Some(0), "{}", String::from_utf8_lossy(&tables.stderr));
    assert!(folder.path().join("new.manifest.json").exists());
}

#[test]
fn what_broken_input_says_cannot_steer_a_terminal() {
    let long = "x".repeat(200);
    let output = pipe(&["extract"], format!("{{\"\\u001b[2Jbody\": \"{long}\"}}\n").as_bytes());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("--text-field \u{FFFD}[2Jbody") && !stderr.contains('\u{1b}'), "{stderr}");
}
