//! Laying an index out.

use super::fold;
use super::layout::*;
use super::vocabulary::Facts;
use super::{Builder, Form, Meaning};

/// One slot of the table before it has a place.
struct Key {
    hash: u64,
    flags: u32,
    /// Number of the record, for names.
    record: u32,
}

/// A spelling with everything it means.
struct Record {
    form: Form,
    /// Meanings, most prominent first; true where this is the canonical spelling.
    meanings: Vec<(u32, bool)>,
    lower_start: bool,
}

impl Builder {
    /// The index of everything taken in.
    ///
    /// The same rows in the same order give the same bytes.
    ///
    /// # Errors
    /// When a spelling has more meanings or variants than an index holds, with the spelling.
    pub fn finish(mut self) -> Result<Vec<u8>, String> {
        let records = self.records()?;
        self.count(&records);
        let (order, renumbered) = self.word_order();
        let mut sections: Vec<(Section, Vec<u8>)> = Vec::new();
        self.starts(&records, &mut sections);
        let (filter, table, placed) = self.table(&records);
        let (names, table) = self.names(&records, &placed, table, &renumbered);
        sections.extend([(Section::Filter, filter), (Section::Table, table), (Section::Names, names)]);
        self.words(&order, &mut sections);
        sections.push((Section::Strings, string_table(self.strings.texts())));
        sections.push((Section::Separators, self.separator_table()));
        sections.push((Section::Lists, self.list_table()));
        let mut sets = Vec::new();
        for (name, table) in &self.sets {
            put_text(name, &mut sets);
            put_text(table, &mut sets);
        }
        sections.push((Section::Sets, sets));
        let mut left_out = Vec::new();
        for problem in &self.left_out {
            put_text(&problem.file, &mut left_out);
            put_varint(problem.line as u64, &mut left_out);
            put_text(&problem.message, &mut left_out);
        }
        sections.push((Section::LeftOut, left_out));
        Ok(assemble(sections))
    }

    /// Forms of one spelling and policy become one record; in order of hash.
    fn records(&mut self) -> Result<Vec<Record>, String> {
        let mut forms = std::mem::take(&mut self.forms);
        forms.sort_unstable_by(|a, b| {
            let rank = |form: &Form| {
                let meaning = &self.meanings[form.meaning as usize];
                (std::cmp::Reverse(meaning.prominence), !form.canonical, form.meaning)
            };
            (a.hash, a.policy)
                .cmp(&(b.hash, b.policy))
                .then_with(|| self.words_of(a).cmp(self.words_of(b)))
                .then_with(|| rank(a).cmp(&rank(b)))
        });
        self.same = (0..self.meanings.len() as u32).collect();
        let mut records: Vec<Record> = Vec::with_capacity(forms.len());
        let mut spellings = 0;
        for form in forms {
            let here = (form.meaning, form.canonical);
            match records.last_mut() {
                Some(last) if self.same_spelling(&last.form, &form) => {
                    // Two spellings of one name may differ in punctuation only; the canonical one is kept.
                    if form.canonical && !last.meanings.iter().any(|&(_, canonical)| canonical) {
                        last.form = form;
                    }
                    match here.1.then(|| self.known(&last.meanings, here.0)).flatten() {
                        Some(first) => self.same[here.0 as usize] = first,
                        None => last.meanings.push(here),
                    }
                }
                last => {
                    spellings =
                        if last.is_some_and(|l| l.form.hash == form.hash) { spellings + 1 } else { 0 };
                    if spellings > MAX_SPELLINGS {
                        let name = self.spelling(&form);
                        return Err(format!(
                            "\"{name}\" has more than {MAX_SPELLINGS} spellings that differ in case or accents only: leave some out"
                        ));
                    }
                    let lower_start = self.starts_lower(&form);
                    records.push(Record { form, meanings: vec![here], lower_start });
                }
            }
        }
        self.reorder(&mut records);
        for record in &mut records {
            if let [(meaning, _)] = &mut record.meanings[..] {
                *meaning = self.same[*meaning as usize];
                continue;
            }
            let mut kept: Vec<(u32, bool)> = Vec::with_capacity(record.meanings.len().min(MAX_MEANINGS));
            for &(meaning, canonical) in &record.meanings {
                let meaning = self.same[meaning as usize];
                if kept.iter().any(|k| k.0 == meaning) {
                    continue;
                }
                if kept.len() == MAX_MEANINGS {
                    let name = self.spelling(&record.form);
                    return Err(format!("\"{name}\" has more than {MAX_MEANINGS} meanings: leave some out"));
                }
                kept.push((meaning, canonical));
            }
            record.meanings = kept;
        }
        Ok(records)
    }

