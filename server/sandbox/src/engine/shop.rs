//! The sample shop: its data (`shop.sql`), its view, and what is said of tables and columns.

use super::View;

/// The statements that make and fill the tables.
pub const DATA: &str = include_str!("shop.sql");

/// The views, made after the tables.
pub const VIEWS: &[View<'_>] = &[View {
    path: "shop.customer_revenue",
    query: "SELECT c.country, DATE_TRUNC(o.order_date, MONTH) AS month, COUNT(DISTINCT c.id) AS customers, \
            COUNT(*) AS orders, SUM(o.total) AS revenue \
            FROM `demo.shop.orders` AS o JOIN `demo.shop.customers` AS c ON c.id = o.customer_id \
            WHERE o.status <> 'failed' GROUP BY c.country, month",
}];

/// Sensitive columns and nested fields, each with its policy tag's name.
const POLICY_TAGS: &[(&str, &str)] = &[
    ("shop.customers.name", "pii.name"),
    ("shop.customers.email", "pii.email"),
    ("shop.customers.phone", "pii.phone"),
    ("shop.customers.ssn", "pii.ssn"),
    ("shop.customers.card_number", "pci.card_number"),
    ("shop.customers.birth_date", "pii.birth_date"),
    ("shop.customers.address.street", "pii.address"),
    ("shop.customers.address.postcode", "pii.address"),
    ("shop.events.device.ip", "pii.ip_address"),
    ("shop.events.user.email", "pii.email"),
    ("shop.events.user.phone", "pii.phone"),
];

const DESCRIPTIONS: &[(&str, &str)] = &[
    (
        "shop.customers",
        "People who have an account, with contact and payment details",
    ),
    (
        "shop.orders",
        "Orders of 2023 to 2025, with the items inside",
    ),
    ("shop.order_items", "The items of the orders, one a row"),
    ("shop.products", "What the shop sells"),
    (
        "shop.events",
        "What people did on the web site and in the app",
    ),
    ("shop.notes", "Free notes of the support team; writable"),
    (
        "shop.customer_revenue",
        "Revenue by country and month, without personal data",
    ),
];

/// The resource name of a column's policy tag, if it has one; `path` is for example
/// `shop.events.user.email`.
#[must_use]
pub fn policy_tag(path: &str) -> Option<String> {
    let (_, tag) = POLICY_TAGS.iter().find(|(tagged, _)| *tagged == path)?;
    Some(format!(
        "projects/demo/locations/us/taxonomies/1/policyTags/{tag}"
    ))
}

/// What a table holds.
#[must_use]
pub fn description(path: &str) -> Option<&'static str> {
    DESCRIPTIONS
        .iter()
        .find(|(described, _)| *described == path)
        .map(|(_, text)| *text)
}
