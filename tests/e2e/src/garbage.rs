//! Bodies that no parser expects.

/// Bodies that are no JSON object, each with what it is.
pub fn garbage() -> Vec<(&'static str, Vec<u8>)> {
    let deep = 100_000;
    vec![
        ("nothing", Vec::new()),
        ("a blank", b" ".to_vec()),
        ("half an object", b"{\"body\":\"x\"".to_vec()),
        ("a list", b"[{\"body\":\"x\"}]".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1e400".to_vec()),
        ("a text", b"\"{}\"".to_vec()),
        ("an object and more", b"{} {}".to_vec()),
        ("deep lists", [b"[".repeat(deep), b"]".repeat(deep)].concat()),
        ("deep lists without an end", b"[".repeat(deep)),
        ("deep objects without an end", b"{\"a\":".repeat(deep)),
        ("not UTF-8", b"{\"body\":\"\xff\xfe\"}".to_vec()),
        ("UTF-16", "{\"body\":\"x\"}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("zeros", vec![0; 1000]),
        ("every byte", (0..=255).collect()),
        ("markup", b"<?xml version=\"1.0\"?><body>x</body>".to_vec()),
        ("a form", b"%%%=%zz&[]=1&Contact[=2&=&&&Contact]a[=3".to_vec()),
    ]
}

/// An object in which everything is `depth` levels down.
pub fn deep_object(depth: usize) -> Vec<u8> {
    ["{\"a\":".repeat(depth), "1".to_owned(), "}".repeat(depth)].concat().into_bytes()
}
