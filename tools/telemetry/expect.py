"""expect.py - what the two published queries find, worked out a second time in plain Python.

It reads the written files, not the generator's memory, and shares no code with strandline: where
the two disagree, one of them is wrong. `run` counts every copy of an event; `hunt` counts the
first copy, told by eventID, else eventDataId, else the record itself.
"""
import calendar
import gzip
import json
import os
import re
import time

AWS_NAMES = {n.lower() for n in (
    "ImportSnapshot", "RestoreSnapshotTier", "CreateRestoreImageTask", "CopySnapshot",
    "RegisterImage", "AttachVolume", "ModifyVolume", "StopInstances", "StartInstances",
    "RunInstances")}
AZURE_NAMES = {
    "microsoft.compute/disks/write", "microsoft.compute/restorepoints/write",
    "microsoft.compute/restorepointcollections/write",
    "microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems/"
    "recovery/action", "microsoft.compute/virtualmachines/capture/action"}
RESTORE = re.compile(r"(snapshot|RestoreImage|RegisterImage|ImportSnapshot|CopySnapshot|"
                     r"RestoreSnapshotTier|CreateRestoreImageTask)", re.I)
RAW = re.compile(r'(snapshot|restorePoint|diskRestorePoint|creationData|"Copy")', re.I)
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
STATUS = {"start": "Started", "accept": "Accepted", "success": "Succeeded", "failure": "Failed",
          "failed": "Failed"}


# -- reading -----------------------------------------------------------------------------------

def events(root):
    """Every event below `root` as (path, position, raw text, object), in path order."""
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith(".gz"):
                with gzip.open(path, "rt", encoding="utf-8") as file:
                    text = file.read()
            elif name.endswith((".json", ".ndjson")):
                with open(path, encoding="utf-8") as file:
                    text = file.read()
            else:
                continue
            for position, raw in enumerate(records(text)):
                yield path, position, raw, json.loads(raw)


def records(text):
    """The raw text of each record: of an array, of an envelope, or of each line."""
    decoder = json.JSONDecoder()
    first = text.lstrip()
    if first.startswith("["):
        return array_items(decoder, text, text.index("["))
    for key in ("Records", "records"):
        head = '{"%s":[' % key
        if first.startswith(head):
            return array_items(decoder, text, text.index(head) + len(head) - 1)
    lines = [line for line in text.splitlines() if line.strip()]
    return [line for line in lines if "digestS3Bucket" not in json.loads(line)]


def array_items(decoder, text, start):
    items, at = [], start + 1
    while text[at:at + 1] != "]":
        if text[at] in ", \r\n\t":
            at += 1
            continue
        _, end = decoder.raw_decode(text, at)
        items.append(text[at:end])
        at = end
    return items


# -- fields ------------------------------------------------------------------------------------

def get(event, *path):
    for step in path:
        if not isinstance(event, dict) or step not in event:
            return None
        event = event[step]
    return None if isinstance(event, (dict, list)) else event


def items(event, *path):
    """The values of the last step over the elements of the list at the steps before it."""
    for step in path[:-1]:
        event = event.get(step) if isinstance(event, dict) else None
    found = [e[path[-1]] for e in event or [] if path[-1] in e]
    return ",".join(found) or None


def first(*values):
    return next((v for v in values if v is not None), None)


