//! Files from the customer to the desk, and what the agent reads where one cannot be had.

use e2e::scene::{Scene, until};
use sandbox::meta::{File, FileKind};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000IHDR";
const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
const OGG: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0OpusHead";
const PDF: &[u8] = b"%PDF-1.7 form";

#[tokio::test]
async fn every_kind_arrives_as_it_was_sent() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let kinds = [
        ("tile.png", "image/png", PNG),
        ("kiln.mp4", "video/mp4", MP4),
        ("voice.ogg", "audio/ogg", OGG),
        ("Rückgabe-Formular.pdf", "application/pdf", PDF),
    ];
    for (name, content_type, bytes) in kinds {
        ingrid.sends(None, vec![File::new(name, content_type, bytes)]).await;
    }
    assert_eq!(scene.until_bodies(&ingrid, 4).await, kinds.map(|(name, ..)| name));
    let desk = scene.desk.state();
    for (message, (name, content_type, bytes)) in desk.incoming().iter().zip(kinds) {
        let file = scene.desk.file(message.attachment.unwrap()).unwrap();
        assert_eq!((file.name.as_str(), file.content_type.as_str()), (name, content_type));
        assert_eq!(file.bytes, bytes);
    }
}

#[tokio::test]
async fn a_file_that_is_missing_at_first_is_told_of_and_follows() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let file = File::new("late.png", "image/png", PNG).missing_at_first(3);
    ingrid.sends(Some("look at this"), vec![file]).await;
    ingrid.says("the text does not wait").await;
    let bodies = scene.until_bodies(&ingrid, 4).await;
    assert_eq!(
        bodies,
        [
            "look at this",
            "[file] the image could not be fetched yet; the hub keeps trying for 24 hours",
            "the text does not wait",
            "late.png",
        ]
    );
}

#[tokio::test]
async fn a_file_that_can_never_be_had_is_a_line_that_says_why() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let never = [
        (File::of_size("film.mp4", "video/mp4", 25 * 1024 * 1024 + 1), "larger than"),
        (File::of_size("film.mp4", "video/mp4", 25 * 1024 * 1024 + 1).without_length(), "larger than"),
        (File::at(FileKind::Image, "https://10.0.0.7/private.png"), "not allowed"),
        (File::at(FileKind::Image, "http://169.254.169.254/latest/meta-data"), "not allowed"),
        (File::at(FileKind::Image, "https://fbcdn.net.example.com/a.png"), "not allowed"),
    ];
    for (number, (file, why)) in never.into_iter().enumerate() {
        ingrid.sends(None, vec![file]).await;
        let bodies = scene.until_bodies(&ingrid, number + 1).await;
        assert!(bodies[number].starts_with("[file] the "), "{bodies:?}");
        assert!(bodies[number].contains(why), "{bodies:?}");
    }
    assert!(scene.desk.state().incoming().iter().all(|message| message.attachment.is_none()));
}

#[tokio::test]
async fn a_file_that_lies_about_its_type_gets_its_true_name() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    ingrid.sends(None, vec![File::new("invoice.pdf", "application/pdf", PNG)]).await;
    assert_eq!(scene.until_bodies(&ingrid, 1).await, ["invoice.png"]);
    let id = scene.desk.state().incoming()[0].attachment.unwrap();
    assert_eq!(scene.desk.file(id).unwrap().content_type, "image/png");
}

#[tokio::test]
async fn a_web_page_in_place_of_an_image_is_not_shown_as_one() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let page =
        File::new("tile.png", "text/html", &b"<!doctype html><title>expired</title>"[..]).shown_as(FileKind::Image);
    ingrid.sends(None, vec![page]).await;
    let bodies = scene.until_bodies(&ingrid, 1).await;
    assert!(bodies[0].starts_with("[file] the image could not be fetched yet"), "{bodies:?}");
}

#[tokio::test]
async fn without_a_key_of_motion_the_text_arrives_and_the_file_is_told_of() {
    let scene = Scene::with(|wanted| {
        for setting in ["api_key", "api_base_url", "desk_account"] {
            wanted.as_object_mut().unwrap().remove(setting);
        }
    })
    .await;
    let ingrid = scene.customer();
    ingrid.sends(Some("with a picture"), vec![File::new("tile.png", "image/png", PNG)]).await;
    let bodies = scene.until_bodies(&ingrid, 2).await;
    assert_eq!(bodies[0], "with a picture");
    assert!(bodies[1].starts_with("[file] the image"), "{bodies:?}");
}

#[tokio::test]
async fn no_credential_goes_where_files_lie() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let sent = ingrid.sends(None, vec![File::new("tile.png", "image/png", PNG)]).await;
    scene.until_bodies(&ingrid, 1).await;
    let fetches = until(async || {
        let fetches = ingrid.fetches(&sent.files[0]);
        if fetches.is_empty() { Err("not fetched".to_owned()) } else { Ok(fetches) }
    })
    .await;
    assert!(fetches.iter().all(|fetch| !fetch.authorized));
}
