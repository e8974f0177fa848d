//! Who is given no recommendation, so that what recommendations bring can be measured.

use sha2::{Digest as _, Sha256};

/// Whether a customer belongs to the share of customers, in thousandths, who are given no recommendation.
///
/// `subject` names the customer, as text, blanks around it aside: the same subject always gets the same answer,
/// whatever else is known of the customer, on every platform and with every later model. Whoever is held out at one
/// share is so at every larger one. Playbooks of the same id hold out the same customers; of different ids,
/// independently of each other.
///
/// SHA-256 of a fixed word, id and subject; its first 32 bits, as a fraction, are below the share. No secret is in it:
/// whoever knows a subject can tell whether it is held out.
pub fn is_held_out(playbook: &str, subject: &str, thousandths: u16) -> bool {
    let digest = Sha256::new()
        .chain_update(b"wedge holdout\0")
        .chain_update(playbook)
        .chain_update([0])
        .chain_update(subject.trim())
        .finalize();
    let draw = digest.iter().take(4).fold(0_u64, |draw, &byte| draw << 8 | u64::from(byte));
    draw * 1000 < u64::from(thousandths) << 32
}
