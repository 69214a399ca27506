#!/usr/bin/env python3
"""peer_python - the CloudTrail branch of T1578.004.spl with Python's json and gzip.

    peer_python.py PATH    a file of one record a line, or a folder of .json.gz deliveries

Prints actor, address, operation and resource of each row, and the seconds on standard error.
"""
import gzip
import json
import os
import re
import sys
import time

NAMES = {"ImportSnapshot", "RestoreSnapshotTier", "CreateRestoreImageTask", "CopySnapshot",
         "RegisterImage", "AttachVolume", "ModifyVolume", "StopInstances", "StartInstances",
         "RunInstances"}
RESTORE = re.compile("snapshot|RestoreImage|RegisterImage", re.IGNORECASE)


def records(path):
    if os.path.isdir(path):
        for folder, _, names in os.walk(path):
            for name in names:
                with gzip.open(os.path.join(folder, name)) as file:
                    yield from json.load(file)["Records"]
        return
    with open(path, "rb") as file:
        for line in file:
            yield json.loads(line)


def rows(path):
    for record in records(path):
        name = record["eventName"]
        if name not in NAMES or record.get("errorCode"):
            continue
        if not RESTORE.search(name) and name not in ("StopInstances", "StartInstances"):
            continue
        asked = record.get("requestParameters") or {}
        resource = asked.get("volumeId") or asked.get("instanceId") or asked.get("imageId")
        yield (record["eventTime"], record["userIdentity"].get("arn", ""),
               record["sourceIPAddress"], name, resource or "unknown")


def main():
    start = time.monotonic()
    for row in sorted(rows(sys.argv[1]), reverse=True):
        print(",".join(row[1:]))
    print(f"seconds={time.monotonic() - start:.6f}", file=sys.stderr)


main()