def seconds(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    base = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return base, (fraction + "000000000")[:9]


def epoch_ms(text):
    base, nanos = seconds(text)
    return base * 1000 + int(nanos) // 1000000


def operation_of(event):
    return first(get(event, "operationName", "value"), get(event, "operationName"))


def status_of(event):
    value = first(get(event, "status", "value"), get(event, "resultType"))
    return STATUS.get(value.lower(), value) if value is not None else None


def caller_of(event):
    claims = event.get("identity", {}).get("claims", {})
    return first(get(event, "caller"), claims.get(CLAIMS + "upn"), claims.get(CLAIMS + "name"),
                 claims.get("name"), claims.get("appid"), claims.get(OBJECT_ID))


def kind_of(event):
    if "eventVersion" in event:
        return "cloudtrail"
    return "crowdstrike" if "event_simpleName" in event else "azure"


def identity_of(event, raw):
    return first(get(event, "eventID"), get(event, "eventDataId"), raw)


# -- the SPL query -----------------------------------------------------------------------------

def spl_row(kind, event, raw):
    """The row of the SPL query, True when only its first filter passed, or None."""
    if kind == "cloudtrail":
        name = event["eventName"]
        if name.lower() not in AWS_NAMES or get(event, "errorCode") not in (None, ""):
            return None
        restore = 1 if RESTORE.search(name) else 0
        reset = 1 if name in ("StopInstances", "StartInstances") else 0
        parameters = event.get("requestParameters") or {}
        row = {"_time": event["eventTime"], "CloudProvider": "AWS",
               "ActorIdentity": get(event, "userIdentity", "arn"),
               "SourceIP": event["sourceIPAddress"], "Operation": name,
               "TargetResource": first(get(parameters, "volumeId"),
                                       get(parameters, "instanceId"),
                                       get(parameters, "imageId"), "unknown"),
               "IsSnapshotRestore": restore, "IsEphemeralReset": reset,
               "SuspicionScore": restore + reset}
    elif kind == "azure":
        if operation_of(event).lower() not in AZURE_NAMES or status_of(event) != "Succeeded":
            return None
        restore = 1 if RAW.search(raw) else 0
        row = {"_time": first(get(event, "eventTimestamp"), get(event, "time")),
               "CloudProvider": "Azure", "ActorIdentity": caller_of(event),
               "SourceIP": first(get(event, "callerIpAddress"),
                                 get(event, "httpRequest", "clientIpAddress")),
               "Operation": operation_of(event), "TargetResource": event["resourceId"],
               "IsSnapshotRestore": restore, "IsEphemeralReset": 0, "SuspicionScore": restore}
    else:
        return None
    return row if row["SuspicionScore"] > 0 else None


def spl(found):
    rows = [row for row in (spl_row(kind, event, raw) for kind, event, raw in found) if row]
    return sorted(rows, key=lambda r: (seconds(r["_time"]), r["Operation"], r["TargetResource"]),
                  reverse=True)


# -- the CQL query, over the view --------------------------------------------------------------

def cql_event(kind, event):
    """The event as CloudResourceModification: the five keys and the time, or None."""
    if kind == "crowdstrike":
        if event["event_simpleName"] != "CloudResourceModification":
            return None
        return tuple(event.get(k) for k in ("aid", "ActorUserName", "OperationName",
                                            "ResourceType", "ResourceName")) + (
                                                int(event["timestamp"]),)
    if kind == "azure":
        name = operation_of(event)
        if not re.match(r"microsoft\.(compute|recoveryservices)/", name, re.I):
            return None
        if name.lower().endswith("/read"):
            return None
        subscription = first(get(event, "subscriptionId"), event["resourceId"].split("/")[2])
        return (subscription.lower(), caller_of(event), name, azure_type(name),
                event["resourceId"], epoch_ms(first(get(event, "eventTimestamp"),
                                                    get(event, "time"))))
    if event["eventSource"] not in ("ec2.amazonaws.com", "ebs.amazonaws.com"):
        return None
    if event.get("readOnly") is not False:
        return None
    who = first(get(event, "userIdentity", "userName"), get(event, "userIdentity", "arn"),
                get(event, "userIdentity", "invokedBy"))
    return (event["recipientAccountId"], who, event["eventName"], aws_type(event["eventName"]),
            aws_name(event), epoch_ms(event["eventTime"]))


def aws_type(name):
    for part in ("Snapshot", "Volume", "Image", "SecurityGroup", "NetworkInterface", "Instance",
                 "Tags"):
        if part in name:
            return part[0].lower() + part[1:]
    raise KeyError(name)


def aws_name(event):
    name = event["eventName"]
    asked, given = event.get("requestParameters"), event.get("responseElements")
    if "Snapshot" in name:
        return first(get(given, "snapshotId"), get(asked, "snapshotId"),
                     get(event, "serviceEventDetails", "snapshotId"))
    if "Volume" in name:
        return first(get(given, "volumeId"), get(asked, "volumeId"),
                     get(asked, "ModifyVolumeRequest", "VolumeId"))
    if "Image" in name:
        return first(get(given, "imageId"), get(asked, "imageId"))
    if "Instance" in name:
        return first(items(asked, "instancesSet", "items", "instanceId"),
                     get(asked, "instanceId"),
                     items(given, "instancesSet", "items", "instanceId"),
                     items(asked, "instancesSet", "items", "imageId"))
    return first(get(given, "groupId"), get(asked, "groupId"),
                 items(asked, "resourcesSet", "items", "resourceId"))


def azure_type(name):
    kinds = {"disks": "disk", "snapshots": "snapshot", "virtualmachines": "virtualMachine",
             "restorepointcollections": "restorePointCollection"}
    if name.lower().startswith("microsoft.recoveryservices/"):
        return "protectedItem" if "/protecteditems/" in name.lower() else "vault"
    if "/restorepoints/" in name.lower():
        return "restorePoint"
    return kinds[name.lower().split("/")[1]]


def cql(found):
    groups = {}
    for kind, event, _ in found:
        seen = cql_event(kind, event)
        if seen is None:
            continue
        if not re.search(r"snapshot|virtualMachine|instance|compute|create|delete|modify|revert",
                         seen[2], re.I):
            continue
        if seen[1] is not None and re.search(r"backup|automation|serviceaccount|scheduler",
                                             seen[1], re.I):
            continue
        groups.setdefault(seen[:5], []).append(seen[5])
    rows = []
    for (_, actor, name, kind, resource), times in groups.items():
        if re.search(r"delete|destroy|terminate", name, re.I):
            risk = "High"
        elif re.search(r"snapshot|create", name, re.I):
            risk = "Medium"
        else:
            continue
        rows.append({"ActorUserName": actor, "OperationName": name, "ResourceType": kind,
                     "ResourceName": resource, "OpCount": len(times), "RiskScore": risk,
                     "FirstSeen": min(times)})
    rows.sort(key=lambda r: (r["RiskScore"], r["FirstSeen"]), reverse=True)
    return rows


# -- report ------------------------------------------------------------------------------------

def expected(root):
    """Rows of both queries over one directory, for run (all copies) and hunt (first copies)."""
    everything, once, seen, formats = [], [], set(), {}
    for _, _, raw, event in events(root):
        kind = kind_of(event)
        formats[kind] = formats.get(kind, 0) + 1
        everything.append((kind, event, raw))
        identity = identity_of(event, raw)
        if identity not in seen:
            seen.add(identity)
            once.append((kind, event, raw))
    return {"events": formats, "copies": len(everything) - len(once),
            "run": {"spl": spl(everything), "cql": cql(everything)},
            "hunt": {"spl": spl(once), "cql": cql(once)}}


def report(root, write):
    """Prints the expected rows of `root` as a whole and of each directory, as JSON lines."""
    for name in ["."] + sorted(os.listdir(root)):
        folder = os.path.normpath(os.path.join(root, name))
        if not os.path.isdir(folder):
            continue
        found = expected(folder)
        write(json.dumps({"directory": name, "events": found["events"],
                          "copies": found["copies"],
                          "rows": {c: {q: len(r) for q, r in found[c].items()}
                                   for c in ("run", "hunt")}}))
        for command in ("run", "hunt") if name != "." else ():
            for query in ("spl", "cql"):
                for row in found[command][query]:
                    write(json.dumps({"directory": name, "command": command, "query": query,
                                      "row": row}))
