"""What the commands share: the console, the database at work with Django ready, one progress bar."""

import contextlib
from collections.abc import Callable, Iterator

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from fenji.config import environment
from fenji.config.environment import Installation

console = Console()
Report = Callable[[int, int], None]  # done so far, of how many (0: unknown)


@contextlib.contextmanager
def fenji(*, owner: bool = False) -> Iterator[Installation]:
    """The installation with its database at work and Django ready; `owner` connects as the owner of the tables."""
    installation = environment.complete()
    with environment.database(installation):
        if owner:
            environment.as_owner()
        import django

        django.setup()
        from fenji.apps.common.errors import DomainError

        try:
            yield installation
        except DomainError as error:
            failed(" ".join(filter(None, (str(error.message), str(error.remedy)))))
            raise typer.Exit(1) from None


@contextlib.contextmanager
def bar(title: str) -> Iterator[Report]:
    """A progress bar; the block calls what it is given with (done, total)."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total or None)


def done(text: str) -> None:
    console.print(f"[green]✓[/green] {text}", highlight=False)


def failed(text: str) -> None:
    console.print(f"[red]✗[/red] {text}", highlight=False)
