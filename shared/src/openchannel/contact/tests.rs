use super::*;

#[test]
fn a_field_has_the_name_that_motion_gives_it() {
    for name in [
        "firstName",
        "lastName",
        "tags",
        "street",
        "postalCode",
        "city",
        "country",
        "dateOfBirth",
        "description",
        "phone",
        "mobile",
        "fax",
        "email",
        "url",
        "facebook",
        "twitter",
        "cf_1",
        "cf_7",
        "cf_4294967295",
    ] {
        assert_eq!(name.parse::<ContactField>().unwrap().to_string(), name);
        let json = format!("\"{name}\"");
        let field: ContactField = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&field).unwrap(), json);
    }
    for name in [
        "",
        "Facebook",
        "id",
        "ListId",
        "deteOfBirth",
        "cf_",
        "cf_0",
        "cf_07",
        "cf_+7",
        "cf_-1",
        "cf_4294967296",
        "from",
        "body",
        "mapKey",
        "AttachmentId",
        "threadId",
    ] {
        assert!(name.parse::<ContactField>().is_err(), "{name}");
    }
}

#[test]
fn numbers_are_kept_as_digits() {
    let table = [
        ("393331234500", "393331234500"),
        (" +39 333 123-45.00 ", "393331234500"),
        ("0039 (333) 1234500", "393331234500"),
        ("IT.13491208655302741918", "IT.13491208655302741918"),
        ("none", "none"),
        ("+", ""),
        ("", ""),
    ];
    for (typed, kept) in table {
        assert_eq!(telephone(typed), kept, "{typed}");
    }
}

#[test]
fn a_name_is_split_at_its_first_blank() {
    let table = [
        ("Renato de Luca", Some("Renato"), Some("de Luca")),
        ("  Ada  ", Some("Ada"), None),
        ("Livia\u{a0}Conti", Some("Livia"), Some("Conti")),
        ("", None, None),
        (" \t ", None, None),
    ];
    for (full, first, last) in table {
        let fields = ContactFields::named(full);
        assert_eq!(
            (fields.get(ContactField::FirstName), fields.get(ContactField::LastName)),
            (first, last),
            "{full:?}"
        );
    }
}

#[test]
fn fixed_fields_stand_over_the_platforms_but_not_over_a_persons_own() {
    let read = |json: &str| serde_json::from_str::<ContactFields>(json).unwrap();
    let platform =
        read(r#"{"firstName": "Livia", "description": "Created by the hub", "phone": "+39 333", "city": " "}"#);
    let fixed = read(
        r#"{"firstName": "Customer", "lastName": "of the shop", "phone": "none", "mobile": "call me", "tags": "shop",
            "description": "From the shop's page", "city": "Bologna", "cf_3": "gold"}"#,
    );
    let merged = read(
        r#"{"firstName": "Livia", "lastName": "of the shop", "phone": "39333", "tags": "shop",
            "description": "From the shop's page", "city": "Bologna", "cf_3": "gold"}"#,
    );
    assert_eq!(platform.with_fixed(&fixed), merged);
    assert_eq!(merged.iter().count(), 7);
}

#[test]
fn an_unknown_field_is_refused_by_name_and_not_by_value() {
    let error = serde_json::from_str::<ContactFields>(r#"{"nickname": "SECRET"}"#).unwrap_err();
    assert!(error.to_string().contains("cf_") && !error.to_string().contains("SECRET"), "{error}");
}
