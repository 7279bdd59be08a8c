//! What a column seems to hold, by its name alone.

use domain::Tag;

/// Words of a column's name, all of which have to be there one after the other, and the tag
/// that they speak for. The first line that fits counts.
const NAMES: &[(&[&str], &str)] = &[
    (&["password"], "secret"),
    (&["passwd"], "secret"),
    (&["secret"], "secret"),
    (&["api", "key"], "secret"),
    (&["access", "token"], "secret"),
    (&["refresh", "token"], "secret"),
    (&["private", "key"], "secret"),
    (&["card", "number"], "pci.card_number"),
    (&["credit", "card"], "pci.card_number"),
    (&["pan"], "pci.card_number"),
    (&["cvv"], "pci.cvv"),
    (&["cvc"], "pci.cvv"),
    (&["iban"], "pii.iban"),
    (&["email"], "pii.email"),
    (&["e", "mail"], "pii.email"),
    (&["ssn"], "pii.ssn"),
    (&["social", "security"], "pii.ssn"),
    (&["passport"], "pii.passport"),
    (&["phone"], "pii.phone"),
    (&["mobile"], "pii.phone"),
    (&["birth"], "pii.birth_date"),
    (&["birthday"], "pii.birth_date"),
    (&["birthdate"], "pii.birth_date"),
    (&["dob"], "pii.birth_date"),
    (&["first", "name"], "pii.name"),
    (&["last", "name"], "pii.name"),
    (&["full", "name"], "pii.name"),
    (&["surname"], "pii.name"),
    (&["ip"], "pii.ip_address"),
    (&["street"], "pii.address"),
    (&["postcode"], "pii.address"),
    (&["zip"], "pii.address"),
    (&["latitude"], "pii.location"),
    (&["longitude"], "pii.location"),
];

/// What numbers can be.
const NUMBERS: [&str; 4] = ["pci.card_number", "pci.cvv", "pii.phone", "pii.ssn"];

/// Every tag that a column's name can speak for.
pub(super) fn tags() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(_, tag)| *tag)
}

/// The tag that a column's name speaks for, where values of its type can be that.
pub(super) fn tag_of(name: &str, data_type: &str) -> Option<Tag> {
    let tag = tag_of_name(name)?;
    let can_be = match data_type {
        "STRING" | "BYTES" | "JSON" => true,
        "DATE" => tag == "pii.birth_date",
        "INT64" | "NUMERIC" => NUMBERS.contains(&tag),
        "FLOAT64" | "GEOGRAPHY" => tag == "pii.location",
        _ => false,
    };
    can_be.then(|| Tag::new(tag))
}

fn tag_of_name(name: &str) -> Option<&'static str> {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let fits = |wanted: &[&str]| words.windows(wanted.len()).any(|some| some == wanted);
    let found = NAMES.iter().find(|(wanted, _)| fits(wanted));
    found.map(|(_, tag)| *tag)
}

/// The words of a name: `homePhone_2` is home, phone and 2.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_speak_for_tags_by_whole_words() {
        for (name, tag) in [
            ("email", Some("pii.email")),
            ("contact_email_2", Some("pii.email")),
            ("contactEmail", Some("pii.email")),
            ("e_mail", Some("pii.email")),
            ("E-Mail", Some("pii.email")),
            ("cardNumber", Some("pci.card_number")),
            ("card_brand", None),
            ("number", None),
            ("user_api_key", Some("secret")),
            ("ip", Some("pii.ip_address")),
            ("zip", Some("pii.address")),
            ("zipped", None),
            ("ship_date", None),
            ("company", None),
            ("span", None),
            ("name", None),
            ("", None),
        ] {
            let told = tag_of(name, "STRING");
            assert_eq!(told.as_ref().map(Tag::as_str), tag, "{name}");
        }
    }

    #[test]
    fn values_of_the_type_can_be_what_the_name_says() {
        for (name, data_type, is_told) in [
            ("ssn", "INT64", true),
            ("email_count", "INT64", false),
            ("email_opt_in", "BOOL", false),
            ("email_sent_at", "TIMESTAMP", false),
            ("birth_date", "DATE", true),
            ("card_number_since", "DATE", false),
            ("latitude", "FLOAT64", true),
        ] {
            assert_eq!(
                tag_of(name, data_type).is_some(),
                is_told,
                "{name} {data_type}"
            );
        }
    }
}
