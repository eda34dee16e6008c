"""``lodestone serve``: its options are the server's table of settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from server.config import SETTINGS, Setting, load_config


def options() -> list[click.Option]:
    """An option for each setting that has a flag, and one for the file."""
    path = click.Path(path_type=Path, dir_okay=False)
    file = click.Option(["--config"], type=path, help="File of settings (TOML, or $LODESTONE_CONFIG).")
    return [file, *(_option(setting, setting.flag) for setting in SETTINGS if setting.flag)]


def _option(setting: Setting, flag: str) -> click.Option:
    unit = f" ({setting.unit})" if setting.unit else ""
    default = f"  [default: {setting.shown_default}]" if setting.shown_default else ""
    told = f"{setting.words}{unit}{default}"
    shape: dict[str, Any] = {"default": None, "help": told[0].upper() + told[1:]}
    if setting.is_switch:
        return click.Option([f"{flag}/--no-{flag.removeprefix('--')}"], **shape)
    if isinstance(setting.default, tuple):
        shape["default"] = None
    return click.Option([flag], metavar=(setting.unit or "TEXT").upper(), **shape)


def run_serve(flags: Mapping[str, object]) -> None:
    """Serve as the flags, the environment and the file say."""
    from server import serve  # noqa: PLC0415 - what serves takes long to import

    file = flags.get("config")
    serve(load_config(flags, file=file if isinstance(file, Path) else None))


def run_mcp(store: Path, timeout: float | None) -> None:
    """Serve to an assistant, as the flags and the environment say."""
    from server.assistant_stdio import run_assistant  # noqa: PLC0415 - an extra

    run_assistant(load_config({"store": store, "timeout": timeout}))
