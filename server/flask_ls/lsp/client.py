"""What the client can do, as plain answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types


@dataclass(frozen=True)
class Client:
    """The answers that decide how we speak to this client. Everything is off until it says otherwise."""

    name: str = ""
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    related_information: bool = False
    code_description: bool = False
    diagnostic_tags: frozenset[types.DiagnosticTag] = frozenset()
    pulls_configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False
    document_changes: bool = False
    renames_files: bool = False
    resolves_edits: bool = False
    markdown_hover: bool = False
    nested_symbols: bool = False
    links_definitions: bool = False
    progress: bool = False
    shows_documents: bool = False
    shows_documentation: bool = False
    """Whether the client itself shows what ``flask-ls.explainRule`` answers (told in the initialization options)."""


def read_client(params: types.InitializeParams, options: Mapping[str, Any]) -> Client:
    """What ``initialize`` says of the client; ``options`` are its initialization options."""
    capabilities = params.capabilities
    text = capabilities.text_document or types.TextDocumentClientCapabilities()
    workspace = capabilities.workspace or types.WorkspaceClientCapabilities()
    window = capabilities.window or types.WindowClientCapabilities()
    pull = text.diagnostic
    shown = pull if pull is not None and _says_something(pull) else text.publish_diagnostics
    action = text.code_action
    resolved = action.resolve_support.properties if action is not None and action.resolve_support is not None else ()
    edit = workspace.workspace_edit
    watched = workspace.did_change_watched_files
    configuration = workspace.did_change_configuration
    symbols = text.document_symbol
    document = window.show_document
    return Client(
        name=f"{params.client_info.name} {params.client_info.version or ''}".strip() if params.client_info else "",
        pulls_diagnostics=pull is not None,
        refreshes_diagnostics=bool(workspace.diagnostics and workspace.diagnostics.refresh_support),
        related_information=bool(shown and shown.related_information),
        code_description=bool(shown and shown.code_description_support),
        diagnostic_tags=frozenset(shown.tag_support.value_set if shown and shown.tag_support else ()),
        pulls_configuration=bool(workspace.configuration),
        registers_configuration=bool(configuration and configuration.dynamic_registration),
        registers_watchers=bool(watched and watched.dynamic_registration),
        document_changes=bool(edit and edit.document_changes),
        renames_files=bool(edit and types.ResourceOperationKind.Rename in (edit.resource_operations or ())),
        resolves_edits=bool(action and action.data_support and "edit" in resolved),
        markdown_hover=_prefers_markdown(text.hover),
        nested_symbols=bool(symbols and symbols.hierarchical_document_symbol_support),
        links_definitions=bool(text.definition and text.definition.link_support),
        progress=bool(window.work_done_progress),
        shows_documents=bool(document and document.support),
        shows_documentation=bool(options.get("showsDocumentation")),
    )


def _prefers_markdown(hover: types.HoverClientCapabilities | None) -> bool:
    # No word about formats comes from clients older than the word: those show Markdown or its source, which is legible.
    formats = hover.content_format if hover is not None else None
    return formats is None or types.MarkupKind.Markdown in formats


def _says_something(pull: types.DiagnosticClientCapabilities) -> bool:
    """Neovim repeats only part of what it shows under the newer capability; the older one then tells more."""
    return pull.related_information is not None or pull.code_description_support is not None
