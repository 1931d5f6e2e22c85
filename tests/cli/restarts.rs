//! Runs that are killed go on where they stopped, and nobody can tell from the result.

use std::fs;
use std::time::Duration;

use super::*;

/// Numbers that look random and are the same every time (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}

/// So many articles made of paragraphs of our own ones, some broken lines between them so that dead
/// letters are continued, and some copies, so that clusters are.
fn made_articles(count: usize) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/articles");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| {
        path.to_string_lossy().ends_with(".txt") && !path.to_string_lossy().ends_with(".found.txt")
    });
    files.sort();
    let texts: Vec<String> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let paragraphs: Vec<&str> =
        texts.iter().flat_map(|text| text.split("\n\n")).filter(|text| text.len() > 80).collect();
    assert!(paragraphs.len() > 100, "too few paragraphs to make articles of");
    let mut random = Random(7);
    let mut lines: Vec<String> = Vec::new();
    for n in 0..count {
        let line = match random.below(50) {
            0 => format!("{{\"id\":\"a{n}\", broken"),
            1..5 if n > 10 => {
                // Of a broken line nothing is left: an article without text.
                let line = &lines[random.below(n as u64) as usize];
                let copy: Value = serde_json::from_str(line).unwrap_or_default();
                serde_json::json!({"id": format!("a{n}"), "text": copy["text"]}).to_string()
            }
            _ => {
                let mut pick = || paragraphs[random.below(paragraphs.len() as u64) as usize];
                let text = [pick(), pick(), pick()].join("\n\n");
                serde_json::json!({"id": format!("a{n}"), "text": text}).to_string()
            }
        };
        lines.push(line);
    }
    lines.join("\n")
}

/// Kills runs to `output` at twenty random moments; each time it must go on as if nothing had been.
fn same_after_kills(output: &str, more: &[&str], same: impl Fn(&Path, &Path)) {
    const KILLS: usize = 20;
    let folder = tempfile::tempdir().unwrap();
    let input = made_articles(2000);
    for side in ["whole", "killed"] {
        write(folder.path(), &format!("{side}/in.jsonl"), &input);
    }
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let arguments = [&["extract", "in.jsonl", "-o", output, "--threads", "2", "--quiet"], more].concat();
    let started = std::time::Instant::now();
    let unbroken = run(&whole, &arguments);
    let time = started.elapsed().as_micros() as u64;
    assert_eq!(unbroken.status.code(), Some(1), "{}", String::from_utf8_lossy(&unbroken.stderr));
    let dead = format!("{output}.dead.jsonl");
    let finished = || {
        same(&whole.join(output), &killed.join(output));
        assert_eq!(fs::read(whole.join(&dead)).unwrap(), fs::read(killed.join(&dead)).unwrap());
        for trace in [".part", ".state", ".state.new", ".firsts"] {
            assert!(!killed.join(format!("{output}{trace}")).exists(), "{trace} is left behind");
        }
        assert!(killed.join(format!("{output}.manifest.json")).exists());
    };
    let mut random = Random(2000);
    let (mut kills, mut done) = (Vec::new(), 0);
    while kills.len() < KILLS {
        let mut child = saidwho(&killed, &arguments).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(random.below(time)));
        let _ = child.kill();
        match child.wait().unwrap().code() {
            None => kills.push(records_done(&killed.join(format!("{output}.state")))),
            Some(code) => {
                // It was through before the moment came: looked at, and begun anew.
                assert_eq!(code, 1);
                finished();
                done += 1;
                assert!(done < 200, "the runs end before they can be killed");
                fs::remove_dir_all(&killed).unwrap();
                write(folder.path(), "killed/in.jsonl", &input);
            }
        }
    }
    println!("{output}: killed after {kills:?} records; {done} runs ended before");
    assert!(kills.iter().any(|records| (1..2000).contains(records)), "never killed in the midst");
    let last = run(&killed, &arguments);
    assert_eq!(last.status.code(), Some(1), "{}", String::from_utf8_lossy(&last.stderr));
    finished();
}

/// How far a state says that its run is.
fn records_done(state: &Path) -> u64 {
    let Ok(state) = fs::read(state) else { return 0 };
    serde_json::from_slice::<Value>(&state).unwrap()["position"]["total"].as_u64().unwrap()
}

fn same_bytes(whole: &Path, killed: &Path) {
    assert!(fs::read(whole).unwrap() == fs::read(killed).unwrap());
}

#[test]
fn killed_twenty_times_the_result_is_that_of_an_unbroken_run() {
    same_after_kills("out.jsonl", &["--dedup", "mark"], same_bytes);
}

#[test]
fn killed_twenty_times_compressed_lines_are_those_of_an_unbroken_run() {
    same_after_kills("out.jsonl.zst", &[], same_bytes);
}

