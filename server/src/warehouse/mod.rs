//! The warehouse: the seam to BigQuery.
