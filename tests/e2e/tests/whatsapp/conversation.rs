//! A conversation with files both ways. What the desk gets is the same to the letter but for names that Twilio does not tell, whoever carries the number.

use e2e::whatsapp::{Carrier, Line, NAME, Sending};

use crate::through_each;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000IHDR";
const OGG: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0OpusHead";
const PDF: &[u8] = b"%PDF-1.7 form";

through_each!(there_and_back);

async fn there_and_back(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.customer();
    anna.says("Good morning 👋").await;
    anna.sends(Sending::new("tile.png", "image/png", PNG).captioned("Is this one in stock?")).await;
    anna.sends(Sending::new("voice.ogg", "audio/ogg", OGG)).await;
    anna.sends(Sending::new("Order form.pdf", "application/pdf", PDF)).await;
    anna.shares_place("45.4642", "9.19", "Showroom").await;
    let document = if carrier.tells_names() { "Order form.pdf" } else { "document.pdf" };
    let bodies = line.until_bodies(&anna, 6).await;
    assert_eq!(
        bodies,
        [
            "Good morning 👋",
            "Is this one in stock?",
            "image.png",
            "audio.ogg",
            document,
            "[location] 45.4642, 9.1900 Showroom https://www.google.com/maps?q=45.4642,9.1900",
        ]
    );
    let desk = line.desk.state();
    let files: Vec<_> = desk.incoming().iter().filter_map(|message| message.attachment).collect();
    for (id, (content_type, bytes)) in
        files.iter().zip([("image/png", PNG), ("audio/ogg", OGG), ("application/pdf", PDF)])
    {
        let file = line.desk.file(*id).unwrap();
        assert_eq!((file.content_type.as_str(), &file.bytes[..]), (content_type, bytes));
    }
    assert_eq!(files.len(), 3);
    let contact = desk.contact(anna.id()).unwrap();
    let name = format!("{} {}", contact.field("firstName").unwrap(), contact.field("lastName").unwrap());
    assert_eq!((name.as_str(), contact.field("phone")), (NAME, Some(anna.id())));

    line.reply(&anna, "We have it. The offer follows 📄").await.sent();
    let answer = line.reply_with_file(&anna, "Offer 12.pdf", "application/pdf", PDF).await.answer.unwrap();
    assert!(answer.is_success(), "{answer:?}");
    assert_eq!(line.until_received(&anna, 2).await, ["We have it. The offer follows 📄", "Offer 12.pdf"]);
    let (name, content_type, length) = anna.received()[1].file.clone().unwrap();
    assert_eq!((name.as_str(), content_type.as_str(), length), ("Offer 12.pdf", "application/pdf", PDF.len()));

    // The agent sends on what the desk shows.
    line.reply(&anna, &bodies[5]).await.sent();
    line.until_received(&anna, 3).await;
    assert!(anna.received()[2].place.as_ref().unwrap().contains("45.4642"), "{:?}", anna.received()[2]);

    anna.says("Thank you").await;
    assert_eq!(line.until_bodies(&anna, 7).await[6..], ["Thank you"], "nothing else was told to the agent");
}

through_each!(a_long_answer);

async fn a_long_answer(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    let words: Vec<String> = (0..1200).map(|number| format!("word{number}")).collect();
    let sent = line.reply(&anna, &words.join(" ")).await.sent();
    let texts = line.until_received(&anna, sent.len()).await;
    assert!(sent.len() > 1 && texts.iter().flat_map(|text| text.split(' ')).eq(&words), "{texts:?}");
}

through_each!(a_file_that_is_there_a_moment_later);

async fn a_file_that_is_there_a_moment_later(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.customer();
    anna.sends(Sending::new("late.png", "image/png", PNG).captioned("look at this").missing_at_first(1)).await;
    anna.says("did you see it?").await;
    assert_eq!(line.until_bodies(&anna, 3).await, ["look at this", "image.png", "did you see it?"]);
}

through_each!(a_file_that_is_missing_at_first);

async fn a_file_that_is_missing_at_first(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.customer();
    anna.sends(Sending::new("late.png", "image/png", PNG).captioned("look at this").missing_at_first(3)).await;
    anna.says("the text does not wait").await;
    let bodies = line.until_bodies(&anna, 4).await;
    assert_eq!(
        bodies,
        [
            "look at this",
            "[file] the image could not be fetched yet; the hub keeps trying for 24 hours",
            "the text does not wait",
            "image.png",
        ]
    );
}

through_each!(a_file_that_can_never_be_had);

async fn a_file_that_can_never_be_had(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.customer();
    anna.sends(Sending::new("film.mp4", "video/mp4", vec![0; 25 * 1024 * 1024 + 1]).captioned("our kiln")).await;
    anna.sends(Sending::new("tile.png", "image/png", &b"<!doctype html><title>expired</title>"[..])).await;
    let bodies = line.until_bodies(&anna, 3).await;
    assert_eq!(bodies[0], "our kiln");
    assert!(bodies[1].starts_with("[file] the video") && bodies[1].contains("larger than"), "{bodies:?}");
    assert!(bodies[2].starts_with("[file] the image could not be fetched yet"), "{bodies:?}");
}
