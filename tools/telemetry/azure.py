"""azure.py - Azure Activity operations, and the three shapes their records are exported in.

An operation is made once, as a list of steps (started, accepted, succeeded or failed) with one
correlation id; each shape then writes the same steps in its own words: the REST shape, the Event
Hub messages, and the PT1H.json lines of a storage account.
"""
import json
import os

from telemetry.made import SUBSCRIPTION, TENANT, after, epoch_ms, iso_sevenths

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
ROLES = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
GROUP = "rg-web-prod"

# The code, its number and the words that follow a step, by the step's name.
STEPS = {
    "Started": ("", "", ""),
    "Accepted": ("Accepted", "202", "Accepted (HTTP Status Code: 202)"),
    "Succeeded": ("", "", ""),
    "Created": ("Created", "201", "Created (HTTP Status Code: 201)"),
    "OK": ("OK", "200", "OK (HTTP Status Code: 200)"),
    "Conflict": ("Conflict", "409", "Conflict (HTTP Status Code: 409)"),
    "Forbidden": ("Forbidden", "403", "Forbidden (HTTP Status Code: 403)"),
}
HUB_RESULT = {"Started": "Start", "Accepted": "Accept", "Succeeded": "Success",
              "Failed": "Failure"}


class Person:
    """Who calls: a user (with a upn) or an application (with an app id only)."""

    def __init__(self, made, upn=None, name=None, address=None):
        self.upn, self.name, self.address = upn, name, address
        self.object_id = made.uuid()
        self.app_id = made.uuid()
        self.uti = made.token(22)

    @property
    def caller(self):
        return self.upn if self.upn is not None else self.app_id

    def claims(self, when):
        seconds = epoch_ms(when) // 1000
        claims = {"aud": "https://management.core.windows.net/",
                  "iss": "https://sts.windows.net/%s/" % TENANT, "iat": str(seconds - 700),
                  "nbf": str(seconds - 700), "exp": str(seconds + 3800)}
        if self.upn is not None:
            first, _, last = self.name.partition(" ")
            claims["http://schemas.microsoft.com/claims/authnmethodsreferences"] = "pwd,mfa"
            claims[CLAIMS + "surname"] = last
            claims[CLAIMS + "givenname"] = first
            claims["ipaddr"] = self.address
            claims["name"] = self.name
            claims["puid"] = "1003200" + self.uti[:9].upper()
            claims[CLAIMS + "name"] = self.upn
            claims[CLAIMS + "upn"] = self.upn
        else:
            claims["idtyp"] = "app"
        claims["appid"] = ("04b07795-8ddb-461a-bbee-02f9e1bf7b46" if self.upn is not None
                           else self.app_id)
        claims["appidacr"] = "0" if self.upn is not None else "2"
        claims[OBJECT_ID] = self.object_id
        claims["http://schemas.microsoft.com/identity/claims/tenantid"] = TENANT
        claims["uti"] = self.uti
        claims["ver"] = "1.0"
        return claims


