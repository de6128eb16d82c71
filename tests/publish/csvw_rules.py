"""Check a description of a CSV file against the rules of the CSVW standard.

Metadata Vocabulary for Tabular Data, W3C Recommendation, 17 December 2015; the numbers
are its sections. Only what a description of one table can break is here.
"""

import json
import re

DATATYPES = {
    "string", "number", "integer", "boolean", "date", "dateTime", "double", "decimal",
}  # fmt: skip
# 5.1.6: common properties are prefixed names, and may not be anything else.
PREFIXED = re.compile(r"^(dc|dcterms|schema|rdfs|skos):\w+$")
TABLE = {
    "@context", "@id", "@type", "url", "dialect", "notes", "suppressOutput",
    "tableDirection", "tableSchema", "transformations",
}  # fmt: skip
SCHEMA = {"columns", "foreignKeys", "primaryKey", "rowTitles", "@id", "@type"}
COLUMN = {"name", "suppressOutput", "titles", "virtual", "@id", "@type"}
INHERITED = {
    "aboutUrl", "datatype", "default", "lang", "null", "ordered", "propertyUrl",
    "required", "separator", "textDirection", "valueUrl",
}  # fmt: skip
DIALECT = {
    "commentPrefix", "delimiter", "doubleQuote", "encoding", "header",
    "headerRowCount", "lineTerminators", "quoteChar", "skipBlankRows", "skipColumns",
    "skipInitialSpace", "skipRows", "trim", "@id", "@type",
}  # fmt: skip
# Of variables in URI templates (RFC 6570, 2.3), less the leading "_" (CSVW, 5.6).
NAME = re.compile(r"^([A-Za-z0-9]|%[0-9A-Fa-f]{2})([A-Za-z0-9_.]|%[0-9A-Fa-f]{2})*$")


def breaches(text, header):
    """List what breaks the standard; `header` is the first line of the CSV file."""
    table = json.loads(text)
    found = [*_context(table), *_unknown(table, TABLE, "table")]
    if not isinstance(table.get("url"), str) or not table["url"]:
        found.append("5.4: a table has a url")
    found += _unknown(table.get("dialect", {}), DIALECT, "dialect")
    schema = table.get("tableSchema", {})
    found += _unknown(schema, SCHEMA, "schema")
    columns = schema.get("columns", [])
    names = [column.get("name") for column in columns]
    if len(set(names)) != len(names):
        found.append("5.5: names of columns are unique")
    for column in columns:
        found += _unknown(column, COLUMN | INHERITED, "column")
        if not NAME.match(column.get("name", "")):
            found.append(f"5.6: not a name: {column.get('name')!r}")
        if column.get("datatype") not in DATATYPES:
            found.append(f"5.11: not a datatype: {column.get('datatype')!r}")
    if [column.get("titles") for column in columns] != list(header):
        found.append("6.1: titles are the headings of the file, in order")
    return found


def _context(table):
    context = table.get("@context")
    whole = isinstance(context, list) and len(context) == 2
    if context != "http://www.w3.org/ns/csvw" and not whole:
        return ["5.2: the context is that of CSVW"]
    return []


def _unknown(part, known, what):
    return [
        f"5: {key!r} is no property of a {what}"
        for key in part
        if key not in known and not PREFIXED.match(key)
    ]
