use super::*;
use crate::example;
use crate::playbook::{Playbook, TypicalGap};
use alloc::string::ToString;

fn bytes() -> Vec<u8> {
    encode(&example::model(), example::canaries()).unwrap()
}

/// An artifact for every rule that gives a segment.
fn every_kind() -> [Vec<u8>; 3] {
    example::models().map(|model| encode(&model, example::canaries()).unwrap())
}

#[test]
fn what_was_written_is_read() {
    for (bytes, model) in every_kind().iter().zip(example::models()) {
        let artifact = Artifact::decode(bytes).unwrap();
        assert_eq!(artifact.model(), &model);
        assert_eq!(artifact.id().to_hex().len(), 64);
    }
}

#[test]
fn every_prefix_is_refused() {
    for bytes in every_kind() {
        for length in 0..bytes.len() {
            assert!(Artifact::decode(&bytes[..length]).is_err(), "{length} bytes");
        }
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(Artifact::decode(&longer), Err(ArtifactError::Length));
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    for mut bytes in every_kind() {
        for position in 0..bytes.len() {
            for bit in 0..8 {
                bytes[position] ^= 1 << bit;
                assert!(Artifact::decode(&bytes).is_err(), "byte {position}, bit {bit}");
                bytes[position] ^= 1 << bit;
            }
        }
    }
}

/// Re-sealed with a right digest, a changed body must be refused or be exactly what would be written.
#[test]
fn every_changed_and_resealed_body_byte_is_refused_or_canonical() {
    for bytes in every_kind() {
        let body = &bytes[HEADER_BYTES + DIGEST_BYTES..];
        let (mut refused, mut accepted) = (0, 0);
        for position in 0..body.len() {
            for value in 0..=u8::MAX {
                let mut changed = body.to_vec();
                changed[position] = value;
                match Artifact::decode(&seal(&changed).unwrap()) {
                    Err(_) => refused += 1,
                    Ok(artifact) => {
                        let (model, canaries) = wire::read(&changed).unwrap();
                        assert_eq!(artifact.model(), &model);
                        assert_eq!(wire::write(&model, &canaries).unwrap(), changed);
                        accepted += 1;
                    }
                }
            }
        }
        assert!(refused > accepted && accepted > 0, "{refused} refused, {accepted} accepted");
    }
}

#[test]
fn another_format_and_other_files_are_named_as_such() {
    let mut bytes = bytes();
    bytes[4] = 2;
    assert_eq!(Artifact::decode(&bytes), Err(ArtifactError::UnknownFormat(2)));
    assert_eq!(Artifact::decode(b"id,age\n1,2\n"), Err(ArtifactError::NotAnArtifact));
    assert_eq!(Artifact::decode(b""), Err(ArtifactError::NotAnArtifact));
}

#[test]
fn a_changed_coefficient_is_caught_by_the_canaries() {
    let model = example::model();
    let asked = Canaries::ask(&model, example::canaries());
    let mut parts = example::parts();
    parts.targets[1].own[1].margin = crate::Margin::Constant(Vec::from([0.750_000_000_000_000_1]));
    let changed = Model::new(parts).unwrap();
    let body = wire::write(&changed, &asked).unwrap();
    assert_eq!(Artifact::decode(&seal(&body).unwrap()), Err(ArtifactError::Canary));
}

#[test]
fn what_explains_an_answer_is_caught_by_the_canaries_too() {
    let caught = |change: fn(&mut crate::ModelParts)| {
        let canary = || {
            let customer = r#"{"age": 20, "married": false, "size": "High", "job": "Smith"}"#;
            Vec::from([example::record(customer)])
        };
        let asked = Canaries::ask(&example::model(), canary());
        let mut parts = example::parts();
        change(&mut parts);
        let body = wire::write(&Model::new(parts).unwrap(), &asked).unwrap();
        Artifact::decode(&seal(&body).unwrap()) == Err(ArtifactError::Canary)
    };
    assert!(!caught(|_| {}));
    // The outlier p-value, the smallest change, the distance to a segment that is not chosen.
    assert!(caught(|p| p.segments[0].calibration = crate::Calibration::default()));
    assert!(caught(|p| {
        let mut columns = p.schema.columns().to_vec();
        columns[2].mutable = false;
        p.schema = crate::Schema::new(columns, p.schema.as_of()).unwrap();
    }));
    assert!(caught(|p| {
        let crate::Assigner::KMeans(centres) = &p.assigner else { panic!() };
        let mut rows = centres.to_rows();
        rows[13] += 1.0 / 1024.0;
        let centres = crate::centroids::Centroids::from_rows(&rows, 7).unwrap();
        p.assigner = crate::Assigner::KMeans(centres);
    }));
}

/// Counts that cost no bytes must not buy memory or time.
#[test]
fn frequencies_of_no_class_and_floods_of_canaries_are_refused() {
    let mut parts = example::parts();
    for models in &mut parts.targets {
        models.target.kind = crate::segment_model::TargetKind::Class { classes: Vec::new() };
    }
    assert_eq!(Model::new(parts.clone()), Err(Defect::Targets));
    let body = wire::write_unchecked(&parts);
    assert_eq!(
        Artifact::decode(&seal(&body).unwrap()),
        Err(ArtifactError::Defect(Defect::Targets))
    );
    let flood = alloc::vec![example::record(r#"{"age": 70}"#); MAX_CANARIES + 1];
    assert_eq!(encode(&example::model(), flood.clone()), Err(ArtifactError::Canary));
    let asked = Canaries::ask(&example::model(), flood);
    let body = wire::write(&example::model(), &asked).unwrap();
    assert_eq!(Artifact::decode(&seal(&body).unwrap()), Err(ArtifactError::Canary));
}

#[test]
fn parts_that_contradict_each_other_are_refused_by_name() {
    let refused = |change: fn(&mut crate::ModelParts), defect| {
        let mut parts = example::parts();
        change(&mut parts);
        assert_eq!(Model::new(parts), Err(defect));
    };
    refused(|p| drop(p.segments.pop()), Defect::Segments);
    refused(|p| p.segments[0].share_percent = 101, Defect::Segments);
    refused(|p| p.segments[0].name = "a\nb".into(), Defect::Segments);
    refused(|p| p.segments[0].description = "a".repeat(601), Defect::Segments);
    refused(|p| p.segments[0].description = "a\nb".into(), Defect::Segments);
    refused(|p| p.segments[0].stability_percent = Some(101), Defect::Segments);
    refused(|p| p.segments[0].id = 2, Defect::Segments);
    refused(|p| p.training.next_segment_id = 4, Defect::Segments);
    refused(|p| drop(p.targets[0].own.pop()), Defect::Targets);
    refused(|p| p.targets[0].own[0].weight = -0.5, Defect::Targets);
    refused(|p| p.means.push(0.0), Defect::Targets);
    refused(|p| p.usual[0].link = crate::segment_model::Link::Prepared(1), Defect::Targets);
    refused(|p| p.targets[1].target.name = "spend".into(), Defect::Targets);
    let prototypes = |centres: &[f64], levels: &[u16]| {
        crate::Assigner::Prototypes(crate::Prototypes::new(centres, levels, 1.0, 2).unwrap())
    };
    for assigner in [
        prototypes(&[0.0; 6], &[0, 1]),
        prototypes(&[0.0; 8], &[0, 1, 2, 0]),
        prototypes(&[0.0; 8], &[0, 3]),
        prototypes(&[0.0; 8], &[0, crate::transform::UNSEEN_LEVEL]),
    ] {
        let parts = crate::ModelParts { assigner, ..example::parts() };
        assert_eq!(Model::new(parts), Err(Defect::Assigner));
    }
    refused(|p| p.training.wcss[0] = f64::NAN, Defect::Training);
    refused(|p| p.training.knee_from_one = Some(3), Defect::Training);
    refused(|p| p.baseline = example::all_alike(&p.schema, 1), Defect::Baseline);
    refused(
        |p| {
            let usual = [1].into();
            p.playbook = Playbook::TypicalGap(TypicalGap { threshold: 0.5, at_most: 1, usual });
        },
        Defect::Playbook,
    );
}

#[test]
fn an_error_says_what_is_wrong() {
    assert_eq!(
        ArtifactError::UnknownFormat(9).to_string(),
        "artifact format 9 is not known here (this version reads 1)"
    );
}
