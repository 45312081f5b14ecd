"""The least a Textual app with a table can be: 50 rows and 11 columns in a DataTable."""

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class BareApp(App[None]):
    """One table, nothing else."""

    def compose(self) -> ComposeResult:
        """The table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fifty rows."""
        table = self.query_one(DataTable)
        table.add_columns(*(f"column{number}" for number in range(11)))
        for number in range(50):
            table.add_row(f"train-{number:04d}", *(f"value{cell}" for cell in range(10)))


if __name__ == "__main__":
    BareApp().run(mouse=False)
