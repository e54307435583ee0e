//! Randomness, from the kernel.

/// A fresh token of 64 random bits, as 16 hex digits: it tells the few claims of one event apart, and is no secret.
#[must_use]
pub fn token() -> String {
    format!("{:016x}", number())
}

/// A secret of 128 random bits, as 32 hex digits.
#[must_use]
pub fn secret() -> String {
    format!("{:016x}{:016x}", number(), number())
}

/// A number from 0 up to but without 1.
#[must_use]
pub fn fraction() -> f64 {
    // The upper 53 bits are as many as a double holds exactly.
    (number() >> 11) as f64 / (1_u64 << 53) as f64
}

fn number() -> u64 {
    getrandom::u64().expect("the kernel of every supported system gives random numbers once it has booted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_fractions_stay_in_range() {
        assert_ne!(token(), token());
        assert_eq!(token().len(), 16);
        assert_ne!(secret(), secret());
        assert_eq!(secret().len(), 32);
        assert!((0..1000).map(|_| fraction()).all(|fraction| (0.0..1.0).contains(&fraction)));
    }
}
