//! From BigQuery's fields to our columns.

use domain::{Column, Mode, Tag};
use serde::Deserialize;

/// A list of fields (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableSchema>).
#[derive(Default, Deserialize)]
pub(super) struct Schema {
    #[serde(default)]
    pub(super) fields: Vec<Field>,
}

/// A field; unlike the client's type, of any type that BigQuery has or will have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    name: String,
    r#type: String,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    policy_tags: Option<PolicyTags>,
    #[serde(default)]
    range_element_type: Option<ElementType>,
}

#[derive(Deserialize)]
struct PolicyTags {
    #[serde(default)]
    names: Vec<String>,
}

#[derive(Deserialize)]
struct ElementType {
    r#type: String,
}

impl From<Schema> for Vec<Column> {
    fn from(schema: Schema) -> Self {
        schema.fields.into_iter().map(Column::from).collect()
    }
}

impl From<Field> for Column {
    fn from(field: Field) -> Self {
        Self {
            data_type: data_type(&field),
            mode: match field.mode.as_deref() {
                Some("REPEATED") => Mode::Repeated,
                Some("REQUIRED") => Mode::Required,
                _ => Mode::Nullable,
            },
            tag: field.policy_tags.as_ref().and_then(tag),
            fields: field.fields.into_iter().map(Self::from).collect(),
            name: field.name,
            unmasked: false,
        }
    }
}

/// GoogleSQL's names for what the API still calls by its older ones.
fn data_type(field: &Field) -> String {
    match (field.r#type.as_str(), &field.range_element_type) {
        ("INTEGER", _) => "INT64".to_owned(),
        ("FLOAT", _) => "FLOAT64".to_owned(),
        ("BOOLEAN", _) => "BOOL".to_owned(),
        ("RECORD", _) => "STRUCT".to_owned(),
        ("RANGE", Some(element)) => format!("RANGE<{}>", element.r#type),
        (other, _) => other.to_owned(),
    }
}

/// The last segment of `projects/…/taxonomies/…/policyTags/pii.email`. Google's own last
/// segments are numbers: such a tag has no rule of its own, so its values are masked whole.
fn tag(policy: &PolicyTags) -> Option<Tag> {
    let name = policy.names.first()?.rsplit('/').next()?;
    (!name.is_empty()).then(|| Tag::new(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_columns_with_todays_type_names_and_tags() {
        let schema: Schema = serde_json::from_str(
            r#"{"fields":[
                {"name":"id","type":"INTEGER","mode":"REQUIRED"},
                {"name":"user","type":"RECORD","mode":"REPEATED","fields":[
                    {"name":"email","type":"STRING",
                     "policyTags":{"names":["projects/p/locations/us/taxonomies/1/policyTags/pii.email"]}}]},
                {"name":"valid","type":"RANGE","rangeElementType":{"type":"DATE"}},
                {"name":"later","type":"SOMETHING_NEW"}]}"#,
        )
        .expect("a schema");
        let columns: Vec<Column> = schema.into();
        let types: Vec<_> = columns.iter().map(|c| c.data_type.as_str()).collect();
        assert_eq!(types, ["INT64", "STRUCT", "RANGE<DATE>", "SOMETHING_NEW"]);
        assert_eq!(columns[0].mode, Mode::Required);
        assert_eq!(columns[1].mode, Mode::Repeated);
        assert_eq!(columns[1].fields[0].tag, Some(Tag::new("pii.email")));
    }
}
