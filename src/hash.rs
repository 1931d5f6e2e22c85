//! Hashes of words that are the same on every machine and in every version: they go into output.
//!
//! For tables in memory use `foldhash`; for the features of models, `learn`.

/// A bijection that spreads a 64-bit number (the finaliser of SplitMix64).
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The hashes of a text's words, whatever case they are in and whatever stands between them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = u64> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
        let mut hash = Fnv::new();
        if word.is_ascii() {
            word.bytes().for_each(|byte| hash.add(byte.to_ascii_lowercase()));
        } else {
            let mut buffer = [0; 4];
            word.chars()
                .flat_map(char::to_lowercase)
                .for_each(|c| c.encode_utf8(&mut buffer).bytes().for_each(|byte| hash.add(byte)));
        }
        hash.finish()
    })
}

/// 64-bit FNV-1a.
pub(crate) struct Fnv(u64);

impl Fnv {
    pub(crate) fn new() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn add(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    pub(crate) fn finish(&self) -> u64 {
        mix(self.0)
    }
}

impl std::fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        text.bytes().for_each(|byte| self.add(byte));
        Ok(())
    }
}

/// The hash of what is written.
pub(crate) fn of(what: std::fmt::Arguments<'_>) -> u64 {
    let mut hash = Fnv::new();
    // Writing into a number cannot fail.
    let _ = std::fmt::Write::write_fmt(&mut hash, what);
    hash.finish()
}

/// The hash of a sequence of words.
pub(crate) struct Words(u64);

impl Words {
    pub(crate) fn new() -> Self {
        Words(0)
    }

    pub(crate) fn add(&mut self, word: u64) {
        self.0 = mix(self.0 ^ word);
    }

    pub(crate) fn finish(&self) -> u64 {
        self.0
    }
}
