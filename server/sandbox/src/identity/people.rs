//! The sample people: the one place that says who can sign in and what they may do.

/// Somebody who can sign in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// What the sign-in form sends.
    pub key: &'static str,
    /// The `sub` claim: stable, and says nothing about the person.
    pub subject: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Address under a domain reserved for examples (RFC 2606).
    pub email: &'static str,
    /// The `groups` claim.
    pub groups: &'static [&'static str],
    /// What the person does, in one line for the sign-in page.
    pub role: &'static str,
}

/// Everybody, in the order of the sign-in page.
pub(super) const PEOPLE: [Person; 5] = [
    Person {
        key: "alice",
        subject: "0f7c2a1e-5d0b-4b57-9a55-6f1a3f0c8e01",
        name: "Alice Ng",
        email: "alice@example.com",
        groups: &["analysts"],
        role: "Analyst: opens runs for her agents",
    },
    Person {
        key: "bo",
        subject: "3b9e6d54-8c1f-4e0a-b7d2-21c95b7e4f02",
        name: "Bo Lindqvist",
        email: "bo@example.com",
        groups: &["data-stewards", "platform-admins"],
        role: "Approver and administrator",
    },
    Person {
        key: "chen",
        subject: "7d41f8b0-2e6a-4c93-8f0e-94d6a0b3c503",
        name: "Chen Wei",
        email: "chen@example.com",
        groups: &["data-stewards"],
        role: "Approver: the second signature",
    },
    Person {
        key: "dana",
        subject: "c2850e97-61fd-4da8-a3bb-0e7718d29604",
        name: "Dana Okafor",
        email: "dana@example.com",
        groups: &["access-reviewers", "auditors"],
        role: "Access reviewer and auditor",
    },
    Person {
        key: "eli",
        subject: "e9174c3b-4a6d-4f21-9c58-b30d6271af05",
        name: "Eli Navarro",
        email: "eli@example.com",
        groups: &["platform-admins"],
        role: "The second administrator: publishes the policies that Bo drafts",
    },
];

/// The person whom the sign-in form names.
pub(super) fn by_key(key: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.key == key)
}