    /// Puts the words of the records' forms in the records' order, in which they are read from now on.
    fn reorder(&mut self, records: &mut [Record]) {
        let mut pool = Vec::with_capacity(self.pool.len());
        let mut gaps = Vec::with_capacity(self.gaps.len());
        for Record { form, .. } in records {
            let places = form.words as usize..=form.words as usize + form.count as usize;
            form.words = pool.len() as u32;
            pool.extend_from_slice(&self.pool[places.clone()]);
            gaps.extend_from_slice(&self.gaps[places]);
        }
        (self.pool, self.gaps) = (pool, gaps);
    }

    /// The canonical one of `meanings` that says the same as `meaning`: same list, same fields.
    fn known(&self, meanings: &[(u32, bool)], meaning: u32) -> Option<u32> {
        let key = |number: u32| {
            let meaning = &self.meanings[number as usize];
            (meaning.list, &self.fields[meaning.start as usize..meaning.end as usize])
        };
        // Bounded, or a million rows of one name would take a million squared.
        let canonical = meanings.iter().filter(|(_, canonical)| *canonical).take(MAX_MEANINGS);
        canonical.map(|&(other, _)| other).find(|&other| key(other) == key(meaning))
    }

    /// Whether a match may begin in lower case.
    fn starts_lower(&self, form: &Form) -> bool {
        let words = self.words_of(form);
        if form.policy == Policy::Any || self.vocabulary.lower[words[0] as usize] {
            return true;
        }
        let the = fold::hash_ascii(b"the");
        words.len() > 1 && form.policy != Policy::Exact && self.vocabulary.hashes[words[0] as usize] == the
    }

    fn spelling(&self, form: &Form) -> String {
        let texts: Vec<&str> =
            self.words_of(form).iter().map(|&w| &*self.vocabulary.texts()[w as usize]).collect();
        texts.join(" ")
    }

    /// Token statistics.
    fn count(&mut self, records: &[Record]) {
        for record in records {
            let words = &self.pool[record.form.words as usize..][..record.form.count as usize];
            for kind in 0..3 {
                let of_kind = |&(meaning, _): &(u32, bool)| {
                    self.lists[self.meanings[meaning as usize].list as usize].0.kind == kind
                };
                if !record.meanings.iter().any(of_kind) {
                    continue;
                }
                for (index, &word) in words.iter().enumerate() {
                    let place = match (words.len(), index) {
                        (1, _) => 0,
                        (_, 0) => 1,
                        (count, at) if at + 1 == count => 2,
                        _ => 3,
                    };
                    let fold = self.vocabulary.folds[word as usize];
                    self.vocabulary.facts[fold as usize].counts[place][kind as usize] += 1;
                }
            }
        }
    }

