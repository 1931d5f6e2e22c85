//! Training on one's own data, and models that are not to be trusted.

use std::path::Path;

use saidwho::names::train::{Config, School, TrainError};
use saidwho::names::{Names, Scratch, Tagger};

use super::{marked, read};
use crate::cli::run;

/// Articles in which ships are marked as such: our own type.
fn write_data(folder: &Path) {
    let ships = ["Kestrel Wind", "Northern Pearl", "Amber Tide", "Silver Heron", "Grey Otter", "Copper Moon"];
    let people = ["Ann Lee", "Omar Haddad", "Ines Duarte", "Peter Novak"];
    let mut lines = String::new();
    for (n, ship) in ships.iter().cycle().take(48).enumerate() {
        let person = people[n % people.len()];
        let text =
            format!("The frigate {ship} left port on day {n}. Captain {person} said the {ship} was late.");
        let mut entities = Vec::new();
        for (name, kind) in [(*ship, "VESSEL"), (person, "PER")] {
            for (start, _) in text.match_indices(name) {
                entities.push(format!(
                    "{{\"start\":{start},\"end\":{},\"type\":\"{kind}\"}}",
                    start + name.len()
                ));
            }
        }
        lines.push_str(&format!("{{\"text\":\"{text}\",\"entities\":[{}]}}\n", entities.join(",")));
    }
    std::fs::write(folder.join("ships.jsonl"), lines).unwrap();
}

const CONFIG: &str = r#"
seed = 7
passes = 6
rate = 0.2
min_count = 1
prune = 0.01
step = 0.02

[types]
person = ["PER"]
vessel = ["VESSEL"]

[[set]]
file = "ships.jsonl"

[[dev]]
file = "ships.jsonl"
"#;

fn school(folder: &Path) -> School {
    School::new(Config::parse(CONFIG).unwrap(), folder, None, None).unwrap()
}

#[test]
fn own_types_on_own_data_and_the_same_bytes_twice() {
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    let school = school(folder.path());
    let model = school.train(|_, _| ());
    assert_eq!(model.types().collect::<Vec<_>>(), ["person", "vessel"]);
    let bytes = model.write();
    assert_eq!(bytes, school.train(|_, _| ()).write(), "training is not reproducible");
    let (_, total, _) = school.measure(&model).unwrap().remove(0);
    assert!(total.f1() > 99.0, "{total:?}");

    // The same over the command line, and the model at work: vessels are told apart and dropped.
    std::fs::write(folder.path().join("ships.toml"), CONFIG).unwrap();
    let output =
        run(folder.path(), &["train", "names", "--data", ".", "--config", "ships.toml", "-o", "ships.bin"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("ships.jsonl: F1"));
    assert_eq!(std::fs::read(folder.path().join("ships.bin")).unwrap(), bytes);
    let names = Names::new(None, Some(std::sync::Arc::new(Tagger::read(&bytes).unwrap())), None);
    let article = "The frigate Amber Tide left port. Captain Ines Duarte said so.";
    let found = read(&names, article, &mut Scratch::default());
    assert_eq!(
        marked(article, &found),
        "The frigate Amber Tide left port. Captain [person: Ines Duarte] said so."
    );
}

#[test]
fn what_is_wrong_with_data_is_said_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let try_with = |line: &str| {
        std::fs::write(
            folder.path().join("ships.jsonl"),
            format!("{{\"text\":\"x\",\"entities\":[]}}\n{line}\n"),
        )
        .unwrap();
        let error = School::new(Config::parse(CONFIG).unwrap(), folder.path(), None, None).err().expect(line);
        error.to_string()
    };
    for (line, complaint) in [
        ("{\"text\":", "no annotated article"),
        ("{\"text\":\"Ann\",\"entities\":[{\"start\":0,\"end\":9,\"type\":\"PER\"}]}", "not within its text"),
        ("{\"text\":\"Ann\",\"entities\":[{\"start\":0,\"end\":3,\"type\":\"BOAT\"}]}", "\"BOAT\""),
    ] {
        let message = try_with(line);
        assert!(message.contains("ships.jsonl:2: ") && message.contains(complaint), "{message}");
    }
    std::fs::remove_file(folder.path().join("ships.jsonl")).unwrap();
    let missing = School::new(Config::parse(CONFIG).unwrap(), folder.path(), None, None).err();
    assert!(matches!(missing, Some(TrainError::Read { .. })));
    for (config, complaint) in [
        (CONFIG.replace("passes = 6", "passes = 0"), "at least one pass"),
        (CONFIG.replace("[\"PER\"]", "7"), "person = [\"PER\"]"),
        (CONFIG.replace("seed = 7", "sead = 7"), "sead"),
        (CONFIG.split("[[set]]").next().unwrap().to_owned(), "set"),
    ] {
        let message = Config::parse(&config).expect_err(complaint).to_string();
        assert!(message.contains(complaint), "{message}");
    }
}

#[test]
fn damaged_foreign_and_outdated_models_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/models/names.bin")).unwrap();
    std::fs::write(folder.path().join("a.txt"), "Ann Lee left.").unwrap();
    let complaint = |bytes: &[u8]| {
        std::fs::write(folder.path().join("m.bin"), bytes).unwrap();
        let output = run(folder.path(), &["extract", "a.txt", "--names-model", "m.bin"]);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let mut damaged = shipped.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let message = complaint(&damaged);
    assert!(message.contains("m.bin") && message.contains("damaged"), "{message}");
    let mut outdated = shipped.clone();
    outdated[16] ^= 0x40;
    let message = complaint(&outdated);
    assert!(message.contains("version") && message.contains("saidwho train names"), "{message}");
    let foreign = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/models/clusters.bin")).unwrap();
    assert!(complaint(&foreign).contains("a model of \"clusters\""));
    assert!(complaint(b"GIF89a").contains("no saidwho model"));
    assert!(complaint(b"").contains("no saidwho model"));
}
