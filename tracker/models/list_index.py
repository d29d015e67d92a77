"""An index in the order in which the list shows its rows."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import F, Q


class ListIndex(models.Index):
    """Holds the published rows, unknown days last. `beside` are columns that it answers for by itself.

    SQLite refuses to index with NULLS LAST, which is its own order where days descend; ascending, it goes by
    a plain one.
    """

    def __init__(
        self, column: str = "", *, descending: bool = False, beside: tuple[str, ...] = (), name: str = ""
    ) -> None:
        self.said: dict[str, Any] = {"descending": descending, "beside": tuple(beside), "name": name}
        self.column = column
        first, second = F(column), F("id")
        order = (
            (first.desc(nulls_last=True), second.desc())
            if descending
            else (first.asc(nulls_last=True), second.asc())
        )
        super().__init__(
            *order, *(F(name) for name in beside), name=name, condition=Q(published_at__isnull=False)
        )

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", (self.column,), dict(self.said)

    def create_sql(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, using: str = "", **said: Any
    ) -> Statement:
        statement = super().create_sql(model, schema_editor, using=using, **said)
        if schema_editor.connection.vendor == "sqlite":
            columns: Any = str(statement.parts["columns"]).replace(" NULLS LAST", "")
            statement.parts["columns"] = columns
        return statement
