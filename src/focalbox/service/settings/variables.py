"""From environment variables to the values of settings, with a sentence about each mistake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from focalbox.errors import InvalidRequest
from focalbox.service.dialects.signing import is_unicode
from focalbox.service.settings import values
from focalbox.service.settings.secret_file import FILE_SUFFIX, read_secret
from focalbox.settings import PREFIX, names_of_links

__all__ = ["SERVICE_PREFIX", "read_value", "read_variables"]

SERVICE_PREFIX = f"{PREFIX}SERVICE_"

_SENTENCES = ("a size", "a key", "the secret", "a preset")
"""How messages begin that are whole sentences, and not the end of one that the setting's name begins."""

_PATHS = (values.folder, values.open_folder, values.socket_path)  # some systems let a path be any bytes

Kinds = Mapping[str, Mapping[str, Any]]
"""Of each setting, how it is read (``read``) and whether it is a secret (``secret``)."""


def read_variables(environment: Mapping[str, str], kinds: Kinds) -> tuple[dict[str, Any], list[str]]:
    """Read all settings of the service that are set.

    Returns
    -------
    found : dict
        Values by the name of the setting.
    mistakes : list of str
        A sentence each, none with a secret in it.
    """
    links = names_of_links(environment)
    found: dict[str, Any] = {}
    mistakes: list[str] = []
    for variable, text in sorted(environment.items()):
        if not variable.startswith(SERVICE_PREFIX) or variable in links:
            continue
        plain = variable.removesuffix(FILE_SUFFIX)
        name = plain.removeprefix(SERVICE_PREFIX).lower()
        in_file = plain != variable and name in kinds and kinds[name]["secret"]
        if variable != variable.upper() or (not in_file and (plain != variable or name not in kinds)):
            mistakes.append(f"{variable} is not a setting")
        elif not in_file:
            mistakes += read_value(found, kinds, name, text, variable)
        elif plain in environment:
            mistakes.append(f"{plain} and {variable} are not set together: one of them holds the secret")
        else:
            mistakes += _read_file(found, kinds, name, text, variable)
    return found, mistakes


def read_value(found: dict[str, Any], kinds: Kinds, name: str, text: str, called: str) -> list[str]:
    """Read one value into ``found``; a fault in it is returned as a sentence."""
    read = kinds[name]["read"]
    if read not in _PATHS and not is_unicode(text):  # it would fail where it is used: in every address
        return [f"{called} is text in UTF-8"]
    try:
        found[name] = read(text)
    except InvalidRequest as error:
        return [f"{called}: {error}" if str(error).startswith(_SENTENCES) else f"{called} is {error}"]
    return []


def _read_file(found: dict[str, Any], kinds: Kinds, name: str, path: str, called: str) -> list[str]:
    try:
        text = read_secret(path)
    except InvalidRequest as error:
        return [f"{called} is {error}"]
    return read_value(found, kinds, name, text, f"the text in the file of {called}")