class Azure:
    """Makes the operations of one directory."""

    def __init__(self, made):
        self.made = made
        self.steps = []

    def operation(self, when, person, action, resource, steps, **rest):
        """Appends one operation. `steps` is a list of (seconds after the first, status, code).
        `rest`: request and response bodies (dicts), group, level."""
        correlation, request_id = self.made.uuid(), self.made.uuid()
        scope = "/subscriptions/%s/resourceGroups/%s/providers/%s" % (
            SUBSCRIPTION, rest.get("group", GROUP), resource)
        for number, (seconds, status, code) in enumerate(steps):
            step = {"when": after(when, seconds), "person": person, "action": action,
                    "scope": scope, "status": status, "code": code, "correlation": correlation,
                    "operation": request_id, "event": self.made.uuid(),
                    "digit": self.made.random.randrange(10), "first": number == 0,
                    "group": rest.get("group", GROUP), "lag": self.made.random.uniform(40, 260),
                    "method": rest.get("method", "PUT" if action.endswith("write") else "POST"),
                    "service_request": self.made.uuid() if number > 0 else None,
                    "level": "Error" if status == "Failed" else "Informational"}
            if number == 0 and rest.get("request") is not None:
                step["requestbody"] = rest["request"]
            if status == "Succeeded" and rest.get("response") is not None:
                step["responseBody"] = rest["response"]
            if status == "Failed":
                step["statusMessage"] = rest.get("error", "{\"error\":{\"code\":\"Conflict\"}}")
            self.steps.append(step)

    def long_operation(self, when, person, action, resource, **rest):
        """Started, accepted, and some seconds later succeeded."""
        seconds = rest.pop("seconds", 6.5)
        code = rest.pop("code", "")
        self.operation(when, person, action, resource,
                       [(0, "Started", "Started"), (0.9, "Accepted", "Accepted"),
                        (seconds, "Succeeded", code or "Succeeded")], **rest)

    def short_operation(self, when, person, action, resource, **rest):
        """Started and at once succeeded."""
        self.operation(when, person, action, resource,
                       [(0, "Started", "Started"), (0.4, "Succeeded", rest.pop("code", "OK"))],
                       **rest)

    def failed_operation(self, when, person, action, resource, **rest):
        self.operation(when, person, action, resource,
                       [(0, "Started", "Started"), (1.2, "Failed", rest.pop("code", "Conflict"))],
                       **rest)

    def copy_disk(self, when, person, name, snapshot, **rest):
        """A managed disk made from a snapshot. `bodies`: "both", "started" or "none"."""
        source = "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Compute/snapshots/%s" % (
            SUBSCRIPTION, GROUP, snapshot)
        disk = {"location": "westeurope", "sku": {"name": "Premium_LRS"},
                "properties": {"creationData": {"createOption": "Copy",
                                                "sourceResourceId": source}}}
        made_of = dict(disk, properties=dict(disk["properties"], diskSizeGB=128, osType="Linux",
                                             provisioningState="Updating",
                                             diskState="Unattached"))
        bodies = rest.pop("bodies", "both")
        failed = rest.pop("failed", False)
        make = self.failed_operation if failed else self.long_operation
        if not failed:
            rest["code"] = "Created"
        make(when, person, "Microsoft.Compute/disks/write", "Microsoft.Compute/disks/" + name,
             request=disk if bodies in ("both", "started") else None,
             response=made_of if bodies == "both" else None, **rest)

    def empty_disk(self, when, person, name, with_body=False, **rest):
        """A blank disk. Without bodies nothing in its records speaks of a source."""
        disk = {"location": "westeurope", "properties": {
            "diskSizeGB": 64, "creationData": {"createOption": "Empty"}}}
        self.long_operation(when, person, "Microsoft.Compute/disks/write",
                            "Microsoft.Compute/disks/" + name, code="Created",
                            request=disk if with_body else None,
                            response=disk if with_body else None, **rest)


def properties(step):
    """What both shapes hold under `properties`: bodies are JSON as text."""
    out = {}
    code = STEPS[step["code"]][0]
    if code:
        out["statusCode"] = code
    if step["service_request"] is not None:
        out["serviceRequestId"] = step["service_request"]
    for key in ("requestbody", "responseBody"):
        if key in step:
            out[key] = json.dumps(step[key], separators=(",", ":"))
    if "statusMessage" in step:
        out["statusMessage"] = step["statusMessage"]
    out.update({"eventCategory": "Administrative", "entity": step["scope"],
                "message": step["action"], "hierarchy": "%s/%s" % (TENANT, SUBSCRIPTION)})
    return out


def rest_record(step):
    """The shape of the REST API, the portal's JSON view and the command line."""
    person, when = step["person"], step["when"]
    code, _, words = STEPS[step["code"]]
    event_name = "BeginRequest" if step["first"] else "EndRequest"
    provider = step["action"].split("/")[0]
    kind = "/".join(step["action"].split("/")[:2])
    return {
        "authorization": {"action": step["action"], "scope": step["scope"]},
        "caller": person.caller, "channels": "Operation", "claims": person.claims(when),
        "correlationId": step["correlation"], "description": "", "eventDataId": step["event"],
        "eventName": {"value": event_name,
                      "localizedValue": event_name.replace("Request", " request")},
        "category": {"value": "Administrative", "localizedValue": "Administrative"},
        "httpRequest": {"clientRequestId": step["operation"], "clientIpAddress": person.address,
                        "method": step["method"]},
        "id": "%s/events/%s/ticks/%d" % (step["scope"], step["event"],
                                         621355968000000000 + epoch_ms(when) * 10000),
        "level": step["level"], "resourceGroupName": step["group"],
        "resourceProviderName": {"value": provider, "localizedValue": provider},
        "resourceId": step["scope"], "resourceType": {"value": kind, "localizedValue": kind},
        "operationId": step["operation"],
        "operationName": {"value": step["action"], "localizedValue": step["action"]},
        "properties": properties(step),
        "status": {"value": step["status"], "localizedValue": step["status"]},
        "subStatus": {"value": code, "localizedValue": words},
        "eventTimestamp": iso_sevenths(when, step["digit"]),
        "submissionTimestamp": iso_sevenths(after(when, step["lag"]), 0),
        "subscriptionId": SUBSCRIPTION, "tenantId": TENANT}


