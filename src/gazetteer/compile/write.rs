//! Laying an index out.

use std::ops::Range;

use rayon::prelude::*;

use super::fold;
use super::layout::*;
use super::vocabulary::{Facts, Interner};
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
    /// Where in [`Builder::meant`] its meanings are, most prominent first.
    meanings: Range<usize>,
    lower_start: bool,
}

/// The table and what goes with it.
struct Layout {
    filter: Vec<u8>,
    buckets: Vec<u8>,
    /// The records by their slots.
    placed: Vec<u32>,
    /// By bucket: where in `placed` its records end.
    ends: Vec<usize>,
}

/// The records of some buckets.
#[derive(Default)]
struct Part {
    names: Vec<u8>,
    /// Meanings with their own records here, and which of a record's meanings they are.
    homes: Vec<(u32, u32, u8)>,
    /// Places to be filled in with where a meaning's own record is.
    elsewhere: Vec<(u32, u32)>,
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
        let (order, renumbered) = self.word_order();
        let this = &self;
        let ((words, starts), (layout, names)) = rayon::join(
            || (this.words(&order, &this.counted(&records)), this.starts(&records)),
            || {
                let mut layout = this.table(&records);
                let names = this.names(&records, &mut layout, &renumbered);
                (layout, names)
            },
        );
        let mut sections: Vec<(Section, Vec<u8>)> = starts;
        sections.extend([
            (Section::Filter, layout.filter),
            (Section::Table, layout.buckets),
            (Section::Names, names),
        ]);
        sections.extend(words);
        sections.push((Section::Strings, string_table(&self.strings)));
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
        forms.par_sort_unstable_by(|a, b| {
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
        let mut meant: Vec<(u32, bool)> = Vec::with_capacity(forms.len());
        let mut spellings = 0;
        for form in forms {
            let here = (form.meaning, form.canonical);
            match records.last_mut() {
                Some(last) if self.same_spelling(&last.form, &form) => {
                    // Two spellings of one name may differ in punctuation only; the canonical one is kept.
                    let meanings = &meant[last.meanings.clone()];
                    if form.canonical && !meanings.iter().any(|&(_, canonical)| canonical) {
                        last.form = form;
                    }
                    match here.1.then(|| self.known(meanings, here.0)).flatten() {
                        Some(first) => self.same[here.0 as usize] = first,
                        None => {
                            meant.push(here);
                            last.meanings.end += 1;
                        }
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
                    records.push(Record { form, meanings: meant.len()..meant.len() + 1, lower_start });
                    meant.push(here);
                }
            }
        }
        self.reorder(&mut records);
        for record in &mut records {
            let first = self.meant.len();
            for &(meaning, canonical) in &meant[record.meanings.clone()] {
                let meaning = self.same[meaning as usize];
                if self.meant[first..].iter().any(|kept| kept.0 == meaning) {
                    continue;
                }
                if self.meant.len() - first == MAX_MEANINGS {
                    let name = self.spelling(&record.form);
                    return Err(format!("\"{name}\" has more than {MAX_MEANINGS} meanings: leave some out"));
                }
                self.meant.push((meaning, canonical));
            }
            record.meanings = first..self.meant.len();
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
        let texts: Vec<&str> = self.words_of(form).iter().map(|&word| self.vocabulary.text(word)).collect();
        texts.join(" ")
    }

    /// The facts of all words, with their token statistics.
    fn counted(&self, records: &[Record]) -> Vec<Facts> {
        let mut facts = self.vocabulary.facts.clone();
        for record in records {
            let words = self.words_of(&record.form);
            let mut kinds = [false; 3];
            for &(meaning, _) in &self.meant[record.meanings.clone()] {
                let kind = self.lists[self.meanings[meaning as usize].list as usize].0.kind;
                if let Some(is) = kinds.get_mut(kind as usize) {
                    *is = true;
                }
            }
            for (index, &word) in words.iter().enumerate() {
                let place = match (words.len(), index) {
                    (1, _) => 0,
                    (_, 0) => 1,
                    (count, at) if at + 1 == count => 2,
                    _ => 3,
                };
                let counts = &mut facts[self.vocabulary.folds[word as usize] as usize].counts[place];
                for (count, is) in counts.iter_mut().zip(kinds) {
                    *count += u32::from(is);
                }
            }
        }
        facts
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
    fn starts(&self, records: &[Record]) -> Vec<(Section, Vec<u8>)> {
        let mut words: Vec<u64> = Vec::with_capacity(records.len());
        let (mut small, mut openers, mut inner) = (Vec::new(), Vec::new(), Vec::new());
        let mut folded = String::new();
        let mut note = |set: &mut Vec<u8>, word: u32| {
            folded.clear();
            fold::fold(self.vocabulary.text(word), &mut folded);
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
        vec![
            (Section::Firsts, firsts.iter().flat_map(|word| word.to_le_bytes()).collect()),
            (Section::Starts, bloom_filter(small.iter().copied(), small.len(), 16)),
            (Section::Openers, openers),
            (Section::Inner, inner),
        ]
    }

    /// Filter and buckets, in which the places of the names are still to be filled in.
    fn table(&self, records: &[Record]) -> Layout {
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
        prefixes.par_sort_unstable();
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
        let mut table = vec![0; buckets * BUCKET];
        let (mut placed, mut ends) = (Vec::with_capacity(names), Vec::with_capacity(buckets + 1));
        // The bucket at hand, and how many slots of it are taken.
        let (mut now, mut taken) = (0, 0);
        for key in &keys {
            let home = bucket(key.hash, buckets).max(now);
            let next = if home == now && taken == SLOTS { now + 1 } else { home };
            if next > now {
                ends.resize(next, placed.len());
                (now, taken) = (next, 0);
                table.resize(table.len().max((now + 1) * BUCKET), 0);
            }
            let slot = now * BUCKET + 4 + taken * 4;
            table[slot..slot + 4].copy_from_slice(&(print(key.hash) | key.flags).to_le_bytes());
            taken += 1;
            if key.flags & NAME != 0 {
                placed.push(key.record);
            }
        }
        // A search ends at a bucket with room: the last one must have some.
        if (now + 1) * BUCKET == table.len() && taken == SLOTS {
            table.resize(table.len() + BUCKET, 0);
        }
        ends.resize(table.len() / BUCKET, placed.len());
        // How many are homes; the rest took what flowed over.
        table.extend_from_slice(&(buckets as u64).to_le_bytes());
        Layout { filter, buckets: table, placed, ends }
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

    /// The records in the order of their slots, whose places are filled in.
    fn names(&self, records: &[Record], layout: &mut Layout, renumbered: &[u32]) -> Vec<u8> {
        /// Buckets of a part; parts are written side by side.
        const PART: usize = 1 << 12;
        let Layout { buckets, placed, ends, .. } = layout;
        let buckets = &mut buckets[..ends.len() * BUCKET];
        let parts: Vec<Part> = (buckets.par_chunks_mut(PART * BUCKET).zip(ends.par_chunks(PART)).enumerate())
            .map(|(number, (buckets, part))| {
                let first = (number * PART).checked_sub(1).map_or(0, |before| ends[before]);
                self.part(records, buckets, (placed, first, part), renumbered)
            })
            .collect();
        let mut out = Vec::with_capacity(parts.iter().map(|part| part.names.len()).sum());
        // Where each meaning's own record is, and which of its meanings it is.
        let mut home = vec![(0u32, 0u8); self.meanings.len()];
        for (part, buckets) in parts.iter().zip(buckets.chunks_mut(PART * BUCKET)) {
            let before = out.len() as u32;
            for bucket in buckets.chunks_exact_mut(BUCKET) {
                let records = u32_at(bucket, 0) + before;
                bucket[..4].copy_from_slice(&records.to_le_bytes());
            }
            for &(meaning, record, ordinal) in &part.homes {
                home[meaning as usize] = (record + before, ordinal);
            }
            out.extend_from_slice(&part.names);
        }
        let mut before = 0;
        for part in &parts {
            for &(at, meaning) in &part.elsewhere {
                let (record, ordinal) = home[self.same[meaning as usize] as usize];
                let at = before + at as usize;
                out[at..at + 4].copy_from_slice(&record.to_le_bytes());
                out[at + 4] = ordinal;
            }
            before += part.names.len();
        }
        out
    }

    /// The records of some buckets, which begin with the one `first` of those `placed`, and by `ends`.
    fn part(
        &self,
        records: &[Record],
        buckets: &mut [u8],
        (placed, mut first, ends): (&[u32], usize, &[usize]),
        renumbered: &[u32],
    ) -> Part {
        let mut part = Part::default();
        let out = &mut part.names;
        let mut body = Vec::new();
        let mut links = Vec::new();
        for (bucket, &end) in buckets.chunks_exact_mut(BUCKET).zip(ends) {
            bucket[..4].copy_from_slice(&(out.len() as u32).to_le_bytes());
            for &number in &placed[std::mem::replace(&mut first, end)..end] {
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
                let meanings = &self.meant[record.meanings.clone()];
                for (ordinal, &(meaning, canonical)) in meanings.iter().enumerate() {
                    if canonical {
                        part.homes.push((meaning, out.len() as u32, ordinal as u8));
                        let Meaning { start, end, list, .. } = self.meanings[meaning as usize];
                        body.push(list);
                        body.extend_from_slice(&self.fields[start as usize..end as usize]);
                    } else {
                        body.push(ELSEWHERE);
                        links.push((body.len(), meaning));
                        body.extend_from_slice(&[0; 5]);
                    }
                }
                put_varint(body.len() as u64, out);
                part.elsewhere
                    .extend(links.drain(..).map(|(at, meaning)| ((out.len() + at) as u32, meaning)));
                out.extend_from_slice(&body);
            }
        }
        part
    }

    /// Texts, lexicon and facts of the words.
    fn words(&self, order: &[u32], known: &[Facts]) -> Vec<(Section, Vec<u8>)> {
        let vocabulary = &self.vocabulary;
        let (mut text, mut bases, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
        let (mut facts, mut kinds) = (Vec::new(), Vec::new());
        let mut numbers = std::collections::BTreeMap::new();
        let size = (known.len() * 5 / 4 + 2).next_multiple_of(2);
        let mut lexicon = vec![0u32; size];
        let mut seen = vec![false; known.len()];
        for (new, &old) in order.iter().enumerate() {
            if new % STRIDE == 0 {
                bases.extend_from_slice(&(text.len() as u32).to_le_bytes());
            }
            let word = vocabulary.text(old);
            lengths.push(word.len() as u8);
            text.extend_from_slice(word.as_bytes());
            let fold = vocabulary.folds[old as usize] as usize;
            let row = kind(&known[fold]);
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
        vec![
            (Section::Words, text),
            (Section::Bases, bases),
            (Section::Lengths, lengths),
            (Section::Lexicon, lexicon),
            (Section::Facts, facts),
            (Section::Kinds, kinds),
        ]
    }

    fn separator_table(&self) -> Vec<u8> {
        let mut out = vec![self.joins];
        for (text, &class) in self.separators.texts().zip(&self.separator_classes) {
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
fn string_table(strings: &Interner) -> Vec<u8> {
    let mut out = (strings.len() as u32).to_le_bytes().to_vec();
    let mut end = 0u32;
    for text in strings.texts() {
        end += text.len() as u32;
        out.extend_from_slice(&end.to_le_bytes());
    }
    for text in strings.texts() {
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