    /// Words by falling frequency, and the new number of each old one.
    fn word_order(&self) -> (Vec<u32>, Vec<u32>) {
        let mut order: Vec<u32> = (0..self.vocabulary.uses.len() as u32).collect();
        order.sort_by_key(|&word| (std::cmp::Reverse(self.vocabulary.uses[word as usize]), word));
        let mut renumbered = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            renumbered[old as usize] = new as u32;
        }
        (order, renumbered)
    }

    /// The filters of first words.
    fn starts(&self, records: &[Record], sections: &mut Vec<(Section, Vec<u8>)>) {
        let mut words: Vec<u64> = Vec::with_capacity(records.len());
        let (mut small, mut openers, mut inner) = (Vec::new(), Vec::new(), Vec::new());
        let mut folded = String::new();
        let mut note = |set: &mut Vec<u8>, word: u32| {
            folded.clear();
            fold::fold(&self.vocabulary.texts()[word as usize], &mut folded);
            set.resize(SMALL_WORDS, 0u8);
            let (byte, bit) = small_word(folded.as_bytes());
            set[byte] |= bit;
        };
        let first_of = |record: &Record| self.words_of(&record.form)[0] as usize;
        for record in records {
            let first = first_of(record);
            let hash = self.vocabulary.hashes[first];
            words.push(hash);
            if record.lower_start {
                small.push(hash);
                note(&mut openers, first as u32);
            }
            for &word in &self.words_of(&record.form)[1..] {
                if self.vocabulary.lower[word as usize] || record.form.policy == Policy::Any {
                    note(&mut inner, word);
                }
            }
        }
        for hashes in [&mut words, &mut small] {
            hashes.sort_unstable();
            hashes.dedup();
        }
        let mut firsts = vec![0u64; (words.len() * 12).div_ceil(64)];
        for record in records {
            let (word, any, longer, single) = first(self.vocabulary.hashes[first_of(record)], firsts.len());
            firsts[word] |= any | if record.form.count > 1 { longer } else { single };
        }
        sections.push((Section::Firsts, firsts.iter().flat_map(|word| word.to_le_bytes()).collect()));
        sections.push((Section::Starts, bloom_filter(small.iter().copied(), small.len(), 16)));
        sections.extend([(Section::Openers, openers), (Section::Inner, inner)]);
    }

    /// Filter and buckets; the names of the buckets in the order of their slots.
    fn table(&self, records: &[Record]) -> (Vec<u8>, Vec<u8>, Vec<Vec<u32>>) {
        let hashes = &self.vocabulary.hashes;
        let mut keys = Vec::with_capacity(records.len() * 2);
        let mut prefixes = Vec::new();
        for (number, record) in records.iter().enumerate() {
            keys.push(Key { hash: record.form.hash, flags: NAME, record: number as u32 });
            let words = self.words_of(&record.form);
            let mut hash = hashes[words[0] as usize];
            for index in 1..words.len() {
                // That longer names begin with a word, their own filter says.
                if index > 1 {
                    prefixes.push(hash);
                }
                hash = fold::extend(hash, self.class(&record.form, index), hashes[words[index] as usize]);
            }
            debug_assert_eq!(hash, record.form.hash);
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        // Both are sorted: a prefix that is a name too takes the name's slot.
        let mut at = 0;
        let names = keys.len();
        for hash in prefixes {
            while at < names && keys[at].hash < hash {
                at += 1;
            }
            if at < names && keys[at].hash == hash {
                keys[at].flags |= PREFIX;
            } else {
                keys.push(Key { hash, flags: PREFIX, record: 0 });
            }
        }
        keys.sort_by_key(|key| key.hash);

        let longer = |key: &&Key| {
            key.flags & NAME == 0 || records[key.record as usize].form.count > 1 || key.flags & PREFIX != 0
        };
        let longer = keys.iter().filter(longer);
        let filter = bloom_filter(longer.clone().map(|key| key.hash), longer.count(), 10);
        // Home buckets rise with the hash, so filling in order needs no search.
        let buckets = keys.len() * 100 / (SLOTS * 82) + 1;
        let mut slots: Vec<Vec<u32>> = vec![Vec::new(); buckets];
        let mut placed: Vec<Vec<u32>> = vec![Vec::new(); buckets];
        let mut now = 0;
        for key in &keys {
            now = now.max(bucket(key.hash, buckets));
            if slots.get(now).is_some_and(|s| s.len() == SLOTS) {
                now += 1;
            }
            if now == slots.len() {
                slots.push(Vec::new());
                placed.push(Vec::new());
            }
            slots[now].push(print(key.hash) | key.flags);
            if key.flags & NAME != 0 {
                placed[now].push(key.record);
            }
        }
        // A search ends at a bucket with room: the last one must have some.
        if slots.last().is_some_and(|s| s.len() == SLOTS) {
            slots.push(Vec::new());
            placed.push(Vec::new());
        }
        let mut table = Vec::with_capacity(slots.len() * BUCKET + 8);
        for bucket in &slots {
            table.extend_from_slice(&[0; 4]);
            for index in 0..SLOTS {
                table.extend_from_slice(&bucket.get(index).copied().unwrap_or(0).to_le_bytes());
            }
        }
        // How many are homes; the rest took what flowed over.
        table.extend_from_slice(&(buckets as u64).to_le_bytes());
        (filter, table, placed)
    }

    /// The separator before word `index` of a form.
    fn class(&self, form: &Form, index: usize) -> fold::Separator {
        match form.separated {
            false => fold::Separator::Space,
            true => {
                let number = self.gaps[form.words as usize + index];
                fold::Separator::from_number(self.separator_classes[number as usize])
            }
        }
    }

    /// The records in the order of their slots, and the table with their offsets.
    fn names(
        &self,
        records: &[Record],
        placed: &[Vec<u32>],
        mut table: Vec<u8>,
        renumbered: &[u32],
    ) -> (Vec<u8>, Vec<u8>) {
        let mut out = Vec::with_capacity(records.len() * 12);
        let mut body = Vec::new();
        // Where each meaning's own record is, and which of its meanings it is.
        let mut home = vec![(0u32, 0u8); self.meanings.len()];
        let mut elsewhere: Vec<(usize, u32)> = Vec::new();
        for (bucket, names) in placed.iter().enumerate() {
            table[bucket * BUCKET..bucket * BUCKET + 4].copy_from_slice(&(out.len() as u32).to_le_bytes());
            for &number in names {
                let record = &records[number as usize];
                body.clear();
                let form = &record.form;
                let flags = form.policy as u8 | if form.separated { SEPARATED } else { 0 };
                body.push(flags | form.count << 3);
                for &word in self.words_of(form) {
                    put_varint(renumbered[word as usize].into(), &mut body);
                }
                if form.separated {
                    body.extend_from_slice(&self.gaps[form.words as usize..][..=form.count as usize]);
                }
                body.push(record.meanings.len() as u8);
                let mut links = Vec::new();
                for (ordinal, &(meaning, canonical)) in record.meanings.iter().enumerate() {
                    if canonical {
                        home[meaning as usize] = (out.len() as u32, ordinal as u8);
                        let Meaning { start, end, list, .. } = self.meanings[meaning as usize];
                        body.push(list);
                        body.extend_from_slice(&self.fields[start as usize..end as usize]);
                    } else {
                        body.push(ELSEWHERE);
                        links.push((body.len(), meaning));
                        body.extend_from_slice(&[0; 5]);
                    }
                }
                put_varint(body.len() as u64, &mut out);
                elsewhere.extend(links.into_iter().map(|(at, meaning)| (out.len() + at, meaning)));
                out.extend_from_slice(&body);
            }
        }
        for (at, meaning) in elsewhere {
            let (record, ordinal) = home[self.same[meaning as usize] as usize];
            out[at..at + 4].copy_from_slice(&record.to_le_bytes());
            out[at + 4] = ordinal;
        }
        (out, table)
    }

    /// Texts, lexicon and facts of the words.
    fn words(&self, order: &[u32], sections: &mut Vec<(Section, Vec<u8>)>) {
        let vocabulary = &self.vocabulary;
        let (mut text, mut bases, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
        let (mut facts, mut kinds) = (Vec::new(), Vec::new());
        let mut numbers = std::collections::BTreeMap::new();
        let size = (vocabulary.facts.len() * 5 / 4 + 2).next_multiple_of(2);
        let mut lexicon = vec![0u32; size];
        let mut seen = vec![false; vocabulary.facts.len()];
        for (new, &old) in order.iter().enumerate() {
            if new % STRIDE == 0 {
                bases.extend_from_slice(&(text.len() as u32).to_le_bytes());
            }
            let word = &vocabulary.texts()[old as usize];
            lengths.push(word.len() as u8);
            text.extend_from_slice(word.as_bytes());
            let fold = vocabulary.folds[old as usize] as usize;
            let row = kind(&vocabulary.facts[fold]);
            let next = numbers.len() as u16;
            // Past 65,535 distinct rows, which real lists stay far below, the rest counts as the first.
            let number = match numbers.get(&row) {
                Some(&number) => number,
                None if numbers.len() < 65_535 => {
                    numbers.insert(row, next);
                    kinds.extend_from_slice(&row);
                    next
                }
                None => 0,
            };
            facts.extend_from_slice(&number.to_le_bytes());
            if !std::mem::replace(&mut seen[fold], true) {
                let mut slot = bucket(vocabulary.hashes[old as usize], size);
                while lexicon[slot] != 0 {
                    slot = if slot + 1 == size { 0 } else { slot + 1 };
                }
                lexicon[slot] = new as u32 + 1;
            }
        }
        let lexicon = lexicon.iter().flat_map(|number| number.to_le_bytes()).collect();
        sections.extend([
            (Section::Words, text),
            (Section::Bases, bases),
            (Section::Lengths, lengths),
            (Section::Lexicon, lexicon),
            (Section::Facts, facts),
            (Section::Kinds, kinds),
        ]);
    }

    fn separator_table(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (text, &class) in self.separators.texts().iter().zip(&self.separator_classes) {
            out.extend_from_slice(&[class, text.len() as u8]);
            out.extend_from_slice(text.as_bytes());
        }
        out
    }

    fn list_table(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (list, _) in &self.lists {
            out.extend_from_slice(&[list.kind, u8::from(list.user) | u8::from(list.overrides) << 1]);
            put_text(&list.name, &mut out);
        }
        out
    }
}

/// Writes a text with its length in front.
fn put_text(text: &str, into: &mut Vec<u8>) {
    put_varint(text.len() as u64, into);
    into.extend_from_slice(text.as_bytes());
}

/// Facts as eight bytes: given and surname frequency, share of women, twelve logarithms.
fn kind(facts: &Facts) -> [u8; 8] {
    let log = |count: u32| (32 - count.leading_zeros()).min(15) as u8;
    let mut row = [0; 8];
    row[0] = facts.given | facts.surname << 4;
    row[1] = facts.p_female;
    for (index, &count) in facts.counts.iter().flatten().enumerate() {
        row[2 + index / 2] |= log(count) << (index % 2 * 4);
    }
    row
}

/// A Bloom filter with about `bits` bits for each of `count` hashes; no hashes, no bytes.
fn bloom_filter(hashes: impl Iterator<Item = u64>, count: usize, bits: usize) -> Vec<u8> {
    let size = (count * bits).div_ceil(64);
    let mut filter = vec![0u64; size];
    for hash in hashes {
        let (word, mask) = bloom(hash, size);
        filter[word] |= mask;
    }
    filter.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Strings by number: how many, where each ends, then their text.
fn string_table(texts: &[Box<str>]) -> Vec<u8> {
    let mut out = (texts.len() as u32).to_le_bytes().to_vec();
    let mut end = 0u32;
    for text in texts {
        end += text.len() as u32;
        out.extend_from_slice(&end.to_le_bytes());
    }
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
    out
}

/// Header and sections.
fn assemble(sections: Vec<(Section, Vec<u8>)>) -> Vec<u8> {
    let total: usize = sections.iter().map(|(_, bytes)| bytes.len() + ALIGN).sum();
    let mut out = Vec::with_capacity(HEADER + total);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&(SECTIONS as u32).to_le_bytes());
    out.resize(HEADER, 0);
    for (section, bytes) in sections {
        out.resize(out.len().next_multiple_of(ALIGN), 0);
        let entry = 24 + section as usize * 16;
        let (offset, length) = (out.len() as u64, bytes.len() as u64);
        out[entry..entry + 8].copy_from_slice(&offset.to_le_bytes());
        out[entry + 8..entry + 16].copy_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&bytes);
    }
    let sum = checksum(&out[24..]);
    out[16..24].copy_from_slice(&sum.to_le_bytes());
    out
}
