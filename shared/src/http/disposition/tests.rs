use super::*;

#[test]
fn names_in_headers() {
    let table = [
        ("attachment; filename=\"label 7719.pdf\"", Some("label 7719.pdf")),
        ("attachment; filename=label.pdf", Some("label.pdf")),
        ("ATTACHMENT; FileName = \"a.pdf\" ", Some("a.pdf")),
        ("attachment; filename=\"a;b=c.pdf\"; size=3", Some("a;b=c.pdf")),
        ("attachment; filename=\"say \\\"hi\\\".txt\"", Some("say \"hi\".txt")),
        ("attachment; filename=\"x.pdf\"; filename*=UTF-8''gr%C3%B6%C3%9Fe.pdf", Some("größe.pdf")),
        ("attachment; filename*=utf-8'it'perch%C3%A9.txt", Some("perché.txt")),
        ("attachment; filename=\"x.pdf\"; filename*=ISO-8859-1''%E4.pdf", Some("x.pdf")),
        ("attachment; filename=\"x.pdf\"; filename*=UTF-8''%ff.pdf", Some("x.pdf")),
        ("attachment; filename*=broken", None),
        ("attachment; filename=\"\"", None),
        ("inline", None),
        ("", None),
        ("\"unclosed; filename=a", None),
    ];
    for (header, expected) in table {
        assert_eq!(file_name(header).as_deref(), expected, "{header}");
    }
}

#[test]
fn names_in_paths() {
    let table = [
        ("https://cdn.example/v/t/invoice%20march.pdf?sig=1", Some("invoice march.pdf")),
        ("https://cdn.example/attachments/6004/download", None),
        ("https://cdn.example/", None),
        ("https://cdn.example/.hidden", None),
        ("https://cdn.example/ends.", None),
    ];
    for (url, expected) in table {
        assert_eq!(of_path(&Url::parse(url).unwrap()).as_deref(), expected, "{url}");
    }
}
