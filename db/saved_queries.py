"""What the catalogue answers under a name: views, and macros that take a parameter, each with its comment."""

from collections.abc import Mapping
from typing import NamedTuple

from db.tables import comment


class View(NamedTuple):
    """A view. columns: meaning of each of its columns, in order."""

    name: str
    meaning: str
    columns: Mapping[str, str]
    sql: str

    @property
    def ddl(self) -> str:
        """Statements that create the view anew with its comments."""
        lines = [f"{self.definition()};", comment("VIEW", self.name, self.meaning)]
        return "\n".join(
            lines + [comment("COLUMN", f"{self.name}.{name}", text) for name, text in self.columns.items()]
        )

    def definition(self, kind: str = "VIEW") -> str:
        """Statement that creates it anew without comments. kind: VIEW, or TEMP VIEW."""
        return f"CREATE OR REPLACE {kind} {self.name} AS {self.sql}"


class Macro(NamedTuple):
    """A question with parameters. parameters: as they stand in SQL, with defaults; meaning says what each is.

    is_table: it gives rows (FROM name(...)); one value otherwise.
    """

    name: str
    parameters: str
    meaning: str
    sql: str
    is_table: bool = True

    @property
    def ddl(self) -> str:
        """Statements that create the macro anew with its comment."""
        return f"{self.definition()};\n" + comment(f"MACRO{self._kind}", self.name, self.meaning)

    @property
    def _kind(self) -> str:
        return " TABLE" if self.is_table else ""

    def definition(self, kind: str = "MACRO") -> str:
        """Statement that creates it anew without comment. kind: MACRO, or TEMP MACRO."""
        head = f"CREATE OR REPLACE {kind} {self.name}({self.parameters}) AS"
        return f"{head} TABLE {self.sql}" if self.is_table else f"{head} ({self.sql})"


Saved = View | Macro
