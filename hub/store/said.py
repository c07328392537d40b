"""How is a statement said that every booking says? Written with SQLAlchemy, compiled once, then handed to the driver itself.

SQLAlchemy takes about 80 µs to say what SQLite answers in 5 µs: it looks up the compiled form, builds a context, a result and its
rows. Here the words, the order of the values and the converters of both ways are worked out once for each dialect. Listeners on
an engine hear every statement all the same, and what the driver refuses is raised as SQLAlchemy raises it.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from hub.store.schema.base import UtcTime, ms_of

Row = Any  # a tuple; of a SELECT also by the columns' names
Bare = tuple[Any, ...]
Convert = Callable[[Any], Any] | None
Values = Bare | dict[str, Any]


class Said:
    """A statement whose parameters have names; `columns`: what an INSERT sets, each by the parameter of that name."""

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._forms: dict[str, _Form] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Row]:
        """What it answers, values and names as SQLAlchemy would give them; KeyError where a parameter is missing."""
        form = self._forms.get(connection.dialect.name) or self._form(connection.dialect)
        return form.converted(_said(connection, form.words, form.values(values), asks=True))

    def bare(self, connection: Connection, **values: Any) -> list[Bare]:
        """The same as the driver gives it: instants in milliseconds, on SQLite truths as 0 and 1."""
        form = self._forms.get(connection.dialect.name) or self._form(connection.dialect)
        return _said(connection, form.words, form.values(values), asks=True)

    def row(self, connection: Connection, **values: Any) -> Row | None:
        """The first of its rows, or None."""
        found = self.rows(connection, **values)
        return found[0] if found else None

    def run(self, connection: Connection, **values: Any) -> None:
        """Say it where nothing is answered."""
        form = self._forms.get(connection.dialect.name) or self._form(connection.dialect)
        _said(connection, form.words, form.values(values))

    def put(self, connection: Connection, cells: Bare) -> None:
        """Say an INSERT whose values come in the order of its `columns`."""
        form = self._forms.get(connection.dialect.name) or self._form(connection.dialect)
        _said(connection, form.words, form.placed(cells))

    def _form(self, dialect: Dialect) -> "_Form":
        form = self._forms[dialect.name] = _Form(self._statement, self._columns, dialect)
        return form


def say(connection: Connection, words: str) -> None:
    """A statement without values or answer, in the database's own words; it begins nothing by itself."""
    _said(connection, words, (), begins=False)


class _Form:
    """A statement as one dialect takes it."""

    def __init__(self, statement: Executable, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
        if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params:
            raise ValueError("its words would change with its values")
        self.words = compiled.string
        self._names = tuple(
            (compiled.positiontup if compiled.positional else compiled.bind_names.values()) or ()
        )
        self._cells_of = _picker(self._names)
        self._places = _places(self._names, columns or ())
        kinds = [compiled.binds[name].type for name in self._names]
        self._instants = [place for place, kind in enumerate(kinds) if isinstance(kind, UtcTime)]
        there = enumerate(_there(kind, dialect) for kind in kinds)
        self._there = [(place, convert) for place, convert in there if convert is not None]
        self._as_given = not (self._instants or self._there)
        self._own = {name: bind.value for name, bind in compiled.binds.items() if bind.value is not None}
        self._by_name = not compiled.positional
        answered: Any = getattr(statement, "exported_columns", {})
        self._named: Any = _record(answered.keys())._make if answered else None
        found = enumerate(_back(each.type, dialect) for each in answered)
        self._back = [(place, convert) for place, convert in found if convert is not None]

    def values(self, given: dict[str, Any]) -> Values:
        """The parameters as the driver takes them."""
        if self._own:
            given = {**self._own, **given}
        return self._driven(self._cells_of(given))

    def placed(self, cells: Bare) -> Values:
        """The same of values in the order of the columns."""
        return self._driven(self._places(cells))

    def _driven(self, cells: Bare) -> Values:
        if not self._as_given:
            cells = self._converted(list(cells))
        return dict(zip(self._names, cells, strict=True)) if self._by_name else cells

    def _converted(self, cells: list[Any]) -> Bare:
        """The parameters as the driver takes them."""
        for place in self._instants:
            at = cells[place]
            if at is not None:
                cells[place] = ms_of(at)
        for place, convert in self._there:
            cells[place] = convert(cells[place])
        return tuple(cells)

    def converted(self, found: list[Bare]) -> list[Row]:
        """The driver's rows as the columns' types want them."""
        if not found or self._named is None:
            return found
        return [self._named(self._cells(row)) for row in found]

    def _cells(self, row: Bare) -> list[Any]:
        cells = list(row)
        for place, convert in self._back:
            if cells[place] is not None:
                cells[place] = convert(cells[place])
        return cells


def _picker(names: Sequence[str]) -> Callable[[dict[str, Any]], Bare]:
    """How the values of these names are taken out of all that was given, in this order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda given: tuple(given[name] for name in names)


def _places(names: Sequence[str], columns: Sequence[str]) -> Callable[[Bare], Bare]:
    """How values in the order of the columns are put into the order of these names."""
    if len(names) > 1 and set(names) == set(columns):
        return itemgetter(*(list(columns).index(name) for name in names))
    return lambda cells: tuple(dict(zip(columns, cells, strict=True))[name] for name in names)


def _record(names: Sequence[str]) -> Any:
    return namedtuple("Record", names, rename=True)  # noqa: PYI024 -- the names are known only here


def _there(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    if isinstance(kind, UtcTime):  # most of what is converted: without SQLAlchemy's calls around it
        return None
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _back(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _said(
    connection: Connection, words: str, values: Values, *, asks: bool = False, begins: bool = True
) -> list[Bare]:
    if begins and not connection.in_transaction():
        connection.begin()
    driver: Any = connection.connection.dbapi_connection
    cursor = driver.cursor()
    if hears := connection.engine.dispatch.before_cursor_execute:
        for hear in hears:  # (…, context, executemany)
            words, values = hear(connection, cursor, words, values, *(None, False))
    try:
        cursor.execute(words, values)
        return cursor.fetchall() if asks else []
    except connection.dialect.loaded_dbapi.Error as refused:
        raise _as_sqlalchemy_says(connection, words, values, refused) from refused


def _as_sqlalchemy_says(connection: Connection, words: str, values: Values, refused: Any) -> Exception:
    dialect = connection.dialect
    lost = dialect.is_disconnect(refused, connection.connection.dbapi_connection, None)
    told: Exception = DBAPIError.instance(
        words, values, refused, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
    )
    if lost:
        connection.invalidate(refused)
    return told
