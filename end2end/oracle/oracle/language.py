"""Which parts of GoogleSQL are BigQuery's.

The analyser is asked with all released features, less those that BigQuery does not have: else
queries would count as legal that no warehouse of ours would run.
"""

from zetasql.wasi._pb2.zetasql.proto import options_pb2
from zetasql.wasi._pb2.zetasql.public.options_pb2 import (
    PRODUCT_EXTERNAL,
    LanguageFeature,
)
from zetasql.wasi._pb2.zetasql.resolved_ast.resolved_node_kind_pb2 import ResolvedNodeKind

from .engine import GoogleSql

NOT_IN_BIGQUERY = {
    "LATERAL_JOIN": "BigQuery has no LATERAL: a subquery in FROM never sees its neighbours.",
    "UNNEST_AND_FLATTEN_ARRAYS": "BigQuery does not walk through arrays by a path of fields.",
    "MULTIWAY_UNNEST": "BigQuery's UNNEST takes one array.",
    "SINGLE_TABLE_NAME_ARRAY_PATH": "In BigQuery the first name of a path in FROM is a table.",
    "PIPE_FORK": "Not among BigQuery's pipe operators.",
    "PIPE_TEE": "Not among BigQuery's pipe operators.",
    "PIPE_IF": "Not among BigQuery's pipe operators.",
    "PIPE_INSERT": "Not among BigQuery's pipe operators.",
    "PIPE_CREATE_TABLE": "Not among BigQuery's pipe operators.",
    "PIPE_EXPORT_DATA": "Not among BigQuery's pipe operators.",
    "PIPE_DESCRIBE": "Not among BigQuery's pipe operators.",
    "PIPE_STATIC_DESCRIBE": "Not among BigQuery's pipe operators.",
    "PIPE_RECURSIVE_UNION": "Not among BigQuery's pipe operators.",
    "LITERAL_CONCATENATION": "BigQuery does not join neighbouring literals.",
    "INSERT_ON_CONFLICT_CLAUSE": "BigQuery's INSERT has no ON CONFLICT.",
    "DML_RETURNING": "BigQuery's changes return no rows.",
    "FOR_UPDATE": "BigQuery has no row locks.",
    "MULTILEVEL_AGGREGATION": "BigQuery has no aggregates within aggregates.",
    "AGGREGATE_FILTERING": "BigQuery's aggregates have no WHERE.",
    "REPLACE_FIELDS": "For protocol buffers, which BigQuery does not have.",
    "ENABLE_MEASURES": "Not in BigQuery's language.",
}
"""Features that are switched off, and why."""

STATEMENTS = """
QUERY INSERT UPDATE DELETE MERGE TRUNCATE CREATE_TABLE_AS_SELECT CREATE_TABLE CREATE_SNAPSHOT_TABLE
CREATE_VIEW CREATE_MATERIALIZED_VIEW CREATE_EXTERNAL_TABLE CREATE_SCHEMA CREATE_FUNCTION
CREATE_TABLE_FUNCTION CREATE_PROCEDURE CREATE_MODEL CREATE_ROW_ACCESS_POLICY CREATE_INDEX
ALTER_TABLE ALTER_VIEW ALTER_MATERIALIZED_VIEW ALTER_SCHEMA ALTER_MODEL
DROP DROP_FUNCTION DROP_TABLE_FUNCTION DROP_MATERIALIZED_VIEW DROP_SNAPSHOT_TABLE
DROP_ROW_ACCESS_POLICY GRANT REVOKE EXPORT_DATA EXPORT_MODEL ASSERT CALL EXECUTE_IMMEDIATE
ASSIGNMENT BEGIN COMMIT ROLLBACK AUX_LOAD_DATA UNDROP
""".split()
"""The kinds of statements that BigQuery has, as the analyser calls them."""


def language(googlesql: GoogleSql) -> options_pb2.LanguageOptionsProto:
    """BigQuery's language, as near as the analyser's settings come."""
    off = {LanguageFeature.Value(f"FEATURE_{name}") for name in NOT_IN_BIGQUERY}
    return options_pb2.LanguageOptionsProto(
        product_mode=PRODUCT_EXTERNAL,
        enabled_language_features=sorted(set(googlesql.maximum_features()) - off),
        supported_statement_kinds=[
            ResolvedNodeKind.Value(f"RESOLVED_{kind}_STMT") for kind in STATEMENTS
        ],
        reserved_keywords=["QUALIFY"],
    )
