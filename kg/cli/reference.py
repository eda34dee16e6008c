"""The reference of every command: what ``--help`` says, as a chapter in Markdown.

python -m kg.cli.reference    # writes it anew
"""

from collections.abc import Iterator
from pathlib import Path

import click

from kg.cli import main

CHAPTER = Path(__file__).parents[2] / "server" / "docs" / "commands.md"
_BEGIN, _END = "<!-- commands -->\n", "<!-- /commands -->"


def documented() -> Iterator[str]:
    """Every command with its arguments and options, line by line."""
    with click.Context(main, info_name="lodestone") as root:
        yield from _group(main, root)


def _group(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:  # pragma: no cover - it was listed
            continue
        with click.Context(command, info_name=name, parent=context) as inner:
            yield from _command(command, inner)
            if isinstance(command, click.Group):
                yield from _group(command, inner)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"## {context.command_path}"
    yield ""
    yield f"    {usage}"
    yield ""
    for paragraph in (command.help or "").split("\n\n"):
        yield _plain(" ".join(paragraph.replace("\b", "").split()))
        yield ""
    settings = command.name == "serve"
    if settings:
        yield "Its other options are the [settings](operations.md#settings)."
        yield ""
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if settings:
        options = [option for option in options if "--config" in option.opts]
    if options:
        yield "| option | what |"
        yield "|---|---|"
        for option in options:
            yield _option(option, context)
        yield ""


def _option(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    names, words = record if record is not None else (", ".join(option.opts), "")
    return f"| `{names.replace('|', chr(92) + '|')}` | {_plain(words)} |"


def _plain(text: str) -> str:
    """Text whose signs mean nothing in Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_<>[]|#" else sign for sign in " ".join(text.split()))


def write(chapter: Path = CHAPTER) -> None:
    """Write the commands into the chapter, between its marks."""
    before, _, rest = chapter.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    told = "\n".join(documented()).rstrip()
    chapter.write_text(f"{before}{_BEGIN}{told}\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write()
