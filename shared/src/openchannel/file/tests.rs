use proptest::prelude::*;

use super::*;
use crate::event::MediaKind::{Audio, Document, Image, Sticker, Video};

const JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00";
const PDF: &[u8] = b"%PDF-1.7\n";
const ZIP: &[u8] = b"PK\x03\x04\x14\x00\x00\x00\x08\x00";
const MP4: &[u8] = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42";
const OGG: &[u8] = b"OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00";
const EXE: &[u8] = b"MZ\x90\x00\x03\x00\x00\x00";

#[test]
fn bytes_count_more_than_claims() {
    type Row = (&'static [u8], Option<&'static str>, &'static str, Option<&'static str>);
    let table: &[Row] = &[
        (JPEG, Some("image/jpeg"), "image/jpeg", Some("jpg")),
        (JPEG, None, "image/jpeg", Some("jpg")),
        (PNG, Some("image/jpeg"), "image/png", Some("png")),
        (JPEG, Some("application/octet-stream"), "image/jpeg", Some("jpg")),
        (PDF, Some("image/png"), "application/pdf", Some("pdf")),
        (EXE, Some("image/jpeg"), "application/vnd.microsoft.portable-executable", Some("exe")),
        (
            ZIP,
            Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Some("docx"),
        ),
        (ZIP, Some("image/jpeg"), "application/zip", Some("zip")),
        (MP4, Some("audio/mp4"), "audio/mp4", Some("m4a")),
        (MP4, Some("video/3gpp"), "video/3gpp", Some("3gp")),
        (MP4, Some("image/jpeg"), "video/mp4", Some("mp4")),
        (OGG, Some("Audio/OGG; codecs=opus"), "audio/ogg", Some("ogg")),
        (b"BM, as we call it", Some("text/plain; charset=utf-8"), "text/plain", Some("txt")),
        (b"name;total\nAda;3\n", Some("text/csv"), "text/csv", Some("csv")),
        (b"name;total\nAda;3\n", Some("image/jpeg"), "text/plain", Some("txt")),
        (b"<!DOCTYPE html><html></html>", Some("image/jpeg"), "text/html", Some("html")),
        (b"<?xml version=\"1.0\"?><svg/>", Some("image/svg+xml"), "image/svg+xml", Some("svg")),
        (b"{\"a\":1}", Some("application/json"), "application/json", Some("json")),
        (b"\x01\x02\x03\xff", Some("image/png"), "application/octet-stream", Some("bin")),
        (b"\x01\x02\x03\xff", Some("text/plain"), "application/octet-stream", Some("bin")),
        (b"\x01\x02\x03\xff", Some("application/vnd.acme.thing"), "application/vnd.acme.thing", None),
        (b"\x01\x02\x03\xff", Some("nonsense"), "application/octet-stream", Some("bin")),
        (b"\x01\x02\x03\xff", None, "application/octet-stream", Some("bin")),
        (b"", None, "text/plain", Some("txt")),
    ];
    for (bytes, declared, mime, extension) in table {
        let expected = FileType { mime: (*mime).to_owned(), extension: *extension };
        assert_eq!(sniff(bytes, *declared), expected, "{declared:?} {bytes:?}");
    }
}

#[test]
fn a_name_is_safe_and_ends_with_what_the_file_is() {
    let is = |mime: &str| FileType::of(mime);
    let table = [
        (Image, Some("broken-parcel.jpg"), is("image/jpeg"), "broken-parcel.jpg"),
        (Image, Some("IMG_1.JPEG"), is("image/jpeg"), "IMG_1.JPEG"),
        (Image, Some("photo.jpg"), is("image/png"), "photo.png"),
        (Image, Some("photo"), is("image/png"), "photo.png"),
        (Image, None, is("image/jpeg"), "image.jpg"),
        (Video, None, is("video/mp4"), "video.mp4"),
        (Audio, Some(""), is("audio/ogg"), "audio.ogg"),
        (Sticker, Some(" . "), is("image/webp"), "sticker.webp"),
        (Document, Some(".pdf"), is("application/pdf"), "pdf.pdf"),
        (Document, Some("offer.v2"), is("application/pdf"), "offer.v2.pdf"),
        (Document, Some("offer 2.5 final"), is("application/pdf"), "offer 2.5 final.pdf"),
        (
            Document,
            Some("invoice.pdf"),
            FileType { mime: "application/x-executable".into(), extension: Some("exe") },
            "invoice.exe",
        ),
        (Document, Some("backup.tar.gz"), is("application/gzip"), "backup.tar.gz"),
        (Document, Some("../../etc/passwd"), is("text/plain"), "passwd.txt"),
        (Document, Some("C:\\Users\\ada\\größe.pdf"), is("application/pdf"), "größe.pdf"),
        (Document, Some("a\r\nb\u{0}<c>:\"d\".pdf"), is("application/pdf"), "ab_c___d_.pdf"),
        (Document, Some("cod\u{202e}fdp.exe"), is("application/pdf"), "codfdp.exe.pdf"),
        (Document, Some("model.step"), is("application/vnd.acme.thing"), "model.step"),
        (Document, Some("model"), is("application/vnd.acme.thing"), "model.bin"),
        // What is only known to be text, a container or bytes keeps the ending that it came with, if that can be true.
        (Document, Some("prices.csv"), is("text/plain"), "prices.csv"),
        (Document, Some("data.JSON"), is("text/plain"), "data.JSON"),
        (Document, Some("notes.md"), is("text/plain"), "notes.md"),
        (Document, Some("photo.jpg"), is("text/plain"), "photo.txt"),
        (Document, Some("offer.docx"), is("text/plain"), "offer.txt"),
        (Document, Some("offer.docx"), is("application/zip"), "offer.docx"),
        (Document, Some("offer.pdf"), is("application/zip"), "offer.zip"),
        (
            Document,
            Some("old.xls"),
            FileType { mime: "application/x-ole-storage".into(), extension: Some("msi") },
            "old.xls",
        ),
        (Document, Some("plan.dwg"), is("application/octet-stream"), "plan.dwg"),
        (Document, Some("photo.jpeg"), is("application/octet-stream"), "photo.bin"),
        (Document, Some("data"), is("application/octet-stream"), "data.bin"),
    ];
    for (kind, name, file_type, expected) in table {
        assert_eq!(file_name(kind, name, &file_type), expected, "{name:?}");
    }
}

#[test]
fn a_long_name_is_cut_before_its_ending() {
    let name = file_name(Document, Some(&format!("{}.pdf", "ä".repeat(300))), &FileType::of("application/pdf"));
    assert_eq!(name.chars().count(), 100);
    assert!(name.ends_with("ä.pdf"), "{name}");
}

proptest! {
    #[test]
    fn any_name_becomes_a_safe_one(name in "\\PC{0,200}|[\\x00-\\x7f]{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..20), declared in "[a-z]{0,5}/?[a-z.+]{0,9}") {
        let named = file_name(Document, Some(&name), &sniff(&bytes, Some(&declared)));
        prop_assert!(!named.starts_with('.') && !named.contains(['/', '\\', '"']) && !named.contains(char::is_control), "{named}");
        prop_assert!((3..=100).contains(&named.chars().count()), "{named}");
    }
}
