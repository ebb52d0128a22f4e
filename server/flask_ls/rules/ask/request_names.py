"""What Flask's request has, and what people look for in it (werkzeug 2.2 to 3.1)."""

from __future__ import annotations

# Not callable values (werkzeug.wrappers.Request and flask.Request, attributes and properties).
PROPERTIES = frozenset(
    [
        "accept_charsets",
        "accept_encodings",
        "accept_languages",
        "accept_mimetypes",
        "access_control_request_headers",
        "access_control_request_method",
        "access_route",
        "args",
        "authorization",
        "base_url",
        "blueprint",
        "blueprints",
        "cache_control",
        "content_encoding",
        "content_length",
        "content_md5",
        "content_type",
        "cookies",
        "data",
        "date",
        "endpoint",
        "environ",
        "files",
        "form",
        "full_path",
        "headers",
        "host",
        "host_url",
        "if_match",
        "if_modified_since",
        "if_none_match",
        "if_range",
        "if_unmodified_since",
        "input_stream",
        "is_json",
        "is_multiprocess",
        "is_multithread",
        "is_run_once",
        "is_secure",
        "json",
        "max_content_length",
        "max_form_memory_size",
        "max_form_parts",
        "max_forwards",
        "method",
        "mimetype",
        "mimetype_params",
        "origin",
        "path",
        "pragma",
        "query_string",
        "range",
        "referrer",
        "remote_addr",
        "remote_user",
        "root_path",
        "root_url",
        "routing_exception",
        "scheme",
        "script_root",
        "server",
        "stream",
        "url",
        "url_root",
        "url_rule",
        "user_agent",
        "values",
        "view_args",
        "want_form_data_parsed",
    ]
)
METHODS = frozenset({"get_json", "get_data"})
# Attributes of other frameworks' requests -> what Flask has instead, if one expression does.
FOREIGN = {
    "GET": "args",
    "POST": "form",
    "FILES": "files",
    "COOKIES": "cookies",
    "META": "environ",
    "body": "data",
    "content": "data",
    "query_params": "args",
    "path_params": "view_args",
    "query": "args",
    "params": "values",
    "param": "values",
    "form_data": "form",
    "formdata": "form",
    "payload": "json",
    "json_body": "json",
    "matchdict": "view_args",
    "match_info": "view_args",
    "ip": "remote_addr",
    "auth": "authorization",
    "get_host": None,
    "is_ajax": None,
    "is_xhr": None,
    "user": None,
    "session": None,
    "client": None,
    "text": None,
    # Misspelt; also the names of properties with underscores left out or put in, see `meant_property`.
    "arg": "args",
    "forms": "form",
    "file": "files",
    "header": "headers",
    "cookie": "cookies",
    "value": "values",
    "methods": "method",
}
_PLAIN = {name.replace("_", ""): name for name in PROPERTIES | METHODS}


def meant_property(name: str) -> str | None:
    """The property or method that a name without its underscores means: ``query_string`` for ``querystring``."""
    meant = _PLAIN.get(name.replace("_", "")) if name not in PROPERTIES | METHODS else None
    return meant if meant is not None and "_" in f"{meant}{name}" else None


# The mappings of a request and what these have (MultiDict, CombinedMultiDict, EnvironHeaders).
MAPPINGS = frozenset({"args", "form", "values", "files", "cookies", "headers"})
OF_MAPPINGS = frozenset(
    """
    add add_header clear copy deepcopy dicts environ extend fromkeys get get_all getlist insert items keys lists
    listvalues pop popitem popitemlist poplist remove set setdefault setlist setlistdefault to_dict to_wsgi_list update
    values
    """.split()
)
METHODS_OF_MAPPINGS = frozenset({"get", "getlist", "to_dict", "keys", "items"})
