#!/usr/bin/env python3
"""peer_duckdb - the same work in DuckDB, with the fields and their types spelled out.

    peer_duckdb.py query|stats|groups THREADS PATH

PATH is a file of one record a line, or a folder of .json.gz deliveries. Prints the rows, and on
standard error the seconds that DuckDB needed, without the start of Python.
"""
import json
import os
import sys
import time

import duckdb

FIELDS = {
    "query": {
        "eventTime": "VARCHAR",
        "eventName": "VARCHAR",
        "errorCode": "VARCHAR",
        "sourceIPAddress": "VARCHAR",
        "userIdentity": {"arn": "VARCHAR"},
        "requestParameters": {"volumeId": "VARCHAR", "instanceId": "VARCHAR", "imageId": "VARCHAR"},
    },
    "stats": {
        "eventName": "VARCHAR",
        "sourceIPAddress": "VARCHAR",
        "userIdentity": {"arn": "VARCHAR"},
    },
    "groups": {"id": "VARCHAR"},
}

SQL = {
    "query": """
        SELECT coalesce(userIdentity.arn, ''), sourceIPAddress, eventName,
               coalesce(requestParameters.volumeId, requestParameters.instanceId,
                        requestParameters.imageId, 'unknown')
        FROM {source}
        WHERE eventName IN ('ImportSnapshot', 'RestoreSnapshotTier', 'CreateRestoreImageTask',
                            'CopySnapshot', 'RegisterImage', 'AttachVolume', 'ModifyVolume',
                            'StopInstances', 'StartInstances', 'RunInstances')
          AND coalesce(errorCode, '') = ''
          AND (regexp_matches(eventName, '(?i)(snapshot|RestoreImage|RegisterImage)')
               OR eventName IN ('StopInstances', 'StartInstances'))
        ORDER BY eventTime DESC""",
    "stats": """
        SELECT eventName, userIdentity.arn AS arn, sourceIPAddress, count(*)
        FROM {source}
        WHERE eventName IS NOT NULL AND userIdentity.arn IS NOT NULL
          AND sourceIPAddress IS NOT NULL
        GROUP BY ALL ORDER BY ALL""",
    "groups": """
        SELECT count(*), sum(n), max(n)
        FROM (SELECT id, count(*) AS n FROM {source} GROUP BY id)""",
}


def deliveries(fields, path):
    """Whole files as JSON, taken apart by hand: read_json with the same columns needs more time
    (by a quarter in DuckDB 1.4, ten times as much in 2.0)."""
    structure = json.dumps({"Records": [fields]})
    return (f"(SELECT unnest(from_json(json, '{structure}').Records, max_depth := 2) "
            f"FROM read_json_objects('{path}/**/*.json.gz', format = 'newline_delimited'))")


def lines(fields, path):
    def kind(field):
        if isinstance(field, str):
            return field
        return "STRUCT(" + ", ".join(f"{name} {kind(part)}" for name, part in field.items()) + ")"

    columns = ", ".join(f"{name}: '{kind(field)}'" for name, field in fields.items())
    return f"read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"


def source(work, path):
    return (deliveries if os.path.isdir(path) else lines)(FIELDS[work], path)


def main():
    work, threads, path = sys.argv[1:4]
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}")
    start = time.monotonic()
    rows = connection.execute(SQL[work].format(source=source(work, path))).fetchall()
    seconds = time.monotonic() - start
    for row in rows:
        print(",".join(str(cell) for cell in row))
    print(f"seconds={seconds:.6f}", file=sys.stderr)


main()
