use super::*;

#[test]
fn every_recorded_body_becomes_what_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::glob!("../../../../../tests/fixtures/facebook", "fb-*.json", |path| {
            insta::assert_debug_snapshot!("events", parse(&std::fs::read(path).unwrap()).items);
        });
    });
}
