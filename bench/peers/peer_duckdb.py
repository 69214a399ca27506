#!/usr/bin/env python3
"""peer_duckdb - the same work in DuckDB, with the columns spelled out, its fastest way.

    peer_duckdb.py query|stats|groups THREADS PATH

PATH is a file of one record a line, or a folder of .json.gz deliveries. Prints the rows, and on
standard error the seconds that DuckDB needed, without the start of Python.
"""
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
        "userIdentity": "STRUCT(arn VARCHAR)",
        "requestParameters": "STRUCT(volumeId VARCHAR, instanceId VARCHAR, imageId VARCHAR)",
    },
    "stats": {
        "eventName": "VARCHAR",
        "sourceIPAddress": "VARCHAR",
        "userIdentity": "STRUCT(arn VARCHAR)",
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
        SELECT count(*), sum(n), max(n) FROM (SELECT id, count(*) AS n FROM {source} GROUP BY id)""",
}


def source(work, path):
    fields = FIELDS[work]
    if os.path.isdir(path):
        record = "STRUCT(" + ", ".join(f'"{name}" {kind}' for name, kind in fields.items()) + ")"
        return (f"(SELECT unnest(Records, max_depth := 2) FROM read_json('{path}/**/*.json.gz', "
                f"columns = {{Records: '{record}[]'}}))")
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in fields.items())
    return f"read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"


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
