"""Facts about SQL texts over a catalog, as GoogleSQL's analyser knows them."""

from collections.abc import Set

from google.protobuf.empty_pb2 import Empty
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto import options_pb2
from zetasql.wasi._pb2.zetasql.public import options_pb2 as public

from .catalog import Catalog, Column, Table
from .engine import Broken, GoogleSql, Invalid
from .language import language
from .lineage import Facts, Lineage, masks_of
from .tree import Node


class Analyser:
    """GoogleSQL over one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.masks: set[str] = set()
        self.start()
        self.add_views()

    def start(self) -> None:
        self.googlesql = GoogleSql()
        self.language = language(self.googlesql)
        self.registered: int | None = None
        self.register()

    def register(self) -> None:
        if self.registered is not None:
            request = service.UnregisterRequest(registered_id=self.registered)
            self.googlesql.call("UnregisterCatalog", request, Empty)
        catalog = self.catalog.message()
        catalog.builtin_function_options.language_options.CopyFrom(self.language)
        request = service.RegisterCatalogRequest(simple_catalog=catalog)
        answer = self.googlesql.call("RegisterCatalog", request, service.RegisterResponse)
        self.registered = answer.registered_id

    def add_views(self) -> None:
        """A view is a table whose columns have the lineage of its definition."""
        waiting = dict(self.catalog.views)
        while waiting:
            added = {name: view for name, sql in waiting.items() if (view := self.view(name, sql))}
            if not added:
                raise ValueError(f"views that GoogleSQL does not take: {sorted(waiting)}")
            self.catalog.tables |= added
            self.register()
            waiting = {name: sql for name, sql in waiting.items() if name not in added}

    def view(self, name: str, sql: str) -> Table | None:
        try:
            facts = self.facts(sql)
        except Invalid:
            return None  # perhaps it reads a view that was not added yet
        columns = [
            Column(output.name, output.type, content)
            for output, content in zip(facts.columns, facts.values, strict=True)
        ]
        return Table(name, columns, {name, *facts.reads}, facts.indirect)

    def facts(self, sql: str, masks: Set[str] = frozenset()) -> Facts:
        """What GoogleSQL knows of a statement; `Invalid` if it refuses it."""
        try:
            statement = self.resolve(sql, public.PARAMETER_NAMED)
        except Invalid:
            if "?" not in sql:
                raise
            statement = self.resolve(sql, public.PARAMETER_POSITIONAL)
        return Lineage(self.catalog, masks).statement(statement)

    def learn_masks(self, masked: list[str]) -> None:
        """Takes over how columns are masked from texts that read whole tables."""
        for sql in masked:
            self.masks |= masks_of(self.resolve(sql, public.PARAMETER_NAMED))

    def resolve(self, sql: str, parameters: int) -> Node:
        options = options_pb2.AnalyzerOptionsProto(
            language_options=self.language,
            allow_undeclared_parameters=True,
            parameter_mode=parameters,
            default_timezone="UTC",
        )
        request = service.AnalyzeRequest(
            options=options, registered_catalog_id=self.registered, sql_statement=sql
        )
        try:
            answer = self.googlesql.call("Analyze", request, service.AnalyzeResponse)
        except Broken:
            self.start()
            raise
        return Node(answer.resolved_statement)