#[cfg(feature = "parquet")]
#[test]
fn killed_twenty_times_parquet_is_that_of_an_unbroken_run() {
    same_after_kills("out.parquet", &["--dedup", "mark"], same_bytes);
}

#[cfg(feature = "sqlite")]
#[test]
fn killed_twenty_times_sqlite_is_that_of_an_unbroken_run() {
    same_after_kills("out.sqlite", &[], same_bytes);
}

/// At the very end a run has several steps; a kill between any two of them costs nothing.
#[test]
fn a_run_killed_while_it_gave_the_result_its_name_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(3));
    let arguments = ["extract", "in.jsonl", "-o", "out.jsonl"];
    let state = |complete: bool, bytes: usize| {
        // What a state of this very command looks like is asked of one that cannot end.
        let (mut child, _stdin) = start(saidwho(folder.path(), &["extract", "-", "-o", "probe.jsonl"]));
        let probe = folder.path().join("probe.jsonl.state");
        while !probe.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let mut state: Value = serde_json::from_slice(&fs::read(&probe).unwrap()).unwrap();
        let manifest = fs::read(folder.path().join("out.jsonl.manifest.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        state["run"] = manifest["run"].clone();
        state["complete"] = complete.into();
        state["log_bytes"] = bytes.into();
        state["position"] = serde_json::json!({"source": 0, "records": 3, "total": 3});
        state["tally"]["counts"] = manifest["counts"].clone();
        fs::remove_file(probe).unwrap();
        state.to_string()
    };
    run(folder.path(), &arguments);
    let result = fs::read(folder.path().join("out.jsonl")).unwrap();
    let left = state(true, result.len());
    // Between rename and manifest.
    write(folder.path(), "out.jsonl.state", &left);
    fs::remove_file(folder.path().join("out.jsonl.manifest.json")).unwrap();
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read(folder.path().join("out.jsonl")).unwrap() == result);
    assert!(folder.path().join("out.jsonl.manifest.json").exists());
    // Between state and rename.
    fs::rename(folder.path().join("out.jsonl"), folder.path().join("out.jsonl.part")).unwrap();
    write(folder.path(), "out.jsonl.state", &left);
    assert_eq!(run(folder.path(), &arguments).status.code(), Some(0));
    assert!(fs::read(folder.path().join("out.jsonl")).unwrap() == result);
    for trace in [".part", ".state"] {
        assert!(!folder.path().join(format!("out.jsonl{trace}")).exists(), "{trace}");
    }
}

#[test]
fn copies_are_marked_and_the_marks_do_not_depend_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", made_articles(600));
    let marked = |threads| {
        run(folder.path(), &["extract", "in.jsonl", "--dedup", "mark", "--threads", threads]).stdout
    };
    let one = marked("1");
    assert!(one == marked("2") && one == marked("5"));
    let found = records(&one);
    let mut firsts = std::collections::HashMap::new();
    let mut copies = 0;
    for record in &found {
        let cluster = &record["cluster"];
        match cluster["is"].as_str().unwrap() {
            "first" => {
                assert_eq!(cluster["first"], record["id"]);
                firsts.insert(cluster["id"].clone(), record["id"].clone());
            }
            _ => {
                assert_eq!(firsts[&cluster["id"]], cluster["first"]);
                copies += 1;
            }
        }
    }
    // One article in twelve or so is made as a copy; three paragraphs in common by chance are rare.
    assert!((20..90).contains(&copies), "{copies} copies");
    let quotes = records(&run(folder.path(), &["extract", "in.jsonl", "-o", "r.jsonl"]).stdout);
    assert!(quotes.is_empty());
    let plain = fs::read(folder.path().join("r.jsonl")).unwrap();
    assert!(records(&plain).iter().all(|record| record.get("cluster").is_none()));
}

#[test]
fn another_run_does_not_go_on_with_an_unfinished_one() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(3));
    let state = r#"{"run":{"inputs":["other.jsonl"]},"position":{"source":0,"records":1,"total":1},"complete":false,
        "log_bytes":0,"letters_bytes":0,"tally":{"counts":{"documents":1,"words":0,"bytes":0,"names":0,"quotes":0,
        "passed_over":0,"failures":0}}}"#;
    write(folder.path(), "out.jsonl.state", state);
    let refused = run(folder.path(), &["extract", "in.jsonl", "-o", "out.jsonl"]);
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr.contains("unfinished run with other inputs") && stderr.contains("--restart"), "{stderr}");
    let anew = run(folder.path(), &["extract", "in.jsonl", "-o", "out.jsonl", "--restart"]);
    assert_eq!(anew.status.code(), Some(0));
    assert_eq!(ids(&fs::read(folder.path().join("out.jsonl")).unwrap()), ["a0", "a1", "a2"]);
}

