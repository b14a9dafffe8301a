//! Facebook: Messenger (and later the Page wall).