def hub_record(step):
    """The shape of Event Hub messages and of the storage account: names in capitals."""
    person, when = step["person"], step["when"]
    code = STEPS[step["code"]][0]
    return {
        "RoleLocation": "West Europe", "ReleaseVersion": "6.2025.12.3+" + step["event"][:7],
        "time": iso_sevenths(when, step["digit"]), "resourceId": step["scope"].upper(),
        "operationName": step["action"].upper(), "category": "Administrative",
        "resultType": HUB_RESULT[step["status"]],
        "resultSignature": "%s.%s" % (step["status"], code), "durationMs": "0",
        "callerIpAddress": person.address, "correlationId": step["correlation"],
        "identity": {"authorization": {
            "scope": step["scope"], "action": step["action"],
            "evidence": {"role": "Contributor", "roleAssignmentScope":
                         "/subscriptions/" + SUBSCRIPTION, "roleAssignmentId":
                         step["correlation"].replace("-", ""), "roleDefinitionId":
                         ROLES.replace("-", ""), "principalId":
                         person.object_id.replace("-", ""), "principalType":
                         "User" if person.upn is not None else "ServicePrincipal"}},
            "claims": person.claims(when)},
        "level": "Information" if step["level"] == "Informational" else step["level"],
        "location": "global", "properties": properties(step), "tenantId": TENANT}


# -- files -------------------------------------------------------------------------------------

def ordered(azure):
    return sorted(azure.steps, key=lambda s: (s["when"], s["event"]))


def write_rest(azure, root):
    """One array, newest first, as the command line's `activity-log list` prints it."""
    records = [rest_record(step) for step in reversed(ordered(azure))]
    write_text(os.path.join(root, "activity-log.json"),
               "[" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in records) + "]\n")


def write_hub(azure, root):
    """Messages of a few records each, in the order of their arrival."""
    steps = sorted(azure.steps, key=lambda s: after(s["when"], s["lag"]))
    number = 0
    while steps:
        count = 1 + int(azure.made.random.expovariate(1 / 12.0))
        part, steps = steps[:count], steps[count:]
        name = "insights-operational-logs_%d_%06d.json" % (number % 2, 41000 + number)
        body = {"records": [hub_record(step) for step in part]}
        write_text(os.path.join(root, name), json.dumps(body, separators=(",", ":")))
        number += 1


def write_storage(azure, root):
    """PT1H.json: a line a record, in the hour in which it was received."""
    hours = {}
    for step in sorted(azure.steps, key=lambda s: after(s["when"], s["lag"])):
        hours.setdefault(after(step["when"], step["lag"]).strftime("y=%Y/m=%m/d=%d/h=%H"),
                         []).append(step)
    for hour, steps in hours.items():
        path = os.path.join(root, "insights-activity-logs", "resourceId=",
                            "SUBSCRIPTIONS", SUBSCRIPTION.upper(), hour, "m=00", "PT1H.json")
        write_text(path, "".join(json.dumps(hub_record(s), separators=(",", ":")) + "\n"
                                 for s in steps))


def write_text(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii", newline="") as file:
        file.write(text)


# -- what a subscription does all day ----------------------------------------------------------

def noise(azure, people, count, first="00:00:00", last="23:40:00"):
    """`count` operations on which neither published query alerts."""
    made = azure.made
    for _ in range(count):
        when, person = made.moment(first, last), made.pick(people)
        kind = made.random.randrange(8)
        site = "%s-%02d" % (made.pick(["web", "shop", "report"]), made.random.randrange(1, 9))
        if kind <= 1:
            azure.short_operation(when, person, "Microsoft.Storage/storageAccounts/listKeys/action",
                                  "Microsoft.Storage/storageAccounts/st%sprod" % site[:3])
        elif kind == 2:
            azure.long_operation(when, person, "Microsoft.Resources/deployments/write",
                                 "Microsoft.Resources/deployments/release-%s" % site,
                                 code="Created")
        elif kind == 3:
            azure.short_operation(when, person, "Microsoft.Web/sites/config/write",
                                  "Microsoft.Web/sites/%s/config/appsettings" % site)
        elif kind == 4:
            azure.short_operation(when, person,
                                  "Microsoft.Network/networkSecurityGroups/securityRules/write",
                                  "Microsoft.Network/networkSecurityGroups/nsg-%s/securityRules/"
                                  "allow-https" % site)
        elif kind == 5:
            azure.long_operation(when, person, "Microsoft.Compute/virtualMachines/restart/action",
                                 "Microsoft.Compute/virtualMachines/vm-" + site)
        elif kind == 6:
            azure.failed_operation(when, person, "Microsoft.Compute/virtualMachines/start/action",
                                   "Microsoft.Compute/virtualMachines/vm-" + site,
                                   code=made.pick(["Conflict", "Forbidden"]))
        else:
            azure.short_operation(when, person, "Microsoft.KeyVault/vaults/write",
                                  "Microsoft.KeyVault/vaults/kv-" + site)