/// What a run says to a full disk, and what it makes of it when there is room again; `None` where no disk can be mounted.
fn on_a_full_disk(output: &str, size: &str) -> Option<(Output, Output, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(3000));
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |arguments: &[&str]| {
        Command::new("mount").args(arguments).arg(&disk).output().is_ok_and(|o| o.status.success())
    };
    if !mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]) {
        println!("skipped: no disk can be mounted here, so none can be filled");
        return None;
    }
    let path = format!("disk/{output}");
    let arguments = ["extract", "in.jsonl", "-o", &path, "--quiet"];
    let full = run(folder.path(), &arguments);
    assert!(!disk.join(output).exists(), "half a result under the name of a whole one");
    assert!(mount(&["-o", "remount,size=100m"]));
    let resumed = run(folder.path(), &arguments);
    let result = fs::read(disk.join(output));
    let _ = Command::new("umount").arg(&disk).output();
    Some((full, resumed, result.unwrap()))
}

#[test]
fn a_full_disk_is_told_and_the_run_goes_on_when_there_is_room() {
    // Full while articles are read, and full while a database is made of the log.
    for (output, size, words) in
        [("out.jsonl", "900k", "No space left"), ("out.sqlite", "900k", "disk is full")]
    {
        if output.ends_with("sqlite") && !cfg!(feature = "sqlite") {
            continue;
        }
        let Some((full, resumed, result)) = on_a_full_disk(output, size) else { return };
        let stderr = String::from_utf8(full.stderr).unwrap();
        assert_eq!(full.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(words) && stderr.contains("run the same command again"), "{stderr}");
        assert_eq!(resumed.status.code(), Some(0), "{}", String::from_utf8_lossy(&resumed.stderr));
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "in.jsonl", articles(3000));
        run(folder.path(), &["extract", "in.jsonl", "-o", output, "--quiet"]);
        assert!(result == fs::read(folder.path().join(output)).unwrap(), "{output}");
    }
}

#[test]
fn dead_letters_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(2 << 20);
    let lines = format!(
        "{{\"id\":\"a\",\"text\":\"A.\"}}\n{{\"id\":\"b\",\"body\":\"B.\"}}\n{{\"id\":\"c\",\"text\":\"{long}\"}}\n"
    );
    write(folder.path(), "in.jsonl", lines);
    let first = run(folder.path(), &["extract", "in.jsonl", "-o", "out.jsonl", "--max-doc-mb", "1"]);
    assert_eq!(first.status.code(), Some(1));
    let again =
        run(folder.path(), &["retry", "out.jsonl.dead.jsonl", "-o", "more.jsonl", "--text-field", "body"]);
    assert_eq!(ids(&fs::read(folder.path().join("more.jsonl")).unwrap()), ["b"]);
    assert_eq!(again.status.code(), Some(1), "the long one has no body");
    let rest = run(folder.path(), &["retry", "more.jsonl.dead.jsonl", "-o", "rest.jsonl"]);
    assert_eq!(rest.status.code(), Some(0), "{}", String::from_utf8_lossy(&rest.stderr));
    assert_eq!(ids(&fs::read(folder.path().join("rest.jsonl")).unwrap()), ["c"]);
    let merged =
        run(folder.path(), &["merge", "out.jsonl", "more.jsonl", "rest.jsonl", "-o", "all.jsonl.gz"]);
    assert_eq!(merged.status.code(), Some(0), "{}", String::from_utf8_lossy(&merged.stderr));
    let all = fs::read(folder.path().join("all.jsonl.gz")).unwrap();
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&all[..]), &mut text).unwrap();
    assert_eq!(ids(&text), ["a", "b", "c"]);
}

#[test]
fn shards_share_the_input() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(10));
    let shard = |shard| ids(&run(folder.path(), &["extract", "in.jsonl", "--shard", shard]).stdout);
    assert_eq!(shard("1/3"), ["a0", "a3", "a6", "a9"]);
    assert_eq!(shard("3/3"), ["a2", "a5", "a8"]);
    assert_eq!(ids(&run(folder.path(), &["extract", "in.jsonl", "--limit", "2"]).stdout), ["a0", "a1"]);
    let sample = || ids(&run(folder.path(), &["extract", "in.jsonl", "--sample", "0.5"]).stdout);
    assert!((1..10).contains(&sample().len()) && sample() == sample());
}

#[test]
fn a_manifest_says_what_made_the_output() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(3));
    run(folder.path(), &["extract", "in.jsonl", "-o", "out.jsonl"]);
    let manifest: Value =
        serde_json::from_slice(&fs::read(folder.path().join("out.jsonl.manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["schema"], "saidwho/1");
    assert_eq!(manifest["counts"]["documents"], 3);
    assert_eq!(manifest["run"]["saidwho"], env!("CARGO_PKG_VERSION"));
    assert!(manifest["run"]["models"].as_object().is_some_and(|models| !models.is_empty()));
}
